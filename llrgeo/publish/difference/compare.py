"""Compare two published folders, setting by setting and figure by figure.

Whoever changed a study asks what followed from it, and whoever challenges a figure asks whether it
is still the one that was published. Both are answered from the folders alone: the manifests say
what went in, the tables what came out. Nothing is computed again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.tables import one_line

CHANGED: Final = "changed"
ONLY_BEFORE: Final = "only before"
ONLY_AFTER: Final = "only after"
WITHHELD_BY: Final = "withheld"  # how a manifest's text begins where a checksum would tell too much
CANNOT_SAY: Final = "cannot be told"

EVERYONE: Final = "everyone"
HEADLINES: Final[dict[str, tuple[str, ...]]] = {
    "scorecard": (),
    "people_by_service": ("lost", "mixed", "longer", "shorter", "same", "none"),
    "costs": ("extra_provider", "net_cost"),
    "capacity_by_year": ("beds_needed", "beds_short", "rooms_needed", "wte"),
}
"""The tables of which a page shows figures by option, with their columns; none for all of them."""

_DICTIONARY: Final = "data_dictionary"
_PLACES_IN_ORDER: Final = frozenset(["rank", "place_in_case"])  # columns that any change may move
_NAMED_BY: Final = ("id", "measure", "name", "place", "site_id")  # what tells items of a list apart


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """What a published folder says of its run.

    Attributes
    ----------
    manifest
        What went in, as `manifest.json` has it.
    tables
        The tables by name, all cells as text, as they were published.
    meanings
        What the columns are in words, on table and column.
    """

    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    meanings: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class RunDifference:
    """What differs between two runs; frames without rows where nothing does.

    Attributes
    ----------
    before, after
        The runs.
    settings
        `setting` (its path, such as `options.hubs.opens`), `before`, `after`; blank where a run
        does not have it.
    inputs
        `input` (its key in the manifest), `difference`: changed, only before, only after, or cannot
        be told, where the checksum of contacts of real patients is withheld.
    figures
        `table`, `row` (what names it), `column`, `before`, `after` (text as published), `change`
        (after less before; NaN where either is no number), `difference`.
    tables
        Every table of either run: `table`, `figures` (that both have), `changed`, `only_before`,
        `only_after`.
    """

    before: PublishedRun
    after: PublishedRun
    settings: pd.DataFrame
    inputs: pd.DataFrame
    figures: pd.DataFrame
    tables: pd.DataFrame


def read_published_run(folder: Path, manifest: Mapping[str, Any]) -> PublishedRun:
    """Read the tables that a manifest names.

    Raises
    ------
    InputError
        If a table cannot be read.
    """
    tables = {
        path.stem: _read_text_table(path)
        for path in (folder / name for name in manifest["outputs"])
        if path.suffix == ".csv" and path.parent == folder / "tables"
    }
    dictionary = tables.pop(_DICTIONARY, pd.DataFrame({"table": [], "column": [], "meaning": []}))
    columns = dictionary.reindex(columns=["table", "column", "unit", "meaning"], fill_value="")
    meanings = {
        (table, column): _with_unit(meaning, unit)
        for table, column, unit, meaning in columns.itertuples(index=False, name=None)
    }
    return PublishedRun(manifest, tables, meanings)


def _with_unit(meaning: str, unit: str) -> str:
    """Return what a column means with its unit, unless the words name it."""
    is_named = unit.partition(",")[0] in meaning.lower()
    return meaning if is_named else f"{meaning} ({unit})"


def compare_runs(before: PublishedRun, after: PublishedRun) -> RunDifference:
    """Compare two runs: settings, inputs, and every figure of every table."""
    # A study file that is renamed is the same study.
    settings = _compare_values(
        *(
            {path: value for path, value in _flatten(run.manifest["study"]) if path != "file"}
            for run in (before, after)
        )
    )
    inputs = _compare_inputs(before.manifest["inputs"], after.manifest["inputs"])
    figures, counts = [], []
    for name in sorted({*before.tables, *after.tables}):
        found = compare_tables(before.tables.get(name), after.tables.get(name))
        differing = found[found["difference"] != ""]
        figures.append(differing.assign(table=name))
        tally = differing["difference"].value_counts()
        both = int((~found["difference"].isin([ONLY_BEFORE, ONLY_AFTER])).sum())
        counts.append(
            (name, both, *(int(tally.get(way, 0)) for way in (CHANGED, ONLY_BEFORE, ONLY_AFTER)))
        )
    columns = ["table", "row", "column", "before", "after", "change", "difference"]
    return RunDifference(
        before,
        after,
        settings,
        inputs,
        pd.concat(figures, ignore_index=True)[columns]
        if figures
        else pd.DataFrame({}, [], columns),
        pd.DataFrame(counts, columns=["table", "figures", "changed", "only_before", "only_after"]),
    )


def compare_tables(before: pd.DataFrame | None, after: pd.DataFrame | None) -> pd.DataFrame:
    """Compare two versions of a table of text, figure by figure.

    Rows are named by the fewest first columns that tell all rows of both versions apart. A blank is
    no figure.

    Returns
    -------
    DataFrame
        One row a figure of either: `row`, `column`, `before`, `after`, `change`, `difference`
        (empty where the text is the same).

    Examples
    --------
    >>> old = pd.DataFrame({"option": ["a", "b"], "people": ["12", "5"]})
    >>> new = pd.DataFrame({"option": ["a"], "people": ["14"]})
    >>> compare_tables(old, new)[["row", "before", "after", "change"]].values.tolist()
    [['option a', '12', '14', 2.0], ['option b', '5', '', nan]]
    """
    versions = [version for version in (before, after) if version is not None]
    keys = _key_columns(versions)
    old, new = (_figures_by_row(version, keys) for version in (before, after))
    both = pd.concat([old.rename("before"), new.rename("after")], axis=1)
    # Text that is no number, and a figure that only one version has, have no change (NaN).
    numbers = both.apply(pd.to_numeric, errors="coerce")
    ways = np.select(
        [both["after"].isna(), both["before"].isna(), both["before"] != both["after"]],
        [ONLY_BEFORE, ONLY_AFTER, CHANGED],
        default="",
    )
    change = (numbers["after"] - numbers["before"]).to_numpy(dtype=float)
    table = both.fillna("").assign(change=change, difference=ways)
    return table.rename_axis(["row", "column"]).reset_index()


def headline_figures(difference: RunDifference) -> pd.DataFrame:
    """List the headline figures of every option in both runs, those that are the same too.

    Returns
    -------
    DataFrame
        `option`, `figure` (in words, with its year where it has one), `before`, `after`, `change`,
        `difference`; people are those of all services and groups together.
    """
    found = []
    for name, columns in HEADLINES.items():
        versions = [
            _of_everyone(run.tables.get(name)) for run in (difference.before, difference.after)
        ]
        if all(version is None for version in versions):
            continue
        rows = compare_tables(*versions)
        rows = rows[rows["column"].isin(columns or rows["column"].unique())]
        meanings = {**difference.before.meanings, **difference.after.meanings}
        # A row is named "option a", or "option a, year 2031".
        named = rows["row"].str.removeprefix("option ").str.partition(", ")
        figures = [
            f"{meanings.get((name, column), column)}{comma}{year}"
            for column, comma, year in zip(rows["column"], named[1], named[2], strict=True)
        ]
        found.append(rows.assign(option=named[0], figure=figures))
    shown = ["option", "figure", "before", "after", "change", "difference"]
    if not found:
        return pd.DataFrame({}, [], shown)
    table = pd.concat(found, ignore_index=True)
    # Options in the order in which they are first met, each with all its figures.
    by_option = table.groupby("option", sort=False).ngroup().argsort(kind="stable")
    return table.loc[by_option, shown]


def _of_everyone(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Keep the rows of all people together, and of their columns the option and the figures."""
    if table is None or "group" not in table:
        return table
    return table[table["group"] == EVERYONE].drop(columns=["group", "level"])


