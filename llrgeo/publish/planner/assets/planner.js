// The planner's page: listens to the controls, keeps the plan, and fills in words, tables and the map.
// All text goes in through textContent. network.js, search.js, appraise.js and plan.js compute.
"use strict";

(async () => {
  const m = llrgeoModel;
  const { fill, minutesInWords, peopleInWords, oneDecimal } = llrgeoText;
  const p = llrgeoPlan;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const { planning } = data;
  const words = data.strings;
  const { element, fillTable, minutesInTable, changeMark } = llrgeoTables(data);
  const matrices = llrgeoUnpack.decodeMatrices(data.matrices);
  const usualWeights = planning.criteria.map((one) => one.weight);
  const weightings = rows(llrgeoUnpack.decodeNumbers(planning.weightings), planning.criteria.length);
  const postcodes = p.decodePostcodes(data.postcodes, planning.postcodes);
  const journeys = data.journeys.filter(({ id }) => id === planning.journey || (planning.network
    && planning.network.periods.some((period) => id === `${planning.mode}-${period}`)));
  const NAMES = ["A", "B", "C"];
  const [STEP_M, LEAP_M] = [100, 1000];
  const CLASS_COLOURS = { lost: "#2d004b", mixed: "#b35806", longer: "#e08214", shorter: "#8073ac",
    same: "#f7f7f7", none: "#bdbdbd" };
  const MOST_LISTED = 10;

  let plan = p.startFrom(data, m.baselineOf(data).id, usualWeights);
  let found = null; // what follows from the plan
  let world = null;
  let network = null;
  let homes = []; // the areas' places, joined to the roads
  let mine = null; // the reader's own place
  const past = [];
  const future = [];
  const pins = [];
  const view = { service: data.services[0].id, journey: planning.journey, map: "people", open: null };

  function rows(numbers, width) {
    return Array.from({ length: numbers.length / width }, (_, row) =>
      numbers.slice(row * width, (row + 1) * width));
  }

  // --- The network ---------------------------------------------------------------------------------

  async function openNetwork() {
    const text = JSON.parse(byId("network").textContent);
    if (!planning.network || !text) return;
    if (typeof DecompressionStream === "undefined") {
      byId("trouble").hidden = false;
      byId("trouble").textContent = words.planner_old_browser;
      byId("placing").hidden = true;
      return;
    }
    const zipped = new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]);
    const stream = zipped.stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    network = llrgeoNetwork.decode(planning.network, bytes);
    const index = llrgeoNetwork.indexStreets(network);
    network.joined = (x, y) => ({ x, y,
      origin: llrgeoNetwork.joinPlace(network, index, "origin", x, y),
      destination: llrgeoNetwork.joinPlace(network, index, "destination", x, y) });
    homes = planning.x.map((x, area) => network.joined(x, planning.y[area]));
  }

  const periodOf = (journey) =>
    planning.network.periods.indexOf(journey.slice(planning.mode.length + 1));

  function minutesTo(place, direction) {
    const how = planning[direction === "to_site" ? "calibration" : "team_calibration"];
    return llrgeoSearch.msToMany(network, periodOf(view.journey), direction, place, homes)
      .map((ms) => llrgeoSearch.publishedMinutes(ms, how));
  }

  const hasTeams = data.services.some((service) => service.delivery === "team");
  const columns = new Map(); // minutes of a place by its metres and journey, computed once

  function columnOf(site) {
    const key = `${site.x} ${site.y} ${view.journey}`;
    if (!columns.has(key)) {
      if (columns.size > 200) columns.clear();
      const place = network.joined(site.x, site.y);
      const minutes = minutesTo(place, "to_site");
      columns.set(key, { minutes, team: hasTeams ? minutesTo(place, "from_site") : minutes });
    }
    return { site, ...columns.get(key) };
  }

  // --- What follows from a plan -------------------------------------------------------------------

  function worldOf(one) {
    return llrgeoAppraise.withSites(data, matrices, m.byId(data.journeys, view.journey),
      one.added.map(columnOf));
  }

  function appraise(one) {
    return llrgeoAppraise.appraise(data, worldOf(one), one);
  }

  const scoreOf = (criteria, weights) => llrgeoAppraise.total(criteria, weights);
  const inHundred = (score) => (score === null ? words.planner_no_score : oneDecimal(100 * score, words));
  const optionLabel = (id) => m.byId(data.options, id).label;
  const serviceLabel = (id) => m.byId(data.services, id).label;
  const isLonger = (name) => llrgeoAppraise.LONGER.includes(name);

  // --- Words -----------------------------------------------------------------------------------------

  function showHeadline() {
    const { people } = found;
    const total = data.areas.people.reduce((sum, count) => sum + count, 0);
    const close = found.classes.reduce((sum, one, area) =>
      sum + (isLonger(one.name) && one.tooClose ? data.areas.people[area] : 0), 0);
    const [today, base] = [m.baselineOf(data).id, plan.base].map(optionCriteria);
    const count = (number) => peopleInWords(number, words);
    const lines = [
      fill(words.planner_longer, { people: count(people.anyLonger), all: count(total), close: count(close) }),
      fill(words.planner_shorter, { people: count(people.shorter), same: count(people.same) }),
      fill(words.planner_score, { score: inHundred(scoreOf(found.criteria, plan.weights)),
        base: optionLabel(plan.base), of_base: inHundred(scoreOf(base, plan.weights)),
        today: inHundred(scoreOf(today, plan.weights)), first: firstText(found.criteria) }),
    ];
    const empty = data.services.filter(({ id }) => plan.sites[id].length === 0);
    byId("headline").replaceChildren(
      ...lines.map((line, place) => element("p", line, place === 0 ? { className: "big" } : {})),
      ...empty.map(({ label }) => element("p", fill(words.planner_nowhere, { service: label }), { className: "warn" })),
    );
  }

  // The share of the study's weightings that put the plan before all options of the study.
  function firstText(criteria) {
    const others = data.options.map(({ id }) => optionCriteria(id));
    const shares = llrgeoAppraise.firstShares(weightings, [...others, criteria]);
    return `${Math.round(100 * shares[shares.length - 1])}%`;
  }

  const known = new Map();

  function optionCriteria(id) {
    const key = `${id} ${view.journey}`;
    if (!known.has(key)) known.set(key, appraise(p.startFrom(data, id, usualWeights)).criteria);
    return known.get(key);
  }

  function say(text) {
    byId("said").textContent = text;
  }

  function sayPlan(done) {
    say(fill(words.planner_said, { done, longer: peopleInWords(found.people.anyLonger, words),
      shorter: peopleInWords(found.people.shorter, words),
      score: inHundred(scoreOf(found.criteria, plan.weights)) }));
  }

  // --- Tables ----------------------------------------------------------------------------------------

  const counted = (number) => peopleInWords(Math.round(number), words);
  const shown = (minutes) => (Number.isNaN(minutes) ? words.nobody : minutesInTable(minutes));

  function meanOf(minutes) {
    let [spent, people] = [0, 0];
    minutes.forEach((each, area) => {
      if (each === Infinity) return;
      spent += each * data.areas.people[area];
      people += data.areas.people[area];
    });
    return people > 0 ? spent / people : NaN;
  }

  function showServices() {
    const listed = found.services.map((one) => ({ ...one,
      worse: one.outcomes.worsened + one.outcomes.lost, better: one.outcomes.improved + one.outcomes.gained }))
      .sort((one, two) => two.worse - one.worse || two.better - one.better);
    fillTable("services", [words.planner_column_service, words.column_longer, words.column_shorter,
      words.column_before, words.column_after],
    listed.map((one) => [serviceLabel(one.id), counted(one.worse), counted(one.better),
      shown(meanOf(one.before)), shown(meanOf(one.after))]));
  }

  function showLoads() {
    const { loads } = found.services.find((one) => one.id === view.service);
    const name = (id) => world.sites[world.place.get(id)].name;
    fillTable("loads", [words.planner_column_site, words.planner_column_residents,
      words.planner_column_contacts, words.planner_column_room, words.planner_column_copes],
    loads.map((load) => [name(load.id), counted(load.residents), counted(load.contacts),
      load.capacity === null ? words.planner_no_limit : counted(load.capacity), copes(load)]));
    const rowsShown = byId("table-loads").tBodies[0].rows;
    loads.forEach((load, row) => {
      if (load.over > 0 || load.belowMinimum) rowsShown[row].cells[4].className = "warn";
    });
    byId("table-loads").caption.textContent =
      fill(words.planner_table_loads, { service: serviceLabel(view.service) });
  }

  function copes(load) {
    if (load.over > 0) return fill(words.planner_over, { contacts: counted(load.over) });
    return load.belowMinimum ? words.planner_below : words.planner_fine;
  }

  function figure(measure, value) {
    if (value === null) return words.planner_no_figure;
    const { unit } = planning.criteria.find((one) => one.measure === measure);
    return unit === "share" ? `${oneDecimal(100 * value, words)}%` : oneDecimal(value, words);
  }

  function showCriteria() {
    const base = optionCriteria(plan.base);
    const today = optionCriteria(m.baselineOf(data).id);
    fillTable("criteria", [words.planner_column_criterion, words.planner_today, words.planner_column_base,
      words.planner_column_plan, words.planner_column_points, words.planner_column_weight],
    found.criteria.map((one, place) => [planning.criteria[place].label, figure(one.measure, today[place].value),
      figure(one.measure, base[place].value), figure(one.measure, one.value), inHundred(one.score),
      String(plan.weights[place])]));
  }

  function showGroups() {
    const heads = [words.planner_column_group, words.planner_column_residents, words.planner_any_longer,
      words.planner_only_shorter, words.column_before, words.column_after];
    const row = (name) => (one) => [name(one), counted(one.total), counted(one.anyLonger), counted(one.shorter),
      shown(one.before), shown(one.after)];
    const groups = found.groups.filter((one) => one.total > 0);
    fillTable("places", heads, groups.filter((one) => one.group === "authority").map(row((one) => one.level)));
    fillTable("groups", heads, groups.filter((one) => one.group !== "authority")
      .map(row((one) => `${words[`group_name_${one.group}`]}: ${words[`level_${one.level}`]}`)));
  }

  function showLosers() {
    const size = ({ worst }) => (worst.kind === "lost" ? Infinity : worst.longer);
    const listed = found.classes.map((one, area) => ({ ...one, area })).filter((one) => one.worst)
      .sort((one, two) => size(two) - size(one) || one.area - two.area).slice(0, MOST_LISTED);
    fillTable("losers", [words.column_area, words.column_people, words.planner_column_service,
      words.column_before, words.column_after, words.planner_column_show],
    listed.map(({ area, worst }) => {
      const service = found.services.find((one) => one.id === worst.service);
      return [data.areas.label[area], counted(data.areas.people[area]), serviceLabel(worst.service),
        minutesInTable(service.before[area]), minutesInTable(service.after[area]), ""];
    }));
    [...byId("table-losers").tBodies[0].rows].forEach((row, place) => {
      const { area, worst } = listed[place];
      const button = element("button", words.planner_show, { type: "button" });
      button.setAttribute("aria-label", fill(words.planner_show_area, { area: data.areas.label[area] }));
      button.addEventListener("click", () => {
        view.service = worst.service;
        refresh();
        map.fitBounds(L.latLng(degrees(planning.x[area], planning.y[area])).toBounds(9000));
        say(fill(words.planner_shown, { area: data.areas.label[area] }));
      });
      row.cells[5].append(button);
    });
  }

  function showPins() {
    byId("table-pins").hidden = pins.length === 0;
    if (pins.length === 0) return;
    const listed = [{ name: words.planner_this, plan, found }, ...pins];
    const each = (label, of) => [label, ...listed.map(of)];
    fillTable("pins", [words.planner_column_figure, ...listed.map((one) => one.name)], [
      each(words.planner_any_longer, (one) => counted(one.found.people.anyLonger)),
      each(words.planner_only_shorter, (one) => counted(one.found.people.shorter)),
      each(words.planner_new_sites, (one) => String(one.plan.added.length)),
      ...planning.criteria.map((criterion, place) => each(criterion.label,
        (one) => figure(criterion.measure, one.found.criteria[place].value))),
      each(words.planner_total, (one) => inHundred(scoreOf(one.found.criteria, plan.weights))),
      each(words.planner_first, (one) => {
        const shares = llrgeoAppraise.firstShares(weightings, listed.map((other) => other.found.criteria));
        return `${Math.round(100 * shares[listed.indexOf(one)])}%`;
      }),
    ]);
  }

  // --- The map ---------------------------------------------------------------------------------------

  const map = window.map_llrgeo;
  const drawing = llrgeoDraw(data, map, () => {}, point);
  const degrees = (x, y) => p.project(planning.projection.to_degrees, x, y).reverse();
  const metres = ({ lat, lng }) => p.project(planning.projection.to_metres, lng, lat).map(Math.round);
  const markers = new Map();
  const route = [
    L.polyline([], { interactive: false, color: "#ffffff", weight: 8 }),
    L.polyline([], { interactive: false, color: "#000000", weight: 4, dashArray: "3 8" }),
    L.polyline([], { interactive: false, color: "#000000", weight: 4 }),
  ];
  const heatLayer = L.layerGroup();

  function point(area) {
    const service = found.services.find((one) => one.id === view.service);
    byId("pointer").textContent = fill(words.pointer, { area: data.areas.label[area],
      before: minutesInWords(service.before[area], words), after: minutesInWords(service.after[area], words) });
  }

  function showMap() {
    const service = found.services.find((one) => one.id === view.service);
    const scale = scaleOf(service);
    const placeOf = new Map(data.sites.map((site, place) => [site.id, place]));
    const known = (ids) => new Set(ids.filter((id) => placeOf.has(id)).map((id) => placeOf.get(id)));
    const today = m.baselineOf(data).sites[view.service];
    drawing.show({ today: new Set(today), open: known(plan.sites[view.service]), before: { site: [] },
      after: { site: [] } }, view.map === "before" ? "before" : "change", scale.classOf, scale.colours, []);
    byId("legend-heading").textContent = view.map === "people" ? words.planner_view_people
      : fill(words.planner_legend, { view: words[`planner_view_${view.map}`], service: serviceLabel(view.service) });
    const counts = m.countByClass(data.areas.people, scale.classOf, scale.labels.length);
    byId("legend").replaceChildren(...scale.labels.flatMap((text, place) => {
      if (counts[place] === 0 && place === scale.labels.length - 1) return [];
      const item = byId("legend-item").content.cloneNode(true);
      item.querySelector("rect").setAttribute("fill", scale.colours[place]);
      item.querySelector("span").textContent = text;
      item.querySelector("b").textContent = peopleInWords(counts[place], words);
      return [item];
    }));
    showMarkers();
  }

  function scaleOf(service) {
    if (view.map === "people") {
      const names = llrgeoAppraise.CLASSES;
      return { classOf: found.classes.map((one) => names.indexOf(one.name)),
        labels: names.map((name) => words[`planner_class_${name}`]), colours: names.map((name) => CLASS_COLOURS[name]) };
    }
    if (view.map === "change") {
      return { ...data.change, classOf: data.areas.id.map((_, area) =>
        m.changeClass(service.before[area], service.after[area], data.change.limits)) };
    }
    return { ...data.time, classOf: Array.from(service[view.map], (minutes) =>
      m.timeClass(minutes, data.time.breaks)) };
  }

  function showMarkers() {
    for (const [id, marker] of markers) {
      if (!plan.added.some((site) => site.id === id)) {
        marker.remove();
        markers.delete(id);
      }
    }
    plan.added.forEach((site, place) => {
      if (!markers.has(site.id)) markers.set(site.id, newMarker(site));
      markers.get(site.id).setLatLng(degrees(site.x, site.y));
      markers.get(site.id).face.textContent = String(place + 1);
    });
  }

  function newMarker(site) {
    const face = element("span", "", { className: "added" });
    const icon = L.divIcon({ html: face, className: "pin", iconSize: [34, 34] });
    const marker = L.marker(degrees(site.x, site.y), { icon, draggable: true, keyboard: false, zIndexOffset: 6000 });
    marker.face = face;
    let waiting = false;
    let start = null;
    const moved = () => {
      const [x, y] = metres(marker.getLatLng());
      plan = p.withChanged(plan, site.id, { x, y });
      compute();
      showMap();
      showHeadline();
      showLoads();
    };
    marker.on("dragstart", () => { start = plan; });
    marker.on("drag", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; if (start) moved(); });
    });
    marker.on("dragend", () => {
      moved();
      const then = plan;
      plan = start;
      start = null;
      change(then, fill(words.planner_moved, nameAndPlace(then, site.id)));
    });
    return marker.addTo(map);
  }

  function nameAndPlace(one, id) {
    const site = one.added.find((each) => each.id === id);
    return { name: site.name, place: p.gridReference(site.x, site.y) };
  }

  // --- The reader's own place ----------------------------------------------------------------------

  function showMine() {
    byId("table-mine").hidden = !mine;
    route.forEach((line) => line.setLatLngs([]).addTo(map));
    if (!mine) return;
    const own = data.services.map((service) => ({ service, ...ownJourney(service) }))
      .sort((one, two) => (two.after - two.before || 0) - (one.after - one.before || 0));
    fillTable("mine", [words.planner_column_service, words.column_before, words.column_after,
      words.column_change, words.column_site_then],
    own.map(({ service, before, after, site }) => [service.label, minutesInTable(before), minutesInTable(after),
      changeMark(before, after), site ? site.name : words.no_route]));
    const chosen = own.find(({ service }) => service.id === view.service);
    const [was, is] = [chosen.siteBefore, chosen.site].map((site) => (site && network ? roadTo(site) : null));
    const same = chosen.siteBefore && chosen.site && chosen.siteBefore.id === chosen.site.id;
    route[0].setLatLngs([was ? was.line : [], is ? is.line : []]);
    route[1].setLatLngs(same || !was ? [] : was.line);
    route[2].setLatLngs(is ? is.line : []);
    byId("table-mine").caption.textContent = is
      ? fill(words.planner_mine_route, { service: chosen.service.label, site: chosen.site.name,
        km: oneDecimal(is.km, words), roads: is.roads || words.planner_local_roads })
      : words.planner_table_mine;
  }

  // The journey of the reader's own place, where the network is in the page; else of its neighbourhood.
  function ownJourney(service) {
    const one = found.services.find((each) => each.id === service.id);
    const at = (place) => (place >= 0 ? world.sites[place] : null);
    if (!network || service.delivery === "team" || planning.mode !== m.byId(data.journeys, view.journey).id.split("-")[0]) {
      return { before: one.before[mine.area], after: one.after[mine.area],
        siteBefore: at(one.siteBefore[mine.area]), site: at(one.site[mine.area]) };
    }
    const today = m.baselineOf(data).sites[service.id].map((place) => data.sites[place]);
    const then = plan.sites[service.id].map((id) => world.sites[world.place.get(id)]);
    const [was, is] = [nearestOf(today), nearestOf(then)];
    return { before: was.minutes, after: is.minutes, siteBefore: was.site, site: is.site };
  }

  const placeOfSite = (site) => ("x" in site ? [site.x, site.y]
    : p.project(planning.projection.to_metres, site.at[1], site.at[0]));

  function nearestOf(sites) {
    return [...sites].sort((one, two) => (one.id < two.id ? -1 : 1)).reduce((best, site) => {
      const minutes = mineTo(site);
      return minutes < best.minutes ? { site, minutes } : best;
    }, { site: null, minutes: Infinity });
  }

  function mineTo(site) {
    const key = `${site.id} ${site.x} ${site.y} ${view.journey}`;
    if (!mine.minutes.has(key)) {
      const place = network.joined(...placeOfSite(site));
      const [ms] = llrgeoSearch.msToMany(network, periodOf(view.journey), "to_site", place, [mine.place]);
      mine.minutes.set(key, llrgeoSearch.publishedMinutes(ms, planning.calibration));
    }
    return mine.minutes.get(key);
  }

  function roadTo(site) {
    const found_ = llrgeoSearch.route(network, periodOf(view.journey), mine.place,
      network.joined(...placeOfSite(site)));
    if (!found_) return null;
    return { line: found_.places.map(([x, y]) => degrees(x, y)), km: found_.dm / 10000, roads: found_.roads.join(", ") };
  }

  function findMine(text) {
    const at = p.findPostcode(data, postcodes, text);
    const area = llrgeoText.findPostcode(data.postcodes, text.replace(/[.-]/g, ""));
    fault("mine", at ? "" : words.planner_no_postcode);
    if (!at) return;
    mine = { area, place: network ? network.joined(...at) : null, minutes: new Map() };
    showMine();
    const { before, after } = ownJourney(m.byId(data.services, view.service));
    const lines = route[0].getBounds();
    if (lines.isValid()) map.fitBounds(lines, { padding: [30, 30], maxZoom: 13, animate: false });
    say(fill(words.planner_mine_said, { service: serviceLabel(view.service),
      before: minutesInWords(before, words), after: minutesInWords(after, words) }));
  }

  function fault(field, text) {
    const input = byId(field === "open" ? "open" : field === "mine" ? "mine-where" : "where");
    byId(`${field}-fault`).textContent = text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (text) input.focus();
  }

  // --- New sites -------------------------------------------------------------------------------------

  function showAdded() {
    byId("added").replaceChildren(...plan.added.map(addedSite));
  }

  function addedSite(site, place) {
    const box = element("fieldset", undefined, { className: "placed" });
    const at = p.gridReference(site.x, site.y);
    box.append(element("legend", fill(words.planner_site, { number: place + 1, place: at })));
    const name = element("input", undefined, { type: "text", value: site.name, maxLength: 80 });
    name.addEventListener("change", () => {
      const text = name.value.trim() || site.name;
      change(p.withChanged(plan, site.id, { name: text }), fill(words.planner_named, { name: text }));
    });
    const kind = element("select");
    kind.append(...p.KINDS.slice(0, 3).map((one) => element("option", words[`kind_${one}`], { value: one, selected: one === site.kind })));
    kind.addEventListener("change", () =>
      change(p.withChanged(plan, site.id, { kind: kind.value }), words[`kind_${kind.value}`]));
    const move = element("button", words.planner_move, { type: "button" });
    move.setAttribute("aria-label", fill(words.planner_move_label, { name: site.name }));
    move.addEventListener("keydown", (event) => moveByKey(event, site));
    const remove = element("button", words.planner_remove, { type: "button" });
    remove.setAttribute("aria-label", fill(words.planner_remove_label, { name: site.name }));
    remove.addEventListener("click", () =>
      change(p.withoutSite(plan, site.id), fill(words.planner_removed, { name: site.name })));
    [["name", name], ["kind", kind], ["move", move], ["remove", remove]].forEach(([key, one]) => {
      one.dataset.key = `${site.id} ${key}`;
    });
    const buttons = element("span", undefined, { className: "pair" });
    buttons.append(move, remove);
    box.append(labelled(words.planner_name, name), labelled(words.planner_kind, kind), tickList(site), buttons);
    return box;
  }

  function labelled(text, control) {
    const field = element("div", undefined, { className: "field" });
    const label = element("label", text);
    control.id = `added-${control.dataset.key.replace(/ /g, "-")}`;
    label.htmlFor = control.id;
    field.append(label, control);
    return field;
  }

  function tickList(site) {
    const list = element("ul");
    list.append(...data.services.map((service) => {
      const tick = element("input", undefined, { type: "checkbox", checked: plan.sites[service.id].includes(site.id) });
      tick.dataset.key = `${site.id} ${service.id}`;
      tick.addEventListener("change", () => tickService(service, site, tick.checked));
      const label = element("label");
      label.append(tick, ` ${service.label}`);
      const item = element("li");
      item.append(label);
      return item;
    }));
    const details = element("details", undefined, { open: view.open === site.id });
    details.addEventListener("toggle", () => {
      if (details.open) view.open = site.id;
      else if (view.open === site.id) view.open = null;
    });
    details.append(element("summary", words.planner_runs), list);
    return details;
  }

  function tickService(service, site, runs) {
    change(p.withTick(plan, service.id, site.id, runs),
      fill(runs ? words.planner_opened : words.planner_closed, { service: service.label, name: site.name }));
  }

  // North is up: an arrow key moves the site by 100 metres, with Shift by a kilometre.
  function moveByKey(event, site) {
    const way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!way) return;
    event.preventDefault();
    const size = event.shiftKey ? LEAP_M : STEP_M;
    const then = p.withChanged(plan, site.id, { x: site.x + way[0] * size, y: site.y + way[1] * size });
    change(then, fill(words.planner_moved, nameAndPlace(then, site.id)));
  }

  function placeAt([x, y]) {
    const joined = network.joined(x, y);
    if (joined.destination.links.length === 0) {
      fault("where", words.planner_too_far);
      return;
    }
    fault("where", "");
    const id = p.nextId(data, plan);
    view.open = id;
    const number = plan.added.length + 1;
    const site = { id, name: fill(words.planner_new_name, { number }), kind: "health_centre", x, y };
    const then = p.withSite(plan, site, [view.service]);
    change(then, fill(words.planner_placed, { ...nameAndPlace(then, id), service: serviceLabel(view.service) }));
  }

  function findPlace(text) {
    const at = p.findPostcode(data, postcodes, text) || p.parseGrid(text);
    if (!at) fault("where", words.planner_no_place);
    else placeAt(at);
  }

  // --- Sites of the study ----------------------------------------------------------------------------

  function showSites() {
    const listed = data.sites.filter((site) => site.hosts.includes(view.service))
      .sort((one, two) => (one.name < two.name ? -1 : 1));
    byId("site-list").replaceChildren(...listed.map((site) => {
      const tick = element("input", undefined, { type: "checkbox", checked: plan.sites[view.service].includes(site.id) });
      tick.dataset.key = `site ${site.id}`;
      tick.addEventListener("change", () => tickService(m.byId(data.services, view.service), site, tick.checked));
      const line = element("label");
      line.append(tick, drawing.siteSign(site.kind, "open"), ` ${site.name}`);
      const item = element("li");
      item.append(line);
      return item;
    }));
    byId("sites").querySelector("summary").textContent = fill(words.planner_sites_count, {
      service: serviceLabel(view.service), count: plan.sites[view.service].length });
  }

  // --- Weights ---------------------------------------------------------------------------------------

  function buildWeights() {
    byId("weight-list").replaceChildren(...planning.criteria.map((criterion, place) => {
      const holder = element("div", undefined, { className: "weight" });
      const slider = element("input", undefined, { type: "range", min: 0, max: 100, step: 1, id: `weight-${place}` });
      const shownAs = element("output");
      const label = element("label", criterion.label);
      label.htmlFor = slider.id;
      slider.addEventListener("input", () => {
        plan = { ...plan, weights: plan.weights.map((weight, each) => (each === place ? Number(slider.value) : weight)) };
        shownAs.textContent = slider.value;
        showHeadline();
        showCriteria();
        showPins();
      });
      let before = null;
      slider.addEventListener("pointerdown", () => { before = plan; });
      slider.addEventListener("keydown", () => { before = before || plan; });
      slider.addEventListener("change", () => {
        if (before) past.push(before);
        before = null;
        future.length = 0;
        saveState();
        showButtons();
        sayPlan(fill(words.planner_weighed, { criterion: criterion.label, weight: slider.value }));
      });
      holder.append(label, slider, shownAs);
      return holder;
    }));
  }

  function showWeights() {
    plan.weights.forEach((weight, place) => {
      byId(`weight-${place}`).value = weight;
      byId(`weight-${place}`).nextElementSibling.textContent = weight;
    });
  }

  // --- One more site ---------------------------------------------------------------------------------

  // What one more site of the chosen service would save, tried at places spread over all postcodes, a
  // few at a time so that the page stays alive.
  function startHeat() {
    const count = postcodes ? postcodes.x.length : 0;
    const step = Math.max(Math.ceil(count / 300), 1);
    const service = found.services.find((one) => one.id === view.service);
    const team = m.byId(data.services, view.service).delivery === "team";
    const tried = [];
    const asked = plan;
    byId("heat").disabled = true;
    const next = (row) => {
      const until = performance.now() + 40;
      let at = row;
      for (; at < count && performance.now() < until; at += step) {
        const place = network.joined(postcodes.x[at], postcodes.y[at]);
        if (place.destination.links.length > 0) {
          const minutes = minutesTo(place, team ? "from_site" : "to_site");
          tried.push({ x: postcodes.x[at], y: postcodes.y[at],
            saved: llrgeoAppraise.savedBy(data.areas.people, service.after, minutes) });
        }
      }
      if (plan !== asked) byId("heat-progress").textContent = words.planner_heat_stopped;
      else if (at < count) {
        byId("heat-progress").textContent = `${Math.round((100 * at) / count)}%`;
        setTimeout(() => next(at));
        return;
      } else showHeat(tried);
      byId("heat").disabled = false;
    };
    next(0);
  }

  function showHeat(tried) {
    const best = [...tried].sort((one, two) => two.saved - one.saved);
    const most = best.length > 0 ? best[0].saved : 0;
    heatLayer.clearLayers();
    if (most > 0) {
      tried.forEach(({ x, y, saved }) => L.circleMarker(degrees(x, y), { interactive: false, stroke: false,
        radius: 2 + 9 * (saved / most), fillColor: "#000000", fillOpacity: 0.15 + 0.5 * (saved / most) }).addTo(heatLayer));
    }
    heatLayer.addTo(map);
    byId("heat-progress").textContent = fill(words.planner_heat_done, { count: tried.length });
    byId("table-heat").hidden = false;
    const people = data.areas.people.reduce((sum, count) => sum + count, 0);
    fillTable("heat", [words.planner_column_place, words.planner_column_saved, words.planner_column_show],
      best.slice(0, 5).map(({ x, y, saved }) => [p.gridReference(x, y), (saved / people).toFixed(2), ""]));
    [...byId("table-heat").tBodies[0].rows].forEach((row, place) => {
      const button = element("button", words.planner_place, { type: "button" });
      button.setAttribute("aria-label", fill(words.planner_place_at, { place: row.cells[0].textContent }));
      button.addEventListener("click", () => placeAt([best[place].x, best[place].y]));
      row.cells[2].append(button);
    });
    say(fill(words.planner_heat_said, { place: best.length > 0 ? p.gridReference(best[0].x, best[0].y) : "" }));
  }

  // --- State -----------------------------------------------------------------------------------------

  function change(then, done) {
    past.push(plan);
    future.length = 0;
    plan = then;
    refresh();
    saveState();
    sayPlan(done);
  }

  function step(from, to, done) {
    if (from.length === 0) return;
    to.push(plan);
    plan = from.pop();
    refresh();
    saveState();
    sayPlan(done);
  }

  function saveState() {
    try {
      window.history.replaceState(null, "", `#${encodeURIComponent(p.toToml(data, plan, byId("label").value))}`);
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
    const read = text ? p.fromToml(data, text) : {};
    if (read.plan && (network || read.plan.added.length === 0)) plan = read.plan;
  }

  function compute() {
    world = worldOf(plan);
    found = llrgeoAppraise.appraise(data, world, plan);
  }

  function showButtons() {
    byId("undo").disabled = past.length === 0;
    byId("redo").disabled = future.length === 0;
    byId("pin").disabled = pins.length >= NAMES.length;
  }

  // All of the page anew; what had the focus has it again.
  function refresh() {
    const focused = document.activeElement && document.activeElement.dataset.key;
    compute();
    byId("base").value = plan.base;
    byId("service").value = view.service;
    byId("journey").value = view.journey;
    showAdded();
    showSites();
    showHeadline();
    showServices();
    showLoads();
    showCriteria();
    showGroups();
    showLosers();
    showWeights();
    showPins();
    showMine();
    showMap();
    showButtons();
    const again = focused && document.querySelector(`[data-key="${CSS.escape(focused)}"]`);
    if (again) again.focus({ preventScroll: true });
  }

  function save() {
    const text = p.toToml(data, plan, byId("label").value.trim() || words.planner_label_first);
    const address = URL.createObjectURL(new Blob([`${text}\n`], { type: "application/toml" }));
    element("a", undefined, { href: address, download: "plan.toml" }).click();
    URL.revokeObjectURL(address);
    say(words.planner_saved);
  }

  async function open(file) {
    if (!file) return;
    const read = p.fromToml(data, await file.text());
    const needs = read.plan && read.plan.added.length > 0 && !network ? "planner_open_network" : read.fault;
    fault("open", needs ? fill(words[needs], { detail: read.detail || "" }) : "");
    if (!needs) change(read.plan, words.planner_opened_file);
    byId("open").value = "";
  }

  function pin() {
    const name = NAMES[pins.length];
    pins.push({ name, plan, found });
    showPins();
    showButtons();
    say(fill(words.planner_pinned, { name }));
  }

  function setPlacing(on) {
    byId("by-click").setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("placing", on);
  }

  function listen() {
    const on = (id, event, act) => byId(id).addEventListener(event, act);
    on("choices", "submit", (event) => { event.preventDefault(); if (network) findPlace(byId("where").value); });
    on("mine-form", "submit", (event) => { event.preventDefault(); findMine(byId("mine-where").value); });
    on("base", "change", (event) => change(rebased(event.target.value), optionLabel(event.target.value)));
    on("service", "change", (event) => { view.service = event.target.value; refresh(); });
    on("journey", "change", (event) => { view.journey = event.target.value; refresh(); sayPlan(m.byId(data.journeys, view.journey).label); });
    on("views", "change", (event) => { view.map = event.target.value; showMap(); });
    on("by-click", "click", () => setPlacing(byId("by-click").getAttribute("aria-pressed") !== "true"));
    on("undo", "click", () => step(past, future, words.planner_undone));
    on("redo", "click", () => step(future, past, words.planner_redone));
    on("pin", "click", pin);
    on("heat", "click", startHeat);
    on("save", "click", save);
    on("open", "change", (event) => open(event.target.files[0]));
    on("print", "click", () => window.print());
    window.addEventListener("hashchange", () => { loadState(); refresh(); });
    map.on("click", (event) => {
      if (!network || byId("by-click").getAttribute("aria-pressed") !== "true") return;
      setPlacing(false);
      placeAt(metres(event.latlng));
    });
  }

  // The plan's new sites on another option: they go on running what they run.
  function rebased(base) {
    let then = p.startFrom(data, base, plan.weights);
    plan.added.forEach((site) => {
      then = p.withSite(then, site, Object.keys(plan.sites).filter((id) => plan.sites[id].includes(site.id)));
    });
    return then;
  }

  byId("journey").replaceChildren(...journeys.map((journey) =>
    element("option", journey.label, { value: journey.id })));
  await openNetwork();
  buildWeights();
  drawing.prepare(words.planner_map_label);
  loadState();
  listen();
  refresh();
  document.documentElement.classList.add("ready");
})();
