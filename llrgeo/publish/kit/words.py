"""Words about a place: the same sentences for its page, its leaflet and its text to read aloud."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Final

import pandas as pd

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.options import Option
from llrgeo.publish import pages
from llrgeo.publish.kit.figures import PlaceView, whole
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

CLOSE: Final = "≈"  # after a change that is too close to say
EVEN: Final = "±0"  # some people's minutes change, and not their average
_LONG_MIN: Final = 120  # from here hours are easier to grasp
_MOVES: Final = ("longer", "lost", "shorter", "gained")  # the worse ones first
_WHO: Final = {"patient": "change", "visitor": "visit", "team": "team"}


@dataclass(frozen=True, slots=True)
class ServiceWords:
    """What an option means for one service at a place, in words.

    Attributes
    ----------
    service
        The service, and who travels if it is not the patient.
    before, after, change
        Cells of a table: whole minutes, and their difference with its sign.
    people
        Whom it concerns, as a cell.
    lines
        Sentences, the change first; empty where nothing changes.
    is_worse
        Whether it takes longer, or can no longer be reached, for anyone.
    change_min
        The change of the average, as `place_figures` returns it.
    """

    service: str
    before: str
    after: str
    change: str
    people: str
    lines: tuple[str, ...]
    is_worse: bool
    change_min: float


@dataclass(frozen=True, slots=True)
class OptionWords:
    """What an option means for a place, in words, the worst service first.

    Attributes
    ----------
    name, label, note
        Of the option.
    summary
        How many services take longer, how many less time, and how many lose or gain a route.
    no_route
        For how many people there is no route both times, and for which services; a sentence for
        each number of people, the largest first. Empty where everybody has one.
    services
        One for each service of the study.
    unchanged
        Which services stay as they are, in a sentence; empty if all change.
    """

    name: str
    label: str
    note: str
    summary: str
    no_route: tuple[str, ...]
    services: tuple[ServiceWords, ...]
    unchanged: str

    @property
    def changed(self) -> tuple[ServiceWords, ...]:
        """The services that change, the worst first."""
        return tuple(service for service in self.services if service.lines)

    @property
    def main(self) -> str:
        """The change that counts most in sentences: the worst, or if none is, the best; or none.

        The best is that of the average, the worst that of the area where a service gets worst.
        """
        words, changed = wording(), self.changed
        if not changed:
            return ""
        worse = changed[0].is_worse
        # Of equals the last, which is best for the area that gains least.
        best = min(reversed(changed), key=lambda service: service.change_min)
        chosen = changed[0] if worse else best
        first = words["kit_worst" if worse else "kit_best"].format(service=chosen.service)
        return " ".join((first, *chosen.lines))


def option_words(view: PlaceView, option: Option) -> OptionWords:
    """Return what is said of an option at a place."""
    words, figures = wording(), view.figures[option.name]
    by_id = {service.id: service for service in view.publication.services}
    # Services that stay as they are share one sentence, unless all of them do: the summary says
    # that.
    same = [by_id[str(name)] for name in figures.index[figures["kind"] == "unchanged"]]
    return OptionWords(
        option.name,
        option.label,
        option.note,
        " ".join(_summary_lines(figures)),
        tuple(_no_route_lines(view, figures)),
        tuple(_service_words(view, by_id[str(name)], row) for name, row in figures.iterrows()),
        words["kit_unchanged"].format(services="; ".join(service.label for service in same))
        if 0 < len(same) < len(figures)
        else "",
    )


def service_name(service: Service) -> str:
    """Return a service with who travels for it, if that is not the patient."""
    return wording()[f"{service.delivery}_service"].format(service=service.label)


def minutes_in_words(minutes: float) -> str:
    """Return minutes in words: "about 9 minutes", hours from two of them, or "no route"."""
    words = wording()
    if not isfinite(minutes):
        return words["no_route"]
    rounded = whole(minutes)
    if rounded == 0:  # at a site's own door
        return words["under_minute"]
    hours = rounded // 60 if rounded >= _LONG_MIN else 0
    rest = rounded - 60 * hours
    parts = [words["hour" if hours == 1 else "hours"].format(count=hours)] if hours else []
    if rest:
        parts.append(words["minute" if rest == 1 else "minutes"].format(count=rest))
    return words["about"].format(time=" ".join(parts))


def _summary_lines(figures: pd.DataFrame) -> Iterator[str]:
    """Yield for how many services something changes, each way in which it does for anybody."""
    words, any_of = wording(), figures[[*_MOVES]] > 0
    count = {name: _number(int(any_of[name].sum())) for name in _MOVES}
    if not any_of.to_numpy().any():
        yield words["kit_summary_same"]
        return
    yield words["kit_summary"].format(all=len(figures), **count)
    both = int((any_of["longer"] & any_of["shorter"]).sum())
    if both:
        yield words["kit_summary_both"].format(count=_number(both))
    for name in ("lost", "gained"):
        if any_of[name].any():
            yield words[f"kit_summary_{name}"].format(count=count[name])


def _no_route_lines(view: PlaceView, figures: pd.DataFrame) -> Iterator[str]:
    """Yield for whom there is no route both times: no average counts them, so they are told."""
    words, people = wording(), view.place.people
    services = {service.id: service_name(service) for service in view.publication.services}
    without = figures.loc[figures["none"] > 0, "none"]
    for count in sorted(set(without), reverse=True):
        labels = [label for name, label in services.items() if without.get(name) == count]
        yield words["kit_no_route_all" if count == people else "kit_no_route_some"].format(
            people=pages.people(count), all=pages.people(people), services="; ".join(labels)
        )


def _service_words(view: PlaceView, service: Service, row: pd.Series) -> ServiceWords:
    return ServiceWords(
        service=service_name(service),
        before=minutes_cell(row["before_min"]),
        after=minutes_cell(row["after_min"]),
        change=_change_cell(row),
        people=_people_cell(row),
        lines=tuple(_lines(view, service, row)),
        is_worse=bool(row["longer"] or row["lost"]),
        change_min=float(row["change_min"]),
    )


def _lines(view: PlaceView, service: Service, row: pd.Series) -> Iterator[str]:
    """Yield what changes for a service: by how much, from where to where, and for whom."""
    words, kind, publication = wording(), str(row["kind"]), view.publication
    if kind in {"unchanged", "none"}:
        return
    if kind != "partly":
        yield _change_line(service, row)
        yield words[f"my_{kind if kind in {'lost', 'gained'} else service.delivery}"].format(
            before=minutes_in_words(row["before_min"]),
            after=minutes_in_words(row["after_min"]),
            site_before=_site(publication, row["before_site"]),
            site_after=_site(publication, row["after_site"]),
        )
    yield from _people_lines(row, view.place.people)


def _change_line(service: Service, row: pd.Series) -> str:
    """Return by how much a service changes, or for how many people it does either way."""
    words, kind, who = wording(), str(row["kind"]), _WHO[service.delivery]
    longer, shorter = (words.persons(int(row[name])) for name in ("longer", "shorter"))
    if kind == "mixed":
        return words["kit_mixed"].format(longer=longer, shorter=shorter)
    if kind in {"lost", "gained"}:
        return words[f"{who}_{kind}"]
    # Changes too small to count can outweigh those that do: the average then goes the other way.
    if not is_of_its_kind(row):
        return words[f"kit_some_{kind}"].format(people=longer if kind == "worsened" else shorter)
    # The size is the difference of the whole minutes that are told, so that a reader can check it.
    size = abs(whole(row["after_min"]) - whole(row["before_min"]))
    size_in_words = minutes_in_words(size) if size else words["kit_small"]
    return words[f"kit_{who}_{kind}"].format(size=size_in_words)


def is_of_its_kind(row: pd.Series) -> bool:
    """Return whether the average gets longer where journeys do, or shorter where they do."""
    return bool(row["change_min"] > 0 if row["kind"] == "worsened" else row["change_min"] < 0)


def _people_lines(row: pd.Series, people: int) -> Iterator[str]:
    """Yield for how many of a place's people a change holds, and how many cannot be told."""
    words, kind, moved = wording(), str(row["kind"]), int(row["longer"] + row["shorter"])
    everybody = pages.people(people)
    holds = int(row[kind]) if kind in {"lost", "gained"} else moved
    if kind in {"lost", "gained"} and holds < people:
        yield words["kit_so_for"].format(people=pages.people(holds), all=everybody)
    elif kind in {"worsened", "improved"} and moved < people:
        yield words["kit_some"].format(people=pages.people(moved), all=everybody)
    # Those of an average have a journey both times: who loses or gains one is told besides.
    for name in ("lost", "gained"):
        if row[name] and kind != name:
            count = pages.people(int(row[name]))
            yield words[f"kit_{name}"].format(people=count, all=everybody)
    if 0 < row["too_close"] == moved:
        yield words["my_too_close"]
    elif row["too_close"] > 0:
        yield words["kit_too_close"].format(people=words.persons(int(row["too_close"])))


