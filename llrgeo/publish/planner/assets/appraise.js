// What a plan means: the appraisal of llrgeo.appraisal as pure functions over the page's data. What
// the explorer counts is counted by its model.js; Python runs both in its tests and compares.
"use strict";

const llrgeoAppraise = (() => {
  const { outcome, change } = llrgeoModel;
  const LONGER = ["lost", "mixed", "longer"];
  const CLASSES = [...LONGER, "shorter", "same", "none"];
  const ROLES = ["acute", "community", "primary", "other"];
  const [VISIT, HOUR] = [2, 60]; // there and back; minutes
  const isTeam = (service) => service.delivery === "team";
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  // --- Demand ------------------------------------------------------------------------------------------

  // Shares of contacts [at sites, at home, by video]; a team goes to the home with all but video.
  function sharesOf(service, option) {
    const own = Object.hasOwn(option.shares, service.id) && option.shares[service.id];
    const [video, home] = own || [service.video, service.home];
    const atHome = isTeam(service) ? 1 - video : home;
    return { site: 1 - video - atHome, home: atHome, video, visited: 1 - video - home };
  }

  // --- One service at some sites ------------------------------------------------------------------------

  // Who goes where, and what that means: `siteIds` run the service under an option. Kept, for most
  // changes of a plan leave most services alone.
  function deliver(data, world, service, option, siteIds) {
    const open = [...siteIds].map((id) => world.place.get(id));
    const marks = world.marks[isTeam(service) ? "team" : "patient"];
    const { site, home } = sharesOf(service, option);
    const key = [service.id, site, home, ...open.map((place) => marks[place])].join();
    return llrgeoMemo.byKey(data, key, () => delivery(data, world, service, option, open));
  }

  function delivery(data, world, service, option, open) {
    const count = data.areas.id.length;
    const near = llrgeoModel.nearest(isTeam(service) ? world.team : world.minutes, count, open);
    const { contacts } = service; // a year, by area
    const shares = sharesOf(service, option);
    const care = { contacts: sum(contacts), inTime: 0, home: 0, video: 0, unreachable: 0 };
    ROLES.forEach((role) => { care[role] = 0; });
    const burden = { patientHours: 0, cityHours: 0 };
    for (let area = 0; area < count; area++) {
      const [atSite, atHome] = [contacts[area] * shares.site, contacts[area] * shares.home];
      const minutes = near.minutes[area];
      care.video += contacts[area] * shares.video;
      if (minutes === Infinity) {
        care.unreachable += atSite + atHome;
        continue;
      }
      const { role } = world.sites[near.site[area]];
      const hours = (minutes * VISIT) / HOUR;
      care[role] += atSite;
      care.home += atHome;
      if (minutes <= service.standard) care.inTime += atSite + atHome;
      burden.patientHours += atSite * hours;
      if (role === "acute") burden.cityHours += atSite * hours;
    }
    care.inTime += care.video;
    return { service, minutes: near.minutes, site: near.site, contacts, shares, care, burden, open };
  }

  // Residents and contacts of each open site, against its room and the least it needs.
  const loadsOf = llrgeoMemo.ofPair((delivered, option, data, world) => {
    const { service, site, contacts, shares, open } = delivered;
    const room = option.capacity[service.id] || {};
    const residentsOf = new Float64Array(world.sites.length);
    const loadOf = new Float64Array(world.sites.length);
    site.forEach((place, area) => {
      if (place < 0) return;
      residentsOf[place] += data.areas.people[area];
      loadOf[place] += contacts[area] * (shares.site + shares.home);
    });
    return [...open].sort((one, two) => one - two).map((place) => {
      const { id, role } = world.sites[place];
      const [residents, load] = [residentsOf[place], loadOf[place]];
      const limit = Object.hasOwn(room, id) ? room[id] : null;
      return { id, residents, contacts: load, capacity: limit,
        shareUsed: limit > 0 ? load / limit : null,
        over: limit === null ? 0 : Math.max(load - limit, 0),
        belowMinimum: load < service.minimum && role !== "other" };
    });
  });

  // The beds of a service by year; none where it has no beds, or they are not appraised here.
  function bedsByYear(data, world, plan, delivered) {
    const service = llrgeoBeds.bedService(data, delivered.service.id);
    if (!service) return [];
    const stated = JSON.stringify([...llrgeoBeds.bedsOf(data, plan, service.id)]);
    return llrgeoMemo.byKey(delivered, stated, () =>
      service.years.map((_, year) => llrgeoBeds.bedTable(data, world, plan, delivered, year)));
  }

  // --- All services together ---------------------------------------------------------------------------

  // Minutes of an average journey in each area: NaN where nobody travels; a journey that is not there
  // counts as the ceiling.
  function minutesPerJourney(data, deliveries, ceiling) {
    const visited = deliveries.filter((one) => !isTeam(one.service));
    const counted = visited.length > 0 ? visited : deliveries;
    return Float64Array.from(data.areas.people, (_, area) => {
      let [spent, total] = [0, 0];
      for (const { contacts, shares, minutes } of counted) {
        const made = contacts[area] * (visited.length > 0 ? shares.site : shares.home);
        if (made > 0) spent += made * Math.min(minutes[area], ceiling);
        total += made;
      }
      return total > 0 ? Math.round((spent / total) * 1e9) / 1e9 : NaN;
    });
  }

  // The minutes of a journey that is not there: never below the longest one there is.
  function ceilingOf(data, world) {
    let longest = data.planning.ceiling;
    const { minutes } = world;
    for (let row = 0; row < minutes.length; row++) {
      if (minutes[row] < Infinity && minutes[row] > longest) longest = minutes[row];
    }
    return longest;
  }

  function meanOver(people, minutes) {
    let [spent, counted] = [0, 0];
    minutes.forEach((each, area) => {
      if (!Number.isFinite(each)) return;
      spent += people[area] * each;
      counted += people[area];
    });
    return counted > 0 ? spent / counted : NaN;
  }

  // The least minutes that at least the share `q` of all people do not exceed.
  function quantile(people, minutes, q) {
    const order = [...minutes.keys()].sort((one, two) => minutes[one] - minutes[two] || one - two);
    const wanted = q * sum(people) * (1 - 1e-12);
    let running = 0;
    for (const area of order) {
      running += people[area];
      if (running >= wanted) return minutes[area];
    }
    return NaN;
  }

  // The figures that options are compared by (appraisal/measures.py), by `scored` minutes; costs.js has
  // those that need costs or kilometres.
  function measuresOf(data, deliveries, scored, shareWorse) {
    const mean = (level) => {
      const group = data.planning.groups.find((one) => one.level === level);
      return group ? meanOver(group.people, scored) : NaN; // a group that the areas do not tell
    };
    const visited = deliveries.filter((one) => !isTeam(one.service));
    const teams = deliveries.filter((one) => isTeam(one.service));
    const total = (list, name) => sum(list.map((one) => one.care[name]));
    return {
      mean_minutes: meanOver(data.areas.people, scored),
      p90_minutes: quantile(data.areas.people, scored, 0.9),
      within_standard: total(visited, "inTime") / total(visited, "contacts"),
      closer_to_home: sum(["community", "primary", "home", "video"]
        .map((place) => total(visited, place))) / total(visited, "contacts"),
      worse_off: shareWorse,
      most_deprived_minutes: mean("deprivation_fifth_1"),
      rural_minutes: mean("rural"),
      older_minutes: mean("age_85_plus"),
      deprivation_gap: mean("deprivation_fifth_1") - mean("deprivation_fifth_5"),
      team_in_time: total(teams, "inTime") / total(teams, "contacts"),
      patient_hours: sum(deliveries.map((one) => one.burden.patientHours)),
      city_hours: sum(deliveries.map((one) => one.burden.cityHours)),
    };
  }

  // --- People by service -----------------------------------------------------------------------------

  // Each area's class over all services that people travel for (docs/methods, "People by service");
  // in a study of teams alone, over the drives of all teams. `tooClose` is null where the journey's error
  // is not known.
  function classify(data, world, before, after) {
    const visited = after.some((one) => !isTeam(one.service));
    const pairs = after.map((one, place) => [before[place], one])
      .filter(([, one]) => !visited || (!isTeam(one.service) && one.shares.visited > 0));
    const accuracy = world.accuracy[visited ? "patient" : "team"];
    const isKnown = pairs.length === 0 || llrgeoModel.isMeasured(accuracy);
    return data.areas.id.map((_, area) => {
      const found = pairs.map(([old, one]) => {
        const [was, is] = [old.minutes[area], one.minutes[area]];
        const kind = outcome(was, is, data.tolerance);
        const close = llrgeoModel.tooClose(accuracy, was, is);
        return { kind, close, service: one.service.id, longer: change(was, is) };
      });
      const longer = found.filter((one) => ["lost", "worsened"].includes(one.kind));
      const shorter = found.filter((one) => ["gained", "improved"].includes(one.kind));
      const beyond = [...longer, ...shorter];
      const worst = longer.reduce((one, two) => {
        const size = (each) => (each.kind === "lost" ? Infinity : each.longer);
        return !one || size(two) > size(one) ? two : one;
      }, null);
      return { name: className(found, longer, shorter), longer: longer.length, worst,
        tooClose: isKnown ? beyond.length > 0 && beyond.every((one) => one.close) : null };
    });
  }

  function className(found, longer, shorter) {
    if (found.some((one) => one.kind === "lost")) return "lost";
    if (longer.length > 0) return shorter.length > 0 ? "mixed" : "longer";
    if (shorter.length > 0) return "shorter";
    return found.length > 0 && found.every((one) => one.kind === "none") ? "none" : "same";
  }

  function countClasses(classes, people) {
    const counts = Object.fromEntries(CLASSES.map((name) => [name, 0]));
    classes.forEach((one, area) => { counts[one.name] += people[area]; });
    return { ...counts, anyLonger: sum(LONGER.map((name) => counts[name])) };
  }

  // --- The whole plan ----------------------------------------------------------------------------------

  // Everything that follows from a plan: { base (an option's id), sites (ids by service), beds }.
  function appraise(data, world, plan) {
    const option = llrgeoModel.byId(data.options, plan.base);
    const today = llrgeoModel.baselineOf(data);
    const idsToday = (service) => today.sites[service.id].map((place) => data.sites[place].id);
    const before = data.services.map((one) => deliver(data, world, one, today, idsToday(one)));
    const after = data.services.map((one) => deliver(data, world, one, option, plan.sites[one.id]));
    const overall = { before: minutesPerJourney(data, before, Infinity),
      after: minutesPerJourney(data, after, Infinity) };
    const classes = classify(data, world, before, after);
    const scored = minutesPerJourney(data, after, ceilingOf(data, world));
    const costs = llrgeoCosts.costChange(data, world, before, after);
    // Where a service runs nowhere no figure of all of them is one: a run refuses such a plan.
    const isWhole = llrgeoPlan.nowhere(data, plan).length === 0;
    const measures = isWhole ? { ...measuresOf(data, after, scored, shareWorse(data, classes)),
      ...llrgeoCosts.measuresOf(data, world, costs, after) } : {};
    return {
      services: after.map((one, place) => ({
        id: one.service.id, before: before[place].minutes, after: one.minutes,
        siteBefore: before[place].site, site: one.site,
        loads: loadsOf(one, option, data, world),
        beds: bedsByYear(data, world, plan, one),
        outcomes: outcomesOf(before[place], one, data),
      })),
      classes,
      people: countClasses(classes, data.areas.people),
      groups: data.planning.groups.map(({ group, level, people }) =>
        ({ group, level, total: sum(people), ...countClasses(classes, people),
          before: meanOver(people, overall.before), after: meanOver(people, overall.after) })),
      overall,
      costs: costs && !isWhole ? { ...costs, provider: NaN, net: NaN } : costs,
      measures,
      criteria: criteriaOf(data, measures),
    };
  }

  const outcomesOf = llrgeoMemo.ofPair((was, is, data) =>
    llrgeoModel.evaluateOutcomes(data, was.minutes, is.minutes));

  // The share of people with a longer journey, or none left, for at least one service.
  function shareWorse(data, classes) {
    const worse = data.areas.people.filter((_, area) => LONGER.includes(classes[area].name));
    return sum(worse) / sum(data.areas.people);
  }

  // Each criterion with its figure and its score of 0 to 1; null where the page cannot compute it.
  function criteriaOf(data, measures) {
    return data.planning.criteria.map(({ measure, anchors }) => {
      const value = measure in measures && !Number.isNaN(measures[measure]) ? measures[measure] : null;
      const score = value === null ? null
        : Math.min(Math.max((value - anchors[0]) / (anchors[1] - anchors[0]), 0), 1);
      return { measure, value, score };
    });
  }

  // The weighted sum of the scores, 0 to 1; null where a criterion has none.
  function total(criteria, weights) {
    const all = sum(weights);
    if (all === 0 || criteria.some((one, place) => weights[place] > 0 && one.score === null)) return null;
    return sum(criteria.map((one, place) => (weights[place] > 0 ? one.score * weights[place] : 0))) / all;
  }

  // The share of the study's weightings by which each of some plans is first; equal totals share the
  // place, as in appraisal/uncertainty/robustness.py. Null where a criterion of any has no figure:
  // without it nothing can be said of who is first.
  function firstShares(weightings, listed) {
    if (listed.some((criteria) => criteria.some((one) => one.score === null))) return listed.map(() => null);
    const totals = listed.map((criteria) => totalsBy(weightings, criteria));
    const wins = listed.map(() => 0);
    for (let draw = 0; draw < weightings.length; draw++) {
      let best = -Infinity;
      for (const all of totals) best = Math.max(best, all[draw]);
      totals.forEach((all, row) => { if (all[draw] === best) wins[row]++; });
    }
    return wins.map((count) => count / weightings.length);
  }

  const totalsKnown = new WeakMap(); // by weightings, then by a plan's criteria

  // The total of some criteria by each weighting, rounded so that equal plans are equal; worked out
  // once, for most plans that are compared stay as they are.
  function totalsBy(weightings, criteria) {
    if (!totalsKnown.has(weightings)) totalsKnown.set(weightings, new WeakMap());
    const known = totalsKnown.get(weightings);
    if (!known.has(criteria)) {
      known.set(criteria, Float64Array.from(weightings, (weights) => {
        let total = 0;
        for (let place = 0; place < criteria.length; place++) total += criteria[place].score * weights[place];
        return Math.round(total * 1e8);
      }));
    }
    return known.get(criteria);
  }

  // --- One more site -------------------------------------------------------------------------------------

  // Minutes that residents would save by one more site for a service, people x minutes over all areas
  // that can reach one today: what the heat map shows of a candidate.
  function savedBy(people, best, minutes) {
    let saved = 0;
    for (let area = 0; area < people.length; area++) {
      if (minutes[area] < best[area] && best[area] < Infinity) {
        saved += people[area] * (best[area] - minutes[area]);
      }
    }
    return saved;
  }

  // A colour for each of some centres ([x, y]), by its number: of each the one that its nearest
  // neighbours before it have not, so that catchments side by side differ.
  function catchmentColours(centres, count) {
    const chosen = [];
    centres.forEach(([x, y], row) => {
      const near = centres.slice(0, row).map(([east, north], other) => ({ other, away: Math.hypot(east - x, north - y) }))
        .sort((one, two) => one.away - two.away).slice(0, count - 1).map(({ other }) => chosen[other]);
      chosen.push([...Array(count).keys()].find((colour) => !near.includes(colour)));
    });
    return chosen;
  }

  return { CLASSES, LONGER, catchmentColours, appraise, total, firstShares, savedBy, deliver };
})();
