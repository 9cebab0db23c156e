// The planner's map: areas coloured by what a plan means for them, new sites that can be dragged, the
// reader's routes, and places tried for one more site. The explorer's map.js draws what both pages have.
"use strict";

function llrgeoPlanMap(desk, onDrag) {
  const m = llrgeoModel;
  const p = llrgeoPlan;
  const { fill, minutesInWords } = llrgeoText;
  const { data, words } = desk;
  const byId = (id) => document.getElementById(id);
  const CLASS_COLOURS = { lost: "#2d004b", mixed: "#b35806", longer: "#e08214", shorter: "#8073ac",
    same: "#f7f7f7", none: "#bdbdbd" };
  // Okabe and Ito (2008): hues that people tell apart whatever their sight; black is left to lines.
  const CATCHMENTS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"];
  const isPhone = window.matchMedia("(pointer: coarse)");
  const LIGHTEST = 225; // of 255: the grey of a place that saves nothing
  const CLOSE_M = 6000; // what a neighbourhood that is shown has around it
  const map = window.map_llrgeo;
  const drawing = llrgeoDraw(data, map, () => {}, point);
  const showLegend = llrgeoLegend(data);
  const degrees = (x, y) => llrgeoPlaces.degrees(data, x, y);
  const metres = ({ lat, lng }) => llrgeoPlaces.metres(data, lat, lng).map(Math.round);
  const placeOf = new Map(data.sites.map((site, place) => [site.id, place]));
  const markers = new Map();
  const route = [
    L.polyline([], { interactive: false, color: "#ffffff", weight: 8 }),
    L.polyline([], { interactive: false, color: "#000000", weight: 4, dashArray: "3 8" }),
    L.polyline([], { interactive: false, color: "#000000", weight: 4 }),
  ];
  const heatLayer = L.layerGroup();

  let pointed = null; // the area that the reader pointed at last

  function point(area) {
    pointed = area;
    showPointed();
  }

  // What is said of it follows the plan: the click that points may also place a site.
  function showPointed() {
    if (pointed === null) return;
    const { before, after } = desk.serviceFound();
    byId("pointer").textContent = fill(words.planner_pointer, { area: data.areas.label[pointed], service: desk.serviceLabel(),
      before: minutesInWords(before[pointed], words), after: minutesInWords(after[pointed], words) });
  }

  // --- Areas ---------------------------------------------------------------------------------------

  function show() {
    const { view, plan } = desk;
    const scale = scaleOf(desk.serviceFound());
    const open = plan.sites[view.service].filter((id) => placeOf.has(id)).map((id) => placeOf.get(id));
    const today = m.baselineOf(data).sites[view.service];
    drawing.show({ today: new Set(today), open: new Set(open), before: { site: [] }, after: { site: [] } },
      view.map === "before" ? "before" : "change", scale.classOf, scale.colours, []);
    showLegend(view.map === "people" ? words.planner_view_people
      : fill(words.planner_legend, { service: desk.serviceLabel(),
        view: fill(words[`planner_view_${view.map}`], { name: view.against }) }), scale, scale.classOf);
    showMarkers();
    showPointed();
  }

  function scaleOf(service) {
    if (desk.view.map === "people") {
      const names = llrgeoAppraise.CLASSES;
      return { classOf: desk.found.classes.map(({ name }) => names.indexOf(name)),
        labels: names.map((name) => words[`planner_class_${name}`]), colours: names.map((name) => CLASS_COLOURS[name]) };
    }
    if (desk.view.map === "change") return changeScale(service.before, service.after);
    if (desk.view.map === "against") {
      const { found } = desk.pins.find(({ name }) => name === desk.view.against);
      return changeScale(found.services.find(({ id }) => id === service.id).after, service.after);
    }
    if (desk.view.map === "catchments") return catchmentScale(service);
    return { ...data.time, classOf: Array.from(service[desk.view.map], (minutes) =>
      m.timeClass(minutes, data.time.breaks)) };
  }

  function changeScale(before, after) {
    return { ...data.change, classOf: data.areas.id.map((_, area) =>
      m.changeClass(before[area], after[area], data.change.limits)) };
  }

  // Who goes to which site: a class a site, and a last one of those that reach none.
  function catchmentScale(service) {
    const { sites } = desk.world;
    const open = [...new Set(service.site)].filter((place) => place >= 0).sort((one, two) => one - two);
    const hues = llrgeoAppraise.catchmentColours(open.map((place) => centreOf(service, place)), CATCHMENTS.length);
    return { classOf: Array.from(service.site, (place) => (place < 0 ? open.length : open.indexOf(place))),
      labels: [...open.map((place) => sites[place].name), words.no_route],
      colours: [...hues.map((hue) => CATCHMENTS[hue]), CLASS_COLOURS.none] };
  }

  // The middle of the areas that go to a site, in metres.
  function centreOf(service, place) {
    const areas = data.areas.id.map((_, area) => area).filter((area) => service.site[area] === place);
    const mean = (values) => areas.reduce((sum, area) => sum + values[area], 0) / areas.length;
    return [mean(data.planning.x), mean(data.planning.y)];
  }

  // --- New sites -----------------------------------------------------------------------------------

  function showMarkers() {
    const { added } = desk.plan;
    for (const [id, marker] of markers) {
      if (!added.some((site) => site.id === id)) {
        marker.remove();
        markers.delete(id);
      }
    }
    added.forEach((site, place) => {
      if (!markers.has(site.id)) markers.set(site.id, newMarker(site));
      markers.get(site.id).setLatLng(degrees(site.x, site.y));
      markers.get(site.id).face.textContent = String(p.numberOf(site, place));
    });
  }

  // While it is dragged, the plan follows once a frame, on a phone when it is let go: a finger hides
  // the place, and a frame would take too long. To let go is one change.
  function newMarker(site) {
    const face = document.createElement("span");
    face.className = "added";
    const icon = L.divIcon({ html: face, className: "pin", iconSize: [34, 34] });
    const marker = L.marker(degrees(site.x, site.y), { icon, draggable: true, keyboard: false, zIndexOffset: 6000 });
    marker.face = face;
    let waiting = false;
    let start = null;
    const moved = () => {
      const [x, y] = metres(marker.getLatLng());
      desk.plan = p.withChanged(desk.plan, site.id, { x, y });
      onDrag();
    };
    marker.on("dragstart", () => { start = desk.plan; });
    marker.on("drag", () => {
      if (waiting || isPhone.matches) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; if (start) moved(); });
    });
    marker.on("dragend", () => {
      moved();
      const then = desk.plan;
      desk.plan = start;
      start = null;
      desk.change(then, fill(words.planner_moved, desk.nameAndPlace(then, site.id)));
    });
    return marker.addTo(map);
  }

  // --- Routes, places tried, views -------------------------------------------------------------------

  // The reader's way to the site of today, broken, and of the plan, whole: lines in degrees.
  function showRoutes(was, is) {
    if (was.length + is.length === 0 && route[0].isEmpty()) return;
    route.forEach((line) => line.addTo(map));
    route[0].setLatLngs([was, is]);
    route[1].setLatLngs(was);
    route[2].setLatLngs(is);
  }

  function frameRoutes() {
    const lines = route[0].getBounds();
    if (lines.isValid()) map.fitBounds(lines, { padding: [30, 30], maxZoom: 13, animate: false });
  }

  // Places of { x, y, share }: the larger the share of the most, the larger and darker. The best are
  // drawn last and hide what is beneath, so that many places side by side look no better than they are.
  function showTried(tried) {
    heatLayer.clearLayers();
    [...tried].sort((first, second) => first.share - second.share).forEach(({ x, y, share }) =>
      L.circleMarker(degrees(x, y), { interactive: false, radius: 2 + 5 * share, color: "#ffffff", weight: 0.5,
        fillColor: `rgb(${[0, 1, 2].map(() => Math.round(LIGHTEST * (1 - share))).join()})`, fillOpacity: 1 }).addTo(heatLayer));
    heatLayer.addTo(map);
  }

  // Whether the places tried are on the map: those of another plan wait for theirs to come back.
  function keepTried(isShown) {
    if (isShown) heatLayer.addTo(map);
    else heatLayer.remove();
  }

  function frameAreas(areas) {
    const around = areas.map((area) => L.latLng(degrees(data.planning.x[area], data.planning.y[area])).toBounds(CLOSE_M));
    map.fitBounds(around.reduce((all, one) => all.extend(one)), { animate: false });
    bringIntoView();
  }

  // What asks for the map may be far above or below it.
  function bringIntoView() {
    map.getContainer().scrollIntoView({ block: "center" });
  }

  function onClick(act) {
    map.on("click", (event) => act(metres(event.latlng)));
  }

  const { prepare, siteSign } = drawing;
  return { show, showRoutes, frameRoutes, showTried, keepTried, frameAreas, bringIntoView, onClick, prepare, siteSign };
}
