// The explorer's arithmetic: pure functions over the page's data, with no page in sight.
// Python runs the same functions in its tests and compares every figure (docs/methods 1 to 3).
"use strict";

const llrgeoModel = (() => {
  const NONE = -1;
  const OUTCOMES = ["gained", "improved", "unchanged", "worsened", "lost", "none"];
  const CLASSES = ["lost", "mixed", "longer", "shorter", "same", "none"];
  const LONGER = ["lost", "mixed", "longer"]; // the headline: longer for at least one service
  const LONGER_OUTCOMES = ["worsened", "lost"];
  const SHORTER_OUTCOMES = ["improved", "gained"];
  const WORST = 10; // areas listed as hit hardest

  // --- Journeys ----------------------------------------------------------------------------

  // The nearest open site of every area. Sites are listed in the order of their ids, so the first of
  // equals is the one with the lowest id.
  function nearest(minutes, areaCount, openSites) {
    const best = new Float64Array(areaCount).fill(Infinity);
    const site = new Int32Array(areaCount).fill(NONE);
    for (const candidate of [...openSites].sort((first, second) => first - second)) {
      const start = candidate * areaCount;
      for (let area = 0; area < areaCount; area++) {
        if (minutes[start + area] < best[area]) {
          best[area] = minutes[start + area];
          site[area] = candidate;
        }
      }
    }
    return { minutes: best, site };
  }

  // Minutes longer (above 0) or shorter (below 0); a tie of two tenths stays a tie.
  function change(before, after) {
    return Math.round((after - before) * 1e6) / 1e6;
  }

  function outcome(before, after, tolerance) {
    if (before === Infinity) return after === Infinity ? "none" : "gained";
    if (after === Infinity) return "lost";
    const difference = change(before, after);
    if (difference < -tolerance) return "improved";
    return difference > tolerance ? "worsened" : "unchanged";
  }

  // People by outcome, and the mean before and after over those who have a journey both times.
  function summarise(people, before, after, tolerance, areas) {
    const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
    const sums = { before: 0, after: 0, both: 0 };
    for (const area of areas || people.keys()) {
      const weight = people[area];
      counts[outcome(before[area], after[area], tolerance)] += weight;
      if (before[area] < Infinity && after[area] < Infinity) {
        sums.before += weight * before[area];
        sums.after += weight * after[area];
        sums.both += weight;
      }
    }
    return {
      people: counts,
      total: OUTCOMES.reduce((sum, name) => sum + counts[name], 0),
      meanBefore: sums.before / sums.both,
      meanAfter: sums.after / sums.both,
    };
  }

  // People by outcome of one service.
  function evaluateOutcomes(data, before, after) {
    return summarise(data.areas.people, before, after, data.tolerance).people;
  }

  function summariseGroups(groupOf, groupCount, people, before, after, tolerance) {
    const members = Array.from({ length: groupCount }, () => []);
    groupOf.forEach((group, area) => members[group].push(area));
    return members.map((areas) => summarise(people, before, after, tolerance, areas));
  }

  // The class of a time: "within X minutes" means at most X; the last class is "no route".
  function timeClass(minutes, breaks) {
    if (minutes === Infinity) return breaks.length + 1;
    const place = breaks.findIndex((limit) => minutes <= limit);
    return place < 0 ? breaks.length : place;
  }

  // The class of a change, from much shorter to much longer; limits are 1, 5, 10, 15 minutes.
  function changeClass(before, after, limits) {
    const middle = limits.length;
    if (before === Infinity || after === Infinity) {
      if (before === after) return 2 * middle + 1;
      return after === Infinity ? 2 * middle : 0;
    }
    const difference = change(before, after);
    const steps = limits.filter((limit) => Math.abs(difference) > limit).length;
    return difference < 0 ? middle - steps : middle + steps;
  }

  function countByClass(people, classOf, classCount) {
    const counts = new Array(classCount).fill(0);
    people.forEach((weight, area) => { counts[classOf[area]] += weight; });
    return counts;
  }

  // --- How sure ----------------------------------------------------------------------------

  // What the difference between two journeys from one area may err by: between the middles of the
  // measured classes of their mean length in proportion, level beyond the first and the last.
  // NaN where nothing was measured or a journey is not there.
  function differenceError(accuracy, first, second) {
    const mean = (first + second) / 2;
    const { middles, errors } = accuracy.differences;
    if (middles.length === 0 || !Number.isFinite(mean)) return NaN;
    const next = middles.findIndex((middle) => middle > mean);
    if (next === 0) return errors[0];
    if (next < 0) return errors[errors.length - 1];
    const slope = (errors[next] - errors[next - 1]) / (middles[next] - middles[next - 1]);
    return slope * (mean - middles[next - 1]) + errors[next - 1];
  }

  // Whether two journeys differ by no more than their difference may err by; exactly is within.
  function tooClose(accuracy, first, second) {
    return Math.abs(second - first) <= differenceError(accuracy, first, second) + 1e-9;
  }

  // The measured error of a journey from an authority: { median, p90 }, or null where none was.
  function journeyError(accuracy, authority, minutes) {
    return accuracy.journeys.find((row) => row.authority === authority
      && row.from < minutes && minutes <= row.to) || null;
  }

  // --- A choice and what follows from it ---------------------------------------------------

  // The sites that offer a service: those of the option, but for what the reader switched.
  function openSites(option, service, switched) {
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
  const kept = new WeakMap();
  const MOST_KEPT = 200;

  function nearestKept(minutes, areaCount, sites) {
    if (!kept.has(minutes)) kept.set(minutes, new Map());
    const known = kept.get(minutes);
    const key = [...sites].sort((first, second) => first - second).join();
    if (known.size > MOST_KEPT) known.clear();
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
      const today = new Set(baseline.sites[service.id]);
      const open = service.id === choice.service
        ? openSites(option, service, choice.switched) : new Set(option.sites[service.id]);
      const minutes = matrices[way.matrix];
      return {
        service, way, today, open, minutes, accuracy: data.accuracies[way.accuracy],
        before: nearestKept(minutes, areaCount, today),
        after: nearestKept(minutes, areaCount, open),
      };
    });
  }

  // The class of an area over some services: a longer journey for one is never made good by a
  // shorter one for another. "Too close" if no change beyond the tolerance is beyond the error.
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
    return { name, tooClose: (longer || shorter) && close, worst };
  }

  function countClasses(people, classified, areas) {
    const counts = Object.fromEntries(CLASSES.map((name) => [name, 0]));
    const close = { mixed: 0, longer: 0, shorter: 0 };
    for (const area of areas || people.keys()) {
      const { name, tooClose: uncertain } = classified[area];
      counts[name] += people[area];
      if (uncertain && name in close) close[name] += people[area];
    }
    const anyLonger = LONGER.reduce((sum, name) => sum + counts[name], 0);
    return { ...counts, anyLonger, close, closeLonger: close.mixed + close.longer };
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
      services, worst, teams,
      everyone: countClasses(people, classified),
      places: data.authorities.length ? tally(authority, data.authorities.length) : [],
      tenths: tenth ? tally(tenth, 10) : [],
    };
  }

  // For sorting: the larger change first; two journeys lost are equal (Infinity has no difference).
  function byWorst(first, second) {
    return first.change === second.change ? 0 : second.change - first.change;
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

  // Every service from one area, the worst change first: where today and then, how long, and the
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
      .sort((first, second) => byWorst(first.row, second.row) || first.place - second.place)
      .map(({ row }) => row);
  }

  function secondNearest(end, area, areaCount) {
    const first = end.after.site[area];
    const reach = (site) => end.minutes[site * areaCount + area];
    const [site, minutes] = [...end.open].filter((candidate) => candidate !== first)
      .sort((one, other) => one - other)
      .reduce((best, candidate) => (reach(candidate) < best[1]
        ? [candidate, reach(candidate)] : best), [NONE, Infinity]);
    return tooClose(end.accuracy, end.after.minutes[area], minutes) ? site : NONE;
  }

  // All figures of an option, service and journey (their ids) and the sites the reader switched.
  function evaluate(data, matrices, choice) {
    const service = byId(data.services, choice.service);
    const option = byId(data.options, choice.option);
    const journey = wayOf(service, byId(data.journeys, choice.journey));
    const minutes = matrices[journey.matrix];
    const { people, authority, tenth } = data.areas;
    const today = new Set(baselineOf(data).sites[service.id]);
    const open = openSites(option, service, choice.switched);
    const before = nearestKept(minutes, people.length, today);
    const after = nearestKept(minutes, people.length, open);
    const tally = (groupOf, count) => summariseGroups(
      groupOf, count, people, before.minutes, after.minutes, data.tolerance);
    const bands = (end) => countByClass(people,
      Array.from(end.minutes, (time) => timeClass(time, data.time.breaks)),
      data.time.labels.length);
    return {
      service, option, journey, minutes, today, open, before, after,
      accuracy: data.accuracies[journey.accuracy],
      asToday: isSame(today, open),
      everyone: summarise(people, before.minutes, after.minutes, data.tolerance),
      places: data.authorities.length ? tally(authority, data.authorities.length) : [],
      tenths: tenth ? tally(tenth, 10) : [],
      bands: { before: bands(before), after: bands(after) },
      overall: overall(data, matrices, choice),
    };
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
    OUTCOMES, LONGER_OUTCOMES, SHORTER_OUTCOMES, nearest, evaluateOutcomes, change, outcome, timeClass,
    changeClass, countByClass, differenceError, tooClose, journeyError, evaluate, overall, countService,
    everyService, catchment, journeysOf, nearestTo, byId, baselineOf,
  };
})();
