// The reader's own place: the journeys from a postcode, before and after, along the roads.
"use strict";

function llrgeoOwnPlace(desk, tables, planMap) {
  const m = llrgeoModel;
  const { fill, minutesInWords, oneDecimal } = llrgeoText;
  const { fillTable, minutesInTable, changeMark } = tables;
  const { data, words, roads } = desk;
  const { planning } = data;
  const byId = (id) => document.getElementById(id);

  function show() {
    byId("table-mine").hidden = !desk.mine;
    planMap.showRoutes([], []);
    if (!desk.mine) return;
    const own = data.services.map((service) => ({ service, ...journeyOf(service) }))
      .sort((first, second) => (second.after - second.before || 0) - (first.after - first.before || 0));
    fillTable("mine", [words.column_service_where, words.column_before, words.planner_column_after, words.column_change],
      own.map(({ service, before, after, site }) => [[service.label, site ? site.name : words.no_route],
        minutesInTable(before), minutesInTable(after), changeMark(before, after)]));
    showRoutes(own.find(({ service }) => service.id === desk.view.service));
  }

  function showRoutes({ service, siteBefore, site }) {
    const [was, is] = [siteBefore, site].map((to) => (to && roads ? roadTo(to) : null));
    const same = siteBefore && site && siteBefore.id === site.id;
    planMap.showRoutes(same || !was ? [] : was.line, is ? is.line : []);
    byId("table-mine").caption.textContent = is
      ? fill(words.planner_mine_route, { service: service.label, site: site.name,
        km: oneDecimal(is.km, words), roads: is.roads || words.planner_local_roads })
      : words.planner_table_mine;
  }

  // The journey of the reader's own place, where the network is in the page; else of its neighbourhood.
  function journeyOf(service) {
    const { view, world, mine, plan } = desk;
    const whole = desk.serviceFound(service.id);
    const at = (place) => (place >= 0 ? world.sites[place] : null);
    if (!roads || service.delivery === "team" || planning.mode !== m.byId(data.journeys, view.journey).id.split("-")[0]) {
      return { before: whole.before[mine.area], after: whole.after[mine.area],
        siteBefore: at(whole.siteBefore[mine.area]), site: at(whole.site[mine.area]) };
    }
    const today = m.baselineOf(data).sites[service.id].map((place) => data.sites[place]);
    const then = plan.sites[service.id].map((id) => world.sites[world.place.get(id)]);
    const [was, is] = [nearestOf(today), nearestOf(then)];
    return { before: was.minutes, after: is.minutes, siteBefore: was.site, site: is.site };
  }

  // Where journeys end at a site: a new one has its place alone, others may have several entrances.
  const entrancesOf = (site) => llrgeoMemo.byKey(desk, `${site.id} ${site.x} ${site.y}`, () =>
    ("x" in site ? [[site.x, site.y]] : planning.doors[site.id]).map(([x, y]) => roads.joined(x, y)));

  function nearestOf(sites) {
    return [...sites].sort((first, second) => (first.id < second.id ? -1 : 1)).reduce((best, site) => {
      const minutes = minutesToAll(desk.mine, desk.world, desk.view.journey).get(site.id);
      return minutes < best.minutes ? { site, minutes } : best;
    }, { site: null, minutes: Infinity });
  }

  // Minutes to every site of the plan, by id: one search for all of them.
  const minutesToAll = llrgeoMemo.ofPair(({ place }, { sites }, journey) =>
    new Map(roads.minutesFrom(place, sites.map(entrancesOf), journey).map((minutes, at) => [sites[at].id, minutes])));

  const roadTo = (site) => roads.routeBetween(desk.mine.place, entrancesOf(site), desk.view.journey);

  function find(text) {
    const at = llrgeoPlaces.findPostcode(data, desk.postcodes, text);
    const area = llrgeoText.findPostcode(data.postcodes, text.replace(/[.-]/g, ""));
    desk.fault("mine", at ? "" : words.planner_no_postcode);
    if (!at) return;
    desk.mine = { area, place: roads ? roads.joined(...at) : null };
    show();
    const { before, after } = journeyOf(m.byId(data.services, desk.view.service));
    planMap.frameRoutes();
    desk.say(fill(words.planner_mine_said, { service: desk.serviceLabel(),
      before: minutesInWords(before, words), after: minutesInWords(after, words) }));
  }

  return { show, find };
}
