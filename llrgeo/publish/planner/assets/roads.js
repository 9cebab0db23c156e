// The roads of the page: opened from their packed bytes, they tell the minutes between a place and
// every area, of any two places, and the way between them. network.js and search.js compute.
"use strict";

// Resolve to the roads, or to null for a page that holds none.
async function llrgeoRoads(data, text) {
  const { planning } = data;
  if (!planning.network || !text) return null;
  const MOST_KEPT = 200; // places whose minutes are kept
  const zipped = new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]);
  const stream = zipped.stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const network = llrgeoNetwork.decode(planning.network, bytes);
  const index = llrgeoNetwork.indexStreets(network);
  const homes = planning.x.map((x, area) => joined(x, planning.y[area])); // the areas' places
  const hasTeams = data.services.some((service) => service.delivery === "team");
  const columns = new Map(); // minutes of a place by its metres and journey

  // A place with the roads nearest to it, as an origin and as a destination.
  function joined(x, y) {
    return { x, y, origin: llrgeoNetwork.joinPlace(network, index, "origin", x, y),
      destination: llrgeoNetwork.joinPlace(network, index, "destination", x, y) };
  }

  const periodOf = (journey) =>
    planning.network.periods.indexOf(journey.slice(planning.mode.length + 1));

  // Published minutes between a place and every area.
  function minutesTo(place, direction, journey) {
    const how = planning[direction === "to_site" ? "calibration" : "team_calibration"];
    return llrgeoSearch.msToMany(network, periodOf(journey), direction, place, homes)
      .map((ms) => llrgeoSearch.publishedMinutes(ms, how));
  }

  // A new site with its minutes, there and from there.
  function columnOf(site, journey) {
    const key = `${site.x} ${site.y} ${journey}`;
    if (!columns.has(key)) {
      if (columns.size > MOST_KEPT) columns.clear();
      const place = joined(site.x, site.y);
      const minutes = minutesTo(place, "to_site", journey);
      columns.set(key, { minutes, team: hasTeams ? minutesTo(place, "from_site", journey) : minutes });
    }
    return { site, ...columns.get(key) };
  }

  function minutesBetween(from, to, journey) {
    const [ms] = llrgeoSearch.msToMany(network, periodOf(journey), "to_site", to, [from]);
    return llrgeoSearch.publishedMinutes(ms, planning.calibration);
  }

  // The way between two joined places: its line in degrees, kilometres and names; null if there is none.
  function routeBetween(from, to, journey) {
    const found = llrgeoSearch.route(network, periodOf(journey), from, to);
    if (!found) return null;
    return { line: found.places.map(([x, y]) => llrgeoPlaces.degrees(data, x, y)), km: found.dm / 10000,
      roads: found.roads.join(", ") };
  }

  return { joined, minutesTo, columnOf, minutesBetween, routeBetween };
}
