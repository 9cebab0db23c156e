"""Places compared on more than the mean of their journeys, and on the study's own indicators.

For each authority under each option: minutes on average, people beyond the standard, the worst
tenth, people with a longer journey, homes that teams reach in time (docs/methods 12). All are of
residents, none of contacts, so that they may be shown whatever the demand is of.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import pandas as pd

from llrgeo.appraisal.distinct_options import for_distinct_options
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.people.area_facts import has_ages
from llrgeo.appraisal.people.counts import ratio
from llrgeo.appraisal.people.group_sums import group_sums
from llrgeo.appraisal.people.people_by_service import LONGER_CLASSES
from llrgeo.appraisal.places.indicators import Better, PlaceFigures, places_of
from llrgeo.appraisal.places.rankings import rank_columns
from llrgeo.appraisal.stacking import stack_tables
from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.schema import OLDER_BANDS, PlaceKind
from llrgeo.travel.accuracy import Accuracy
from llrgeo.travel.times import TravelTimes

ACCESS_FIGURES: Final[Mapping[str, tuple[str, Better]]] = {
    "mean_min": ("minutes", "lower"),
    "share_beyond": ("share", "lower"),
    "worst_tenth_min": ("minutes", "lower"),
    "share_longer": ("share", "lower"),
    "share_in_time": ("share", "higher"),
}
"""What places are compared on beside indicators: unit, and whether more is better."""

_CHANGED: Final = "share_longer"  # of the baseline there is none
_WORST: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure of all places: its values, what they may err by, and the people it counts."""

    value: pd.Series
    error: pd.Series
    people: pd.Series | None = None


class _Places(NamedTuple):
    """The places of a kind, in the order of their names, and the number of each area's: -1 if none.

    `by_area` has the name of each area's place.
    """

    names: pd.Index
    number: Ints
    by_area: pd.Series

    @classmethod
    def of(cls, by_area: pd.Series) -> Self:
        """Return the places to which areas belong, numbered."""
        number, names = pd.factorize(by_area, sort=True)
        return cls(pd.Index(names, name=by_area.name), number, by_area)

    def people(self, counts: Floats) -> Floats:
        """Return the people of each place; whole numbers, so their order changes no bit of them."""
        sums = np.bincount(self.number + 1, weights=counts, minlength=len(self.names) + 1)
        return sums[1:].astype(float, copy=False)

    def share(self, counted: Floats, whole: Floats, error: Floats) -> _Figure:
        """Return the share of people who are counted, place by place, and what it may err by."""
        value, errors, people = (
            pd.Series(each, self.names) for each in (ratio(counted, whole), error, counted)
        )
        return _Figure(value, errors, people)


def rank_authorities(
    results: Mapping[str, OptionResult],
    appraisal_inputs: AppraisalInputs,
    *,
    baseline: str,
    kind: PlaceKind = "authority",
) -> pd.DataFrame:
    """Return the places of a kind under each option, ranked by each figure of access.

    Returns
    -------
    pandas.DataFrame
        One row an option, figure and place, best first: `option`, `place_kind`, `place`,
        `figure_id` (one of ACCESS_FIGURES; those that the study has services for), `unit`,
        `better`, `value` (NaN where nobody lives or nobody there has a journey, +inf where the
        worst tenth has none), `people` (how many are counted; NaN for minutes), and what
        `rank_places` returns.
    """
    places = _Places.of(places_of(appraisal_inputs.areas, kind))

    def tables_of(result: OptionResult) -> dict[str, pd.DataFrame]:
        return {
            name: _ranked(figure, ACCESS_FIGURES[name][1])
            for name, figure in _figures(result, appraisal_inputs, places)
        }

    # Against itself the baseline changes nothing: that figure is of the other options.
    parts = {
        (option, kind, name, *ACCESS_FIGURES[name]): table
        for option, tables in for_distinct_options(results, tables_of).items()
        for name, table in tables.items()
        if option != baseline or name != _CHANGED
    }
    return stack_tables(parts, ["option", "place_kind", "figure_id", "unit", "better"])


