// What an option means for a place of several areas (a town, a ward, LE15): ranges over them, each
// from the same minutes as the answer for one area. Pure functions.
"use strict";

const llrgeoPlace = (() => {
  const m = llrgeoModel;
  const { wholeMinutes, shownChange } = llrgeoText;

  const NEAR = 30; // minutes
  const MOST_STOPS = 4; // sites

  const isLonger = (kind) => m.LONGER_OUTCOMES.includes(kind);
  const isShorter = (kind) => m.SHORTER_OUTCOMES.includes(kind);

  function range(values) {
    return { least: Math.min(...values), most: Math.max(...values) };
  }

  // Sites that the areas go to, those of most people first.
  function sitesOf(data, areas, end) {
    const people = new Map();
    for (const area of areas) {
      const site = end.site[area];
      if (site >= 0) people.set(site, (people.get(site) || 0) + data.areas.people[area]);
    }
    return [...people].sort((one, other) => other[1] - one[1] || one[0] - other[0])
      .map(([site]) => site);
  }

  // One service over some areas: minutes as shown, and in how many areas it changes which way.
  function placeRow(data, end, areas) {
    const found = areas.map((area) => {
      const [before, after] = [end.before.minutes[area], end.after.minutes[area]];
      const kind = m.outcome(before, after, data.tolerance);
      const moved = isLonger(kind) || isShorter(kind);
      return { before, after, kind, shown: moved ? shownChange(before, after) : 0 };
    });
    const count = (test) => found.filter(({ kind }) => test(kind)).length;
    const [longer, shorter] = [count(isLonger), count(isShorter)];
    const lost = count((kind) => kind === "lost");
    const none = count((kind) => kind === "none");
    let kind = "unchanged";
    if (longer) kind = lost ? "lost" : "worsened";
    else if (shorter) kind = "improved";
    else if (none === found.length) kind = "none";
    return {
      service: end.service, way: end.way, kind, longer, shorter, lost, all: areas.length,
      before: range(found.map(({ before }) => wholeMinutes(before))),
      after: range(found.map(({ after }) => wholeMinutes(after))),
      change: range(found.map(({ shown }) => shown)),
      sites: sitesOf(data, areas, end.after),
    };
  }

  // Every service from a place, the longest change first, then the one that hits most areas; of
  // those alike the longest journey first.
  function journeysOfPlace(data, matrices, choice, areas) {
    const rows = m.everyService(data, matrices, choice).map((end) => placeRow(data, end, areas));
    const order = (one, other) => (one.change.most === other.change.most ? 0
      : other.change.most - one.change.most) || other.longer - one.longer
      || (one.change.least === other.change.least ? 0 : other.change.least - one.change.least)
      || m.byLongest(one.after.most, other.after.most);
    return rows.map((row, place) => ({ row, place }))
      .sort((one, other) => order(one.row, other.row) || one.place - other.place)
      .map(({ row }) => row);
  }

  // The sites near some areas (within NEAR minutes of one of them) at which services would stop, the
  // nearest first: the minutes are those of the nearest area by the first of the services.
  function stopsNear(data, matrices, choice, areas) {
    const found = new Map();
    const areaCount = data.areas.people.length;
    for (const end of m.everyService(data, matrices, choice)) {
      for (const site of end.today) {
        if (end.open.has(site)) continue;
        const minutes = Math.min(...areas.map((area) => end.minutes[site * areaCount + area]));
        if (minutes > NEAR) continue;
        const known = found.get(site) || { site, minutes, services: [] };
        known.services.push(end.service);
        found.set(site, known);
      }
    }
    return [...found.values()].sort((one, other) => one.minutes - other.minutes
      || one.site - other.site).slice(0, MOST_STOPS);
  }

  return { journeysOfPlace, stopsNear };
})();
