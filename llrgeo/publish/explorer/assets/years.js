// One table of later years at a time: that of the chosen year. Without scripts all are there.
"use strict";

const llrgeoYears = (() => {
  const buttons = [...document.querySelectorAll("#years input")];
  const known = buttons.map((button) => button.value);
  const first = known.length ? known[0] : ""; // none in a study without years

  // The year asked for, or the first where the page has no table of it.
  const offered = (year) => (known.includes(year) ? year : first);

  // Show the table of a year, and hide those of all others.
  function show(year) {
    for (const button of buttons) button.checked = button.value === year;
    for (const table of document.querySelectorAll(".of-year")) {
      table.hidden = table.dataset.year !== year;
    }
  }

  // What the table that is shown says of itself.
  const said = () => document.querySelector(".of-year:not([hidden]) caption").textContent;

  return { first, offered, show, said };
})();
