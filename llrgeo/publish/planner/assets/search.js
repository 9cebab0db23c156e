// The fastest journeys over the network: minutes between one place and many, and one route. Labels
// are whole milliseconds, and for routes whole keys (milliseconds x 2^25 + decimetres), so that all
// sums are exact and ties fall as in travel/graph.py.
"use strict";

const llrgeoSearch = (() => {
  const { rint, STEPS, sameLine, line, tail, head } = llrgeoNetwork;
  const LENGTH = 2 ** 25;
  const MS_PER_MIN = 60000;
  const FAR = 2147483647;

  // --- Ends of journeys ------------------------------------------------------------------------

  // The key of the part of an edge before a place on it, and of the part after it.
  function parts(network, period, link) {
    const street = link.edge >> 1;
    const ms = network.streets.ms[period][street];
    const dm = network.streets.dm[street];
    const share = link.steps / STEPS;
    const before = { ms: rint(ms * share), dm: rint(dm * share) };
    return { before, after: { ms: ms - before.ms, dm: dm - before.dm } };
  }

  // The nodes from which a place is reached (role destination) or which it reaches, at what cost.
  function doors(network, period, role, links) {
    return links.map((link) => {
      const { before, after } = parts(network, period, link);
      const part = role === "origin" ? after : before;
      const node = (role === "origin" ? head : tail)(network, link.edge);
      return { node, ms: part.ms + link.walkMs, dm: part.dm, link };
    });
  }

  // --- Minutes from one place to many -------------------------------------------------------------

  // Milliseconds between the nodes and a place, by its doors: against the direction of travel for a
  // destination. Nodes wait in buckets no wider than the least weight (Dial 1969; Denardo and Fox
  // 1979), so a node's label is final when its bucket is opened.
  function sweep(network, period, role, places) {
    const { first, edge, other } = role === "destination" ? network.arcs.into : network.arcs.out;
    const weight = network.streets.ms[period];
    const { width, widest } = bucketWidth(network, period);
    const seeds = [...places].sort((one, two) => one.ms - two.ms);
    const label = new Int32Array(network.header.nodes).fill(FAR);
    const done = new Uint8Array(network.header.nodes);
    if (seeds.length === 0) return label;
    const span = widest + seeds[seeds.length - 1].ms - seeds[0].ms;
    const ring = Array.from({ length: Math.floor(span / width) + 2 }, () => []);
    let waiting = 0;
    const put = (node, ms) => {
      if (ms >= label[node]) return;
      label[node] = ms;
      ring[Math.floor(ms / width) % ring.length].push(node);
      waiting++;
    };
    seeds.forEach((seed) => put(seed.node, seed.ms));
    for (let step = Math.floor(seeds[0].ms / width); waiting > 0; step++) {
      const bucket = ring[step % ring.length];
      for (let row = 0; row < bucket.length; row++) {
        const node = bucket[row];
        waiting--;
        if (done[node]) continue; // it was put here again with a better label
        done[node] = 1;
        for (let arc = first[node]; arc < first[node + 1]; arc++) {
          put(other[arc], label[node] + weight[edge[arc] >> 1]);
        }
      }
      bucket.length = 0;
    }
    return label;
  }

  const widths = new WeakMap();

  function bucketWidth(network, period) {
    if (!widths.has(network)) widths.set(network, []);
    const known = widths.get(network);
    if (!known[period]) {
      let [least, widest] = [FAR, 0];
      for (const ms of network.streets.ms[period]) {
        if (ms < least) least = ms;
        if (ms > widest) widest = ms;
      }
      known[period] = { width: Math.max(least, 1), widest };
    }
    return known[period];
  }

  // Milliseconds of a journey that stays on one road, the destination ahead of the origin.
  function directParts(network, period, from, to) {
    return from.links.flatMap((leave) => to.links.flatMap((arrive) => {
      if (arrive.steps < leave.steps || !sameLine(network, leave.edge, arrive.edge)) return [];
      const [end, start] = [parts(network, period, arrive), parts(network, period, leave)];
      return [{
        ms: end.before.ms - start.before.ms + leave.walkMs + arrive.walkMs,
        dm: end.before.dm - start.before.dm, leave, arrive,
      }];
    }));
  }

  // Milliseconds to walk straight from place to place; FAR unless the road is as far off.
  function straightWalk(network, from, to) {
    const { tie_m: tie, max_snap_m: limit, walk_m_per_s: pace } = network.header;
    const apart = Math.sqrt((from.x - to.x) ** 2 + (from.y - to.y) ** 2);
    const detour = Math.max(from.off + to.off, tie);
    return apart <= Math.min(detour, limit) ? rint((apart / pace) * 1000) : FAR;
  }

  // Milliseconds between one place and many; Infinity where there is no way. A place is
  // { x, y, origin, destination }, each of these with the roads it is joined to in that role.
  function msToMany(network, period, direction, place, many) {
    const [mine, theirs] = direction === "to_site"
      ? ["destination", "origin"] : ["origin", "destination"];
    const label = sweep(network, period, mine, doors(network, period, mine, place[mine].links));
    const end = (one, role) => ({ x: one.x, y: one.y, ...one[role] });
    return Float64Array.from(many, (one) => {
      let best = straightWalk(network, end(one, theirs), end(place, mine));
      for (const door of doors(network, period, theirs, one[theirs].links)) {
        if (label[door.node] < FAR) best = Math.min(best, label[door.node] + door.ms);
      }
      const ways = direction === "to_site" ? [one.origin, place.destination]
        : [place.origin, one.destination];
      for (const along of directParts(network, period, ...ways)) best = Math.min(best, along.ms);
      return best === FAR ? Infinity : best;
    });
  }

  // Minutes as they are published: with the study's calibration, in tenths.
  function publishedMinutes(ms, { factor, added_min: added }) {
    return rint(((ms / MS_PER_MIN) * factor + added) * 10) / 10;
  }

  // --- One route -----------------------------------------------------------------------------------

  // A binary heap of nodes by key.
  function heap() {
    const keys = [];
    const nodes = [];
    const swap = (one, two) => {
      [keys[one], keys[two]] = [keys[two], keys[one]];
      [nodes[one], nodes[two]] = [nodes[two], nodes[one]];
    };
    return {
      get size() { return keys.length; },
      push(key, node) {
        keys.push(key);
        nodes.push(node);
        for (let at = keys.length - 1; at > 0;) {
          const up = (at - 1) >> 1;
          if (keys[up] <= keys[at]) break;
          swap(at, up);
          at = up;
        }
      },
      pop() {
        const least = [keys[0], nodes[0]];
        swap(0, keys.length - 1);
        keys.pop();
        nodes.pop();
        for (let at = 0; ;) {
          const left = 2 * at + 1;
          let best = at;
          if (left < keys.length && keys[left] < keys[best]) best = left;
          if (left + 1 < keys.length && keys[left + 1] < keys[best]) best = left + 1;
          if (best === at) break;
          swap(at, best);
          at = best;
        }
        return least;
      },
    };
  }

  // The best route between two places: { ms, dm, places (its line), roads (names in order) }, or null.
  function route(network, period, from, to) {
    const walked = straightWalk(network, { x: from.x, y: from.y, off: from.origin.off },
      { x: to.x, y: to.y, off: to.destination.off });
    const ends = [[from.x, from.y], [to.x, to.y]];
    const found = [
      ...(walked === FAR ? [] : [{ key: walked * LENGTH, segments: [] }]),
      ...directParts(network, period, from.origin, to.destination).map((one) => ({
        key: one.ms * LENGTH + one.dm,
        segments: [[one.leave.edge, one.leave.share, one.arrive.share]],
      })),
      ...routeByNodes(network, period, from.origin.links, to.destination.links),
    ];
    if (found.length === 0) return null;
    const best = found.reduce((one, two) => (two.key < one.key ? two : one));
    const names = best.segments.map(([edge]) =>
      network.header.names[network.streets.name[edge >> 1]]).filter((name) => name);
    return {
      ms: Math.floor(best.key / LENGTH),
      dm: best.key % LENGTH,
      roads: names.filter((name, row) => name !== names[row - 1]),
      places: [ends[0], ...best.segments.flatMap((segment) => cut(network, ...segment)), ends[1]],
    };
  }

  // The search runs back from the destination, so that the steps lead towards it.
  function routeByNodes(network, period, leaving, arriving) {
    const { first, edge, other } = network.arcs.into;
    const weight = network.streets.ms[period];
    const exits = doors(network, period, "origin", leaving);
    const label = new Float64Array(network.header.nodes).fill(Infinity);
    const via = new Int32Array(network.header.nodes).fill(-1);
    const last = new Map();
    const queue = heap();
    const put = (node, key, by) => {
      if (key >= label[node]) return;
      label[node] = key;
      via[node] = by;
      queue.push(key, node);
    };
    for (const door of doors(network, period, "destination", arriving)) {
      const key = door.ms * LENGTH + door.dm;
      if (key < label[door.node]) last.set(door.node, door.link);
      put(door.node, key, -1);
    }
    const open = new Set(exits.map((door) => door.node));
    while (queue.size > 0 && open.size > 0) {
      const [key, node] = queue.pop();
      if (key > label[node]) continue;
      open.delete(node);
      for (let arc = first[node]; arc < first[node + 1]; arc++) {
        const street = edge[arc] >> 1;
        put(other[arc], key + weight[street] * LENGTH + network.streets.dm[street], edge[arc]);
      }
    }
    return exits.filter((door) => label[door.node] < Infinity).map((door) => {
      const segments = [[door.link.edge, door.link.share, 1]];
      let { node } = door;
      for (; via[node] >= 0; node = head(network, via[node])) segments.push([via[node], 0, 1]);
      const arrive = last.get(node);
      segments.push([arrive.edge, 0, arrive.share]);
      return { key: door.ms * LENGTH + door.dm + label[door.node], segments };
    });
  }

  // The part of an edge's line between two shares of its length.
  function cut(network, edge, from, to) {
    const places = line(network, edge);
    const lengths = places.slice(1).map(([x, y], row) =>
      Math.sqrt((x - places[row][0]) ** 2 + (y - places[row][1]) ** 2));
    const total = lengths.reduce((sum, one) => sum + one, 0);
    const at = (share) => {
      let left = share * total;
      for (let row = 0; row < lengths.length; row++) {
        if (left <= lengths[row] || row === lengths.length - 1) {
          const part = lengths[row] === 0 ? 0 : Math.min(left / lengths[row], 1);
          return { row, place: [0, 1].map((axis) =>
            places[row][axis] + part * (places[row + 1][axis] - places[row][axis])) };
        }
        left -= lengths[row];
      }
      return { row: 0, place: places[0] };
    };
    const [start, end] = [at(from), at(to)];
    return [start.place, ...places.slice(start.row + 1, end.row + 1), end.place];
  }

  return { msToMany, publishedMinutes, route };
})();
