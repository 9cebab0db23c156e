"""The data dictionary: what every column of every published file holds, its unit, its blanks."""

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from llrgeo.appraisal.activity import CARE_PLACES
from llrgeo.appraisal.glossary import column_meaning as meaning_in_evidence
from llrgeo.appraisal.measures import MEASURES
from llrgeo.publish.option_view import journey_label
from llrgeo.publish.publication import Publication

_COLUMNS: Final = ["file", "table", "column", "type", "unit", "meaning", "blank"]
NEVER_BLANK: Final = "never blank"
_NO_SITE: Final = "no site can be reached, or nobody travels"


def data_dictionary(
    publication: Publication, contents: Mapping[tuple[str, str], pd.DataFrame]
) -> pd.DataFrame:
    """Return a row for each column of published tables, those of the dictionary itself included.

    Parameters
    ----------
    publication
        What is published.
    contents
        Tables as they are written, by the file and the name of the table or layer in it.
    """
    own = pd.DataFrame(columns=_COLUMNS, dtype=str)
    described = {**contents, ("tables/data_dictionary.csv", "data_dictionary"): own}
    rows = [
        row
        for (file, table), content in described.items()
        for row in _table_rows(publication, file, table, content)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _table_rows(
    publication: Publication, file: str, table: str, content: pd.DataFrame
) -> Iterator[tuple[str, ...]]:
    for name, values in content.items():
        column, kind = str(name), _kind(values)
        unit = column_unit(column, table) if kind == "number" else ""
        meaning = column_meaning(publication, table, column)
        yield file, table, column, kind, unit, meaning, column_blank(column, table)


def column_meaning(publication: Publication, table: str, column: str) -> str:
    """Return in words what a column of a table holds.

    A column that no word is known for is one of the figures that the study brings itself.
    """
    if column in MEASURES:
        return _measure_meaning(table, column)
    return (
        _BY_TABLE.get((table, column), "")
        or _MEANINGS.get(column, "")
        or _minutes_meaning(publication, column)
        or _service_meaning(publication, table, column)
        or meaning_in_evidence(column)
        or "A figure of the study's own, from its file of indicators"
    )


def column_unit(column: str, table: str) -> str:
    """Return the unit of a column of numbers; empty for a rank or an index without one."""
    if column in MEASURES:
        return MEASURES[column].unit if table == "scorecard" else "share, 0 to 1"
    for unit, columns in _UNITS.items():
        if column in columns:
            return unit
    for ending, unit in _ENDINGS.items():
        if column.endswith(ending):
            return unit
    return "share, 0 to 1" if column.startswith("share_") else ""


def column_blank(column: str, table: str) -> str:
    """Return what a blank in a column means."""
    if (table, column) in _BLANKS_BY_TABLE:
        return _BLANKS_BY_TABLE[table, column]
    if column in _BLANKS:
        return _BLANKS[column]
    if column in MEASURES:
        return "nobody makes such a journey" if table != "central_weights" else "never first"
    return _NO_SITE if column.endswith(("_min", "_km")) else NEVER_BLANK


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "yes or no"
    return "number" if pd.api.types.is_numeric_dtype(values) else "text"


def _measure_meaning(table: str, column: str) -> str:
    label = MEASURES[column].label
    return {
        "scores": f"Score for: {label}",
        "central_weights": f"Mean weight, where the option comes first, of: {label}",
    }.get(table, label)


def _minutes_meaning(publication: Publication, column: str) -> str:
    """Return the meaning of a column of minutes by service and option, empty if it is none."""
    services = {one.id: one.label for one in publication.services}
    options = {one.name: one.label for one in publication.options}
    service, _, rest = column.partition("__")
    option = rest.removesuffix("_min").removesuffix("_change")
    if service not in services or option not in options:
        return ""
    changed = rest.endswith("_change_min")
    what = "Change of the journey from today, below 0 shorter" if changed else "Journey, one way"
    journey = journey_label(publication.journeys()[0])
    return f"{what}: {services[service]}; {options[option]}; {journey}"


def _service_meaning(publication: Publication, table: str, column: str) -> str:
    labels = {one.id: one.label for one in publication.services}
    if table != "sites" or column not in labels:
        return ""
    return f"The options in which the site offers: {labels[column]}"


_MEANINGS: Final = {
    "area_id": "Code of the area (LSOA 2021)",
    "site_id": "Code of the site",
    "name": "Name of the area, as the census has it",
    "ward": "Ward in which the area lies",
    "authority": "Lower-tier authority in which the area lies",
    "residents": "Residents, Census 2021",
    "people": "Residents in the group",
    "imd_decile": "Tenth of areas in England by deprivation (IMD 2025); 1 is the most deprived",
    "rural_urban": "Rural or urban (2021 classification)",
    "option": "Name of the option",
    "service": "Name of the service; all is every service, weighted by use",
    "group": "What people are grouped by",
    "level": "Which of the groups",
    "outcome": "What changes for these people",
    "improved": "People whose journey becomes shorter by more than the tolerance",
    "worsened": "People whose journey becomes longer by more than the tolerance",
    "unchanged": "People whose journey stays about as long",
    "lost": "People who lose their last reachable site",
    "gained": "People who can reach a site and cannot today",
    "none": "People who can reach no site, today or then",
    "no_data": "People whose journey is not known",
    "unreachable": "People who can reach no site",
    "travel_time_min": "Minutes from the area to the site, one way",
    "distance_km": "Kilometres of that journey, one way",
    "mode": "How the journey is made",
    "period": "When the journey is made",
    "status": "Whether the site is open, closed or proposed",
    "postcode": "Postcode of the site",
    "geometry": "Outline of the area, or point of the site, in EPSG:27700; for display only",
    "file": "The published file",
    "table": "The table or layer in it",
    "column": "The column",
    "type": "Whether it holds numbers, text, or yes or no",
    "meaning": "What it holds",
    "blank": "What a blank in it means",
    "sheet": "The sheet of the workbook",
    "rows": "Rows below the heading",
    "about": "What the table is about",
    "setting": "A setting of the study, by its path in the study file",
}
_BY_TABLE: Final = {
    ("sites", "name"): "Name of the site",
    ("sites", "kind"): "City hospital, community hospital, health centre or other",
    ("unit_values", "name"): "What is valued",
    ("places", "rank"): "Rank of the authority by its mean minutes; 1 is the shortest",
    ("places_of_care", "unreachable"): "Contacts a year that can reach no site",
    ("site_loads", "residents"): "Residents whose nearest site it is",
    ("flows", "residents"): "Residents of the areas that so change",
    ("over_the_border", "residents"): "Residents of the areas whose journeys so flow",
    ("winners_and_losers", "share"): "Share of all people",
    ("simulated_ranks", "share"): "Share of draws in which the option has this rank",
    ("rank_acceptability", "share"): "Share of weightings in which the option has this rank",
    ("assumptions", "value"): "What it is set to",
    ("data_dictionary", "unit"): "The unit of a column of numbers",
}
_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "people": (
        *("people", "residents", "improved", "worsened", "unchanged", "lost", "gained"),
        *("none", "no_data", "unreachable", "within_before", "within_after"),
        *("newly_inside", "newly_outside", "in_time"),
    ),
    "contacts a year": (
        *("contacts", "contacts_later", "capacity", "over_capacity", "contacts_in_time"),
        *("assigned", "turned_away", "out_of_reach", "busiest_contacts"),
        *(place for place in CARE_PLACES if place != "unreachable"),
    ),
    "journeys a year": ("patient_trips", "team_trips"),
    "hours a year": (
        *("patient_hours", "team_hours", "city_hours", "city_hours_avoided"),
        *("hours", "hours_saved"),
    ),
    "kilometres a year": ("patient_km", "team_km", "city_km", "city_km_avoided"),
    "kilograms of CO2 equivalent a year": ("kg_co2e",),
    "pounds": (
        *("capital", "transition", "closure", "running", "contact_costs", "per_contact"),
        *(
            "team_travel",
            "patient_time",
            "patient_mileage",
            "patient_fares",
            "carbon_cost",
            "provider",
        ),
        *("patients", "net_present_cost", "extra_provider", "benefits"),
    ),
    "pounds a year": ("cost_gbp", "weighted_cost_gbp", "equivalent_annual_cost"),
    "pounds an hour": ("gbp_per_hour_saved",),
    "share, 0 to 1": ("share", "city_share", "weight", "switching_weight", "growth", "rate"),
    "score, 0 to 1": ("total", "low_margin", "high_margin", "margin"),
    "minutes times people": ("change_people_min",),
    "of 100,000 residents": ("per_100_000",),
    "of the measure": (
        *("scores_0_at", "scores_1_at", "low", "median", "high"),
        *("change_low", "change_median", "change_high"),
    ),
    "as `unit` says": ("value",),
    "rank": ("rank",),
    "tenth": ("imd_decile",),
    "year": ("first_year", "last_year"),
    "index": ("gini", "concentration_index", "worst_tenth_ratio", "benefit_cost_ratio"),
    "rows": ("rows",),
}
_ENDINGS: Final = {"_min": "minutes", "_km": "kilometres"}
_BLANKS_BY_TABLE: Final = {
    ("places", "rank"): "nobody there can reach a site",
    ("service_costs", "site_id"): "the rates hold for every site",
    ("unit_values", "unit"): "a number without a unit",
    ("thresholds", "threshold_min"): NEVER_BLANK,
    ("winners_and_losers", "change_people_min"): NEVER_BLANK,
    ("data_dictionary", "unit"): "text, or a number without a unit",
    ("data_dictionary", "blank"): NEVER_BLANK,
}
_SUPPRESSED: Final = (
    "an asterisk, where contacts are of real patients: 1 to 7, or what would give such away"
)
_BLANKS: Final = {
    **dict.fromkeys((*CARE_PLACES, "contacts", "contacts_later"), _SUPPRESSED),
    "unreachable": NEVER_BLANK,
    "ward": "no ward is known",
    "band": "the outcome has no minutes",
    "rank": "the option fails a hurdle",
    "total": "the option fails a hurdle",
    "dominated_by": "no option is as good on all criteria and better on one",
    "from_site": "no site can be reached today",
    "to_site": "no site can be reached under the option",
    "capacity": "no limit",
    "share_used": "no limit",
    "over_capacity": "no limit",
    "busiest_site": "no contact finds a site",
    "growth": "nobody uses the service today",
    "gini": "no journey takes any time",
    "worst_tenth_ratio": "no journey takes any time",
    "concentration_index": "all areas are equally deprived",
    "slope_index_min": "all areas are equally deprived",
    "benefit_cost_ratio": "the provider pays no more than today",
    "gbp_per_hour_saved": "no hours are saved",
    "capital": "not costed",
    "within_error": NEVER_BLANK,
    "share_in_time": "nobody to reach",
    "switching_weight": "no weight does it",
    "challenger": "no option overtakes it",
    "postcode": "no postcode is known",
    "value": "the setting is left empty",
    "source": "no source is named",
    "note": "nothing to add",
    "call_min": NEVER_BLANK,
    "dispatch_min": NEVER_BLANK,
    "travel_standard_min": NEVER_BLANK,
    "blank": NEVER_BLANK,
}
