// Numbers and shapes from the text into which packing.py and topojson.py packed them.
"use strict";

const llrgeoUnpack = (() => {
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const DIGIT_OF = Object.fromEntries([...DIGITS].map((letter, value) => [letter, value]));
  const NO_ROUTE = -1; // tenths

  // --- Numbers -----------------------------------------------------------------------------

  // Base64 VLQ, as in source maps: five bits a letter, the lowest first; the lowest is the sign.
  function decodeNumbers(text) {
    const numbers = [];
    let value = 0;
    let shift = 0;
    for (const letter of text) {
      const digit = DIGIT_OF[letter];
      value |= (digit & 31) << shift;
      shift += 5;
      if (digit < 32) {
        numbers.push(value & 1 ? -(value >> 1) : value >> 1);
        value = 0;
        shift = 0;
      }
    }
    return numbers;
  }

  // Most are small: a letter below 32 has two from -2 to 2; others have four bits in their first.
  function decodeSteps(text) {
    const numbers = [];
    for (let place = 0; place < text.length; place++) {
      const digit = DIGIT_OF[text[place]];
      if (digit < 32) {
        numbers.push(Math.floor(digit / 5) - 2, (digit % 5) - 2);
        continue;
      }
      let value = digit & 15;
      let shift = 4;
      for (let more = digit & 16; more; shift += 5) {
        place += 1;
        const further = DIGIT_OF[text[place]];
        value |= (further & 31) << shift;
        more = further & 32;
      }
      numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    }
    return numbers;
  }

  // Matrices of minutes: every site in turn, each with one number an area; Infinity for no route.
  // The steps of a row are added to those of the row so many before it.
  function decodeMatrices(packed) {
    const rows = [];
    return packed.map(({ back, text }) => {
      const [steps, backs] = [decodeSteps(text), decodeNumbers(back)];
      const areas = steps.length / backs.length;
      const minutes = new Float64Array(steps.length);
      backs.forEach((before, site) => {
        const other = before ? rows[rows.length - before] : null;
        const row = new Int32Array(areas);
        let sum = 0;
        for (let area = 0; area < areas; area++) {
          const place = site * areas + area;
          sum += steps[place];
          row[area] = other ? sum + other[area] : sum;
          minutes[place] = row[area] === NO_ROUTE ? Infinity : row[area] / 10;
        }
        rows.push(row);
      });
      return minutes;
    });
  }

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

  function decodeDigits(text) {
    return [...text].reduce((value, digit) => value * 64 + DIGIT_OF[digit], 0);
  }

  // --- Shapes ------------------------------------------------------------------------------

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

  // The outer edge of some areas: the arcs that only one of them has.
  function edges(topology, areas) {
    const uses = new Map();
    for (const area of areas) {
      for (const number of topology.objects.areas.geometries[area].arcs.flat(2)) {
        const arc = number < 0 ? ~number : number;
        uses.set(arc, (uses.get(arc) || 0) + 1);
      }
    }
    if (uses.size === 0) return [];
    const arcs = decodeArcs(topology);
    return [...uses].filter(([, count]) => count === 1).map(([arc]) => arcs[arc]);
  }

  // --- Ways along the roads ----------------------------------------------------------------

  const PER_DEGREE = 10000;

  // The tree of the ways to a site (ways.py): places as [lat, lon], the next place on the way of
  // each, and the place where the way from an area begins.
  function decodeWays([nodes, ends]) {
    const [numbers, areas] = [decodeNumbers(nodes), decodeNumbers(ends)];
    const [grid, next, start] = [[], [], new Map()];
    for (let row = 0; 3 * row < numbers.length; row++) {
      const [back, north, east] = numbers.slice(3 * row, 3 * row + 3);
      const [lat, lon] = back ? grid[row - back] : [0, 0];
      grid.push([lat + north, lon + east]);
      next.push(back ? row - back : -1);
    }
    for (let place = 0, area = 0; place < areas.length; place += 2) {
      area += areas[place];
      start.set(area, areas[place + 1]);
    }
    return { places: grid.map((at) => at.map((steps) => steps / PER_DEGREE)), next, start };
  }

  // The places on the way from an area up to the site, which is left out: it may have entrances.
  // Null where no way is known.
  function wayFrom({ places, next, start }, area) {
    if (!start.has(area)) return null;
    const way = [];
    for (let row = start.get(area); row > 0; row = next[row]) way.push(places[row]);
    return way;
  }

  return {
    decodeNumbers, decodeMatrices, decodeBase64, decodeDigits, decodeShapes, borders, edges,
    decodeWays, wayFrom,
  };
})();
