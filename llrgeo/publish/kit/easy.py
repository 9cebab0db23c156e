"""Easy Read layout: one idea a line in short words, a place for a picture, for people to test.

It is a layout and a draft. Easy Read is made and tested with the people who need it, so the page
says that nobody has tested it yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.options import Option
from llrgeo.publish.kit.about import how_lines, place_label
from llrgeo.publish.kit.figures import PlaceView, whole
from llrgeo.publish.kit.words import is_of_its_kind
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

MOST_WORDS: Final = 15  # a line, names of places, sites, services and options counted as one word


@dataclass(frozen=True, slots=True)
class EasyPart:
    """A part of the Easy Read.

    Attributes
    ----------
    heading
        Of the part.
    picture
        What its picture should show.
    lines
        What opens it: an idea a line.
    services
        The lines of each service that changes, its name first: they stay on one page.
    rest
        What ends it.
    """

    heading: str
    picture: str
    lines: tuple[str, ...] = ()
    services: tuple[tuple[str, ...], ...] = ()
    rest: tuple[str, ...] = ()


def easy_parts(view: PlaceView) -> list[EasyPart]:
    """Return the parts of the Easy Read of a place: what it is about, options, how to answer."""
    words, publication = wording(), view.publication
    opening = [*words["easy_opening"].strip().splitlines()]
    several = len(publication.alternatives) > 1
    opening += words["easy_options" if several else "easy_one_option"].strip().splitlines()
    opening += [words["easy_place"].format(place=place_label(view.place))]
    opening += how_lines(publication, "easy_how")
    return [
        EasyPart(words["easy_about"], words["easy_picture_about"], tuple(opening)),
        *(_option_part(view, option) for option in publication.alternatives),
        EasyPart(
            words["plain_sure"],
            words["easy_picture_sure"],
            tuple(words["easy_sure"].strip().splitlines()),
        ),
        EasyPart(words["plain_say"], words["easy_picture_say"], tuple(_say_lines(publication))),
    ]


def _option_part(view: PlaceView, option: Option) -> EasyPart:
    """Return what an option changes, a service after the other, the worst first."""
    words, figures = wording(), view.figures[option.name]
    moved = figures[~figures["kind"].isin(["unchanged", "none"])]
    services = {service.id: service for service in view.publication.services}
    lines_by_service = (
        tuple(_service_lines(services[str(name)], row, view.place.people))
        for name, row in moved.iterrows()
    )
    # "Nothing else changes" is said after what does; if nothing does, that is the whole part.
    stay = (figures["kind"] == "unchanged").any() and not moved.empty
    nobody_travels = (figures["kind"] == "none").all()
    rest = [words["easy_rest"]] if stay else []
    if nobody_travels or figures["none"].any():
        rest.append(words["easy_no_route_all" if nobody_travels else "easy_no_route_some"])
    return EasyPart(
        option.label,
        words["easy_picture_option"],
        (words["plain_no_change"],) if moved.empty and not nobody_travels else (),
        tuple(lines_by_service),
        tuple(rest),
    )


def _service_lines(service: Service, row: pd.Series, people: int) -> Iterator[str]:
    """Yield what changes for a service, of `people` in the place."""
    words, kind = wording(), str(row["kind"])
    yield words["easy_service"].format(service=service.label)
    # Minutes are said only where there is a journey both times; the kind of change says the rest.
    if kind in {"worsened", "improved", "mixed"}:
        ends = [row["before_min"], row["after_min"]]
        if service.delivery == "team":
            yield words["easy_team"]
        yield words["easy_today"].format(minutes=_minutes(ends[0]))
        yield words["easy_then"].format(minutes=_minutes(ends[1]))
        # Minutes as they are told: "it is longer" beside equal ones would be a riddle.
        told = whole(ends[0]) != whole(ends[1]) and is_of_its_kind(row)
        yield words[f"easy_{kind}" if kind == "mixed" or told else f"easy_some_{kind}"]
    for name in ("lost", "gained"):
        if row[name]:
            yield words[f"easy_{name}" if row[name] == people else f"easy_some_{name}"]


def _minutes(minutes: float) -> str:
    """Return minutes in words, without hours: fewer kinds of number are easier to read."""
    words, count = wording(), whole(minutes)
    if count == 0:
        return words["under_minute"]
    return words["about"].format(
        time=words["minute" if count == 1 else "minutes"].format(count=count)
    )


def _say_lines(publication: Publication) -> Iterator[str]:
    words, consultation = wording(), publication.theme.consultation
    yield from words["easy_say"].strip().splitlines()
    if consultation.closes:
        yield words["easy_closes"].format(closes=words.long_date(consultation.closes))
    for line in (publication.theme.contact, consultation.other_formats):
        if line:
            yield line
