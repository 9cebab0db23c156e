// One more site: what it would save at places spread over all postcodes, tried a few at a time so that
// the page stays alive; the best are listed, all are shown on the map.
"use strict";

function llrgeoOneMore(desk, tables, planMap, placeAt) {
  const { fill } = llrgeoText;
  const { fillTable } = tables;
  const { data, words, roads } = desk;
  const { people } = data.areas;
  const byId = (id) => document.getElementById(id);
  const [TRIED, LISTED] = [1000, 5]; // places
  const BUSY_MS = 40; // then the page has its turn

  function start() {
    const { plan, postcodes, view } = desk;
    const count = postcodes ? postcodes.x.length : 0;
    const step = Math.max(Math.ceil(count / TRIED), 1);
    const service = desk.serviceFound();
    const team = llrgeoModel.byId(data.services, view.service).delivery === "team";
    const tried = [];
    const direction = team ? "from_site" : "to_site";
    // Who takes longer than now saves nothing: a place is looked at among those to whom it is near.
    const limits = roads.limitsBy(service.after, direction, view.journey);
    byId("heat").disabled = true;
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
      if (desk.plan !== plan) byId("heat-progress").textContent = words.planner_heat_stopped;
      else if (at < count) {
        byId("heat-progress").textContent = `${Math.round((100 * at) / count)}%`;
        setTimeout(() => next(at));
        return;
      } else show(tried);
      byId("heat").disabled = false;
    };
    next(0);
  }

  function show(tried) {
    const best = [...tried].sort((first, second) => second.saved - first.saved);
    const most = best.length > 0 ? best[0].saved : 0;
    planMap.showTried(most > 0 ? tried.map(({ x, y, saved }) => ({ x, y, share: saved / most })) : []);
    byId("heat-progress").textContent = fill(words.planner_heat_done, { count: tried.length });
    byId("table-heat").hidden = false;
    const everyone = people.reduce((sum, count) => sum + count, 0);
    fillTable("heat", [words.planner_column_place, words.planner_column_saved, words.planner_column_show],
      best.slice(0, LISTED).map(({ x, y, saved }) => [llrgeoPlaces.gridReference(x, y), (saved / everyone).toFixed(2), words.planner_place]));
    llrgeoRowButtons(tables, words).add("heat", best.slice(0, LISTED).map(({ x, y }) => ({
      label: fill(words.planner_place_at, { place: llrgeoPlaces.gridReference(x, y) }), act: () => placeAt([x, y]),
    })), words.planner_place);
    desk.say(fill(words.planner_heat_said, { place: best.length > 0 ? llrgeoPlaces.gridReference(best[0].x, best[0].y) : "" }));
  }

  return { start };
}
