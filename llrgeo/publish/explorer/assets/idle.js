// Work that no reader waits for: a piece at a time, while the browser has nothing else to do.
"use strict";

// Not all browsers tell of idle times: there a piece waits for its turn. Nor has every page any: after
// a while it is done all the same.
const llrgeoIdle = (act) => {
  if (window.requestIdleCallback) window.requestIdleCallback(act, { timeout: 2000 });
  else window.setTimeout(act);
};
