// The sites of a plan: new ones with their names, kinds, places and services; and those of the study
// that run a service, to tick and to close.
"use strict";

function llrgeoPlanSites(desk, tables, planMap) {
  const m = llrgeoModel;
  const p = llrgeoPlan;
  const { fill } = llrgeoText;
  const { element } = tables;
  const { data, words, roads } = desk;
  const byId = (id) => document.getElementById(id);
  const [STEP_M, LEAP_M] = [100, 1000];
  const LONGEST_NAME = 80;

  // --- New sites -----------------------------------------------------------------------------------

  function showAdded() {
    byId("added").replaceChildren(...desk.plan.added.map(addedSite));
  }

  function addedSite(site, place) {
    const box = element("fieldset", undefined, { className: "placed" });
    const at = llrgeoPlaces.gridReference(site.x, site.y);
    const name = nameOf(site);
    const kind = kindOf(site);
    const [move, remove] = [moveButton(site), removeButton(site)];
    Object.entries({ name, kind, move, remove }).forEach(([key, control]) => {
      control.dataset.key = `${site.id} ${key}`;
    });
    const buttons = element("span", undefined, { className: "pair" });
    buttons.append(move, remove);
    box.append(element("legend", fill(words.planner_site, { number: place + 1, place: at })),
      labelled(words.planner_name, name), labelled(words.planner_kind, kind), tickList(site), buttons);
    return box;
  }

  function nameOf(site) {
    const name = element("input", undefined, { type: "text", value: site.name, maxLength: LONGEST_NAME });
    name.addEventListener("change", () => {
      const text = name.value.trim() || site.name;
      desk.change(p.withChanged(desk.plan, site.id, { name: text }), fill(words.planner_named, { name: text }));
    });
    return name;
  }

  function kindOf(site) {
    const kind = element("select");
    kind.append(...p.KINDS.slice(0, 3).map((value) =>
      element("option", words[`kind_${value}`], { value, selected: value === site.kind })));
    kind.addEventListener("change", () =>
      desk.change(p.withChanged(desk.plan, site.id, { kind: kind.value }), words[`kind_${kind.value}`]));
    return kind;
  }

  function moveButton(site) {
    const move = element("button", words.planner_move, { type: "button" });
    move.setAttribute("aria-label", fill(words.planner_move_label, { name: site.name }));
    move.addEventListener("keydown", (event) => moveByKey(event, site));
    return move;
  }

  function removeButton(site) {
    const remove = element("button", words.planner_remove, { type: "button" });
    remove.setAttribute("aria-label", fill(words.planner_remove_label, { name: site.name }));
    remove.addEventListener("click", () =>
      desk.change(p.withoutSite(desk.plan, site.id), fill(words.planner_removed, { name: site.name })));
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

  function tickList(site) {
    const list = element("ul");
    list.append(...data.services.map((service) => {
      const tick = tickOf(service, site, `${site.id} ${service.id}`);
      const label = element("label");
      label.append(tick, ` ${service.label}`);
      const item = element("li");
      item.append(label);
      return item;
    }));
    const details = element("details", undefined, { open: desk.view.open === site.id });
    details.addEventListener("toggle", () => {
      if (details.open) desk.view.open = site.id;
      else if (desk.view.open === site.id) desk.view.open = null;
    });
    details.append(element("summary", words.planner_runs), list);
    return details;
  }

  function tickOf(service, site, key) {
    const tick = element("input", undefined, { type: "checkbox",
      checked: desk.plan.sites[service.id].includes(site.id) });
    tick.dataset.key = key;
    tick.addEventListener("change", () =>
      desk.change(p.withTick(desk.plan, service.id, site.id, tick.checked),
        fill(tick.checked ? words.planner_opened : words.planner_closed, { service: service.label, name: site.name })));
    return tick;
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
    desk.fault("where", "");
    const { plan, view } = desk;
    const id = p.nextId(data, plan);
    view.open = id;
    const number = plan.added.length + 1;
    const site = { id, name: fill(words.planner_new_name, { number }), kind: "health_centre", x, y };
    const then = p.withSite(plan, site, [view.service]);
    desk.change(then, fill(words.planner_placed, { ...desk.nameAndPlace(then, id), service: desk.serviceLabel() }));
  }

  function findPlace(text) {
    const at = llrgeoPlaces.findPostcode(data, desk.postcodes, text) || llrgeoPlaces.parseGrid(text);
    if (!at) desk.fault("where", words.planner_no_place);
    else placeAt(at);
  }

  // --- Sites of the study ----------------------------------------------------------------------------

  function showSites() {
    const service = m.byId(data.services, desk.view.service);
    const listed = data.sites.filter((site) => site.hosts.includes(service.id))
      .sort((first, second) => (first.name < second.name ? -1 : 1));
    byId("site-list").replaceChildren(...listed.map((site) => {
      const line = element("label");
      line.append(tickOf(service, site, `site ${site.id}`), planMap.siteSign(site.kind, "open"), ` ${site.name}`);
      const item = element("li");
      item.append(line);
      return item;
    }));
    byId("sites").querySelector("summary").textContent = fill(words.planner_sites_count, {
      service: service.label, count: desk.plan.sites[service.id].length });
  }

  function show() {
    showAdded();
    showSites();
  }

  return { show, placeAt, findPlace };
}
