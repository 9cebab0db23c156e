"""The report: one page that says everything without a script."""

from collections.abc import Iterator
from typing import Any, Final

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.area_facts import has_deprivation
from llrgeo.publish import pages
from llrgeo.publish.legend import change_legend
from llrgeo.publish.option_view import journey_label
from llrgeo.publish.publication import Publication
from llrgeo.publish.report import capacity, tables
from llrgeo.publish.report.answers import answers, cost_basis
from llrgeo.publish.report.care import care_table
from llrgeo.publish.report.case import claims_for
from llrgeo.publish.report.charts import (
    COVERAGE,
    coverage_curves,
    ranks_chart,
    tornado_chart,
    winners_chart,
)
from llrgeo.publish.report.drawing import Drawing
from llrgeo.publish.report.places import places_chapter
from llrgeo.publish.report.quality import quality_chapter
from llrgeo.publish.report.ranking import option_sentence, robustness_lines
from llrgeo.publish.report.site_catchments import catchments_chapter
from llrgeo.publish.report.static_map import Frame, change_map, frame, is_hatched
from llrgeo.publish.report.tables import Table
from llrgeo.publish.wording import wording

_GLOSSARY: Final = (
    "area",
    "option",
    "contact",
    "standard",
    "deprivation",
    "weighting",
    "equal_minutes",
    "gini",
    "concentration",
    "slope",
    "present_value",
)
_OF_DEPRIVATION: Final = ("deprivation", "concentration", "slope")
_BY_TIMETABLE: Final = frozenset({"transit", "bus"})
_DRIVEN: Final = frozenset({"car", "blue_light"})
_TABLES: Final = {
    "scorecard": tables.scorecard_table,
    "average_journeys": tables.changes_table,
    "equity": tables.equity_table,
    "costs": tables.costs_table,
    "activity": tables.activity_table,
    "site_loads": tables.loads_table,
}


def render_report(publication: Publication) -> str:
    """Return the report as one HTML page, without scripts.

    What is told about all services together comes from the appraisal's tables; a section whose
    table the publication lacks is left out.
    """
    styles = [
        pages.page_style(publication),
        pages.asset("report/assets/report.css"),
        _page_marks(publication),
    ]
    # One outline of the land for all maps of the page, so that they can be compared.
    land = frame(publication)
    figures = {drawing.name: (drawing, table) for drawing, table in _figures(publication)}
    return pages.render(
        "report.html",
        {
            "publication": publication,
            "run": pages.run_mark(publication),
            "policy": pages.content_policy(scripts=(), styles=styles),
            "styles": pages.own_markup(styles),
            "journey": journey_label(publication.judged_by),
            "answers": [
                (option.label, answers(publication, option)) for option in publication.alternatives
            ],
            "cost_basis": cost_basis(publication),
            "tolerance": _tolerance(publication.tolerance_min),
            "options": [_option(publication, option, land) for option in publication.alternatives],
            "figures": figures,
            "curves": [name for name in figures if name.startswith(COVERAGE)],
            "care": care_table(publication),
            "tables": {
                name: make(publication) for name, make in _TABLES.items() if _has(publication, name)
            },
            "ceiling": tables.ceiling_note(publication),
            "robustness": " ".join(robustness_lines(publication)),
            "places": places_chapter(publication),
            "capacity": capacity.capacity_chapter(publication),
            "catchments": catchments_chapter(publication, land),
            "quality": quality_chapter(publication),
            "method": _method(publication),
            "glossary": list(_glossary(publication)),
        },
    )


def _method(publication: Publication) -> list[str]:
    """Return the keys of the sentences on the method, which differ by how people travel."""
    mode, modes = publication.judged_by.mode, {times.mode for times in publication.times}
    how = "roads" if mode in _DRIVEN else "timetable" if mode in _BY_TIMETABLE else "paths"
    limits = "limits" if mode in _DRIVEN and not modes & _BY_TIMETABLE else "limits_without_car"
    return [f"method_{key}" for key in ("areas", how, "nearest", "people", limits)]


