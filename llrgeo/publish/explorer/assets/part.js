// An explorer of one council area: it answers for the place that was looked for in the index, and
// leads back there, or to the pages of those next to it, with the reader's choices.
"use strict";

(() => {
  const KEPT = "llrgeo-find"; // what the reader looked for; index.js writes it
  const byId = (id) => document.getElementById(id);
  const field = byId("find");

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

  function leave(link) {
    const { hash } = window.location;
    link.href = link.dataset.page + (hash.includes("=") ? hash : "");
    // What this page does not know is looked for there.
    if (link.id !== "elsewhere" || field.getAttribute("aria-invalid") !== "true") return;
    try {
      window.sessionStorage.setItem(KEPT, field.value);
    } catch {
      // then the reader types it once more
    }
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
