// Journeys of one service: the nearest site, what a change of minutes means, classes of minutes, and
// how sure they are. Pure functions; Python runs the same in its tests (docs/methods 1 to 3).
"use strict";

const llrgeoJourneys = (() => {
  const NONE = -1;
  const OUTCOMES = ["gained", "improved", "unchanged", "worsened", "lost", "none"];


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

  // Whether differences between journeys were measured at all.
  function isMeasured(accuracy) {
    return accuracy.differences.middles.length > 0;
  }

  // What the difference between two journeys from one area may err by: between the middles of the
  // measured classes of their mean length in proportion, level beyond the first and the last.
  // NaN where nothing was measured or a journey is not there.
  function differenceError(accuracy, first, second) {
    const mean = (first + second) / 2;
    const { middles, errors } = accuracy.differences;
    if (!isMeasured(accuracy) || !Number.isFinite(mean)) return NaN;
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
      && row.from < Math.max(minutes, Number.MIN_VALUE) && minutes <= row.to) || null;
  }

  return {
    NONE, OUTCOMES, nearest, change, outcome, summarise, evaluateOutcomes, summariseGroups, timeClass,
    changeClass, countByClass, isMeasured, differenceError, tooClose, journeyError,
  };
})();