def _read_text_table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        msg = f"{path}: not a table of a run ({one_line(error)})"
        raise InputError(msg) from error


def _key_columns(versions: Sequence[pd.DataFrame]) -> list[str]:
    """Return the fewest first columns of all versions that tell the rows of each apart.

    A rank names no row that words can name: what is first before and after may be two places.
    """
    shared = [
        name for name in versions[0].columns if all(name in version.columns for version in versions)
    ]
    if not _PLACES_IN_ORDER.isdisjoint(shared):
        words = [
            name for name in shared if not all(_is_numeric(version[name]) for version in versions)
        ]
        if found := _telling_apart(versions, words):
            return found
    # Rows that are the same in all columns are told apart by their number.
    return _telling_apart(versions, shared) or shared


def _telling_apart(versions: Sequence[pd.DataFrame], columns: list[str]) -> list[str]:
    """Return the fewest first of some columns that tell all rows apart; none if none do."""
    for count in range(1, len(columns) + 1):
        if not any(version.duplicated(columns[:count]).any() for version in versions):
            return columns[:count]
    return []


def _is_numeric(cells: pd.Series) -> bool:
    filled = cells[cells != ""]
    return bool(pd.to_numeric(filled, errors="coerce").notna().all())


def _figures_by_row(table: pd.DataFrame | None, keys: list[str]) -> "pd.Series[str]":
    """Return the filled cells that do not name the row, on (row, column).

    Where all columns name the row, as in a list of sentences, it is every row with an empty text.
    """
    if table is None or table.empty:
        index = pd.MultiIndex.from_arrays([[], []])
        return pd.Series([], index, dtype=object)
    rows = _row_names(table, keys)
    figures = table.drop(columns=keys)
    if figures.columns.empty:
        index = pd.MultiIndex.from_product([rows, [""]])
        return pd.Series("", index, dtype=object)
    columns = np.tile(figures.columns.to_numpy(), len(figures))
    index = pd.MultiIndex.from_arrays([np.repeat(rows, len(figures.columns)), columns])
    cells = pd.Series(figures.to_numpy(dtype=object).ravel(), index, dtype=object)
    return cells[cells != ""]


