// The sites of a plan: new ones with their names, kinds, places and services; and those of the study
// that run a service, to tick and to close.
"use strict";

function llrgeoPlanSites(desk, tables, planMap) {
  const m = llrgeoModel;
  const p = llrgeoPlan;
  const { fill } = llrgeoText;
  const { element, setText } = tables;
  const { data, words, roads } = desk;
  const byId = (id) => document.getElementById(id);
  const [STEP_M, LEAP_M] = [100, 1000];
  const LONGEST_NAME = 80;

  // --- New sites -----------------------------------------------------------------------------------

  const boxes = new Map(); // by a new site's id: its box, and what shows a site in it

  function showAdded() {
    const { added } = desk.plan;
    const wanted = added.map(({ id }) => boxOf(id).box);
    added.forEach((site, place) => boxOf(site.id).show(site, place));
    const isSame = byId("added").children.length === wanted.length
      && wanted.every((box, place) => byId("added").children[place] === box);
    if (!isSame) byId("added").replaceChildren(...wanted);
  }

  // The box of a new site, made once: it is shown again when a plan is taken back.
  function boxOf(id) {
    if (!boxes.has(id)) boxes.set(id, newBox(id));
    return boxes.get(id);
  }

  function newBox(id) {
    const box = element("fieldset", undefined, { className: "placed" });
    const legend = element("legend");
    const controls = { name: nameField(id), kind: kindField(id), move: moveButton(id), remove: removeButton(id) };
    Object.entries(controls).forEach(([key, control]) => { control.dataset.key = `${id} ${key}`; });
    const { name, kind, move, remove } = controls;
    const buttons = element("span", undefined, { className: "pair" });
    buttons.append(move, remove);
    const { details, showTicks } = tickList(id);
    box.append(legend, labelled(words.planner_name, name), labelled(words.planner_kind, kind), details, buttons);
    const show = (site, place) => {
      const at = llrgeoPlaces.gridReference(site.x, site.y);
      setText(legend, fill(words.planner_site, { number: p.numberOf(site, place), place: at }));
      if (name.value !== site.name) name.value = site.name;
      if (kind.value !== site.kind) kind.value = site.kind;
      move.setAttribute("aria-label", fill(words.planner_move_label, { name: site.name }));
      remove.setAttribute("aria-label", fill(words.planner_remove_label, { name: site.name }));
      showTicks();
    };
    return { box, show };
  }

  const siteOf = (id) => desk.plan.added.find((site) => site.id === id);

  function nameField(id) {
    const name = element("input", undefined, { type: "text", maxLength: LONGEST_NAME });
    name.addEventListener("change", () => {
      const text = name.value.trim() || siteOf(id).name;
      desk.change(p.withChanged(desk.plan, id, { name: text }), fill(words.planner_named, { name: text }));
    });
    return name;
  }

  function kindField(id) {
    const kind = element("select");
    kind.append(...p.KINDS.slice(0, 3).map((value) => element("option", words[`kind_${value}`], { value })));
    kind.addEventListener("change", () =>
      desk.change(p.withChanged(desk.plan, id, { kind: kind.value }), words[`kind_${kind.value}`]));
    return kind;
  }

  function moveButton(id) {
    const move = element("button", words.planner_move, { type: "button" });
    move.addEventListener("keydown", (event) => moveByKey(event, siteOf(id)));
    return move;
  }

  function removeButton(id) {
    const remove = element("button", words.planner_remove, { type: "button" });
    remove.addEventListener("click", () => {
      const { name } = siteOf(id);
      desk.change(p.withoutSite(desk.plan, id), fill(words.planner_removed, { name }));
      byId("where").focus();
    });
    return remove;
  }

  function labelled(text, control) {
    const field = element("div", undefined, { className: "field" });
    const label = element("label", text);
    control.id = `added-${control.dataset.key.replace(/ /g, "-")}`;
    label.htmlFor = control.id;
    field.append(label, control);
    return field;
  }

  // The services that a new site may run, to tick; they are shown as the plan has them.
  function tickList(id) {
    const list = element("ul");
    const ticks = data.services.map((service) => tickOf(service, id, `${id} ${service.id}`, () => siteOf(id).name));
    list.append(...ticks.map((tick, place) => {
      const label = element("label");
      label.append(tick, ` ${data.services[place].label}`);
      const item = element("li");
      item.append(label);
      return item;
    }));
    const details = element("details");
    details.addEventListener("toggle", () => {
      if (details.open) desk.view.open = id;
      else if (desk.view.open === id) desk.view.open = null;
    });
    details.append(element("summary", words.planner_runs), list);
    const showTicks = () => {
      const isOpen = desk.view.open === id;
      if (details.open !== isOpen) details.open = isOpen;
      data.services.forEach((service, place) => showTick(ticks[place], service, id));
    };
    return { details, showTicks };
  }

  function tickOf(service, id, key, nameOf) {
    const tick = element("input", undefined, { type: "checkbox" });
    tick.dataset.key = key;
    tick.addEventListener("change", () => {
      const said = { service: service.label, name: nameOf(), beds: llrgeoBeds.bedsOf(data, desk.plan, service.id).get(id) };
      const kind = tick.checked ? "opened" : said.beds ? "closed_beds" : "closed";
      desk.change(p.withTick(desk.plan, service.id, id, tick.checked), fill(words[`planner_${kind}`], said));
    });
    return tick;
  }

  function showTick(tick, service, id) {
    const runs = desk.plan.sites[service.id].includes(id);
    if (tick.checked !== runs) tick.checked = runs;
  }

  // North is up: an arrow key moves the site by 100 metres, with Shift by a kilometre.
  function moveByKey(event, site) {
    const way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!way) return;
    event.preventDefault();
    const size = event.shiftKey ? LEAP_M : STEP_M;
    const then = p.withChanged(desk.plan, site.id, { x: site.x + way[0] * size, y: site.y + way[1] * size });
    desk.change(then, fill(words.planner_moved, desk.nameAndPlace(then, site.id)));
  }

  function placeAt([x, y]) {
    const joined = roads.joined(x, y);
    if (joined.destination.links.length === 0) {
      desk.fault("where", words.planner_too_far);
      return;
    }
    const { plan, view } = desk;
    if (plan.added.length >= p.MOST_SITES) {
      desk.fault("where", fill(words.planner_sites_many, { most: p.MOST_SITES }));
      return;
    }
    desk.fault("where", "");
    const id = p.nextId(data, plan);
    view.open = id;
    const number = p.numberOf({ id });
    const site = { id, name: fill(words.planner_new_name, { number }), kind: "health_centre", x, y };
    const then = p.withSite(plan, site, [view.service]);
    desk.change(then, fill(words.planner_placed, { ...desk.nameAndPlace(then, id), service: desk.serviceLabel() }));
  }

  function findPlace(text) {
    const at = llrgeoPlaces.findPostcode(data, desk.postcodes, text) || llrgeoPlaces.parseGrid(text)
      || llrgeoPlaces.parseDegrees(data, text);
    if (!at) desk.fault("where", words.planner_no_place);
    else placeAt(at);
  }

  // --- Sites of the study ----------------------------------------------------------------------------

  // The lines of a service: each site that may run it, with its tick; made once.
  const linesOf = (service) => llrgeoMemo.byKey(desk, `sites of ${service.id}`, () =>
    data.sites.filter((site) => site.hosts.includes(service.id))
      .sort(byName).map((site) => {
        const tick = tickOf(service, site.id, `site ${site.id}`, () => site.name);
        const line = element("label");
        line.append(tick, planMap.siteSign(site.kind, "open"), ` ${site.name}`);
        const item = element("li");
        item.append(line);
        return { site, tick, item };
      }));

  function showSites() {
    const service = m.byId(data.services, desk.view.service);
    const lines = linesOf(service);
    lines.forEach(({ site, tick }) => showTick(tick, service, site.id));
    if (byId("site-list").firstElementChild !== lines[0]?.item) {
      byId("site-list").replaceChildren(...lines.map(({ item }) => item));
    }
    setText(byId("sites").querySelector("summary"), fill(words.planner_sites_count, {
      service: service.label, count: desk.plan.sites[service.id].length }));
  }

  // The study's sites that run something in the plan: each may close for all of it at once.
  function showClosing() {
    const open = data.sites.filter(({ id }) => servicesAt(id).length > 0).sort(byName);
    byId("close-all").disabled = open.length === 0;
    const select = byId("close-site");
    const ids = open.map(({ id }) => id).join();
    if (select.dataset.ids === ids) return;
    const { value } = select;
    select.dataset.ids = ids;
    select.replaceChildren(...open.map(({ id, name }) => element("option", name, { value: id })));
    if (open.some(({ id }) => id === value)) select.value = value;
  }

  const servicesAt = (id) => data.services.filter((service) => desk.plan.sites[service.id].includes(id));
  const byName = (first, second) => (first.name < second.name ? -1 : 1);

  function closeAll() {
    const { value: id } = byId("close-site");
    const named = ({ id: service, label }) => {
      const beds = llrgeoBeds.bedsOf(data, desk.plan, service).get(id);
      return beds ? fill(words.planner_service_beds, { service: label, beds }) : label;
    };
    const services = servicesAt(id).map(named).join("; ");
    desk.change(p.withoutServices(desk.plan, id), fill(words.planner_closed_all, { name: desk.nameOf(id), services }));
  }

  function show() {
    showAdded();
    showSites();
    showClosing();
  }

  byId("close-all").addEventListener("click", closeAll);
  return { show, placeAt, findPlace };
}
