"""Distinct options and services: what is run in the same way is worked out once."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.journeys.service_result import ServiceResult

T = TypeVar("T")


def for_distinct_options(
    results: Mapping[str, OptionResult], find: Callable[[OptionResult], T]
) -> dict[str, T]:
    """Return what `find` computes from the result of each option, by option name.

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


def for_distinct_services(
    results: Mapping[str, OptionResult],
    find: Callable[[ServiceResult], T],
    applies: Callable[[ServiceResult], bool] = lambda _: True,
) -> dict[tuple[str, str], T]:
    """Return what `find` computes from the results of services, by option name and service id.

    Results to which `find` does not apply are left out. Options that run a service in the same way
    have the same object as its result (`evaluate_options`): `find` is called for it once, and
    callers must not change what it returns.
    """
    by_result: dict[int, T] = {}
    found = {}
    for name, result in results.items():
        for service_id, service in result.services.items():
            if applies(service):
                if id(service) not in by_result:
                    by_result[id(service)] = find(service)
                found[name, service_id] = by_result[id(service)]
    return found


def is_travelled_to(result: ServiceResult) -> bool:
    """Return whether people travel to a service, and at least one site runs it."""
    return result.service.delivery != "team" and not result.loads.empty
