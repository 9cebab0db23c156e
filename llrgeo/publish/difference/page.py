"""The page that compares two runs: which inputs differ, and which figures."""

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from llrgeo.inputs.theme import Theme
from llrgeo.publish import pages
from llrgeo.publish.difference.compare import (
    CANNOT_SAY,
    CHANGED,
    ONLY_AFTER,
    ONLY_BEFORE,
    PublishedRun,
    RunDifference,
    headline_figures,
)
from llrgeo.publish.difference.studies import comparison_cautions
from llrgeo.publish.wording import wording

_MOST_DECIMALS: Final = 4  # as tables are published


def render_difference(difference: RunDifference) -> str:
    """Return the page as HTML without scripts; it asks no other host."""
    styles = [pages.style_sheet(Theme().accent), pages.asset("report/assets/report.css")]
    after = difference.after.manifest["study"]
    same = all(part.empty for part in (difference.settings, difference.inputs, difference.figures))
    return pages.render(
        "difference.html",
        {
            "policy": pages.content_policy(scripts=(), styles=styles),
            "styles": pages.own_markup(styles),
            "title": str(after.get("title", "")),
            "same": same,
            "cautions": comparison_cautions(difference),
            "runs": [_run_line(difference.before), _run_line(difference.after)],
            "shown": [] if same else _page_tables(difference),
        },
    )


def _page_tables(difference: RunDifference) -> list[dict[str, Any]]:
    """Return the tables of the page, those without rows among them."""
    return [
        _inputs_table(difference),
        _settings_table(difference),
        *_option_tables(difference),
        _tables_table(difference),
    ]


def _run_line(run: PublishedRun) -> dict[str, str]:
    study = run.manifest["study"]
    return {
        "run": str(run.manifest["run_id"])[:12],
        "title": str(study.get("title", "")),
        "date": str(study.get("date", "")),
        "version": str(run.manifest.get("versions", {}).get("llrgeo", "")),
    }


def _inputs_table(difference: RunDifference) -> dict[str, Any]:
    words, labels = wording(), _ways()
    rows = [
        [row["input"], labels[row["difference"]]] for row in difference.inputs.to_dict("records")
    ]
    heads = [words["difference_input"], words["difference_what"]]
    return _table("inputs", words["difference_inputs"], heads, rows, texts=(0, 1))


def _settings_table(difference: RunDifference) -> dict[str, Any]:
    words = wording()
    rows = [
        [row["setting"], row["before"], row["after"]]
        for row in difference.settings.to_dict("records")
    ]
    heads = [words["difference_setting"], words["difference_before"], words["difference_after"]]
    return _table("settings", words["difference_settings"], heads, rows, texts=(0, 1, 2))


def _option_tables(difference: RunDifference) -> list[dict[str, Any]]:
    """Return a table an option with its headline figures; those that are as before are said so."""
    words, labels = wording(), _ways()
    heads = [
        words["difference_figure"],
        words["difference_before"],
        words["difference_after"],
        words["difference_change"],
        words["difference_what"],
    ]
    tables = []
    for number, (option, figures) in enumerate(
        headline_figures(difference).groupby("option", sort=False), start=1
    ):
        rows = [
            [
                row["figure"],
                _figure(row["before"]),
                _figure(row["after"]),
                _change(row["before"], row["after"], row["change"]),
                labels[row["difference"]],
            ]
            for row in figures.to_dict("records")
        ]
        caption = words["difference_option"].format(option=option)
        tables.append(_table(f"option-{number}", caption, heads, rows, texts=(0, 4)))
    return tables


def _tables_table(difference: RunDifference) -> dict[str, Any]:
    words = wording()
    counts = difference.tables
    # Tables without a difference are only counted, in the caption.
    differing = counts[counts[["changed", "only_before", "only_after"]].sum(axis=1) > 0]
    rows = [
        [row[0], *map(words.people, row[1:])]
        for row in differing.itertuples(index=False, name=None)
    ]
    heads = [
        words["difference_table"],
        words["difference_figures"],
        words["difference_changed"],
        words["difference_only_before"],
        words["difference_only_after"],
    ]
    same = len(counts) - len(differing)
    caption = words["difference_tables"].format(differing=len(differing), same=same)
    return _table("tables", caption, heads, rows, texts=(0,))


def _table(
    name: str, caption: str, heads: list[str], rows: list[list[str]], texts: Iterable[int]
) -> dict[str, Any]:
    return {"id": name, "caption": caption, "heads": heads, "rows": rows, "texts": list(texts)}


def _ways() -> dict[str, str]:
    words = wording()
    return {
        "": words["difference_same"],
        CHANGED: words["difference_is_changed"],
        ONLY_BEFORE: words["difference_is_gone"],
        ONLY_AFTER: words["difference_is_new"],
        CANNOT_SAY: words["difference_withheld"],
    }


def _figure(text: str) -> str:
    """Write a published number with thousands apart and no decimals that say nothing."""
    value = pd.to_numeric(text, errors="coerce")
    if not text or pd.isna(value):
        return text
    decimals = len(text.partition(".")[2].rstrip("0"))
    number = wording().number(abs(float(value)), min(decimals, _MOST_DECIMALS))
    return f"{wording()['minus']}{number}" if value < 0 else number


def _change(before: str, after: str, change: float) -> str:
    """Write a change with its sign, to the decimals of the two figures; empty where none is."""
    if pd.isna(change) or before == after:
        return ""
    decimals = max(len(text.partition(".")[2].rstrip("0")) for text in (before, after))
    number = wording().number(abs(change), min(decimals, _MOST_DECIMALS))
    return f"{'+' if change > 0 else wording()['minus']}{number}"
