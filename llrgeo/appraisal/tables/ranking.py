"""Declared tables of the ranking: sentences, scores, weights, and how sure the first place is."""

from collections.abc import Callable
from typing import Final

import pandas as pd

from llrgeo.appraisal.disclosure import drop_rows, publish_as_is
from llrgeo.appraisal.measures import CONTACT_MEASURES, MEASURES
from llrgeo.appraisal.scoring import criteria_table, scorecard_table, scores_table
from llrgeo.appraisal.tables.columns import CRITERION, OPTION, RANKED, SENTENCE, WEIGHT, explained
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    NEVER_BLANK,
    ColumnFamily,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.makers import has_visits, long_ranks
from llrgeo.appraisal.tables.units import (
    OF_THE_MEASURE,
    RANK,
    SCORE,
    SHARE,
    Unit,
    measure_unit,
)
from llrgeo.appraisal.uncertainty.robustness import FEWEST_FIRST, switching_weights


def _criteria(
    meaning: str, unit: Unit | None = None, blank: str = NEVER_BLANK
) -> Callable[[EvidenceContext], list[PublishedColumn]]:
    """Return what gives a column for each criterion of a study, in the unit of its measure."""
    return lambda context: [
        PublishedColumn(
            str(name),
            meaning.format(label=MEASURES[name].label),
            unit or measure_unit(MEASURES[name].unit),
            blank,
        )
        for name in context.scorecard.weights.index
    ]


def _simulated_ranks(context: EvidenceContext) -> pd.DataFrame:
    return long_ranks(context.simulation.ranks(context.scorecard, MEASURES))


HEADLINES: Final = (
    TableDeclaration(
        "sentences",
        "What each option does to journeys, in a sentence.",
        (OPTION, explained(SENTENCE, "What the option does, in words")),
        lambda context: pd.DataFrame(context.sentences.items(), columns=["option", "sentence"]),
        publish_as_is,
    ),
    TableDeclaration(
        "scorecard",
        "The options by the criteria of the study, with their labels, scores and ranks.",
        (
            OPTION,
            PublishedColumn("label", "What readers call the option"),
            ColumnFamily(
                "{measure}", _criteria("{label}", blank="too few people can reach a site")
            ),
            PublishedColumn("total", "Weighted sum of the scores", SCORE),
            RANKED,
            PublishedColumn(
                "dominated_by",
                "An option that is as good on all criteria and better on one",
                blank="no option is as good on all criteria and better on one",
            ),
        ),
        lambda context: scorecard_table(context.scorecard, context.labels).reset_index(),
        publish_as_is,
    ),
)
RANKING: Final = (
    TableDeclaration(
        "criteria",
        "The criteria, their weights and the figures that score 0 and 1.",
        (
            CRITERION,
            PublishedColumn("label", "What readers call the criterion"),
            PublishedColumn("unit", "The unit of the figure"),
            PublishedColumn("better", "Whether a lower or a higher figure is better"),
            PublishedColumn("scores_0_at", "The figure that scores 0", OF_THE_MEASURE),
            PublishedColumn("scores_1_at", "The figure that scores 1", OF_THE_MEASURE),
            WEIGHT,
        ),
        lambda context: criteria_table(context.scorecard),
        publish_as_is,
    ),
    TableDeclaration(
        "scores",
        "The scores of each option by criterion, 0 to 1.",
        (
            OPTION,
            ColumnFamily("{measure}", _criteria("Score for: {label}", SCORE)),
            PublishedColumn(
                "off_scale",
                "Criteria whose figure lies beyond what scores 0 or 1",
                blank="every figure is on the scale",
            ),
        ),
        lambda context: scores_table(context.scorecard).reset_index(),
        publish_as_is,
    ),
    TableDeclaration(
        "rank_acceptability",
        "How often each option takes each rank, over all weightings.",
        (
            OPTION,
            PublishedColumn("rank", "Rank; 1 is best", RANK),
            PublishedColumn(
                "share", "Share of weightings in which the option has this rank", SHARE
            ),
        ),
        lambda context: long_ranks(context.acceptability.ranks),
        publish_as_is,
    ),
    TableDeclaration(
        "central_weights",
        "The mean weights with which each option comes first.",
        (
            OPTION,
            ColumnFamily(
                "{measure}",
                _criteria(
                    "Mean weight, where the option comes first, of: {label}",
                    SHARE,
                    f"first in fewer than {FEWEST_FIRST} of the weightings drawn",
                ),
            ),
        ),
        lambda context: context.acceptability.central_weights.reset_index(),
        publish_as_is,
    ),
    TableDeclaration(
        "switching_weights",
        "The weight of a criterion at which another option takes the lead.",
        (
            CRITERION,
            WEIGHT,
            PublishedColumn("leader", "The option that is first"),
            PublishedColumn("challenger", "The option that overtakes it"),
            PublishedColumn(
                "switching_weight", "The weight of the criterion at which it does", SHARE
            ),
            PublishedColumn(
                "falls_below", "Whether it does as the weight falls below that, or as it exceeds it"
            ),
        ),
        lambda context: switching_weights(context.scorecard),
        publish_as_is,
    ),
    TableDeclaration(
        "tornado",
        "The lead of the best option when one assumption is low or high.",
        (
            PublishedColumn("assumption", "What is changed, low and high"),
            PublishedColumn(
                "low_margin",
                "Score by which the leader is ahead with it low; below 0 it is not",
                SCORE,
            ),
            PublishedColumn(
                "high_margin",
                "Score by which the leader is ahead with it high; below 0 it is not",
                SCORE,
            ),
            PublishedColumn("margin", "Score by which the leader is ahead as assumed", SCORE),
            PublishedColumn("low_leader", "The first option with it low"),
            PublishedColumn("high_leader", "The first option with it high"),
        ),
        lambda context: context.tornado,
        publish_as_is,
    ),
    TableDeclaration(
        "simulated_figures",
        "Figures when travel times, rates and growth vary within their errors.",
        (
            PublishedColumn("measure", "The simulated measure"),
            OPTION,
            *(
                PublishedColumn(name, meaning, OF_THE_MEASURE, "nobody can reach a site")
                for name, meaning in (
                    ("low", "Figure that 5 % of draws fall below"),
                    ("median", "Figure in the middle of all draws"),
                    ("high", "Figure that 5 % of draws exceed"),
                    ("change_low", "Difference from today that 5 % of draws fall below"),
                    ("change_median", "Difference from today in the middle of all draws"),
                    ("change_high", "Difference from today that 5 % of draws exceed"),
                )
            ),
        ),
        lambda context: context.simulation.intervals(baseline=context.baseline),
        drop_rows("measure", *sorted(CONTACT_MEASURES)),
        applies=has_visits,
    ),
    TableDeclaration(
        "simulated_ranks",
        "How often each option takes each rank in that simulation.",
        (
            OPTION,
            PublishedColumn("rank", "Rank; 1 is best", RANK),
            PublishedColumn("share", "Share of draws in which the option has this rank", SHARE),
        ),
        _simulated_ranks,
        publish_as_is,
        applies=has_visits,
    ),
    TableDeclaration(
        "robustness",
        "How sure the first place is, in words.",
        (explained(SENTENCE, "How sure the ranking is, in words"),),
        lambda context: pd.DataFrame({"sentence": [context.robustness]}),
        publish_as_is,
    ),
)
