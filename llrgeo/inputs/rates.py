"""Rates of appraisal as dated data: discount rates, unit values, incomes and costs of services."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.table_faults import row_number
from llrgeo.inputs.tables import read_table
from llrgeo.inputs.visible_text import HIDDEN_CHARACTERS, has_hidden
from llrgeo.schema import LARGEST, name_some, number_note, raise_faults, require_columns, to_numbers

RatesKind = Literal["discount_rates", "unit_values", "incomes", "service_costs"]

# The columns of each table that must hold numbers of at least 0; all but one may be above 1.
_NUMBERS: Final[Mapping[RatesKind, tuple[str, ...]]] = {
    "discount_rates": ("first_year", "last_year", "rate"),
    "unit_values": ("value",),
    "incomes": ("fifth", "income"),
    "service_costs": ("capital", "transition", "closure", "running", "per_contact"),
}
# What a contact costs elsewhere than at a site; where it is left out, as much as there.
OTHER_CONTACTS: Final = ("per_home", "per_video")
_TEXTS: Final[Mapping[RatesKind, tuple[str, ...]]] = {
    "discount_rates": ("kind", "source", "date"),
    "unit_values": ("name", "unit", "source", "date"),
    "incomes": ("source", "date"),
    "service_costs": ("service", "site_id", "source", "date"),
}


_FIFTHS: Final = (1, 2, 3, 4, 5)  # of deprivation
_HIGHEST_RATE: Final = 0.5  # that anyone has discounted by; what is above is meant in per cent
_INCOMES: Final = (1_000.0, 10_000_000.0)  # GBP a year


def read_rates(path: Path, *, kind: RatesKind) -> pd.DataFrame:
    """Read one of the tables of rates.

    Raises
    ------
    InputError
        If a column is missing, a value is not a number of at least 0, a row has no source or
        is duplicated, years overlap, or a fifth is missing; the message lists every fault.
    """
    table = read_table(path)
    numbers, texts = _NUMBERS[kind], _TEXTS[kind]
    require_columns(table, (*numbers, *texts), source=path.name)
    typed = table.assign(**{name: table[name].fillna("").str.strip() for name in texts})
    for name in numbers:
        typed[name] = to_numbers(table[name])
    if kind == "service_costs":
        typed = typed.assign(**{name: _contact_costs(typed, name) for name in OTHER_CONTACTS})
        numbers = (*numbers, *OTHER_CONTACTS)
    # A comparison with NaN is false: what is no number fails the first test and passes the second.
    faults = [
        f"column '{name}' is not a number of at least 0 in row {row_number(table, row)}"
        f"{number_note(table.loc[[row], name], advice='')}"
        for name in numbers
        for row in typed.index[~(typed[name] >= 0)]
    ]
    faults += [
        f"column '{name}' is above 1e+12 in row {row_number(table, row)}"
        for name in numbers
        for row in typed.index[typed[name] > LARGEST]
    ]
    faults += [
        f"row {row_number(table, row)} has no {name}"
        for name in ("source", "date")
        for row in typed.index[typed[name] == ""]
    ]
    faults += [
        f"column '{name}' has {HIDDEN_CHARACTERS}, in row {row_number(table, row)}"
        for name in texts
        for row in typed.index[typed[name].map(has_hidden)]
    ]
    faults += _misspelt(table, kind)
    raise_faults([*faults, *_RELATIONS[kind](typed)], source=path.name)
    return typed.reset_index(drop=True)


def _discount_faults(table: pd.DataFrame) -> list[str]:
    """Return rates above 0.5, years out of order, and years that two rows of a kind have."""
    whole = (table[["first_year", "last_year"]] % 1 == 0).all(axis=1)
    wrong = {
        "has years that are not whole": ~whole,
        "ends before it begins": table["last_year"] < table["first_year"],
        "has a rate above 0.5; 3.5 % is 0.035": table["rate"] > _HIGHEST_RATE,
    }
    faults = [
        f"row {row_number(table, row)} {what}"
        for what, rows in wrong.items()
        for row in table.index[rows]
    ]
    for kind, rows in table.groupby("kind"):
        ordered = rows.sort_values(["first_year", "last_year"])
        # In the order of their first years two rows overlap if one begins before all above end.
        before = ordered["last_year"].cummax().shift()
        faults += [
            f"years of kind '{kind}' overlap: row {row_number(table, row)} begins in year "
            f"{ordered['first_year'][row]:g}, and another ends in year {before[row]:g}"
            for row in ordered.index[ordered["first_year"] <= before]
        ]
    return faults


def _unit_value_faults(table: pd.DataFrame) -> list[str]:
    """Return names listed twice, names that are unknown, and units other than the usual."""
    duplicates = table.loc[table["name"].duplicated(), "name"].unique()
    faults = [f"unit values are duplicated ({name_some(duplicates)})"] if len(duplicates) else []
    usual = _usual_units()
    for name, unit in zip(table["name"], table["unit"], strict=True):
        close = get_close_matches(name, usual, 1)
        if name not in usual:
            meant = f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(usual)}"
            faults.append(f"the unit value '{name}' is unknown{meant}")
        elif unit != usual[name]:
            found = f"'{unit}'" if unit else "no unit"
            faults.append(f"the unit value '{name}' is in '{usual[name]}'; found {found}")
    return faults


def _usual_units() -> dict[str, str]:
    """Return the unit of each unit value, as the embedded table has them."""
    table = read_table(embedded("rates/unit_values.csv"))
    return dict(zip(table["name"], table["unit"].fillna(""), strict=True))


def _misspelt(table: pd.DataFrame, kind: RatesKind) -> list[str]:
    """Return columns that are almost those which may be left out."""
    optional = OTHER_CONTACTS if kind == "service_costs" else ()
    absent = [name for name in optional if name not in table.columns]
    known = {*_NUMBERS[kind], *_TEXTS[kind], *OTHER_CONTACTS}
    strange = [str(name) for name in table.columns if name not in known]
    meant = {name: get_close_matches(name.lower(), absent, 1) for name in strange}
    return [f"column '{n}' is unknown; did you mean '{c[0]}'?" for n, c in meant.items() if c]


def _income_faults(table: pd.DataFrame) -> list[str]:
    """Return what is wrong unless each of the five fifths has one row, with an income."""
    found = table["fifth"].dropna()
    duplicates = found[found.duplicated()].unique()
    missing = sorted(set(_FIFTHS) - set(found))
    strange = sorted(set(found) - set(_FIFTHS))
    faults = [
        f"fifths {what} ({name_some(f'{fifth:g}' for fifth in fifths)})"
        for what, fifths in (
            ("are duplicated", duplicates),
            ("are missing", missing),
            ("are not 1 to 5", strange),
        )
        if len(fifths)
    ]
    low, high = _INCOMES
    strange_incomes = table["income"][~table["income"].between(low, high)]
    if len(strange_incomes):
        faults.append(
            f"incomes are not {low:,.0f} to {high:,.0f} GBP a year ({name_some(strange_incomes)})"
        )
    ordered = table.sort_values("fifth")["income"]
    if not faults and ordered.iloc[0] > ordered.iloc[-1]:
        faults.append("incomes fall from fifth 1 to 5; fifth 1 is the most deprived")
    return faults


def _service_cost_faults(table: pd.DataFrame) -> list[str]:
    keys = table["service"] + " at " + table["site_id"].mask(table["site_id"] == "", "any site")
    duplicates = keys[keys.duplicated()].unique()
    return [f"costs are duplicated ({name_some(duplicates)})"] if len(duplicates) else []


_RELATIONS: Final[Mapping[RatesKind, Callable[[pd.DataFrame], list[str]]]] = {
    "discount_rates": _discount_faults,
    "unit_values": _unit_value_faults,
    "incomes": _income_faults,
    "service_costs": _service_cost_faults,
}


def _contact_costs(table: pd.DataFrame, name: str) -> pd.Series:
    """Return what a contact at home or by video costs; as much as at a site where it is blank."""
    at_site = table["per_contact"]
    if name not in table.columns:
        return at_site
    blank = table[name].fillna("").astype(str).str.strip() == ""
    return to_numbers(table[name]).where(~blank, at_site)
