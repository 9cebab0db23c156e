"""The case by capacity: beds and posts that are missing, full wards, parking, older people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.case.comparison import Comparison, sites_with_more
from llrgeo.appraisal.case.item import Item, site_name

_BEDS: Final = "contacts"
_MORE = 0.001  # of a share refused: what is less is noise of rounding


@dataclass(frozen=True, slots=True)
class Findings:
    """What the appraisal of capacity found, by option, site and year.

    Attributes
    ----------
    by_year
        As `summary_by_year` returns it.
    beds
        As `CapacityEvidence.beds`: by option, service, site and year.
    parking
        As `parking_by_site` returns it, for the first year; empty without an estate.
    older
        People aged 85 and over by area (rows) and year (columns); empty where bands do not tell.
    """

    by_year: pd.DataFrame
    beds: pd.DataFrame
    parking: pd.DataFrame
    older: pd.DataFrame


def places_and_staff(compared: Comparison, found: Findings | None) -> Iterator[Item]:
    """Yield what the option lacks of beds, posts and parking, each beside what today would lack."""
    if found is None or compared.changes_nothing:
        return
    summary = found.by_year.set_index(["option", "year"])
    option, baseline = compared.after.option.name, compared.before.option.name
    first, last = (int(end) for end in (found.by_year["year"].min(), found.by_year["year"].max()))
    short, short_today = (float(summary["beds_short"][name, last]) for name in (option, baseline))
    # What today's sites lack as well is no point against the option: what it adds to it is.
    if short > short_today:
        yield Item("beds_short", subject=str(last), value=short, today=short_today, rests_on=_BEDS)
    yield from _full_wards(compared, found.beds, first)
    posts, posts_today = (float(summary["wte"][name, first]) for name in (option, baseline))
    if posts > posts_today:
        yield Item("more_posts", value=posts, today=posts_today, rests_on="contacts")
    yield from _parking(compared, found.parking)
    yield from _older_losers(compared, found.older)


def fewer_missing(compared: Comparison, found: Findings | None) -> Iterator[Item]:
    """Yield what the option has to spare of beds and posts beside today, by the same rules."""
    if found is None or compared.changes_nothing:
        return
    summary = found.by_year.set_index(["option", "year"])
    names = compared.after.option.name, compared.before.option.name
    first, last = (int(end) for end in (found.by_year["year"].min(), found.by_year["year"].max()))
    # Beds are the trouble of the last year, when most are needed; posts are to be filled from the
    # first on.
    for item, column, year in (
        ("beds_less_short", "beds_short", last),
        ("fewer_posts", "wte", first),
    ):
        now, today = (float(summary[column][name, year]) for name in names)
        if now < today:
            yield Item(item, subject=str(year), value=now, today=today, rests_on=_BEDS)


def _full_wards(compared: Comparison, beds: pd.DataFrame, year: int) -> Iterator[Item]:
    """Yield for each service the site where a patient would find no bed more often than today."""
    if beds.empty:
        return
    names = ("option", "service", "site_id", "share_refused")
    listed = zip(*(beds.loc[beds["year"] == year, name].tolist() for name in names), strict=True)
    refused = {tuple(map(str, ward)): float(share) for *ward, share in listed}
    option, baseline = compared.after.option.name, compared.before.option.name
    fuller = []
    for (name, service, site), share in refused.items():
        # A site without such a ward today has no share of today: nobody is refused or admitted.
        today = refused.get((baseline, service, site), np.nan)
        more = share - (0.0 if np.isnan(today) else today)
        if name == option and more > _MORE:
            fuller.append((more, service, site, share, today))
    named_services: set[str] = set()
    for _, service, site, share, today in sorted(fuller, key=lambda ward: -ward[0]):
        if service not in named_services:
            named_services.add(service)
            yield Item(
                "ward_full",
                service=service,
                place=site_name(compared.appraisal_inputs.sites, site),
                value=share,
                today=today,
                rests_on="contacts",
            )


def _parking(compared: Comparison, parking: pd.DataFrame) -> Iterator[Item]:
    """Yield sites that lack more spaces than today, and those of which nobody knows the spaces."""
    # Only sites that get more visitors can be short of spaces because of the option.
    gaining = gaining_sites(compared)
    with_spaces: set[str] = set()
    if not parking.empty:
        spaces = parking.dropna(subset=["spaces"]).set_index(["option", "site_id"])
        short = spaces["spaces_short"]
        for site in sorted(gaining):
            beds_short = float(short.get((compared.after.option.name, site), np.nan))
            if np.isnan(beds_short):
                continue
            with_spaces.add(site)
            today = float(short.get((compared.before.option.name, site), 0.0))
            if beds_short > today:
                yield Item(
                    "parking_short",
                    place=site_name(compared.appraisal_inputs.sites, site),
                    value=beds_short,
                    today=today,
                    rests_on="contacts",
                )
    if unknown := sorted(gaining - with_spaces):
        names = "; ".join(site_name(compared.appraisal_inputs.sites, site) for site in unknown)
        yield Item("parking_unknown", place=names, value=float(len(unknown)), rests_on="nothing")


def _older_losers(compared: Comparison, older: pd.DataFrame) -> Iterator[Item]:
    """Yield how many of the very old would have a longer journey, today and in the last year."""
    hit = compared.any_longer
    if older.empty or not hit.any():
        return
    first, last = older.columns[0], older.columns[-1]
    of_losers = older.reindex(compared.appraisal_inputs.areas.index)[hit]
    now, then = (float(of_losers[year].sum()) for year in (first, last))
    if then > now:
        yield Item("older_later", subject=str(last), value=then, second=now)


def gaining_sites(compared: Comparison) -> set[str]:
    """Return the sites to which more people would travel than today."""
    gaining: set[str] = set()
    for result in compared.visited:
        gaining |= sites_with_more(compared.before.services[result.service.id], result)
    return gaining
