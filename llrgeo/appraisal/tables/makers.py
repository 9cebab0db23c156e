"""What the makers of several tables share: long tables over options, services and ranks."""

from collections.abc import Callable, Mapping

import pandas as pd

from llrgeo.appraisal.distinct_options import for_distinct_options, for_distinct_services
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.journeys.use_arrays import ServiceUse
from llrgeo.appraisal.stacking import stack_tables
from llrgeo.appraisal.tables.context import EvidenceContext


def by_option(
    context: EvidenceContext, pick: Callable[[OptionResult], pd.DataFrame]
) -> pd.DataFrame:
    """Return one table of every option's, with the column `option` first."""
    return stack_tables(for_distinct_options(context.results, pick), ["option"])


def by_service(
    context: EvidenceContext, pick: Callable[[ServiceResult], pd.DataFrame]
) -> pd.DataFrame:
    """Return one table of every option's and service's, with these two columns first."""
    return stack_tables(for_distinct_services(context.results, pick), ["option", "service"])


def within_error(change_min: pd.Series, error_min: pd.Series | float) -> pd.Series:
    """Return whether means change by less than they may be wrong by; missing if that is unknown."""
    error = pd.Series(error_min, change_min.index, dtype=float)
    within = change_min.abs() < error
    return within.astype("boolean").mask(error.isna()) if error.isna().any() else within


def long_ranks(ranks: pd.DataFrame) -> pd.DataFrame:
    """Return shares of options (rows) by rank (columns) as `option`, `rank` and `share`."""
    long = ranks.rename_axis("option").reset_index().melt("option", None, "rank", "share")
    return long.astype({"rank": "int64"}).sort_values(["option", "rank"], ignore_index=True)


def residents(context: EvidenceContext, _: Mapping[str, str]) -> float:
    """Return all residents of the study: what each table of people adds up to."""
    return context.residents


def residents_in_reach(context: EvidenceContext, group: Mapping[str, str]) -> float:
    """Return the residents who can reach a site of a service under an option."""
    reached = _use(context, group).reaches
    return float(context.appraisal_inputs.areas["residents"].to_numpy()[reached].sum())


def contacts(context: EvidenceContext, group: Mapping[str, str]) -> float:
    """Return all contacts a year of a service under an option."""
    return float(_use(context, group).split.contacts.sum())


def contacts_at_sites(context: EvidenceContext, group: Mapping[str, str]) -> float:
    """Return the contacts a year of a service under an option for which patients travel."""
    return float(_use(context, group).split.at_site.sum())


def contacts_travelled(context: EvidenceContext, group: Mapping[str, str]) -> float:
    """Return the contacts a year of a service under an option, those by video apart."""
    split = _use(context, group).split
    return float(split.at_site.sum() + split.at_home.sum())


def has_visits(context: EvidenceContext) -> bool:
    """Return whether somebody travels to a site for any service of the study."""
    return bool(context.appraisal_inputs.visited)


def has_teams(context: EvidenceContext) -> bool:
    """Return whether a team travels to the home for any service of the study."""
    return len(context.appraisal_inputs.visited) < len(context.appraisal_inputs.services)


def _use(context: EvidenceContext, group: Mapping[str, str]) -> ServiceUse:
    return context.results[group["option"]].services[group["service"]].after
