// A plan: what is placed, ticked and closed, as plain values, and its file, in the syntax of a study.
// Pure functions: no page in sight.
"use strict";

const llrgeoPlan = (() => {
  const KINDS = ["health_centre", "community_hospital", "city_hospital", "other"];
  const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$/;
  const OWN_ID = "plan";
  const LONGEST_NAME = 80;
  const [MOST_SITES, MOST_WEIGHT] = [20, 1000];
  const MOST_BEDS = 9999; // of one service at one site
  const MOST_TEXT = 1000000; // letters of a file; a plan has some thousands

  // --- Plans -----------------------------------------------------------------------------------------

  const optionOf = (data, id) => llrgeoModel.byId(data.options, id);

  // The ids of the sites of each service under an option.
  function sitesOf(data, option) {
    return Object.fromEntries(data.services.map(({ id }) =>
      [id, option.sites[id].map((place) => data.sites[place].id)]));
  }

  function startFrom(data, base, weights) {
    return { base, added: [], sites: sitesOf(data, optionOf(data, base)), beds: {}, weights: [...weights] };
  }

  function nextId(data, plan) {
    const taken = new Set([...data.sites, ...plan.added].map((site) => site.id));
    let number = 1;
    while (taken.has(`new-${number}`)) number++;
    return `new-${number}`;
  }

  function withSite(plan, site, services) {
    const sites = { ...plan.sites };
    services.forEach((id) => { sites[id] = [...sites[id], site.id]; });
    return { ...plan, sites, added: [...plan.added, site] };
  }

  function withoutSite(plan, id) {
    const others = (numbers) => Object.fromEntries(Object.entries(numbers).filter(([site]) => site !== id));
    return { ...withoutServices(plan, id), added: plan.added.filter((site) => site.id !== id),
      beds: Object.fromEntries(Object.entries(plan.beds).map(([service, numbers]) => [service, others(numbers)])) };
  }

  // The number that the page shows of a new site: its id's, which stays when another site goes.
  const numberOf = (site, place) => Number((/^new-(\d{1,4})$/.exec(site.id) || [null, place + 1])[1]);

  function withChanged(plan, id, changes) {
    return { ...plan, added: plan.added.map((site) => (site.id === id ? { ...site, ...changes } : site)) };
  }

  // A service opened or closed at a site.
  function withTick(plan, service, id, runs) {
    const others = plan.sites[service].filter((one) => one !== id);
    return { ...plan, sites: { ...plan.sites, [service]: runs ? [...others, id] : others } };
  }

  // A site that runs nothing any more.
  function withoutServices(plan, id) {
    return { ...plan, sites: Object.fromEntries(Object.entries(plan.sites).map(([service, ids]) =>
      [service, ids.filter((one) => one !== id)])) };
  }

  // The services that a plan leaves no site: a run refuses it, and without them no sum is whole.
  const nowhere = (data, plan) => data.services.filter(({ id }) => plan.sites[id].length === 0);

  // A number of beds stated for a service at a site.
  function withBeds(plan, service, id, number) {
    return { ...plan, beds: { ...plan.beds, [service]: { ...plan.beds[service], [id]: number } } };
  }

  // Beds moved from a site to another: { plan }, { have } where too few beds are there, or { most }
  // where a site would have more than a plan holds. Without a site to leave they are added, without one
  // to go to they are taken away. As in a study's `moves_beds`, a site that all beds leave closes and
  // one that had none opens.
  function moveBeds(data, plan, service, from, to, number) {
    const beds = llrgeoBeds.bedsOf(data, plan, service);
    const have = beds.get(from) || 0;
    if (from && have < number) return { have };
    if (to && (beds.get(to) || 0) + number > MOST_BEDS) return { most: MOST_BEDS };
    let then = plan;
    if (from) {
      then = withBeds(then, service, from, have - number);
      if (have === number) then = withTick(then, service, from, false);
    }
    if (to) {
      then = withBeds(then, service, to, (beds.get(to) || 0) + number);
      if (!plan.sites[service].includes(to)) then = withTick(then, service, to, true);
    }
    return { plan: then };
  }

  // The beds that a plan states where they differ from those of the option it starts from.
  function changedBeds(data, plan) {
    const { beds } = optionOf(data, plan.base);
    return Object.fromEntries(Object.entries(plan.beds).map(([service, numbers]) => [service,
      Object.fromEntries(Object.entries(numbers).filter(([site, number]) =>
        plan.sites[service].includes(site) && number !== ((beds || {})[service] || {})[site]).sort())])
      .filter(([, numbers]) => Object.keys(numbers).length > 0).sort());
  }

  // Per service, the sites that a plan opens and closes against the option it starts from.
  function changesOf(data, plan) {
    const base = sitesOf(data, optionOf(data, plan.base));
    const less = (ids, others) => ids.filter((id) => !others.includes(id)).sort();
    const each = (pick) => Object.fromEntries(data.services.map(({ id }) => [id, pick(id)])
      .filter(([, ids]) => ids.length > 0));
    return { opens: each((id) => less(plan.sites[id], base[id])),
      closes: each((id) => less(base[id], plan.sites[id])) };
  }

  // --- The file --------------------------------------------------------------------------------------

  const quoted = (text) => JSON.stringify(text).replace(/\u007f/g, "\\u007f");

  function table(name, values) {
    const lines = Object.entries(values).map(([key, value]) =>
      `${/^[a-z][a-z0-9_]*$/.test(key) ? key : quoted(key)} = ${typeof value === "number" ? value : Array.isArray(value)
        ? `[${value.map(quoted).join(", ")}]` : quoted(value)}`);
    return lines.length > 0 ? [name, ...lines, ""] : [];
  }

  // The plan as a file that `llrgeo run` reads: the study's own syntax, and which study it changes. That
  // stands last, and no plan is read without it, so that none opens of which the end was cut off.
  function toToml(data, plan, label) {
    const { opens, closes } = changesOf(data, plan);
    const services = (id) => data.services.map((one) => one.id)
      .filter((service) => plan.sites[service].includes(id));
    const usual = data.planning.criteria.map((one) => one.weight);
    const weighed = plan.weights.some((weight, place) => weight !== usual[place]);
    return [
      ...plan.added.flatMap(({ id, name, kind, x, y }) => table("[[new_sites]]",
        { id, name, kind, easting: x, northing: y, services: services(id) })),
      ...table("[[options]]", { id: OWN_ID, label, based_on: plan.base }),
      ...table("[options.opens]", opens),
      ...table("[options.closes]", closes),
      ...Object.entries(changedBeds(data, plan)).flatMap(([service, numbers]) =>
        table(`[options.beds.${service}]`, numbers)),
      ...(weighed ? data.planning.criteria.flatMap(({ measure }, place) =>
        table("[[criteria]]", { measure, weight: plan.weights[place] })) : []),
      ...table("[plan]", data.planning.plan_of),
    ].join("\n");
  }

  // The values of a file of the same form; a line that is not understood is an error with its number.
  function parse(text) {
    const root = { new_sites: [], options: [], criteria: [] };
    let holder = null;
    for (const [row, whole] of text.split(/\r?\n/).entries()) {
      try {
        holder = readLine(root, holder, whole.trim());
      } catch {
        throw new Error(String(row + 1));
      }
    }
    return root;
  }

  // Take a line in; return the table that the next one belongs to.
  function readLine(root, holder, line) {
    const many = /^\[\[(new_sites|options|criteria)\]\]$/.exec(line);
    const one = /^\[(plan|options\.opens|options\.closes|options\.beds\.[a-z][a-z0-9_]*)\]$/.exec(line);
    const pair = /^([a-z][a-z0-9_]*|"(?:[^"\\]|\\.)*") = (.+)$/s.exec(line); // a text may hold other breaks
    if (line === "" || line.startsWith("#")) return holder;
    if (many) root[many[1]].push(Object.create(null));
    if (many) return root[many[1]].at(-1);
    if (one) return hold(root, one[1]);
    if (!pair || !holder) throw new Error(line);
    holder[pair[1].startsWith('"') ? JSON.parse(pair[1]) : pair[1]] = JSON.parse(pair[2]);
    return holder;
  }

  function hold(root, name) {
    const made = Object.create(null);
    if (name === "plan") root.plan = made;
    else if (root.options.length === 0) throw new Error(name);
    else {
      const [, key, service] = name.split(".");
      const option = root.options[root.options.length - 1];
      if (service) (option[key] = option[key] || Object.create(null))[service] = made;
      else option[key] = made;
    }
    return made;
  }

  // A plan from the text of its file: { plan, label }, or { fault, detail } in words' keys. What it
  // names is looked up in the data, and nothing else of it is used.
  function fromToml(data, text) {
    if (text.length > MOST_TEXT) return { fault: "planner_open_long" };
    let read;
    try {
      read = parse(text);
    } catch (error) {
      return { fault: "planner_open_line", detail: error.message };
    }
    const of = data.planning.plan_of;
    if (!Object.keys(of).every((key) => read.plan && key in read.plan)) return { fault: "planner_open_cut" };
    if (read.plan.network !== of.network) return { fault: "planner_open_network" };
    if (read.plan.run_id !== of.run_id || read.plan.study !== of.study) return { fault: "planner_open_study" };
    const option = read.options[0];
    if (read.options.length !== 1 || !optionOf(data, option.based_on)) {
      return { fault: "planner_open_unread", detail: "[[options]]" };
    }
    if (read.new_sites.length > MOST_SITES) return { fault: "planner_sites_many" };
    let plan = startFrom(data, option.based_on, data.planning.criteria.map((one) => one.weight));
    for (const site of read.new_sites) {
      if (!siteFits(data, plan, site)) return { fault: "planner_open_new_site", detail: String(site.id) };
      const { id, name, kind, easting, northing } = site;
      plan = withSite(plan, { id, name, kind, x: easting, y: northing }, []);
    }
    const label = typeof option.label === "string" ? option.label.slice(0, LONGEST_NAME) : "";
    const hosts = new Map([...data.sites.map((site) => [site.id, site.hosts]),
      ...read.new_sites.map((site) => [site.id, site.services || []])]);
    return { label, ...withChanges(data, plan, option, read.criteria, hosts) };
  }

  // Whether a value of a file is a number within bounds: a text of digits is none.
  const isWithin = (value, least, most) => Number.isFinite(value) && value >= least && value <= most;

  function siteFits(data, plan, site) {
    const taken = [...data.sites, ...plan.added].some((one) => one.id === site.id);
    return !taken && typeof site.id === "string" && ID.test(site.id) && KINDS.includes(site.kind)
      && (site.services === undefined || Array.isArray(site.services))
      && typeof site.name === "string" && site.name.length > 0 && site.name.length <= LONGEST_NAME
      && isWithin(site.easting, 0, 700000) && isWithin(site.northing, 0, 1300000);
  }

  // The changes of an option; `hosts` are the services that each site may run.
  function withChanges(data, start, option, criteria, hosts) {
    let plan = start;
    for (const [name, runs] of [["opens", true], ["closes", false]]) {
      for (const [service, ids] of Object.entries(option[name] || {})) {
        const fits = data.services.some((one) => one.id === service) && Array.isArray(ids)
          && ids.every((id) => hosts.has(id) && (!runs || hosts.get(id).includes(service)));
        if (!fits) return { fault: "planner_open_site", detail: service };
        ids.forEach((id) => { plan = withTick(plan, service, id, runs); });
      }
    }
    for (const [service, numbers] of Object.entries(option.beds || {})) {
      for (const [id, number] of Object.entries(numbers)) {
        const runs = llrgeoBeds.bedService(data, service) && plan.sites[service].includes(id);
        if (!runs) return { fault: "planner_open_site", detail: service };
        if (!(Number.isInteger(number) && isWithin(number, 0, MOST_BEDS))) {
          return { fault: "planner_open_unread", detail: "[options.beds]" };
        }
        plan = withBeds(plan, service, id, number);
      }
    }
    return withWeights(data, plan, criteria);
  }

  // Criteria of a file take the place of the study's: one that it does not list weighs nothing.
  function withWeights(data, plan, criteria) {
    if (criteria.length === 0) return { plan };
    const listed = new Map(criteria.map(({ measure, weight }) => [measure, weight]));
    const known = data.planning.criteria.map(({ measure }) => measure);
    const fits = listed.size === criteria.length && [...listed].every(([measure, weight]) =>
      known.includes(measure) && isWithin(weight, 0, MOST_WEIGHT));
    if (!fits) return { fault: "planner_open_unread", detail: "[[criteria]]" };
    return { plan: { ...plan, weights: known.map((measure) => listed.get(measure) || 0) } };
  }

  return {
    KINDS, OWN_ID, MOST_SITES, startFrom, nextId, numberOf, withSite, withoutSite, withChanged, withTick,
    withoutServices, withBeds, nowhere, moveBeds, changesOf, changedBeds, toToml, fromToml,
  };
})();
