// Memoisation: what was worked out is kept for as long as what it follows from. A change of one
// service leaves the figures of the others as they are.
"use strict";

const llrgeoMemo = (() => {
  const MOST_CACHED = 200;
  const keys = new WeakMap(); // by an object: what follows, by text
  const numbers = new WeakMap(); // of objects, in the order in which they were first asked for
  let count = 0;

  // What a text tells of an object, worked out once.
  function byKey(holder, key, work) {
    if (!keys.has(holder)) keys.set(holder, new Map());
    const known = keys.get(holder);
    if (!known.has(key)) {
      if (known.size >= MOST_CACHED) known.clear();
      known.set(key, work());
    }
    return known.get(key);
  }

  // A function of two objects, and of what goes with them, that works once for each pair.
  function ofPair(work) {
    const known = new WeakMap();
    return (one, two, ...rest) => {
      if (!known.has(one)) known.set(one, new WeakMap());
      const seconds = known.get(one);
      if (!seconds.has(two)) seconds.set(two, work(one, two, ...rest));
      return seconds.get(two);
    };
  }

  // A number that tells an object from all others.
  function numberOf(thing) {
    if (!numbers.has(thing)) numbers.set(thing, count++);
    return numbers.get(thing);
  }

  return { byKey, ofPair, numberOf };
})();
