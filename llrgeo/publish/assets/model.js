// The explorer's arithmetic: pure functions over the page's data, with no page in sight.
// Python runs the same functions in its tests and compares every figure (METHODS 1 to 3).
"use strict";

const llrgeoModel = (() => {
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const DIGIT_OF = Object.fromEntries([...DIGITS].map((letter, value) => [letter, value]));
  const UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"; // the twenty letters of a unit postcode
  const NONE = -1;
  const OUTCOMES = ["gained", "improved", "unchanged", "worsened", "lost", "none"];

  // --- Unpacking ---------------------------------------------------------------------------

  function decodeBase64(text) {
    const letters = text.replace(/=+$/, "");
    const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
    let bits = 0;
    let held = 0;
    let place = 0;
    for (const letter of letters) {
      bits = ((bits << 6) | DIGIT_OF[letter]) & 0xffff;
      held += 6;
      if (held >= 8) {
        held -= 8;
        bytes[place++] = (bits >> held) & 255;
      }
    }
    return bytes;
  }

  // Minutes of every site in turn, each with one number an area; Infinity where there is no route.
  // The text holds the steps from number to number, first digits first (payload.pack_minutes).
  function decodeMinutes({ digits, text }) {
    const size = 64 ** digits;
    const minutes = new Float64Array(text.length / digits);
    let tenths = 0;
    for (let place = 0; place < minutes.length; place++) {
      let step = 0;
      for (let plane = 0; plane < digits; plane++) {
        step = 64 * step + DIGIT_OF[text[plane * minutes.length + place]];
      }
      tenths = (tenths + step) % size;
      minutes[place] = tenths === size - 1 ? Infinity : tenths / 10;
    }
    return minutes;
  }

  // Arcs of a TopoJSON object as lists of [lat, lon].
  function decodeArcs(topology) {
    const { scale, translate } = topology.transform;
    return topology.arcs.map((arc) => {
      let x = 0;
      let y = 0;
      return arc.map(([dx, dy]) => {
        x += dx;
        y += dy;
        return [y * scale[1] + translate[1], x * scale[0] + translate[0]];
      });
    });
  }

  function joinArcs(arcs, numbers) {
    return numbers.flatMap((number, place) => {
      const line = number < 0 ? [...arcs[~number]].reverse() : arcs[number];
      return place === 0 ? line : line.slice(1);
    });
  }

  function decodeShapes(topology, name) {
    const arcs = decodeArcs(topology);
    return topology.objects[name].geometries.map((geometry) =>
      geometry.type === "MultiPolygon"
        ? geometry.arcs.map((part) => part.map((ring) => joinArcs(arcs, ring)))
        : geometry.arcs.map((line) => joinArcs(arcs, line)));
  }

  // The arcs between areas of different groups, and those with an area on one side only.
  function borders(topology, groupOf) {
    const sides = new Map();
    topology.objects.areas.geometries.forEach((geometry, area) => {
      for (const number of geometry.arcs.flat(2)) {
        const arc = number < 0 ? ~number : number;
        sides.set(arc, [...(sides.get(arc) || []), groupOf[area]]);
      }
    });
    const arcs = decodeArcs(topology);
    return [...sides].filter(([, groups]) => groups.length === 1 || groups[0] !== groups[1])
      .map(([arc]) => arcs[arc]);
  }

  // --- Journeys ----------------------------------------------------------------------------

  // The nearest open site of every area. Sites stand in the order of their ids, so the first of
  // equals is the one with the lowest id.
  function nearest(minutes, areaCount, openSites) {
    const best = new Float64Array(areaCount).fill(Infinity);
    const site = new Int32Array(areaCount).fill(NONE);
    for (const candidate of [...openSites].sort((one, two) => one - two)) {
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
      .sort((one, two) => Math.abs(change(before[two], after[two]))
        - Math.abs(change(before[one], after[one])) || one - two)
      .slice(0, count);
  }

  // --- A choice and what follows from it ---------------------------------------------------

  // The minutes of every mode and period, of patients and of teams.
  function unpackJourneys(data) {
    return data.journeys.map((journey) => ({
      patient: decodeMinutes(journey.minutes),
      team: decodeMinutes(journey.team_minutes || journey.minutes),
    }));
  }

  // The sites that offer a service: those of the option, but for what the reader switched.
  function openSites(option, service, switched) {
    const open = new Set(option.sites[service.id]);
    for (const site of switched) {
      if (!open.delete(site)) open.add(site);
    }
    return open;
  }

  // The journey whose times count for teams: they drive even where the reader walks.
  function teamJourney(data, place) {
    if (data.journeys[place].team_minutes) return place;
    const driven = data.journeys.findIndex((one) => one.team_minutes);
    return driven < 0 ? place : driven;
  }

  // All figures of an option (its id), service, journey and the sites switched by the reader.
  function evaluate(data, minutesOf, choice) {
    const byId = (list, id) => list.find((one) => one.id === id);
    const service = byId(data.services, choice.service);
    const option = byId(data.options, choice.option);
    const team = service.delivery === "team";
    const asked = data.journeys.findIndex((one) => one.id === choice.journey);
    const place = team ? teamJourney(data, asked) : asked;
    const minutes = minutesOf[place][team ? "team" : "patient"];
    const { people, authority, tenth } = data.areas;
    const today = new Set(data.options[0].sites[service.id]);
    const open = openSites(option, service, choice.switched);
    const before = nearest(minutes, people.length, today);
    const after = nearest(minutes, people.length, open);
    const tally = (groupOf, count) => summariseGroups(
      groupOf, count, people, before.minutes, after.minutes, data.tolerance);
    const bands = (end) => countByClass(people,
      Array.from(end.minutes, (one) => timeClass(one, data.time.breaks)),
      data.time.labels.length);
    return {
      service, option, minutes, today, open, before, after,
      journey: data.journeys[place],
      asToday: option === data.options[0] && choice.switched.size === 0,
      everyone: summarise(people, before.minutes, after.minutes, data.tolerance),
      places: tally(authority, data.authorities.length),
      tenths: tally(tenth, 10),
      bands: { before: bands(before), after: bands(after) },
      mostChanged: mostChanged(before.minutes, after.minutes, data.tolerance, 10),
    };
  }

  // The nearest site of one area in every option: [site, minutes] for each.
  function everyOption(data, now, area) {
    const count = data.areas.people.length;
    return data.options.map((option) => {
      const open = option.sites[now.service.id];
      const reach = (site) => now.minutes[site * count + area];
      return open.reduce((best, site) => (reach(site) < best[1] ? [site, reach(site)] : best),
        [NONE, Infinity]);
    });
  }

  // --- Words -------------------------------------------------------------------------------

  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (whole, name) =>
      (name in values ? String(values[name]) : whole));
  }

  function wholeMinutes(minutes) {
    return Math.floor(minutes + 0.5);
  }

  function minutesInWords(minutes, strings) {
    if (minutes === Infinity) return strings.no_route;
    const whole = wholeMinutes(minutes);
    return fill(whole === 1 ? strings.minute : strings.minutes, { count: whole });
  }

  function peopleInWords(count) {
    return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  }

  function countInWords(count, strings) {
    return count ? fill(strings.legend_people, { people: peopleInWords(count) }) : strings.nobody;
  }

  // The size is the difference of the minutes as shown, so that a reader can check it.
  function changeInWords(before, after, tolerance, strings, who) {
    const kind = outcome(before, after, tolerance);
    const size = Math.abs(wholeMinutes(after) - wholeMinutes(before));
    return fill(strings[`${who}_${kind}`], { size: minutesInWords(size, strings) });
  }

  // --- Finding an area ---------------------------------------------------------------------

  const POSTCODE = /^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d)([A-Z]{2})$/;

  // The area of a unit postcode, or -1; looked up in the page, never sent anywhere.
  function findPostcode(pack, text) {
    const parts = POSTCODE.exec(text.trim().toUpperCase());
    const sector = parts && pack.sectors[`${parts[1]} ${parts[2]}`];
    if (!sector) return NONE;
    const [present, areas] = sector;
    const unit = UNIT_LETTERS.indexOf(parts[3][0]) * UNIT_LETTERS.length
      + UNIT_LETTERS.indexOf(parts[3][1]);
    const bytes = decodeBase64(present);
    const stands = (place) => (bytes[place >> 3] >> (7 - (place & 7))) & 1;
    if (!stands(unit)) return NONE;
    let rank = 0;
    for (let place = 0; place < unit; place++) rank += stands(place);
    const digits = areas.slice(rank * pack.digits, (rank + 1) * pack.digits);
    return [...digits].reduce((value, digit) => value * 64 + DIGIT_OF[digit], 0);
  }

  // The area of a town or village, or of an area's own name or code; -1 if there is none.
  function findName(data, text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return NONE;
    const places = data.places.filter((one) => one.area !== NONE);
    const place = places.find((one) => one.name.toLowerCase() === wanted);
    if (place) return place.area;
    const same = (name) => name.toLowerCase() === wanted;
    const exact = data.areas.label.findIndex(same);
    if (exact >= 0) return exact;
    const code = data.areas.id.findIndex(same);
    if (code >= 0) return code;
    const begins = places.find((one) => one.name.toLowerCase().startsWith(wanted));
    if (begins) return begins.area;
    return data.areas.label.findIndex((name) => name.toLowerCase().includes(wanted));
  }

  // --- State and tables --------------------------------------------------------------------

  // What the reader chose, as a fragment: never a postcode, and no area.
  function writeState(state) {
    return Object.entries(state).filter(([, value]) => value !== "")
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  }

  function readState(fragment) {
    const state = {};
    for (const pair of fragment.replace(/^#/, "").split("&")) {
      const [name, value] = pair.split("=");
      if (!name || value === undefined) continue;
      try {
        state[name] = decodeURIComponent(value);
      } catch {
        continue; // a damaged link keeps what can be read
      }
    }
    return state;
  }

  // A text that a spreadsheet would take for a formula is marked as text by an apostrophe.
  function csvCell(value) {
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  }

  function csv(rows) {
    return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
  }

  return {
    OUTCOMES, decodeBase64, decodeMinutes, decodeShapes, borders, nearest, change, outcome,
    summarise, summariseGroups, timeClass, changeClass, countByClass, mostChanged, fill,
    wholeMinutes, minutesInWords, peopleInWords, countInWords, changeInWords, findPostcode,
    findName, writeState, readState, csv, unpackJourneys, evaluate, everyOption,
  };
})();
