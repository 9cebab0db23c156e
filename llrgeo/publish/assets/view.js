// The explorer's page: reads the data, listens to the controls, fills in words, tables and map.
// All text goes in through textContent; what is counted is counted in model.js.
"use strict";

(() => {
  const m = llrgeoModel;
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.strings;
  const areaCount = data.areas.id.length;
  const areaKeys = [...Array(areaCount).keys()];
  const byId = (id) => document.getElementById(id);
  const minutesOf = data.journeys.map((journey) => ({
    patient: m.decodeMinutes(journey.minutes),
    team: m.decodeMinutes(journey.team_minutes || journey.minutes),
  }));

  const chosen = {
    option: byId("option").value, service: byId("service").value,
    journey: data.journeys[0].id, view: "change",
    changed: new Set(), // sites that the reader switched on or off
    area: -1,
  };

  // --- Small helpers for the page ------------------------------------------------------------

  function element(tag, text, properties) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    return Object.assign(made, properties);
  }

  function fillTable(name, heads, rows) {
    const table = byId(`table-${name}`);
    const head = element("tr");
    heads.forEach((text) => head.append(element("th", text, { scope: "col" })));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...rows.map((cells) => {
      const row = element("tr");
      row.append(element("th", cells[0], { scope: "row" }),
        ...cells.slice(1).map((cell) => element("td", cell)));
      return row;
    }));
  }

  function oneDecimal(minutes) {
    return minutes === Infinity ? words.no_route : minutes.toFixed(1);
  }

  function meanText(minutes) {
    return Number.isNaN(minutes) ? words.nobody : minutes.toFixed(1);
  }

  // --- What is chosen --------------------------------------------------------------------------

  function openSites(option) {
    const open = new Set(option.sites[chosen.service]);
    for (const site of chosen.changed) {
      if (!open.delete(site)) open.add(site);
    }
    return open;
  }

  function compute() {
    const journey = data.journeys.findIndex((one) => one.id === chosen.journey);
    const service = data.services.find((one) => one.id === chosen.service);
    const option = data.options.find((one) => one.id === chosen.option);
    const minutes = minutesOf[journey][service.delivery === "team" ? "team" : "patient"];
    const open = openSites(option);
    const before = m.nearest(minutes, areaCount, data.options[0].sites[service.id]);
    const after = m.nearest(minutes, areaCount, open);
    const people = data.areas.people;
    const tally = (groupOf, count) => m.summariseGroups(
      groupOf, count, people, before.minutes, after.minutes, data.tolerance);
    return {
      service, option, open, before, after,
      journey: data.journeys[journey],
      changedByReader: chosen.changed.size > 0,
      all: m.summarise(people, before.minutes, after.minutes, data.tolerance),
      places: tally(data.areas.authority, data.authorities.length),
      tenths: tally(data.areas.tenth, 10),
      city: () => m.nearest(minutesOf[journey].patient, areaCount, data.city),
    };
  }

  // --- Words -----------------------------------------------------------------------------------

  function headlineLines(now) {
    if (now.option === data.options[0] && !now.changedByReader) return [words.baseline_chosen];
    const text = Object.fromEntries(Object.entries(now.all.people)
      .map(([name, count]) => [name, m.peopleInWords(count)]));
    const lines = [m.fill(words.headline, {
      shorter: text.improved, longer: text.worsened, same: text.unchanged,
    })];
    if (now.all.people.lost) lines.push(m.fill(words.headline_lost, text));
    if (now.all.people.gained) lines.push(m.fill(words.headline_gained, text));
    lines.push(m.fill(words.average, {
      before: meanText(now.all.meanBefore), after: meanText(now.all.meanAfter),
    }));
    return lines;
  }

  function myLines(now) {
    const area = chosen.area;
    const site = (end) => data.sites[end.site[area]];
    const team = now.service.delivery === "team";
    const values = (end) => ({
      service: now.service.label.toLowerCase(), mode: now.journey.label,
      site: site(end) && site(end).name, minutes: m.minutesInWords(end.minutes[area], words),
    });
    const lines = [m.fill(words.my_area, {
      area: data.areas.label[area], authority: data.authorities[data.areas.authority[area]],
    })];
    const before = site(now.before) ? (team ? words.my_team_before : words.my_before)
      : words.my_no_site_before;
    lines.push(m.fill(before, values(now.before)));
    if (now.option === data.options[0] && !now.changedByReader) return lines;
    let after = team ? words.my_team_after : words.my_after;
    if (!site(now.after)) after = words.my_no_site_after;
    else if (site(now.after) === site(now.before)) after = words.my_same_site;
    lines.push(m.fill(after, values(now.after)));
    lines.push(m.changeInWords(now.before.minutes[area], now.after.minutes[area],
      data.tolerance, words));
    return lines;
  }

  function showWords(now) {
    const label = now.changedByReader
      ? m.fill(words.own_plan, { option: now.option.label }) : now.option.label;
    byId("chosen").textContent = `${label}: ${now.service.label}`;
    byId("option-note").textContent = now.option.note;
    byId("headline").replaceChildren(...headlineLines(now).map((line) => element("p", line)));
    const mine = byId("mine");
    mine.hidden = chosen.area < 0;
    if (chosen.area < 0) return;
    const kind = m.outcome(now.before.minutes[chosen.area], now.after.minutes[chosen.area],
      data.tolerance);
    mine.className = `mine ${kind}`;
    const lines = myLines(now).map((line) => element("p", line));
    lines[lines.length - 1].className = lines.length > 2 ? "answer" : "";
    mine.replaceChildren(...lines);
  }

  // --- Tables ----------------------------------------------------------------------------------

  const HEAD_OF = {
    gained: words.column_gained, improved: words.column_shorter, unchanged: words.column_same,
    worsened: words.column_longer, lost: words.column_lost, none: words.column_none,
  };

  function changeMark(before, after) {
    const kind = m.outcome(before, after, data.tolerance);
    const sign = { improved: "▼", worsened: "▲", unchanged: "=" }[kind];
    return sign ? `${sign} ${Math.abs(m.change(before, after)).toFixed(1)}` : words[`mark_${kind}`];
  }

  function areaRow(now, area) {
    const before = now.before.minutes[area];
    const after = now.after.minutes[area];
    return [data.areas.label[area], oneDecimal(before), oneDecimal(after),
      changeMark(before, after)];
  }

  function showTables(now) {
    const shown = m.OUTCOMES.filter((name) => now.all.people[name] > 0
      || ["improved", "unchanged", "worsened"].includes(name));
    const heads = shown.map((name) => HEAD_OF[name]);
    const places = [[words.everyone, now.all],
      ...data.authorities.map((name, place) => [name, now.places[place]])];
    const tenths = now.tenths.map((tenth, place) =>
      [m.fill(words.tenth, { tenth: place + 1 }), tenth]);
    const counts = ([name, group]) =>
      [name, ...shown.map((outcome) => m.peopleInWords(group.people[outcome]))];
    fillTable("winners", [words.column_place, ...heads], places.map(counts));
    fillTable("deprivation", [words.column_tenth, ...heads], tenths.map(counts));
    const means = [words.column_before, words.column_after];
    fillTable("means", [words.column_place, ...means], [...places, ...tenths].map(
      ([name, group]) => [name, meanText(group.meanBefore), meanText(group.meanAfter)]));
    const bandsOf = (end) => m.countByClass(data.areas.people,
      areaKeys.map((area) => m.timeClass(end.minutes[area], data.time.breaks)),
      data.time.labels.length);
    const [before, after] = [bandsOf(now.before), bandsOf(now.after)];
    fillTable("bands", [words.column_time, words.column_before_people, words.column_after_people],
      data.time.labels.map((label, place) =>
        [label, m.peopleInWords(before[place]), m.peopleInWords(after[place])]));
    const changed = m.mostChanged(now.before.minutes, now.after.minutes, data.tolerance, 10);
    const areaHeads = [words.column_area, ...means, words.column_change];
    fillTable("changed", areaHeads, changed.map((area) => areaRow(now, area)));
    fillTable("areas", areaHeads, areaKeys.map((area) => areaRow(now, area)));
  }

  // --- The map -----------------------------------------------------------------------------------

  const map = window.map_llrgeo;
  const shapes = m.decodeShapes(data.topology, "areas").map((parts) =>
    L.polygon(parts, { stroke: true, weight: 0.4, color: "#ffffff", fillOpacity: 1 }).addTo(map));
  const roadLines = m.decodeShapes(data.topology, "lines").map((lines, place) =>
    L.polyline(lines, {
      color: "#444444", opacity: 0.75, interactive: false,
      weight: data.roads[place].kind === "motorway" ? 2.4 : 1,
    }).addTo(map));
  m.borders(data.topology, data.areas.authority).forEach((line) =>
    L.polyline(line, { color: "#1b1b1b", weight: 1.6, interactive: false }).addTo(map));
  const outline = L.polygon([], { color: "#000000", weight: 4, fill: false, interactive: false })
    .addTo(map);
  const colours = new Array(areaCount).fill("");
  let legendOf = data.change;

  function label(text, className, at, size) {
    const made = element("span", text);
    const icon = L.divIcon({ html: made, className, iconSize: size });
    return L.marker(at, { icon, interactive: false, keyboard: false });
  }

  const labels = [
    ...data.places.map((place) => ({
      marker: label(place.name, `label town${place.residents > 30000 ? " large" : ""}`, place.at,
        [90, 16]),
      zoom: place.residents > 15000 ? 0 : place.residents > 6000 ? 10 : 11, width: 44, height: 9,
    })),
    ...roadLines.flatMap((line, place) => {
      const longest = line.getLatLngs().reduce((best, one) =>
        (one.length > best.length ? one : best), []);
      const middle = longest[Math.floor(longest.length / 2)];
      return middle ? [{
        marker: label(data.roads[place].name, `label road ${data.roads[place].kind}`, middle,
          [44, 14]),
        zoom: data.roads[place].kind === "motorway" ? 0 : 10, width: 20, height: 8,
      }] : [];
    }),
  ];

  // Labels that would lie over a more important one wait for a closer view.
  function placeLabels() {
    const taken = [];
    for (const one of labels) {
      const at = map.latLngToLayerPoint(one.marker.getLatLng());
      const free = map.getZoom() >= one.zoom && taken.every((other) =>
        Math.abs(other.at.x - at.x) > other.width + one.width
        || Math.abs(other.at.y - at.y) > other.height + one.height);
      if (free) {
        taken.push({ at, width: one.width, height: one.height });
        one.marker.addTo(map);
      } else {
        one.marker.remove();
      }
    }
  }

  const siteMarks = data.sites.map((site) => {
    const mark = element("span", undefined, { className: `site ${site.kind}` });
    const icon = L.divIcon({ html: mark, className: "pin", iconSize: [18, 18] });
    const marker = L.marker(site.at, { icon, interactive: false, keyboard: false });
    marker.addTo(map);
    return { marker, mark };
  });

  function classesOf(now) {
    if (chosen.view === "change") {
      return areaKeys.map((area) => m.changeClass(now.before.minutes[area],
        now.after.minutes[area], data.change.limits));
    }
    const end = chosen.view === "city" ? now.city() : now[chosen.view];
    return areaKeys.map((area) => m.timeClass(end.minutes[area], data.time.breaks));
  }

  function showMap(now) {
    const classOf = classesOf(now);
    legendOf = chosen.view === "change" ? data.change : data.time;
    classOf.forEach((place, area) => {
      if (colours[area] === legendOf.colours[place]) return;
      colours[area] = legendOf.colours[place];
      shapes[area].setStyle({ fillColor: colours[area] });
    });
    let shown = now.open;
    if (chosen.view === "before") shown = new Set(data.options[0].sites[chosen.service]);
    if (chosen.view === "city") shown = new Set(data.city);
    siteMarks.forEach(({ marker, mark }, place) => {
      mark.classList.toggle("open", shown.has(place));
      marker.setZIndexOffset(shown.has(place) ? 1000 : 0);
    });
    outline.setLatLngs(chosen.area < 0 ? [] : shapes[chosen.area].getLatLngs());
    showLegend(classOf);
  }

  function showLegend(classOf) {
    const counts = m.countByClass(data.areas.people, classOf, legendOf.labels.length);
    byId("legend-heading").textContent =
      m.fill(words.legend_heading, { view: words[`view_${chosen.view}`] });
    byId("legend").replaceChildren(...legendOf.labels.map((text, place) => {
      const item = element("li");
      const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const shape of [swatch, box]) {
        shape.setAttribute("width", 28);
        shape.setAttribute("height", 20);
      }
      swatch.setAttribute("class", "swatch");
      swatch.setAttribute("aria-hidden", "true");
      box.setAttribute("fill", legendOf.colours[place]);
      swatch.append(box);
      item.append(swatch, ` ${text} `, element("b",
        m.fill(words.legend_people, { people: m.peopleInWords(counts[place]) })));
      return item;
    }));
  }

  // --- Sites on and off --------------------------------------------------------------------------

  function showSites(now) {
    byId("sites").querySelector("summary").textContent =
      m.fill(words.sites_summary, { count: now.open.size, all: data.sites.length });
    byId("site-list").querySelectorAll("input").forEach((box) => {
      box.checked = now.open.has(Number(box.value));
    });
    byId("reset").disabled = !now.changedByReader;
  }

  function buildSites() {
    const known = new Set(data.journeys[0].known);
    byId("site-list").replaceChildren(...data.sites.flatMap((site, place) => {
      if (!known.has(place) || site.status === "closed") return [];
      const line = element("label");
      const box = element("input", undefined, { type: "checkbox", value: place });
      const mark = element("span", undefined, { className: `site ${site.kind} open` });
      line.append(box, mark, ` ${site.name}`);
      const item = element("li");
      item.append(line);
      return [item];
    }));
  }

  // --- State -----------------------------------------------------------------------------------

  function saveState() {
    const fragment = m.writeState({
      o: chosen.option, s: chosen.service, j: chosen.journey, v: chosen.view,
      x: [...chosen.changed].map((site) => data.sites[site].id).join("."),
    });
    try {
      window.history.replaceState(null, "", `#${fragment}`);
    } catch {
      // a page inside another one may not be allowed to; the choices work all the same
    }
  }

  function loadState() {
    const state = m.readState(window.location.hash);
    const offered = (list, id, otherwise) =>
      (list.some((one) => one.id === id) ? id : otherwise);
    chosen.option = offered(data.options, state.o, chosen.option);
    chosen.service = offered(data.services, state.s, chosen.service);
    chosen.journey = offered(data.journeys, state.j, chosen.journey);
    if (["change", "after", "before", "city"].includes(state.v)) chosen.view = state.v;
    const wanted = new Set((state.x || "").split("."));
    chosen.changed = new Set(data.sites.flatMap((site, place) =>
      (wanted.has(site.id) ? [place] : [])));
    byId("option").value = chosen.option;
    byId("service").value = chosen.service;
    byId("journey").value = chosen.journey;
    document.querySelector(`input[name=view][value=${chosen.view}]`).checked = true;
  }

  function update() {
    const now = compute();
    showWords(now);
    showTables(now);
    showMap(now);
    showSites(now);
    return now;
  }

  function choose(change) {
    Object.assign(chosen, change);
    update();
    saveState();
  }

  // --- Listening ---------------------------------------------------------------------------------

  function find(text) {
    const postcode = m.findPostcode(data.postcodes, text);
    const area = postcode >= 0 ? postcode : m.findName(data, text);
    if (area < 0) {
      const mine = byId("mine");
      mine.hidden = false;
      mine.className = "mine";
      mine.replaceChildren(element("p", m.fill(words.find_failed, { text })));
      return;
    }
    chosen.area = area;
    update();
    map.fitBounds(shapes[area].getBounds(), { maxZoom: 11, animate: false });
  }

  function download() {
    const now = compute();
    const rows = [[words.column_code, words.column_area, words.column_site, words.column_before,
      words.column_after, words.column_people]];
    for (const area of areaKeys) {
      const site = data.sites[now.after.site[area]];
      rows.push([data.areas.id[area], data.areas.label[area], site ? site.name : "",
        oneDecimal(now.before.minutes[area]), oneDecimal(now.after.minutes[area]),
        data.areas.people[area]]);
    }
    const address = URL.createObjectURL(new Blob([`\ufeff${m.csv(rows)}`], { type: "text/csv" }));
    element("a", undefined, { href: address, download: `${chosen.option}-${chosen.service}.csv` })
      .click();
    URL.revokeObjectURL(address);
  }

  function point(area) {
    const now = compute();
    byId("pointer").textContent = m.fill(words.pointer, {
      area: data.areas.label[area],
      before: m.minutesInWords(now.before.minutes[area], words),
      after: m.minutesInWords(now.after.minutes[area], words),
    });
  }

  function listen() {
    byId("choices").addEventListener("submit", (event) => {
      event.preventDefault();
      find(byId("find").value);
    });
    byId("option").addEventListener("change", (event) =>
      choose({ option: event.target.value, changed: new Set() }));
    byId("service").addEventListener("change", (event) =>
      choose({ service: event.target.value, changed: new Set() }));
    byId("journey").addEventListener("change", (event) => choose({ journey: event.target.value }));
    document.querySelectorAll("input[name=view]").forEach((radio) =>
      radio.addEventListener("change", () => choose({ view: radio.value })));
    byId("site-list").addEventListener("change", (event) => {
      const site = Number(event.target.value);
      const changed = new Set(chosen.changed);
      if (!changed.delete(site)) changed.add(site);
      choose({ changed });
    });
    byId("reset").addEventListener("click", () => choose({ changed: new Set() }));
    byId("download").addEventListener("click", download);
    byId("print").addEventListener("click", () => window.print());
    window.addEventListener("hashchange", () => { loadState(); update(); });
    shapes.forEach((shape, area) => {
      shape.on("click", () => choose({ area }));
      shape.on("mouseover", () => point(area));
    });
    map.on("zoomend", placeLabels);
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
  }

  function prepareMap() {
    map.attributionControl.setPrefix("Leaflet");
    const container = map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", words.map_label);
    const everything = L.latLngBounds(shapes.map((shape) => shape.getBounds()));
    map.fitBounds(everything, { animate: false });
    placeLabels();
  }

  byId("journey").replaceChildren(...data.journeys.map((journey) =>
    element("option", journey.label, { value: journey.id })));
  buildSites();
  prepareMap();
  loadState();
  listen();
  update();
  document.documentElement.classList.add("ready");
})();
