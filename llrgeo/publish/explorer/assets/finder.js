// The search box: it hands a place to the page, offers places to choose from, or says at the field
// what to try. find.js finds; here is only what is shown.
"use strict";

function llrgeoFinder(data, onPlace, onNothing) {
  const { fill } = llrgeoText;
  const words = data.strings;
  const hasPostcodes = Object.keys(data.postcodes.sectors).length > 0;
  const names = llrgeoFind.namesOf(data);
  const byId = (id) => document.getElementById(id);
  const field = byId("find");
  const FIRST_SEARCHES = 12;
  const LONGEST_SHOWN = 60; // letters of what was typed

  // A place as it is offered: its name, what it is and where.
  function placeLabel(place) {
    const within = data.authorities[data.areas.authority[place.areas[0]]];
    const key = within && place.kind !== "authority" ? "place_in" : "place_alone";
    const count = place.areas.length;
    return fill(words[key], {
      name: place.kind === "site" ? fill(words.place_near, { site: place.name }) : place.name,
      kind: count === 1 ? words[`place_one_${place.kind}`] || words.place_one
        : fill(words.place_many, { kind: words[`place_${place.kind}`], count }),
      authority: within,
    });
  }

  function showError(text) {
    byId("find-error").hidden = !text;
    byId("find-error").textContent = text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", text ? "find-error find-hint" : "find-hint");
  }

  function showOffer(asked, places) {
    byId("find-offer").hidden = places.length === 0;
    byId("find-asked").textContent = asked;
    byId("find-places").replaceChildren(...places.map((place) => {
      const [item, button] = [document.createElement("li"), document.createElement("button")];
      button.type = "button";
      button.textContent = placeLabel(place);
      button.addEventListener("click", () => { take(place); byId("mine-heading").focus(); });
      item.append(button);
      return item;
    }));
  }

  function clear() {
    showError("");
    showOffer("", []);
  }

  function take(place) {
    clear();
    if (place.kind !== "postcode") field.value = place.name;
    onPlace(place);
  }

  // What could not be found, and what to try; where the page has no postcodes it asks for names.
  function reason(why) {
    const asked = hasPostcodes ? "find_failed" : "find_failed_names";
    return words[{ empty: hasPostcodes ? "find_empty" : "find_empty_names", outside: "find_outside",
      beyond: "find_beyond" }[why] || asked];
  }

  function search() {
    const found = llrgeoFind.find(data, names, field.value);
    const text = field.value.length > LONGEST_SHOWN
      ? `${field.value.slice(0, LONGEST_SHOWN)}…` : field.value;
    if (found.kind === "found") {
      take(found.place);
      return;
    }
    const asked = found.kind === "choice" ? fill(words[`find_${found.why}`], { text }) : "";
    const fault = found.kind === "choice" ? "" : fill(reason(found.why), { text });
    showError(fault);
    showOffer(found.more ? `${asked} ${words.find_more}` : asked, found.places || []);
    onNothing(fault || byId("find-asked").textContent);
  }

  // The page may stand in a frame that may not send forms, so there is no form to send.
  byId("find-button").addEventListener("click", search);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) search();
  });
  byId("places").replaceChildren(...[...new Set(names
    .filter((place) => place.areas.length > 0 && place.kind !== "area").map(({ name }) => name))]
    .map((name) => Object.assign(document.createElement("option"), { value: name })));

  // A place was chosen elsewhere (on the map): the field no longer holds what the answer is for.
  function forget() {
    field.value = "";
    clear();
  }

  // Searches whose results nobody needs: after some a browser has made the search itself fast.
  names.slice(0, FIRST_SEARCHES).forEach(({ name }) => llrgeoIdle(() => llrgeoFind.find(data, names, name)));

  return { forget };
}
