// What goes along between the pages of a split explorer: the place that a reader looked for, which
// the next page reads and forgets, and the choices in the address.
"use strict";

const llrgeoKeptPlace = (() => {
  const KEPT = "llrgeo-find";
  const NAMED = `${KEPT}:`;

  // Two stores, for neither always arrives: Chromium may open a page from disk in another process,
  // to which what was stored last is not handed over, and other browsers do not hand a name over
  // between files. A page that is shut off in a frame has the name alone.
  function keep(text) {
    window.name = NAMED + text;
    try {
      window.sessionStorage.setItem(KEPT, text);
    } catch {
      // it may store nothing
    }
  }

  // What was kept is forgotten as it is read.
  function taken() {
    const stored = takenFromStore();
    if (!window.name.startsWith(NAMED)) return stored;
    const text = window.name.slice(NAMED.length);
    window.name = "";
    return text;
  }

  function takenFromStore() {
    try {
      const text = window.sessionStorage.getItem(KEPT);
      window.sessionStorage.removeItem(KEPT);
      return text;
    } catch {
      return "";
    }
  }

  // Choices in the address go along; where the reader lives is never in it.
  function addressOf(page) {
    const { hash } = window.location;
    return hash.includes("=") ? page + hash : page;
  }

  return { keep, taken, addressOf };
})();
