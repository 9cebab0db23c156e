// Places as degrees, metres of the National Grid, grid references and postcodes. Pure functions: no
// page in sight.
"use strict";

const llrgeoPlaces = (() => {
  // A cubic fitted by the page's maker: degrees to metres of the National Grid, or back.
  function project({ middle, scale, powers, terms }, first, second) {
    const [u, v] = [(first - middle[0]) / scale[0], (second - middle[1]) / scale[1]];
    return terms.map((factors) => factors.reduce((total, factor, place) =>
      total + factor * u ** powers[place][0] * v ** powers[place][1], 0));
  }

  // A place in metres of the National Grid as [latitude, longitude], and back.
  const degrees = (data, x, y) => project(data.planning.projection.to_degrees, x, y).reverse();
  const metres = (data, lat, lon) => project(data.planning.projection.to_metres, lon, lat);

  const LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"; // of squares of 500 km and of 100 km, without I

  // To the metre, so that a place that is typed again is the same one.
  function gridReference(x, y) {
    const [east, north] = [Math.floor(x / 100000), Math.floor(y / 100000)];
    const large = (19 - north) - ((19 - north) % 5) + Math.floor((east + 10) / 5);
    const small = (((19 - north) * 5) % 25) + (east % 5);
    const digits = (metres) => String(Math.floor(metres % 100000)).padStart(5, "0");
    return `${LETTERS[large]}${LETTERS[small]} ${digits(x)} ${digits(y)}`;
  }

  // A grid reference (SK 587 042) or eastings and northings (458700 304200) as metres; null if neither.
  function parseGrid(text) {
    const plain = text.trim().toUpperCase();
    const metres = /^(\d{6})[\s,]+(\d{6})$/.exec(plain);
    if (metres) return [Number(metres[1]), Number(metres[2])];
    const found = /^([A-HJ-Z])([A-HJ-Z])\s*((?:\d\s*){4,10})$/.exec(plain);
    const digits = found ? found[3].replace(/\s/g, "") : "";
    if (!found || digits.length % 2) return null;
    const [large, small] = [LETTERS.indexOf(found[1]), LETTERS.indexOf(found[2])];
    const east = (((large - 2 + 25) % 5) * 5 + (small % 5)) * 100000;
    const north = (19 - Math.floor(large / 5) * 5 - Math.floor(small / 5)) * 100000;
    const half = digits.length / 2;
    const step = 10 ** (5 - half);
    // A reference names a square: its middle is meant.
    const metre = (part) => Number(part) * step + Math.floor(step / 2);
    return [east + metre(digits.slice(0, half)), north + metre(digits.slice(half))];
  }

  // Degrees of latitude and longitude (52.6369, -1.1398), as maps tell them, as metres; or null.
  function parseDegrees(data, text) {
    const found = /^(\d\d\.\d{2,})[\s,]+([-\u2212]?\d\.\d{2,})$/.exec(text.trim());
    return found && metres(data, Number(found[1]), Number(found[2].replace("\u2212", "-"))).map(Math.round);
  }

  // The metres of every postcode as the page packs them: by sector, each with its units in order.
  function decodePostcodes(pack, text) {
    if (!text) return null;
    const steps = llrgeoUnpack.decodeNumbers(text);
    const count = steps.length / 2;
    const run = (from) => {
      let total = 0;
      return Float64Array.from({ length: count }, (_, row) => (total += steps[from + row]));
    };
    const first = new Map();
    let at = 0;
    for (const [sector, [, areas]] of Object.entries(pack.sectors)) {
      first.set(sector, at);
      at += areas.length / pack.digits;
    }
    return { x: run(0), y: run(count), first };
  }

  // The metres of a unit postcode, or null.
  function findPostcode(data, places, text) {
    const found = /^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d)([A-Z]{2})$/.exec(text.replace(/[\s.-]/g, "").toUpperCase());
    const sector = found && `${found[1]} ${found[2]}`;
    if (!places || !found || !data.postcodes.sectors[sector]) return null;
    const rank = llrgeoText.rankOfUnit(data.postcodes.sectors[sector][0], found[3]);
    if (rank < 0) return null;
    const row = places.first.get(sector) + rank;
    return [places.x[row], places.y[row]];
  }

  return { degrees, metres, gridReference, parseGrid, parseDegrees, decodePostcodes, findPostcode };
})();
