// The reader's own postcode: its journeys along the roads in place of those of the middle of its
// neighbourhood, and its ways. The planner's scripts compute; the page's other scripts see a world that
// has one neighbourhood alone.
"use strict";

// Over opened roads; pure: no page in sight.
function llrgeoOwnWorld(data, matrices, roads) {
  const m = llrgeoModel;
  const { planning } = data;
  const FIRST_SEARCHES = 8; // of a period
  const places = llrgeoPlaces.decodePostcodes(data.postcodes, planning.postcodes);
  const areaCount = data.areas.people.length;
  const entrances = data.sites.map(({ id }) => planning.doors[id].map(([x, y]) => roads.joined(x, y)));

  // Whether the roads tell a journey: they are those of one way to travel, at some hours.
  const isTold = (journey) => planning.network.periods.some((period) => journey === `${planning.mode}-${period}`);

  // A postcode with the roads nearest to it, and its minutes as far as they were asked for.
  function placeOf(postcode, area) {
    const [x, y] = llrgeoPlaces.findPostcode(data, places, postcode);
    return { area, joined: roads.joined(x, y), at: llrgeoPlaces.degrees(data, x, y), minutes: new Map() };
  }

  // Minutes from a postcode to every site; what the roads do not tell is that of its neighbourhood.
  function minutesTo(place, journey) {
    if (!place.minutes.has(journey.id)) {
      const found = isTold(journey.id) ? roads.minutesFrom(place.joined, entrances, journey.id)
        : columnOf(journey.matrix, place.area);
      place.minutes.set(journey.id, Float64Array.from(found));
    }
    return place.minutes.get(journey.id);
  }

  const columnOf = (matrix, area) =>
    Float64Array.from(data.sites, (_, site) => matrices[matrix][site * areaCount + area]);

  // The page's data and matrices as they would be if the postcode were the only neighbourhood. A team
  // comes to the neighbourhood.
  function worldOf(place, journey) {
    if (!place.worlds) place.worlds = new Map();
    if (!place.worlds.has(journey)) {
      const asked = m.byId(data.journeys, journey);
      const own = { ...asked, matrix: 0, team: { ...asked.team, matrix: 1 } };
      const { authority, tenth } = data.areas;
      const areas = { people: [1], authority: [authority[place.area]],
        ...(tenth ? { tenth: [tenth[place.area]] } : {}) };
      place.worlds.set(journey, { data: { ...data, areas, journeys: [own] }, areas: [0],
        matrices: [minutesTo(place, asked), columnOf(asked.team.matrix, place.area)] });
    }
    return place.worlds.get(journey);
  }

  // The way from a postcode to a site as [lat, lon]; null where the roads do not tell it.
  function wayTo(place, site, journey) {
    const way = isTold(journey) && roads.routeBetween(place.joined, entrances[site], journey);
    return way ? way.line : null;
  }

  // Some searches in each period from some sites, whose results nobody needs: what a period is searched by
  // is made in its first, and after some a browser has made the search itself fast, so that no answer
  // waits for either.
  const first = entrances.flat();
  const firstSearches = first.filter((_, row) => row % Math.ceil(first.length / FIRST_SEARCHES) === 0)
    .flatMap((from) => planning.network.periods.map((period) => function firstSearch() {
      return roads.minutesFrom(from, entrances, `${planning.mode}-${period}`);
    }));

  return { placeOf, worldOf, wayTo, isTold, firstSearches };
}

// The roads of the explorer, opened once: a place that was found gets its own minutes.
function llrgeoOwnRoads(data, matrices) {
  const { network, no_room: noRoom } = data.planning;
  const canOpen = typeof DecompressionStream !== "undefined";
  let own = null; // once the roads are open
  let opening = null;

  function open() {
    if (!network || !canOpen) return null;
    opening = opening || llrgeoRoads(data, JSON.parse(document.getElementById("network").textContent))
      .then((roads) => {
        own = llrgeoOwnWorld(data, matrices, roads);
        own.firstSearches.forEach(llrgeoIdle);
      });
    return opening;
  }

  // Go on with a place once it has its own minutes: at once, but for the first postcode.
  function take(place, goOn) {
    if (place.kind !== "postcode" || !open()) {
      goOn(place);
    } else if (own) {
      goOn({ ...place, own: own.placeOf(place.name, place.areas[0]) });
    } else {
      open().then(() => take(place, goOn));
    }
  }

  // Where the figures of a choice come from: data, matrices and areas.
  function worldOf({ place, journey }) {
    return place.own ? own.worldOf(place.own, journey) : { data, matrices, areas: place.areas };
  }

  // What is said of where a postcode's figures come from; nothing on a page that never had roads.
  function sourceLine({ place, journey }) {
    const words = data.strings;
    if (place.kind !== "postcode") return "";
    if (noRoom) return words.my_own_no_room;
    if (!network) return "";
    if (!place.own) return words.my_own_browser;
    return own.isTold(journey) ? words.my_own : words.my_own_middle;
  }

  // For the map: what follows for the place found, from where, and its way to a site; null without its own.
  function onMap(choice) {
    if (!choice.place || !choice.place.own) return null;
    const { data: mine, matrices: minutes } = worldOf(choice);
    const now = llrgeoModel.evaluate(mine, minutes, choice);
    return { now, area: 0, at: choice.place.own.at, wayTo: (site) => (now.service.delivery === "team" ? null
      : own.wayTo(choice.place.own, site, choice.journey)) };
  }

  window.setTimeout(open); // so that they are open before the first postcode is typed
  return { take, worldOf, sourceLine, onMap };
}
