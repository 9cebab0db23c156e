// The explorer's answers: the headline for everyone, and what an option means for one area.
"use strict";

// The sentences of the headline, as text: sentences.py says the same.
function llrgeoSentences(data) {
  const { fill, countInWords, inSentence, oneDecimal } = llrgeoText;
  const words = data.strings;
  const baseline = llrgeoModel.baselineOf(data);
  const capital = (line) => line[0].toUpperCase() + line.slice(1);

  function isToday(now) {
    return now.asToday && now.option === baseline;
  }

  function peopleLine(key, people, nobody) {
    if (people) return fill(words[key], { people: countInWords(people, words) });
    return nobody ? words[nobody] : "";
  }

  // Over all services, never netted: who loses first; "too close to say" is an "of which", or a
  // line says that nobody knows how many they are.
  function optionLines(now) {
    if (isToday(now)) return [words.baseline_chosen];
    const { everyone, teams, teamsOnly } = now.overall;
    const who = teamsOnly ? "teams" : "option";
    return [
      peopleLine(`${who}_longer`, everyone.anyLonger, `${who}_longer_nobody`),
      peopleLine("option_lost", everyone.lost),
      teamsOnly ? "" : peopleLine("option_mixed", everyone.mixed),
      peopleLine("close_longer", everyone.closeLonger),
      peopleLine(`${who}_shorter`, everyone.shorter, `${who}_shorter_nobody`),
      peopleLine("close_shorter", everyone.close.shorter),
      everyone.closeLonger === null && everyone.anyLonger + everyone.shorter > 0
        ? words.close_unknown : "",
      peopleLine("option_same", everyone.same),
      peopleLine("option_none", everyone.none),
      teams === null ? "" : peopleLine("teams_longer", teams.anyLonger),
      teams === null ? "" : peopleLine("teams_shorter", teams.shorter),
    ].filter(Boolean).map(capital);
  }

  // For the service shown alone, the average last.
  function serviceLines(now) {
    const service = inSentence(now.service.label);
    if (isToday(now)) return [todayLine(now, service)];
    if (now.asToday) return [fill(words.as_today, { service }), ...averageLines(now)];
    const { people } = now.everyone;
    const said = Object.fromEntries(Object.entries(people)
      .map(([name, count]) => [name, countInWords(count, words)]));
    const lines = [fill(words[`${now.service.delivery}_headline`], {
      service, shorter: said.improved, longer: said.worsened, same: said.unchanged,
    })];
    ["lost", "gained", "none"].filter((name) => people[name])
      .forEach((name) => lines.push(fill(words[`headline_${name}`], said)));
    return [...lines.map(capital), ...averageLines(now)];
  }

  function todayLine(now, service) {
    const mean = now.everyone.meanBefore;
    return fill(Number.isNaN(mean) ? words.today_nobody : words.today_average,
      { service, before: oneDecimal(mean, words) });
  }

  // Over the people who have a journey both times: like with like.
  function averageLines(now) {
    const { people, meanBefore, meanAfter } = now.everyone;
    if (Number.isNaN(meanBefore)) return [words.average_nobody];
    const [before, after] = [meanBefore, meanAfter].map((mean) => oneDecimal(mean, words));
    const level = people.worsened || people.lost ? words.average_level : words.average_same;
    if (before === after) return [fill(level, { before })];
    const line = fill(people.lost || people.gained ? words.average_both : words.average,
      { before, after });
    const { mean } = now.accuracy;
    const close = mean !== null && Math.abs(meanAfter - meanBefore) <= mean;
    return close ? [line, words.average_close] : [line];
  }

  // What would stop and start where; services that move alike share a line.
  function moveLines(now) {
    if (isToday(now)) return [];
    const alike = (key, has, hasNot) => {
      const services = new Map();
      for (const end of now.overall.services) {
        const sites = [...end[has]].filter((site) => !end[hasNot].has(site))
          .sort((first, second) => first - second);
        const known = services.get(sites.join()) || { sites, labels: [] };
        known.labels.push(inSentence(end.service.label));
        if (sites.length) services.set(sites.join(), known);
      }
      return [...services.values()].map(({ sites, labels }) => fill(words[key], {
        moves: fill(words.moves_part, {
          services: labels.join(", "), sites: sites.map((site) => data.sites[site].name).join(", "),
        }),
      }));
    };
    const stops = alike("moves_stops", "today", "open");
    return [...(stops.length ? stops : [words.moves_no_stops]),
      ...alike("moves_starts", "open", "today")];
  }

  return { isToday, optionLines, serviceLines, moveLines };
}

