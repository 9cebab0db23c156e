"""The table of areas that a study needs, put together from the official tables.

Residents, disability and households are counts of Census 2021. The census gives ages by five years,
and a study's bands part at 18: those of 15 to 19 are parted by the shares of the ONS population
estimates, which have single years of age.
"""

from collections.abc import Callable
from typing import Final

import pandas as pd
from pyproj import Transformer

from llrgeo.errors import InputError
from llrgeo.inputs.official import nomis
from llrgeo.inputs.official import ons_geography as geography
from llrgeo.inputs.official.deprivation import read_deprivation
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.kinds import census_authorities
from llrgeo.inputs.official.place import Place, read_centroids
from llrgeo.inputs.official.sources import Sources
from llrgeo.schema import AGE_BANDS, BNG, WGS84, name_some

FIVE_YEARS: Final = {
    "age_0_14": r"Aged (4 years and under|(5 to 9|10 to 14) years)",
    "age_15_19": r"Aged 15 to 19 years",
    "age_20_64": r"Aged (20 to 24|25 to 29|[3-5]\d to [3-5]\d|60 to 64) years",
    "age_65_74": r"Aged (65 to 69|70 to 74) years",
    "age_75_84": r"Aged (75 to 79|80 to 84) years",
    "age_85_plus": r"Aged 85 years and over",
}
ETHNIC_GROUPS: Final = {
    "ethnic_asian": r"Asian, Asian British( or Asian Welsh)?",
    "ethnic_black": r"Black, Black British, Black Welsh, Caribbean or African",
    "ethnic_mixed": r"Mixed or Multiple ethnic groups",
    "ethnic_white": r"White",
    "ethnic_other": r"Other ethnic group",
}

TOTAL: Final = r"Total(: .*)?"
_UNDER_18: Final = r"Age(d)? 1[567]"
_TEENS: Final = r"Age(d)? 1[5-9]"
_MOST_MISSED: Final = 0.02  # the share of residents by which sums of perturbed cells may miss them
_LEAST_TEENS: Final = 0.5  # of those of the census: no place loses or gains so many in a few years
_LEAST_OVER_3: Final = 0.8  # of residents: languages are asked of those of 3 years and over
_LARGEST_HOUSEHOLD: Final = 6  # people, on average of a place: England has 2.4
_DEGREE_DECIMALS: Final = 5


@all_or_none
def compile_areas(downloader: Downloader, sources: Sources, place: Place) -> pd.DataFrame:
    """Return the areas of a place with who lives there, on `area_id`, as `read_areas` wants them.

    Besides the columns that every study needs there are `households`, `no_car_households`,
    `bad_health` (residents in bad or very bad health), the five ethnic groups of the census and
    `other_main_language` (residents of 3 and over whose main language is not English).

    Raises
    ------
    InputError
        If a table cannot be had or is not whole, or its figures miss the residents by more than
        the census's own perturbation explains.
    """
    authorities = census_authorities(downloader, sources, place)

    def table(name: str) -> pd.DataFrame:
        return nomis.read_table(downloader, sources[name], authorities, place.codes)

    # One table is the total; all others are compared with it, since cells are perturbed one by one.
    residents = nomis.choose(table("census_residents"), TOTAL, source="census_residents")
    ages, estimates = table("census_age"), table("estimates")
    _check_teens(ages, estimates)
    return pd.concat(
        [
            _where(downloader, sources, place),
            residents.to_frame("residents"),
            age_bands(ages, estimates, residents),
            _people(table, residents),
            read_deprivation(downloader, sources, place.codes),
            _rural_urban(downloader, sources, place),
        ],
        axis=1,
    ).rename_axis("area_id")


def age_bands(ages: pd.DataFrame, estimates: pd.DataFrame, residents: pd.Series) -> pd.DataFrame:
    """Return residents by a study's age bands, which add up to the residents.

    Parameters
    ----------
    ages
        The census by five years of age, a column for each category.
    estimates
        Population estimates, with a column for each year of age from 15 to 19.
    residents
        The census count.

    Raises
    ------
    InputError
        If the ages of an area miss its residents by more than a fiftieth and five people.
    """
    parts = pd.DataFrame(
        {
            name: nomis.choose(ages, pattern, source="census_age")
            for name, pattern in FIVE_YEARS.items()
        }
    )
    teens = nomis.choose(estimates, _TEENS, source="estimates")
    under_18 = nomis.choose(estimates, _UNDER_18, source="estimates")
    # Where nobody of 15 to 19 is estimated, three of the five years are under 18.
    share = (under_18 / teens.where(teens > 0)).fillna(3 / 5)
    minors = (parts["age_15_19"] * share).round().astype("int64")
    bands = pd.DataFrame(
        {
            "age_0_17": parts["age_0_14"] + minors,
            "age_18_64": parts["age_20_64"] + parts["age_15_19"] - minors,
            **{name: parts[name] for name in AGE_BANDS[2:]},
        }
    )
    _hold_against(bands.sum(axis=1), residents, source="census_age", what="ages")
    # What the bands miss goes to the largest of them, where it matters least.
    missed = residents - bands.sum(axis=1)
    return bands.assign(age_18_64=(bands["age_18_64"] + missed).clip(lower=0))


