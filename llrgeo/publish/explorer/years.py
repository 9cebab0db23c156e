"""People and beds of later years: a table a year, of which the reader chooses one."""

from typing import Any

import pandas as pd

from llrgeo.appraisal.people.people_by_service import CLASSES
from llrgeo.publish import pages
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

_FIGURES = ("beds", "beds_needed", "beds_short", "wte")
_HEADS = ("capacity_beds", "capacity_needed", "capacity_short", "capacity_staff")


def year_tables(publication: Publication) -> dict[str, dict[str, Any]]:
    """Return a table of options for each year of the study, by the year; none without years.

    Columns: people with a longer journey for any service; beds there, needed and too few; staff.
    """
    capacity = publication.tables.get("capacity_by_year")
    people = publication.tables.get("people_by_service_by_year")
    if capacity is None or people is None:
        return {}
    keys = ["option", "year"]
    # People of later years stand beside the beds and staff of the same option and year.
    rows = capacity.merge(people[[*keys, "longer_any"]], on=keys, how="left")
    words = wording()
    # A figure that no option has, such as beds in a study without any, has no column.
    shown = [
        (figure, words[head])
        for figure, head in zip(("longer_any", *_FIGURES), ("years_longer", *_HEADS), strict=True)
        if rows[figure].notna().any()
    ]
    return {
        str(year): _table(publication, str(year), of_year, shown)
        for year, of_year in rows.groupby("year")
    }


def people_of_year(publication: Publication) -> dict[int, int]:
    """Return the people that each year of the study counts, as projected; none without years."""
    table = publication.tables.get("people_by_service_by_year")
    if table is None:
        return {}
    today = table[table["option"] == publication.baseline_name].set_index("year")
    people = today[list(CLASSES)].sum(axis=1)
    return dict(zip(map(int, today.index.to_numpy()), map(int, people.to_numpy()), strict=True))


def _note(publication: Publication, year: int) -> str:
    """Return whose people a year counts, and how many the rest of the page does."""
    words, people = wording(), people_of_year(publication).get(year)
    residents = int(publication.areas["residents"].sum())
    if people is None or people == residents:
        return words["years_note"]
    people_line = words["years_people"].format(
        year=year, people=pages.number(people), residents=pages.number(residents)
    )
    return f"{people_line} {words['years_note']}"


def _table(
    publication: Publication, year: str, rows: pd.DataFrame, shown: list[tuple[str, str]]
) -> dict[str, Any]:
    words, by_option = wording(), rows.set_index("option")
    cells = [
        [option.label, *(_cell(by_option[figure][option.name]) for figure, _ in shown)]
        for option in publication.options
    ]
    return {
        "id": f"year-{year}",
        "caption": words["years_caption"].format(year=year),
        "heads": [words["capacity_option"], *(head for _, head in shown)],
        "rows": cells,
        "note": _note(publication, int(year)),
    }


def _cell(value: float) -> str:
    return "" if pd.isna(value) else pages.number(value)
