// The explorer's page: reads the data, listens to the controls, fills in words and tables.
// All text goes in through textContent. model.js counts, answers.js says, tables.js lists and
// map.js draws what follows from a choice.
"use strict";

(() => {
  const m = llrgeoModel;
  const { fill, minutesInWords, peopleInWords, isPostcode, findPostcode, findName } = llrgeoText;
  const { writeState, readState, csv } = llrgeoText;
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.strings;
  const hasPostcodes = Object.keys(data.postcodes.sectors).length > 0;
  const areaKeys = [...data.areas.id.keys()];
  const byId = (id) => document.getElementById(id);
  const matrices = llrgeoUnpack.decodeMatrices(data.matrices);
  const { element, fillTable, minutesInTable, changeMark, fillAreas, showAll } = llrgeoTables(data);
  const { siteName, headlineLines, myLines } = llrgeoAnswers(data);
  const baseline = m.baselineOf(data);
  const chosen = {
    option: byId("option").value, service: byId("service").value,
    journey: data.judged_by, view: "change",
    switched: new Set(), // sites that the reader switched on or off
    area: -1,
  };
  let now = null; // what follows from the choice

  // --- Words -----------------------------------------------------------------------------------

  // The bar beneath the headline: shorter, the same, longer, in thousandths of all people.
  function showBar() {
    byId("outcome").hidden = now.asToday;
    const { gained, improved, unchanged, none, worsened, lost } = now.everyone.people;
    let start = 0;
    [gained + improved, unchanged + none, worsened + lost].forEach((count, place) => {
      const part = byId("bar").children[place];
      const width = (1000 * count) / now.everyone.total;
      part.setAttribute("x", start);
      part.setAttribute("width", width);
      start += width;
    });
  }

  function planLabel() {
    const { label } = now.option;
    return chosen.switched.size > 0 ? fill(words.own_plan, { option: label }) : label;
  }

  function showMine() {
    const mine = byId("mine");
    mine.hidden = byId("table-mine").hidden = chosen.area < 0;
    if (chosen.area < 0) return;
    const today = now.before.minutes[chosen.area];
    mine.className = `mine ${m.outcome(today, now.after.minutes[chosen.area], data.tolerance)}`;
    mine.replaceChildren(...myLines(now, chosen.area));
    const plans = data.options.map(({ id, label, sites }) =>
      ({ id, label, sites: sites[now.service.id] }));
    if (chosen.switched.size > 0) plans.push({ label: planLabel(), sites: [...now.open] });
    const rows = plans.map(({ id, label, sites }) => {
      const [site, minutes] = m.nearestTo(chosen.area, sites, now);
      const mark = id === baseline.id ? "" : changeMark(today, minutes);
      return [label, siteName(site), minutesInTable(minutes), mark];
    });
    fillTable("mine", [words.column_option, words.column_site_then, words.column_minutes,
      words.column_change], rows);
  }

  function showWords() {
    byId("chosen").textContent = `${planLabel()}: ${now.service.label}`;
    byId("how").textContent = fill(words.how, { journey: now.journey.label });
    byId("option-note").textContent = now.option.note;
    byId("service-note").textContent = now.service.note;
    byId("headline").replaceChildren(...headlineLines(now).map((line) => element("p", line)));
    showBar();
    showMine();
  }

  // The long table is filled while it is open, so that a choice does not wait for it.
  function showEveryArea() {
    if (byId("every-area").open) fillAreas("areas", now, areaKeys);
  }

  // --- Map and legend --------------------------------------------------------------------------

  const map = llrgeoDraw(data, window.map_llrgeo, (area) => choose({ area }), point);

  function showMap() {
    const scale = chosen.view === "change" ? data.change : data.time;
    let classOf;
    if (chosen.view === "change") {
      classOf = areaKeys.map((area) => m.changeClass(now.before.minutes[area],
        now.after.minutes[area], scale.limits));
    } else {
      const asked = m.byId(data.journeys, chosen.journey);
      const end = chosen.view === "city"
        ? m.nearest(matrices[asked.matrix], areaKeys.length, data.city) : now[chosen.view];
      classOf = areaKeys.map((area) => m.timeClass(end.minutes[area], scale.breaks));
    }
    map.show(now, chosen.view, classOf, scale.colours, chosen.area);
    showLegend(scale, m.countByClass(data.areas.people, classOf, scale.labels.length));
  }

  function showLegend(scale, counts) {
    byId("legend-heading").textContent =
      fill(words.legend_heading, { view: words[`view_${chosen.view}`] });
    byId("legend").replaceChildren(...scale.labels.flatMap((text, place) => {
      const noRoute = place === scale.labels.length - 1;
      if (noRoute && counts[place] === 0) return [];
      const item = byId("legend-item").content.cloneNode(true);
      item.querySelector("rect").setAttribute("fill", scale.colours[place]);
      item.querySelector("span").textContent = text;
      item.querySelector("b").textContent = peopleInWords(counts[place], words);
      return [item];
    }));
  }

  function point(area) {
    byId("pointer").textContent = fill(words.pointer, {
      area: data.areas.label[area],
      before: minutesInWords(now.before.minutes[area], words),
      after: minutesInWords(now.after.minutes[area], words),
    });
  }

  // --- Sites on and off ------------------------------------------------------------------------

  function showSites() {
    byId("sites").querySelector("summary").textContent =
      fill(words.sites_summary, { count: now.open.size, all: data.sites.length });
    byId("site-list").querySelectorAll("input").forEach((box) => {
      box.checked = now.open.has(Number(box.value));
    });
    byId("reset").disabled = chosen.switched.size === 0;
  }

  function buildSites() {
    const kinds = ["city_hospital", "community_hospital", "other", "health_centre"];
    const listed = data.sites
      .map((site, place) => ({ ...site, place, rank: kinds.indexOf(site.kind) }))
      .sort((first, second) => first.rank - second.rank || (first.name < second.name ? -1 : 1));
    byId("site-list").replaceChildren(...listed.map((site) => {
      const line = element("label");
      line.append(element("input", undefined, { type: "checkbox", value: site.place }),
        map.siteSign(site.kind, "open"), ` ${site.name}`);
      const item = element("li");
      item.append(line);
      return item;
    }));
  }

  // --- State -----------------------------------------------------------------------------------

  function saveState() {
    const fragment = writeState({
      o: chosen.option, s: chosen.service, j: chosen.journey, v: chosen.view,
      x: [...chosen.switched].map((site) => data.sites[site].id).join("."),
    });
    try {
      window.history.replaceState(null, "", `#${fragment}`);
    } catch {
      // a page inside another one may not be allowed to; the choices work all the same
    }
  }

  function loadState() {
    const state = readState(window.location.hash);
    const offered = (list, id, otherwise) =>
      (m.byId(list, id) ? id : otherwise);
    chosen.option = offered(data.options, state.o, chosen.option);
    chosen.service = offered(data.services, state.s, chosen.service);
    chosen.journey = offered(data.journeys, state.j, chosen.journey);
    if (["change", "after", "before", "city"].includes(state.v)) chosen.view = state.v;
    const wanted = new Set((state.x || "").split("."));
    chosen.switched = new Set(data.sites.flatMap((site, place) =>
      (wanted.has(site.id) ? [place] : [])));
  }

  function showChoices() {
    byId("option").value = chosen.option;
    nameServices();
    byId("service").value = chosen.service;
    byId("journey").value = chosen.journey;
    document.querySelector(`input[name=view][value=${chosen.view}]`).checked = true;
  }

  // The services that the option leaves where they are say so.
  function nameServices() {
    const sitesOf = (option, service) => option.sites[service.id].join();
    [...byId("service").options].forEach((shown, place) => {
      const service = data.services[place];
      const same = now.option !== baseline
        && sitesOf(now.option, service) === sitesOf(baseline, service);
      const label = same ? fill(words.service_as_today, { service: service.label }) : service.label;
      if (shown.textContent !== label) shown.textContent = label;
    });
  }

  function update() {
    now = m.evaluate(data, matrices, chosen);
    showChoices();
    showWords();
    showAll(now);
    showEveryArea();
    showMap();
    showSites();
  }

  function choose(changes) {
    Object.assign(chosen, changes);
    update();
    saveState();
  }

  // --- Listening -------------------------------------------------------------------------------

  // Today changes nothing, so its map shows minutes; any other option opens with its change.
  function chooseOption(option) {
    let { view } = chosen;
    if (option === baseline.id && view === "change") view = "before";
    else if (chosen.option === baseline.id && view === "before") view = "change";
    choose({ option, view, switched: new Set() });
  }

  function find(text) {
    const postcode = findPostcode(data.postcodes, text);
    const area = postcode >= 0 ? postcode : findName(data, text);
    choose({ area });
    if (area >= 0) map.frame(area);
    else sayNotFound(text);
    // On a phone the keyboard would hide the answer.
    if (window.matchMedia("(pointer: coarse)").matches) byId("find").blur();
    byId("mine").scrollIntoView({ block: "nearest" });
  }

  function sayNotFound(text) {
    let said = words.find_failed_names;
    if (hasPostcodes) said = isPostcode(text) ? words.find_outside : words.find_failed;
    byId("mine").hidden = false;
    byId("mine").className = "mine";
    byId("mine").replaceChildren(element("p", fill(said, { text })));
  }

  function switchSite(site) {
    const switched = new Set(chosen.switched);
    if (!switched.delete(site)) switched.add(site);
    choose({ switched });
  }

  function download() {
    const inFile = (minutes) => (minutes === Infinity ? "" : minutes.toFixed(1));
    const rows = [[words.column_code, words.column_area, words.column_site, words.column_before,
      words.column_after, words.column_people]];
    for (const area of areaKeys) {
      rows.push([data.areas.id[area], data.areas.label[area], siteName(now.after.site[area]),
        inFile(now.before.minutes[area]), inFile(now.after.minutes[area]),
        data.areas.people[area]]);
    }
    const address = URL.createObjectURL(new Blob([`\ufeff${csv(rows)}`], { type: "text/csv" }));
    element("a", undefined, { href: address, download: `${chosen.option}-${chosen.service}.csv` })
      .click();
    URL.revokeObjectURL(address);
  }

  function listen() {
    const on = (id, event, act) => byId(id).addEventListener(event, act);
    on("choices", "submit", (event) => { event.preventDefault(); find(byId("find").value); });
    on("option", "change", (event) => chooseOption(event.target.value));
    on("service", "change", (event) =>
      choose({ service: event.target.value, switched: new Set() }));
    on("journey", "change", (event) => choose({ journey: event.target.value }));
    on("views", "change", (event) => choose({ view: event.target.value }));
    on("site-list", "change", (event) => switchSite(Number(event.target.value)));
    on("reset", "click", () => choose({ switched: new Set() }));
    on("download", "click", download);
    on("print", "click", () => window.print());
    on("every-area", "toggle", showEveryArea);
    window.addEventListener("hashchange", () => { loadState(); update(); });
  }

  byId("journey").replaceChildren(...data.journeys.map((journey) =>
    element("option", journey.label, { value: journey.id })));
  byId("places").replaceChildren(...data.places.filter((place) => place.area >= 0)
    .map((place) => element("option", undefined, { value: place.name })));
  buildSites();
  map.prepare(words.map_label);
  loadState();
  listen();
  update();
  document.documentElement.classList.add("ready");
})();
