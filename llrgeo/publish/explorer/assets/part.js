// An explorer of one council area: it answers for the place that was looked for in the index, and
// leads back there, or to the pages of those next to it, with the reader's choices.
"use strict";

(() => {
  const { keep, taken, addressOf } = llrgeoKeptPlace;
  const byId = (id) => document.getElementById(id);
  const field = byId("find");

  function leave(link) {
    link.href = addressOf(link.dataset.page);
    // What this page does not know is looked for there.
    if (link.id === "elsewhere" && field.getAttribute("aria-invalid") === "true") keep(field.value);
  }

  document.querySelectorAll("[data-page]").forEach((link) =>
    link.addEventListener("click", () => leave(link)));
  const text = taken();
  if (text) {
    field.value = text;
    byId("find-button").click();
    (byId("mine").hidden ? field : byId("mine-heading")).focus();
  }
})();
