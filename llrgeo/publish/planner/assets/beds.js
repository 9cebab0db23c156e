// The beds of a plan: which sites have how many, what they do under their load, and how many would
// be needed, now and in later years. Pure functions, as appraisal/capacity/bed_evidence.py.
"use strict";

const llrgeoBeds = (() => {
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  // Admissions a year by area come as the bytes of 64-bit floats, so that they are exact.
  function decode(data) {
    data.planning.beds.forEach((service) => {
      service.admissions = service.admissions.map((text) =>
        new Float64Array(llrgeoUnpack.decodeBase64(text).buffer));
    });
  }

  // The services of beds that are appraised here; those of a pool are simulated by a run alone.
  const bedService = (data, id) => data.planning.beds.find((service) => service.id === id);

  // Beds of a service by site: those of the option that a plan starts from, and what the plan states,
  // at the sites that run the service. A site without a stated number is left out.
  function bedsOf(data, plan, id) {
    const option = llrgeoModel.byId(data.options, plan.base);
    const stated = { ...(option.beds || {})[id], ...(plan.beds || {})[id] };
    return new Map(Object.entries(stated).filter(([site]) => plan.sites[id].includes(site)));
  }

  // Admissions a year that reach each site, by its place among the world's sites.
  function admissionsBySite(service, year, delivered) {
    const { shares, site, contacts } = delivered;
    const found = new Map();
    service.admissions[year].forEach((admissions, area) => {
      if (site[area] < 0 || contacts[area] === 0) return;
      found.set(site[area], (found.get(site[area]) || 0) + admissions * shares.site);
    });
    return found;
  }

  // Every site with beds or admissions in one year, in the order of the ids.
  function bedTable(data, world, plan, delivered, year) {
    const service = bedService(data, delivered.service.id);
    const beds = bedsOf(data, plan, service.id);
    const admitted = admissionsBySite(service, year, delivered);
    const ids = [...new Set([...beds.keys(), ...[...admitted.keys()].map((place) => world.sites[place].id)])]
      .sort((first, second) => (first < second ? -1 : 1));
    return ids.map((id) => {
      const admissions = admitted.get(world.place.get(id)) || 0;
      const load = llrgeoQueues.loadOf(service, admissions);
      const needed = llrgeoQueues.bedsNeeded(service, load);
      const known = beds.has(id) ? beds.get(id) : null;
      return { id, admissions, load, beds: known, needed,
        short: known === null ? null : Math.max(needed - known, 0),
        use: known === null ? null : llrgeoQueues.useOf(service, known, load) };
    });
  }

  // The beds that sites need above one pool of all their loads, at the same target.
  function extraBeds(data, id, rows) {
    const service = { ...bedService(data, id), closed: 0 };
    const need = (load) => llrgeoQueues.bedsNeeded(service, load);
    return sum(rows.map(({ load }) => need(load))) - need(sum(rows.map(({ load }) => load)));
  }

  return { decode, bedService, bedsOf, bedTable, extraBeds };
})();
