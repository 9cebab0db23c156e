// The index of a split explorer: it finds the council area of a postcode or name, as an explorer
// finds a place, and goes to its page. find.js finds; a council area is an "area" to it. What is
// searched stands in a script of its own, which is loaded when a reader turns to the search.
"use strict";

(() => {
  const UNITS = 400; // letters of a unit: twenty twice
  const { fill } = llrgeoText;
  const { keep, taken, addressOf } = llrgeoKeptPlace;
  const { strings: words, run } = JSON.parse(document.getElementById("index").textContent);
  const byId = (id) => document.getElementById(id);
  const field = byId("find");
  const file = byId("search").dataset.script;
  let known = null; // what is searched, once it is loaded
  let script = null; // that is being loaded, or could not be
  let isLoading = false;
  let isAsked = false; // whether a reader waits for an answer

  // --- What is searched ------------------------------------------------------------------------

  // The areas of a sector's units, as find.js reads them: of all that there could be, each in the
  // run that it belongs to.
  function unitsOf(text) {
    if (text.length === 2) return text.repeat(UNITS);
    const runs = text.match(/.{4}/g).map((part) =>
      ({ unit: llrgeoUnpack.decodeDigits(part.slice(0, 2)), part: part.slice(2) }));
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

  function searchedOf({ authorities, names, sites, postcodes }) {
    return {
      authorities,
      areas: { label: [], id: [], authority: [...authorities.keys()] },
      gazetteer: [
        ...authorities.map((name, area) => ({ name, kind: "authority", areas: [area] })),
        ...Object.entries(names).flatMap(([kind, listed]) =>
          listed.map(([name, ...areas]) => ({ name, kind, areas }))),
      ],
      sites: sites.map(([name, area]) => ({ name, area })),
      postcodes: { digits: 2, sectors: sectorsOf(postcodes.outward) },
    };
  }

  // --- Loading it ------------------------------------------------------------------------------

  function load() {
    if (isLoading) return;
    isLoading = true;
    if (script) script.remove();
    // By its run: a browser may have kept that of an earlier one.
    script = Object.assign(document.createElement("script"), { src: `${file}?${run}` });
    ["load", "error"].forEach((end) =>
      script.addEventListener(end, () => take(window.llrgeoSearched)));
    document.head.append(script);
  }

  // A file of another run numbers the pages otherwise; it is as good as none. The list, which needs
  // no file, is opened. Who asks again loads it again: the line may be back.
  function take(data) {
    isLoading = false;
    if (!data || data.run !== run) {
      isAsked = false;
      sayState(fill(words.index_not_loaded, { file }));
      document.querySelector("#authorities details").open = true;
      return;
    }
    sayState("");
    const searched = searchedOf(data);
    known = { ...data, searched, named: llrgeoFind.namesOf(searched) };
    const names = known.named.filter((place) => place.areas.length > 0).map(({ name }) => name);
    byId("places").replaceChildren(...[...new Set(names)].map((name) =>
      Object.assign(document.createElement("option"), { value: name })));
    if (isAsked) search();
  }

  // That it is loading is said to who waits for it, that it cannot be loaded to all.
  function sayState(text) {
    byId("find-state").hidden = !text;
    byId("find-state").textContent = text;
    byId("status").textContent = text;
  }

  // --- Going there -----------------------------------------------------------------------------

  function go(part, text) {
    keep(text);
    byId("status").textContent = fill(words.index_opening, { place: known.authorities[part] });
    window.location.assign(addressOf(known.pages[part]));
  }

  // --- What is shown ---------------------------------------------------------------------------

  function showError(text) {
    byId("find-error").hidden = !text;
    byId("find-error").textContent = text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", `${text ? "find-error " : ""}find-state find-hint`);
  }

  // A place in one of its council areas: its name, what it is and where.
  function linkOf(place, part) {
    const link = Object.assign(document.createElement("a"), { href: addressOf(known.pages[part]) });
    const kind = words[{ postcode: "index_postcode", site: "index_site" }[place.kind] || `place_${place.kind}`];
    link.textContent = place.kind === "authority" ? place.name
      : fill(words.place_in, { name: place.name, kind, authority: known.authorities[part] });
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
    const hasPostcodes = Object.keys(known.postcodes.outward).length > 0;
    const asked = hasPostcodes ? "find_failed" : "find_failed_names";
    return words[{ empty: hasPostcodes ? "find_empty" : "find_empty_names", outside: "find_outside",
      beyond: "find_beyond" }[why] || asked];
  }

  // One council area, whatever place in it is meant: its page asks which. More are offered.
  function search() {
    if (!known) {
      isAsked = true;
      sayState(words.index_loading);
      load();
      return;
    }
    const text = field.value;
    const found = llrgeoFind.find(known.searched, known.named, text);
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

  // Whoever turns to the search will soon ask.
  ["focus", "input"].forEach((turned) => field.addEventListener(turned, () => {
    if (!script) load();
  }));
  byId("find-button").addEventListener("click", search);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) search();
  });
  document.querySelectorAll("[data-page]").forEach((link) =>
    link.addEventListener("click", () => { link.href = addressOf(link.dataset.page); }));
  // What the page of another council area did not know.
  const text = taken();
  if (text) {
    field.value = text;
    search();
    field.focus();
  }
  document.documentElement.classList.add("ready");
})();
