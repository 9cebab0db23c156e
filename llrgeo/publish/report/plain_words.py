"""The plain-words draft: what the options mean in short sentences, one idea a line.

It is raw material for people who write for people: to be edited, given pictures, and tested with
readers. It does not claim to be Easy Read, which is made and tested with its readers.
"""

import re
from collections.abc import Iterable, Iterator
from math import isnan
from typing import Final

import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.execution.computed_once import computed_once
from llrgeo.publish.moves import stops
from llrgeo.publish.option_view import OptionView, journey_label
from llrgeo.publish.pages import number
from llrgeo.publish.people_view import PeopleView, longer_people, too_close_people
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording
from llrgeo.schema import WGS84

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>|~$&#]|^[+=-])")
_WHO: Final = {"team": "team_", "visitor": "visit_", "patient": ""}
_CHANGES: Final = ("improved", "worsened", "lost", "gained")
_TENTHS: Final = 10
_NEARLY_ALL: Final = 9.5


def render_plain_words(publication: Publication) -> str:
    """Return the draft as Markdown: an editor turns it into any document."""
    parts = [
        _opening_lines(publication),
        *(_option_lines(publication, option) for option in publication.alternatives),
        _closing_lines(publication),
    ]
    return "\n\n".join("\n\n".join(lines) for lines in parts) + "\n"


def in_ten(people: float, total: float) -> str:
    """Return a part of all people as so many in ten, which more readers grasp than per cent."""
    words = wording()
    tenths = _TENTHS * people / total
    if people in {0, total}:
        return words["plain_nobody" if people == 0 else "plain_everyone"]
    if tenths < 1:
        return words["plain_few"]
    if tenths >= _NEARLY_ALL:
        return words["plain_nearly_all"]
    return words["plain_in_ten"].format(count=round(tenths))


