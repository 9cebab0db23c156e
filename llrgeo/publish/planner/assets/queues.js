// Queues for beds: the share refused or waiting, and the beds that a target needs, as in
// appraisal/capacity/queues.py and targets.py. Pure functions; Python compares them in its tests.
"use strict";

const llrgeoQueues = (() => {
  const DAYS_A_YEAR = 365;
  const MOST_BEDS = 100000; // a search that comes this far was asked for the impossible

  // The integral over t from 0 of exp(-t) (1 + t / a)^c, below one bed: by the double exponential
  // rule of Takahasi and Mori (1974), t = exp(u - exp(-u)), whose error falls below 1e-14 here.
  function jagerman(fraction, load) {
    const [step, reach] = [1 / 32, 6];
    let sum = 0;
    for (let place = -reach / step; place <= reach / step; place++) {
      const u = place * step;
      const t = Math.exp(u - Math.exp(-u));
      sum += Math.exp(-t) * (1 + t / load) ** fraction * t * (1 + Math.exp(-u));
    }
    return sum * step;
  }

  // The share that finds all beds taken and goes elsewhere (Erlang 1917); a fraction of a bed by
  // Jagerman (1984), the rest by the recurrence B(k) = a B(k-1) / (k + a B(k-1)).
  function erlangB(beds, load) {
    if (load === 0) return beds > 0 ? 0 : 1;
    const whole = Math.floor(beds);
    const fraction = beds - whole;
    let refused = fraction === 0 ? 1 : 1 / jagerman(fraction, load);
    for (let k = 1; k <= whole; k++) refused = (load * refused) / (k + fraction + load * refused);
    return refused;
  }

  // The share that must wait (Erlang C); the load lies below the beds.
  function erlangC(beds, load) {
    const refused = erlangB(beds, load);
    return refused / (1 - (load / beds) * (1 - refused));
  }

  const spread = (cv) => (1 + cv ** 2) / 2;

  function shareWaiting(beds, load, { days, cv }, wait) {
    return erlangC(beds, load) * Math.exp((-(beds - load) / (days * spread(cv))) * wait);
  }

  // P(N = 0), P(N = 1), ... of patients present, a Poisson number: by logarithms, for large loads.
  function* present(load) {
    let log = -load;
    for (let count = 0; ; count++) {
      if (count > 0) log += Math.log(load / count);
      yield Math.exp(log);
    }
  }

  // --- Targets: { kind, share, wait } and a stay { days, cv } -----------------------------------------

  const needed = {
    // The fewest beds that refuse at most the share.
    loss(load, { share }) {
      let [refused, beds] = [1, 0];
      while (load > 0 && refused > share) {
        beds++;
        refused = (load * refused) / (beds + load * refused);
      }
      return beds;
    },
    // The fewest at which at most the share waits longer; they lie above the load.
    delay(load, { share, wait }, stay) {
      let beds = load > 0 ? Math.floor(load) + 1 : 0;
      while (load > 0 && beds < MOST_BEDS && shareWaiting(beds, load, stay, wait) > share) beds++;
      return beds;
    },
    // The fewest that patients exceed on at most the share of days.
    overflow(load, { share }) {
      if (load === 0) return 0;
      let [below, beds] = [0, -1];
      for (const chance of present(load)) {
        below += chance;
        beds++;
        if (below >= 1 - share || beds > MOST_BEDS) return beds;
      }
      return beds;
    },
  };

  const used = {
    loss(beds, load) {
      const refused = erlangB(beds, load);
      return { occupancy: beds > 0 ? (load * (1 - refused)) / beds : 0, refused };
    },
    delay(beds, load, { wait }, stay) {
      if (load === 0) return { occupancy: 0, waiting: 0, waitDays: 0, blocked: 0 };
      if (load >= beds) return { occupancy: 1, waiting: 1, waitDays: Infinity, blocked: Infinity };
      const waitDays = (erlangC(beds, load) * stay.days) / (beds - load) * spread(stay.cv);
      return { occupancy: load / beds, waiting: shareWaiting(beds, load, stay, wait), waitDays,
        blocked: (load / stay.days) * DAYS_A_YEAR * waitDays };
    },
    // E[min(N, c)] is the sum over k below c of P(N > k).
    overflow(beds, load) {
      if (load === 0) return { occupancy: 0, over: 0 };
      let [inside, upTo, count] = [0, 0, 0];
      for (const chance of present(load)) {
        upTo += chance;
        if (count >= Math.floor(beds + 1e-9)) break;
        inside += 1 - upTo;
        count++;
      }
      return { occupancy: beds > 0 ? inside / beds : 0, over: 1 - upTo };
    },
  };

  // The fewest beds that keep to a service's target, some of them closed.
  function bedsNeeded(service, load) {
    const open = needed[service.target.kind](load, service.target, service.stay);
    return Math.ceil(open / (1 - service.closed) - 1e-9);
  }

  // What happens at a number of beds, some of them closed: occupancy, and by the target the share
  // refused, the share waiting, or the share of days over.
  function useOf(service, beds, load) {
    return used[service.target.kind](beds * (1 - service.closed), load, service.target, service.stay);
  }

  // The load in erlangs of admissions a year, at the height of the season.
  function loadOf(service, admissions) {
    return (admissions * service.stay.days) / DAYS_A_YEAR * (1 + service.wave);
  }

  return { erlangB, erlangC, bedsNeeded, useOf, loadOf };
})();
