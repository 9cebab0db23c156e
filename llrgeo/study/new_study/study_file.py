"""Write the study file of a new area, with comments, from its known sites.

Services, their illustrative rates and the criteria are those of the default study; the services of
a site are assumed by its kind, which the file states.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.embedded import DEFAULT_STUDY, embedded
from llrgeo.inputs.official.site_table import ACUTE
from llrgeo.study.config import StudyConfig, load_study

_AT_ACUTE: Final = ("planned_outpatients", "diagnostics")
_TODAY: Final = (
    "Assumed: planned appointments and tests at acute hospitals, or across the border where that "
    "is nearer; all else at community hospitals."
)
# Parts of the default study's sources about its own place, which do not apply to other places.
_LOCAL: Final = re.compile(r'(?:; |, as )[^;"]*(?:Leicester|Rutland)[^;"]*')
_AT_HEALTH_CENTRES: Final = ("planned_outpatients", "community_physiotherapy")
_SERVICES, _OPTIONS, _CRITERIA = (
    f"\n# --- {part} ---" for part in ("Services", "Options", "Criteria")
)


@dataclass(frozen=True, slots=True)
class YearsAhead:
    """Years of a study, the first is the base, with the files of its projections and estate."""

    years: tuple[int, ...]
    projections: str
    source: str
    estate: str = ""


@dataclass(frozen=True, slots=True)
class Timetables:
    """Timetables of a study: files, the day that they are read for, and their source."""

    feeds: tuple[str, ...]
    date: str
    source: str


def assume_services(sites: pd.DataFrame) -> pd.Series:
    """Return what each site could host, by its kind: an assumption that a planner corrects.

    Hospitals could host everything, practices and health centres clinics and physiotherapy,
    hospitals of neighbours clinics and tests. Sites of no known kind host nothing, nor do closed
    ones.
    """
    everything = [service.id for service in load_study().services]
    hosts: dict[str, list[str]] = {
        ACUTE: everything,
        "community_hospital": everything,
        "health_centre": [service for service in _AT_HEALTH_CENTRES if service in everything],
    }
    hosted = sites["kind"].map({kind: ";".join(ids) for kind, ids in hosts.items()}).fillna("")
    hosted = hosted.mask(sites["is_neighbour"], ";".join(_AT_ACUTE))
    return hosted.mask(sites["status"] == "closed", "")


def study_text(
    place: str,
    sites: pd.DataFrame,
    *,
    date: str,
    sources: Sequence[str],
    timetables: Timetables | None,
    ahead: YearsAhead | None = None,
) -> str:
    """Return the text of the study file.

    Parameters
    ----------
    place
        The name of the place for the title.
    sites
        On `site_id`, with `name`, `kind`, `status`, `services`, `is_neighbour`.
    date
        The date of the study.
    sources
        Lines that give credit.
    timetables
        For `[transit]`; None if there are none.
    ahead
        For `[capacity]`; None if no people of later years are known.

    Raises
    ------
    InputError
        If there is no hospital to run services at, or no site that they could move to.
    """
    default = embedded(DEFAULT_STUDY).read_text(encoding="utf-8")
    services = default[default.index(_SERVICES) : default.index(_OPTIONS)]
    criteria = default[default.index(_CRITERIA) :]
    return "".join(
        [
            _head(place, date, sources, timetables, ahead),
            _capacity(ahead, default),
            _LOCAL.sub("", services),
            _options_text(load_study(), sites),
            criteria,
        ]
    )


def _head(
    place: str,
    date: str,
    sources: Sequence[str],
    timetables: Timetables | None,
    ahead: YearsAhead | None,
) -> str:
    modes = '["car", "walk", "transit"]' if timetables else '["car", "walk"]'
    listed = "\n".join(f"  {_quoted(line)}," for line in sources)
    return f"""\
# {place}
#
# Written by `llrgeo new --icb` from official data. Read about.md first: what was fetched, of which
# date, and what is assumed. TODO.csv lists what no source says.

title = {_quoted(f"Care closer to home in {place}")}
question = "Which journeys would change if planned care moved nearer to where people live?"
date = "{date}"

sources = [
{listed}
]

areas = "areas.csv"
sites = "sites.csv"
outlines = "outlines.geojson"
postcodes = "postcodes.csv" # for the search on the pages, and to place sites by
network = "streets"
networks = {{ walk = "streets_on_foot" }}

modes = {modes}
periods = ["off_peak", "am_peak"] # options are judged by the first
thresholds_min = [10, 20, 30, 45, 60]
{_years(ahead)}# Streets are not calibrated here. Compare with times you trust, then set both:
# llrgeo validate study.toml --reference known_minutes.csv
# time_factor = 0.75
# terminal_min = 4.0
{_transit(timetables)}
[appraisal]
service_costs = "embedded" # illustrative; without this line only what patients bear is costed
rate_sd = 0.2   # the rates below may be a fifth too low or too high
speed_sd = 0.05 # and all roads a twentieth slower or faster

