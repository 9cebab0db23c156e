// What a plan means, in tables: services, loads, criteria, groups, places hit hardest, and plans side
// by side; headline.js says it in sentences. `showAreas` shows some areas on the map; `take` goes on with a plan
// that was kept, `drop` lets go of it.
"use strict";

function llrgeoResults(desk, tables, { showAreas, take, drop }) {
  const m = llrgeoModel;
  const costs = llrgeoCostTable(desk, tables);
  const { showHeadline, showWarnings } = llrgeoHeadline(desk, tables);
  const { fill, peopleInWords, oneDecimal, shareInWords } = llrgeoText;
  const { element, fillTable, setText, minutesInTable } = tables;
  const buttons = llrgeoRowButtons(tables, desk.words);
  const { data, words, inHundred, scoreOf, nameOf } = desk;
  const { planning } = data;
  const byId = (id) => document.getElementById(id);
  const MOST_LISTED = 10;
  const today = m.baselineOf(data).id;
  const isLonger = (name) => llrgeoAppraise.LONGER.includes(name);
  const counted = (number) => peopleInWords(Math.round(number), words);
  // Minutes of a mean; where there is none, nobody travels or (of all services) one runs nowhere.
  const shown = (minutes, none) => (Number.isNaN(minutes) ? none : minutesInTable(minutes));

  // --- Services and sites ------------------------------------------------------------------------------

  const meanOf = llrgeoMemo.ofPair((minutes) => {
    let [spent, people] = [0, 0];
    minutes.forEach((each, area) => {
      if (each === Infinity) return;
      spent += each * data.areas.people[area];
      people += data.areas.people[area];
    });
    return people > 0 ? spent / people : NaN;
  });

  function showServices() {
    const listed = desk.found.services.map((service) => ({ ...service,
      worse: service.outcomes.worsened + service.outcomes.lost,
      better: service.outcomes.improved + service.outcomes.gained }))
      .sort((first, second) => second.worse - first.worse || second.better - first.better);
    fillTable("services", [words.planner_column_service, words.column_longer, words.column_shorter,
      words.column_before, words.planner_column_after, words.planner_column_show],
    listed.map((service) => [desk.serviceLabel(service.id), counted(service.worse), counted(service.better),
      shown(meanOf(service.before, data), words.no_route), shown(meanOf(service.after, data), words.no_route),
      words.planner_show]));
    buttons.add("services", listed.map(({ id, before, after }) => {
      const kindOf = (area) => m.outcome(before[area], after[area], data.tolerance);
      return rowOf(desk.serviceLabel(id), data.areas.people, (area) => m.LONGER_OUTCOMES.includes(kindOf(area)),
        (area) => m.SHORTER_OUTCOMES.includes(kindOf(area)), { service: id, map: "change" });
    }));
  }

  // What a row shows on the map: where some people (by area) lose, or else gain, or else live.
  function rowOf(name, people, loses, gains, more) {
    const lookFor = () => [["longer", loses], ["shorter", gains], ["same", () => true]].map(([kind, isOne]) =>
      ({ kind, areas: [...people.keys()].filter((area) => people[area] > 0 && isOne(area)) }))
      .find(({ areas }) => areas.length > 0);
    const act = () => {
      const found = lookFor();
      showAreas({ ...found, ...more, said: fill(words[`planner_shown_${found.kind}`],
        { name, count: counted(found.areas.length) }) });
    };
    return { label: fill(words.planner_show_area, { area: name }), act };
  }

  function showLoads() {
    const { loads } = desk.serviceFound();
    fillTable("loads", [words.planner_column_site, words.planner_column_residents,
      words.planner_column_contacts, words.planner_column_room, words.planner_column_copes],
    loads.map((load) => [nameOf(load.id), counted(load.residents), counted(load.contacts),
      load.capacity === null ? words.planner_no_limit : counted(load.capacity), copes(load)]));
    warn("loads", 4, loads.map((load) => load.over > 0 || load.belowMinimum));
    setText(byId("table-loads").caption, fill(words.planner_table_loads, { service: desk.serviceLabel() }));
  }

  // Mark the cells of a column that tell of what does not cope.
  function warn(name, column, isWarning) {
    const { rows } = byId(`table-${name}`).tBodies[0];
    [...rows].forEach((row, place) => row.cells[column].classList.toggle("warn", Boolean(isWarning[place])));
  }

  function copes(load) {
    if (load.over > 0) return fill(words.planner_over, { contacts: counted(load.over) });
    if (load.belowMinimum) return words.planner_below;
    return load.capacity === null ? words.planner_not_known : words.planner_fine;
  }

  // --- Beds --------------------------------------------------------------------------------------------

  // What the beds of the service looked at do in the first year, and how many the last would need.
  function showBeds() {
    const { id, beds } = desk.serviceFound();
    const isThere = beds.length > 0 && beds[0].length > 0; // of a service with beds that runs somewhere
    byId("table-beds").hidden = !isThere;
    if (!isThere) return;
    const { years, target } = llrgeoBeds.bedService(data, id);
    const [first, last] = [beds[0], beds[beds.length - 1]];
    const later = new Map(last.map((row) => [row.id, row.needed]));
    const whole = (rows, of) => (rows.some((row) => of(row) === null) ? null : rows.reduce((sum, row) => sum + of(row), 0));
    const cells = (name, row, more) => [name, row.beds === null ? words.planner_no_limit : counted(row.beds),
      oneDecimal(row.load, words), row.use ? percent(row.use.occupancy) : "", row.use ? outcomeOf(row.use) : "",
      counted(row.needed), counted(later.get(row.id) ?? more), row.short === null ? "" : bedsCope(row)];
    const all = { beds: whole(first, ({ beds: number }) => number), load: whole(first, ({ load }) => load),
      needed: whole(first, ({ needed }) => needed), short: whole(first, ({ short }) => short), use: null };
    fillTable("beds", [words.planner_column_site, words.planner_column_beds, words.planner_column_in_use,
      words.planner_column_full, words[`planner_beds_${target.kind}`],
      fill(words.planner_column_needed, { year: years[0] }),
      fill(words.planner_column_needed, { year: years[years.length - 1] }), words.planner_column_copes],
    [...first.map((row) => cells(nameOf(row.id), row)),
      cells(words.planner_all_sites, all, whole(last, ({ needed }) => needed))]);
    setText(byId("table-beds").caption, fill(words.planner_table_beds, { service: desk.serviceLabel(),
      year: years[0], extra: counted(llrgeoBeds.extraBeds(data, id, first)) }));
    warn("beds", 7, first.map(({ short }) => short > 0));
  }

  const percent = (share) => shareInWords(share, 1, words);
  const outcomeOf = ({ refused, waiting, over }) => percent(refused ?? waiting ?? over);

  const bedsCope = ({ short }) =>
    (short > 0 ? fill(words.planner_beds_short, { beds: counted(short) }) : words.planner_fine);

  // --- Criteria ----------------------------------------------------------------------------------------

  function figure(measure, value) {
    if (value === null) return words.planner_no_figure;
    const { unit } = planning.criteria.find((criterion) => criterion.measure === measure);
    return unit === "share" ? percent(value) : oneDecimal(value, words);
  }

  function showCriteria() {
    const [base, now] = [desk.plan.base, today].map((id) => desk.optionFound(id).criteria);
    fillTable("criteria", [words.planner_column_criterion, words.planner_today, words.planner_column_base,
      words.planner_column_plan, words.planner_column_points, words.planner_column_weight],
    desk.found.criteria.map(({ measure, value, score }, place) => [planning.criteria[place].label,
      figure(measure, now[place].value), figure(measure, base[place].value), figure(measure, value),
      inHundred(score), String(desk.plan.weights[place])]));
  }

  // --- People --------------------------------------------------------------------------------------------

  function showGroups() {
    const heads = [words.planner_column_residents, words.planner_any_longer, words.planner_only_shorter,
      words.column_before, words.planner_column_after, words.planner_column_show];
    const isPlace = ({ group }) => group === "authority";
    const nameOfGroup = ({ group, level }) => (group === "authority" ? level
      : `${words[`group_name_${group}`]}: ${words[`level_${level}`]}`);
    const groups = desk.found.groups.map((group, place) => ({ ...group, people: planning.groups[place].people }))
      .filter(({ total }) => total > 0);
    const { classes } = desk.found;
    for (const [name, head, listed] of [["places", words.planner_column_place, groups.filter(isPlace)],
      ["groups", words.planner_column_group, groups.filter((group) => !isPlace(group))]]) {
      fillTable(name, [head, ...heads], listed.map((group) => [nameOfGroup(group), counted(group.total), counted(group.anyLonger),
        counted(group.shorter), shown(group.before, words.planner_no_figure),
      shown(group.after, words.planner_no_figure), words.planner_show]));
      buttons.add(name, listed.map((group) => rowOf(nameOfGroup(group), group.people,
        (area) => isLonger(classes[area].name), (area) => classes[area].name === "shorter", { map: "people" })));
    }
  }

  function showLosers() {
    const size = ({ worst }) => (worst.kind === "lost" ? Infinity : worst.longer);
    const listed = desk.found.classes.map((found, area) => ({ ...found, area })).filter(({ worst }) => worst)
      .sort((first, second) => size(second) - size(first) || first.area - second.area).slice(0, MOST_LISTED);
    byId("table-losers").hidden = listed.length === 0;
    fillTable("losers", [words.column_area, words.column_people, words.planner_column_service,
      words.column_before, words.planner_column_after, words.planner_column_show],
    listed.map(({ area, worst }) => {
      const service = desk.serviceFound(worst.service);
      return [data.areas.label[area], counted(data.areas.people[area]), desk.serviceLabel(worst.service),
        minutesInTable(service.before[area]), minutesInTable(service.after[area]), words.planner_show];
    }));
    buttons.add("losers", listed.map(({ area, worst }) => ({
      label: fill(words.planner_show_area, { area: data.areas.label[area] }),
      act: () => showAreas({ areas: [area], service: worst.service,
        said: fill(words.planner_shown, { area: data.areas.label[area] }) }),
    })));
  }

  // --- Plans side by side ----------------------------------------------------------------------------------

  function showPins() {
    byId("table-pins").hidden = desk.pins.length === 0;
    if (desk.pins.length === 0) return;
    const listed = [{ name: words.planner_this, plan: desk.plan, found: desk.found }, ...desk.pins];
    const shares = desk.firstShares(listed.map(({ found }) => found.criteria));
    const each = (label, of) => [label, ...listed.map(of)];
    fillTable("pins", [words.planner_column_figure, ...listed.map(({ name }) => name)], [
      each(words.planner_any_longer, ({ found }) => counted(found.people.anyLonger)),
      each(words.planner_only_shorter, ({ found }) => counted(found.people.shorter)),
      each(words.planner_new_sites, ({ plan }) => plan.added.map(({ id }) => desk.nameAndPlace(plan, id))
        .map(({ name, place }) => `${name}, ${place}`).join("; ") || words.planner_none),
      ...planning.criteria.map((criterion, place) => each(criterion.label,
        ({ found }) => figure(criterion.measure, found.criteria[place].value))),
      ...(planning.costs ? [each(words.planner_pays, ({ found }) => costs.pounds(found.costs.provider)),
        each(words.planner_net, ({ found }) => costs.pounds(found.costs.net))] : []),
      each(words.planner_total, ({ found }) => inHundred(scoreOf(found.criteria))),
      each(words.planner_first, (_, place) => shares[place]),
      each(words.planner_kept, () => ""),
    ]);
    const last = [...byId("table-pins").tBodies[0].rows].pop();
    desk.pins.forEach(({ name }, place) => last.cells[place + 2].append(
      pinButton(name, "take", take), " ", pinButton(name, "drop", drop)));
  }

  function pinButton(name, what, act) {
    const button = element("button", words[`planner_${what}`], { type: "button" });
    button.setAttribute("aria-label", fill(words[`planner_${what}_plan`], { name }));
    button.dataset.key = `${what} ${name}`;
    button.addEventListener("click", () => act(name));
    return button;
  }

  function showAll() {
    showHeadline();
    showWarnings();
    showServices();
    showLoads();
    showBeds();
    costs.show();
    showCriteria();
    showGroups();
    showLosers();
    showPins();
  }

  // What is of the service that is looked at alone.
  function showOfService() {
    showLoads();
    showBeds();
  }

  // What follows while a site is dragged.
  function showMoving() {
    showHeadline();
    showWarnings();
    showOfService();
  }

  return { showAll, showMoving, showOfService, showHeadline, showCriteria, showPins };
}
