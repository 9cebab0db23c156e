// What a plan costs: appraisal/costs/option_costs.py as pure functions over the page's data. All is
// against today, by the run's own rates, over journeys and contacts that exist both times.
"use strict";

const llrgeoCosts = (() => {
  const [VISIT, HOUR] = [2, 60]; // there and back; minutes
  const [M_PER_KM, KG_PER_TONNE] = [1000, 1000];
  const isTeam = (service) => service.delivery === "team";
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  // Metres of journeys come packed as matrices of minutes do: in tenths, Infinity where there is no way.
  function decode(data) {
    const { km } = data.planning;
    if (km) km.matrices = llrgeoUnpack.decodeMatrices(km.matrices);
  }

  // The matrices of metres of a journey, patients' and teams'; null where the page has none.
  function metresOf(data, journey) {
    const { km } = data.planning;
    const ways = km && km.journeys[journey.id];
    return ways ? { patient: km.matrices[ways.patient], team: km.matrices[ways.team] } : null;
  }

  // --- Journeys ------------------------------------------------------------------------------------

  const NONE = { trips: 0, hours: 0, km: 0, teamHours: 0, teamKm: 0 };

  // Trips, hours and kilometres a year of patients, there and back, and of teams, of the areas that
  // count; NaN kilometres where the times carry no distances.
  function journeysOf(world, delivered, counts) {
    const { service, minutes, site, contacts, shares } = delivered;
    const metres = world.metres && world.metres[isTeam(service) ? "team" : "patient"];
    const visit = llrgeoRounds.visitTravel(delivered, delivered, world);
    const found = { ...NONE };
    contacts.forEach((each, area) => {
      if (!counts(area) || minutes[area] === Infinity) return;
      const hours = (minutes[area] * VISIT) / HOUR;
      const km = metres ? (metres[site[area] * contacts.length + area] / M_PER_KM) * VISIT : NaN;
      const [patients, teams] = [each * shares.site, each * shares.home];
      found.trips += patients;
      found.hours += patients * hours;
      found.km += patients * km;
      found.teamHours += (teams * visit.minutes[area]) / HOUR;
      found.teamKm += teams * visit.km[area];
    });
    return found;
  }

  const added = (list) => list.reduce((total, one) =>
    Object.fromEntries(Object.keys(NONE).map((name) => [name, total[name] + one[name]])), NONE);

  // What a year of journeys costs the provider, and what it costs patients and in carbon.
  function journeyCosts(journeys, values) {
    const driving = 1 - values.share_without_car;
    const kg = (journeys.km + journeys.teamKm) * values.emission_factor;
    return {
      team: journeys.teamHours * values.team_hour + journeys.teamKm * values.mileage,
      borne: journeys.hours * values.value_of_time + journeys.km * driving * values.mileage
        + journeys.trips * values.share_without_car * values.fare + (kg / KG_PER_TONNE) * values.carbon,
    };
  }

  // --- Services at sites -----------------------------------------------------------------------------

  // What a service costs at its sites: once, and a year for its buildings and for its contacts.
  function serviceCost(rates, world, openBefore, delivered, counts) {
    const { service, site, contacts, shares, open } = delivered;
    const own = rates.services[service.id];
    const { values } = rates;
    const load = new Map(); // contacts of each site: at it, and at homes
    contacts.forEach((each, area) => {
      if (!counts(area)) return;
      const [atSite, atHome] = load.get(site[area]) || [0, 0];
      load.set(site[area], [atSite + each * shares.site, atHome + each * shares.home]);
    });
    const bias = 1 + values.optimism_bias * (1 - values.optimism_mitigated);
    const [now, was] = [new Set(open), new Set(openBefore)];
    const total = { once: 0, running: 0, contacts: sum(contacts) * shares.video * own[""].per_video };
    new Set([...now, ...was]).forEach((place) => {
      const { id } = world.sites[place];
      const each = Object.hasOwn(own, id) ? own[id] : own[""];
      const [atSite, atHome] = load.get(place) || [0, 0];
      if (now.has(place) && !was.has(place)) total.once += each.capital * bias + each.transition;
      if (was.has(place) && !now.has(place)) total.once += each.closure;
      if (now.has(place)) total.running += each.running;
      total.contacts += each.per_contact * atSite + each.per_home * atHome;
    });
    return total;
  }

  // --- The whole plan --------------------------------------------------------------------------------

  // What a service costs more than before, and the journeys old and new.
  const changeOf = llrgeoMemo.ofPair((was, is, rates, world) => {
    const isDelivered = (area) => was.site[area] >= 0 && is.site[area] >= 0;
    const [old, then] = [was, is].map((one) => serviceCost(rates, world, was.open, one, isDelivered));
    return {
      service: { id: is.service.id, once: then.once - old.once, running: then.running - old.running,
        contacts: then.contacts - old.contacts },
      old: journeysOf(world, was, isDelivered),
      then: journeysOf(world, is, isDelivered),
    };
  });

  // All journeys of a service, kept with what is delivered.
  const allJourneys = llrgeoMemo.ofPair((is, _, world) => journeysOf(world, is, () => true));

  // What a plan costs more than today, of services delivered before and after: by service, and in all
  // at present value. Null where the study states no costs; NaN what needs kilometres and has none.
  function costChange(data, world, before, after) {
    const rates = data.planning.costs;
    if (!rates) return null;
    const pairs = after.map((is, place) => changeOf(before[place], is, rates, world));
    const services = pairs.map((pair) => pair.service);
    const [old, then] = ["old", "then"].map((time) =>
      journeyCosts(added(pairs.map((pair) => pair[time])), rates.values));
    const whole = (name) => sum(services.map((service) => service[name]));
    const team = then.team - old.team;
    const provider = whole("once") + (whole("running") + whole("contacts") + team) * rates.annuity;
    const benefits = (old.borne - then.borne) * rates.annuity;
    return { services, team, provider, benefits, net: provider - benefits, providerAYear: provider / rates.annuity };
  }

  // The figures of appraisal/measures.py that need costs or kilometres; a page without has none.
  function measuresOf(data, world, costs, after) {
    const all = added(after.map((one) => allJourneys(one, one, world)));
    return {
      ...(costs ? { provider_cost_a_year: costs.providerAYear, net_present_cost: costs.net } : {}),
      ...(data.planning.km ? { carbon: (all.km + all.teamKm) * data.planning.kg_per_km } : {}),
    };
  }

  return { decode, metresOf, costChange, measuresOf };
})();
