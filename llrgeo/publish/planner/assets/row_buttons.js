// A button in each row of a table that shows on the map what the row is about. The buttons of a table
// are one stop of the Tab key; arrow keys go from row to row.
"use strict";

function llrgeoRowButtons({ element }, words) {
  const STEPS = { ArrowUp: -1, ArrowDown: 1 };
  const acts = new WeakMap(); // what a button does now: its row may come to be about something else
  const buttonsOf = (name) => [...document.querySelectorAll(`#table-${name} tbody button`)];

  // Put a button into the last cell of each row, unless one is there; each is { label, act }. The
  // cells of the table hold the same `text`, so that a row that is filled again keeps its button.
  function add(name, each, text = words.planner_show) {
    const rows = document.getElementById(`table-${name}`).tBodies[0].rows;
    each.forEach(({ label, act }, place) => {
      const cell = rows[place].lastElementChild;
      const button = cell.firstElementChild || newButton(name, text);
      if (button.parentElement !== cell) cell.replaceChildren(button);
      if (button.ariaLabel !== label) button.ariaLabel = label;
      button.dataset.key = `${name} ${place}`;
      acts.set(button, act);
    });
    const buttons = buttonsOf(name);
    const hasStop = buttons.some(({ tabIndex }) => tabIndex === 0);
    if (buttons.length > 0 && !hasStop) buttons[0].tabIndex = 0;
  }

  function newButton(name, text) {
    const button = element("button", text, { type: "button", tabIndex: -1 });
    button.addEventListener("click", () => acts.get(button)());
    button.addEventListener("focus", () =>
      buttonsOf(name).forEach((other) => { other.tabIndex = other === button ? 0 : -1; }));
    button.addEventListener("keydown", (event) => {
      const buttons = buttonsOf(name);
      const next = buttons[buttons.indexOf(button) + STEPS[event.key]];
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
    return button;
  }

  return { add };
}
