// The roads of the page: opened from their packed bytes, they tell the minutes between a place and
// every area, of any two places, and the way between them. network.js and search.js compute.
"use strict";

// Resolve to the roads, or to null for a page that holds none.
async function llrgeoRoads(data, text) {
  if (!data.planning.network || !text) return null;
  const zipped = new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]);
  const stream = zipped.stream().pipeThrough(new DecompressionStream("gzip"));
  return llrgeoRoadsOf(data, new Uint8Array(await new Response(stream).arrayBuffer()));
}

// The roads from their bytes.
function llrgeoRoadsOf(data, bytes) {
  const { planning } = data;
  const MOST_CACHED = 200; // places whose journeys are kept
  const DM_PER_M = 10;
  const network = llrgeoNetwork.decode(planning.network, bytes);
  const index = llrgeoNetwork.indexStreets(network);
  const middles = () => llrgeoMemo.byKey(network, "middles", () => // of the areas
    planning.x.map((x, area) => joined(x, planning.y[area])));
  const columns = new Map(); // of places by their metres, direction and journey

  // A place with the roads nearest to it, as an origin and as a destination.
  function joined(x, y) {
    return { x, y, origin: llrgeoNetwork.joinPlace(network, index, "origin", x, y),
      destination: llrgeoNetwork.joinPlace(network, index, "destination", x, y) };
  }

  // Metres from the nearest road at which a journey may end; Infinity where none is near enough.
  const offRoad = ({ destination: { links, off } }) => (links.length > 0 ? off : Infinity);

  const periodOf = (journey) =>
    planning.network.periods.indexOf(journey.slice(planning.mode.length + 1));

  const calibrationOf = (direction) => planning[direction === "to_site" ? "calibration" : "team_calibration"];

  // Published minutes between a place and every area, and metres of road. Beyond `limits` they may be
  // Infinity.
  function journeysTo(place, direction, journey, limits) {
    const how = calibrationOf(direction);
    const keys = llrgeoSearch.keysToMany(network, periodOf(journey), direction, place, middles(), limits);
    return { minutes: keys.map((key) => llrgeoSearch.publishedMinutes(llrgeoSearch.msOf(key), how)),
      metres: keys.map((key) => llrgeoSearch.dmOf(key) / DM_PER_M) };
  }

  // The limits for places that matter to areas no farther than the minutes that these have already.
  function limitsBy(minutes, direction, journey) {
    return llrgeoSearch.limitsBy(network, periodOf(journey), direction, middles(), minutes, calibrationOf(direction));
  }

  // The journeys between a new site and every area, kept: a plan that is taken back is there at once.
  function columnOf(site, direction, journey) {
    const key = `${site.x} ${site.y} ${direction} ${journey}`;
    if (!columns.has(key)) {
      if (columns.size > MOST_CACHED) columns.clear();
      const place = joined(site.x, site.y);
      columns.set(key, { ...journeysTo(place, direction, journey), off: offRoad(place) });
    }
    return columns.get(key);
  }

  // A new site with its journeys, there and, if a team starts from it, from there.
  function columnsOf(site, journey, hasTeam) {
    const there = columnOf(site, "to_site", journey);
    const back = hasTeam ? columnOf(site, "from_site", journey) : there;
    return { site, ...there, team: back.minutes, teamMetres: back.metres };
  }

  // Published minutes from a joined place to the nearest entrance of each of some sites: one search
  // from the place reaches all of them.
  function minutesFrom(from, sites, journey) {
    const ms = llrgeoSearch.msToMany(network, periodOf(journey), "from_site", from, sites.flat());
    let row = 0;
    return sites.map((entrances) => {
      const least = Math.min(...entrances.map(() => ms[row++]));
      return llrgeoSearch.publishedMinutes(least, planning.calibration);
    });
  }

  // The fastest way from a joined place to one of some others, the entrances of a site: its line in
  // degrees, kilometres and names; null if there is none.
  function routeBetween(from, entrances, journey) {
    const ways = entrances.map((to) => llrgeoSearch.route(network, periodOf(journey), from, to))
      .filter((way) => way).sort((first, second) => first.ms - second.ms || first.dm - second.dm);
    if (ways.length === 0) return null;
    const [found] = ways;
    return { line: found.places.map(([x, y]) => llrgeoPlaces.degrees(data, x, y)), km: found.dm / 10000,
      roads: found.roads.join(", ") };
  }

  return { joined, journeysTo, limitsBy, columnsOf, minutesFrom, routeBetween };
}
