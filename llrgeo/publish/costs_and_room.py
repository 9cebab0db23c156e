"""Costs and room: what each option costs, and whether its sites cope, in short plain lines."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.publish import pages
from llrgeo.publish.publication import Publication
from llrgeo.publish.sentences import in_sentence
from llrgeo.publish.wording import wording

_MILLION: Final = 1e6


def costs_and_room(publication: Publication) -> list[tuple[str, list[str]]]:
    """Return for every option, today first, what readers call it and its lines.

    Today has no costs against itself. Lines are left out where the study has no figures, or where
    contacts of real patients could be worked out from them.
    """
    found = [
        (
            option.label,
            [
                *_cost_lines(publication, option),
                *_room_lines(publication, option),
                *_bed_lines(publication, option),
            ],
        )
        for option in (publication.baseline, *publication.alternatives)
    ]
    return [(label, lines) for label, lines in found if lines]


def _cost_lines(publication: Publication, option: Option) -> Iterator[str]:
    costs, words = publication.tables.get("costs"), wording()
    if costs is None or option is publication.baseline:
        return
    row = costs[costs["option"] == option.name].to_dict(orient="records")[0]
    years = pages.number(row["horizon_years"])
    yield _money("provider", row["extra_provider"]).format(years=years)
    # A ratio of 0 or below, or none, is no saving for each pound: then only the net cost is said.
    net, ratio = float(row["net_cost"]), float(row["benefit_cost_ratio"])
    if np.isnan(net):
        return
    if ratio > 0:
        yield words["facts_ratio"].format(pence=pages.number(ratio * 100))
    yield _money("net", net).format(years=years)


def _money(line: str, pounds: float) -> str:
    """Return a line about money more, less or as much; the years are still to be filled in."""
    millions = pages.number(abs(pounds) / _MILLION, 1)
    if millions == pages.number(0, 1):
        return wording()[f"facts_{line}_same"]
    said = wording()[f"facts_{line}_{'more' if pounds > 0 else 'less'}"]
    return said.replace("{millions}", millions)


def _room_lines(publication: Publication, option: Option) -> Iterator[str]:
    """Yield which sites are over capacity and which below their minimum, service by service."""
    words, loads = wording(), publication.tables.get("site_loads", pd.DataFrame())
    if "share_used" not in loads.columns:
        return
    mine = loads[loads["option"] == option.name]
    names = publication.sites["name"]
    for service in publication.services:
        rows = mine[mine["service"] == service.id].set_index("site_id")
        called = in_sentence(service.label)
        full = rows.loc[rows["over_capacity"] > 0, "share_used"]
        if len(full):
            sites = "; ".join(
                words["facts_site"].format(site=names[str(site)], share=pages.share(share))
                for site, share in full.items()
            )
            yield words["facts_full"].format(service=called, sites=sites)
        short = rows.index[rows["below_minimum"].astype(bool)]
        if len(short):
            yield words["facts_short"].format(service=called, sites="; ".join(names[short]))
    # No stated capacity is not the same as none that is full: each has its own sentence.
    if mine["capacity"].isna().all():
        yield words["facts_no_room"]
    elif not (mine["over_capacity"] > 0).any():
        yield words["facts_none_full"]


def _bed_lines(publication: Publication, option: Option) -> Iterator[str]:
    """Yield how many beds are short in the study's first year and last, where it has years."""
    words, years = wording(), publication.tables.get("capacity_by_year")
    if years is None:
        return
    mine = years[years["option"] == option.name].sort_values("year")
    now, then = float(mine["beds_short"].iloc[0]), float(mine["beds_short"].iloc[-1])
    if now > 0 or then > 0:
        yield words["facts_beds" if now > 0 else "facts_beds_then"].format(
            now=pages.number(now), then=pages.number(then), year=str(mine["year"].iloc[-1])
        )
