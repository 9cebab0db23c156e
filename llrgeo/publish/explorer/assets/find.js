// The search for a place: what a reader typed is one place, or some to choose from, or nothing.
// Pure functions. An exact name is answered; whatever else fits is offered, never taken silently.
"use strict";

const llrgeoFind = (() => {
  const MOST_OFFERED = 8;
  const TYPO_LETTERS = 4; // shorter words are too like each other to guess at
  const SHORTEST = 3; // letters from which the beginning of a name is looked for
  // How well a name fits, the best first; of two that fit alike a town stands before a ward.
  const [WHOLE, FIRST, PHRASE, BEGINNING, WORD, WORDS] = [0, 1, 2, 3, 4, 5];
  const KINDS = ["town", "ward", "authority", "site", "area"];

  // --- Postcodes ---------------------------------------------------------------------------

  const UNIT = /^([A-Z]{1,2}\d[A-Z\d]?)(\d)([A-Z]{2})$/;
  const UNITS = /\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b/g;
  const MISREAD = /^([A-Z]{1,2})([\dOIL][\dOIL]?)([\dOIL])([A-Z01]{2})$/;
  const OUTWARD = /^[A-Z]{1,2}\d[A-Z\d]?$/;
  const SECTOR = /^([A-Z]{1,2}\d[A-Z\d]?) ?(\d)[A-Z]?$/; // with one letter of the unit, or none

  // Letters and figures alone, with one space for whatever stood between them, and none within the
  // first half of a postcode ("LE 15").
  function spaced(text) {
    return text.toUpperCase().replace(/[\s.,_\-‐-―]+/g, " ").trim()
      .replace(/^([A-Z]{1,2}) (?=\d)/, "$1");
  }

  function areasOfSector(pack, sector) {
    const [, text] = pack.sectors[sector];
    const found = new Set();
    for (let start = 0; start < text.length; start += pack.digits) {
      found.add(llrgeoUnpack.decodeDigits(text.slice(start, start + pack.digits)));
    }
    return [...found];
  }

  function hasSector(pack, sector) {
    return Object.hasOwn(pack.sectors, sector);
  }

  // A sector ("LE15 6") or an outward code ("LE15") with the areas of its postcodes, or null.
  function partOfPostcode(pack, name) {
    const sectors = Object.keys(pack.sectors)
      .filter((sector) => sector === name || sector.startsWith(`${name} `));
    if (sectors.length === 0) return null;
    const areas = new Set(sectors.flatMap((sector) => areasOfSector(pack, sector)));
    return { name, kind: "postcodes", areas: [...areas].sort((one, other) => one - other) };
  }

  function isSure(typed) {
    return /\d$/.test(typed) && !OUTWARD.test(typed);
  }

  const unitPlace = (unit, area) =>
    ({ name: `${unit[1]} ${unit[2]}${unit[3]}`, kind: "postcode", areas: [area] });

  const asFigures = (text) => text.replace(/O/g, "0").replace(/[IL]/g, "1");

  // A postcode in which letters and figures that look alike were taken for each other, or null.
  function misread(pack, compact) {
    const [, letters, outward, figure, unit] = MISREAD.exec(compact) || [];
    if (!letters) return null;
    const meant = letters + asFigures(outward + figure)
      + unit.replace(/0/g, "O").replace(/1/g, "I");
    const area = meant === compact ? -1 : llrgeoText.findPostcode(pack, meant);
    return area < 0 ? null : choice("typo", [unitPlace(UNIT.exec(meant), area)]);
  }

  // The first half of a postcode, misread in the same way, or null.
  function misreadPart(pack, compact) {
    const [, letters, figures] = /^([A-Z]{1,2})(\d[OIL]|[OIL]\d?)$/.exec(compact) || [];
    const meant = letters && partOfPostcode(pack, letters + asFigures(figures));
    return meant ? choice("typo", [meant]) : null;
  }

  // The one postcode among other words ("LE1 5WW, Aston") if the page has it, or null.
  function postcodeWithin(pack, text) {
    const [unit, ...more] = text.toUpperCase().match(UNITS) || [];
    const meant = unit && more.length === 0 ? asPostcode(pack, unit) : null;
    return meant && meant.kind === "found" ? meant : null;
  }

  // What a text means as a postcode or a part of one; null if it does not look like one.
  function asPostcode(pack, text) {
    const typed = spaced(text);
    const compact = typed.replace(/ /g, "");
    const unit = UNIT.exec(compact);
    if (unit) {
      const area = llrgeoText.findPostcode(pack, compact);
      if (area >= 0) return found(unitPlace(unit, area));
      // A postcode that is not in the page may be new: its sector is offered, not taken.
      const sector = `${unit[1]} ${unit[2]}`;
      return hasSector(pack, sector) ? choice("postcode", [partOfPostcode(pack, sector)])
        : nothing("outside");
    }
    const meant = misread(pack, compact) || misreadPart(pack, compact);
    if (meant) return meant;
    // "LE1 5" is a sector, "LE15" an outward code, and "LE156" a sector of it.
    const outward = OUTWARD.test(typed) && partOfPostcode(pack, typed);
    if (outward) return found(outward);
    const parts = SECTOR.exec(typed);
    const sector = parts && partOfPostcode(pack, `${parts[1]} ${parts[2]}`);
    // One letter of the unit is not enough, and "LE99" may be a code that the page does not have.
    if (sector) return isSure(typed) ? found(sector) : choice("postcode", [sector]);
    return parts || OUTWARD.test(typed) ? nothing("outside") : null;
  }

  // --- Names -------------------------------------------------------------------------------

  const SHORT = { mkt: "market", saint: "st", gt: "great", lt: "little" };
  const POINTS = { n: "north", s: "south", e: "east", w: "west" };

  // A name as it is compared: no case, accents, apostrophes or hyphens; "and" is "&", "Gt" is "Great",
  // and "N." before a name is "North".
  function plain(text) {
    return text.normalize("NFKD").replace(/\p{M}|['’‘`]/gu, "").toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ").replace(/\b(?:and|the)\b/g, " ")
      .replace(/\b(?:mkt|saint|gt|lt)\b/g, (word) => SHORT[word]).replace(/ +/g, " ").trim()
      .replace(/^[nsew](?= )/, (letter) => POINTS[letter]);
  }

  // Whether two words differ by at most one letter: another, one more, one less, or two swapped.
  function oneApart(one, other) {
    if (Math.abs(one.length - other.length) > 1) return false;
    let place = 0;
    while (place < one.length && one[place] === other[place]) place++;
    const rest = (text, from) => text.slice(place + from);
    if (one.length === other.length) {
      return rest(one, 1) === rest(other, 1)
        || (one[place] === other[place + 1] && one[place + 1] === other[place]
          && rest(one, 2) === rest(other, 2));
    }
    return one.length > other.length ? rest(one, 1) === rest(other, 0)
      : rest(one, 0) === rest(other, 1);
  }

  // Each name from each of its words on: "north luffenham", "luffenham".
  function endings(name) {
    const parts = name.split(" ");
    return parts.map((_, place) => parts.slice(place).join(" "));
  }

  // How well a name fits what was typed, or -1.
  function fit(name, typed) {
    if (name === typed) return WHOLE;
    if (typed.length < SHORTEST) return -1;
    if (name.startsWith(`${typed} `)) return FIRST;
    const whole = ` ${name} `;
    if (whole.includes(` ${typed} `)) return PHRASE;
    if (whole.includes(` ${typed}`)) return name.startsWith(typed) ? BEGINNING : WORD;
    // All the words, in whatever order: "oakham hospital" is in "Memorial Hospital (Oakham)"; or
    // the first letter of each.
    const isIt = typed.includes(" ") ? longWords(typed).length > 1
      && longWords(typed).every((word) => whole.includes(` ${word} `))
      : name[0] === typed[0] && initials(name) === typed;
    return isIt ? WORDS : -1;
  }

  const initials = (name) => name.split(" ").map(([letter]) => letter).join("");

  // The words that tell one name from another: not those of one or two letters.
  function longWords(text) {
    return text.split(" ").filter((word) => word.length >= SHORTEST);
  }

  // Whether a name, or its beginning, is what was typed but for one letter.
  function isNearly(name, typed) {
    if (typed.length < TYPO_LETTERS) return false;
    // One error leaves the first letter or the second as it is, or moves it by one.
    const [one, two] = typed;
    const mayBe = ([first, second]) => first === one || second === two || second === one || first === two;
    return endings(name).some((ending) => mayBe(ending) && [-1, 0, 1].some((more) => {
      const length = typed.length + more;
      const ends = ending.length <= length || ending[length] === " ";
      return ends && oneApart(ending.slice(0, length).trim(), typed);
    }));
  }

  // Every name of the page. Sites stand for the area around them, areas for themselves.
  function namesOf(data) {
    const { label, id } = data.areas;
    return [
      ...data.gazetteer,
      ...data.sites.map((site) => ({
        name: site.name, kind: "site", areas: site.area < 0 ? [] : [site.area],
      })),
      ...label.map((name, area) => ({ name, kind: "area", areas: [area], code: id[area] })),
    ].map((place) => ({ ...place, key: plain(place.name) }));
  }

  // Whether a place whose name has the exact one in it may be meant: one elsewhere (Aston, and
  // Aston-on-the-Hill, Market Aston or Aston Hospital), or the town after which a council's area is
  // called.
  function mayBeMeant(data, place, exact) {
    if (place.areas.length === 0 || place.kind === "area") return false;
    const authorityOf = (area) => data.areas.authority[area];
    const own = new Set(exact.areas.map(authorityOf));
    const isWithin = place.areas.some((area) => own.has(authorityOf(area)));
    // A village "in" a county is told from its namesakes by it, and is not what the county means.
    const isNamedAfterIt = !place.key.includes(` in ${exact.key}`);
    return exact.kind === "authority" ? isWithin && place.kind === "town" && isNamedAfterIt
      : !isWithin;
  }

  function byKind(one, other) {
    return KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind);
  }

  function asName(data, names, text) {
    const typed = plain(text);
    if (!typed) return nothing("empty");
    const code = names.find((place) => place.code && place.code.toLowerCase() === typed);
    if (code) return found(code);
    return asFitting(data, names, typed) || withinAuthority(data, names, typed)
      || asParts(names, typed) || nothing("name");
  }

  // The names that what was typed is, is a piece of, or nearly is; null if there are none.
  function asFitting(data, names, typed) {
    const fitting = names.map((place) => ({ place, rank: fit(place.key, typed) }))
      // Areas are hundreds: they are offered by their whole name or number alone (Ashby 003A).
      .filter(({ place, rank }) => rank >= 0 && rank < WORDS && (place.kind !== "area"
        || rank === WHOLE || (rank === PHRASE && /\d[a-z]$/.test(typed))))
      .sort((one, other) => one.rank - other.rank || byKind(one.place, other.place));
    const exact = fitting.filter(({ rank }) => rank === WHOLE).map(({ place }) => place);
    const inside = fitting.map(({ place }) => place).filter((place) => place.areas.length > 0);
    if (exact.length === 1 && exact[0].areas.length > 0) {
      const others = fitting.filter(({ place, rank }) =>
        rank > WHOLE && rank <= BEGINNING && mayBeMeant(data, place, exact[0]));
      if (others.length === 0) return found(exact[0]);
    }
    if (inside.length > 0) return choice("several", inside);
    if (fitting.length > 0) return nothing("beyond");
    const nearly = names.filter((place) => place.areas.length > 0 && place.kind !== "area"
      && isNearly(place.key, typed))
      .sort((one, other) => oneApart(other.key, typed) - oneApart(one.key, typed)
        || byKind(one, other));
    return nearly.length > 0 ? choice("typo", nearly) : null;
  }

  // A name and the council's area that it lies in ("Aston, Ayshire"), or null.
  function withinAuthority(data, names, typed) {
    const council = names.find((place) => place.kind === "authority"
      && typed.endsWith(` ${place.key}`));
    if (!council) return null;
    const own = new Set(council.areas);
    const inside = names.filter((place) => place.areas.length > 0
      && place.areas.every((area) => own.has(area)));
    return asFitting(data, inside, typed.slice(0, -council.key.length - 1));
  }

  // Names of which all words were typed, in any order, then names that stand whole in what was
  // typed ("near Aston"), as they come. They are offered, and that there was more is said.
  function asParts(names, typed) {
    const parts = names.filter((place) => place.kind !== "area").map((place) => {
      const isAll = fit(place.key, typed) === WORDS;
      return { place, isAll, at: isAll ? 0 : ` ${typed} `.indexOf(` ${place.key} `) };
    }).filter(({ at }) => at >= 0)
      .sort((one, other) => other.isAll - one.isAll || one.at - other.at
        || (one.isAll ? 0 : other.place.key.length - one.place.key.length)
        || byKind(one.place, other.place));
    const inside = parts.filter(({ place }) => place.areas.length > 0);
    if (inside.length === 0) return parts.length > 0 ? nothing("beyond") : null;
    return choice(inside[0].isAll ? "several" : "part", inside.map(({ place }) => place));
  }

  // --- What is found -----------------------------------------------------------------------

  const found = (place) => ({ kind: "found", place });
  const choice = (why, places) => ({ kind: "choice", why, places: places.slice(0, MOST_OFFERED),
    more: Math.max(0, places.length - MOST_OFFERED) });
  const nothing = (why) => ({ kind: "nothing", why });

  // One place ("found"), places to choose from ("choice") and why, or "nothing" and why. A place
  // has a name, a kind and areas: one, or all of a town, ward or part of a postcode.
  function find(data, names, typed) {
    // Letters of full width, and signs without width that are copied along, are not seen.
    const text = typed.normalize("NFKC").replace(/[\u200b-\u200f\u2060\ufeff]/g, "");
    return asPostcode(data.postcodes, text) || postcodeWithin(data.postcodes, text)
      || asName(data, names, text);
  }

  return { find, namesOf, plain, oneApart };
})();
