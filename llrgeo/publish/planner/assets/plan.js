// A plan: what is placed, ticked and closed, as plain values; its file, in the syntax of a study; and
// places as grid references and degrees. Pure functions: no page in sight.
"use strict";

const llrgeoPlan = (() => {
  const KINDS = ["health_centre", "community_hospital", "city_hospital", "other"];
  const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$/;
  const OWN_ID = "plan";
  const LONGEST_NAME = 80;
  const MOST_SITES = 20;

  // --- Plans -----------------------------------------------------------------------------------------

  const optionOf = (data, id) => llrgeoModel.byId(data.options, id);

  // The ids of the sites of each service under an option.
  function sitesOf(data, option) {
    return Object.fromEntries(data.services.map(({ id }) =>
      [id, option.sites[id].map((place) => data.sites[place].id)]));
  }

  function startFrom(data, base, weights) {
    return { base, added: [], sites: sitesOf(data, optionOf(data, base)), weights: [...weights] };
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
    return { ...plan, added: plan.added.filter((site) => site.id !== id),
      sites: Object.fromEntries(Object.entries(plan.sites).map(([service, ids]) =>
        [service, ids.filter((one) => one !== id)])) };
  }

  function withChanged(plan, id, changes) {
    return { ...plan, added: plan.added.map((site) => (site.id === id ? { ...site, ...changes } : site)) };
  }

  // A service opened or closed at a site.
  function withTick(plan, service, id, runs) {
    const others = plan.sites[service].filter((one) => one !== id);
    return { ...plan, sites: { ...plan.sites, [service]: runs ? [...others, id] : others } };
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
      `${key} = ${typeof value === "number" ? value : Array.isArray(value)
        ? `[${value.map(quoted).join(", ")}]` : quoted(value)}`);
    return lines.length > 0 ? [name, ...lines, ""] : [];
  }

  // The plan as a file that `llrgeo run` reads: the study's own syntax, and which study it changes.
  function toToml(data, plan, label) {
    const { opens, closes } = changesOf(data, plan);
    const services = (id) => data.services.map((one) => one.id)
      .filter((service) => plan.sites[service].includes(id));
    const usual = data.planning.criteria.map((one) => one.weight);
    const weighed = plan.weights.some((weight, place) => weight !== usual[place]);
    return [
      ...table("[plan]", data.planning.plan_of),
      ...plan.added.flatMap(({ id, name, kind, x, y }) => table("[[new_sites]]",
        { id, name, kind, easting: x, northing: y, services: services(id) })),
      ...table("[[options]]", { id: OWN_ID, label, based_on: plan.base }),
      ...table("[options.opens]", opens),
      ...table("[options.closes]", closes),
      ...(weighed ? data.planning.criteria.flatMap(({ measure }, place) =>
        table("[[criteria]]", { measure, weight: plan.weights[place] })) : []),
    ].join("\n");
  }

  // The values of a file of the same form; a line that is not understood is an error.
  function parse(text) {
    const root = { new_sites: [], options: [], criteria: [] };
    let holder = null;
    for (const [row, whole] of text.split(/\r?\n/).entries()) {
      const line = whole.trim();
      const many = /^\[\[(new_sites|options|criteria)\]\]$/.exec(line);
      const one = /^\[(plan|options\.opens|options\.closes)\]$/.exec(line);
      const pair = /^([a-z][a-z0-9_]*) = (.+)$/.exec(line);
      if (line === "" || line.startsWith("#")) continue;
      if (many) root[many[1]].push(holder = Object.create(null));
      else if (one) holder = hold(root, one[1]);
      else if (pair && holder) holder[pair[1]] = JSON.parse(pair[2]);
      else throw new Error(String(row + 1));
    }
    return root;
  }

  function hold(root, name) {
    const made = Object.create(null);
    if (name === "plan") root.plan = made;
    else if (root.options.length === 0) throw new Error(name);
    else root.options[root.options.length - 1][name.split(".")[1]] = made;
    return made;
  }

  // A plan from the text of its file: { plan }, or { fault, detail } in words' keys. What it names is
  // looked up in the data, and nothing else of it is used.
  function fromToml(data, text) {
    let read;
    try {
      read = parse(text);
    } catch (error) {
      return { fault: "planner_open_unread", detail: error.message };
    }
    const of = data.planning.plan_of;
    if (!read.plan) return { fault: "planner_open_unread", detail: "[plan]" };
    if (read.plan.network !== of.network) return { fault: "planner_open_network" };
    if (read.plan.run_id !== of.run_id || read.plan.study !== of.study) return { fault: "planner_open_study" };
    const option = read.options[0];
    if (read.options.length !== 1 || !optionOf(data, option.based_on)) {
      return { fault: "planner_open_unread", detail: "[[options]]" };
    }
    let plan = startFrom(data, option.based_on, data.planning.criteria.map((one) => one.weight));
    for (const site of read.new_sites) {
      if (!siteFits(data, plan, site)) return { fault: "planner_open_site", detail: String(site.id) };
      const { id, name, kind, easting, northing } = site;
      plan = withSite(plan, { id, name, kind, x: easting, y: northing }, []);
    }
    return withChanges(data, plan, option, read.criteria);
  }

  function siteFits(data, plan, site) {
    const taken = [...data.sites, ...plan.added].some((one) => one.id === site.id);
    return !taken && typeof site.id === "string" && ID.test(site.id) && KINDS.includes(site.kind)
      && typeof site.name === "string" && site.name.length > 0 && site.name.length <= LONGEST_NAME
      && site.easting >= 0 && site.easting <= 700000 && site.northing >= 0 && site.northing <= 1300000
      && plan.added.length < MOST_SITES;
  }

  function withChanges(data, start, option, criteria) {
    let plan = start;
    for (const [name, runs] of [["opens", true], ["closes", false]]) {
      for (const [service, ids] of Object.entries(option[name] || {})) {
        const fits = data.services.some((one) => one.id === service) && Array.isArray(ids)
          && ids.every((id) => [...data.sites, ...plan.added].some((site) => site.id === id));
        if (!fits) return { fault: "planner_open_site", detail: service };
        ids.forEach((id) => { plan = withTick(plan, service, id, runs); });
      }
    }
    for (const { measure, weight } of criteria) {
      const place = data.planning.criteria.findIndex((one) => one.measure === measure);
      if (place < 0 || !(weight >= 0 && weight <= 1000)) {
        return { fault: "planner_open_unread", detail: "[[criteria]]" };
      }
      plan.weights[place] = weight;
    }
    return { plan };
  }

  // --- Places ----------------------------------------------------------------------------------------

  // A cubic fitted by the page's maker: degrees to metres of the National Grid, or back.
  function project({ middle, scale, powers, terms }, first, second) {
    const [u, v] = [(first - middle[0]) / scale[0], (second - middle[1]) / scale[1]];
    return terms.map((factors) => factors.reduce((total, factor, place) =>
      total + factor * u ** powers[place][0] * v ** powers[place][1], 0));
  }

  // A place in metres of the National Grid as [latitude, longitude], and back.
  const degrees = (data, x, y) => project(data.planning.projection.to_degrees, x, y).reverse();
  const metres = (data, lat, lon) => project(data.planning.projection.to_metres, lon, lat);

  const LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"; // of squares of 500 km and of 100 km, without I

  function gridReference(x, y) {
    const [east, north] = [Math.floor(x / 100000), Math.floor(y / 100000)];
    const large = (19 - north) - ((19 - north) % 5) + Math.floor((east + 10) / 5);
    const small = (((19 - north) * 5) % 25) + (east % 5);
    const digits = (metres) => String(Math.floor((metres % 100000) / 100)).padStart(3, "0");
    return `${LETTERS[large]}${LETTERS[small]} ${digits(x)} ${digits(y)}`;
  }

  // A grid reference (SK 587 042) or eastings and northings (458700 304200) as metres; null if neither.
  function parseGrid(text) {
    const plain = text.trim().toUpperCase();
    const metres = /^(\d{6})[\s,]+(\d{6})$/.exec(plain);
    if (metres) return [Number(metres[1]), Number(metres[2])];
    const found = /^([A-HJ-Z])([A-HJ-Z])\s*((?:\d\s*){4,10})$/.exec(plain);
    const digits = found ? found[3].replace(/\s/g, "") : "";
    if (!found || digits.length % 2) return null;
    const [large, small] = [LETTERS.indexOf(found[1]), LETTERS.indexOf(found[2])];
    const east = (((large - 2 + 25) % 5) * 5 + (small % 5)) * 100000;
    const north = (19 - Math.floor(large / 5) * 5 - Math.floor(small / 5)) * 100000;
    const half = digits.length / 2;
    const step = 10 ** (5 - half);
    // A reference names a square: its middle is meant.
    const metre = (part) => Number(part) * step + Math.floor(step / 2);
    return [east + metre(digits.slice(0, half)), north + metre(digits.slice(half))];
  }

  // The metres of every postcode as the page packs them: by sector, each with its units in order.
  function decodePostcodes(pack, text) {
    if (!text) return null;
    const steps = llrgeoUnpack.decodeNumbers(text);
    const count = steps.length / 2;
    const run = (from) => {
      let total = 0;
      return Float64Array.from({ length: count }, (_, row) => (total += steps[from + row]));
    };
    const first = new Map();
    let at = 0;
    for (const [sector, [, areas]] of Object.entries(pack.sectors)) {
      first.set(sector, at);
      at += areas.length / pack.digits;
    }
    return { x: run(0), y: run(count), first };
  }

  // The metres of a unit postcode, or null.
  function findPostcode(data, places, text) {
    const found = /^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d)([A-Z]{2})$/.exec(text.replace(/[\s.-]/g, "").toUpperCase());
    const sector = found && `${found[1]} ${found[2]}`;
    if (!places || !found || !data.postcodes.sectors[sector]) return null;
    const rank = llrgeoText.rankOfUnit(data.postcodes.sectors[sector][0], found[3]);
    if (rank < 0) return null;
    const row = places.first.get(sector) + rank;
    return [places.x[row], places.y[row]];
  }

  return {
    KINDS, OWN_ID, startFrom, nextId, withSite, withoutSite, withChanged, withTick, changesOf, toToml,
    fromToml, degrees, metres, gridReference, parseGrid, decodePostcodes, findPostcode,
  };
})();
