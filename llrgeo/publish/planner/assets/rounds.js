// What staff travel for a visit at home: appraisal/capacity/round_travel.py over the page's data. Out
// and back for each visit, or its part of the rounds from a base, for services that drive them.
"use strict";

const llrgeoRounds = (() => {
  const [VISIT, M_PER_KM, M2_PER_KM2] = [2, 1000, 1e6]; // there and back
  const [FULL_ROUNDS, FEWEST, MOST] = [8, 4, 12]; // for which the form was tested, as in rounds.py

  // The area of the hull of points [x, y], in square kilometres (Andrew's monotone chain).
  function hullKm2(points) {
    const sorted = [...points].sort((one, two) => one[0] - two[0] || one[1] - two[1]);
    const [left, low] = sorted[0];
    const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    const half = (list) => {
      const chain = [];
      list.forEach((point) => {
        while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], point) <= 0) chain.pop();
        chain.push(point);
      });
      return chain.slice(0, -1);
    };
    const hull = [...half(sorted), ...half(sorted.reverse())];
    // From the first corner, so that no digits are lost to large coordinates.
    const twice = hull.reduce((total, [x, y], at) => {
      const [nextX, nextY] = hull[(at + 1) % hull.length];
      return total + (x - left) * (nextY - low) - (nextX - left) * (y - low);
    }, 0);
    return Math.abs(twice) / 2 / M2_PER_KM2;
  }

  // Rounds of a day over its visits; 1 if each visit is a journey of its own.
  function roundsAVisit(aDay, aRound) {
    if (aDay >= FULL_ROUNDS * aRound && FEWEST <= aRound && aRound <= MOST) return 1 / aRound;
    const rounds = Math.max(1, aDay / aRound + (1 - 1 / aRound) / 2);
    return aDay > 0 ? Math.min(1, rounds / aDay) : 1;
  }

  // Minutes and kilometres of a visit in each of the areas `own` of a base: writes them to `found`.
  function ofBase(form, own, at, found) {
    const { visits, minutes, km, straight, points } = at;
    const driven = own.map((area) => Math.max(minutes[area] - VISIT * form.ends_min, 0));
    const year = own.reduce((total, area) => total + visits[area], 0);
    const mean = (value) => own.reduce((total, area, row) => total + visits[area] * value(area, row), 0) / year;
    const aDay = year / form.days;
    const write = (minutesOf, kmOf) => own.forEach((area, row) => {
      found.minutes[area] = minutesOf(driven[row]);
      found.km[area] = kmOf(km(area));
    });
    const outAndBack = () => write((drive) => VISIT * (drive + form.stop_min), (way) => VISIT * way);
    if (!(aDay > 0)) return outAndBack();
    const [meanMin, meanKm, straightKm] = [mean((_, row) => driven[row]), mean(km), mean(straight)];
    const shared = roundsAVisit(aDay, form.a_round);
    const visited = own.filter((area) => visits[area] > 0).map(points);
    const between = straightKm > 0 ? form.constant * Math.sqrt(hullKm2(visited) / aDay) : 0;
    const [pace, detour] = between ? [meanMin / straightKm, meanKm / straightKm] : [0, 0];
    const [there, factor] = [VISIT * shared, form.practice_factor];
    if (factor * (there * meanMin + pace * between) >= VISIT * meanMin) return outAndBack();
    const stops = form.stop_min * (1 + shared);
    return write((drive) => factor * (there * drive + pace * between) + stops,
      (way) => factor * (there * way + detour * between));
  }

  // What a visit at home takes in each area, of a service delivered: { minutes, km }. Kilometres are NaN
  // where the page has none.
  const visitTravel = llrgeoMemo.ofPair((delivered, _, world) => {
    const { service, minutes, site, contacts, shares } = delivered;
    const count = contacts.length;
    const metres = world.metres && world.metres[service.delivery === "team" ? "team" : "patient"];
    const km = (area) => (metres ? metres[site[area] * count + area] / M_PER_KM : NaN);
    const found = { minutes: new Float64Array(count).fill(Infinity), km: new Float64Array(count).fill(NaN) };
    const reached = [...contacts.keys()].filter((area) => minutes[area] < Infinity);
    const form = world.rounds && world.rounds.services[service.id];
    if (!form) {
      reached.forEach((area) => {
        found.minutes[area] = minutes[area] * VISIT;
        found.km[area] = km(area) * VISIT;
      });
      return found;
    }
    const { homes, bases } = world.rounds;
    const straight = (area) => Math.hypot(...homes[area].map((each, axis) => each - bases[site[area]][axis])) / M_PER_KM;
    const at = { visits: contacts.map((each) => each * shares.home), minutes, km, straight, points: (area) => homes[area] };
    new Set(reached.map((area) => site[area])).forEach((base) =>
      ofBase(form, reached.filter((area) => site[area] === base), at, found));
    return found;
  });

  // Where bases and homes of a world are, and how each service drives; null where none drives rounds.
  function roundsOf(data, sites) {
    const { rounds, x, y } = data.planning;
    if (!rounds) return null;
    return { services: rounds.services, homes: x.map((east, area) => [east, y[area]]),
      bases: sites.map((site) => ("x" in site ? [site.x, site.y] : rounds.sites[site.id])) };
  }

  return { visitTravel, roundsOf };
})();
