// The explorer's answers: the headline for everyone, and what an option means for one area.
"use strict";

function llrgeoAnswers(data) {
  const m = llrgeoModel;
  const { fill, minutesInWords, countInWords, changeInWords, inSentence, oneDecimal } = llrgeoText;
  const { element } = llrgeoTables(data);
  const words = data.strings;
  const baseline = m.baselineOf(data);
  const SHORTEST_SCALE = 20; // minutes: the shortest journey that may fill the whole bar

  function siteName(place) {
    return place < 0 ? "" : data.sites[place].name;
  }

  // --- For everyone ----------------------------------------------------------------------------

  // Who gains and who loses first, the average last.
  function headlineLines(now) {
    if (now.asToday && now.option === baseline) return [words.baseline_chosen];
    return [...peopleLines(now), ...averageLine(now)];
  }

  function peopleLines(now) {
    if (now.asToday) return [fill(words.as_today, { service: inSentence(now.service.label) })];
    const people = Object.fromEntries(Object.entries(now.everyone.people)
      .map(([name, count]) => [name, countInWords(count, words)]));
    const lines = [fill(words.headline, {
      shorter: people.improved, longer: people.worsened, same: people.unchanged,
    })];
    if (now.everyone.people.lost) lines.push(fill(words.headline_lost, people));
    if (now.everyone.people.gained) lines.push(fill(words.headline_gained, people));
    return lines.map((line) => line[0].toUpperCase() + line.slice(1));
  }

  function averageLine(now) {
    const { meanBefore, meanAfter } = now.everyone;
    if (Number.isNaN(meanBefore) || Number.isNaN(meanAfter)) return [];
    return [fill(now.asToday ? words.average_same : words.average, {
      before: oneDecimal(meanBefore, words), after: oneDecimal(meanAfter, words),
    })];
  }

  // --- For one area ----------------------------------------------------------------------------

  // What the option does to the reader's own journey: the answer first, then today's and then's.
  function myLines(now, area) {
    const authority = data.authorities[data.areas.authority[area]];
    const where = element("p", fill(authority ? words.my_area : words.my_area_alone, {
      area: data.areas.label[area], authority,
    }));
    const today = journeyLine(todayTemplate(now, area), now, "before", area);
    const last = [...cityLine(now, area), sureLine(now)];
    if (now.asToday) return [where, ...sameAnswer(now), ...today, ...last];
    const answer = changeInWords(now.before.minutes[area], now.after.minutes[area],
      data.tolerance, words, now.service.delivery === "team" ? "team" : "change");
    return [where, element("p", answer, { className: "answer" }), ...today,
      ...journeyLine(thenTemplate(now, area), now, "after", area), ...last];
  }

  function todayTemplate(now, area) {
    if (now.before.site[area] < 0) return words.my_no_site_before;
    return now.service.delivery === "team" ? words.my_team_before : words.my_before;
  }

  function thenTemplate(now, area) {
    if (now.after.site[area] < 0) return words.my_no_site_after;
    if (now.after.site[area] === now.before.site[area]) return words.my_same_site;
    return now.service.delivery === "team" ? words.my_team_after : words.my_after;
  }

  // A line about one end of the change, with a bar as long as the journey.
  function journeyLine(template, now, end, area) {
    const minutes = now[end].minutes[area];
    const line = element("p", fill(template, {
      service: inSentence(now.service.label), mode: now.journey.label,
      site: siteName(now[end].site[area]), minutes: minutesInWords(minutes, words),
    }));
    if (minutes === Infinity) return [line];
    const longest = Math.max(SHORTEST_SCALE, ...[now.before, now.after]
      .map((end) => end.minutes[area]).filter(Number.isFinite));
    const bar = element("span", undefined, { className: `length ${end}`, ariaHidden: "true" });
    bar.style.width = `${Math.max(1, (100 * minutes) / longest)}%`;
    return [line, bar];
  }

  function sameAnswer(now) {
    if (now.option === baseline) return [];
    return [element("p", words.my_as_today, { className: "answer" })];
  }

  // How far the city is, for those who need not go there for what the city offers too.
  function cityLine(now, area) {
    const inCity = (site) => data.city.includes(site);
    const [site, minutes] = m.nearestTo(area, data.city, now);
    const asked = now.service.delivery !== "team" && [...now.today].some(inCity);
    if (!asked || site < 0 || inCity(now.before.site[area])) return [];
    return [element("p", fill(words.my_city, {
      site: siteName(site), minutes: minutesInWords(minutes, words),
    }))];
  }

  function sureLine(now) {
    const { error } = now.journey;
    const text = error === null ? words.my_sure_unknown
      : fill(words.my_sure, { minutes: minutesInWords(error, words) });
    return element("p", text, { className: "hint" });
  }

  return { siteName, headlineLines, myLines };
}
