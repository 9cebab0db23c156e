"""Can the places cope? The report's chapter on beds, staff and money by year.

Each chart answers one question and has its numbers in a table, made from the same rows.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from llrgeo.publish import palette
from llrgeo.publish.pages import number, share
from llrgeo.publish.publication import Publication
from llrgeo.publish.report import drawing
from llrgeo.publish.report.drawing import Drawing
from llrgeo.publish.report.tables import Table
from llrgeo.publish.wording import wording

_WIDTH, _ROW, _BAR, _NUMBERS = 480.0, 46.0, 18.0, 150.0
_MILLION = 1e6


def has_capacity(publication: Publication) -> bool:
    """Say whether the study appraised the capacity of its options."""
    return "capacity_by_year" in publication.tables


def capacity_figures(publication: Publication) -> Iterator[tuple[Drawing, Table]]:
    """Yield each chart of the chapter with its numbers: beds, then staff."""
    if not has_capacity(publication):
        return
    table = _by_label(publication)
    if table["beds_needed"].notna().any():
        yield beds_chart(table), beds_table(publication)
    if table["wte"].notna().any():
        yield staff_chart(table), staff_table(table)


def beds_chart(table: pd.DataFrame) -> Drawing:
    """Draw the beds of each option as a bar, and the beds needed in each year as marks on it.

    Parameters
    ----------
    table
        `label`, `year`, `beds` (NaN where not stated for all sites) and `beds_needed`.
    """
    words = wording()
    scale = (_WIDTH - _NUMBERS) / max(table[["beds", "beds_needed"]].max().max(), 1)
    parts, texts = [], []
    for place, (label, rows) in enumerate(table.groupby("label", sort=False)):
        y, have = 16 + place * _ROW, float(rows["beds"].iloc[0])
        needed = rows["beds_needed"].to_numpy(float)
        parts.append(drawing.words(0, y, str(label)))
        width = 0.0 if np.isnan(have) else have * scale
        parts.append(drawing.rectangle(0, y + 7, width, _BAR, palette.CHANGE_COLOURS[0]))
        parts += [
            drawing.line([(x, y + 4), (x, y + 10 + _BAR)], drawing.INK) for x in needed * scale
        ]
        first, last = (number(value) for value in (needed[0], needed[-1]))
        end = max(width, needed.max() * scale) + 8
        there = words["capacity_unknown"] if np.isnan(have) else number(have)
        parts.append(drawing.words(end, y + 21, f"{there}; {first} - {last}", size=13))
        texts.append(
            words["chart_beds_row"].format(option=label, have=there, first=first, last=last)
        )
    years = table["year"]
    title = words["chart_beds"].format(first=years.min(), last=years.max())
    height = 16 + _ROW * table["label"].nunique()
    return Drawing("chart-beds", title, f"{'; '.join(texts)}.", _WIDTH, height, tuple(parts))


def staff_chart(table: pd.DataFrame) -> Drawing:
    """Draw the staff that each option needs in the last year: wards, rounds and crisis teams."""
    words = wording()
    last = table[table["year"] == table["year"].max()]
    kinds = ["nurses_wte", "rounds_wte", "crisis_wte"]
    names = [words["staff_wards"], words["staff_rounds"], words["staff_crisis"]]
    colours = [palette.CHANGE_COLOURS[0], palette.CHANGE_COLOURS[-1], drawing.GRID]
    scale = (_WIDTH - 80) / max(float(last["wte"].max()), 1.0)
    parts = []
    for place, row in enumerate(last.to_dict("records")):
        y, start = 16 + place * _ROW, 0.0
        parts.append(drawing.words(0, y, str(row["label"])))
        for kind, colour in zip(kinds, colours, strict=True):
            width = 0.0 if np.isnan(row[kind]) else row[kind] * scale
            if width:
                parts.append(drawing.rectangle(start, y + 7, width, _BAR, colour))
            start += width
        parts.append(drawing.words(start + 6, y + 21, number(row["wte"]), size=13))
    below = 16 + _ROW * len(last)
    parts += drawing.key(names, colours, x=0, y=below)
    text = "; ".join(
        words["chart_staff_row"].format(option=row["label"], staff=number(row["wte"]))
        for row in last.to_dict("records")
    )
    title = words["chart_staff"].format(year=table["year"].max())
    return Drawing("chart-staff", title, f"{text}.", _WIDTH, below + 60, tuple(parts))


def beds_table(publication: Publication) -> Table:
    """Return beds of each option by service and year: there, needed and how sure, refused."""
    words, table = wording(), publication.tables.get("beds_as_a_whole", pd.DataFrame())
    names = ("option", "service", "year", "beds", "needed", "range", "extra", "refused")
    heads = [words[f"capacity_{name}"] for name in names]
    options = {option.name: option.label for option in publication.options}
    services = {service.id: service.label for service in publication.services}
    rows = [
        [
            options[row["option"]],
            services.get(row["service"], row["service"]),
            str(row["year"]),
            _number(row["beds"]),
            _number(row["beds_needed"]),
            f"{number(row['beds_needed_low'])} - {number(row['beds_needed_high'])}",
            _number(row["extra_beds"]),
            "" if pd.isna(row["share_refused"]) else share(row["share_refused"]),
        ]
        for row in table.to_dict("records")
    ]
    return _table("capacity-beds", words["capacity_beds_caption"], heads, rows, texts=(1,))


def staff_table(table: pd.DataFrame) -> Table:
    """Return staff of each option by year, by kind of team."""
    words = wording()
    names = ("option", "year", "wards", "rounds", "crisis", "staff")
    kinds = ("nurses_wte", "rounds_wte", "crisis_wte", "wte")
    rows = [
        [row["label"], str(row["year"]), *(_number(row[kind], 1) for kind in kinds)]
        for row in table.to_dict("records")
    ]
    heads = [words[f"capacity_{name}"] for name in names]
    return _table("capacity-staff", words["capacity_staff_caption"], heads, rows)


def money_table(publication: Publication) -> Table:
    """Return rooms and money of each option by year: what a finance colleague reads first."""
    words, table = wording(), _by_label(publication)
    names = ("option", "year", "beds", "needed", "short", "staff", "rooms", "capital", "running")
    rows = [
        [
            row["label"],
            str(row["year"]),
            *(_number(row[kind]) for kind in ("beds", "beds_needed", "beds_short", "wte")),
            _number(row["rooms_needed"]),
            *(_number(row[kind] / _MILLION, 1) for kind in ("capital", "running")),
        ]
        for row in table.to_dict("records")
    ]
    heads = [words[f"capacity_{name}"] for name in names]
    return _table("capacity-money", words["capacity_money_caption"], heads, rows)


def capacity_standing(publication: Publication) -> str:
    """Say how many of the chapter's parameters are official, published, and assumed."""
    standing = publication.tables["capacity_parameters"]["standing"].value_counts()
    return wording()["capacity_standing"].format(
        official=int(standing.get("official", 0)),
        published=int(standing.get("published", 0)),
        assumed=int(standing.get("assumption", 0)),
    )


def _by_label(publication: Publication) -> pd.DataFrame:
    labels = {option.name: option.label for option in publication.options}
    table = publication.tables["capacity_by_year"]
    return table.assign(label=table["option"].map(labels))


def _number(value: float, decimals: int = 0) -> str:
    return "" if pd.isna(value) else number(value, decimals)


def _table(
    name: str, caption: str, heads: list[str], rows: list[list[str]], *, texts: tuple[int, ...] = ()
) -> Table:
    return {"id": name, "caption": caption, "heads": heads, "rows": rows, "texts": texts}