def markdown_text(text: str) -> str:
    """Return text from data so that Markdown shows it as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _opening_lines(publication: Publication) -> list[str]:
    words = wording()
    lines = [
        f"# {markdown_text(publication.title)}",
        f"**{words['plain_draft']}**",
        *words["plain_opening"].splitlines(),
        words["plain_journey"].format(journey=markdown_text(journey_label(publication.judged_by))),
        f"## {words['plain_options']}",
    ]
    listed = "\n".join(f"- {markdown_text(option.label)}" for option in publication.alternatives)
    return [*lines, listed]


def _option_lines(publication: Publication, option: Option) -> list[str]:
    """Return what an option changes, service by service, then for the largest towns."""
    words = wording()
    views = [publication.views[option.name, service.id] for service in publication.services]
    # Services that change nothing for anybody are passed over, not listed as unchanged.
    changed = [view for view in views if any(view.everyone[name] > 0 for name in _CHANGES)]
    lines = [
        f"## {markdown_text(option.label)}",
        words["plain_picture"],
        *_sentences(markdown_text(option.note)),
    ]
    if not changed:
        return [*lines, words["plain_no_change"]]
    lines += [f"### {words['plain_all']}", _bullets(_all_services_lines(publication, option))]
    lines += [f"### {words['plain_stops']}", _bullets(_stop_lines(publication, option))]
    for sentences, labels in _alike(changed).items():
        lines += [f"### {'; '.join(labels)}", sentences]
    # Towns are listed for the service that gets worse for most people; the heading names it.
    stands = publication.option_view(option)
    heading = words["plain_places"].format(service=markdown_text(stands.service.label))
    return [*lines, f"### {heading}", _bullets(_place_lines(publication, stands))]


def _all_services_lines(publication: Publication, option: Option) -> Iterator[str]:
    """Yield who has a longer and who a shorter journey over all services, never netted."""
    words, view = wording(), publication.people[option.name]
    everyone, total = view.everyone, publication.areas["residents"].sum()
    for key, people in _people_by_class(view).items():
        yield words[f"plain_{key}"].format(people=in_ten(people, total))
    close = sum(too_close_people(everyone))
    if isnan(close) and any(_people_by_class(view).values()):
        yield words["plain_close_unknown"]
    if close > 0:
        yield words["plain_close"].format(people=in_ten(close, total))


def _people_by_class(view: PeopleView) -> dict[str, float]:
    who = "any_team" if view.teams_only else "any"
    shorter = view.everyone["shorter"]
    return {f"{who}_longer": longer_people(view.everyone), f"{who}_shorter": shorter}


def _stop_lines(publication: Publication, option: Option) -> Iterator[str]:
    """Yield what would stop where, a service and a site a line; or that nothing would."""
    words, found = wording(), stops(publication, option)
    if not found:
        yield words["plain_no_stops"]
    for move in found:
        for site in move.sites:
            services = ", ".join(markdown_text(label) for label in move.services)
            yield words["plain_stop"].format(site=markdown_text(site), services=services)


def _alike(views: Iterable[OptionView]) -> dict[str, list[str]]:
    """Return the services by what is said of them, so that nothing is said twice."""
    services: dict[str, list[str]] = {}
    for view in views:
        label = markdown_text(view.service.label)
        services.setdefault(_bullets(_people_lines(view)), []).append(label)
    return services


def _people_lines(view: OptionView) -> Iterator[str]:
    words, everyone = wording(), view.everyone
    total = view.areas["people"].sum()
    who = _WHO[view.service.delivery]
    for outcome in _CHANGES:
        if everyone[outcome] or outcome in {"improved", "worsened"}:
            people = in_ten(everyone[outcome], total)
            yield words[f"plain_{who}{outcome}"].format(people=people)


def _place_lines(publication: Publication, view: OptionView) -> Iterator[str]:
    """Yield the journey from the largest town or village of each authority."""
    words = wording()
    places = _largest_places(publication, view)
    close = view.accuracy.too_close(places["before_min"], places["after_min"])
    for (place, row), near in zip(places.iterrows(), close, strict=True):
        reaches_sites = pd.notna(row["after_site"]) and pd.notna(row["before_site"])
        key = f"plain_place_{row['outcome']}" if reaches_sites else "plain_place_none"
        if reaches_sites and near and row["outcome"] != "unchanged":
            key = "plain_place_close"  # a change that may only be an error is called no change
        yield words[key].format(
            place=markdown_text(str(place)),
            before=_minutes(row["before_min"]),
            after=_minutes(row["after_min"]),
        )


def _minutes(value: float) -> str:
    """Write whole minutes: "1 minute", "12 minutes"."""
    count = number(value)
    return wording()["minute" if count == "1" else "minutes"].format(count=count)


def _largest_places(publication: Publication, view: OptionView) -> pd.DataFrame:
    area_id = _areas_of_places(publication)
    # Places are sorted by size, so the first of each authority is its largest.
    return view.areas.loc[area_id].set_index(area_id.index).drop_duplicates("authority")


@computed_once
def _areas_of_places(publication: Publication) -> pd.Series:
    """Return the area in which each place lies, by the place's name, the largest first."""
    places = publication.base.places.to_crs(WGS84).sort_values("residents", ascending=False)
    outlines = publication.base.outlines[["geometry"]].to_crs(WGS84)
    inside = places[["name", "geometry"]].sjoin(outlines, predicate="within")
    return inside.set_index(pd.Index(inside["name"], name="place"))[outlines.index.name]


def _half_within_min(publication: Publication) -> float:
    """Return within how many minutes half of the checked journeys are, in the worst district.

    Without errors by district it is that of all journeys; NaN where none was checked.
    """
    times = publication.judged_by
    rows = times.accuracy.journeys
    own = rows[rows["period"] == times.period]
    return times.error_min if own.empty else float(own["median_abs_min"].max())


def _closing_lines(publication: Publication) -> list[str]:
    words, error_min = wording(), _half_within_min(publication)
    checked = words["plain_unchecked"]
    if pd.notna(error_min):
        # "Right to 0 minutes" would claim too much.
        checked = words["plain_checked"].format(minutes=_minutes(max(1, round(error_min))))
    return [
        f"## {words['plain_sure']}",
        *words["plain_sure_lines"].splitlines(),
        checked,
        f"## {words['plain_say']}",
        markdown_text(publication.theme.contact) or words["plain_contact"],
    ]


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.!?]) +", text) if sentence]


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
