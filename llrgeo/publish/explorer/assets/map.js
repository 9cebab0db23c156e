// The explorer's map: areas, main roads, towns and sites on Leaflet's canvas. It draws what it is
// given; what is counted is counted in model.js. Names go in through textContent.
"use strict";

function llrgeoDraw(data, map, onPick, onPoint, onSite) {
  const unpack = llrgeoUnpack;
  const SVG = "http://www.w3.org/2000/svg";
  const [CITY, LARGE_TOWN, SMALL_TOWN] = [70000, 30000, 8000]; // residents
  const SUBURB_M = 9000;
  const ALWAYS_NAMED = 6; // towns of the area itself, the largest
  const CLOSEST = 15; // zoom: a neighbourhood fills the map, and no outline is as exact as a street
  let onScreen = null; // the view before the page was printed
  const colours = new Array(data.areas.id.length).fill("");
  const still = { interactive: false };

  // --- Areas, borders and roads ----------------------------------------------------------------

  const shapes = unpack.decodeShapes(data.topology, "areas").map((parts, area) =>
    L.polygon(parts, { weight: 0.4, color: "#ffffff", fillOpacity: 1 }).addTo(map)
      .on("click", () => onPick(area)).on("mouseover", () => onPoint(area)));
  // A road has a light rim, so that it shows on the darkest class as on the lightest.
  const roadLines = unpack.decodeShapes(data.topology, "lines").map((lines, place) => {
    const weight = data.roads[place].kind === "motorway" ? 2.4 : 1.1;
    const rim = { ...still, color: "#ffffff", opacity: 0.75, weight: weight + 1.8 };
    L.polyline(lines, rim).addTo(map);
    return L.polyline(lines, { ...still, color: "#333333", weight });
  });
  roadLines.forEach((line) => line.addTo(map));
  unpack.borders(data.topology, data.areas.authority).forEach((line) =>
    L.polyline(line, { ...still, color: "#1b1b1b", weight: 1.6 }).addTo(map));
  const everything = L.latLngBounds(shapes.map((shape) => shape.getBounds()));

  // The reader's area and the ways from it: broken to today's site, whole to the option's.
  // The areas that go to a site which the reader asks for.
  const catchment = L.polyline([], { ...still, color: "#000000", weight: 3.5, dashArray: "6 5" })
    .addTo(map);
  const outline = L.polygon([], { ...still, color: "#000000", weight: 4, fill: false }).addTo(map);
  const ways = [
    L.polyline([], { ...still, color: "#ffffff", weight: 7 }),
    L.polyline([], { ...still, color: "#000000", weight: 3, dashArray: "3 7" }),
    L.polyline([], { ...still, color: "#000000", weight: 3.5 }),
  ].map((line) => line.addTo(map));

  // --- Sites -----------------------------------------------------------------------------------

  const { outlines, states } = data.signs;

  function svg(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }

  // A sign for a site: its kind by shape; whether it offers the service, or starts, or stops.
  function siteSign(kind, state) {
    const sign = svg("svg", {
      class: `site ${state}`, viewBox: "-1 -1 26 26", "aria-hidden": "true", focusable: "false",
    });
    sign.append(svg("path", { d: outlines[kind] || outlines.other }));
    if (states[state]) sign.append(svg("path", { d: states[state], class: "sign" }));
    return sign;
  }

  const siteMarks = data.sites.map((site, place) => {
    const holder = document.createElement("span");
    const icon = L.divIcon({ html: holder, className: "pin", iconSize: [24, 24] });
    // A name is shown on hover and touch; the keyboard has the list of sites beside the map.
    const name = document.createElement("span");
    name.textContent = site.name;
    const marker = L.marker(site.at, { icon, interactive: Boolean(onSite), keyboard: false });
    if (onSite) marker.bindTooltip(name, { direction: "top" }).on("click", () => onSite(place));
    marker.addTo(map).getElement().hidden = true;
    return { site, holder, marker, state: "", signs: new Map() };
  });

  // The sign of a mark in a state, drawn once: to make and remove them takes longer than to count.
  function signOf({ site, signs }, state) {
    if (!signs.has(state)) signs.set(state, siteSign(site.kind, state));
    return signs.get(state);
  }

  // Hospitals stay in sight when they do not offer the service; the many health centres do not.
  function siteState(now, view, place) {
    const was = now.today.has(place);
    const is = now.open.has(place);
    if (view === "city") return data.city.includes(place) ? "open" : "";
    if (view === "before" ? was : was && is) return "open";
    if (view === "before") return "";
    if (is) return view === "change" ? "new" : "open";
    if (was && view === "change") return "gone";
    return data.sites[place].kind.endsWith("hospital") ? "faint" : "";
  }

  // Tells whether a site has another sign than before.
  function showSites(now, view) {
    const above = { new: 3000, open: 2000, gone: 1000 };
    let isChanged = false;
    siteMarks.forEach((mark, place) => {
      const state = siteState(now, view, place);
      if (state === mark.state) return;
      isChanged = true;
      mark.state = state;
      mark.holder.replaceChildren(...(state ? [signOf(mark, state)] : []));
      mark.marker.setZIndexOffset(above[state] || 0);
      mark.marker.getElement().hidden = !state;
    });
    return isChanged;
  }

  // --- Names -----------------------------------------------------------------------------------

  function label(text, className, at, zoom, half) {
    const made = document.createElement("span");
    made.textContent = text;
    const icon = L.divIcon({ html: made, className, iconSize: [2 * half[0], 2 * half[1]] });
    const marker = L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: 4000 });
    return { marker, at: L.latLng(at), zoom, half };
  }

  // Places are listed by residents; the first of those that lie in the area are always named.
  const always = new Set(data.places.filter((place) => place.area >= 0).slice(0, ALWAYS_NAMED));

  // The zoom level from which a town is named: at once if it is large, or if it is a town of the
  // area itself and no suburb of a larger one.
  function townZoom(place) {
    const at = L.latLng(place.at);
    const suburb = data.places.some((other) => other.residents > 3 * place.residents
      && at.distanceTo(other.at) < SUBURB_M);
    if (place.residents > CITY || always.has(place)) return 0;
    if (place.area >= 0 && !suburb) return place.residents > SMALL_TOWN ? 0 : 10;
    return suburb ? 11 : 10.5;
  }

  function townLabel(place) {
    const large = place.residents > LARGE_TOWN;
    const from = townZoom(place);
    const half = [place.name.length * (large ? 4 : 3.5), 8];
    const shown = label(place.name, `label town${large ? " large" : ""}`, place.at, from, half);
    const leader = L.polyline([], { ...still, color: "#000000", weight: 1.4 });
    return { ...shown, leader, always: always.has(place) };
  }

  function roadLabels(line, place) {
    const road = data.roads[place];
    const longest = line.getLatLngs().reduce((best, part) =>
      (part.length > best.length ? part : best), []);
    if (longest.length === 0) return [];
    const middle = longest[Math.floor(longest.length / 2)];
    const from = road.kind === "motorway" ? 0 : 10.5;
    return [label(road.name, `label road ${road.kind}`, middle, from, [20, 8])];
  }

  // The towns that are always named find their place first.
  const labels = [...data.places.map(townLabel).sort((one, other) => other.always - one.always),
    ...roadLines.flatMap(roadLabels)];

  // A name is put at its place or right beside what is drawn there. Names that would lie over a site,
  // a more important name or the edge wait for a closer view; those of the largest towns do not
  // wait: they stand farther off, and a line leads to their place.
  function placeLabels() {
    const zoomButtons = { at: L.point(30, 58), half: [30, 58] };
    const taken = [zoomButtons, ...siteMarks
      .filter((mark) => mark.state && mark.state !== "faint")
      .map((mark) => ({ at: map.latLngToContainerPoint(mark.site.at), half: [10, 10] }))];
    for (const name of labels) {
      const at = map.getZoom() < name.zoom ? undefined : freePlace(name, taken);
      if (at) {
        taken.push({ at, half: name.half });
        const place = map.containerPointToLatLng(at);
        if (!place.equals(name.marker.getLatLng())) name.marker.setLatLng(place);
        name.marker.addTo(map);
      } else {
        name.marker.remove();
      }
      if (name.leader) lead(name, at);
    }
  }

  // A line from the edge of a name to its place, where the name stands off it.
  function lead(name, at) {
    const place = map.latLngToContainerPoint(name.at);
    const isOff = at && (at.x !== place.x || at.y !== place.y);
    if (!isOff) {
      name.leader.remove();
      return;
    }
    const edge = L.point(Math.max(at.x - name.half[0], Math.min(at.x + name.half[0], place.x)),
      Math.max(at.y - name.half[1], Math.min(at.y + name.half[1], place.y)));
    name.leader.setLatLngs([map.containerPointToLatLng(edge), name.at]).addTo(map);
  }

  // Steps to try: at the place, below, above, beside; for the largest towns also rings around it.
  function stepsOf({ half: [wide, high], always: mustShow }) {
    const near = [[0, 0], [0, high + 12], [0, -high - 12], [wide + 12, 0], [-wide - 12, 0]];
    const rings = [1, 2, 3].flatMap((ring) => [[1, 1], [-1, 1], [1, -1], [-1, -1], [0, 2], [0, -2],
      [2, 0], [-2, 0]].map(([x, y]) => [x * (wide + 6) * ring * 0.7, y * (high + 10) * ring]));
    return mustShow ? [...near, ...rings] : near;
  }

  function freePlace(name, taken) {
    const [wide, high] = name.half;
    const size = map.getSize();
    const apart = (point, other) => Math.abs(point.x - other.at.x) > wide + other.half[0]
      || Math.abs(point.y - other.at.y) > high + other.half[1];
    const inside = (at) => at.x > wide && at.y > high && at.x < size.x - wide
      && at.y < size.y - high;
    const free = (at) => inside(at) && taken.every((other) => apart(at, other));
    const middle = map.latLngToContainerPoint(name.at);
    return stepsOf(name).map((step) => middle.add(step)).find(free);
  }

  // --- What the page calls ---------------------------------------------------------------------

  function showAreas(classOf, classColours) {
    classOf.forEach((place, area) => {
      if (colours[area] === classColours[place]) return;
      colours[area] = classColours[place];
      shapes[area].setStyle({ fillColor: colours[area] });
    });
  }

  // The tree of the ways to a site, decoded when it is first asked for; null where none is known.
  const trees = new Map();
  let wayShown = ""; // from which area to which sites

  function treeOf(site) {
    if (!data.ways[site]) return null;
    if (!trees.has(site)) trees.set(site, unpack.decodeWays(data.ways[site]));
    return trees.get(site);
  }

  // Ways are known of the residents' journeys by which options are judged. Others go straight.
  function roadsFrom(now, area, site) {
    const judged = data.journeys.find(({ id }) => id === data.judged_by);
    const tree = now.journey === judged ? treeOf(site) : null;
    return tree && unpack.wayFrom(tree, area);
  }

  // Where the ways of a single area begin: what follows for it, and its way to a site.
  function middleOf(now, areas) {
    const area = areas.length === 1 ? areas[0] : -1;
    return { now, area, at: area < 0 ? null : shapes[area].getBounds().getCenter(),
      wayTo: (site) => roadsFrom(now, area, site) };
  }

  // The reader's place; from a postcode or a single area also the ways to today's site and the
  // option's. Returns how they run: "roads", "straight", or "" where none is drawn.
  function showMine(all, areas, own) {
    const { now, area, at, wayTo } = own || middleOf(all, areas);
    const ends = [now.before, now.after].filter((end) => area >= 0 && end.site[area] >= 0);
    const roads = ends.map((end) => wayTo(end.site[area]));
    const known = roads.every(Boolean);
    const way = (end) => (ends.includes(end)
      ? [at, ...(known ? roads[ends.indexOf(end)] : []), data.sites[end.site[area]].at] : []);
    const [today, then] = [way(now.before), way(now.after)];
    const same = area >= 0 && now.before.site[area] === now.after.site[area];
    outline.setLatLngs(areas.map((one) => shapes[one].getLatLngs()));
    ways[0].setLatLngs([today, then]);
    ways[1].setLatLngs(same ? [] : today);
    ways[2].setLatLngs(then);
    // A way that is new and leads out of the map's view is brought into it; else the view stays.
    const key = [at, ...ends.map((end) => end.site[area])].join();
    if (ends.length > 0 && key !== wayShown && !map.getBounds().contains(ways[0].getBounds())) {
      frame(areas);
    }
    wayShown = key;
    if (ends.length === 0) return "";
    return known ? "roads" : "straight";
  }

  // The areas that go to a site: those of no site are none.
  function showCatchment(areas) {
    catchment.setLatLngs(unpack.edges(data.topology, areas));
  }

  function show(now, view, classOf, classColours, areas, own = null) {
    showAreas(classOf, classColours);
    const run = showMine(now, areas, own);
    // Names give way to sites: they stay where they are while those do.
    if (showSites(now, view)) placeLabels();
    return run;
  }

  // Bring areas into view, with the sites that the reader goes to.
  function frame(areas) {
    const corners = [...areas.map((area) => shapes[area]), ways[0]]
      .map((layer) => layer.getBounds())
      .filter((bounds) => bounds.isValid())
      .flatMap((bounds) => [bounds.getSouthWest(), bounds.getNorthEast()]);
    map.fitBounds(L.latLngBounds(corners), { padding: [40, 40], maxZoom: 12, animate: false });
  }

  // On paper the map has another size: it shows what the screen shows, and the screen gets it back.
  function fitPaper({ matches: isPaper }) {
    if (isPaper) onScreen = { middle: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
    map.invalidateSize({ animate: false });
    if (isPaper) map.fitBounds(onScreen.bounds, { animate: false });
    else if (onScreen) map.setView(onScreen.middle, onScreen.zoom, { animate: false });
  }

  function prepare(description) {
    map.attributionControl.setPrefix("Leaflet");
    const container = map.getContainer();
    // With the focus on the map plus and minus zoom, so its buttons are no stops of their own.
    container.querySelectorAll(".leaflet-control-zoom a").forEach((one) => { one.tabIndex = -1; });
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", description);
    // On a phone one finger scrolls the page, and two move the map.
    if (L.Browser.mobile) map.dragging.disable();
    map.on("zoomend moveend", placeLabels);
    window.matchMedia("print").addEventListener("change", fitPaper);
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    map.fitBounds(everything, { padding: [2, 2], animate: false });
    map.setMaxBounds(everything.pad(0.3));
    map.setMaxZoom(CLOSEST);
    map.setMinZoom(Math.floor(map.getZoom()) - 1);
  }

  return { show, showCatchment, frame, prepare, siteSign };
}
