"""Figures of a place: what each option changes for its people, service by service, worst first.

All of them follow from the minutes of the table `areas`, which the explorer shows too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, inf, isfinite, nan
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.access import LONGER, SHORTER
from llrgeo.publish.kit.places import KitPlace
from llrgeo.publish.option_view import OptionView
from llrgeo.publish.publication import Publication
from llrgeo.travel.accuracy import JourneyError

MOVED: Final = (*LONGER, *SHORTER)

# The outcome of an area's journey by which its people are counted.
_COUNTED: Final = {
    "longer": "worsened",
    "shorter": "improved",
    "lost": "lost",
    "gained": "gained",
    "none": "none",
}


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place with its figures of every option, which all forms of its page share.

    Attributes
    ----------
    publication
        What is published.
    place
        The place.
    figures
        By the name of each option, the baseline included, as `place_figures` returns them.
    """

    publication: Publication
    place: KitPlace
    figures: Mapping[str, pd.DataFrame]


def place_view(publication: Publication, place: KitPlace) -> PlaceView:
    """Return a place with its figures of every option."""
    figures = {
        option.name: place_figures(publication, place, option) for option in publication.options
    }
    return PlaceView(publication, place, figures)


def place_figures(publication: Publication, place: KitPlace, option: Option) -> pd.DataFrame:
    """Return what an option means for a place: one row a service on its id, the worst first.

    Returns
    -------
    pandas.DataFrame
        `before_min`, `after_min`: the average of its people, over those who have a journey both
        times if any do; +inf where nobody has one. `change_min`: their difference, -inf and +inf
        for a journey that all gain or lose, 0 for none both times and where nobody has both.
        `worst_change_min`: that of the area where it changes most for the worse; +inf for a
        journey that is lost. `longer`, `shorter`: people whose journey is longer or shorter,
        `lost` and `gained`: those who lose or gain theirs; `none`: those who have none both times;
        `too_close`: those of a change that the times cannot tell, NaN where it is not known what
        these may be wrong by. `before_site`, `after_site`: the id of the site that is nearest for
        most people; None where none can be reached. `kind`:
        improved, worsened or mixed, of those who have a journey both times; partly where some
        lose or gain theirs and no other changes; unchanged, lost, gained or none.
    """
    rows = {
        service.id: _figures(publication.views[option.name, service.id], place)
        for service in publication.services
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("service")
    # A site that is not there stays None, also in a column that pandas takes for text.
    sites = ["before_site", "after_site"]
    table[sites] = table[sites].astype(object).where(table[sites].notna(), None)
    # The worst first, never netted: by the area that fares worst; of services that are as bad
    # there, the one that gets longer for more people, then the one of the worse average.
    worse = table.assign(worse=table["longer"] + table["lost"])
    order = ["worst_change_min", "worse", "change_min"]
    return table.loc[worse.sort_values(order, ascending=False, kind="stable").index]


def place_error(view: OptionView, place: KitPlace, minutes: float) -> JourneyError | None:
    """Return the measured error of a journey from a place; None where none was measured."""
    if not isfinite(minutes):
        return None
    return view.accuracy.of_journey(place.authority, view.journey.period, minutes)


def whole(minutes: float) -> int:
    """Return minutes as sentences and tables show them: whole, halves rounded up."""
    return floor(minutes + 0.5)


def _figures(view: OptionView, place: KitPlace) -> dict[str, object]:
    journeys = view.areas.loc[list(place.areas)]
    journeys = journeys[journeys["people"] > 0]  # where nobody lives no journey counts
    people = journeys["people"].to_numpy(dtype=float)
    outcome = journeys["outcome"]
    before, after = _averages(journeys, people)
    # Of those who move: a journey that stays the same is not "too close", it is the same.
    close = view.accuracy.too_close(journeys["before_min"], journeys["after_min"])
    counted = {name: _count(people, outcome == of) for name, of in _COUNTED.items()}
    uncertain = _count(people, close & outcome.isin(MOVED))
    return {
        "before_min": before,
        "after_min": after,
        "change_min": _change(journeys, before, after),
        "worst_change_min": _worst_change(journeys),
        **counted,
        "too_close": uncertain if view.accuracy.is_measured else nan,
        "before_site": _usual_site(journeys["before_site"], people),
        "after_site": _usual_site(journeys["after_site"], people),
        "kind": _kind(before, after, counted),
    }


def _averages(journeys: pd.DataFrame, people: np.ndarray) -> tuple[float, float]:
    """Return the average minutes before and after, over the same people wherever there are any."""
    before, after = journeys["before_min"].to_numpy(), journeys["after_min"].to_numpy()
    both = np.isfinite(before) & np.isfinite(after)
    ends = []
    for minutes in (before, after):
        chosen = both if both.any() else np.isfinite(minutes)
        mean = float(np.average(minutes[chosen], weights=people[chosen])) if chosen.any() else inf
        ends.append(round(mean, 6))  # sums of tenths differ in their last digits
    return ends[0], ends[1]


def _change(journeys: pd.DataFrame, before: float, after: float) -> float:
    """Return the change of the averages, which are of the same people; else whether one is lost."""
    ends = np.isfinite([before, after])
    if ends.all() and not np.isfinite(journeys["change_min"]).any():
        return 0.0  # some lose their journey and others gain one: nothing to compare
    return round(after - before, 6) if ends.any() else 0.0


def _worst_change(journeys: pd.DataFrame) -> float:
    """Return the change of the area that fares worst; one about the same counts as none."""
    change = journeys["change_min"].where(journeys["outcome"].isin(["improved", "worsened"]), 0.0)
    change = change.mask(journeys["outcome"] == "lost", inf).mask(
        journeys["outcome"] == "gained", -inf
    )
    return float(change.max())


def _count(people: np.ndarray, chosen: pd.Series | np.ndarray) -> int:
    return int(people[np.asarray(chosen, dtype=bool)].sum())


def _usual_site(sites: pd.Series, people: np.ndarray) -> str | None:
    """Return the site nearest to most people; of equals the first by id."""
    counted = pd.Series(people, index=sites.to_numpy()).groupby(level=0, sort=True).sum()
    return None if counted.empty else str(counted.idxmax())


def _kind(before: float, after: float, counted: dict[str, int]) -> str:
    """Return the kind of change of a place: by its people, not by their average."""
    if not (isfinite(before) and isfinite(after)):
        ends = {(True, False): "lost", (False, True): "gained", (False, False): "none"}
        return ends[isfinite(before), isfinite(after)]
    if counted["longer"] and counted["shorter"]:
        return "mixed"
    if counted["longer"] or counted["shorter"]:
        return "worsened" if counted["longer"] else "improved"
    return "partly" if counted["lost"] or counted["gained"] else "unchanged"
