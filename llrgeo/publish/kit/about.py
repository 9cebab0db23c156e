"""What is said of a place besides its options: whom it counts, how people travel, how sure."""

from math import inf

import numpy as np
import pandas as pd

from llrgeo.appraisal.people.area_facts import has_cars
from llrgeo.publish import pages
from llrgeo.publish.kit.figures import PlaceView, place_error, whole
from llrgeo.publish.kit.places import KitPlace
from llrgeo.publish.option_view import journey_label
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording
from llrgeo.schema import NO_CAR


def place_label(place: KitPlace) -> str:
    """Return the name of a place, with its authority or people if another has the same."""
    words = wording()
    if not place.apart:
        return place.name
    of = place.authority if place.apart == "authority" else words.persons(place.people)
    return words["kit_ward"].format(place=place.name, authority=of)


def about_lines(view: PlaceView) -> list[str]:
    """Return lines on whom the figures of a place count, and how people travel."""
    words, publication, place = wording(), view.publication, view.place
    # A town may lie in two authorities: then only most of its people are in the one that is named.
    authorities = publication.areas["authority"].loc[list(place.areas)].unique()
    key = "kit_where_all" if len(authorities) == 1 else "kit_where_most"
    where = words[key].format(authority=place.authority) if place.authority else ""
    of = words[f"kit_of_{place.basis}"].format(
        where=where,
        place=place.name,
        count=pages.number(len(place.areas)),
        people=pages.people(place.people),
    )
    visited = any(service.delivery != "team" for service in publication.services)
    lines = [of, *how_lines(publication)]
    lines += _car_lines(view) if visited else []
    if publication.judged_by.mode not in {"transit", "bus"}:  # the only times of these pages
        lines.append(words["no_timetable"])
    return lines


def how_lines(publication: Publication, visits: str = "my_how") -> list[str]:
    """Return how people travel, as the phrase `visits` says it, and how teams do if otherwise."""
    words, lines, told = wording(), [], set()
    # Those who travel first, so that teams are only told where theirs is another way.
    for service in sorted(publication.services, key=lambda service: service.delivery == "team"):
        times = publication.times_for(service, publication.judged_by)
        journey = journey_label(times)
        if journey not in told:
            told.add(journey)
            key = "my_how_teams" if service.delivery == "team" else visits
            lines.append(words[key].format(journey=journey))
    return lines


def sure_lines(view: PlaceView) -> list[str]:
    """Return how sure the minutes of a place are: its own authority, period and usual length."""
    publication, place = view.publication, view.place
    words, journey = wording(), journey_label(publication.judged_by)
    # Teams may come by other times, whose errors are not those of the journeys that are told here.
    every = publication.services
    visited = [service for service in every if service.delivery != "team"] or [*every]
    ids = [service.id for service in visited]
    told = [table.loc[ids, ["before_min", "after_min"]] for table in view.figures.values()]
    ends = pd.concat(told).to_numpy()
    # Measured errors depend on length: the one for the usual length of this place's journeys.
    reached = ends[np.isfinite(ends)]
    opening = publication.views[publication.baseline_name, ids[0]]
    error = place_error(opening, place, float(np.median(reached)) if reached.size else inf)
    lines = []
    if error is not None:
        lines.append(
            words["kit_sure"].format(
                authority=place.authority,
                median=pages.number(error.median_abs_min, 1),
                p90=pages.number(error.p90_abs_min, 1),
            )
        )
    elif place.authority:
        lines.append(words["my_sure_unknown"].format(authority=place.authority, journey=journey))
    else:
        lines.append(words["my_sure_nowhere"].format(journey=journey))
    return [*lines, _close_line(publication), words["my_nearest"]]


def _close_line(publication: Publication) -> str:
    """Return which changes are marked as too close to say: none where no error is known."""
    words, views = wording(), publication.views
    unknown = [
        service.label
        for service in publication.services
        if not views[publication.baseline_name, service.id].accuracy.is_measured
    ]
    if not unknown:
        return words["kit_close"]
    key = "kit_close_some" if len(unknown) < len(publication.services) else "kit_close_unknown"
    return words[key].format(services="; ".join(unknown))


def _car_lines(view: PlaceView) -> list[str]:
    """Return how many homes have no car, where times are by car and the census counts cars."""
    publication = view.publication
    if publication.judged_by.mode != "car" or not has_cars(publication.areas):
        return []
    areas = publication.areas.loc[list(view.place.areas)]
    homes = areas["households"].sum()
    # Rounded as the explorer does, which says the same of an area.
    share = wording().share(whole(100 * areas[NO_CAR].sum() / homes) / 100) if homes else ""
    return [wording()["my_no_car"].format(share=share)] if share else []
