"""Shortest rounds from a base to homes and back: one round exactly, many by savings.

A matrix of minutes has the base first: row and column 0. It may be asymmetric (one-way streets).
"""

from itertools import combinations
from typing import Final

import numpy as np

from llrgeo.arrays import Floats
from llrgeo.errors import InputError

MOST_EXACT: Final = 12  # homes of one round; the work doubles with each
_SAVES: Final = 1e-9  # minutes; less is what floating point adds


def shortest_round(minutes: Floats) -> tuple[float, list[int]]:
    """Return the minutes of the shortest round over all homes, and the homes in its order.

    Dynamic programming over subsets (Held and Karp 1962): exact.

    Raises
    ------
    InputError
        If there are more than `MOST_EXACT` homes.
    """
    homes = len(minutes) - 1
    if homes > MOST_EXACT:
        msg = f"a round of {homes} homes is too long to be solved exactly; at most {MOST_EXACT}"
        raise InputError(msg)
    if homes <= 0:
        return 0.0, []
    out, back, between = minutes[0, 1:], minutes[1:, 0], minutes[1:, 1:]
    # best[s, j]: the least minutes from the base over the homes of subset s, ending at j.
    best = np.full((1 << homes, homes), np.inf)
    came = np.zeros((1 << homes, homes), np.int64)
    for j in range(homes):
        best[1 << j, j] = out[j]
    for subset in range(1, 1 << homes):
        # Extend each subset by one home: every larger subset is met later.
        via = best[subset][:, None] + between
        reach, source = via.min(axis=0), via.argmin(axis=0)
        for j in range(homes):
            more = subset | (1 << j)
            if more != subset and reach[j] < best[more, j]:
                best[more, j], came[more, j] = reach[j], source[j]
    # Back from the last home, by the homes that each was reached from.
    subset = (1 << homes) - 1
    last = int((best[subset] + back).argmin())
    total = float(best[subset, last] + back[last])
    order = []
    while subset:
        order.append(last + 1)
        last, subset = int(came[subset, last]), subset & ~(1 << last)
    return total, order[::-1]


def good_rounds(minutes: Floats, a_round: int) -> tuple[float, list[list[int]]]:
    """Return good rounds over all homes with at most some homes each, and their minutes.

    Savings (Clarke and Wright 1964) join rounds; then single homes change rounds, or two homes
    places, for as long as that saves; at last the order within each round is made exact, or
    improved by 2-opt where it is too long. Rounds are as few as can be where joining allows.

    Raises
    ------
    InputError
        If a round may not have a home.
    """
    if a_round < 1:
        msg = f"a round of at most {a_round} homes was asked for"
        raise InputError(msg)
    rounds = _exchange(minutes, _savings(minutes, a_round), a_round)
    rounds = [_ordered(minutes, tour) for tour in rounds]
    return sum(round_minutes(minutes, tour) for tour in rounds), rounds


def round_minutes(minutes: Floats, homes: list[int]) -> float:
    """Return the minutes of a round in the order given, from the base and back to it."""
    stops = [0, *homes, 0]
    return float(minutes[stops[:-1], stops[1:]].sum())


def _savings(minutes: Floats, a_round: int) -> list[list[int]]:
    """Join rounds of one home each where that saves most, as long as they have room."""
    homes = range(1, len(minutes))
    both_ways = (minutes + minutes.T) / 2
    rounds = {home: [home] for home in homes}
    home_in = {home: home for home in homes}
    # What two rounds save by becoming one: both legs to the base, less the way between
    # their ends (Clarke and Wright 1964).
    saved = both_ways[0][:, None] + both_ways[0][None, :] - both_ways
    pairs = sorted(combinations(homes, 2), key=lambda pair: -saved[pair])
    for i, j in pairs:
        a, b = home_in[i], home_in[j]
        if a == b or len(rounds[a]) + len(rounds[b]) > a_round:
            continue
        first, second = rounds[a], rounds[b]
        # Only ends can be joined: the pair must end one round and start the other.
        if i not in {first[0], first[-1]} or j not in {second[0], second[-1]}:
            continue
        first = first if first[-1] == i else first[::-1]
        second = second if second[0] == j else second[::-1]
        rounds[a] = first + second
        for home in rounds.pop(b):
            home_in[home] = a
    return list(rounds.values())


def _exchange(minutes: Floats, rounds: list[list[int]], a_round: int) -> list[list[int]]:
    """Move homes between rounds, and swap them, while that saves minutes."""
    rounds = [list(tour) for tour in rounds]
    # Invariant: every accepted change saves more than `_SAVES`, so that this ends.
    improved = True
    while improved:
        improved = False
        for a in range(len(rounds)):
            for b in range(len(rounds)):
                if a != b:
                    improved |= _move(minutes, rounds[a], rounds[b], a_round)
                if a < b:
                    improved |= _swap(minutes, rounds[a], rounds[b])
        for tour in rounds:
            improved |= _two_opt(minutes, tour)
    return [tour for tour in rounds if tour]


def _move(minutes: Floats, source: list[int], target: list[int], a_round: int) -> bool:
    """Move the home of one round to another that saves most; say whether any does."""
    if len(target) >= a_round:
        return False
    best, choice = -_SAVES, None
    for i, home in enumerate(source):
        left = [0, *source, 0]
        # What leaving the old place saves, and what the cheapest place in the other round costs.
        out = minutes[left[i], left[i + 2]] - minutes[left[i], home] - minutes[home, left[i + 2]]
        stops = [0, *target, 0]
        into = minutes[stops[:-1], home] + minutes[home, stops[1:]] - minutes[stops[:-1], stops[1:]]
        k = int(into.argmin())
        if out + into[k] < best:
            best, choice = out + into[k], (i, k)
    if choice is None:
        return False
    target.insert(choice[1], source.pop(choice[0]))
    return True


def _swap(minutes: Floats, first: list[int], second: list[int]) -> bool:
    """Swap the two homes of two rounds that saves most; say whether any does."""
    if not first or not second:
        return False
    a, b = np.array([0, *first, 0]), np.array([0, *second, 0])
    before_a, home_a, after_a = a[:-2, None], a[1:-1, None], a[2:, None]
    before_b, home_b, after_b = b[:-2], b[1:-1], b[2:]
    m = minutes
    # For all pairs at once: two legs in and two legs out of each place, after less before.
    change = (
        m[before_a, home_b]
        + m[home_b, after_a]
        - m[before_a, home_a]
        - m[home_a, after_a]
        + m[before_b, home_a]
        + m[home_a, after_b]
        - m[before_b, home_b]
        - m[home_b, after_b]
    )
    i, j = np.unravel_index(int(change.argmin()), change.shape)
    if change[i, j] >= -_SAVES:
        return False
    first[i], second[j] = second[j], first[i]
    return True


def _two_opt(minutes: Floats, one: list[int]) -> bool:
    """Turn round the stretch of a round that saves most; say whether any does."""
    best, found = round_minutes(minutes, one) - _SAVES, None
    for i, j in combinations(range(len(one) + 1), 2):
        turned = one[:i] + one[i:j][::-1] + one[j:]
        length = round_minutes(minutes, turned)
        if length < best:
            best, found = length, turned
    if found is None:
        return False
    one[:] = found
    return True


def _ordered(minutes: Floats, one: list[int]) -> list[int]:
    if len(one) > MOST_EXACT:
        return one
    stops = [0, *one]
    _, order = shortest_round(minutes[np.ix_(stops, stops)])
    return [stops[k] for k in order]
