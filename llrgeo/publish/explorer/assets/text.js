// The explorer's words: what is said of figures, what a reader typed, and texts that leave the page.
"use strict";

const llrgeoText = (() => {
  const UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"; // the twenty letters of a unit postcode
  const LONG = 120; // minutes from which hours are easier to grasp
  const NONE = -1;

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
    if (whole === 0) return strings.under_minute; // at a site's own door
    const counted = (count, single, many) => fill(count === 1 ? single : many, { count });
    const hours = whole < LONG ? 0 : Math.floor(whole / 60);
    const rest = whole - 60 * hours;
    const parts = [];
    if (hours) parts.push(counted(hours, strings.hour, strings.hours));
    if (rest) parts.push(counted(rest, strings.minute, strings.minutes));
    return fill(strings.about, { time: parts.join(" ") });
  }

  // A label within a sentence: small, unless it begins with an abbreviation.
  function inSentence(label) {
    return /^.\p{Ll}/u.test(label) ? label[0].toLowerCase() + label.slice(1) : label;
  }

  function peopleInWords(count, strings) {
    return String(count).replace(/\B(?=(\d{3})+$)/g, strings.thousands_mark);
  }

  function oneDecimal(number, strings) {
    return number.toFixed(1).replace(".", strings.decimal_mark);
  }

  // A share (0 to 1) in per cent, as `Wording.share` writes it: what is neither none nor all is not
  // written so.
  function shareInWords(share, decimals, strings) {
    const write = (value) => value.toFixed(decimals).replace(".", strings.decimal_mark);
    const [written, least] = [Number((100 * share).toFixed(decimals)), 10 ** -decimals];
    if (share > 0 && written === 0) return fill(strings.share_few, { number: write(least) });
    if (share < 1 && written === 100) return fill(strings.share_most, { number: write(100 - least) });
    return fill(strings.share_number, { number: write(100 * share) });
  }

  function countInWords(count, strings) {
    if (count === 0) return strings.nobody;
    if (count === 1) return strings.one_person;
    return fill(strings.legend_people, { people: peopleInWords(count, strings) });
  }

  // The change of the minutes as shown, so that a reader can check it by subtracting.
  function shownChange(before, after) {
    return wholeMinutes(after) - wholeMinutes(before);
  }

  // A change in words that fit who travels: the patient, a visitor or a team.
  function changeInWords(row, strings) {
    const who = { patient: "change", visitor: "visit", team: "team" }[row.service.delivery];
    const size = Math.abs(shownChange(row.before, row.after));
    return fill(strings[`${who}_${row.kind}`], { size: minutesInWords(size, strings) });
  }

  // --- Finding a postcode ------------------------------------------------------------------

  const POSTCODE = /^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d)([A-Z]{2})$/;

  // The place of a unit among those of its sector that exist, or -1.
  function rankOfUnit(present, letters) {
    const unit = UNIT_LETTERS.indexOf(letters[0]) * UNIT_LETTERS.length + UNIT_LETTERS.indexOf(letters[1]);
    const bytes = llrgeoUnpack.decodeBase64(present);
    const exists = (place) => (bytes[place >> 3] >> (7 - (place & 7))) & 1;
    if (!exists(unit)) return NONE;
    let rank = 0;
    for (let place = 0; place < unit; place++) rank += exists(place);
    return rank;
  }

  // The area of a unit postcode, or -1; looked up in the page, never sent anywhere.
  function findPostcode(pack, text) {
    const parts = POSTCODE.exec(text.trim().toUpperCase());
    const sector = parts && pack.sectors[`${parts[1]} ${parts[2]}`];
    if (!sector) return NONE;
    const [present, areas] = sector;
    const rank = rankOfUnit(present, parts[3]);
    if (rank < 0) return NONE;
    return llrgeoUnpack.decodeDigits(areas.slice(rank * pack.digits, (rank + 1) * pack.digits));
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
    fill, wholeMinutes, minutesInWords, peopleInWords, oneDecimal, shareInWords, countInWords,
    shownChange, changeInWords, inSentence, rankOfUnit, findPostcode, writeState, readState, csv,
  };
})();
