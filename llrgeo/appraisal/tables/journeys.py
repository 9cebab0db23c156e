"""Declared tables of journeys: who gains and who loses, where, and how evenly."""

from collections.abc import Callable
from typing import Final

import pandas as pd

from llrgeo.appraisal.accessibility.equity import equity_table
from llrgeo.appraisal.disclosure import drop_columns, publish_as_is
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.narrative import worst_changes, worst_places
from llrgeo.appraisal.people.area_facts import has_authorities, has_deprivation
from llrgeo.appraisal.places.authorities import compare_authorities, with_figures
from llrgeo.appraisal.places.indicators import COLUMN_PREFIX, of_kind
from llrgeo.appraisal.tables.averages import AVERAGED
from llrgeo.appraisal.tables.columns import (
    ACCESS,
    AREA_ID,
    AREA_NAME,
    AUTHORITY,
    AUTHORITY_IF_KNOWN,
    CHANGED_MINUTES,
    ERROR_UNKNOWN,
    GROUP,
    LEVEL,
    MEAN,
    NO_SITE,
    OPTION,
    OUTCOME_PEOPLE,
    PEOPLE_IN_GROUP,
    RESIDENTS,
    SERVICE,
    UNREACHABLE,
    WARD_IF_KNOWN,
    explained,
    indicator_columns,
    shares_within,
)
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    ColumnFamily,
    Conservation,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.makers import by_option, by_service, residents, within_error
from llrgeo.appraisal.tables.units import (
    INDEX,
    MINUTES,
    OF_THE_STUDY,
    PEOPLE,
    PERSON_MINUTES,
    RANK,
    SHARE,
)

_NO_TIME: Final = "no journey takes any time"
_NO_GRADIENT: Final = "all areas are equally deprived"

_GRADIENTS: Final = (
    PublishedColumn(
        "concentration_index",
        "Below 0, long journeys fall on the deprived; 0 is no gradient",
        INDEX,
        _NO_TIME,
    ),
    PublishedColumn(
        "slope_index_min",
        "Minutes from most to least deprived; below 0, the deprived travel more",
        MINUTES,
        _NO_GRADIENT,
    ),
)


def _journeys(context: EvidenceContext) -> pd.DataFrame:
    """Return journeys by group, and whether a mean changes by less than its error."""
    journeys = by_service(context, lambda result: result.access.groups.reset_index())
    inputs = context.appraisal_inputs
    errors_min = {
        service.id: inputs.times_of(service.delivery).accuracy.mean_min
        for service in inputs.services
    }
    error_min = journeys["service"].map(errors_min).astype(float)
    return journeys.assign(within_error=within_error(journeys["change_mean_min"], error_min))


def _shares(context: EvidenceContext) -> list[PublishedColumn]:
    """Return the shares within the study's thresholds, and within the standard of each service."""
    thresholds = sorted(set(context.appraisal_inputs.thresholds_min))
    standards = {service.travel_standard_min for service in context.appraisal_inputs.services}
    return [
        *shares_within(thresholds),
        *shares_within(
            sorted(standards - set(thresholds)), "it is the standard of another service"
        ),
    ]


def _if_ranked(column: PublishedColumn) -> Callable[[EvidenceContext], list[PublishedColumn]]:
    """Return the rule by which a column is there: where the areas tell their deprivation."""
    return lambda context: [column] if has_deprivation(context.appraisal_inputs.areas) else []


def _indicators(context: EvidenceContext) -> list[PublishedColumn]:
    """Return the columns of the study's own file of figures of authorities."""
    indicators = context.evidence_inputs.indicators
    return [
        PublishedColumn(
            str(name),
            f"'{name}' of the authority, from the study's own file of indicators",
            OF_THE_STUDY,
            "the file has no figure for the authority",
        )
        for name in (() if indicators is None else indicators.columns)
    ]


def _declared_indicators(context: EvidenceContext) -> list[PublishedColumn]:
    """Return the columns of the study's indicators of authorities."""
    return indicator_columns(of_kind(context.evidence_inputs.figures, "authority"))


def _worst_areas(
    name: str,
    about: str,
    pick: Callable[[OptionResult, pd.DataFrame], pd.DataFrame],
    extra: tuple[PublishedColumn, ...] = (),
) -> TableDeclaration:
    """Declare a table of single areas, picked from those of each option."""

    def make(context: EvidenceContext) -> pd.DataFrame:
        areas = context.appraisal_inputs.areas
        return by_option(context, lambda option: pick(option, areas).reset_index())

    return TableDeclaration(
        name,
        about,
        (
            OPTION,
            AREA_ID,
            AREA_NAME,
            WARD_IF_KNOWN,
            AUTHORITY_IF_KNOWN,
            RESIDENTS,
            *CHANGED_MINUTES,
            *extra,
        ),
        make,
        publish_as_is,
    )


