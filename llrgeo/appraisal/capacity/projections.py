"""The people of areas in later years: an authority's projection, shared out to its areas.

People of an area and band are those of its authority times the area's share of them. Sums over
areas equal the projection of the authority exactly: people are whole, and largest remainders go
up. Where only growth is wanted, base and year come from one variant of one projection.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.demand import round_to_total, rounded_to_total, with_disabled
from llrgeo.errors import InputError
from llrgeo.schema import AGE_BANDS, OLDER_BANDS, name_some

_ADULT: Final = 18  # the band from 15 to 19 is split here
_STEP: Final = 10  # years: in ten, everyone of a ten-year band is in the next


Bounds: TypeAlias = tuple[pd.DataFrame, pd.DataFrame]
PeopleBounds: TypeAlias = Mapping[int, Bounds]
"""By year: the fewest and the most people, areas by age bands."""


class VariantYear(NamedTuple):
    """A year of one variant of a projection."""

    variant: str
    year: int


def people_by_band(projections: pd.DataFrame, *, share_under_18: float) -> pd.DataFrame:
    """Return projected people by the age bands of the study.

    Parameters
    ----------
    projections
        On (`variant`, `authority_code`, `year`, `sex`), as `read_projections` returns it.
    share_under_18
        Share of people aged 15 to 19 who are under 18; the rest of them are 18 or 19.

    Returns
    -------
    pandas.DataFrame
        On (`variant`, `authority_code`, `year`), whole people, both sexes together. Bands add up
        to the projection's total, rounded.
    """
    # Bands by age and not by sex: the two are added first.
    both = projections.groupby(level=["variant", "authority_code", "year"]).sum()
    first = {name: int(name.removeprefix("age_")) for name in both.columns}
    split = next(name for name, age in first.items() if age < _ADULT < age + 5)

    def between(low: float, high: float) -> pd.Series:
        return both[[name for name, age in first.items() if low <= age < high]].sum(axis=1)

    # The band that holds the 18th birthday is split by a stated share.
    teenagers = both[split]
    minors = (teenagers * share_under_18).round()
    bands = {
        "age_0_17": between(0, first[split]) + minors,
        "age_18_64": between(first[split] + 5, 65) + teenagers - minors,
        "age_65_74": between(65, 75),
        "age_75_84": between(75, 85),
        "age_85_plus": between(85, np.inf),
    }
    # Newer projections are not whole: rows are rounded so that their total is.
    return pd.DataFrame(bands)[list(AGE_BANDS)].apply(round_to_total, axis=1)


def people_in(bands: pd.DataFrame, when: VariantYear) -> pd.DataFrame:
    """Return the people of one year: authorities by age bands.

    Raises
    ------
    InputError
        If the projections do not have it.
    """
    keys = bands.index
    here = (keys.get_level_values("variant") == when.variant) & (
        keys.get_level_values("year") == when.year
    )
    if not here.any():
        years = keys.get_level_values("year")
        variants = ", ".join(sorted(set(keys.get_level_values("variant"))))
        msg = (
            f"no projection for {when.year} of variant {when.variant}; there are "
            f"{years.min()} to {years.max()} of {variants}"
        )
        raise InputError(msg)
    return bands[here].droplevel(["variant", "year"])


def constant_shares(areas: pd.DataFrame) -> pd.DataFrame:
    """Return each area's share of its authority's people, by band, as it is today.

    A band that nobody of the authority is in today is shared out by all residents.
    """
    people = areas[list(AGE_BANDS)].astype(float)
    return _shares(people, areas)


def ageing_shares(areas: pd.DataFrame, years_on: float) -> pd.DataFrame:
    """Return shares of older people if those who live in an area today grow old there.

    After ten years the share of those aged 75 to 84 is today's of 65 to 74, that of 85 and over
    is today's of 75 to 84; after twenty the latter is today's of 65 to 74. Years between are
    interpolated. Bands under 75 keep their shares: who will be 65 to 74 is now in a band too wide
    to tell.

    Parameters
    ----------
    areas
        Areas by age bands, with `authority_code`.
    years_on
        Years from today, at least 0.

    Raises
    ------
    InputError
        If the years are negative.
    """
    if not years_on >= 0:
        msg = f"areas cannot age by {years_on:g} years"
        raise InputError(msg)
    now = _shares(areas[list(AGE_BANDS)].astype(float), areas)
    aged = now.copy()
    for band in OLDER_BANDS:
        # In ten years everyone of a band is in the next; other spans lie between two such steps.
        steps = years_on / _STEP
        low, high = (_younger(band, int(step)) for step in (np.floor(steps), np.ceil(steps)))
        # Between two tens of years: so much of the later one.
        part = steps - np.floor(steps)
        aged[band] = now[low] * (1 - part) + now[high] * part
    return aged


def housing_shares(
    areas: pd.DataFrame, new_people: pd.DataFrame, *, shares: pd.DataFrame, total: pd.DataFrame
) -> pd.DataFrame:
    """Return shares after new homes: more for the areas that build, less for all others.

    People are moved within their authority, whose projection stands: it holds its own view of
    housing. To *add* people, make that a scenario of its own (`people_of_new_homes`).

    Parameters
    ----------
    areas
        Areas with `authority_code`.
    new_people
        People of new homes by area and age band, from `people_of_new_homes`.
    shares
        Shares without new homes.
    total
        Projected people: authorities by age bands.
    """
    code = areas["authority_code"]
    # Add the new people where the homes are, then share out the authority's projected people again:
    # its total stands, so all other areas have a little less.
    expected = shares * total.loc[code].set_axis(areas.index)[shares.columns]
    added = new_people.reindex(index=areas.index, columns=shares.columns, fill_value=0.0)
    return _shares(expected + added, areas)


def people_of_new_homes(
    homes: pd.Series, *, household_size: float, age_profile: pd.Series
) -> pd.DataFrame:
    """Return the people of new homes by area and age band.

    Parameters
    ----------
    homes
        New dwellings by area up to the year.
    household_size
        People a dwelling.
    age_profile
        Share of those people by age band; shares add up to 1.

    Raises
    ------
    InputError
        If dwellings are negative or the profile does not add up.
    """
    if not (homes >= 0).all():
        msg = f"new homes of {name_some(homes.index[~(homes >= 0)])} are not numbers of at least 0"
        raise InputError(msg)
    if not np.isclose(age_profile.sum(), 1):
        msg = f"the age profile of new homes adds up to {age_profile.sum():g}, not 1"
        raise InputError(msg)
    people = np.outer(homes.astype(float) * household_size, age_profile)
    return pd.DataFrame(people, index=homes.index, columns=age_profile.index)


def project_areas(areas: pd.DataFrame, total: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Return the areas with the residents of a projected year.

    Parameters
    ----------
    areas
        Areas with `authority_code`, `residents`, `disabled` and age bands.
    total
        Projected people of that year: authorities by age bands, from `people_in`.
    shares
        Each area's share of its authority, by age band.

    Returns
    -------
    pandas.DataFrame
        `areas` with other people: whole numbers whose sum by authority and band is `total`
        exactly. Residents are the sum of bands; disabled residents grow as those of their area.

    Raises
    ------
    InputError
        If an authority of the areas has no projection.
    """
    number, codes = pd.factorize(areas["authority_code"], sort=True)
    absent = [code for code in codes if code not in total.index]
    if absent:
        msg = f"no projection for the authorities {name_some(absent)}"
        raise InputError(msg)
    later, bands = areas.copy(), list(AGE_BANDS)
    by_share, people = shares[bands].to_numpy(), np.zeros((len(areas), len(bands)), np.int64)
    projected = total.loc[list(codes), bands].to_numpy(float)
    # Authority by authority and band by band, whole people whose sum is the projection exactly.
    for place, of_code in enumerate(projected):
        areas_of_code = np.flatnonzero(number == place)
        for band, in_all in enumerate(of_code):
            people[areas_of_code, band] = rounded_to_total(by_share[areas_of_code, band] * in_all)
    later[bands] = people
    later["residents"] = later[list(AGE_BANDS)].sum(axis=1)
    return with_disabled(later, areas)


