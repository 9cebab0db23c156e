"""Declaration of a published table: its columns, rule of disclosure, condition and maker.

A table of evidence is declared once. Making, disclosure, contents, the data dictionary and the
workbook loop over the declarations, so a new table touches two files: the module that computes it
and the one that declares it.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import pandas as pd

from llrgeo.appraisal.disclosure import Rule
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.units import Unit
from llrgeo.errors import LlrgeoError
from llrgeo.schema import name_some

NEVER_BLANK: Final = "never blank"


@dataclass(frozen=True, slots=True)
class PublishedColumn:
    """One column of a published table.

    Attributes
    ----------
    name
        The heading.
    meaning
        What the column holds, in words.
    unit
        The unit of its numbers; None for text, and for yes or no.
    blank
        What a blank means.
    """

    name: str
    meaning: str
    unit: Unit | None = None
    blank: str = NEVER_BLANK


@dataclass(frozen=True, slots=True)
class ColumnFamily:
    """Columns that follow from the study: one for each threshold, measure or indicator of it.

    Attributes
    ----------
    pattern
        Their names, with what differs in braces: `share_within_{minutes}_min`.
    members
        The columns of a study; none where it has none.
    """

    pattern: str
    members: Callable[[EvidenceContext], Iterable[PublishedColumn]]


@dataclass(frozen=True, slots=True)
class Conservation:
    """What the columns of a table add up to, so that nobody is counted twice or left out.

    Attributes
    ----------
    by
        The columns whose values name a group of rows, such as option and service.
    columns
        The columns that are added up, over all rows of a group.
    total
        What the sum of a group must be, by the values that name it.
    """

    by: tuple[str, ...]
    columns: tuple[str, ...]
    total: Callable[[EvidenceContext, Mapping[str, str]], float]


Maker: TypeAlias = Callable[[EvidenceContext], pd.DataFrame]
Condition: TypeAlias = Callable[[EvidenceContext], bool]


def always(_: EvidenceContext) -> bool:
    """Return True: the table applies to every study."""
    return True


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class TableDescription:
    """What a reader is told about a table of a study: what it is about, and its columns."""

    about: str
    columns: tuple[PublishedColumn, ...]

    def column(self, name: str) -> PublishedColumn:
        """Return a column by its name.

        Raises
        ------
        LlrgeoError
            If no such column is declared.
        """
        if name in self._by_name:
            return self._by_name[name]
        declared = name_some(column.name for column in self.columns)
        msg = f"column '{name}' is not declared; declared are {declared}"
        raise LlrgeoError(msg)

    @cached_property
    def _by_name(self) -> dict[str, PublishedColumn]:
        # Of many services an area has thousands of columns, each of which is asked for by its name.
        return {column.name: column for column in self.columns}


@dataclass(frozen=True, slots=True)
class TableDeclaration:
    """A table of evidence, declared once.

    Attributes
    ----------
    name
        The name of its file and sheet.
    about
        What it is about, in a sentence.
    columns
        Its columns in their order, those that follow from the study as families.
    make
        Makes it from what the appraisal knows.
    disclosure
        How it is published where demand is of real patients.
    applies
        Whether a study has it.
    conserves
        What its columns add up to.
    note
        What else a reader of it must know, with the figures of the study; empty for nothing.
    """

    name: str
    about: str
    columns: tuple[PublishedColumn | ColumnFamily, ...]
    make: Maker
    disclosure: Rule
    applies: Condition = always
    conserves: tuple[Conservation, ...] = ()
    note: Callable[[EvidenceContext], str] = lambda _: ""

    def describe(self, context: EvidenceContext) -> TableDescription:
        """Return what a reader is told about the table in one study."""
        columns: list[PublishedColumn] = []
        for column in self.columns:
            if isinstance(column, ColumnFamily):
                columns += column.members(context)
            else:
                columns.append(column)
        about = " ".join(filter(None, (self.about, self.note(context))))
        return TableDescription(about, tuple(columns))


def make_tables(
    declarations: Iterable[TableDeclaration], context: EvidenceContext
) -> dict[str, pd.DataFrame]:
    """Make every declared table that applies to a study, with its columns in declared order.

    Raises
    ------
    LlrgeoError
        If a table has a column that is not declared, lacks one that is, or does not add up; the
        message names them.
    """
    tables = {}
    for declaration in declarations:
        if declaration.applies(context):
            # A column that nobody declared, and a declared one that is missing, are faults of ours.
            names = [column.name for column in declaration.describe(context).columns]
            table = declaration.make(context)
            _raise_faults(declaration.name, _column_faults(table, names))
            tables[declaration.name] = table if list(table.columns) == names else table[names]
            _raise_faults(declaration.name, _conservation_faults(table, declaration, context))
    return tables


def _column_faults(table: pd.DataFrame, declared: list[str]) -> list[str]:
    unknown = [str(name) for name in table.columns if name not in declared]
    missing = [name for name in declared if name not in table.columns]
    return [
        f"{what} {', '.join(names)}"
        for what, names in (
            ("has columns that are not declared:", unknown),
            ("lacks declared columns:", missing),
        )
        if names
    ]


def _conservation_faults(
    table: pd.DataFrame, declaration: TableDeclaration, context: EvidenceContext
) -> list[str]:
    """Compare the sum of each group of rows with what it must be."""
    faults = []
    for law in declaration.conserves:
        # Within rounding of floats: everybody once, in each group of rows.
        counted = table.groupby(list(law.by), sort=False)[list(law.columns)].sum().sum(axis=1)
        for key, found in counted.items():
            values = key if isinstance(key, tuple) else (key,)
            group = dict(zip(law.by, map(str, values), strict=True))
            total = law.total(context, group)
            if not math.isclose(found, total, rel_tol=1e-9, abs_tol=1e-6):  # so NaN is a fault
                where = ", ".join(group.values())
                faults.append(f"counts {found:,.6g} of {total:,.6g} ({where})")
    return faults


def _raise_faults(name: str, faults: list[str]) -> None:
    if faults:
        msg = f"table '{name}' {'; '.join(faults)}; this is a fault of llrgeo"
        raise LlrgeoError(msg)
