"""The report: one page that says everything without a script."""

from collections.abc import Iterator
from typing import Any, Final

from markupsafe import Markup

from llrgeo.appraisal.options import Option
from llrgeo.publish import pages
from llrgeo.publish import report_tables as tables
from llrgeo.publish.charts import coverage_curves, ranks_chart, tornado_chart, winners_chart
from llrgeo.publish.drawing import Drawing
from llrgeo.publish.edition import Edition
from llrgeo.publish.report_tables import Table
from llrgeo.publish.static_map import Frame, change_key, change_map, frame
from llrgeo.publish.view import View, build_view, journey_label
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
_TABLES: Final = {
    "scorecard": tables.scorecard_table,
    "journeys": tables.changes_table,
    "equity": tables.equity_table,
    "costs": tables.costs_table,
    "activity": tables.activity_table,
}


def render_report(edition: Edition) -> str:
    """Return the report as one HTML page, without scripts.

    What is told about all services together comes from the appraisal's tables; a section whose
    table the edition lacks is left out.
    """
    journey = edition.journeys()[0]
    views = {
        option.name: [build_view(edition, option, one, journey) for one in edition.services]
        for option in edition.options
    }
    styles = [pages.page_style(edition), pages.asset("report.css"), _page_marks(edition)]
    land = frame(edition)
    return pages.render(
        "report.html",
        {
            "edition": edition,
            "run": pages.run_mark(edition),
            "policy": pages.content_policy(scripts=(), styles=styles),
            "styles": [Markup(one) for one in styles],  # noqa: S704 - our own files
            "journey": journey_label(journey),
            "sentences": _sentences(edition),
            "options": [_option(edition, views[one.name], land) for one in edition.options[1:]],
            "figures": {one.name: (one, table) for one, table in _figures(edition, views)},
            "tables": {
                name: make(edition) for name, make in _TABLES.items() if _has(edition, name)
            },
            "robustness": edition.robustness,
            "glossary": [(wording()[f"term_{x}"], wording()[f"term_{x}_text"]) for x in _GLOSSARY],
        },
    )


def _has(edition: Edition, name: str) -> bool:
    return name in edition.tables


def _sentences(edition: Edition) -> list[str]:
    if not _has(edition, "sentences"):
        return []
    table = edition.tables["sentences"].set_index("option")["sentence"]
    return [table[option.name] for option in edition.options[1:]]


def _option(edition: Edition, views: list[View], land: Frame) -> dict[str, Any]:
    """Return what is said of one option: why it is there, what moves, who gains and who loses."""
    option, first = views[0].option, views[0]
    groups = [tables.groups_table(edition, option)] if _has(edition, "journeys") else []
    return {
        "name": option.name,
        "label": option.label,
        "note": option.note,
        "services": tables.service_table(edition, views),
        "moves": list(_moves(edition, option)),
        "map": change_map(edition, land, first),
        "key": [row for row in change_key(edition, first) if row.people],
        "groups": groups,
    }


def _moves(edition: Edition, option: Option) -> Iterator[tuple[str, str, str]]:
    """Yield services that move alike: their labels, where they would start and where stop."""
    alike: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for service in edition.services:
        alike.setdefault(tables.moves(edition, option, service.id), []).append(service.label)
    for (starts, stops), labels in alike.items():
        if starts or stops:
            yield "; ".join(labels), _site_names(edition, starts), _site_names(edition, stops)


def _site_names(edition: Edition, site_ids: frozenset[str]) -> str:
    return ", ".join(sorted(edition.sites.loc[list(site_ids), "name"]))


def _figures(edition: Edition, views: dict[str, list[View]]) -> Iterator[tuple[Drawing, Table]]:
    """Yield the charts that the edition has the figures for, each with its numbers in a table."""
    first = [of_option[0] for of_option in views.values()]
    yield coverage_curves(first), tables.coverage_table(first)
    if _has(edition, "journeys"):
        winners = tables.winners(edition)
        yield winners_chart(winners), tables.winners_table(winners)
    if _has(edition, "rank_acceptability"):
        ranks = tables.ranks(edition)
        yield ranks_chart(ranks), tables.ranks_table(ranks)
    if _has(edition, "tornado"):
        yield tornado_chart(edition.tables["tornado"]), tables.tornado_table(edition)


def _page_marks(edition: Edition) -> str:
    """Return a style that puts study, run and number at the foot of each printed page."""
    mark = (
        f"{edition.title}. {edition.date}. {wording()['run'].format(run=pages.run_mark(edition))}"
    )
    number = wording()["page_number"].format(page='" counter(page) "', pages='" counter(pages) "')
    return (
        f'@page {{ @bottom-left {{ content: "{pages.css_text(mark)}"; }} '
        f'@bottom-right {{ content: "{number}"; }} }}'
    )