// The answers for one area, as text: what is said below the table of its services.
function llrgeoReader(data) {
  const m = llrgeoModel;
  const { fill, minutesInWords, changeInWords, oneDecimal, shareInWords } = llrgeoText;
  const words = data.strings;
  const isLonger = (row) => m.LONGER_OUTCOMES.includes(row.kind);
  const isShorter = (row) => m.SHORTER_OUTCOMES.includes(row.kind);

  function siteName(place) {
    return place < 0 ? "" : data.sites[place].name;
  }

  // The change that counts most for a reader: the worst, or if none is longer, the best.
  function mainChange(rows) {
    return rows.find(isLonger) || rows.filter(isShorter).pop() || null;
  }

  // The answer in one sentence, for the status region too.
  function answerLine(now, rows) {
    if (now.isToday) return words.my_today;
    const row = mainChange(rows);
    if (!row) return words.my_nothing;
    return fill(words.my_answer,
      { service: row.service.label, answer: changeInWords(row, words) });
  }

  // The answer for a place of several areas, of the service that changes most.
  function placeLine(now, rows) {
    if (now.isToday) return words.my_today;
    const row = rows.find(isLonger) || rows.filter(isShorter).pop();
    if (!row) return words.my_nothing;
    const longer = row.longer > 0;
    const size = Math.abs(longer ? row.change.most : row.change.least);
    const values = { service: row.service.label, all: row.all,
      count: longer ? row.longer : row.shorter, size: minutesInWords(size, words) };
    if (!Number.isFinite(size)) {
      return longer ? fill(words.my_place_lost, { ...values, count: row.lost })
        : fill(words.my_place_gained, values);
    }
    const who = { patient: "", visitor: "visit_", team: "team_" }[row.service.delivery];
    return fill(words[`my_place_${who}${longer ? "longer" : "shorter"}`], values);
  }

  function placeLines(rows, place) {
    return [fill(words.my_place_own, { place: place.name, all: rows[0].all }),
      ...howLines(rows), ...carLine(rows, place.areas)];
  }

  function readerLines(now, rows, area) {
    const row = now.isToday ? null : mainChange(rows);
    const lines = [];
    if (row) {
      // What is too close stands beside the two journeys that it is about.
      lines.push(fromAndTo(row));
      if (row.tooClose) lines.push(words.my_too_close);
      const count = (chosen) => rows.filter(chosen).length || words.none_of_them;
      lines.push(fill(words.my_count,
        { all: rows.length, longer: count(isLonger), shorter: count(isShorter) }));
      const close = rows.filter((one) => one.tooClose && (isLonger(one) || isShorter(one))).length;
      if (close) lines.push(fill(words.my_count_close, { count: close }));
    }
    return [...lines, ...howLines(rows), ...carLine(rows, [area])];
  }

  // How patients and visitors travel, and teams if otherwise: a team drives to those who walk.
  function howLines(rows) {
    const isTeam = (row) => row.service.delivery === "team";
    const [own, team] = [rows.find((row) => !isTeam(row)), rows.find(isTeam)];
    const lines = own ? [fill(words.my_how, { journey: own.way.label })] : [];
    return team && (!own || own.way.label !== team.way.label)
      ? [...lines, fill(words.my_how_teams, { journey: team.way.label })] : lines;
  }

  // How many homes have no car, for whom times by car are not their own; where that is counted.
  function carLine(rows, areas) {
    const { homes, no_car: without } = data.areas;
    const byCar = rows.some(({ service, way }) =>
      service.delivery !== "team" && way.id.startsWith("car-"));
    const sum = (counts) => areas.reduce((all, area) => all + counts[area], 0);
    if (!byCar || !homes || !sum(homes)) return [];
    return [fill(words.my_no_car, { share: shareInWords(sum(without) / sum(homes), 0, words) })];
  }

  function fromAndTo(row) {
    const key = ["lost", "gained"].includes(row.kind) ? row.kind : row.service.delivery;
    return fill(words[`my_${key}`], {
      before: minutesInWords(row.before, words), site_before: siteName(row.siteBefore),
      after: minutesInWords(row.after, words), site_after: siteName(row.siteAfter),
    });
  }

  // How far the city is, for those who need not go there for what the city offers too.
  function cityLine(now, area) {
    const inCity = (site) => data.city.includes(site);
    const [site, minutes] = m.nearestTo(area, data.city, now);
    const asked = now.service.delivery !== "team" && [...now.today].some(inCity);
    if (!asked || site < 0 || inCity(now.before.site[area])) return [];
    return [fill(words.my_city, { site: siteName(site), minutes: minutesInWords(minutes, words) })];
  }

  // The error of the reader's own district, period and length of journey.
  function sureLines(now, rows, area) {
    const row = mainChange(rows) || rows[0];
    const minutes = row.after < Infinity ? row.after : row.before;
    const authority = data.areas.authority[area];
    const error = m.journeyError(row.accuracy, authority, minutes);
    const place = { authority: data.authorities[authority], journey: row.way.label };
    const unknown = place.authority ? words.my_sure_unknown : words.my_sure_nowhere;
    const lines = [error === null ? fill(unknown, place)
      : fill(words.my_sure, { ...place, median: oneDecimal(error.median, words),
        p90: oneDecimal(error.p90, words) })];
    const difference = m.differenceError(row.accuracy, row.before, row.after);
    if (!now.isToday && difference > data.tolerance) {
      lines.push(fill(words.my_sure_difference, { minutes: oneDecimal(difference, words) }));
    }
    return [...lines, words.my_nearest];
  }

  return {
    siteName, mainChange, answerLine, placeLine, placeLines, readerLines, cityLine, sureLines,
  };
}
