"""Simulated journeys: those of all options, each once, with what the options make of their sums.

Shapes: o options, a areas, s services that people travel for, p pairs of an area and a site, m
mixes of shares at sites, g groups of journeys.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.nearest_sites import NO_SITE
from llrgeo.appraisal.uncertainty.simulated_sums import JourneyList
from llrgeo.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class SimulatedJourneys:
    """Who travels where under any option: what several options have in common is there once.

    Attributes
    ----------
    pairs
        The different journeys of an area to a site, as places in the flat matrix of minutes: an
        error belongs to the journey and not to the option. Shape (p,).
    journeys
        Who makes them. A group are those to one service that the same options have, and that weigh
        alike in them.
    at_sites
        The different shares at sites that options have of their services, shape (m, s).
    mix
        Which of these an option has, shape (o,).
    spent
        What the minutes of a group count in each option, shape (o, g).
    soon
        What contacts of a group that are in time count in each option, shape (o, g).
    video
        The share of contacts by video, shape (o, s).
    """

    pairs: Ints
    journeys: JourneyList
    at_sites: Floats
    mix: Ints
    spent: Floats
    soon: Floats
    video: Floats


def find_journeys(
    results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs
) -> SimulatedJourneys:
    """Return the journeys of all options to the services that people travel for."""
    services = appraisal_inputs.visited
    shares = [
        [result.option.shares_of(service.id, service.shares) for service in services]
        for result in results.values()
    ]
    video = np.array([[each.video for each in by_service] for by_service in shares])
    at_sites, mix = np.unique(
        [[each.at_sites for each in by_service] for by_service in shares],
        axis=0,
        return_inverse=True,
    )
    pairs, pair = np.unique(_pairs(results, appraisal_inputs), return_inverse=True)
    if pairs[0] == NO_SITE:
        pairs, pair = pairs[1:], pair - 1  # which numbers NO_SITE by itself
    # Each different journey is one number, in the order in which they are added up: by area, and
    # then by pair. Options, services and areas are the axes of all of them.
    options, _, areas = pair.shape
    sizes = areas, len(pairs) + 1, len(services), len(at_sites)
    number, area = np.arange(len(services))[:, None], np.arange(areas)
    keys = np.ravel_multi_index((area, pair + 1, number, mix[:, None, None]), sizes)
    found, place = np.unique(keys, return_inverse=True)
    area, pair, service, kind = np.unravel_index(found, sizes)
    made = np.zeros((options, len(found)), bool)
    for option in range(options):
        made[option, place[option].ravel()] = True
    group, one = _groups(service * len(at_sites) + kind, made)
    first = np.searchsorted(area, np.arange(areas + 1))
    made = made[:, one]
    return SimulatedJourneys(
        pairs,
        JourneyList(first, pair - 1, service, kind, group),
        at_sites,
        mix,
        made * at_sites[kind[one], service[one]],
        made * (1 - video[:, service[one]]),
        video,
    )


def _pairs(results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs) -> Ints:
    """Return the journey of each area as a place in the flat matrix of minutes, or NO_SITE.

    Shape (o, s, a).
    """
    minutes = appraisal_inputs.times.minutes
    row = minutes.index.get_indexer(appraisal_inputs.areas.index) * len(minutes.columns)
    site = np.array(
        [
            [result.services[service.id].after.nearest.site for service in appraisal_inputs.visited]
            for result in results.values()
        ]
    )
    return np.where(site == NO_SITE, NO_SITE, row + site)


def _groups(group: Ints, made: Bools) -> tuple[Ints, Ints]:
    """Return the group of each journey, and one journey of each group."""
    for by_option in made:
        group = np.unique(2 * group + by_option, return_inverse=True)[1]
    return group, np.unique(group, return_index=True)[1]
