// The index of a split explorer: it finds the council area of a postcode or name, as an explorer
// finds a place, and goes to its page. find.js finds; a council area is an "area" to it.
"use strict";

(() => {
  const UNITS = 400; // letters of a unit: twenty twice
  const { fill } = llrgeoText;
  const { keep, taken, addressOf } = llrgeoKeptPlace;
  const data = JSON.parse(document.getElementById("index").textContent);
  const words = data.strings;
  const byId = (id) => document.getElementById(id);
  const field = byId("find");

  // --- What is searched ------------------------------------------------------------------------

  // The areas of a sector's units, as find.js reads them: of all that there could be, each in the
  // run that it belongs to.
  function unitsOf(text) {
    if (text.length === 2) return text.repeat(UNITS);
    const runs = text.match(/.{4}/g).map((run) =>
      ({ unit: llrgeoUnpack.decodeDigits(run.slice(0, 2)), part: run.slice(2) }));
    return runs.map(({ unit, part }, place) => part.repeat(
      (place + 1 < runs.length ? runs[place + 1].unit : UNITS) - (place ? unit : 0))).join("");
  }

  // Sectors by name; the text of one is made when it is asked for.
  function sectorsOf(outward) {
    const everyUnit = "/".repeat(66) + "8=";
    const sectors = {};
    Object.entries(outward).forEach(([name, parts]) => Object.entries(parts).forEach(([digit, text]) =>
      Object.defineProperty(sectors, `${name} ${digit}`, { enumerable: true, get: () => [everyUnit, unitsOf(text)] })));
    return sectors;
  }

  const searched = {
    authorities: data.authorities,
    areas: { label: [], id: [], authority: [...data.authorities.keys()] },
    gazetteer: [
      ...data.authorities.map((name, area) => ({ name, kind: "authority", areas: [area] })),
      ...Object.entries(data.names).flatMap(([kind, listed]) =>
        listed.map(([name, ...areas]) => ({ name, kind, areas }))),
    ],
    sites: data.sites.map(([name, area]) => ({ name, area })),
    postcodes: { digits: 2, sectors: sectorsOf(data.postcodes.outward) },
  };
  const hasPostcodes = Object.keys(data.postcodes.outward).length > 0;
  const names = llrgeoFind.namesOf(searched);

  // --- Going there -----------------------------------------------------------------------------

  function go(part, text) {
    keep(text);
    byId("status").textContent = fill(words.index_opening, { place: data.authorities[part] });
    window.location.assign(addressOf(data.pages[part]));
  }

  // --- What is shown ---------------------------------------------------------------------------

  function showError(text) {
    byId("find-error").hidden = !text;
    byId("find-error").textContent = text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", text ? "find-error find-hint" : "find-hint");
  }

  // A place in one of its council areas: its name, what it is and where.
  function linkOf(place, part) {
    const link = Object.assign(document.createElement("a"), { href: addressOf(data.pages[part]) });
    const kind = words[{ postcode: "index_postcode", site: "index_site" }[place.kind] || `place_${place.kind}`];
    link.textContent = place.kind === "authority" ? place.name
      : fill(words.place_in, { name: place.name, kind, authority: data.authorities[part] });
    link.addEventListener("click", () => keep(place.kind === "authority" ? "" : place.name));
    const item = document.createElement("li");
    item.append(link);
    return item;
  }

  function showOffer(asked, places) {
    byId("find-offer").hidden = places.length === 0;
    byId("find-asked").textContent = asked;
    byId("find-places").replaceChildren(...places.flatMap((place) =>
      place.areas.map((part) => linkOf(place, part))));
  }

  function reason(why) {
    const asked = hasPostcodes ? "find_failed" : "find_failed_names";
    return words[{ empty: hasPostcodes ? "find_empty" : "find_empty_names", outside: "find_outside",
      beyond: "find_beyond" }[why] || asked];
  }

  // One council area, whatever place in it is meant: its page asks which. More are offered.
  function search() {
    const text = field.value;
    const found = llrgeoFind.find(searched, names, text);
    const places = found.kind === "found" ? [found.place] : found.places || [];
    const parts = new Set(places.flatMap((place) => place.areas));
    showError("");
    showOffer("", []);
    if (places.length === 0) {
      showError(fill(reason(found.why), { text }));
      byId("status").textContent = byId("find-error").textContent;
    } else if (parts.size === 1 && !found.more) {
      const [only] = places;
      if (found.kind !== "found") go([...parts][0], text);
      else go([...parts][0], only.kind === "authority" ? "" : only.name);
    } else {
      const asked = fill(words[found.kind === "found" ? "index_several" : `find_${found.why}`], { text });
      showOffer(found.more ? `${asked} ${words.find_more}` : asked, places);
      byId("status").textContent = byId("find-asked").textContent;
    }
  }

  // --- Listening -------------------------------------------------------------------------------

  byId("find-button").addEventListener("click", search);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) search();
  });
  document.querySelectorAll("[data-page]").forEach((link) =>
    link.addEventListener("click", () => { link.href = addressOf(link.dataset.page); }));
  byId("places").replaceChildren(...[...new Set(names.filter((place) => place.areas.length > 0)
    .map(({ name }) => name))].map((name) => Object.assign(document.createElement("option"), { value: name })));
  // What the page of another council area did not know.
  const text = taken();
  if (text) {
    field.value = text;
    search();
    field.focus();
  }
  document.documentElement.classList.add("ready");
})();
