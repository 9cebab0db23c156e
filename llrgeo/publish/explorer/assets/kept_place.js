// What goes along between the pages of a split explorer: the place that a reader looked for, which
// the next page reads and forgets, and the choices in the address.
"use strict";

const llrgeoKeptPlace = (() => {
  const KEPT = "llrgeo-find";

  function keep(text) {
    try {
      window.sessionStorage.setItem(KEPT, text);
    } catch {
      // a page inside another one may keep nothing: the reader types it once more
    }
  }

  // What was kept is forgotten as it is read.
  function taken() {
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
