// The explorer's tables: rows of text from the figures of model.js, filled in by textContent.
"use strict";

function llrgeoTables(data) {
  const m = llrgeoModel;
  const { fill, peopleInWords, oneDecimal } = llrgeoText;
  const words = data.strings;

  function element(tag, text, properties) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    return Object.assign(made, properties);
  }

  function fillTable(name, heads, rows) {
    const table = document.getElementById(`table-${name}`);
    const head = element("tr");
    heads.forEach((text) => head.append(element("th", text, { scope: "col" })));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...rows.map((cells) => {
      const row = element("tr");
      row.append(element("th", cells[0], { scope: "row" }),
        ...cells.slice(1).map((cell) => element("td", cell)));
      return row;
    }));
  }

  function minutesInTable(minutes) {
    return minutes === Infinity ? words.no_route : oneDecimal(minutes, words);
  }

  function meanText(minutes) {
    return Number.isNaN(minutes) ? words.nobody : oneDecimal(minutes, words);
  }

  const HEAD_OF = {
    gained: words.column_gained, improved: words.column_shorter, unchanged: words.column_same,
    worsened: words.column_longer, lost: words.column_lost, none: words.column_none,
  };
  const MEANS = [words.column_before, words.column_after];

  function changeMark(before, after) {
    const kind = m.outcome(before, after, data.tolerance);
    const sign = { improved: "▼", worsened: "▲", unchanged: "=" }[kind];
    return sign ? `${sign} ${oneDecimal(Math.abs(m.change(before, after)), words)}` : words[`mark_${kind}`];
  }

  function fillAreas(name, now, areas) {
    fillTable(name, [words.column_area, ...MEANS, words.column_change], areas.map((area) => {
      const [before, after] = [now.before.minutes[area], now.after.minutes[area]];
      return [data.areas.label[area], minutesInTable(before), minutesInTable(after),
        changeMark(before, after)];
    }));
  }

  function showAll(now) {
    const shown = m.OUTCOMES.filter((name) => now.everyone.people[name] > 0
      || ["improved", "unchanged", "worsened"].includes(name));
    const heads = shown.map((name) => HEAD_OF[name]);
    const places = [[words.everyone, now.everyone],
      ...data.authorities.map((name, place) => [name, now.places[place]])];
    const tenthLabels = now.tenths.map((_, place) => fill(words.tenth, { tenth: place + 1 }));
    if (tenthLabels.length) {
      tenthLabels.splice(0, 1, words.tenth_first);
      tenthLabels.splice(-1, 1, words.tenth_last);
    }
    const tenths = now.tenths.map((tenth, place) => [tenthLabels[place], tenth]);
    const counts = ([name, group]) =>
      [name, ...shown.map((outcome) => peopleInWords(group.people[outcome], words))];
    fillTable("winners", [words.column_place, ...heads], places.map(counts));
    if (tenths.length) fillTable("deprivation", [words.column_tenth, ...heads], tenths.map(counts));
    fillTable("means", [words.column_place, ...MEANS], [...places, ...tenths].map(
      ([name, group]) => [name, meanText(group.meanBefore), meanText(group.meanAfter)]));
    fillTable("bands", [words.column_time, words.column_before_people, words.column_after_people],
      data.time.labels.map((label, place) => [label, peopleInWords(now.bands.before[place], words),
        peopleInWords(now.bands.after[place], words)]));
    fillAreas("changed", now, now.mostChanged);
  }

  return { element, fillTable, minutesInTable, changeMark, fillAreas, showAll };
}