"""


def _years(ahead: YearsAhead | None) -> str:
    if ahead is None:
        return ""
    return f"years = {list(ahead.years)} # people as projected; the first is the base\n"


def _capacity(ahead: YearsAhead | None, default: str) -> str:
    """Return the table [capacity]; busy hours and slots are the default study's."""
    if ahead is None:
        return (
            "# No projections could be used: beds, rooms and teams of later years are left out.\n"
        )
    estate = [f"estate = {_quoted(ahead.estate)} # trusts' returns"] if ahead.estate else []
    # Lines are copied, not values, to keep the comments of the default study.
    shared = [line for line in default.splitlines() if line.startswith(("crisis = ", "rooms = "))]
    lines = [
        "[capacity] # beds of sites are not known: add [options.beds] and beds_source",
        f"projections = {_quoted(ahead.projections)} # people by authority, sex and age",
        f"projections_source = {_quoted(ahead.source)}",
        *estate,
        *shared,
    ]
    return "\n".join([*lines, ""])


def _transit(timetables: Timetables | None) -> str:
    if timetables is None:
        return "# No timetables were to be had: public transport is left out.\n"
    return f"""
[transit] # buses and trams; the feed has no trains
feeds = {json.dumps(timetables.feeds)}
source = {_quoted(timetables.source)}
date = "{timetables.date}"
window = [09:00:00, 11:00:00]
"""


def refuse_without_hospital(sites: pd.DataFrame) -> None:
    """Refuse sites from which no study can be written.

    Parameters
    ----------
    sites
        As `study_text` takes them.

    Raises
    ------
    InputError
        If there is no hospital to run services at, or no site that they could move to.
    """
    ids = _by_kind(sites)
    acute = ids[ACUTE] + ids["neighbours"]
    if not acute or not (ids["community_hospital"] or ids["health_centre"]):
        missing = "acute hospital" if not acute else "community hospital or health centre"
        msg = (
            f"no {missing} is known here: the estates returns name none within 45 minutes. "
            "Correct the address of the returns in the table of sources (llrgeo fetch estate tries "
            "it), or write sites.csv and study.toml by hand"
        )
        raise InputError(msg)


def _options_text(default: StudyConfig, sites: pd.DataFrame) -> str:
    """Return the options: today, as assumed, and one that brings planned care nearer."""
    refuse_without_hospital(sites)
    ids = _by_kind(sites)
    acute, community = ids[ACUTE] + ids["neighbours"], ids["community_hospital"]
    nearer = community or ids["health_centre"]
    # Without a community hospital all services start at the acute ones, and one service moves.
    base = community or ids[ACUTE] or acute
    opened = _AT_ACUTE if community else _AT_ACUTE[:1]
    runs = {service.id: acute if service.id in _AT_ACUTE else base for service in default.services}
    where = "every community hospital" if community else "practices and health centres"
    return f"""
# --- Options -------------------------------------------------------------------------------------
# Assumed by kind of site, not told by any source: correct what runs where first of all.

[[options]]
id = "today"
label = "Today"
baseline = true
note = "{_TODAY}"

[options.sites]
{_lists(runs, sites)}

[[options]]
id = "nearer"
label = "Planned care at {where}"
based_on = "today"
note = "An illustration to start from. No site closes."

[options.opens]
{_lists(dict.fromkeys(opened, nearer), sites)}

"""


def _by_kind(sites: pd.DataFrame) -> dict[str, list[str]]:
    """Return the ids of open sites by kind, and those of neighbours."""
    usable = sites[(sites["status"] == "open") & (sites["services"] != "")]
    ours = usable[~usable["is_neighbour"]]
    kinds = (ACUTE, "community_hospital", "health_centre")
    found = {kind: list(ours.index[ours["kind"] == kind]) for kind in kinds}
    return {**found, "neighbours": list(usable.index[usable["is_neighbour"]])}


def _lists(runs: Mapping[str, Sequence[str]], sites: pd.DataFrame) -> str:
    """Return the lists of sites of each service, one site a line with its name."""
    return "\n".join(
        "\n".join(
            [
                f"{service} = [",
                *(
                    f"  {_quoted(site_id)}, # {_plain(sites.loc[site_id, 'name'])}"
                    for site_id in ids
                ),
                "]",
            ]
        )
        for service, ids in runs.items()
    )


def _quoted(text: str) -> str:
    """Return a text as a TOML string; JSON strings are valid TOML."""
    return json.dumps(text, ensure_ascii=False)


def _plain(text: object) -> str:
    """Return a text without characters that a TOML comment cannot have."""
    return "".join(letter for letter in str(text) if letter.isprintable())