def rank_figures(figures: PlaceFigures, places: pd.Index) -> pd.DataFrame:
    """Return the places of the study ranked by one indicator, best first.

    Columns as `rank_authorities` returns, without option and people; and `hidden`. Places beyond
    the study are ranked with, and have no row of their own.
    """
    indicator = figures.indicator
    ranked = _ranked(_Figure(figures.values, figures.errors), indicator.better)
    ranked = ranked.assign(hidden=ranked["place"].map(figures.hidden).fillna(value=False))
    shown = ranked[ranked["place"].isin(places)]
    return shown.assign(
        place_kind=figures.kind,
        figure_id=indicator.id,
        unit=indicator.unit,
        better=indicator.better,
    ).reset_index(drop=True)


def _ranked(figure: _Figure, better: Better) -> pd.DataFrame:
    """Return places with a figure and its ranks, best first; those without a rank last."""
    ranks = rank_columns(figure.value, figure.error, better=better)
    places = figure.value.index
    people = np.full(len(places), np.nan)
    if figure.people is not None:
        people = figure.people.reindex(places).to_numpy(float)
    # Equal ranks in the order of names.
    rank = ranks["rank"].to_numpy(float, na_value=np.inf)
    order = np.lexsort((np.argsort(places.argsort()), rank))
    columns = {"place": places, "value": figure.value.array, "people": people, **ranks}
    return pd.DataFrame({name: column[order] for name, column in columns.items()})


def _figures(
    result: OptionResult, appraisal_inputs: AppraisalInputs, places: _Places
) -> Iterator[tuple[str, _Figure]]:
    """Yield each figure of access that the study has services for."""
    residents = appraisal_inputs.areas["residents"].astype(float)
    times, minutes = appraisal_inputs.times, result.overall.change["after_min"]
    means = _means(minutes, residents, places)
    # The error of a mean over many areas, place by place.
    errors = _mean_errors(times, means)
    yield "mean_min", _Figure(means, errors)
    if appraisal_inputs.visited:
        yield "share_beyond", _beyond(result, appraisal_inputs, places, errors)
    yield "worst_tenth_min", _worst_tenths(minutes, residents, places, times)
    if len(result.classified):
        yield _CHANGED, _longer(result, residents, places, times.accuracy)
    if len(appraisal_inputs.visited) < len(appraisal_inputs.services):
        yield "share_in_time", _in_time(result, appraisal_inputs, places)


def _means(minutes: pd.Series, residents: pd.Series, places: _Places) -> pd.Series:
    """Return the mean of those who have a journey, by place."""
    each = minutes.to_numpy()
    has_journey = np.isfinite(each)
    people = np.where(has_journey, residents, 0.0)
    spent = group_sums(places.number, people * np.where(has_journey, each, 0.0), len(places.names))
    return pd.Series(ratio(spent, places.people(people)), places.names)


def _mean_errors(times: TravelTimes, means: pd.Series) -> pd.Series:
    """Return what the mean of each place may err by; NaN where nothing was measured.

    It is the error of a mean over many areas, or what the journeys of the place's own district
    were found too long or too short by on average, if that is more.
    """
    found = {}
    for place, mean in means.items():
        error = times.accuracy.of_journey(str(place), times.period, float(mean))
        found[place] = np.fmax(abs(error.bias_min) if error else 0.0, times.accuracy.mean_min)
    if np.isnan(times.accuracy.mean_min):
        return pd.Series(np.nan, means.index)
    return pd.Series(found, means.index, dtype=float)


def _beyond(
    result: OptionResult, appraisal_inputs: AppraisalInputs, places: _Places, errors: pd.Series
) -> _Figure:
    """Count the people whose journey for at least one service is beyond its standard, or none."""
    found = [
        result.services[service.id]
        for service in appraisal_inputs.visited
        if result.option.has_journeys(service)
    ]
    residents = appraisal_inputs.areas["residents"].astype(float)

    # Shifted by the error and against it, journeys show how far the share may be wrong.
    def beyond(shift_min: Floats) -> Bools:
        flags = [
            each.allocation["travel_time_min"].to_numpy(float) + shift_min
            > each.service.travel_standard_min
            for each in found
        ]
        return np.any(flags, axis=0) if flags else np.zeros(len(residents), dtype=bool)

    return _shares(beyond, residents, places, errors)


