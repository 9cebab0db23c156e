"""Tables as files: CSV and Parquet with a data dictionary, the same text rules everywhere."""

import io
import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.glossary import column_meaning as column_meaning_of_evidence
from llrgeo.publish.edition import Edition
from llrgeo.publish.view import build_view, journey_label

_FORMULA: Final = re.compile(r"^[=+\-@\t\r]")
_DECIMALS: Final = 4


def plain_text(value: object) -> object:
    """Mark a text that a spreadsheet would run as a formula; leave all else alone."""
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV: blank where there is no number or no route, formulas as text."""
    flat = flat_table(table)
    for column in flat.columns:
        if not pd.api.types.is_numeric_dtype(flat[column]):
            flat[column] = flat[column].map(plain_text)
    return flat.to_csv(index=False, float_format=f"%.{_DECIMALS}f", lineterminator="\r\n")


def flat_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its index as columns, infinite values blank, names as text."""
    named = table.index.names != [None]
    flat = table.reset_index() if named else table.reset_index(drop=True)
    if isinstance(flat.columns, pd.MultiIndex):
        flat.columns = pd.Index(["_".join(map(str, name)) for name in flat.columns])
    flat.columns = flat.columns.map(str)
    numbers = flat.select_dtypes("number").columns
    flat[numbers] = flat[numbers].replace([np.inf, -np.inf], np.nan)
    return flat


def area_results(edition: Edition) -> pd.DataFrame:
    """Return every area with the minutes of every service under every option.

    Columns: `name`, `ward` where known, `authority`, `residents`, `imd_decile`, `rural_urban`,
    then `<service>__<option>_min` and, but for the baseline, `<service>__<option>_change_min`,
    by the first mode and period. Infinity where no site can be reached.
    """
    kept = ("name", "ward", "authority", "residents", "imd_decile", "rural_urban")
    results = pd.DataFrame(edition.areas[[name for name in kept if name in edition.areas.columns]])
    journey = edition.journeys()[0]
    columns = {}
    for service in edition.services:
        for option in edition.options:
            areas = build_view(edition, option, service, journey).areas
            columns[f"{service.id}__{option.name}_min"] = areas["after_min"]
            if option is not edition.baseline:
                columns[f"{service.id}__{option.name}_change_min"] = areas["change_min"]
    return results.join(pd.DataFrame(columns))


def travel_times(edition: Edition) -> bytes:
    """Return the minutes that residents travel, one row a pair, mode and period, as Parquet."""
    to_sites = [one for one in edition.times if one.direction == "to_site"]
    long = pd.concat([one.to_long() for one in to_sites], ignore_index=True)
    content = io.BytesIO()
    long.to_parquet(content, compression="zstd", index=False)
    return content.getvalue()


def data_dictionary(edition: Edition, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what every column of every table holds: `table`, `column`, `type`, `meaning`."""
    rows = [
        {
            "table": name,
            "column": column,
            "type": "number" if pd.api.types.is_numeric_dtype(values) else "text",
            "meaning": column_meaning(edition, str(column)),
        }
        for name, table in tables.items()
        for column, values in flat_table(table).items()
    ]
    return pd.DataFrame(rows)


def column_meaning(edition: Edition, column: str) -> str:
    """Return in words what a column holds; its unit where nothing more is known."""
    if column in _MEANINGS:
        return _MEANINGS[column]
    services = {one.id: one.label for one in edition.services}
    options = {one.name: one.label for one in edition.options}
    service, _, rest = column.partition("__")
    option = rest.removesuffix("_min").removesuffix("_change")
    if service in services and option in options:
        what = "Change of minutes from today" if rest.endswith("_change_min") else "Minutes"
        journey = journey_label(edition.journeys()[0])
        return f"{what}: {services[service]}; {options[option]}; {journey}"
    in_evidence = column_meaning_of_evidence(column)
    if in_evidence:
        return in_evidence
    for ending, meaning in _ENDINGS.items():
        if column.endswith(ending):
            return meaning
    return "Share, 0 to 1" if column.startswith("share_") else "See the notes of the table"


_MEANINGS: Final = {
    "area_id": "Code of the area (LSOA 2021)",
    "site_id": "Code of the site",
    "name": "Name",
    "ward": "Ward",
    "authority": "Lower-tier authority",
    "residents": "Residents, Census 2021",
    "people": "Number of people",
    "imd_decile": "Tenth of areas in England by deprivation (IMD 2025); 1 is the most deprived",
    "rural_urban": "Rural or urban (2021 classification)",
    "option": "The option",
    "service": "The service",
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
    "travel_time_min": "Minutes",
    "mode": "How the journey is made",
    "period": "When the journey is made",
}
_ENDINGS: Final = {
    "_change_min": "Change, minutes; below 0 is shorter",
    "_min": "Minutes",
    "_km": "Kilometres",
    "_hours": "Hours",
    "_gbp": "Pounds",
    "_kg_co2e": "Kilograms of CO2 equivalent",
    "_share": "Share, 0 to 1",
}
