"""Can the places cope? The report's chapter on beds, staff and money by year.

Each chart answers one question and has its numbers in a table, made from the same rows.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.publish import palette
from llrgeo.publish.pages import number
from llrgeo.publish.publication import Publication
from llrgeo.publish.report import capacity_tables as tables
from llrgeo.publish.report import drawing
from llrgeo.publish.report.drawing import Drawing
from llrgeo.publish.report.tables import Table
from llrgeo.publish.wording import wording

_WIDTH, _ROW, _BAR, _NUMBERS = 480.0, 46.0, 18.0, 190.0
_MONEY: Final = ("capital", "running")


def has_capacity(publication: Publication) -> bool:
    """Return whether the study appraised the capacity of its options."""
    return "capacity_by_year" in publication.tables


def capacity_chapter(publication: Publication) -> dict[str, Any] | None:
    """Return what the chapter says beside its charts; None where there is none."""
    if not has_capacity(publication):
        return None
    return {
        "glance": tables.glance_table(publication),
        "basis": tables.basis_table(publication),
        "people": tables.whose_people(publication),
        "standing": capacity_standing(publication),
        "charts": [drawn.name for drawn, _ in capacity_figures(publication)],
    }


def capacity_figures(publication: Publication) -> Iterator[tuple[Drawing, Table]]:
    """Yield each chart of the chapter with its numbers: beds, staff, buildings, running costs."""
    if not has_capacity(publication):
        return
    table = tables.by_label(publication)
    if table["beds_needed"].notna().any():
        yield beds_chart(table), tables.beds_table(publication)
    if table["wte"].notna().any():
        yield staff_chart(table), tables.staff_table(publication)
    for kind in _MONEY:
        # A study whose options build nothing has no bars to draw, and the first table says so.
        if table[kind].fillna(0.0).gt(0).any():
            yield money_chart(table, kind), tables.money_table(publication, kind)
    if tables.LONGER in publication.tables:
        longer = tables.longer_by_year(publication)
        yield longer_chart(longer), tables.longer_table(publication, longer)


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
        # Beds without a figure have no bar, and the words beside it say that they are not known.
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
        stated = words["capacity_unknown"] if np.isnan(have) else number(have)
        text = words["chart_beds_numbers"].format(have=stated, first=first, last=last)
        parts.append(drawing.words(end, y + 21, text, size=13))
        texts.append(
            words["chart_beds_row"].format(option=label, have=stated, first=first, last=last)
        )
    years = table["year"].drop_duplicates()
    below = 16 + _ROW * table["label"].nunique()
    parts += drawing.key([words["chart_beds_bar"]], [palette.CHANGE_COLOURS[0]], x=0, y=below)
    parts.append(drawing.line([(8, below + 20), (8, below + 36)], drawing.INK))
    marks = words["chart_beds_marks"].format(years=", ".join(map(str, years)))
    parts.append(drawing.words(24, below + 33, marks, size=13))
    title = words["chart_beds"].format(first=years.min(), last=years.max())
    return Drawing("chart-beds", title, f"{'; '.join(texts)}.", _WIDTH, below + 44, tuple(parts))


def staff_chart(table: pd.DataFrame) -> Drawing:
    """Draw the staff that each option needs in the last year: wards, rounds and crisis teams."""
    words = wording()
    last = table[table["year"] == table["year"].max()]
    named = {
        "nurses_wte": "staff_wards",
        "rounds_wte": "staff_rounds",
        "crisis_wte": "staff_crisis",
    }
    colours = [palette.CHANGE_COLOURS[0], palette.CHANGE_COLOURS[-1], drawing.GRID]
    # Kinds that the study does not have are left out of the key.
    looks = {
        kind: (words[name], colour)
        for (kind, name), colour in zip(named.items(), colours, strict=True)
        if last[kind].notna().any()
    }
    scale = (_WIDTH - 80) / max(float(last["wte"].max()), 1.0)
    parts = []
    for place, row in enumerate(last.to_dict("records")):
        y = 16 + place * _ROW
        parts.append(drawing.words(0, y, str(row["label"])))
        # Stacked from the left: each kind of team begins where the one before ends.
        widths = [0.0 if np.isnan(row[kind]) else row[kind] * scale for kind in looks]
        *starts, end = accumulate(widths, initial=0.0)
        parts += [
            drawing.rectangle(start, y + 7, width, _BAR, colour)
            for start, width, (_, colour) in zip(starts, widths, looks.values(), strict=True)
            if width
        ]
        parts.append(drawing.words(end + 6, y + 21, number(row["wte"]), size=13))
    below = 16 + _ROW * len(last)
    names, shades = [name for name, _ in looks.values()], [colour for _, colour in looks.values()]
    parts += drawing.key(names, shades, x=0, y=below)
    title = words["chart_staff"].format(year=table["year"].max())
    rows = zip(last["label"], map(number, last["wte"]), strict=True)
    text = _sentence(rows, "chart_staff_row")
    return Drawing("chart-staff", title, text, _WIDTH, below + 20 * len(looks) + 4, tuple(parts))


def money_chart(table: pd.DataFrame, kind: str) -> Drawing:
    """Draw millions of pounds of each option in the last year: `capital` paid, or `running`."""
    words, year = wording(), table["year"].max()
    last = table[table["year"] == year]
    millions = (last[kind] / tables.MILLION).to_numpy(float)
    shown = tables.works_figure if kind == "capital" else _millions
    figures = [shown(value) or words["capacity_unknown"] for value in last[kind]]
    bars = pd.DataFrame({"label": last["label"].to_numpy(), "value": millions, "text": figures})
    return _bars(bars, kind, words[f"chart_{kind}"].format(year=year))


def _millions(pounds: float) -> str:
    return tables.figure(pounds / tables.MILLION, 1)


def longer_chart(longer: pd.DataFrame) -> Drawing:
    """Draw the people of the last year with a longer journey, or none, for at least one service.

    Parameters
    ----------
    longer
        Options by their labels, years: people.
    """
    year = int(longer.columns[-1])
    people = longer[longer.columns[-1]].to_numpy(float)
    figures = [number(value) for value in people]
    bars = pd.DataFrame({"label": longer.index, "value": people, "text": figures})
    return _bars(bars, "longer", wording()["chart_longer_by_year"].format(year=year))


def _bars(bars: pd.DataFrame, name: str, title: str) -> Drawing:
    """Draw one bar an option, with the `text` of its `value` beside it; NaN has no bar."""
    scale = (_WIDTH - 80) / max(float(bars["value"].max()), 1e-9)
    parts = []
    for place, row in enumerate(bars.to_dict("records")):
        y, width = 16 + place * _ROW, float(np.nan_to_num(row["value"])) * scale
        parts.append(drawing.words(0, y, str(row["label"])))
        if width:
            parts.append(drawing.rectangle(0, y + 7, width, _BAR, palette.CHANGE_COLOURS[0]))
        parts.append(drawing.words(width + 6, y + 21, row["text"], size=13))
    text = _sentence(zip(bars["label"], bars["text"], strict=True), f"chart_{name}_row")
    return Drawing(f"chart-{name}", title, text, _WIDTH, 16 + _ROW * len(bars), tuple(parts))


def capacity_standing(publication: Publication) -> str:
    """Return how many of the chapter's parameters are official, published, and assumed."""
    standing = publication.tables["capacity_parameters"]["standing"].value_counts()
    return wording()["capacity_standing_text"].format(
        official=int(standing.get("official", 0)),
        published=int(standing.get("published", 0)),
        assumed=int(standing.get("assumption", 0)),
        study=int(standing.get("study", 0)),
    )


def _sentence(rows: Iterable[tuple[str, str]], phrase: str) -> str:
    """Return one sentence over all options: each with its figure."""
    texts = (wording()[phrase].format(option=option, figure=figure) for option, figure in rows)
    return f"{'; '.join(texts)}."
