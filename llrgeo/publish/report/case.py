"""The case against each option, beside the case for it: the items of the appraisal in words."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.publish import pages
from llrgeo.publish.data.labels import level_label
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.option_rows import rows_of
from llrgeo.publish.wording import wording

AGAINST: Final = (
    *("longer_for_one", "service_longer", "visitors_longer", "several_services", "worst_places"),
    *("worst_places_people", "site_stops", "group_hit_more", "team_farther", "long_walk"),
    *("longer_bus", "no_car_households", "no_car_unknown", "bus", "walk", "rush_hour"),
    *("rush_hour_standard", "rush_hour_unknown", "into_acute", "over_border", "over_capacity"),
    *("under_minimum", "room_unknown", "average_hides", "kilometres_more", "costs_unknown"),
    *("provider_pays_more", "patients_pay_more", "first_in_weightings", "dominated"),
    *("fails_hurdle", "weight_turns_above", "weight_turns_below", "assumption_turns"),
    *("assumed_activity", "error_of_times", "error_untested", "error_unknown", "too_close"),
    *("beds_short", "ward_full", "more_posts", "parking_short", "parking_unknown", "older_later"),
    *(
        "works",
        "hours_more",
        "newly_beyond_standard",
        "thin_bus",
        "oldest_figure",
        "pandemic_figures",
        "housing",
    ),
    *("outcomes", "parking", "ambulances", "beds_and_rooms", "staff_in_place", "other_options"),
    "earlier_closures",
)
"""Every item of the case against; each has a claim and what would answer it in the catalogue."""

FOR: Final = (
    *("shorter_for_one", "service_shorter", "visitors_shorter", "team_nearer"),
    *("newly_in_standard", "beds_less_short", "fewer_posts"),
    *("hours_saved", "provider_saves", "patients_save"),
)
"""Every item of the case for."""

_NEW_THERE: Final = ("ward_full", "over_capacity")  # today may have no such service at the site
_WORST: Final = ("worst_places", "worst_places_people")
_MILLION: Final = 1e6
_WITHOUT: Final = {  # whose second figure is of people without a journey, then or today
    **dict.fromkeys(("service_longer", "visitors_longer"), "case_lost"),
    **dict.fromkeys(("service_shorter", "visitors_shorter"), "case_gained"),
}


def claims_against(publication: Publication, option: Option) -> list[tuple[str, str, str]]:
    """Return the case against an option: each claim, what it rests on, what would answer it."""
    words = wording()
    return [
        (
            claim(publication, row),
            words[f"rests_{row['rests_on']}"],
            words[f"answer_{row['item']}"],
        )
        for row in rows_of(publication, "case_against", option.name)
    ]


def claims_for(publication: Publication, option: Option) -> list[str]:
    """Return the case for an option, claim by claim."""
    return [claim(publication, row) for row in rows_of(publication, "case_for", option.name)]


def claim(publication: Publication, row: Mapping[str, Any]) -> str:
    """Return an item in words."""
    words, key = wording(), str(row["item"])
    if key == "provider_pays_more" and pd.notna(row["second"]) and row["second"] < 0:
        key = "provider_pays_for_less"
    if key in _NEW_THERE and pd.isna(row["today"]):
        key += "_new"
    if key == "error_of_times" and pd.isna(row["value"]):
        key = "error_of_times_no_mean"
    if key == "fails_hurdle" and row["today"] == 0:
        key = "fails_hurdle_as_today"
    if key == "patients_pay_more" and pd.notna(row["second"]):
        key = "patients_pay_for_savings"
    if key in _WORST and row["value"] == 1:
        key += "_one"
    # Above, the phrase is chosen by what the figures say; each has a form for its special case.
    sentence = words[f"case_{key}"].format(**_figures(row), **_names(publication, row))
    if key in _WITHOUT and row["second"] > 0:
        sentence += " " + words[_WITHOUT[key]].format(people=pages.people(row["second"]))
    if row["too_close"] > 0:
        sentence += " " + words["case_close"].format(people=pages.people(row["too_close"]))
    return sentence


def _figures(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the figures of an item in every way in which a phrase may ask for them."""
    words, people = wording(), row["people"]
    figures = {"people": pages.people(people), "minutes": _number(row["minutes"], 1)}
    figures |= {"residents": words.residents(people), "persons": words.persons(people)}
    figures |= {
        "more": _number(float(row["value"]) - float(row["today"]), 0),
        "fewer": _number(float(row["today"]) - float(row["value"]), 0),
    }
    for name in ("value", "second", "today"):
        figure = float(row[name])
        figures |= {
            name: _number(figure, 0),
            f"{name}_minutes": _number(figure, 1),
            f"{name}_residents": "" if pd.isna(figure) else words.residents(figure),
            f"{name}_two": _number(figure, 2),
            f"{name}_share": "" if pd.isna(figure) else pages.share(figure),
            f"{name}_millions": _number(figure / _MILLION, 1),
        }
    return figures


def _names(publication: Publication, row: Mapping[str, Any]) -> dict[str, str]:
    """Return what an item is about, as readers call it."""
    words = wording()
    services = {service.id: service.label for service in publication.services}
    options = {option.name: option.label for option in publication.options}
    subject = str(row["subject"])
    label = words.get(f"measure_{subject}", words.get(f"rate_{subject}", subject))
    group = str(row["group"])
    phrase = words[f"group_{group}"] if group else ""
    return {
        "service": services.get(row["service"], ""),
        "place": str(row["place"]),
        "subject": words.get(f"period_{subject}", label).replace("_", " "),
        "rival": options.get(row["rival"], ""),
        "group": phrase.format(level=level_label(group, row["level"], words)) if group else "",
    }


def _number(value: float, decimals: int) -> str:
    return "" if pd.isna(value) else pages.number(value, decimals)
