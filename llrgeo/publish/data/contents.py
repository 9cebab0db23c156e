"""What each published table is about, in the order in which a reader wants them."""

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

_OWN: Final = "A table of the study's own."


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of tables in the order of a workbook; unknown ones last."""
    known = list(TABLES)
    return sorted(names, key=lambda name: known.index(name) if name in TABLES else len(known))


def contents(tables: Mapping[str, pd.DataFrame], sheets: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a table: `sheet`, `table`, `rows` and what it is `about`."""
    names = in_order(tables)
    return pd.DataFrame(
        {
            "sheet": [sheets[name] for name in names],
            "table": names,
            "rows": [len(tables[name]) for name in names],
            "about": [TABLES.get(name, _OWN) for name in names],
        }
    )


TABLES: Final[Mapping[str, str]] = {
    "sentences": "What each option does to journeys, in a sentence.",
    "scorecard": "The options by the criteria of the study, with their labels, scores and ranks.",
    "journeys": "Minutes and who gains or loses, by option, service and group of people.",
    "winners_and_losers": "People by how many minutes they gain or lose.",
    "thresholds": "People within so many minutes, today and under each option.",
    "places": "The authorities compared, under each option.",
    "worst_places": "The ten areas with the longest journeys under each option.",
    "worst_changes": "The ten areas whose journeys lengthen most under each option.",
    "equity": "How evenly journeys are spread, and how they fall on deprived areas.",
    "areas": "Every area: minutes and their change for every service and option.",
    "flows": "Residents and contacts by nearest site today and under each option.",
    "site_loads": "Residents and contacts at each site.",
    "places_of_care": "Contacts by kind of place: city, community, home, video.",
    "activity": "How often each service is used, and who says so.",
    "burden": "Journeys, hours, kilometres and carbon a year, of patients and of teams.",
    "over_the_border": "Residents and contacts that cross the border of the study.",
    "team_reach": "Homes that a team reaches within the standard.",
    "floating_catchments": "Supply within reach, where people share it with their neighbours.",
    "choice_of_site": "What changes if people do not all go to the nearest site.",
    "on_foot": "Minutes on foot to the nearest site, by group of people.",
    "by_public_transport": "Minutes by public transport to the nearest site, by group of people.",
    "costs": "Costs of each option at present value, and what they buy.",
    "costs_by_site": "What is opened, closed and run at each site, and its cost.",
    "patient_costs_by_fifth": "What journeys cost patients, by fifth of deprivation.",
    "service_costs": "The costs of a service at a site that the study assumes.",
    "unit_values": "The values that the study puts on time, distance and carbon.",
    "discount_rates": "The rates by which costs of later years count for less.",
    "criteria": "The criteria, their weights and the figures that score 0 and 1.",
    "scores": "The scores of each option by criterion, 0 to 1.",
    "rank_acceptability": "How often each option takes each rank, over all weightings.",
    "central_weights": "The mean weights with which each option comes first.",
    "switching_weights": "The weight of a criterion at which another option takes the lead.",
    "tornado": "The lead of the best option when one assumption is low or high.",
    "simulated_figures": "Figures when travel times, rates and growth vary within their errors.",
    "simulated_ranks": "How often each option takes each rank in that simulation.",
    "robustness": "How sure the first place is, in words.",
    "data_dictionary": "Every column of every file: what it holds, its unit, what a blank means.",
}
