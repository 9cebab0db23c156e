// The road network from the bytes into which roads/packed.py packed it, and the nearest roads of
// a place. No page in sight: Python runs the same functions in its tests and compares all numbers.
"use strict";

const llrgeoNetwork = (() => {
  const BOTH_WAYS = 1;
  const ROLE_BITS = { origin: [2, 8], destination: [4, 16] };
  const PRIVATE = { start: 32, end: 64 }; // streets on which a journey may only start, or only end
  const CELL_M = 250;
  const STEPS = 2 ** 20; // shares of a road are counted in these, as in travel/access_links.py
  const [MM_PER_M, MM_PER_DM] = [1000, 100];

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

  function summed(steps) {
    const values = new Float64Array(steps.length);
    let sum = 0;
    steps.forEach((step, row) => { sum += step; values[row] = sum; });
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

  // Lengths in decimetres, from the places of nodes in millimetres.
  function decodeLengths(streets, residuals, x, y, detour) {
    return residuals.map((rest, row) => {
      const [dx, dy] = [x, y].map((at) => at[streets.end[row]] - at[streets.start[row]]);
      return rest + rint((Math.sqrt(dx * dx + dy * dy) * detour) / MM_PER_DM);
    });
  }

  // Nodes and streets, with the milliseconds of each period. A directed edge is numbered twice its
  // street, and one more for the way back. A place is a whole number of millimetres over 1,000: as
  // many metres, to the last bit, as in Python.
  function decode(header, bytes) {
    const next = reader(bytes);
    const { nodes, streets: count, unit_mm: unit } = header;
    const [x, y] = [0, 1].map(() => summed(next(nodes)).map((place) => place * unit));
    const start = Int32Array.from(summed(next(count)));
    const end = next(count).map((step, row) => start[row] + step);
    const streets = { start, end, kind: next(count), flags: next(count), name: next(count) };
    streets.dm = decodeLengths(streets, next(count), x, y, header.detour);
    const bends = next(count);
    const total = bends.reduce((sum, number) => sum + number, 0);
    const steps = [next(total), next(total)];
    const units = timesByPace(streets, next(count), header);
    streets.ms = header.periods.map((_, period) => (period === 0
      ? units.map((each) => each * header.unit_ms)
      : next(count).map((rest, row) => (rest + rint((units[row] * header.unit_ms
        * header.factors[period][streets.kind[row]]) / header.unit_ms)) * header.unit_ms)));
    streets.firstBend = new Int32Array(count + 1);
    bends.forEach((number, row) => {
      streets.firstBend[row + 1] = streets.firstBend[row] + number;
    });
    const [bendX, bendY] = [x, y].map((at, axis) => decodeBends(streets, steps[axis], at, unit));
    const metres = (places) => places.map((place) => place / MM_PER_M);
    const network = { header, x: metres(x), y: metres(y), streets, bendX: metres(bendX), bendY: metres(bendY) };
    return { ...network, ...layered(network) };
  }

  // The places of all bends on one axis, in millimetres, street by street.
  function decodeBends({ start, firstBend }, steps, ends, unit) {
    const places = new Float64Array(steps.length);
    start.forEach((node, row) => {
      let at = ends[node];
      for (let bend = firstBend[row]; bend < firstBend[row + 1]; bend++) {
        at += steps[bend] * unit;
        places[bend] = at;
      }
    });
    return places;
  }

  // The network in three layers, as in travel/search/graph.py, so that no journey passes through a private
  // road: those on which one may only start lie before the layer of all others, those on which one may
  // only end behind it, and steps at no cost lead from each layer to the next. `from` and `to` are the
  // nodes of streets in their layers; a step is numbered as an edge after all streets.
  function layered({ header, streets }) {
    const [from, to] = [Int32Array.from(streets.start), Int32Array.from(streets.end)];
    const edges = [];
    for (let street = 0; street < header.streets; street++) {
      edges.push(2 * street);
      if (streets.flags[street] & BOTH_WAYS) edges.push(2 * street + 1);
    }
    let { nodes } = header;
    const steps = [];
    for (const layer of ["start", "end"]) {
      const copies = new Map();
      const copyOf = (node) => {
        if (!copies.has(node)) copies.set(node, nodes++);
        return copies.get(node);
      };
      streets.flags.forEach((flags, street) => {
        if (!(flags & PRIVATE[layer])) return;
        from[street] = copyOf(streets.start[street]);
        to[street] = copyOf(streets.end[street]);
      });
      copies.forEach((copy, node) => steps.push(layer === "start" ? [copy, node] : [node, copy]));
    }
    const ways = { from, to };
    const arcs = [...edges.map((edge) => [tail(ways, edge), head(ways, edge), edge]),
      ...steps.map(([near, far]) => [near, far, 2 * header.streets])];
    return { nodes, from, to, arcs: { out: byNode(nodes, arcs, 0, 1), into: byNode(nodes, arcs, 1, 0) } };
  }

  const tail = (network, edge) => (edge & 1 ? network.to : network.from)[edge >> 1];
  const head = (network, edge) => (edge & 1 ? network.from : network.to)[edge >> 1];

  // Arcs of [tail, head, edge] by the node at one of their ends.
  function byNode(nodes, arcs, near, far) {
    const first = new Int32Array(nodes + 1);
    for (const arc of arcs) first[arc[near] + 1]++;
    for (let node = 0; node < nodes; node++) first[node + 1] += first[node];
    const next = first.slice();
    const edge = new Int32Array(arcs.length);
    const other = new Int32Array(arcs.length);
    for (const arc of arcs) {
      const place = next[arc[near]]++;
      edge[place] = arc[2];
      other[place] = arc[far];
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
    const isPublic = ({ street }) => !(network.streets.flags[street] & (PRIVATE.start | PRIVATE.end));
    const nearest = near.filter((one) => one.away <= off + tie);
    // A private road serves a place only where no public road is as near.
    const used = nearest.some(isPublic) ? nearest.filter(isPublic) : nearest;
    const links = used.flatMap(({ street, ways, away, share }) => {
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

  // Whether two directed edges lie on one line, in one direction: copies of a road have nodes of their
  // own where turns take time.
  function sameLine(network, first, second) {
    if (first === second) return true;
    const { start, end, firstBend } = network.streets;
    const bends = (edge) => firstBend[(edge >> 1) + 1] - firstBend[edge >> 1];
    const leaves = (edge) => (edge & 1 ? end : start)[edge >> 1];
    const [one, other] = [leaves(first), leaves(second)];
    if (bends(first) !== bends(second) || network.x[one] !== network.x[other]
      || network.y[one] !== network.y[other]) return false;
    const places = line(network, second);
    return line(network, first).every(([x, y], row) => x === places[row][0] && y === places[row][1]);
  }

  return { STEPS, rint, decode, indexStreets, joinPlace, line, sameLine, tail, head };
})();
