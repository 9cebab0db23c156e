// Beds moved from a site to another, added or taken away: the form, for a service that has beds.
"use strict";

function llrgeoBedMoves(desk, tables) {
  const { fill, peopleInWords } = llrgeoText;
  const { element } = tables;
  const { data, words, nameOf } = desk;
  const byId = (id) => document.getElementById(id);

  // Sites that have beds, to leave; and all that may have some, to go to.
  function show() {
    const { service } = desk.view;
    const has = Boolean(llrgeoBeds.bedService(data, service));
    byId("move-beds").hidden = !has;
    if (!has) return;
    const beds = llrgeoBeds.bedsOf(data, desk.plan, service);
    const order = (first, second) => (nameOf(first) < nameOf(second) ? -1 : 1);
    const hosts = [...data.sites.filter((site) => site.hosts.includes(service)), ...desk.plan.added];
    const label = (id) => fill(words.planner_beds_at, { site: nameOf(id), beds: beds.get(id) ?? 0 });
    choose("beds-from", [["", words.planner_beds_new],
      ...[...beds.keys()].sort(order).map((id) => [id, label(id)])]);
    choose("beds-to", [["", words.planner_beds_gone],
      ...hosts.map(({ id }) => id).sort(order).map((id) => [id, label(id)])]);
  }

  const shown = new Map(); // by list: what it offers

  // The choice of before stays, if it is still offered.
  function choose(id, offered) {
    const all = JSON.stringify(offered);
    if (shown.get(id) === all) return;
    shown.set(id, all);
    const { value } = byId(id);
    byId(id).replaceChildren(...offered.map(([key, text]) => element("option", text, { value: key })));
    byId(id).value = offered.some(([key]) => key === value) ? value : offered[0][0];
  }

  function move() {
    const [from, to, number] = ["beds-from", "beds-to", "beds-number"].map((id) => byId(id).value);
    const count = Number(number);
    if (!(Number.isSafeInteger(count) && count > 0)) desk.fault("beds", words.planner_beds_number);
    else if (from === to) desk.fault("beds", words.planner_beds_same);
    else moved(from, to, count);
  }

  function moved(from, to, count) {
    const { service } = desk.view;
    const { plan, have, most } = llrgeoPlan.moveBeds(data, desk.plan, service, from, to, count);
    const reason = most ? fill(words.planner_beds_many, { beds: peopleInWords(most, words) })
      : fill(words.planner_beds_few, { beds: have, site: from && nameOf(from) });
    desk.fault("beds", plan ? "" : reason);
    if (!plan) return;
    const kind = !from ? "added" : to ? "moved" : "taken";
    const said = fill(words[`planner_beds_${kind}`], { beds: peopleInWords(count, words), from: from && nameOf(from),
      to: to && nameOf(to) });
    const isLeft = from && !plan.sites[service].includes(from);
    desk.change(plan, isLeft ? `${said}. ${fill(words.planner_closed, { service: desk.serviceLabel(), name: nameOf(from) })}` : said);
  }

  byId("beds-move").addEventListener("click", move);
  return { show };
}
