// The map of the explorer with what stands around it: the legend, the line that says what is pointed
// at, and who goes to a site. map.js draws.
"use strict";

function llrgeoStage(data, matrices, figures, chosen, ownRoads, { pickArea, say }) {
  const m = llrgeoModel;
  const { fill, inSentence, minutesInWords, peopleInWords } = llrgeoText;
  const words = data.strings;
  const areaKeys = [...data.areas.id.keys()];
  const byId = (id) => document.getElementById(id);
  const element = (text, value) => Object.assign(document.createElement("option"), { textContent: text, value });
  const showLegend = llrgeoLegend(data);
  const map = llrgeoDraw(data, window.map_llrgeo, pickArea, point, askSite);
  let now = null; // what follows from the choice
  let beside = null; // journeys in the option that the map compares with

  // What the lines from the reader's place are: ways along the roads, or straight.
  function showWay(run) {
    byId("way-note").hidden = !run;
    byId("way-note").textContent = run ? words[`way_${run}`] : "";
  }

  // An indicator on the map; no option changes it.
  function showFigureMap(areas) {
    const figure = figures.byId(chosen.figure);
    const classes = figures.classOf(figure);
    showWay(map.show(now, "before", classes, figure.colours, areas, ownRoads.onMap(chosen)));
    showLegend(fill(words.legend_heading, { view: figure.heading }), figure, classes);
  }

  // The journeys for the service on the map in the option that the reader compares with.
  function besideEnd() {
    return m.everyService(data, matrices,
      { ...chosen, option: chosen.beside, switched: new Set() })
      .find(({ service }) => service === now.service).after;
  }

  function changesFrom(first, scale) {
    return areaKeys.map((area) => m.changeClass(first.minutes[area], now.after.minutes[area],
      scale.limits));
  }

  // The difference between two options: each area by how much longer the chosen one takes. The
  // signs are the sites of the chosen option.
  function showBesideMap(areas) {
    beside = besideEnd();
    const { label } = m.byId(data.options, chosen.beside);
    const scale = { ...data.change,
      labels: [...data.change.labels.slice(0, -1), words.legend_beside_no_route] };
    const classOf = changesFrom(beside, scale);
    showWay(map.show(now, "after", classOf, scale.colours, areas, ownRoads.onMap(chosen)));
    showLegend(fill(words.legend_of_service, { service: now.service.label,
      view: fill(words.legend_beside, { option: now.option.label, beside: label }) }), scale, classOf);
  }

  function classesOf(scale) {
    if (chosen.view === "change") return changesFrom(now.before, scale);
    const asked = m.byId(data.journeys, chosen.journey);
    const end = chosen.view === "city"
      ? m.nearest(matrices[asked.matrix], areaKeys.length, data.city) : now[chosen.view];
    return areaKeys.map((area) => m.timeClass(end.minutes[area], scale.breaks));
  }

  function showMap() {
    const areas = chosen.place ? chosen.place.areas : [];
    if (chosen.view === "figure") {
      showFigureMap(areas);
      return;
    }
    if (chosen.view === "beside") {
      showBesideMap(areas);
      return;
    }
    const scale = chosen.view === "change" ? data.change : data.time;
    const classOf = classesOf(scale);
    showWay(map.show(now, chosen.view, classOf, scale.colours, areas, ownRoads.onMap(chosen)));
    showLegend(fill(words.legend_of_service,
      { view: words[`view_${chosen.view}`], service: now.service.label }), scale, classOf);
  }

  function point(area) {
    if (chosen.view === "figure") {
      const figure = figures.byId(chosen.figure);
      byId("pointer").textContent = fill(words.pointer_figure, {
        area: data.areas.label[area], figure: figure.heading,
        value: figures.valueText(figure, area),
      });
      return;
    }
    if (chosen.view === "beside") {
      byId("pointer").textContent = fill(words.pointer_beside, {
        area: data.areas.label[area], option: now.option.label,
        beside: m.byId(data.options, chosen.beside).label,
        after: minutesInWords(now.after.minutes[area], words),
        before: minutesInWords(beside.minutes[area], words),
      });
      return;
    }
    byId("pointer").textContent = fill(words.pointer, {
      area: data.areas.label[area],
      before: minutesInWords(now.before.minutes[area], words),
      after: minutesInWords(now.after.minutes[area], words),
    });
  }

  // --- Who goes to a site ----------------------------------------------------------------------

  // The people for whom a site is the nearest, today and in the option: as Python allocates them.
  function showCatchment() {
    const site = Number(chosen.site);
    const asked = chosen.site !== "" && (now.open.has(site) || now.today.has(site));
    byId("catchment").replaceChildren(
      element(words.catchment_none, ""),
      ...data.sites.flatMap(({ name }, place) => (now.open.has(place) || now.today.has(place)
        ? [element(name, place)] : [])));
    byId("catchment").value = asked ? chosen.site : "";
    const areas = asked ? m.catchment(now.open.has(site) ? now.after : now.before, site) : [];
    map.showCatchment(areas);
    const people = (end) => peopleInWords(m.catchment(end, site)
      .reduce((sum, area) => sum + data.areas.people[area], 0), words);
    byId("catchment-said").textContent = !asked ? "" : fill(words.catchment_said, {
      site: data.sites[site].name, service: inSentence(now.service.label),
      before: people(now.before), after: people(now.after),
    });
  }

  function askSite(site) {
    chosen.site = String(site);
    showCatchment();
    say(byId("catchment-said").textContent);
  }

  // Show what follows from the choice.
  function show(follows) {
    now = follows;
    showMap();
    showCatchment();
  }

  const { frame, prepare, siteSign } = map;
  return { show, askSite, frame, prepare, siteSign };
}