def _check_teens(ages: pd.DataFrame, estimates: pd.DataFrame) -> None:
    """Refuse estimates that have not about as many people of 15 to 19 as the census counted."""
    counted = nomis.choose(ages, FIVE_YEARS["age_15_19"], source="census_age").sum()
    estimated = nomis.choose(estimates, _TEENS, source="estimates").sum()
    if not _LEAST_TEENS * counted <= estimated <= counted / _LEAST_TEENS:
        msg = (
            f"estimates: {estimated:,} people of 15 to 19, where the census counted {counted:,}; "
            "are they of these ages?"
        )
        raise InputError(msg)


def _hold_against(
    counts: pd.Series, residents: pd.Series, *, source: str, what: str, least: float = 1.0
) -> None:
    """Refuse counts that are not those of all residents of an area, or at `least` a share of them.

    The census changes small counts a little, cell by cell, so that nobody can be known.
    """
    slack = 5 + _MOST_MISSED * residents
    wrong = counts.index[(counts > residents + slack) | (counts < least * residents - slack)]
    if len(wrong):
        msg = f"{source}: the {what} do not add up to the residents of {name_some(wrong)}"
        raise InputError(msg)


def _where(downloader: Downloader, sources: Sources, place: Place) -> pd.DataFrame:
    """Return name, ward, authority and centroid of each area."""
    wards = geography.read_rows(downloader, sources["wards"], place.codes)
    points = read_centroids(downloader, sources, place)
    # Both kinds of coordinates: metres for what is computed, degrees for what people paste.
    to_degrees = Transformer.from_crs(BNG, WGS84, always_xy=True)
    lon, lat = to_degrees.transform(points.x.to_numpy(), points.y.to_numpy())
    areas = place.areas
    return pd.DataFrame(
        {
            "name": areas["name"],
            "ward": wards["ward"],
            "authority_code": areas["authority_code"],
            "authority": areas["authority"],
            "easting": points.x.round().astype("int64"),
            "northing": points.y.round().astype("int64"),
            "lat": lat.round(_DEGREE_DECIMALS),
            "lon": lon.round(_DEGREE_DECIMALS),
        },
        index=areas.index,
    )


def _people(table: Callable[[str], pd.DataFrame], residents: pd.Series) -> pd.DataFrame:
    """Return residents who are disabled, in bad health, by ethnic group and language; cars."""
    disability, cars = table("census_disability"), table("census_cars")
    health, groups, languages = (
        table(name) for name in ("census_health", "census_ethnic_group", "census_language")
    )
    everyone = nomis.choose(languages, TOTAL, source="census_language")
    english = nomis.choose(languages, r"English( \(.*\))?", source="census_language")
    disabled = nomis.choose(disability, ".*limited a (lot|little)", source="census_disability")
    households = nomis.choose(cars, TOTAL, source="census_cars")
    ethnic = {
        name: nomis.choose(groups, pattern, source="census_ethnic_group")
        for name, pattern in ETHNIC_GROUPS.items()
    }
    # Doubled counts, or percentages in place of counts, would else be taken for people.
    for name, found in (("disability", disability), ("health", health)):
        everybody = nomis.choose(found, TOTAL, source=f"census_{name}")
        _hold_against(everybody, residents, source=f"census_{name}", what="answers")
    grouped = pd.DataFrame(ethnic).sum(axis=1)
    _hold_against(grouped, residents, source="census_ethnic_group", what="groups")
    _hold_against(
        everyone, residents, source="census_language", what="languages", least=_LEAST_OVER_3
    )
    _hold_against(households, residents, source="census_cars", what="households", least=0.0)
    if households.sum() * _LARGEST_HOUSEHOLD < residents.sum():
        msg = f"census_cars: {households.sum():,} households for {residents.sum():,} residents"
        raise InputError(msg)
    return pd.DataFrame(
        {
            "disabled": disabled.clip(upper=residents),
            "bad_health": nomis.choose(health, "(Very )?bad health", source="census_health"),
            "households": households,
            "no_car_households": nomis.choose(cars, "No cars or vans.*", source="census_cars"),
            **ethnic,
            "other_main_language": (everyone - english).clip(lower=0),
        }
    )


def _rural_urban(downloader: Downloader, sources: Sources, place: Place) -> pd.DataFrame:
    """Return the class of each area in full, and whether it is rural or urban."""
    classes = geography.read_rows(downloader, sources["rural_urban"], place.codes)["class"]
    short = classes.str.extract(r"^(Rural|Urban|Larger rural|Smaller rural)", expand=False)
    # The classes of 2011 begin with Urban or Rural, those of 2021 with Urban, Larger rural or
    # Smaller rural.
    wrong = classes[short.isna()]
    if len(wrong):
        msg = f"rural_urban: neither rural nor urban: {name_some(wrong.unique())}"
        raise InputError(msg)
    return pd.DataFrame(
        {
            "rural_urban_class": classes,
            "rural_urban": short.where(short == "Urban", "Rural"),
        }
    )
