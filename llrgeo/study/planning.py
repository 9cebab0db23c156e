"""Data for pages that show roads: the planner's network, and the ways that the explorer draws."""

import gzip
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.round_travel import RoundsForm
from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.options import Option
from llrgeo.errors import LlrgeoError
from llrgeo.execution.computed_once import computed_once
from llrgeo.execution.memory import Recall, make_anew
from llrgeo.inputs.entrances import places_of_arrival
from llrgeo.modes import MODES
from llrgeo.publish.planning import PageNetwork, Planning
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.packed import pack_network, why_not_packed
from llrgeo.roads.snap import Snapper
from llrgeo.study.config import build_criteria
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.routers import read_network
from llrgeo.study.times import calibration_of, team_calibration_of, team_modes
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes.way_search import find_way_trees
from llrgeo.travel.routes.ways import WayTree
from llrgeo.travel.times import TravelTimes

_FEW_EDGES: Final = 1_000_000  # of all modes; 200 MB of memory
MOST_EDGES: Final = 500_000  # of about 11 bytes each: more do not fit, and take long to pack
MAX_NETWORK_BYTES: Final = 3_750_000  # gzipped; as text in the page a third more


def build_planning(inputs: StudyInputs, rounds: Mapping[str, RoundsForm]) -> Planning | None:
    """Return the data of a study's planner page; None where contacts were counted.

    Counted contacts may be of patients, and a page that computes with them would contain them.
    `rounds` are those that the options were evaluated with.
    """
    study, mode = inputs.study, inputs.study.modes[0]
    if inputs.activity is not None or study.appraisal.data_class == "restricted":
        return None
    network, reason = _network_of(inputs, mode)
    known = inputs.directory
    # Only postcodes of the study's own areas, because others have no figures on the page.
    inside = known[known["area_id"].isin(inputs.areas.index)]
    return Planning(
        criteria=build_criteria(study),
        network=network,
        no_network=reason,
        ceiling_min=study.ceiling_for(0.0, mode=mode),
        calibration=calibration_of(study, mode),
        team_calibration=team_calibration_of(study, mode),
        postcodes=None if inside.empty else inside,
        importance=study.appraisal.importance,
        seed=study.seed,
        draws=study.appraisal.draws,
        study=study.file or "embedded",
        capacity=inputs.capacity,
        rates=inputs.rates,
        arrivals=places_of_arrival(inputs.sites, mode),
        rounds=rounds,
    )


def free_large_networks(inputs: StudyInputs) -> None:
    """Delete large routers, most of a study's memory, when no later step computes times.

    Routers of small networks stay, because the planner page packs the first of them.
    """
    roads = [r.network for r in inputs.routers.values() if isinstance(r, NetworkRouter)]
    if sum(len(network.edges) for network in roads) > _FEW_EDGES:
        del inputs.routers


def build_ways(
    inputs: StudyInputs,
    results: Mapping[str, OptionResult],
    services: Iterable[Service],
    times: TravelTimes,
    *,
    recall: Recall = make_anew,
) -> Mapping[str, WayTree]:
    """Return the ways from every area to its nearest site in any option, as a tree for each site.

    They are of the mode and period that options are judged by. There are none where that mode has
    no road network, or one so large that its router was deleted. `recall` computes those to a site,
    or returns those of an earlier run.
    """
    router = vars(inputs).get("routers", {}).get(times.mode)
    if not isinstance(router, NetworkRouter):
        return {}
    # Teams travel in the other direction, by times of their own, so they are left out.
    travelled = [service.id for service in services if service.delivery != "team"]
    options = [result.option for result in results.values()]
    pairs = nearest_pairs(options, travelled, times.minutes)
    ends = inputs.areas.geometry, places_of_arrival(inputs.sites, times.mode)
    return find_way_trees(router, *ends, pairs, period=times.period, recall=recall)


def nearest_pairs(
    options: Iterable[Option], services: Iterable[str], minutes: pd.DataFrame
) -> pd.DataFrame:
    """Return `origin` and `destination` of the journeys to the nearest site, each once.

    `minutes` are areas (rows) by sites (columns); an area that reaches no site has no journey.
    """
    services = list(services)
    offered = {option.sites.get(name, frozenset()) for option in options for name in services}
    found = [pd.DataFrame({"origin": [], "destination": []}, dtype=str)]
    for sites in sorted(map(sorted, offered)):
        # Sites in the order of their ids: of two equally near ones the first counts.
        own = minutes[sites]
        own = own.loc[np.isfinite(own.to_numpy()).any(axis=1)]
        nearest = own.idxmin(axis=1) if sites else pd.Series(dtype=str)
        found.append(pd.DataFrame({"origin": nearest.index, "destination": nearest.to_numpy()}))
    return pd.concat(found, ignore_index=True).drop_duplicates(ignore_index=True)


def _network_of(inputs: StudyInputs, mode: str) -> tuple[PageNetwork | None, str]:
    """Return the packed network of the mode that options are judged by, or the reason for none."""
    study = inputs.study
    if MODES[mode].timetable:
        return None, "journeys are by timetable"
    if study.times_path(mode) is not None:
        return None, "journeys are imported, and a place that is tried has none"
    if (
        any(service.delivery == "team" for service in study.services)
        and team_modes(study)[0] != mode
    ):
        return None, "teams travel on another network than residents"
    return packed_network(inputs)


@computed_once
def packed_network(inputs: StudyInputs) -> tuple[PageNetwork | None, str]:
    """Return the network of the study's first mode packed for a page, or the reason for none."""
    try:
        network, snapping = _roads_of(inputs, inputs.study.modes[0])
    except LlrgeoError as error:
        return None, str(error)
    return _packed(network, snapping)


def _packed(network: RoadNetwork, snapping: Snapper | None) -> tuple[PageNetwork | None, str]:
    """Return a network packed for a page, or the reason for none: such a page tries no places.

    The number of streets is limited, and then the number of bytes.
    """
    reason = why_not_packed(network)
    if len(network.edges) > MOST_EDGES:
        reason = f"its roads are {len(network.edges):,}, and a page has room for half a million"
    if reason:
        return None, reason
    made = page_network(network, snapping)
    if len(made.zipped) > MAX_NETWORK_BYTES:
        return None, (
            f"its roads take {len(made.zipped) / 1e6:.1f} MB, and a page has room for "
            f"{MAX_NETWORK_BYTES / 1e6:g} MB"
        )
    return made, ""


def page_network(network: RoadNetwork, snapping: Snapper | None) -> PageNetwork:
    """Pack and compress a network for a page.

    Raises
    ------
    NetworkError
        If it cannot be packed without a loss.
    """
    packed = pack_network(network, snapping)
    zipped = gzip.compress(packed.streams, compresslevel=9, mtime=0)
    return PageNetwork(packed.header, zipped, packed.fingerprint)


def _roads_of(inputs: StudyInputs, mode: str) -> tuple[RoadNetwork, Snapper | None]:
    """Return a mode's network and its snapper: those of its router, if there still is one."""
    router = vars(inputs).get("routers", {}).get(mode)
    if isinstance(router, NetworkRouter):
        return router.network, router.snapping
    return read_network(inputs.study, mode), None
