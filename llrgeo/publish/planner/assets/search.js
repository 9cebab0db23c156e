// The fastest journeys over the network: minutes and decimetres between one place and many, and one
// route. Labels are whole keys (milliseconds x 2^25 + decimetres), so that all sums are exact and ties
// fall as in travel/search/graph.py.
"use strict";

const llrgeoSearch = (() => {
  const { rint, STEPS, sameLine, line, tail, head } = llrgeoNetwork;
  const LENGTH = 2 ** 25;
  const MS_PER_MIN = 60000;
  const LEAST_BUCKET_MS = 1000;

  const msOf = (key) => Math.floor(key / LENGTH); // Infinity stays
  const dmOf = (key) => (key === Infinity ? Infinity : key % LENGTH);

  // --- Ends of journeys ------------------------------------------------------------------------

  // The key of the part of an edge before a place on it, and of the part after it.
  function parts(network, period, link) {
    const street = link.edge >> 1;
    const ms = network.streets.ms[period][street];
    const dm = network.streets.dm[street];
    const share = link.steps / STEPS;
    const before = rint(ms * share) * LENGTH + rint(dm * share);
    return { before, after: ms * LENGTH + dm - before };
  }

  // The nodes from which a place is reached (role destination) or which it reaches, at what cost.
  function doors(network, period, role, links) {
    return links.map((link) => {
      const { before, after } = parts(network, period, link);
      const node = (role === "origin" ? head : tail)(network, link.edge);
      return { node, key: (role === "origin" ? after : before) + link.walkMs * LENGTH, link };
    });
  }

  // --- From one place to many -----------------------------------------------------------------------

  const known = new WeakMap(); // by network: what its streets cost in each period

  // The keys of a period's streets, a step between layers last; how wide buckets are, the widest key,
  // and, for a sweep, the keys arc by arc.
  function costsOf(network, period) {
    if (!known.has(network)) known.set(network, []);
    const periods = known.get(network);
    if (!periods[period]) {
      const { ms, dm } = network.streets;
      const keys = new Float64Array(network.header.streets + 1);
      let [least, widest] = [Infinity, 0];
      ms[period].forEach((each, street) => {
        keys[street] = each * LENGTH + dm[street];
        least = Math.min(least, each);
        widest = Math.max(widest, keys[street]);
      });
      const byArc = ({ edge }) => Float64Array.from(edge, (each) => keys[each >> 1]);
      periods[period] = { keys, widest, width: Math.max(least, LEAST_BUCKET_MS) * LENGTH,
        into: byArc(network.arcs.into), out: byArc(network.arcs.out) };
    }
    return periods[period];
  }

  // Keys between the nodes and a place, by its doors: against the direction of travel for a
  // destination. Nodes wait in buckets of keys (Dial 1969; Denardo and Fox 1979). In a bucket no wider
  // than the least street every label is final; in a wider one a node whose label improves is gone
  // through again (Meyer and Sanders 2003), so the labels are the same.
  // No label reaches the limit of its node: what lies beyond keeps it.
  function sweep(network, period, role, places, limits) {
    const side = role === "destination" ? "into" : "out";
    const { first, other } = network.arcs[side];
    const { [side]: costs, width, widest } = costsOf(network, period);
    const seeds = [...places].sort((one, two) => one.key - two.key);
    const label = limits.slice();
    const settled = new Float64Array(network.nodes).fill(Infinity);
    if (seeds.length === 0) return label;
    const span = widest + seeds[seeds.length - 1].key - seeds[0].key;
    // As many buckets as a power of two, so that one is found by its lowest bits.
    const ring = Array.from({ length: 2 ** Math.ceil(Math.log2(span / width + 2)) }, () => []);
    const mask = ring.length - 1;
    let waiting = 0;
    const put = (node, key) => {
      if (key >= label[node]) return;
      label[node] = key;
      ring[((key / width) | 0) & mask].push(node);
      waiting++;
    };
    seeds.forEach((seed) => put(seed.node, seed.key));
    for (let step = (seeds[0].key / width) | 0; waiting > 0; step++) {
      const bucket = ring[step & mask];
      for (let row = 0; row < bucket.length; row++) {
        const node = bucket[row];
        const reached = label[node];
        waiting--;
        if (settled[node] <= reached) continue; // it was put here again with a better label
        settled[node] = reached;
        const last = first[node + 1];
        for (let arc = first[node]; arc < last; arc++) put(other[arc], reached + costs[arc]);
      }
      bucket.length = 0;
    }
    return label;
  }

  const NO_PARTS = []; // most pairs of places lie on different roads

  // Keys of the journeys that stay on one road, the destination ahead of the origin.
  function directParts(network, period, from, to) {
    let found = NO_PARTS;
    for (const leave of from.links) {
      for (const arrive of to.links) {
        if (arrive.steps < leave.steps || !sameLine(network, leave.edge, arrive.edge)) continue;
        const driven = parts(network, period, arrive).before - parts(network, period, leave).before;
        const key = driven + (leave.walkMs + arrive.walkMs) * LENGTH;
        found = [...found, { key, leave, arrive }];
      }
    }
    return found;
  }

  // The key of a walk straight from place to place; Infinity unless the road is as far off, `off` from
  // both places together.
  function straightWalk(network, from, to, off) {
    const { tie_m: tie, max_snap_m: limit, walk_m_per_s: pace } = network.header;
    const apart = Math.sqrt((from.x - to.x) ** 2 + (from.y - to.y) ** 2);
    return apart <= Math.min(Math.max(off, tie), limit) ? rint((apart / pace) * 1000) * LENGTH : Infinity;
  }

  const doorsKnown = new WeakMap(); // by list of places: their doors in a period and role

  // The doors of many places, worked out once for each list of them.
  function doorsOfAll(network, period, role, many) {
    if (!doorsKnown.has(many)) doorsKnown.set(many, new Map());
    const known = doorsKnown.get(many);
    const key = `${period} ${role}`;
    if (!known.has(key)) known.set(key, many.map((one) => doors(network, period, role, one[role].links)));
    return known.get(key);
  }

  // Keys between one place and many; Infinity where there is no way. A place is
  // { x, y, origin, destination }, each of these with the roads it is joined to in that role. A way
  // that has come to the limit of a node there need not be found: then the key is of another way as
  // long, or Infinity.
  function keysToMany(network, period, direction, place, many, limits = allNodes(network, Infinity)) {
    const [mine, theirs] = direction === "to_site"
      ? ["destination", "origin"] : ["origin", "destination"];
    const label = sweep(network, period, mine, doors(network, period, mine, place[mine].links), limits);
    const doorsOfMany = doorsOfAll(network, period, theirs, many);
    return Float64Array.from(many, (one, row) => {
      let best = straightWalk(network, one, place, one[theirs].off + place[mine].off);
      for (const door of doorsOfMany[row]) {
        if (label[door.node] < limits[door.node]) best = Math.min(best, label[door.node] + door.key);
      }
      const [from, to] = direction === "to_site" ? [one, place] : [place, one];
      for (const along of directParts(network, period, from.origin, to.destination)) best = Math.min(best, along.key);
      return best;
    });
  }

  const allNodes = (network, key) => new Float64Array(network.nodes).fill(key);

  // The limits by node for places whose journeys matter where they are no longer than the `minutes`, as
  // published, that each of the many has already: how much of these is left of a way that has come from
  // one of the many to the node, or is to go there, at most. Nobody goes on from where nothing is left.
  function limitsBy(network, period, direction, many, minutes, how) {
    const theirs = direction === "to_site" ? "origin" : "destination";
    const most = minutes.reduce((longest, each) => (each < Infinity ? Math.max(longest, each) : longest), 0);
    const whole = keyBeyond(most, how);
    // Those who have less to spend set out later; who reaches nothing today is not waited for.
    const seeds = doorsOfAll(network, period, theirs, many).flatMap((doorsOfOne, row) =>
      (minutes[row] < Infinity ? doorsOfOne.map(({ node, key }) =>
        ({ node, key: key + whole - keyBeyond(minutes[row], how) })) : []));
    const spent = sweep(network, period, theirs, seeds, allNodes(network, whole));
    return spent.map((key) => whole - key);
  }

  const msToMany = (...asked) => keysToMany(...asked).map(msOf);

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
    const walked = straightWalk(network, from, to, from.origin.off + to.destination.off);
    const ends = [[from.x, from.y], [to.x, to.y]];
    const found = [
      ...(walked === Infinity ? [] : [{ key: walked, segments: [] }]),
      ...directParts(network, period, from.origin, to.destination).map(({ key, leave, arrive }) => ({
        key, segments: [[leave.edge, leave.share, arrive.share]],
      })),
      ...routeByNodes(network, period, from.origin.links, to.destination.links),
    ];
    if (found.length === 0) return null;
    const best = found.reduce((one, two) => (two.key < one.key ? two : one));
    const names = best.segments.map(([edge]) =>
      network.header.names[network.streets.name[edge >> 1]]).filter((name) => name);
    return {
      ms: msOf(best.key),
      dm: dmOf(best.key),
      roads: names.filter((name, row) => name !== names[row - 1]),
      places: [ends[0], ...best.segments.flatMap((segment) => cut(network, ...segment)), ends[1]],
    };
  }

  // The search runs back from the destination, so that the steps lead towards it.
  function routeByNodes(network, period, leaving, arriving) {
    const { first, edge, other } = network.arcs.into;
    const { keys } = costsOf(network, period);
    const exits = doors(network, period, "origin", leaving);
    const label = new Float64Array(network.nodes).fill(Infinity);
    const via = new Int32Array(network.nodes).fill(-1); // the edge that leads on, and the node it leads to
    const onward = new Int32Array(network.nodes).fill(-1);
    const last = new Map();
    const queue = heap();
    const put = (node, key, by, next) => {
      if (key >= label[node]) return;
      label[node] = key;
      via[node] = by;
      onward[node] = next;
      queue.push(key, node);
    };
    for (const door of doors(network, period, "destination", arriving)) {
      if (door.key < label[door.node]) last.set(door.node, door.link);
      put(door.node, door.key, -1, -1);
    }
    const open = new Set(exits.map((door) => door.node));
    while (queue.size > 0 && open.size > 0) {
      const [key, node] = queue.pop();
      if (key > label[node]) continue;
      open.delete(node);
      for (let arc = first[node]; arc < first[node + 1]; arc++) {
        put(other[arc], key + keys[edge[arc] >> 1], edge[arc], node);
      }
    }
    return exits.filter((door) => label[door.node] < Infinity).map((door) => {
      const segments = [[door.link.edge, door.link.share, 1]];
      let { node } = door;
      for (; onward[node] >= 0; node = onward[node]) {
        // A step between layers is on no street.
        if (via[node] >> 1 < network.header.streets) segments.push([via[node], 0, 1]);
      }
      const arrive = last.get(node);
      segments.push([arrive.edge, 0, arrive.share]);
      return { key: door.key + label[door.node], segments };
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

  // The least key of a journey that is published as more than some minutes.
  function keyBeyond(minutes, { factor, added_min: added }) {
    return Math.ceil(((minutes + 0.1 - added) / factor) * MS_PER_MIN) * LENGTH;
  }

  return { keysToMany, msToMany, msOf, dmOf, publishedMinutes, limitsBy, route };
})();
