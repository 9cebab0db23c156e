// The sites of a plan with their minutes: those of the study and those that the plan adds.
"use strict";

const llrgeoWorld = (() => {
  // The study's sites with those that a plan adds, in the order of their ids, their minutes and, where
  // the page has them, metres: the first of equally near sites is the one with the lowest id. `added`
  // holds { site, minutes, team, metres, teamMetres }, each as Float64Array, an area a number. `room` is
  // that of an earlier world that is done with: of the same sites, the columns of new ones are written over.
  function withSites(data, matrices, journey, added, room = new Map()) {
    const count = data.areas.id.length;
    const columns = (matrix, name) => [
      ...data.sites.map((site, place) => ({ site, column: matrix.subarray(place * count, (place + 1) * count) })),
      ...added.map((one) => ({ site: { ...one.site, role: data.planning.roles[one.site.kind] }, column: one[name],
        isAdded: true })),
    ].sort((one, two) => (one.site.id < two.site.id ? -1 : 1));
    const join = (listed, name) => {
      const ids = [journey.id, ...listed.map((one) => one.site.id)].join();
      const known = room.get(name);
      const isSame = known !== undefined && known.ids === ids;
      const all = isSame ? known.all : new Float64Array(listed.length * count);
      listed.forEach(({ column, isAdded }, place) => { if (isAdded || !isSame) all.set(column, place * count); });
      room.set(name, { ids, all });
      return all;
    };
    const sites = columns(matrices[journey.matrix], "minutes").map((one) => one.site);
    // Where teams drive as residents do, one matrix serves both.
    const pair = (patient, team, name, teamName) => {
      const own = join(columns(patient, name), name);
      const same = patient === team && added.every((one) => one[name] === one[teamName]);
      return { patient: own, team: same ? own : join(columns(team, teamName), teamName) };
    };
    const minutes = pair(matrices[journey.matrix], matrices[journey.team.matrix], "minutes", "team");
    const metres = llrgeoCosts.metresOf(data, journey);
    return {
      sites,
      place: new Map(sites.map((site, place) => [site.id, place])),
      minutes: minutes.patient,
      team: minutes.team,
      accuracy: { patient: data.accuracies[journey.accuracy], team: data.accuracies[journey.team.accuracy] },
      metres: metres && pair(metres.patient, metres.team, "metres", "teamMetres"),
      rounds: llrgeoRounds.roundsOf(data, sites),
      marks: marksOf(journey, sites, added),
    };
  }

  // What tells the minutes of each site, of residents and of teams: the journey, and of a new site also
  // its role and which column of minutes it has.
  function marksOf(journey, sites, added) {
    const mark = (name) => sites.map((site, place) => {
      const one = added.find((each) => each.site.id === site.id);
      return `${journey.id} ${place} ${site.id} ${one ? `${site.role} ${llrgeoMemo.numberOf(one[name])}` : ""}`;
    });
    return { patient: mark("minutes"), team: mark("team") };
  }

  return { withSites };
})();