def minutes_cell(minutes: float) -> str:
    """Return minutes as a cell: whole, or that there is no route."""
    return pages.number(whole(minutes)) if isfinite(minutes) else wording()["no_route"]


def _change_cell(row: pd.Series) -> str:
    """Return a change as a cell: the difference of minutes, and whether some lose their route."""
    words, kind = wording(), row["kind"]
    if kind in {"lost", "gained", "none"}:
        return words[f"mark_{kind}"]
    marks = [words[f"kit_mark_{name}"] for name in ("lost", "gained") if row[name]]
    minutes = [] if kind == "partly" else [_minutes_changed(row)]
    return "; ".join([*minutes, *marks])


def _minutes_changed(row: pd.Series) -> str:
    """Return the difference of the whole minutes that stand beside it, with its sign."""
    words = wording()
    if row["kind"] == "unchanged":
        return "="
    # Of the rounded minutes, so that the three numbers of a row add up on paper.
    change = whole(row["after_min"]) - whole(row["before_min"])
    # Among letters from right to left a sign would stand behind its number without this mark.
    mark = "\u200e" if words["direction"] == "rtl" else ""
    sign = mark + ("+" if change > 0 else words["minus"])
    cell = f"{sign}{pages.number(abs(change))}" if change else EVEN
    return f"{cell} {CLOSE}" if row["too_close"] == row["longer"] + row["shorter"] else cell


def _people_cell(row: pd.Series) -> str:
    """Return for how many people it takes longer or less time, and whose route goes or comes."""
    words = wording()
    parts = [
        words[f"kit_people_{name}"].format(people=pages.people(int(row[name])))
        for name in _MOVES
        if row[name]
    ]
    return "; ".join(parts) or words["nobody"]


def _site(publication: Publication, site_id: str | None) -> str:
    return "" if site_id is None else str(publication.sites.loc[site_id, "name"])


def _number(count: int) -> str:
    return pages.number(int(count)) if count else wording()["none_of_them"]