def _in_time(result: OptionResult, appraisal_inputs: AppraisalInputs, places: _Places) -> _Figure:
    """Count the older people (all, where ages are not known) whom every team reaches in time."""
    areas = appraisal_inputs.areas
    people = areas[list(OLDER_BANDS)].sum(axis=1) if has_ages(areas) else areas["residents"]
    teams = [service for service in appraisal_inputs.services if service.delivery == "team"]

    def in_time(shift_min: Floats) -> Bools:
        reached = [
            result.services[team.id].allocation["travel_time_min"].to_numpy(float) + shift_min
            <= team.travel_standard_min
            for team in teams
        ]
        flags: Bools = np.all(reached, axis=0)
        return flags

    # The slowest team of each home: it is in time only if every team is.
    drives = [result.services[team.id].allocation["travel_time_min"].to_numpy() for team in teams]
    slowest = pd.Series(np.fmax.reduce(drives), people.index)
    means = _means(slowest, people.astype(float), places)
    errors = _mean_errors(appraisal_inputs.times_of("team"), means)
    return _shares(in_time, people.astype(float), places, errors)


def _shares(
    flagged: Callable[[Floats], Bools],
    people: pd.Series,
    places: _Places,
    errors: pd.Series,
) -> _Figure:
    """Return the share of people in flagged areas by place, and what it may err by.

    The times of a place may all be too long or too short by the error of its mean: the share errs
    by as much as it moves then, the larger way.
    """
    everybody = people.to_numpy(float)
    whole = places.people(everybody)
    # All minutes of a place off by its error, once up and once down: the larger move of the share.
    by_place = errors.reindex(places.names).to_numpy(float)
    error_min = np.append(by_place, np.nan)[places.number]

    def count(shift_min: Floats) -> Floats:
        return places.people(np.where(flagged(shift_min), everybody, 0.0))

    counted = count(np.zeros(len(everybody)))
    moved = [np.abs(count(shift) - counted) for shift in (-error_min, error_min)]
    error = np.where(np.isnan(by_place), np.nan, ratio(np.max(moved, axis=0), whole))
    return places.share(counted, whole, error)


def _longer(
    result: OptionResult, residents: pd.Series, places: _Places, accuracy: Accuracy
) -> _Figure:
    """Count the people with a longer journey, or none left, for at least one service.

    The share may err by those of them whose every change is too close to say. A place where nobody
    has a journey, before or after, has no share: it would come first.
    """
    classes = result.classified
    longer = classes["class"].isin(LONGER_CLASSES).to_numpy()
    # The share could be smaller by all of those whose every change is too close to say.
    close = longer & classes["too_close"].to_numpy(bool, na_value=False)
    journeys = ~classes["class"].isin(["none", "no_data"])
    counted, uncertain, travelling = (
        places.people(np.where(flags, residents, 0.0)) for flags in (longer, close, journeys)
    )
    whole = np.where(travelling > 0, places.people(residents.to_numpy()), 0.0)
    error = ratio(uncertain, whole) if accuracy.is_measured else np.full(len(whole), np.nan)
    return places.share(counted, whole, error)


def _worst_tenths(
    minutes: pd.Series, residents: pd.Series, places: _Places, times: TravelTimes
) -> _Figure:
    """Return the mean minutes of the worst-served tenth of each place's people.

    A tenth of a place is few areas, so it errs as one journey of its district, period and length.
    """
    values, errors = [], []
    for number, place in enumerate(places.names):
        inside = places.number == number
        # A tenth is few areas, so that errors do not cancel: nine in ten single journeys is its
        # error.
        value = _mean_of_worst(minutes.to_numpy()[inside], residents.to_numpy()[inside])
        error = times.accuracy.of_journey(str(place), times.period, value)
        values.append(value)
        errors.append(np.nan if error is None else error.p90_abs_min)
    return _Figure(*(pd.Series(each, places.names, dtype=float) for each in (values, errors)))


def _mean_of_worst(minutes: Floats, people: Floats) -> float:
    """Return the mean of the tenth with the longest minutes; +inf if any of them has no journey."""
    order = np.argsort(-minutes, kind="stable")
    counts = people[order]
    tenth = _WORST * counts.sum()
    if not tenth:
        return float("nan")
    # The last area that the tenth reaches into counts with the part that the tenth needs.
    taken = np.clip(tenth - (counts.cumsum() - counts), 0.0, counts)
    counted = taken > tenth * 1e-12
    return float(taken[counted] @ minutes[order][counted] / taken[counted].sum())
