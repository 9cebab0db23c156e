"""Moves: which services an option would stop and start, and where, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from llrgeo.appraisal.options import Option
from llrgeo.publish.publication import Publication
from llrgeo.publish.sentences import in_sentence
from llrgeo.publish.wording import wording


@dataclass(frozen=True, slots=True)
class Moves:
    """What happens at sites: services that stop, or start, at the same sites, by their labels."""

    services: tuple[str, ...]
    sites: tuple[str, ...]


def stops(publication: Publication, option: Option) -> list[Moves]:
    """Return what an option would stop, services with the same sites together."""
    return list(_alike(publication, publication.baseline, option))


def starts(publication: Publication, option: Option) -> list[Moves]:
    """Return what an option would start, services with the same sites together."""
    return list(_alike(publication, option, publication.baseline))


def stop_sentence(publication: Publication, option: Option) -> str:
    """Return what an option would stop where, or that nothing stops."""
    words, found = wording(), stops(publication, option)
    return (
        words["moves_stops"].format(moves=moves_in_words(found))
        if found
        else words["moves_no_stops"]
    )


def moves_in_words(moves: list[Moves]) -> str:
    """Return moves in a row: the services at the sites; and so on."""
    words = wording()
    return "; ".join(
        words["moves_part"].format(
            services=", ".join(map(in_sentence, move.services)), sites=", ".join(move.sites)
        )
        for move in moves
    )


def _alike(publication: Publication, has: Option, has_not: Option) -> Iterator[Moves]:
    """Yield the services by the sites that one option has and another has not."""
    services: dict[frozenset[str], list[str]] = {}
    for service in publication.services:
        left = has.sites.get(service.id, frozenset()) - has_not.sites.get(service.id, frozenset())
        if left:
            services.setdefault(left, []).append(service.label)
    for site_ids, labels in services.items():
        # By id, not by name: the page lists sites in the order of their ids too.
        names = publication.sites.loc[sorted(site_ids), "name"]
        yield Moves(tuple(labels), tuple(names))