def assumed_bounds(
    people: pd.DataFrame, years_on: float, *, older: float, younger: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return low and high people: a labelled assumption, until other variants are loaded.

    `older` and `younger` are the shares a year by which people of 65 and over, and under 65, may
    differ from the projection.
    """
    spread = years_on * np.array([older if b in OLDER_BANDS else younger for b in people.columns])
    least, most = (
        pd.DataFrame(people.to_numpy() * factor, people.index, people.columns)
        for factor in (1 - spread, 1 + spread)
    )
    return least, most


def variant_bounds(variants: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the least and the most people of each cell over variants of one year."""
    first = next(iter(variants.values()))
    cells = np.stack([table[first.columns].to_numpy(float) for table in variants.values()])
    ends = (cells.min(axis=0), cells.max(axis=0))
    least, most = (pd.DataFrame(end, first.index, first.columns) for end in ends)
    return least, most


def fewest_and_most(
    people: pd.DataFrame, years_on: float, parameters: Parameters, bounds: Bounds | None
) -> Bounds:
    """Return the people at either end: of other variants, or else as the parameters assume."""
    if bounds is not None:
        return bounds
    return assumed_bounds(
        people,
        years_on,
        older=parameters.value("band_65_plus_a_year"),
        younger=parameters.value("band_under_65_a_year"),
    )


def _younger(band: str, steps: int) -> str:
    """Return the band that people of a band were in, a number of ten-year steps ago."""
    return OLDER_BANDS[max(OLDER_BANDS.index(band) - steps, 0)]


def _shares(people: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return shares of the authority's people by band; by residents where a band is empty."""
    code = areas["authority_code"]
    total = people.groupby(code).transform("sum")
    residents = areas[list(AGE_BANDS)].sum(axis=1).astype(float)
    whole = residents.groupby(code).transform("sum")
    fallback = residents / whole.where(whole > 0, 1)
    shares = people / total.where(total > 0)
    return pd.DataFrame({band: column.fillna(fallback) for band, column in shares.items()})
