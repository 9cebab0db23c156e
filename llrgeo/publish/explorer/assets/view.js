// The explorer's page: reads the data, listens to the controls, fills in words and tables.
// All text goes in through textContent. model.js counts, answers.js says, tables.js lists, stage.js draws.
"use strict";

(() => {
  const m = llrgeoModel;
  const { fill, writeState, readState } = llrgeoText;
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.strings;
  const byId = (id) => document.getElementById(id);
  const matrices = llrgeoUnpack.decodeMatrices(data.matrices);
  const tables = llrgeoTables(data);
  const { element, paragraphs, fillAreas, showAll } = tables;
  const sentences = llrgeoSentences(data);
  const reader = llrgeoReader(data);
  const figures = llrgeoFigures(data);
  const ownRoads = llrgeoOwnRoads(data, matrices);
  const mine = llrgeoMine(data, ownRoads, tables, reader, figures);
  const baseline = m.baselineOf(data);
  // What the page opens with; the address says what differs from it.
  const OPENING = {
    option: baseline.id, service: data.opening_service, journey: data.judged_by, view: "before",
    figure: figures.list.length ? figures.list[0].id : "",
    year: llrgeoYears.first,
    beside: "", // the option that the reader compares with
    switched: new Set(), // sites that the reader switched on or off
    serviceAsked: false, // whether the reader chose the service; else it follows the option
  };
  const chosen = { ...OPENING, place: null, site: "" }; // what was found, and the site asked for
  let now = null; // what follows from the choice
  let optionsShown = ""; // the journey of the table of options
  let isRestDue = false; // whether the map and the long tables still show the choice before
  let toFrame = null; // areas that the map is to bring into view

  // --- Words -----------------------------------------------------------------------------------

  function planLabel() {
    const { label } = now.option;
    return chosen.switched.size > 0 ? fill(words.own_plan, { option: label }) : label;
  }

  // What changed, for those who hear the page: at most 30 words.
  function say(text) {
    byId("status").textContent = text.split(" ").slice(0, 30).join(" ");
  }

  // Of a change of the map alone its key is said, of one to compare with what that option means.
  function sayChoice(changes = {}) {
    const beside = changes.beside && chosen.place ? mine.besideSaid(chosen) : "";
    const line = chosen.place ? mine.said(chosen, now) : sentences.optionLines(now)[0];
    if (changes.year) {
      say(llrgeoYears.said());
    } else if (changes.view && !changes.option) {
      showRest(); // the map itself is what was asked for
      say(byId("legend-heading").textContent);
    } else {
      say(beside || fill(words.status_option, { option: planLabel(), line }));
    }
  }

  function showWords() {
    byId("chosen").textContent = planLabel();
    byId("how").textContent = fill(now.service.delivery === "team" ? words.my_how_teams : words.how, { journey: now.journey.label });
    byId("option-note").textContent = now.option.note;
    byId("service-note").textContent = now.service.note;
    byId("headline").replaceChildren(...paragraphs(sentences.optionLines(now)));
    byId("moves").replaceChildren(
      ...sentences.moveLines(now).map((line) => element("li", line)));
    byId("service-heading").textContent = fill(words.this_service, { service: now.service.label });
    byId("this-service").replaceChildren(...paragraphs(sentences.serviceLines(now)));
    byId("changes").hidden = now.isToday;
    tables.showBar(now);
  }

  // What each option would change, by the journey chosen: it stands beside every choice.
  function showOptions() {
    if (optionsShown === chosen.journey) return;
    optionsShown = chosen.journey;
    tables.showOptions(data.options.filter((option) => option.id !== baseline.id)
      .map((option) => [option.label, m.overall(data, matrices,
        { ...chosen, option: option.id, switched: new Set() }).everyone]));
  }

  // The long table is filled while it is open, so that a choice does not wait for it.
  function showEveryArea() {
    if (byId("every-area").open) fillAreas("areas", now, [...data.areas.id.keys()]);
  }

  const finder = llrgeoFinder(data, (place) => ownRoads.take(place, foundPlace), foundNothing);
  const stage = llrgeoStage(data, matrices, figures, chosen, ownRoads, { pickArea, say });

  // The ranks of the indicator that the reader chose, and what it is.
  function showFigure() {
    const figure = figures.byId(chosen.figure);
    if (!figure) return;
    byId("figure").value = figure.id;
    byId("figure-note").textContent = figure.described;
    tables.showFigure(figure);
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
        stage.siteSign(site.kind, "open"), ` ${site.name}`);
      const item = element("li");
      item.append(line);
      return item;
    }));
  }

  // --- State -----------------------------------------------------------------------------------

  // Each choice is a step to go back to. Where the reader lives stays out of the address.
  function saveState() {
    const fragment = `#${writeState({
      o: chosen.option, s: isServiceOwn() ? chosen.service : "", j: chosen.journey, v: chosen.view, c: chosen.beside,
      f: chosen.view === "figure" ? chosen.figure : "", y: chosen.year === OPENING.year ? "" : chosen.year,
      x: [...chosen.switched].map((site) => data.sites[site].id).join("."),
    })}`;
    if (fragment === window.location.hash) return;
    try {
      window.history.pushState(null, "", fragment);
    } catch {
      // a page inside another one may not be allowed to; the choices work all the same
    }
  }

  // Whether the service is the reader's own choice, or that of a plan which holds for it alone.
  function isServiceOwn() {
    return chosen.serviceAsked || chosen.switched.size > 0;
  }

  // What the map and the words beside it are about, unless the reader chose: the service that gets
  // worst for the place that was found (best, if none gets worse); without a place, for most people.
  function serviceOf(id, place) {
    const option = m.byId(data.options, id);
    if (chosen.serviceAsked) return chosen.service;
    const main = place && reader.mainChange(
      mine.rowsOf({ ...chosen, option: id, place, switched: new Set() }));
    return main ? main.service.id : option.opening_service;
  }

  // A fragment that is no state (the skip link's) leaves the choices alone.
  function loadState() {
    const { hash } = window.location;
    if (hash.length > 1 && !hash.includes("=")) return false;
    const state = readState(hash);
    const offered = (list, id, otherwise) => (m.byId(list, id) ? id : otherwise);
    Object.assign(chosen, OPENING);
    chosen.option = offered(data.options, state.o, OPENING.option);
    chosen.journey = offered(data.journeys, state.j, OPENING.journey);
    chosen.service = offered(data.services, state.s, serviceOf(chosen.option, chosen.place));
    chosen.serviceAsked = chosen.service === state.s; // one that is not here was not asked for
    chosen.beside = offered(data.options, state.c, "");
    chosen.figure = offered(figures.list, state.f, OPENING.figure);
    chosen.year = llrgeoYears.offered(state.y);
    if (document.querySelector(`input[name=view][value="${CSS.escape(state.v || "")}"]`)) {
      chosen.view = state.v;
    }
    const needed = { figure: figures.byId(state.f), beside: chosen.beside };
    if (chosen.view in needed && !needed[chosen.view]) chosen.view = OPENING.view;
    const wanted = new Set((state.x || "").split("."));
    chosen.switched = new Set(data.sites.flatMap((site, place) =>
      (wanted.has(site.id) ? [place] : [])));
    return true;
  }

  function showChoices() {
    byId("option").value = chosen.option;
    byId("service").value = chosen.service;
    byId("journey").value = chosen.journey;
    byId("map-beside").value = chosen.beside;
    byId("map-beside").disabled = chosen.view !== "beside"; // no stop of the Tab key till then
    document.querySelector(`input[name=view][value=${chosen.view}]`).checked = true;
    llrgeoYears.show(chosen.year);
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

  // The answer comes first: the reader's own, or what is said for everyone where no place was found.
  // All else follows once the browser has drawn it: on a slow phone it would keep the reader waiting.
  function update() {
    now = m.evaluate(data, matrices, chosen);
    now.isToday = sentences.isToday(now);
    showChoices();
    mine.show(chosen, now, planLabel());
    if (!chosen.place) showWords();
    if (isRestDue) return;
    isRestDue = true;
    window.requestAnimationFrame(beginRest);
  }

  const beginRest = () => window.setTimeout(showRest);

  // What follows from the last choice, if it does not stand there yet.
  function showRest() {
    if (!isRestDue) return;
    isRestDue = false;
    mine.showRest(chosen, planLabel());
    if (chosen.place) showWords();
    nameServices();
    showAll(now);
    showOptions();
    showEveryArea();
    showFigure();
    stage.show(now);
    if (toFrame) stage.frame(toFrame);
    toFrame = null;
    showSites();
    tables.reachFar();
  }

  function choose(changes) {
    Object.assign(chosen, changes);
    update();
    saveState();
    sayChoice(changes);
  }

  // --- Listening -------------------------------------------------------------------------------

  // Today changes nothing, so its map shows minutes; any other option opens with its change.
  function chooseOption(option) {
    let { view } = chosen;
    if (option === baseline.id && view === "change") view = "before";
    else if (chosen.option === baseline.id && view === "before") view = "change";
    // An option opens with the service that gets worse for most people, unless the reader chose.
    choose({ option, view, service: serviceOf(option, chosen.place), switched: new Set() });
  }

  // A plan of the reader's own keeps its service when another place is found.
  function choosePlace(place) {
    choose({ place, service: isServiceOwn() ? chosen.service : serviceOf(chosen.option, place) });
  }

  // Without another option the map cannot compare: it shows the change from today again.
  function chooseBeside(beside) {
    choose(!beside && chosen.view === "beside" ? { beside, view: "change" } : { beside });
  }

  // A map that compares needs an option to compare with: the first that is not the chosen one.
  function chooseView(target) {
    if (target.id === "figure") {
      choose({ view: "figure", figure: target.value });
    } else if (target.id === "map-beside") {
      if (target.value) choose({ view: "beside", beside: target.value });
      else chooseBeside("");
    } else {
      const first = data.options.find(({ id }) => ![baseline.id, chosen.option].includes(id));
      choose({ view: target.value, beside: chosen.beside
        || (target.value === "beside" ? (first || baseline).id : "") });
    }
  }

  function foundPlace(place) {
    toFrame = place.areas;
    choosePlace(place);
    // On a phone the keyboard would hide the answer.
    if (window.matchMedia("(pointer: coarse)").matches) byId("find").blur();
    byId("mine").scrollIntoView({ block: "nearest" });
  }

  // What was found before is forgotten, so that no answer stands for another place.
  function foundNothing(said) {
    choosePlace(null);
    say(said);
  }

  // The map answers for another place than the search did, so the search box is emptied.
  function pickArea(area) {
    finder.forget();
    choosePlace({ name: data.areas.label[area], kind: "area", areas: [area] });
  }

  function switchSite(site) {
    const switched = new Set(chosen.switched);
    if (!switched.delete(site)) switched.add(site);
    choose({ switched });
  }

  // The skip link moves the focus and leaves the address, which holds the choices, alone.
  function skip(event) {
    event.preventDefault();
    const target = byId(chosen.place ? "mine-heading" : "results");
    target.tabIndex = -1;
    target.focus();
  }

  function listen() {
    const on = (id, event, act) => byId(id).addEventListener(event, act);
    on("choices", "submit", (event) => event.preventDefault());
    on("option", "change", (event) => chooseOption(event.target.value));
    on("mine-option", "change", (event) => chooseOption(event.target.value));
    on("beside", "change", (event) => chooseBeside(event.target.value));
    document.querySelector(".skip").addEventListener("click", skip);
    on("service", "change", (event) =>
      choose({ service: event.target.value, serviceAsked: true, switched: new Set() }));
    on("journey", "change", (event) => choose({ journey: event.target.value }));
    on("catchment", "change", (event) => stage.askSite(event.target.value));
    on("views", "change", ({ target }) => chooseView(target));
    if (llrgeoYears.first) on("years", "change", ({ target }) => choose({ year: target.value }));
    on("site-list", "change", (event) => switchSite(Number(event.target.value)));
    on("reset", "click", () => choose({ switched: new Set() }));
    on("download", "click", () => llrgeoSave(llrgeoDownload(data, chosen, now, planLabel())));
    llrgeoPaper();
    on("every-area", "toggle", showEveryArea);
    window.addEventListener("hashchange", () => {
      if (!loadState()) return;
      update();
      sayChoice();
    });
  }

  byId("journey").replaceChildren(...data.journeys.map((journey) =>
    element("option", journey.label, { value: journey.id })));
  buildSites();
  stage.prepare(words.map_label);
  loadState();
  tables.watchWide();
  listen();
  update();
  showRest();
  document.documentElement.classList.add("ready");
})();
