// What follows from a choice, over all services: pure functions over the page's data.
// Python runs the same functions in its tests and compares every figure (docs/methods 1 to 3).
"use strict";

const llrgeoModel = (() => {
  const { NONE, nearest, change, outcome, summarise, summariseGroups, timeClass, countByClass,
    isMeasured, tooClose } = llrgeoJourneys;
  const CLASSES = ["lost", "mixed", "longer", "shorter", "same", "none"];
  const LONGER = ["lost", "mixed", "longer"]; // the headline: longer for at least one service
  const LONGER_OUTCOMES = ["worsened", "lost"];
  const SHORTER_OUTCOMES = ["improved", "gained"];
  const WORST = 10; // areas listed as hit hardest

  // --- A choice and what follows from it ---------------------------------------------------

  // The sites of a list of the page as a set, made once for each list: nobody changes it.
  const setsMade = new WeakMap();

  function setOf(sites) {
    if (!setsMade.has(sites)) setsMade.set(sites, new Set(sites));
    return setsMade.get(sites);
  }

  // The sites that offer a service: those of the option, but for what the reader switched.
  function openSites(option, service, switched) {
    if (switched.size === 0) return setOf(option.sites[service.id]);
    const open = new Set(option.sites[service.id]);
    for (const site of switched) {
      if (!open.delete(site)) open.add(site);
    }
    return open;
  }

  function isSame(sites, other) {
    return sites.size === other.size && [...sites].every((site) => other.has(site));
  }

  function byId(list, id) {
    return list.find((item) => item.id === id);
  }

  // The way in which a service is travelled: teams drive.
  function wayOf(service, asked) {
    return service.delivery === "team" ? asked.team : asked;
  }

  // The option that all others are compared with.
  function baselineOf(data) {
    return byId(data.options, data.baseline);
  }

  // Nearest sites by matrix and by the sites, kept: options share most of what they compute.
  const nearestBy = new WeakMap();
  const MOST_CACHED = 200;
  const keysMade = new WeakMap(); // of sets of sites

  function keyOf(sites) {
    if (!keysMade.has(sites)) {
      keysMade.set(sites, [...sites].sort((first, second) => first - second).join());
    }
    return keysMade.get(sites);
  }

  function nearestKept(minutes, areaCount, sites) {
    if (!nearestBy.has(minutes)) nearestBy.set(minutes, new Map());
    const known = nearestBy.get(minutes);
    const key = keyOf(sites);
    if (known.size > MOST_CACHED) known.clear();
    if (!known.has(key)) known.set(key, nearest(minutes, areaCount, sites));
    return known.get(key);
  }

  // Every service under a choice: its sites and journeys before and after. The sites that the
  // reader switched are those of the service chosen.
  function everyService(data, matrices, choice) {
    const option = byId(data.options, choice.option);
    const asked = byId(data.journeys, choice.journey);
    const baseline = baselineOf(data);
    const areaCount = data.areas.people.length;
    return data.services.map((service) => {
      const way = wayOf(service, asked);
      const today = setOf(baseline.sites[service.id]);
      const open = service.id === choice.service
        ? openSites(option, service, choice.switched) : setOf(option.sites[service.id]);
      const minutes = matrices[way.matrix];
      return {
        service, way, today, open, minutes, accuracy: data.accuracies[way.accuracy],
        before: nearestKept(minutes, areaCount, today),
        after: nearestKept(minutes, areaCount, open),
      };
    });
  }

  // The class of an area over some services: a longer journey for one is never made good by a
  // shorter one for another. "Too close" if no change beyond the tolerance is beyond the error; null
  // where no error is known.
  function classify(ends, area, tolerance) {
    const found = new Set();
    let close = true;
    let worst = { change: -Infinity, end: null };
    for (const end of ends) {
      const [before, after] = [end.before.minutes[area], end.after.minutes[area]];
      const kind = outcome(before, after, tolerance);
      found.add(kind);
      if (kind === "none") continue;
      if (kind !== "unchanged" && !tooClose(end.accuracy, before, after)) close = false;
      const size = change(before, after);
      if (size > worst.change) worst = { change: size, end };
    }
    const has = (kinds) => kinds.some((kind) => found.has(kind));
    const [longer, shorter] = [has(LONGER_OUTCOMES), has(SHORTER_OUTCOMES)];
    let name = "same";
    if (found.has("lost")) name = "lost";
    else if (longer) name = shorter ? "mixed" : "longer";
    else if (shorter) name = "shorter";
    else if (found.size === 1 && found.has("none")) name = "none";
    const isKnown = ends.every((end) => isMeasured(end.accuracy));
    return { name, tooClose: isKnown ? (longer || shorter) && close : null, worst };
  }

  function countClasses(people, classified, areas) {
    const counts = Object.fromEntries(CLASSES.map((name) => [name, 0]));
    const isKnown = classified.every(({ tooClose: uncertain }) => uncertain !== null);
    const close = isKnown ? { mixed: 0, longer: 0, shorter: 0 }
      : { mixed: null, longer: null, shorter: null };
    for (const area of areas || people.keys()) {
      const { name, tooClose: uncertain } = classified[area];
      counts[name] += people[area];
      if (uncertain && name in close) close[name] += people[area];
    }
    const anyLonger = LONGER.reduce((sum, name) => sum + counts[name], 0);
    return { ...counts, anyLonger, close, closeLonger: isKnown ? close.mixed + close.longer : null };
  }

  // What an option means over all services: people by class, in all and by group; people by
  // service; and the areas hit hardest, by the service that worsens most.
  function overall(data, matrices, choice) {
    const { people, authority, tenth } = data.areas;
    const { counted } = byId(data.options, choice.option);
    const services = everyService(data, matrices, choice);
    const ends = services.filter(({ service }) => counted.includes(service.id));
    const classified = people.map((_, area) => classify(ends, area, data.tolerance));
    const tally = (groupOf, count) => {
      const members = Array.from({ length: count }, () => []);
      groupOf.forEach((group, area) => members[group].push(area));
      return members.map((areas) => countClasses(people, classified, areas));
    };
    const worst = [...people.keys()].filter((area) => LONGER.includes(classified[area].name))
      .sort((first, second) => byWorst(classified[first].worst, classified[second].worst)
        || first - second)
      .slice(0, WORST)
      .map((area) => ({ area, end: classified[area].worst.end }));
    // Teams' drives are told apart from journeys; there is nothing apart where only teams travel.
    const drives = services.filter(({ service }) => service.delivery === "team");
    const teams = drives.length === 0 || drives.length === services.length ? null
      : countClasses(people, people.map((_, area) => classify(drives, area, data.tolerance)));
    return {
      services, worst, teams, teamsOnly: data.teams_only,
      everyone: countClasses(people, classified),
      places: data.authorities.length ? tally(authority, data.authorities.length) : [],
      tenths: tenth ? tally(tenth, 10) : [],
    };
  }

  // What options mean over all services, kept while the page is open: to come back to an option
  // counts nothing again. What the reader switched is counted anew.
  const counts = new WeakMap();

  function overallKept(data, matrices, choice) {
    if (choice.switched.size > 0) return overall(data, matrices, choice);
    const known = counts.get(data);
    const own = known && known.matrices === matrices ? known : { matrices, found: new Map() };
    counts.set(data, own);
    const key = `${choice.option} ${choice.journey}`;
    if (!own.found.has(key)) own.found.set(key, overall(data, matrices, choice));
    return own.found.get(key);
  }

  // For sorting: the larger change first; two journeys lost are equal (Infinity has no difference).
  function byWorst(first, second) {
    return first.change === second.change ? 0 : second.change - first.change;
  }

  // Of changes that are alike the longest journey comes first, so that today's are in order too.
  function byLongest(first, second) {
    return first === second ? 0 : second - first;
  }

  // People for whom a service takes longer (or is lost), less time (or is gained), or the same.
  function countService(people, end, tolerance) {
    const counts = { longer: 0, shorter: 0, same: 0 };
    people.forEach((weight, area) => {
      const kind = outcome(end.before.minutes[area], end.after.minutes[area], tolerance);
      if (LONGER_OUTCOMES.includes(kind)) counts.longer += weight;
      else if (SHORTER_OUTCOMES.includes(kind)) counts.shorter += weight;
      else counts.same += weight;
    });
    return counts;
  }

  // --- One area ----------------------------------------------------------------------------

  // Every service from one area, the worst change first, then the longest journey: where today and then, how long, and the
  // second nearest site then where it is too close to the nearest to say which is nearer.
  function journeysOf(data, matrices, choice, area) {
    const rows = everyService(data, matrices, choice).map((end) => {
      const [before, after] = [end.before.minutes[area], end.after.minutes[area]];
      const kind = outcome(before, after, data.tolerance);
      const moved = LONGER_OUTCOMES.includes(kind) || SHORTER_OUTCOMES.includes(kind);
      return {
        service: end.service, way: end.way, accuracy: end.accuracy, before, after, kind,
        siteBefore: end.before.site[area], siteAfter: end.after.site[area],
        second: secondNearest(end, area, data.areas.people.length),
        tooClose: moved && tooClose(end.accuracy, before, after),
        change: moved ? change(before, after) : 0,
      };
    });
    return rows.map((row, place) => ({ row, place }))
      .sort((first, second) => byWorst(first.row, second.row)
        || byLongest(first.row.after, second.row.after) || first.place - second.place)
      .map(({ row }) => row);
  }

  // Of sites that are as near as each other the first counts.
  function secondNearest(end, area, areaCount) {
    const first = end.after.site[area];
    let [second, minutes] = [NONE, Infinity];
    for (const site of end.open) {
      const reach = end.minutes[site * areaCount + area];
      if (site === first || reach > minutes || reach === Infinity) continue;
      if (reach < minutes || site < second) [second, minutes] = [site, reach];
    }
    return tooClose(end.accuracy, end.after.minutes[area], minutes) ? second : NONE;
  }

  // All figures of an option, service and journey (their ids) and the sites the reader switched.
  function evaluate(data, matrices, choice) {
    const service = byId(data.services, choice.service);
    const option = byId(data.options, choice.option);
    const journey = wayOf(service, byId(data.journeys, choice.journey));
    const minutes = matrices[journey.matrix];
    const { people, authority, tenth } = data.areas;
    const today = setOf(baselineOf(data).sites[service.id]);
    const open = openSites(option, service, choice.switched);
    const before = nearestKept(minutes, people.length, today);
    const after = nearestKept(minutes, people.length, open);
    const tally = (groupOf, count) => summariseGroups(
      groupOf, count, people, before.minutes, after.minutes, data.tolerance);
    const bands = (end) => countByClass(people,
      Array.from(end.minutes, (time) => timeClass(time, data.time.breaks)),
      data.time.labels.length);
    const asked = { ...choice }; // the choice may have changed when a figure is asked for
    return lazily({
      service, option, journey, minutes, today, open, before, after,
      accuracy: data.accuracies[journey.accuracy],
      asToday: isSame(today, open),
    }, {
      everyone: () => summarise(people, before.minutes, after.minutes, data.tolerance),
      places: () => (data.authorities.length ? tally(authority, data.authorities.length) : []),
      tenths: () => (tenth ? tally(tenth, 10) : []),
      bands: () => ({ before: bands(before), after: bands(after) }),
      overall: () => overallKept(data, matrices, asked),
    });
  }

  // Properties that are worked out when they are first asked for, and kept: an answer for one place
  // needs no figure of everyone.
  function lazily(object, makers) {
    const keep = (name, value) => {
      Object.defineProperty(object, name, { value, enumerable: true });
      return value;
    };
    for (const [name, make] of Object.entries(makers)) {
      const get = () => keep(name, make());
      Object.defineProperty(object, name, { get, enumerable: true, configurable: true });
    }
    return object;
  }

  // The areas whose nearest site a site is.
  function catchment(end, site) {
    return Array.from(end.site.keys()).filter((area) => end.site[area] === site);
  }

  // The nearest of some sites to one area: [site, minutes].
  function nearestTo(area, sites, now) {
    const areaCount = now.before.minutes.length;
    const reach = (site) => now.minutes[site * areaCount + area];
    return sites.reduce((best, site) => (reach(site) < best[1] ? [site, reach(site)] : best),
      [NONE, Infinity]);
  }

  return {
    ...llrgeoJourneys, LONGER_OUTCOMES, SHORTER_OUTCOMES, evaluate, overall: overallKept,
    countService, everyService, catchment, journeysOf, byLongest, nearestTo, byId, baselineOf,
  };
})();
