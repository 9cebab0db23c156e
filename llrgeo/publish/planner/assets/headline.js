// What a plan means in sentences: who loses and who gains, the score, and what does not cope.
"use strict";

function llrgeoHeadline(desk, tables) {
  const m = llrgeoModel;
  const { fill, peopleInWords } = llrgeoText;
  const { fillLines } = tables;
  const { data, words, roads, inHundred, scoreOf } = desk;
  const { planning } = data;
  const byId = (id) => document.getElementById(id);
  const MOST_WARNED = 3; // places named in one warning
  const FAR_M = 500; // from the nearest road: worth a word
  const today = m.baselineOf(data).id;
  const total = data.areas.people.reduce((sum, count) => sum + count, 0);
  const count = (number) => peopleInWords(Math.round(number), words);
  const criteriaOf = (id) => desk.optionFound(id).criteria;

  // --- People and score ------------------------------------------------------------------------------

  function peopleLines() {
    const { people, classes } = desk.found;
    const isKnown = classes.every(({ tooClose }) => tooClose !== null);
    const close = classes.reduce((sum, { name, tooClose }, area) =>
      sum + (llrgeoAppraise.LONGER.includes(name) && tooClose ? data.areas.people[area] : 0), 0);
    const longer = people.anyLonger > 0 ? words.planner_longer : words.planner_longer_none;
    const shorter = people.shorter > 0 ? words.planner_shorter : words.planner_shorter_none;
    const values = { all: count(total), close: count(close), same: count(people.same) };
    const sure = isKnown ? close > 0 && fill(words.planner_close, values)
      : people.anyLonger > 0 && words.planner_close_unknown;
    return [
      [fill(longer, { ...values, people: count(people.anyLonger) }), sure],
      [fill(shorter, { people: count(people.shorter) }), people.same > 0 && fill(words.planner_same, values)],
    ].map((sentences) => sentences.filter(Boolean).join(" "));
  }

  // The score and how firm it is; or why there is none.
  function scoreLine() {
    const { plan, found } = desk;
    if (plan.weights.every((weight) => weight === 0)) return words.planner_weightless;
    const missing = found.criteria.map(({ score }, place) => score === null && plan.weights[place] > 0
      && planning.criteria[place].label).filter(Boolean);
    if (missing.length > 0) return fill(words.planner_unscored, { criteria: missing.join("; ") });
    const score = (id) => inHundred(scoreOf(criteriaOf(id)));
    return [fill(plan.base === today ? words.planner_score_today : words.planner_score,
      { score: inHundred(scoreOf(found.criteria)), base: desk.optionLabel(plan.base), of_base: score(plan.base),
        today: score(today) }), firstText()].filter(Boolean).join(" ");
  }

  // The share of the study's weightings by which no option of the study is ahead of the plan.
  function firstText() {
    const others = data.options.map(({ id }) => criteriaOf(id));
    const first = desk.firstShares([...others, desk.found.criteria]).pop();
    return first === words.planner_no_score ? "" : fill(words.planner_score_first, { first });
  }

  // Where a service runs nowhere there is no score to tell, but what to do.
  function showHeadline() {
    const [longer, shorter] = peopleLines();
    const empty = llrgeoPlan.nowhere(data, desk.plan);
    fillLines(byId("headline"), [[longer, "big"], [shorter, ""], ...(empty.length > 0
      ? empty.map(({ label }) => [fill(words.planner_nowhere, { service: label }), "warn"]) : [[scoreLine(), ""]])]);
  }

  // --- Warnings ----------------------------------------------------------------------------------------

  // What does not cope, by kind: too little room, too few contacts, too few beds, as { id, service }.
  function faultsOf({ services }) {
    const faults = { over: [], below: [], beds: [] };
    services.forEach(({ id: service, loads, beds }) => {
      loads.forEach(({ id, over, belowMinimum }) => {
        if (over > 0) faults.over.push({ id, service });
        if (belowMinimum) faults.below.push({ id, service });
      });
      (beds[0] || []).forEach(({ id, short }) => { if (short > 0) faults.beds.push({ id, service }); });
    });
    return faults;
  }

  // A line for each kind, with how many there are today; what is new with the plan is named first.
  function warnings() {
    const now = faultsOf(desk.optionFound(today));
    return Object.entries(faultsOf(desk.found)).filter(([, faults]) => faults.length > 0).map(([kind, faults]) => {
      const isOld = (one) => now[kind].some(({ id, service }) => id === one.id && service === one.service);
      const named = [...faults.filter((one) => !isOld(one)), ...faults.filter(isOld)].slice(0, MOST_WARNED)
        .map(({ id, service }) => fill(words.planner_at_site, { site: desk.nameOf(id), service: desk.serviceLabel(service) }));
      return fill(words[`planner_warn_${kind}`], { count: faults.length, today: now[kind].length,
        places: named.join("; "), more: faults.length > MOST_WARNED ? words.planner_warn_more : "" });
    });
  }

  // New sites that stand away from the roads.
  function remote() {
    return desk.plan.added.map((site) => ({ site, off: roads.columnsOf(site, desk.view.journey, false).off }))
      .filter(({ off }) => off > FAR_M).map(({ site: { name }, off }) =>
        (off === Infinity ? fill(words.planner_warn_unreached, { name })
          : fill(words.planner_warn_off, { name, metres: count(off) })));
  }

  function showWarnings() {
    fillLines(byId("warnings"), [...remote(), ...warnings()].map((text) => [text, "warn"]), "li");
  }

  return { showHeadline, showWarnings };
}
