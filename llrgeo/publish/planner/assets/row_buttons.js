// A button in each row of a table that shows on the map what the row is about. The buttons of a table
// are one stop of the Tab key; arrow keys go from row to row.
"use strict";

function llrgeoRowButtons({ element }, words) {
  const STEPS = { ArrowUp: -1, ArrowDown: 1 };

  // Put a button into the last cell of each row; each is { label, act }, `text` is what it shows.
  function add(name, each, text = words.planner_show) {
    const rows = [...document.getElementById(`table-${name}`).tBodies[0].rows];
    const buttons = rows.map((row, place) => {
      const button = element("button", text, { type: "button", tabIndex: place === 0 ? 0 : -1 });
      button.setAttribute("aria-label", each[place].label);
      button.dataset.key = `${name} ${place}`;
      button.addEventListener("click", each[place].act);
      row.lastElementChild.append(button);
      return button;
    });
    buttons.forEach((button, place) => {
      button.addEventListener("focus", () =>
        buttons.forEach((other) => { other.tabIndex = other === button ? 0 : -1; }));
      button.addEventListener("keydown", (event) => {
        const next = buttons[place + STEPS[event.key]];
        if (!next) return;
        event.preventDefault();
        next.focus();
      });
    });
  }

  return { add };
}
