// The planner's desk: the plan in hand, what follows from it, what came before it, and the plans that
// were pinned. appraise.js and plan.js compute; the page is told of each change.
"use strict";

function llrgeoDesk(data, roads) {
  const m = llrgeoModel;
  const { fill, peopleInWords, oneDecimal, shareInWords } = llrgeoText;
  const p = llrgeoPlan;
  const { planning, strings: words } = data;
  const matrices = llrgeoUnpack.decodeMatrices(data.matrices);
  llrgeoBeds.decode(data);
  llrgeoCosts.decode(data);
  const usualWeights = planning.criteria.map((criterion) => criterion.weight);
  const weightings = rows(llrgeoUnpack.decodeNumbers(planning.weightings), planning.criteria.length);
  const byId = (id) => document.getElementById(id);
  const known = new Map(); // what follows from the study's options
  const past = [];
  const future = [];
  const desk = {
    data, roads, words,
    plan: p.startFrom(data, m.baselineOf(data).id, usualWeights),
    found: null, // what follows from the plan
    world: null, // the sites of the study and of the plan, with their minutes
    mine: null, // the reader's own place
    pins: [], // { name, plan, found, journey }
    view: { service: data.services[0].id, journey: planning.journey, map: "people", against: "", open: null },
    onChange: () => {}, // what the page does when the plan is another one
    postcodes: llrgeoPlaces.decodePostcodes(data.postcodes, planning.postcodes),
  };

  function rows(numbers, width) {
    return Array.from({ length: numbers.length / width }, (_, row) =>
      numbers.slice(row * width, (row + 1) * width));
  }

  // --- What follows from a plan --------------------------------------------------------------------

  const startsTeam = (plan, id) => data.services.some((service) =>
    service.delivery === "team" && plan.sites[service.id].includes(id));

  let last = { key: "", world: null };
  const room = new Map(); // for the minutes of one world after another

  // The sites of a plan with their minutes: the last ones again while neither its new sites nor the
  // journey change, for a tick or a weight leaves them as they are.
  function worldOf(plan) {
    const { journey } = desk.view;
    const teams = plan.added.map(({ id }) => startsTeam(plan, id));
    const key = JSON.stringify([journey, plan.added, teams]);
    if (key !== last.key) {
      last = { key, world: llrgeoWorld.withSites(data, matrices, m.byId(data.journeys, journey),
        plan.added.map((site, place) => roads.columnsOf(site, journey, teams[place])), room) };
    }
    return last.world;
  }

  function compute() {
    // Plans that were pinned by another mode or hour are worked out by this one; the plan in hand last,
    // whose minutes stay.
    desk.pins.filter((pinned) => pinned.journey !== desk.view.journey).forEach((pinned) => {
      pinned.found = llrgeoAppraise.appraise(data, worldOf(pinned.plan), pinned.plan);
      pinned.journey = desk.view.journey;
    });
    desk.world = worldOf(desk.plan);
    desk.found = llrgeoAppraise.appraise(data, desk.world, desk.plan);
  }

  function pin(name) {
    desk.pins.push({ name, plan: desk.plan, found: desk.found, journey: desk.view.journey });
  }

  function unpin(name) {
    desk.pins = desk.pins.filter((pinned) => pinned.name !== name);
  }

  // What follows from an option of the study as it is.
  function optionFound(id) {
    const key = `${id} ${desk.view.journey}`;
    if (!known.has(key)) {
      const plan = p.startFrom(data, id, usualWeights);
      known.set(key, llrgeoAppraise.appraise(data, worldOf(plan), plan));
    }
    return known.get(key);
  }

  const scoreOf = (criteria) => llrgeoAppraise.total(criteria, desk.plan.weights);
  const inHundred = (score) =>
    (score === null ? words.planner_no_score : oneDecimal(100 * score, words));

  // In how many of the study's weightings each of some plans is first, in per cent.
  function firstShares(listed) {
    return llrgeoAppraise.firstShares(weightings, listed)
      .map((share) => (share === null ? words.planner_no_score : shareInWords(share, 0, words)));
  }

  // What follows for the service that the reader looks at, or another one.
  function serviceFound(id = desk.view.service) {
    return desk.found.services.find((service) => service.id === id);
  }

  // --- What is said --------------------------------------------------------------------------------

  const optionLabel = (id) => m.byId(data.options, id).label;
  const serviceLabel = (id = desk.view.service) => m.byId(data.services, id).label;

  function nameAndPlace(plan, id) {
    const site = plan.added.find((added) => added.id === id);
    return { name: site.name, place: llrgeoPlaces.gridReference(site.x, site.y) };
  }

  // The name of a site of the study or of the plan in hand.
  const nameOf = (id) => desk.world.sites[desk.world.place.get(id)].name;

  function say(text) {
    byId("said").textContent = text;
  }

  function sayPlan(done) {
    const score = scoreOf(desk.found.criteria);
    say(fill(words.planner_said, { done, longer: peopleInWords(desk.found.people.anyLonger, words),
      shorter: peopleInWords(desk.found.people.shorter, words),
      score: score === null ? words.planner_said_unscored
        : fill(words.planner_said_score, { score: inHundred(score) }) }));
  }

  // A fault is said at its field, which takes the focus; an empty text takes it away.
  function fault(field, text) {
    const input = byId({ open: "open", mine: "mine-where", beds: "beds-number" }[field] || "where");
    byId(`${field}-fault`).textContent = text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (text) input.focus();
  }

  // --- Changes -------------------------------------------------------------------------------------

  // Take another plan in hand; the one before waits to be taken back.
  function change(then, done) {
    remember(desk.plan);
    desk.plan = then;
    desk.onChange();
    sayPlan(done);
  }

  function remember(plan) {
    past.push(plan);
    future.length = 0;
  }

  function step(from, to, done) {
    if (from.length === 0) return;
    to.push(desk.plan);
    desk.plan = from.pop();
    desk.onChange();
    sayPlan(done);
  }

  const undo = () => step(past, future, words.planner_undone);
  const redo = () => step(future, past, words.planner_redone);
  const canUndo = () => past.length > 0;
  const canRedo = () => future.length > 0;

  return Object.assign(desk, { compute, optionFound, scoreOf, inHundred, firstShares, serviceFound,
    optionLabel, serviceLabel, nameAndPlace, nameOf, say, sayPlan, fault, change, pin, unpin, remember, undo, redo, canUndo,
    canRedo });
}
