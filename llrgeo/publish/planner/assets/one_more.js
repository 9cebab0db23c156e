// One more site: what it would save at places spread over all postcodes, tried a few at a time so that
// the page stays alive; the best are listed, all are shown on the map.
"use strict";

function llrgeoOneMore(desk, tables, planMap, placeAt) {
  const { fill } = llrgeoText;
  const { fillTable, setText } = tables;
  const { data, words, roads } = desk;
  const { people } = data.areas;
  const byId = (id) => document.getElementById(id);
  const [TRIED, LISTED] = [1000, 5]; // places
  const APART_M = 3000; // between those that are listed: neighbours of the best are hardly other places
  const BUSY_MS = 40; // then the page has its turn

  let isRunning = false;
  let of = null; // the plan, service and journey that the places were tried for

  function start() {
    if (isRunning) return;
    const { plan, postcodes, view } = desk;
    const count = postcodes ? postcodes.x.length : 0;
    const step = Math.max(Math.ceil(count / TRIED), 1);
    const service = desk.serviceFound();
    const team = llrgeoModel.byId(data.services, view.service).delivery === "team";
    const tried = [];
    const direction = team ? "from_site" : "to_site";
    // Who takes longer than now saves nothing: a place is looked at among those to whom it is near.
    const limits = roads.limitsBy(service.after, direction, view.journey);
    isRunning = true;
    of = { plan, service: view.service, journey: view.journey };
    byId("table-heat").hidden = true;
    planMap.showTried([]);
    const next = (row) => {
      const until = performance.now() + BUSY_MS;
      let at = row;
      for (; at < count && performance.now() < until; at += step) {
        const place = roads.joined(postcodes.x[at], postcodes.y[at]);
        if (place.destination.links.length > 0) {
          const { minutes } = roads.journeysTo(place, direction, view.journey, limits);
          tried.push({ x: place.x, y: place.y, saved: llrgeoAppraise.savedBy(people, service.after, minutes) });
        }
      }
      isRunning = isCurrent() && at < count;
      if (!isCurrent()) byId("heat-progress").textContent = words.planner_heat_stopped;
      else if (isRunning) {
        byId("heat-progress").textContent = `${Math.round((100 * at) / count)}%`;
        setTimeout(() => next(at));
        return;
      } else showFound(tried);
    };
    next(0);
  }

  const isCurrent = () => of !== null && of.plan === desk.plan && of.service === desk.view.service
    && of.journey === desk.view.journey;

  // The best places, each some way from those before it.
  function apart(tried) {
    const chosen = [];
    for (const place of [...tried].sort((first, second) => second.saved - first.saved)) {
      if (chosen.length === LISTED || place.saved === 0) break;
      if (chosen.every(({ x, y }) => Math.hypot(x - place.x, y - place.y) >= APART_M)) chosen.push(place);
    }
    return chosen;
  }

  function showFound(tried) {
    const best = apart(tried);
    const most = best.length > 0 ? best[0].saved : 0;
    planMap.showTried(most > 0 ? tried.map(({ x, y, saved }) => ({ x, y, share: saved / most })) : []);
    byId("heat-progress").textContent = fill(words.planner_heat_done, { count: tried.length });
    byId("table-heat").hidden = false;
    const everyone = people.reduce((sum, count) => sum + count, 0);
    fillTable("heat", [words.planner_column_place, words.planner_column_saved, words.planner_column_show],
      best.map(({ x, y, saved }) => [llrgeoPlaces.gridReference(x, y),
        (saved / everyone).toFixed(2).replace(".", words.decimal_mark), words.planner_place]));
    llrgeoRowButtons(tables, words).add("heat", best.map(({ x, y }) => ({
      label: fill(words.planner_place_at, { place: llrgeoPlaces.gridReference(x, y) }), act: () => placeAt([x, y]),
    })), words.planner_place);
    show();
    desk.say(best.length === 0 ? words.planner_heat_none
      : fill(words.planner_heat_said, { place: llrgeoPlaces.gridReference(best[0].x, best[0].y) }));
  }

  // The places were tried for one plan and service: the table says so, the map shows them for it alone.
  function show() {
    if (of === null) return;
    const current = isCurrent();
    planMap.keepTried(current);
    const caption = fill(words.planner_table_heat, { service: desk.serviceLabel(of.service) });
    setText(byId("table-heat").caption, current ? caption : `${caption} ${words.planner_heat_before}`);
  }

  return { start, show };
}