def _row_names(table: pd.DataFrame, keys: list[str]) -> list[str]:
    texts = [
        ", ".join(f"{key} {value}" for key, value in zip(keys, row, strict=True))
        for row in table[keys].itertuples(index=False, name=None)
    ]
    # A number that stands in a text itself ("a (2)") is passed over: no two rows have one name.
    taken, found = set(texts), dict.fromkeys(texts, 1)
    names = []
    for text in texts:
        name, number = text, found[text]
        while number > 1 and (name := f"{text} ({number})") in taken:
            number += 1
        found[text] = number + 1
        taken.add(name)
        names.append(name)
    return names


def _compare_inputs(before: Mapping[str, str], after: Mapping[str, str]) -> pd.DataFrame:
    rows = []
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            rows.append((key, ONLY_AFTER if old is None else ONLY_BEFORE))
        elif old.startswith(WITHHELD_BY) and new.startswith(WITHHELD_BY):
            rows.append((key, CANNOT_SAY))
        elif old != new:
            rows.append((key, CHANGED))
    return pd.DataFrame(rows, columns=["input", "difference"])


def _compare_values(before: Mapping[str, str], after: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        (key, before.get(key, ""), after.get(key, ""))
        for key in {**before, **after}
        # A key that another version does not know is one that is empty.
        if before.get(key, "") != after.get(key, "")
    ]
    return pd.DataFrame(rows, columns=["setting", "before", "after"])


def _flatten(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every setting by its path; items of a list by what names them, or the list whole."""
    if isinstance(value, Mapping):
        items: Iterable[tuple[str, object]] = value.items()
    elif named := _named_items(value):
        items = named
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return
    for key, item in items:
        yield from _flatten(item, f"{path}.{key}" if path else str(key))


def _named_items(value: object) -> list[tuple[str, object]]:
    """Return the items of a list of tables by the first key that tells them apart."""
    if not (isinstance(value, list) and value and all(isinstance(item, dict) for item in value)):
        return []
    for key in _NAMED_BY:
        names = [str(item[key]) for item in value if key in item]
        if len(set(names)) == len(value):
            return list(zip(names, value, strict=True))
    return []
