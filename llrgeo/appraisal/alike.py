"""Alike: options that run every service in the same way share each figure, computed once."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from llrgeo.appraisal.evaluation import OptionResult

T = TypeVar("T")


def find_by_option(
    results: Mapping[str, OptionResult], find: Callable[[OptionResult], T]
) -> dict[str, T]:
    """Return what `find` makes of the result of each option, by option name.

    `evaluate_options` gives options that run a service alike (the same sites, shares and room) one
    and the same result of it. Where all their services are alike, so is all that follows from
    them, and `find` is called once. It must not use the option's own name, label or note; callers
    must not change what it returns.
    """
    known: dict[tuple[int, ...], T] = {}
    found = {}
    for name, result in results.items():
        key = tuple(id(service) for service in result.services.values())
        if key not in known:
            known[key] = find(result)
        found[name] = known[key]
    return found
