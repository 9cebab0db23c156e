// The reader's own answer: the table of every service for the place that was found, the sentence,
// how sure it is, and what each option would change there.
"use strict";

function llrgeoMine(data, ownRoads, tables, reader, figures) {
  const m = llrgeoModel;
  const { fill, inSentence, minutesInWords } = llrgeoText;
  const words = data.strings;
  const baseline = m.baselineOf(data);
  const byId = (id) => document.getElementById(id);
  const { element, fillLines, setText } = tables;
  const rowsOfPlaces = new WeakMap(); // the rows of a place by option, journey and plan

  // Every service under a choice from one area, or from all areas of a place.
  function rowsOf(choice) {
    if (!rowsOfPlaces.has(choice.place)) rowsOfPlaces.set(choice.place, new Map());
    const known = rowsOfPlaces.get(choice.place);
    const own = choice.switched.size > 0 ? [choice.service, ...choice.switched] : [];
    const key = [choice.option, choice.journey, ...own].join(" ");
    if (!known.has(key)) {
      const { data: of, matrices, areas } = ownRoads.worldOf(choice);
      known.set(key, areas.length === 1 ? m.journeysOf(of, matrices, choice, areas[0])
        : llrgeoPlace.journeysOfPlace(of, matrices, choice, areas));
    }
    return known.get(key);
  }

  function isOne(choice) {
    return choice.place.areas.length === 1;
  }

  // Which place the answer is for: its name, its area if it is one, its authority. A postcode is
  // left out: the page may be printed or shown to others.
  function placeName(place) {
    const [first] = place.areas;
    const authorities = new Set(place.areas.map((area) => data.areas.authority[area]));
    const within = authorities.size === 1 ? data.authorities[data.areas.authority[first]] : "";
    const name = place.kind === "site" ? fill(words.place_near, { site: place.name }) : place.name;
    const isNamed = !["postcode", "area"].includes(place.kind);
    const label = place.areas.length === 1 ? data.areas.label[first] : "";
    const isSaid = place.kind === "authority" || label.includes(`(${within} `);
    return [isNamed ? name : "", label, isSaid ? "" : within].filter(Boolean).join(", ");
  }

  function answerLine(choice, now, rows) {
    return isOne(choice) ? reader.answerLine(now, rows) : reader.placeLine(now, rows);
  }

  // The option that the reader compares with: its label and rows; null for none.
  function besideOf(choice) {
    const option = m.byId(data.options, choice.beside);
    if (!option || (option.id === choice.option && choice.switched.size === 0)) return null;
    return { option, label: option.label,
      rows: rowsOf({ ...choice, option: option.id, switched: new Set() }) };
  }

  function besideLine(choice, { option, label, rows }) {
    const isToday = option === baseline;
    const line = isToday ? words.my_beside_today : answerLine(choice, { isToday }, rows);
    return fill(words.status_option, { option: label, line });
  }

  // What would stop near the place, the nearest first.
  function stopLines(choice, now) {
    if (now.isToday) return [];
    const { data: of, matrices, areas } = ownRoads.worldOf(choice);
    return llrgeoPlace.stopsNear(of, matrices, choice, areas)
      .map(({ site, minutes, services }) => fill(words.my_stops, {
        site: data.sites[site].name, minutes: minutesInWords(minutes, words),
        services: services.map(({ label }) => inSentence(label)).join(", "),
      }));
  }

  const LONG_NAME = 26; // letters that a phone shows of the chosen option in the list

  // The choice beside it names the option too, so on a phone the heading is the place alone, unless
  // the list cuts the name.
  function showHeading(place, planLabel) {
    const heading = byId("mine-heading");
    const [before, after] = fill(words.my_heading, { option: planLabel }).split("{place}");
    [before, placeName(place), after].forEach((text, part) => setText(
      heading.children[part]
        || heading.appendChild(element("span", "", { className: part === 1 ? "" : "of-option" })),
      text));
    heading.querySelectorAll(".of-option").forEach((part) =>
      part.classList.toggle("long", planLabel.length > LONG_NAME));
  }

  // How far the city is, from where the other figures are.
  function cityLine(choice, now) {
    const { data: of, matrices, areas } = ownRoads.worldOf(choice);
    return reader.cityLine(of === data ? now : m.evaluate(of, matrices, choice), areas[0]);
  }

  function linesOf(choice, now, rows, beside) {
    const [area] = choice.place.areas;
    const styled = (lines, className = "") => lines.map((line) => [line, className]);
    return [
      ...styled([answerLine(choice, now, rows)], "answer"),
      ...styled(beside ? [besideLine(choice, beside)] : []),
      ...styled(stopLines(choice, now)),
      ...styled(isOne(choice) ? [...reader.readerLines(now, rows, area), ...cityLine(choice, now)]
        : reader.placeLines(rows, choice.place)),
      ...styled([ownRoads.sourceLine(choice)].filter(Boolean)),
      ...styled(isOne(choice) ? reader.sureLines(now, rows, area) : [words.my_nearest], "hint"),
    ];
  }

  // The answer: the table of every service, and what is said of it.
  function show(choice, now, planLabel) {
    byId("mine").hidden = !choice.place;
    if (!choice.place) return;
    const rows = rowsOf(choice);
    const main = reader.mainChange(rows);
    byId("mine").className = `mine ${now.isToday || !main ? "unchanged" : main.kind}`;
    byId("mine-option").value = choice.option;
    byId("beside").value = choice.beside;
    showHeading(choice.place, planLabel);
    const beside = besideOf(choice);
    tables.showMine({
      rows, beside, isOne: isOne(choice), isToday: now.isToday, label: planLabel,
    });
    fillLines(byId("mine-said"), linesOf(choice, now, rows, beside));
  }

  // What follows the answer: every option beside the one chosen, and the reader's own plan.
  function showRest(choice, planLabel) {
    if (!choice.place) return;
    const none = { switched: new Set() };
    const plans = data.options.filter((option) => option.id !== baseline.id)
      .map((option) => [option.label, rowsOf({ ...choice, ...none, option: option.id })]);
    if (choice.switched.size > 0) plans.push([planLabel, rowsOf(choice)]);
    tables.showMineOptions(plans, isOne(choice));
    if (figures.list.length) tables.showMineFigures(figures.mine(choice.place.areas));
  }

  // The answer in a sentence, for the status region.
  function said(choice, now) {
    return answerLine(choice, now, rowsOf(choice));
  }

  // What the option means that the reader compares with, for the status region; "" for none.
  function besideSaid(choice) {
    const beside = besideOf(choice);
    return beside ? besideLine(choice, beside) : "";
  }

  return { show, showRest, said, besideSaid, rowsOf };
}
