"""The first page of the report: five lines an option that answer what everybody asks.

What it does, for whom it is worse, what it costs, whether the sites can cope, and how sure that is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.people_by_service import CLASSES, LONGER_CLASSES
from llrgeo.publish import pages
from llrgeo.publish.costs_and_room import option_costs
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.option_rows import rows_of
from llrgeo.publish.report.ranking import option_sentence
from llrgeo.publish.wording import wording

LINES: Final = ("does", "worse", "costs", "cope", "sure")
_MILLION: Final = 1e6


def answers(publication: Publication, option: Option) -> list[tuple[str, str]]:
    """Return the five lines of an option: each question, and its answer."""
    texts = (
        _does(publication, option),
        _worse(publication, option),
        _costs(publication, option),
        _cope(publication, option),
        _sure(publication, option),
    )
    words = wording()
    return [
        (words[f"ask_{line}"], answer) for line, answer in zip(LINES, texts, strict=True) if answer
    ]


def loads_table_rows(publication: Publication) -> Iterator[list[str]]:
    """Yield the sites of each option that are over their capacity or below what keeps them viable.

    Each row: option, service, site, contacts, capacity, share of it used, and what is wrong.
    """
    words, loads = wording(), publication.tables.get("site_loads", pd.DataFrame())
    if "share_used" not in loads.columns:  # withheld, where contacts are of real patients
        return
    labels = {option.name: option.label for option in publication.options}
    services = {service.id: service for service in publication.services}
    for row in loads.to_dict(orient="records"):
        full, short = row["over_capacity"] > 0, row["below_minimum"]
        if full or short:
            limit = row["capacity"] if full else services[row["service"]].minimum_activity
            yield [
                labels[row["option"]],
                services[row["service"]].label,
                str(publication.sites["name"][row["site_id"]]),
                pages.people(row["contacts"]),
                pages.people(limit),
                words["load_full" if full else "load_short"].format(
                    share=pages.share(row["contacts"] / limit) if limit else ""
                ),
            ]


def cost_basis(publication: Publication) -> str:
    """Return over how many years, at what discount rate and in which prices costs are stated."""
    tables = publication.tables
    if not {"costs", "discount_rates", "service_costs"} <= set(tables):
        return ""
    rates = tables["discount_rates"]
    years = int(tables["costs"]["horizon_years"].iloc[0])
    # Only the rates that the horizon reaches; the last is said to hold to its end.
    used = rates[(rates["kind"] == "standard") & (rates["first_year"] <= years)]
    rate = "; ".join(
        wording()["cost_rate"].format(
            rate=pages.share(row["rate"], 1),
            first=pages.number(row["first_year"]),
            last=pages.number(min(row["last_year"], years)),
        )
        for row in used.to_dict(orient="records")
    )
    dates = "; ".join(sorted({str(date) for date in tables["service_costs"]["date"] if date}))
    return wording()["cost_basis"].format(
        years=years, rate=rate, date=dates or wording()["no_date"]
    )


def _does(publication: Publication, option: Option) -> str:
    """Return which services start and stop, at how many sites each."""
    words = wording()
    parts: dict[str, list[str]] = {"starts": [], "stops": []}
    for service in publication.services:
        before = publication.baseline.sites.get(service.id, frozenset())
        after = option.sites.get(service.id, frozenset())
        for kind, moved in (("starts", after - before), ("stops", before - after)):
            if moved:
                key = "at_site" if len(moved) == 1 else "at_sites"
                parts[kind].append(
                    words[key].format(service=service.label, count=pages.number(len(moved)))
                )
    sentences = [
        words[f"line_{kind}"].format(services="; ".join(services))
        for kind, services in parts.items()
        if services
    ]
    return " ".join(sentences) or words["plain_no_change"]


def _worse(publication: Publication, option: Option) -> str:
    """Return who has a longer journey for any service, where it is worst, and who a shorter one."""
    words = wording()
    row = _row(publication, "people_by_service", option, group="everyone")
    if row is None:
        sentence_row = _row(publication, "sentences", option)
        return "" if sentence_row is None else option_sentence(publication, option)
    total = sum(float(row[name]) for name in CLASSES)
    longer = sum(float(row[name]) for name in LONGER_CLASSES)
    sentences = [words["line_nobody_longer"]]
    if longer:
        sentences = [
            words["line_longer"].format(
                residents=words.residents(longer), share=pages.share(longer / total, 1)
            )
        ]
        sentences += _worst(publication, option)
    items = _items(publication, option)
    # The largest of the services that teams bring, not their sum: they may be the same people.
    farther = [item["people"] for item in items if item["item"] == "team_farther"]
    if farther:
        sentences.append(words["line_teams"].format(residents=words.residents(max(farther))))
    shorter = float(row["shorter"])
    if not shorter:
        return " ".join([*sentences, words["option_shorter_nobody"]])
    sentences.append(
        words["line_shorter"].format(
            people=pages.people(shorter), share=pages.share(shorter / total, 1)
        )
    )
    return " ".join(sentences)


def _worst(publication: Publication, option: Option) -> Iterator[str]:
    """Yield where the option is worst, and for which service."""
    words, worst = wording(), _row(publication, "worst_changes", option)
    if worst is None or pd.isna(worst["change_min"]):
        return
    # A ward's name says more than an area's, whose name is often that of its authority with a
    # number.
    ward = worst.get("ward")
    place = f"{ward} ({worst['name']})" if isinstance(ward, str) and ward else worst["name"]
    labels = {service.id: service.label for service in publication.services}
    # A journey lost is no number of minutes (+inf), and has a sentence of its own.
    lost = worst["change_min"] == float("inf")
    yield words["line_worst_lost" if lost else "line_worst"].format(
        place=place,
        minutes="" if lost else pages.number(worst["change_min"], 1),
        service=labels.get(worst["service"], ""),
    )


def _costs(publication: Publication, option: Option) -> str:
    """Return what the provider pays more or less, and what patients and carbon save for it.

    Where the study states works on buildings they are said beside what services cost, with what
    both come to; the benefits and the net cost are then set against the two together.
    """
    words, found = wording(), option_costs(publication, option)
    if found is None:
        return words["line_costs_unknown"]
    sentences = [_more_or_less("line_provider", found.services)]
    # Without works the services alone are all that the provider pays.
    if found.works:
        paid = pages.number(abs(found.works_paid) / _MILLION, 1)
        sentences.append(_more_or_less("line_works", found.works).replace("{paid}", paid))
        sentences.append(_more_or_less("line_in_all", found.provider))
    elif found.has_works:
        sentences.append(words["line_no_works"])
    if pd.notna(found.benefits):
        sentences.append(_more_or_less("line_benefits", found.benefits))
    if found.ratio > 0:
        sentences.append(words["line_ratio"].format(ratio=pages.number(found.ratio, 2)))
    if pd.notna(found.net):
        sentences.append(_more_or_less("line_net", found.net))
    return " ".join(sentences)


def _cope(publication: Publication, option: Option) -> str:
    """Return which sites would be over capacity or below their minimum, and what is unknown."""
    words = wording()
    if "share_used" not in publication.tables.get("site_loads", pd.DataFrame()).columns:
        return words["line_cope_unknown"]
    items = _items(publication, option)
    full = [row for row in items if row["item"] == "over_capacity"]
    short = [row for row in items if row["item"] == "under_minimum"]
    unknown = [row for row in items if row["item"] == "room_unknown"]
    loads = publication.tables["site_loads"]
    # "No site is full" may be said only where some capacity is stated.
    stated = loads.loc[loads["option"] == option.name, "capacity"].notna().any()
    over = (loads["option"] == option.name) & (loads["over_capacity"] > 0)
    as_today = int(over.sum()) - len(full)
    sentences = [] if as_today else [words["line_none_full" if stated else "line_no_capacity"]]
    if full:
        sites = "; ".join(f"{row['place']} ({pages.share(row['value'])})" for row in full)
        sentences = [words["line_full"].format(sites=sites)]
    if short:
        count = sum(int(row["value"]) for row in short)
        sentences.append(words["line_short"].format(count=pages.number(count)))
    if as_today:
        sentences.append(words["line_full_as_today"].format(count=pages.number(as_today)))
    sentences += _beds(publication, option)
    if unknown and stated:
        sentences.append(words["line_room"].format(count=pages.number(unknown[0]["value"])))
    return " ".join(sentences)


def _beds(publication: Publication, option: Option) -> Iterator[str]:
    """Yield what the option adds to the beds that today's sites would lack in the last year."""
    table = publication.tables.get("capacity_by_year")
    if table is None:
        return
    last = table[table["year"] == table["year"].max()].set_index("option")
    short, today = (float(last["beds_short"][n]) for n in (option.name, publication.baseline_name))
    if short > 0 or today > 0:
        # Held against today's sites in the same year: they too would be short by then.
        kind = "more" if short > today else "less" if short < today else "same"
        yield wording()[f"line_beds_{kind}"].format(
            year=str(int(last["year"].iloc[0])),
            change=pages.number(abs(short - today)),
            count=pages.number(short),
            today=pages.number(today),
        )


