// What a plan changes against the option that it starts from, as a list: the plan in words, on paper
// too.
"use strict";

function llrgeoChangeList(desk, { fillLines, setText }) {
  const m = llrgeoModel;
  const p = llrgeoPlan;
  const { fill } = llrgeoText;
  const { data, words } = desk;
  const byId = (id) => document.getElementById(id);

  // Each new site with its place and what it runs.
  function newSites(plan) {
    return plan.added.map((site) => {
      const runs = data.services.filter(({ id }) => plan.sites[id].includes(site.id)).map(({ label }) => label);
      return fill(words.planner_change_new, { ...desk.nameAndPlace(plan, site.id),
        kind: words[`kind_${site.kind}`], services: runs.join("; ") || words.planner_none });
    });
  }

  // Services that open and close at the study's own sites.
  function services(plan) {
    const changes = p.changesOf(data, plan);
    const isOwn = (id) => data.sites.some((site) => site.id === id);
    return [["closes", words.planner_change_closes], ["opens", words.planner_change_opens]].flatMap(([kind, line]) =>
      Object.entries(changes[kind]).map(([service, ids]) => [service, ids.filter(isOwn)])
        .filter(([, ids]) => ids.length > 0).map(([service, ids]) => fill(line, {
          service: desk.serviceLabel(service), sites: ids.map(desk.nameOf).join("; ") })));
  }

  // Beds that the plan states otherwise than the option, and those of sites that it closes.
  function beds(plan) {
    const before = m.byId(data.options, plan.base).beds || {};
    const closed = (service) => Object.entries(before[service] || {})
      .filter(([id, number]) => number > 0 && !plan.sites[service].includes(id)).map(([id]) => [id, 0]);
    const changed = p.changedBeds(data, plan);
    return Object.keys({ ...before, ...changed }).flatMap((service) =>
      [...closed(service), ...Object.entries(changed[service] || {})].map(([id, number]) =>
        fill(words.planner_change_beds, { service: desk.serviceLabel(service), site: desk.nameOf(id),
          before: (before[service] || {})[id] ?? words.planner_none, after: number })));
  }

  function weights(plan) {
    return data.planning.criteria.map(({ label, weight }, place) => ({ label, weight, now: plan.weights[place] }))
      .filter(({ weight, now }) => weight !== now)
      .map(({ label, weight, now }) => fill(words.planner_change_weight, { criterion: label, before: weight, after: now }));
  }

  function show() {
    const { plan } = desk;
    const lines = [...newSites(plan), ...services(plan), ...beds(plan), ...weights(plan)];
    setText(byId("changes-heading"), fill(words.planner_changes, { base: desk.optionLabel(plan.base) }));
    fillLines(byId("changes"), (lines.length > 0 ? lines : [words.planner_change_none]).map((line) => [line, ""]), "li");
  }

  return { show };
}
