"""Distinct options: those that run every service in the same way share each figure."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from llrgeo.appraisal.evaluation import OptionResult

T = TypeVar("T")


def for_distinct_options(
    results: Mapping[str, OptionResult], find: Callable[[OptionResult], T]
) -> dict[str, T]:
    """Return what `find` makes of the result of each option, by option name.

    Options that run a service in the same way (sites, shares and room) have one result of it, the
    same object (`evaluate_options`). Where that holds for all their services, `find` is called for
    the first of them alone. It must not use the option's own name, label or note; callers must not
    change what it returns.
    """
    by_services: dict[tuple[int, ...], T] = {}
    found = {}
    for name, result in results.items():
        key = tuple(id(service) for service in result.services.values())
        if key not in by_services:
            by_services[key] = find(result)
        found[name] = by_services[key]
    return found
