"""Contact changes: what options mean when one service has other numbers of contacts.

A service's rate changes its own contacts and nobody's journey. An option's figures are sums over
rows, one for each service, and only this service's row changes: the other rows, the nearest sites
and who has a longer journey are not computed again. The rows are added in the same order, so the
figures equal those of a whole evaluation to the last bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import OptionSummary
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.service_use import (
    MINUTES_DECIMALS,
    UseByService,
    minutes_spent,
    uses_by_option,
)
from llrgeo.appraisal.journeys.use_arrays import ServiceUse, StudyArrays
from llrgeo.appraisal.people.access import ScoredGroups, scored_by_group
from llrgeo.appraisal.people.counts import ratio
from llrgeo.arrays import Floats

Columns: TypeAlias = Mapping[str, NDArray[Any]]
"""Columns of a table by service, by name."""


class _Table(NamedTuple):
    """A table by service, taken apart once: it is made with another row many times."""

    services: pd.Index
    names: list[str]  # of the columns of numbers
    figures: Floats  # these columns by services
    texts: Columns  # the other columns

    @classmethod
    def of(cls, table: pd.DataFrame) -> Self:
        """Return the parts of a table."""
        names = [str(name) for name in table.select_dtypes("number").columns]
        texts = {str(name): table[name].to_numpy() for name in table.columns.difference(names)}
        return cls(table.index, names, np.array([table[name] for name in names]), texts)

    def with_row(self, service: str, row: Mapping[str, float | str]) -> Columns:
        """Return the table with other numbers of one service; how it is delivered stays."""
        figures = self.figures.copy()
        figures[:, self.services.get_loc(service)] = [row[name] for name in self.names]
        return dict(zip(self.names, figures, strict=True), **self.texts)


@dataclass(frozen=True, slots=True)
class ChangedFigures:
    """What measures read of an option where one service has other contacts (`OptionSummary`).

    Attributes
    ----------
    scored_groups, share_worse
        As those of the summary.
    burden, care
        Columns of the tables of the summary.
    cost
        None: it is not worked out.
    """

    scored_groups: ScoredGroups
    share_worse: float
    burden: Columns
    care: Columns
    cost: None = None


@dataclass(frozen=True, slots=True)
class _Rows:
    """What an option's figures are sums of: one row for each service.

    Attributes
    ----------
    summary
        Of the option as it stands.
    burden, care
        Those of the summary, taken apart.
    row
        The row of each service that people travel for in `spent` and `made`.
    spent, made
        Minutes and journeys a year of each of these services (rows) and area; a journey that is
        not there counts as `ceiling_min`.
    """

    summary: OptionSummary
    burden: "_Table"
    care: "_Table"
    row: Mapping[str, int]
    spent: Floats
    made: Floats
    ceiling_min: float

    @classmethod
    def of(cls, summary: OptionSummary, uses: UseByService, inputs: AppraisalInputs) -> Self:
        """Return the rows of an option, by how it runs each service."""
        names = [service.id for service in inputs.visited]
        spent = [minutes_spent(*_journeys(uses[name]), inputs.ceiling) for name in names]
        made = [uses[name].split.at_site for name in names]
        row = {name: number for number, name in enumerate(names)}
        tables = _Table.of(summary.burden), _Table.of(summary.care)
        return cls(summary, *tables, row, np.array(spent), np.array(made), inputs.ceiling)

    def with_use(self, name: str, use: ServiceUse, people: pd.DataFrame) -> ChangedFigures:
        """Return the figures with another use of one service."""
        minutes, journeys = _journeys(use)
        spent = _sum_with(
            self.spent, self.row[name], minutes_spent(minutes, journeys, self.ceiling_min)
        )
        made = _sum_with(self.made, self.row[name], journeys)
        average = ratio(spent, made).round(MINUTES_DECIMALS)
        return ChangedFigures(
            scored_by_group(average, people),
            self.summary.share_worse,
            self.burden.with_row(name, use.burden),
            self.care.with_row(name, use.care),
        )


@dataclass(frozen=True, slots=True)
class ContactChanges:
    """Options prepared for other numbers of contacts, of one service at a time."""

    arrays: StudyArrays
    uses: Mapping[str, UseByService]
    rows: Mapping[tuple[int, ...], _Rows]

    @classmethod
    def of(cls, summaries: Mapping[str, OptionSummary], arrays: StudyArrays) -> Self:
        """Prepare the options of some summaries; those that run every service alike share rows."""
        uses = uses_by_option([summary.option for summary in summaries.values()], arrays)
        rows: dict[tuple[int, ...], _Rows] = {}
        for name, summary in summaries.items():
            if (key := _key(uses[name])) not in rows:
                rows[key] = _Rows.of(summary, uses[name], arrays.appraisal_inputs)
        return cls(arrays, uses, rows)

    def figures(self, changed: AppraisalInputs, name: str) -> dict[str, ChangedFigures]:
        """Return the figures of each option where one service has other contacts.

        Equal to those of what `summarise_options` returns, but for `cost`, which is None.

        Parameters
        ----------
        changed
            The inputs, in which only the contacts of this service differ.
        name
            The id of the service, which people travel for.
        """
        service = next(service for service in changed.services if service.id == name)
        contacts = {name: changed.contacts_of(service).to_numpy()}
        arrays = replace(self.arrays, appraisal_inputs=changed, contacts=contacts, uses={})
        made = {
            key: rows.with_use(name, _use_of(arrays, service, rows.summary), arrays.people)
            for key, rows in self.rows.items()
        }
        return {option: made[_key(uses)] for option, uses in self.uses.items()}


def _use_of(arrays: StudyArrays, service: Service, summary: OptionSummary) -> ServiceUse:
    """Return how an option runs a service."""
    option = summary.option
    sites = option.sites.get(service.id, frozenset())
    return arrays.use_of(service, sites, option.shares_of(service.id, service.shares))


def _key(uses: UseByService) -> tuple[int, ...]:
    """Return a key, which options share that run every service alike."""
    return tuple(map(id, uses.values()))


def _journeys(use: ServiceUse) -> tuple[Floats, Floats]:
    """Return the minutes to a service, and the journeys a year."""
    return use.nearest.minutes, use.split.at_site


def _sum_with(rows: Floats, number: int, row: Floats) -> Floats:
    """Return the sum of rows, added in their order, after one of them is replaced."""
    changed = rows.copy()
    changed[number] = row
    total: Floats = np.add.accumulate(changed)[-1]
    return total
