"""HTML of results in a notebook: small cards and tables, with every text escaped.

Nothing is loaded and no script runs. Colours are a tint over the notebook's own background, so that
they work on light and dark ones.
"""

from collections.abc import Mapping, Sequence
from html import escape
from math import isfinite
from typing import Final

import pandas as pd

_CELL: Final = "padding:.15em .6em;text-align:{align};white-space:nowrap"
_TINT: Final = "rgba(44,127,184,{share:.2f})"  # the blue of the maps' legend of minutes
_DEEPEST: Final = 0.45  # text in the notebook's own colour stays readable on it


def card(title: str, facts: Mapping[str, object], *parts: str) -> str:
    """Return a card: a title, facts in rows, and further parts that are HTML already.

    Facts without a value (an empty text) are left out. Numbers get thousands separators.
    """
    rows = [
        f'<tr><th style="{_cell("left")};font-weight:normal;opacity:.75">{escape(name)}</th>'
        f'<td style="{_cell("left")};white-space:normal">{escape(_cell_text(value))}</td></tr>'
        for name, value in facts.items()
        if value != ""
    ]
    table = f"<table><tbody>{''.join(rows)}</tbody></table>" if rows else ""
    return (
        '<div style="border:1px solid rgba(128,128,128,.5);border-radius:6px;padding:.6em 1em;'
        f'max-width:58em;overflow-x:auto"><strong>{escape(title)}</strong>{table}{"".join(parts)}</div>'
    )


def rows_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table of rows under their headings; numbers are set to the right."""
    head = "".join(f'<th style="{_cell("left")}">{escape(name)}</th>' for name in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{_cell("left" if isinstance(value, str) else "right")}">'
            f"{escape(_cell_text(value))}</td>"
            for value in row
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def heat_table(minutes: pd.DataFrame) -> str:
    """Return minutes as a table, longer journeys in darker cells, infinite ones as "no route"."""
    finite = [value for value in minutes.to_numpy().ravel() if isfinite(value)]
    longest = max(finite, default=0.0)
    corner = escape(f"{minutes.index.name or 'area_id'} / {minutes.columns.name or 'site_id'}")
    head = "".join(
        f'<th style="{_cell("right")}">{escape(str(name))}</th>' for name in minutes.columns
    )
    body = "".join(
        f'<tr><th style="{_cell("left")}">{escape(str(name))}</th>'
        + "".join(_heat_cell(value, longest) for value in row)
        + "</tr>"
        for name, row in zip(minutes.index, minutes.to_numpy(), strict=True)
    )
    return (
        f'<table><thead><tr><th style="{_cell("left")}">{corner}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _heat_cell(value: float, longest: float) -> str:
    if not isfinite(value):
        return f'<td style="{_cell("right")};opacity:.6">no route</td>'
    share = _DEEPEST * value / longest if longest else 0.0
    tint = _TINT.format(share=share)
    return f'<td style="{_cell("right")};background:{tint}">{value:.1f}</td>'


def _cell(align: str) -> str:
    return _CELL.format(align=align)


def _cell_text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}" if isfinite(value) else "none"
    return f"{value:,}" if isinstance(value, int) else str(value)