JOURNEYS: Final = (
    TableDeclaration(
        "journeys",
        "Minutes and who gains or loses, by option, service and group of people; all services"
        " together are counted in people_by_service.",
        (
            OPTION,
            SERVICE,
            GROUP,
            LEVEL,
            *ACCESS,
            ColumnFamily("share_within_{minutes}_min", _shares),
            PublishedColumn(
                "before_mean_min",
                "Mean minutes today of those who can reach a site both today and then",
                MINUTES,
                NO_SITE,
            ),
            PublishedColumn(
                "change_mean_min",
                "Mean change of minutes of the same people; below 0 is shorter",
                MINUTES,
                NO_SITE,
            ),
            *OUTCOME_PEOPLE,
            PublishedColumn(
                "within_error",
                "Whether the mean changes by less than a mean over many areas may be wrong by",
                blank=ERROR_UNKNOWN,
            ),
        ),
        _journeys,
        publish_as_is,
        conserves=(
            Conservation(("option", "service", "group"), ("people",), residents),
            Conservation(
                ("option", "service", "group"), tuple(c.name for c in OUTCOME_PEOPLE), residents
            ),
        ),
    ),
    TableDeclaration(
        "winners_and_losers",
        "People by how many minutes they gain or lose for one service; losses over all services are"
        " in largest_worsening.",
        (
            OPTION,
            SERVICE,
            PublishedColumn("outcome", "What changes for these people"),
            PublishedColumn(
                "band",
                "Minutes gained or lost, tolerance and upper edge included",
                blank="the outcome has no minutes",
            ),
            PEOPLE_IN_GROUP,
            PublishedColumn("share", "Share of all people", SHARE, "nobody lives in the study"),
            PublishedColumn(
                "change_people_min", "Minutes gained or lost times people", PERSON_MINUTES
            ),
        ),
        lambda context: by_service(context, lambda result: result.access.winners),
        publish_as_is,
        conserves=(Conservation(("option", "service"), ("people",), residents),),
    ),
    TableDeclaration(
        "thresholds",
        "People within so many minutes of a service, today and under each option.",
        (
            OPTION,
            SERVICE,
            PublishedColumn(
                "threshold_min", "A number of minutes; exactly so many count as within", MINUTES
            ),
            PublishedColumn("within_before", "People within it today", PEOPLE),
            PublishedColumn("within_after", "People within it under the option", PEOPLE),
            PublishedColumn("newly_inside", "People who come within it", PEOPLE),
            PublishedColumn("newly_outside", "People who fall outside it", PEOPLE),
        ),
        lambda context: by_service(context, lambda result: result.access.thresholds),
        publish_as_is,
    ),
    TableDeclaration(
        "places",
        "The authorities compared, under each option.",
        (
            OPTION,
            PublishedColumn(
                "rank",
                "Rank of the authority by its average minutes over all services; 1 is the shortest",
                RANK,
                "nobody there can reach a site",
            ),
            PublishedColumn("authority_code", "Code of the authority"),
            explained(AUTHORITY, "Name of the authority"),
            explained(PEOPLE_IN_GROUP, "Residents of the authority"),
            *AVERAGED,
            PublishedColumn(
                "share_longer",
                "Share of people with a longer journey, or none left, for at least one service",
                SHARE,
                "nobody lives there",
            ),
            PublishedColumn(
                "share_shorter",
                "Share of people with a shorter journey for at least one service and a longer one"
                " for none",
                SHARE,
                "nobody lives there",
            ),
            PublishedColumn(
                "city_share",
                "Share of contacts at acute hospitals",
                SHARE,
                "there are no contacts",
            ),
            ColumnFamily("{indicator}", _indicators),
            ColumnFamily(f"{COLUMN_PREFIX}{{indicator}}", _declared_indicators),
        ),
        lambda context: with_figures(
            compare_authorities(
                context.results,
                context.appraisal_inputs.areas,
                context.appraisal_inputs.sites,
                context.evidence_inputs.indicators,
            ),
            of_kind(context.evidence_inputs.figures, "authority"),
        ),
        drop_columns("city_share"),
        applies=lambda context: has_authorities(context.appraisal_inputs.areas),
        conserves=(Conservation(("option",), ("people",), residents),),
    ),
    _worst_areas(
        "worst_places",
        "The ten areas with the longest average journey over all services under each option.",
        worst_places,
    ),
    _worst_areas(
        "worst_changes",
        "The ten areas with the largest worsening for any service under each option.",
        worst_changes,
        (PublishedColumn("service", "The service that worsens most there"),),
    ),
    TableDeclaration(
        "equity",
        "How evenly journeys are spread, and how they fall on deprived areas.",
        (
            OPTION,
            explained(PEOPLE_IN_GROUP, "All residents"),
            UNREACHABLE,
            MEAN,
            PublishedColumn(
                "ede_min",
                "Kolm-Pollak equally-distributed equivalent minutes, aversion 1",
                MINUTES,
                NO_SITE,
            ),
            PublishedColumn(
                "inequality_min",
                "Minutes that inequality costs everyone: the equivalent less the mean",
                MINUTES,
                NO_SITE,
            ),
            PublishedColumn(
                "ede_low_aversion_min", "The equivalent with aversion 0.5", MINUTES, NO_SITE
            ),
            PublishedColumn(
                "ede_high_aversion_min", "The equivalent with aversion 2", MINUTES, NO_SITE
            ),
            PublishedColumn(
                "gini",
                "Gini coefficient of minutes over people; 0 is the same for all",
                INDEX,
                _NO_TIME,
            ),
            PublishedColumn(
                "worst_tenth_ratio",
                "Mean minutes of the worst-served tenth over the mean of all",
                INDEX,
                _NO_TIME,
            ),
            *(ColumnFamily(column.name, _if_ranked(column)) for column in _GRADIENTS),
        ),
        lambda context: equity_table(
            context.results, context.appraisal_inputs.areas, baseline=context.baseline
        ).reset_index(),
        publish_as_is,
        conserves=(Conservation(("option",), ("people",), residents),),
    ),
)
