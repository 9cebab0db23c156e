// The road network from the bytes into which roads/packed.py packed it, and the nearest roads of
// a place. No page in sight: Python runs the same functions in its tests and compares all numbers.
"use strict";

const llrgeoNetwork = (() => {
  const BOTH_WAYS = 1;
  const ROLE_BITS = { origin: [2, 8], destination: [4, 16] };
  const CELL_M = 250;
  const STEPS = 2 ** 20; // shares of a road are counted in these, as in travel/access_links.py
  const DM_PER_M = 10;

  // To the nearest whole number, a half to the even one: as numpy.rint does.
  function rint(value) {
    const floor = Math.floor(value);
    const rest = value - floor;
    if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
    return floor % 2 === 0 ? floor : floor + 1;
  }

  // --- Decoding ----------------------------------------------------------------------------

  // A reader of variable-length integers: seven bits a byte, the lowest first and the sign in it.
  function reader(bytes) {
    let place = 0;
    return (count) => {
      const numbers = new Int32Array(count);
      for (let row = 0; row < count; row++) {
        let value = 0;
        let scale = 1;
        let digit = bytes[place++];
        while (digit & 128) {
          value += (digit & 127) * scale;
          scale *= 128;
          digit = bytes[place++];
        }
        value += digit * scale;
        numbers[row] = value % 2 ? -(value + 1) / 2 : value / 2;
      }
      return numbers;
    };
  }

  function summed(steps, scale) {
    const values = new Float64Array(steps.length);
    let sum = 0;
    steps.forEach((step, row) => { sum += step; values[row] = sum * scale; });
    return values;
  }

  // Times of the first period: the pace of the latest street of the class at either end tells most.
  function timesByPace(streets, residuals, header) {
    const { start, end, kind, dm } = streets;
    const width = header.nodes + 1; // the last place of a class: its latest street anywhere
    const latest = new Int32Array(width * header.classes.length).fill(-1);
    const units = new Int32Array(residuals.length);
    for (let row = 0; row < residuals.length; row++) {
      const base = kind[row] * width;
      let from = latest[base + start[row]];
      if (from < 0) from = latest[base + end[row]];
      if (from < 0) from = latest[base + header.nodes];
      const told = from < 0 ? 0
        : Math.floor((dm[row] * units[from]) / Math.max(dm[from], 1) + 0.5);
      units[row] = told + residuals[row];
      latest[base + start[row]] = latest[base + end[row]] = latest[base + header.nodes] = row;
    }
    return units;
  }

  function decodeLengths(streets, residuals, x, y, detour) {
    return residuals.map((rest, row) => {
      const dx = (x[streets.end[row]] - x[streets.start[row]]) * DM_PER_M;
      const dy = (y[streets.end[row]] - y[streets.start[row]]) * DM_PER_M;
      return rest + rint(Math.sqrt(Math.round(dx) ** 2 + Math.round(dy) ** 2) * detour);
    });
  }

  // Nodes and streets, with the milliseconds of each period. A directed edge is numbered twice its
  // street, and one more for the way back.
  function decode(header, bytes) {
    const next = reader(bytes);
    const { nodes, streets: count } = header;
    const perM = header.unit_dm / DM_PER_M;
    const x = summed(next(nodes), perM);
    const y = summed(next(nodes), perM);
    const start = Int32Array.from(summed(next(count), 1));
    const end = next(count).map((step, row) => start[row] + step);
    const streets = { start, end, kind: next(count), flags: next(count), name: next(count) };
    streets.dm = decodeLengths(streets, next(count), x, y, header.detour);
    const bends = next(count);
    const total = bends.reduce((sum, number) => sum + number, 0);
    const bendX = next(total);
    const bendY = next(total);
    const units = timesByPace(streets, next(count), header);
    streets.ms = header.periods.map((_, period) => (period === 0
      ? units.map((unit) => unit * header.unit_ms)
      : next(count).map((rest, row) => (rest + rint((units[row] * header.unit_ms
        * header.factors[period][streets.kind[row]]) / header.unit_ms)) * header.unit_ms)));
    streets.firstBend = new Int32Array(count + 1);
    bends.forEach((number, row) => {
      streets.firstBend[row + 1] = streets.firstBend[row] + number;
    });
    const network = { header, x, y, streets, bendX: new Float64Array(total), bendY: new Float64Array(total) };
    for (let row = 0; row < count; row++) {
      let [atX, atY] = [x[start[row]], y[start[row]]];
      for (let bend = streets.firstBend[row]; bend < streets.firstBend[row + 1]; bend++) {
        atX += bendX[bend] * perM;
        atY += bendY[bend] * perM;
        network.bendX[bend] = atX;
        network.bendY[bend] = atY;
      }
    }
    network.arcs = buildArcs(network);
    return network;
  }

  const tail = (network, edge) => (edge & 1 ? network.streets.end : network.streets.start)[edge >> 1];
  const head = (network, edge) => (edge & 1 ? network.streets.start : network.streets.end)[edge >> 1];

  // Directed edges by the node they leave, and by the node they reach.
  function buildArcs(network) {
    const edges = [];
    for (let street = 0; street < network.header.streets; street++) {
      edges.push(2 * street);
      if (network.streets.flags[street] & BOTH_WAYS) edges.push(2 * street + 1);
    }
    return { out: byNode(network, edges, tail, head), into: byNode(network, edges, head, tail) };
  }

  function byNode(network, edges, near, far) {
    const first = new Int32Array(network.header.nodes + 1);
    for (const edge of edges) first[near(network, edge) + 1]++;
    for (let node = 0; node < network.header.nodes; node++) first[node + 1] += first[node];
    const next = first.slice();
    const edge = new Int32Array(edges.length);
    const other = new Int32Array(edges.length);
    for (const one of edges) {
      const place = next[near(network, one)]++;
      edge[place] = one;
      other[place] = far(network, one);
    }
    return { first, edge, other };
  }

  // --- Lines and the nearest of them ---------------------------------------------------------

  // The places of a directed edge's line, in its direction.
  function line(network, edge) {
    const street = edge >> 1;
    const { start, end, firstBend } = network.streets;
    const places = [[network.x[start[street]], network.y[start[street]]]];
    for (let bend = firstBend[street]; bend < firstBend[street + 1]; bend++) {
      places.push([network.bendX[bend], network.bendY[bend]]);
    }
    places.push([network.x[end[street]], network.y[end[street]]]);
    return edge & 1 ? places.reverse() : places;
  }

  // How far a place is from a line, and at which share of its length the nearest point lies.
  function nearestOnLine(places, x, y) {
    let best = Infinity;
    let offset = 0;
    let length = 0;
    for (let part = 1; part < places.length; part++) {
      const [ax, ay] = places[part - 1];
      const [dx, dy] = [places[part][0] - ax, places[part][1] - ay];
      const long = Math.sqrt(dx * dx + dy * dy);
      const along = long === 0 ? 0
        : Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / (long * long), 0), 1);
      const away = Math.sqrt((x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2);
      if (away < best) {
        best = away;
        offset = length + along * long;
      }
      length += long;
    }
    return { away: best, share: length === 0 ? 0 : offset / length };
  }

  // Streets by the squares of a grid that they lie in, for each role of the ends of journeys.
  function indexStreets(network) {
    const cells = new Map();
    const { flags } = network.streets;
    const mine = 2 | 4 | 8 | 16;
    for (let street = 0; street < network.header.streets; street++) {
      if (!(flags[street] & mine)) continue;
      const places = line(network, 2 * street);
      const columns = places.map((place) => Math.floor(place[0] / CELL_M));
      const rows = places.map((place) => Math.floor(place[1] / CELL_M));
      for (let column = Math.min(...columns); column <= Math.max(...columns); column++) {
        for (let row = Math.min(...rows); row <= Math.max(...rows); row++) {
          const key = column * 65536 + row;
          if (!cells.has(key)) cells.set(key, []);
          cells.get(key).push(street);
        }
      }
    }
    return cells;
  }

  function streetsWithin(index, x, y, radius) {
    const found = new Set();
    const [west, east] = [x - radius, x + radius].map((at) => Math.floor(at / CELL_M));
    const [south, north] = [y - radius, y + radius].map((at) => Math.floor(at / CELL_M));
    for (let column = west; column <= east; column++) {
      for (let row = south; row <= north; row++) {
        (index.get(column * 65536 + row) || []).forEach((street) => found.add(street));
      }
    }
    return found;
  }

  // Every edge that is as near to a place as its nearest one, to the tie: `edge`, the `steps` of its
  // length before the place, and the milliseconds to walk there. Also how far off the road it is.
  function joinPlace(network, index, role, x, y) {
    const { tie_m: tie, max_snap_m: limit, walk_m_per_s: pace, ends_s: ends } = network.header;
    const bits = ROLE_BITS[role];
    let near = [];
    let off = Infinity;
    for (let radius = CELL_M; ; radius *= 2) {
      near = [];
      for (const street of streetsWithin(index, x, y, radius)) {
        const ways = bits.map((bit) => network.streets.flags[street] & bit);
        if (!ways[0] && !ways[1]) continue;
        const found = nearestOnLine(line(network, 2 * street), x, y);
        off = Math.min(off, found.away);
        near.push({ street, ways, ...found });
      }
      if (off + tie <= radius || radius > 2 * limit) break;
    }
    if (off > limit) return { links: [], off };
    const links = near.filter((one) => one.away <= off + tie).flatMap(({ street, ways, away, share }) => {
      // A street that leads back alone has its own start first, so its first bit is its way.
      const walkMs = rint((away / pace + ends) * 1000);
      return ways.flatMap((open, back) => (open ? [{
        edge: 2 * street + back,
        steps: rint((back ? 1 - share : share) * STEPS),
        share: back ? 1 - share : share,
        walkMs,
      }] : []));
    });
    return { links: links.sort((first, second) => first.edge - second.edge), off };
  }

  // Whether two directed edges lie on one line, in one direction.
  function sameLine(network, first, second) {
    if (first === second) return true;
    if (tail(network, first) !== tail(network, second)
      || head(network, first) !== head(network, second)) return false;
    const [one, other] = [line(network, first), line(network, second)];
    return one.length === other.length
      && one.every((place, row) => place[0] === other[row][0] && place[1] === other[row][1]);
  }

  return { STEPS, rint, decode, indexStreets, joinPlace, line, sameLine, tail, head };
})();
