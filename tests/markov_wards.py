"""Two wards exactly, by the Markov chain of patients in each: what simulation is tested against."""

import numpy as np


def two_wards(
    loads: tuple[float, float], beds: tuple[int, int], *, transfers: bool
) -> dict[str, float]:
    """Return shares of all admissions: own ward full, placed away, no bed.

    Stays are exponential with mean 1. The state is the number of patients in each ward.
    """
    c1, c2 = beds
    n = (c1 + 1) * (c2 + 1)
    rates = np.zeros((n, n))
    for i in range(c1 + 1):
        for j in range(c2 + 1):
            here = i * (c2 + 1) + j
            if i < c1:
                more = loads[0] + (loads[1] if transfers and j == c2 else 0)
                rates[here, here + c2 + 1] += more
            if j < c2:
                more = loads[1] + (loads[0] if transfers and i == c1 else 0)
                rates[here, here + 1] += more
            if i:
                rates[here, here - c2 - 1] += i
            if j:
                rates[here, here - 1] += j
    np.fill_diagonal(rates, -rates.sum(axis=1))
    balance = np.vstack([rates.T, np.ones(n)])
    share = np.linalg.lstsq(balance, np.append(np.zeros(n), 1), rcond=None)[0]
    share = share.reshape(c1 + 1, c2 + 1)
    full = share[-1].sum(), share[:, -1].sum()
    both = share[-1, -1]
    total = sum(loads)
    own_full = (loads[0] * full[0] + loads[1] * full[1]) / total
    no_bed = both if transfers else own_full
    return {"own_ward_full": own_full, "placed_away": own_full - no_bed, "no_bed": no_bed}
