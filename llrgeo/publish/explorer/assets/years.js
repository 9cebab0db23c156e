// One table of later years at a time: that of the chosen year. Without scripts all are there.
"use strict";

{
  const years = document.getElementById("years");
  const show = () => {
    const chosen = years.querySelector("input:checked").value;
    for (const table of document.querySelectorAll(".of-year")) {
      table.hidden = table.dataset.year !== chosen;
    }
  };
  if (years) {
    years.addEventListener("change", show);
    show();
  }
}