def _glossary(publication: Publication) -> Iterator[tuple[str, str]]:
    """Yield each term with its meaning; those of deprivation where areas tell it."""
    words = wording()
    for term in _GLOSSARY:
        if term in _OF_DEPRIVATION and not has_deprivation(publication.areas):
            continue
        meaning = words[f"term_{term}_text"]
        named = pages.deprivation_term(publication) if term == "deprivation" else meaning
        yield words[f"term_{term}"], named


def _tolerance(minutes: float) -> str:
    return wording()["minute" if minutes == 1 else "minutes"].format(count=f"{minutes:g}")


def _has(publication: Publication, name: str) -> bool:
    return name in publication.tables


def _option(publication: Publication, option: Option, land: Frame) -> dict[str, Any]:
    """Return what is said of one option: why it is there, what moves, who gains and who loses."""
    opening = publication.option_view(option)
    legend = change_legend(opening, publication.tolerance_min)
    groups = [tables.groups_table(publication, option)] if _has(publication, "journeys") else []
    return {
        "name": option.name,
        "label": option.label,
        "note": option.note,
        "services": tables.service_table(publication, option),
        "moves": list(_moves(publication, option)),
        "map": change_map(publication, land, opening, legend),
        "key": [(row, is_hatched(row)) for row in legend.rows if row.people],
        "groups": groups,
        "sentence": option_sentence(publication, option) if _has(publication, "sentences") else "",
        "against": tables.case_table(publication, option),
        "for": claims_for(publication, option),
    }


def _moves(publication: Publication, option: Option) -> Iterator[tuple[str, str, str]]:
    """Yield services that move alike: their labels, where they would start and where stop."""
    alike: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for service in publication.services:
        alike.setdefault(tables.moves(publication, option, service.id), []).append(service.label)
    for (starts, stops), labels in alike.items():
        if starts or stops:
            yield (
                "; ".join(labels),
                _site_names(publication, starts),
                _site_names(publication, stops),
            )


def _site_names(publication: Publication, site_ids: frozenset[str]) -> str:
    names = publication.sites["name"]
    return ", ".join(sorted(names[site_id] for site_id in site_ids))


def _figures(publication: Publication) -> Iterator[tuple[Drawing, Table]]:
    """Yield each chart that there are figures for, with its numbers in a table."""
    yield from _curves(publication)
    if _has(publication, "journeys"):
        winners = tables.winners(publication)
        yield winners_chart(winners), tables.winners_table(winners)
    if _has(publication, "rank_acceptability"):
        ranks = tables.ranks(publication)
        yield ranks_chart(ranks), tables.ranks_table(ranks)
    if _has(publication, "tornado"):
        yield tornado_chart(publication.tables["tornado"]), tables.tornado_table(publication)
    yield from capacity.capacity_figures(publication)


def _curves(publication: Publication) -> Iterator[tuple[Drawing, Table]]:
    """Yield the curves of each service that stands for an option, with the options it stands for.

    An option is shown by the service that changes in it for the worse for most people, never by
    one that it leaves alone while another option moves it.
    """
    shown: dict[str, list[Option]] = {}
    for option in publication.alternatives:
        shown.setdefault(publication.opening_services[option.name].id, []).append(option)
    for service, options in shown.items():
        views = [publication.views[o.name, service] for o in (publication.baseline, *options)]
        yield coverage_curves(views), tables.coverage_table(views)


def _page_marks(publication: Publication) -> str:
    """Return a style that puts study, run and number at the foot of each printed page."""
    run = wording()["run"].format(run=pages.run_mark(publication))
    mark = f"{publication.title}. {pages.day(publication.date)}. {run}"
    number = wording()["page_number"].format(page='" counter(page) "', pages='" counter(pages) "')
    return (
        f'@page {{ @bottom-left {{ content: "{pages.css_text(mark)}"; }} '
        f'@bottom-right {{ content: "{number}"; }} }}'
    )
