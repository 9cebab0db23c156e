"""Evidence: everything the appraisal says about a study's options, as declared tables."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

import pandas as pd

from llrgeo.appraisal.disclosure import count_contacts, disclosable_tables
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import TableDescription, make_tables
from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.appraisal.uncertainty.robustness import Acceptability, FirstPlace


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the appraisal found.

    Attributes
    ----------
    sentences
        What each option does, in plain English, by option name.
    robustness
        How sure the first place is, in plain English.
    first_place
        The same in figures.
    acceptability
        Ranks over all weightings.
    tables
        Every table by name, ids as columns, ready to be written.
    descriptions
        What each of these tables is about, and its columns with unit and meaning of a blank.
    context
        What they were made from.
    """

    sentences: Mapping[str, str]
    robustness: str
    first_place: FirstPlace
    acceptability: Acceptability
    tables: Mapping[str, pd.DataFrame]
    descriptions: Mapping[str, TableDescription]
    context: EvidenceContext


def appraise(
    results: Mapping[str, OptionResult],
    appraisal_inputs: AppraisalInputs,
    scorecard: Scorecard,
    evidence_inputs: EvidenceInputs,
    *,
    baseline: str,
) -> Evidence:
    """Return all evidence about a study's evaluated options.

    Parameters
    ----------
    results
        What `evaluate_options` returns.
    appraisal_inputs
        What the options were evaluated on. Where its contacts are of real patients, each table is
        published by its rule of disclosure.
    scorecard
        What `score_options` returns for these results.
    evidence_inputs
        Rates, growth and errors.
    baseline
        The name of the option that the others are compared with.

    Raises
    ------
    InputError
        If rates or indicators do not fit the study.
    LlrgeoError
        If a table has a column that is not declared, or its people do not add up.
    """
    return draw_evidence(
        EvidenceContext(results, appraisal_inputs, scorecard, evidence_inputs, baseline)
    )


def draw_evidence(context: EvidenceContext, names: Container[str] | None = None) -> Evidence:
    """Draw evidence from its context, of all tables or of those of some names alone.

    Where contacts are of real patients, what of one table may be shown rests on the others: there
    draw all of them.

    Raises
    ------
    InputError, LlrgeoError
        As `appraise`.
    """
    appraisal_inputs = context.appraisal_inputs
    declarations = [table for table in TABLES if names is None or table.name in names]
    tables = make_tables(declarations, context)
    if appraisal_inputs.restricted:
        # Where contacts are of real patients, each declaration's own rule decides what of it is
        # shown.
        rules = {declaration.name: declaration.disclosure for declaration in declarations}
        counted = count_contacts(context.results, appraisal_inputs, baseline=context.baseline)
        tables = disclosable_tables(tables, rules, counted)
    descriptions = {
        declaration.name: declaration.describe(context)
        for declaration in declarations
        if declaration.name in tables
    }
    return Evidence(
        context.sentences,
        context.robustness,
        context.first_place,
        context.acceptability,
        tables,
        descriptions,
        context,
    )
