// The planner's page: opens the roads, puts the parts of the page together, and listens to the
// controls. All text goes in through textContent. desk.js holds the plan.
"use strict";

(async () => {
  const m = llrgeoModel;
  const { fill } = llrgeoText;
  const p = llrgeoPlan;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const { planning, strings: words } = data;
  const NAMES = ["A", "B", "C"]; // of plans that are pinned
  const desk = llrgeoDesk(data, await openRoads());
  const tables = llrgeoTables(data);
  const { element } = tables;
  const { view } = desk;
  const planMap = llrgeoPlanMap(desk, onDrag);
  const results = llrgeoResults(desk, tables, { showAreas, take, drop });
  const own = llrgeoOwnPlace(desk, tables, planMap);
  const sites = llrgeoPlanSites(desk, tables, planMap);
  const beds = llrgeoBedMoves(desk, tables);
  const weights = llrgeoWeights(desk, tables, onWeigh, () => { saveState(); showButtons(); });
  const oneMore = llrgeoOneMore(desk, tables, planMap, sites.placeAt);
  const changes = llrgeoChangeList(desk, tables);

  // A browser that cannot unpack the roads says so, and the page does without.
  async function openRoads() {
    if (planning.network && typeof DecompressionStream === "undefined") {
      byId("trouble").hidden = false;
      byId("trouble").textContent = words.planner_old_browser;
      byId("placing").hidden = true;
      return null;
    }
    return llrgeoRoads(data, JSON.parse(byId("network").textContent));
  }

  // --- What is shown -------------------------------------------------------------------------------

  // A button that can do nothing more hands the focus to one that can.
  function showButtons() {
    const focused = document.activeElement;
    const isAble = { undo: desk.canUndo(), redo: desk.canRedo(), pin: desk.pins.length < NAMES.length };
    Object.entries(isAble).forEach(([id, able]) => { byId(id).disabled = !able; });
    if (focused && focused.disabled) byId(["undo", "redo"].find((id) => isAble[id]) || "base").focus();
  }

  // A plan that was pinned can be looked at on the map, beside the plan in hand.
  function showPinned() {
    byId("against-choice").hidden = desk.pins.length === 0;
    if (desk.pins.length === 0) return;
    view.against = view.against || desk.pins[0].name;
    byId("against").replaceChildren(...desk.pins.map(({ name }) => element("option", name, { value: name })));
    byId("against").value = view.against;
  }

  function onDrag() {
    desk.compute();
    planMap.show();
    results.showMoving();
  }

  function onWeigh() {
    results.showHeadline();
    results.showCriteria();
    results.showPins();
    changes.show();
  }

  // All of the page anew; what had the focus has it again.
  function refresh() {
    const focused = document.activeElement && document.activeElement.dataset.key;
    desk.compute();
    byId("base").value = desk.plan.base;
    byId("service").value = view.service;
    byId("journey").value = view.journey;
    sites.show();
    beds.show();
    results.showAll();
    weights.show();
    changes.show();
    own.show();
    planMap.show();
    oneMore.show();
    showButtons();
    const again = focused && document.querySelector(`[data-key="${CSS.escape(focused)}"]`);
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
  }

  function showView(map) {
    view.map = map;
    document.querySelector(`input[name=view][value=${map}]`).checked = true;
  }

  // Look at a service: the plan is as it was, and what is said of all services stays.
  function lookAt(service) {
    view.service = service;
    byId("service").value = service;
    sites.show();
    beds.show();
    results.showOfService();
    own.show();
    planMap.show();
    oneMore.show();
  }

  // Show some areas on the map, of a service or by a view if they are given, and say what they are.
  function showAreas({ areas, service = view.service, map = view.map, said }) {
    showView(map);
    if (service === view.service) planMap.show();
    else lookAt(service);
    planMap.frameAreas(areas);
    desk.say(said);
  }

  // --- State -----------------------------------------------------------------------------------------

  function saveState() {
    try {
      const text = p.toToml(data, desk.plan, byId("label").value);
      window.history.replaceState(null, "", `#${encodeURIComponent(text)}`);
    } catch {
      // a page inside another one may not be allowed to; the plan works all the same
    }
  }

  function loadState() {
    let text = "";
    try {
      text = decodeURIComponent(window.location.hash.slice(1));
    } catch {
      return; // a damaged link opens the page as it is
    }
    if (!text.includes("[")) return; // no plan: the skip link's fragment
    const read = p.fromToml(data, text);
    const fault = openingFault(read);
    desk.fault("open", fault); // or a link to a plan of another study would look like one that changes nothing
    if (read.plan && !fault) {
      desk.plan = read.plan;
      showLabel(read.label);
    }
  }

  // Why a plan that was read cannot be opened here; empty if it can.
  function openingFault(read) {
    const needs = read.plan && read.plan.added.length > 0 && !desk.roads ? "planner_open_network" : read.fault;
    return needs ? fill(words[needs], { detail: read.detail || "", most: p.MOST_SITES }) : "";
  }

  function showLabel(label) {
    byId("label").value = label || words.planner_label_first;
  }

  function save() {
    const text = p.toToml(data, desk.plan, byId("label").value.trim() || words.planner_label_first);
    const address = URL.createObjectURL(new Blob([`${text}\n`], { type: "application/toml" }));
    element("a", undefined, { href: address, download: "plan.toml" }).click();
    URL.revokeObjectURL(address);
    desk.say(words.planner_saved);
  }

  async function open(file) {
    if (!file) return;
    const read = p.fromToml(data, await file.text());
    const fault = openingFault(read);
    desk.fault("open", fault);
    if (!fault) {
      showLabel(read.label);
      desk.change(read.plan, words.planner_opened_file);
    }
    byId("open").value = "";
  }

  function pin() {
    const name = NAMES.find((each) => !desk.pins.some((pinned) => pinned.name === each));
    desk.pin(name);
    results.showPins();
    showButtons();
    showPinned();
    desk.say(fill(words.planner_pinned, { name }));
  }

  // Go on with a plan that was kept; or let go of it, which makes room for another.
  function take(name) {
    desk.change(desk.pins.find((pinned) => pinned.name === name).plan, fill(words.planner_taken, { name }));
  }

  function drop(name) {
    desk.unpin(name);
    if (view.against === name) view.against = "";
    if (view.map === "against" && !view.against) showView("people");
    refresh();
    showPinned();
    desk.say(fill(words.planner_dropped, { name }));
    byId("pin").focus();
  }

  // The plan's new sites on another option: they go on running what they run,
  // and the beds that it states stay.
  function rebased(base) {
    const { plan } = desk;
    let then = p.startFrom(data, base, plan.weights);
    plan.added.forEach((site) => {
      then = p.withSite(then, site, Object.keys(plan.sites).filter((id) => plan.sites[id].includes(site.id)));
    });
    return { ...then, beds: plan.beds };
  }

  // --- Listening -------------------------------------------------------------------------------------

  const isPlacing = () => byId("by-click").getAttribute("aria-pressed") === "true";

  function setPlacing(on) {
    byId("by-click").setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("placing", on);
    if (!on) return;
    planMap.bringIntoView();
    desk.say(words.planner_click_where);
  }

  function listen() {
    const on = (id, event, act) => byId(id).addEventListener(event, act);
    on("choices", "submit", (event) => { event.preventDefault(); if (desk.roads) sites.findPlace(byId("where").value); });
    on("mine-form", "submit", (event) => { event.preventDefault(); own.find(byId("mine-where").value); });
    on("base", "change", (event) => desk.change(rebased(event.target.value), desk.optionLabel(event.target.value)));
    on("service", "change", (event) => lookAt(event.target.value));
    on("journey", "change", (event) => { view.journey = event.target.value; refresh(); desk.sayPlan(m.byId(data.journeys, view.journey).label); });
    on("views", "change", ({ target }) => {
      if (target.id === "against") view.against = target.value;
      showView(target.id === "against" ? "against" : target.value);
      planMap.show();
    });
    on("by-click", "click", () => setPlacing(!isPlacing()));
    on("undo", "click", desk.undo);
    on("redo", "click", desk.redo);
    on("pin", "click", pin);
    on("heat", "click", oneMore.start);
    on("save", "click", save);
    on("open", "change", (event) => open(event.target.files[0]));
    on("print", "click", () => window.print());
    window.addEventListener("hashchange", () => { loadState(); refresh(); });
    planMap.onClick((place) => {
      if (!desk.roads || !isPlacing()) return;
      setPlacing(false);
      sites.placeAt(place);
    });
  }

  // Journeys that a new site has minutes for: the roads' own mode, or without roads the study's.
  byId("journey").replaceChildren(...data.journeys.filter(({ id }) => id === planning.journey
    || (planning.network && planning.network.periods.some((period) => id === `${planning.mode}-${period}`)))
    .map((journey) => element("option", journey.label, { value: journey.id })));
  tables.watchWide();
  desk.onChange = () => { refresh(); saveState(); };
  planMap.prepare(words.planner_map_label);
  loadState();
  listen();
  refresh();
  document.documentElement.classList.add("ready");
})();