def _sure(publication: Publication, option: Option) -> str:
    """Return the option's rank, in how many weightings it is first, and what rests on guesses."""
    words, sentences = wording(), []
    for row in _items(publication, option):
        if row["item"] == "first_in_weightings":
            sentences.append(
                words["line_rank"].format(
                    rank=pages.number(row["second"]),
                    count=pages.number(len(publication.options)),
                    share=pages.share(row["value"]),
                )
            )
        if row["item"] == "fails_hurdle":
            sentences.append(words["line_hurdle"])
        if row["item"] == "too_close":
            sentences.append(words["line_close"].format(residents=words.residents(row["people"])))
        if row["item"] == "assumed_activity":
            sentences.append(
                words["line_assumed"].format(
                    count=pages.number(row["value"]), services=pages.number(row["second"])
                )
            )
    # Several items may ask for the same line; it is said once.
    return " ".join(dict.fromkeys(sentences))


def _more_or_less(key: str, pounds: float) -> str:
    words = wording()
    kind = "more" if pounds > 0 else "less" if pounds < 0 else "same"
    millions = pages.number(abs(pounds) / _MILLION, 1)
    return words[f"{key}_{kind}"].replace("{millions}", millions)


def _row(
    publication: Publication, table: str, option: Option, *, group: str = ""
) -> Mapping[str, Any] | None:
    """Return the first row of an option in a table; None where there is none."""
    rows = rows_of(publication, table, option.name)
    return next((row for row in rows if not group or row["group"] == group), None)


def _items(publication: Publication, option: Option) -> Sequence[Mapping[str, Any]]:
    return rows_of(publication, "case_against", option.name)
