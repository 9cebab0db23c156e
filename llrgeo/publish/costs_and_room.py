"""Costs and room: what each option costs, and whether its sites cope, in short plain lines."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.options import Option
from llrgeo.execution.computed_once import computed_once
from llrgeo.publish import pages
from llrgeo.publish.publication import Publication
from llrgeo.publish.sentences import in_sentence
from llrgeo.publish.wording import wording

_MILLION: Final = 1e6

SiteLoads: TypeAlias = Mapping[str, Mapping[Hashable, Any]]
"""Rows of table `site_loads` of one option and service, by site."""


@dataclass(frozen=True, slots=True)
class OptionCosts:
    """What an option costs more than today, in pounds at present value.

    Attributes
    ----------
    services
        What the provider pays more for services: to open, close and run them.
    has_works
        Whether the study states works on buildings for any option.
    works, works_paid
        What works on buildings cost more, at present value and not discounted; 0 without any.
    benefits
        What patients and carbon save; NaN where the times carry no distances.
    ratio
        Benefits over what the provider pays more, works included; NaN where it pays no more.
    net
        What the provider pays more, works included, less the benefits.
    """

    services: float
    has_works: bool
    works: float
    works_paid: float
    benefits: float
    ratio: float
    net: float

    @property
    def provider(self) -> float:
        """What the provider pays more, for services and works on buildings together."""
        return self.services + self.works


def option_costs(publication: Publication, option: Option) -> OptionCosts | None:
    """Return what an option costs, as every page tells it; None where the study has no costs."""
    costs = publication.tables.get("costs")
    if costs is None:
        return None
    row = costs[costs["option"] == option.name].iloc[0]
    # A study that states works has every figure with them as well, which is then the one to tell.
    has_works = "works" in costs.columns
    return OptionCosts(
        float(row["extra_provider"]),
        has_works,
        float(row["works"]) if has_works else 0.0,
        float(row["works_paid"]) if has_works else 0.0,
        float(row["benefits"]),
        float(row["ratio_with_works" if has_works else "benefit_cost_ratio"]),
        float(row["net_with_works" if has_works else "net_cost"]),
    )


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
    found, words = option_costs(publication, option), wording()
    if found is None or option is publication.baseline:
        return
    years = pages.number(publication.tables["costs"]["horizon_years"].iloc[0])
    if found.works:
        # Both parts, and then what they come to: a saving on services is none on buildings.
        yield _money("services", found.services).format(years=years)
        yield _money("works", found.works).format(years=years)
        yield _money("both", found.provider).format(years=years)
    else:
        yield _money("provider", found.provider).format(years=years)
    if np.isnan(found.net):
        return
    # A ratio of 0 or below, or none, is no saving for each pound: then only the net cost is given.
    if found.ratio > 0:
        yield words["facts_ratio"].format(pence=pages.number(found.ratio * 100))
    yield _money("net", found.net).format(years=years)


def _money(line: str, pounds: float) -> str:
    """Return a line about money more, less or as much; the years are still to be filled in."""
    millions = pages.number(abs(pounds) / _MILLION, 1)
    if millions == pages.number(0, 1):
        return wording()[f"facts_{line}_same"]
    phrase = wording()[f"facts_{line}_{'more' if pounds > 0 else 'less'}"]
    return phrase.replace("{millions}", millions)


def _room_lines(publication: Publication, option: Option) -> Iterator[str]:
    """Yield which sites are over capacity and which below their minimum, service by service."""
    words, loads = wording(), publication.tables.get("site_loads", pd.DataFrame())
    if "share_used" not in loads.columns:
        return
    loads_of_option, loads_today = (
        _loads_by_site(publication).get(name, {})
        for name in (option.name, publication.baseline_name)
    )
    for service in publication.services:
        rows = loads_of_option.get(service.id, {})
        # Under the baseline nothing is "as today": it is today.
        is_today = option is publication.baseline
        today = {} if is_today else loads_today.get(service.id, {})
        yield from _full_line(publication, service, rows, today)
        yield from _short_line(publication, service, rows, today)
    # No stated capacity is not the same as none that is full: each has its own sentence.
    everywhere = [load for rows in loads_of_option.values() for load in rows.values()]
    if not any(pd.notna(load["capacity"]) for load in everywhere):
        yield words["facts_no_room"]
    elif not any(load["over_capacity"] > 0 for load in everywhere):
        yield words["facts_none_full"]


def _full_line(
    publication: Publication, service: Service, rows: SiteLoads, today: SiteLoads
) -> Iterator[str]:
    """Yield a line about the sites over capacity for a service, if any: with today's use if full.

    `rows` and `today` are the loads of the service by site; `today` is empty for the baseline.
    """
    words, names = wording(), publication.sites["name"]
    used, used_today = _used_if_full(rows), _used_if_full(today)
    sites = "; ".join(
        words["facts_site_now" if site in used_today else "facts_site"].format(
            site=names[site], share=pages.share(share), now=pages.share(used_today.get(site, 0.0))
        )
        for site, share in used.items()
    )
    if sites:
        yield words["facts_full"].format(service=in_sentence(service.label), sites=sites)


def _short_line(
    publication: Publication, service: Service, rows: SiteLoads, today: SiteLoads
) -> Iterator[str]:
    """Yield a line about the sites below the minimum of a service, if any; see `_full_line`."""
    words, names = wording(), publication.sites["name"]
    short, short_today = (
        [site for site, load in loads.items() if load["below_minimum"]] for loads in (rows, today)
    )
    sites = "; ".join(
        words["facts_short_now"].format(site=names[site]) if site in short_today else names[site]
        for site in short
    )
    if sites:
        yield words["facts_short"].format(service=in_sentence(service.label), sites=sites)


def _used_if_full(loads: SiteLoads) -> dict[str, float]:
    """Return the share that is used of each site over capacity."""
    return {site: load["share_used"] for site, load in loads.items() if load["over_capacity"] > 0}


@computed_once
def _loads_by_site(publication: Publication) -> Mapping[str, Mapping[str, SiteLoads]]:
    """Return the loads of sites by option and service."""
    parts: dict[str, dict[str, dict[str, Mapping[Hashable, Any]]]] = {}
    for load in publication.tables["site_loads"].to_dict("records"):
        by_service = parts.setdefault(load["option"], {})
        by_service.setdefault(load["service"], {})[load["site_id"]] = load
    return parts


def _bed_lines(publication: Publication, option: Option) -> Iterator[str]:
    """Yield how many beds are short in the study's first year and last, where it has years."""
    words, years = wording(), publication.tables.get("capacity_by_year")
    if years is None:
        return
    option_beds, today_beds = (
        years[years["option"] == name].sort_values("year")["beds_short"].to_numpy(float)
        for name in (option.name, publication.baseline_name)
    )
    last = str(years["year"].max())
    if option is not publication.baseline:
        # A shortage that is there without the option is no effect of it: both figures are given.
        if option_beds[-1] > 0 or today_beds[-1] > 0:
            then, as_now = (pages.number(short[-1]) for short in (option_beds, today_beds))
            yield words["facts_beds_option"].format(then=then, today=as_now, year=last)
    elif option_beds[0] > 0 or option_beds[-1] > 0:
        yield words["facts_beds" if option_beds[0] > 0 else "facts_beds_then"].format(
            now=pages.number(option_beds[0]), then=pages.number(option_beds[-1]), year=last
        )
