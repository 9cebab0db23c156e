// The explorer's arithmetic: pure functions over the page's data, with no page in sight.
// Python runs the same functions in its tests and compares every figure (docs/methods 1 to 3).
"use strict";

const llrgeoModel = (() => {
  const NONE = -1;
  const OUTCOMES = ["gained", "improved", "unchanged", "worsened", "lost", "none"];

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

  // People by outcome, and the mean before and after over those who can reach a site.
  function summarise(people, before, after, tolerance, areas) {
    const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
    const sums = { before: 0, after: 0, reachBefore: 0, reachAfter: 0 };
    for (const area of areas || people.keys()) {
      const weight = people[area];
      counts[outcome(before[area], after[area], tolerance)] += weight;
      if (before[area] < Infinity) {
        sums.before += weight * before[area];
        sums.reachBefore += weight;
      }
      if (after[area] < Infinity) {
        sums.after += weight * after[area];
        sums.reachAfter += weight;
      }
    }
    return {
      people: counts,
      total: OUTCOMES.reduce((sum, name) => sum + counts[name], 0),
      meanBefore: sums.before / sums.reachBefore,
      meanAfter: sums.after / sums.reachAfter,
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

  // The areas whose journey changes most, longest first: changes that can be counted only.
  function mostChanged(before, after, tolerance, count) {
    return [...before.keys()]
      .filter((area) => ["improved", "worsened"].includes(
        outcome(before[area], after[area], tolerance)))
      .sort((first, second) => Math.abs(change(before[second], after[second]))
        - Math.abs(change(before[first], after[first])) || first - second)
      .slice(0, count);
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

  // The option that all others are compared with.
  function baselineOf(data) {
    return byId(data.options, data.baseline);
  }

  // All figures of an option, service and journey (their ids) and the sites the reader switched.
  function evaluate(data, matrices, choice) {
    const service = byId(data.services, choice.service);
    const option = byId(data.options, choice.option);
    const asked = byId(data.journeys, choice.journey);
    const journey = service.delivery === "team" ? asked.team : asked; // teams drive
    const minutes = matrices[journey.matrix];
    const { people, authority, tenth } = data.areas;
    const today = new Set(baselineOf(data).sites[service.id]);
    const open = openSites(option, service, choice.switched);
    const before = nearest(minutes, people.length, today);
    const after = nearest(minutes, people.length, open);
    const tally = (groupOf, count) => summariseGroups(
      groupOf, count, people, before.minutes, after.minutes, data.tolerance);
    const bands = (end) => countByClass(people,
      Array.from(end.minutes, (time) => timeClass(time, data.time.breaks)),
      data.time.labels.length);
    return {
      service, option, journey, minutes, today, open, before, after,
      asToday: isSame(today, open),
      everyone: summarise(people, before.minutes, after.minutes, data.tolerance),
      places: data.authorities.length ? tally(authority, data.authorities.length) : [],
      tenths: tenth ? tally(tenth, 10) : [],
      bands: { before: bands(before), after: bands(after) },
      mostChanged: mostChanged(before.minutes, after.minutes, data.tolerance, 10),
    };
  }

  // The nearest of some sites to one area: [site, minutes].
  function nearestTo(area, sites, now) {
    const areaCount = now.before.minutes.length;
    const reach = (site) => now.minutes[site * areaCount + area];
    return sites.reduce((best, site) => (reach(site) < best[1] ? [site, reach(site)] : best),
      [NONE, Infinity]);
  }

  return {
    OUTCOMES, nearest, evaluateOutcomes, change, outcome, timeClass, changeClass, countByClass, evaluate,
    nearestTo, byId, baselineOf,
  };
})();
