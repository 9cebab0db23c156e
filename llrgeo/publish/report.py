"""The report: one page that says everything without a script."""

from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from llrgeo.publish import pages
from llrgeo.publish.charts import coverage_curves, ranks_chart, tornado_chart, winners_chart
from llrgeo.publish.drawing import Drawing
from llrgeo.publish.edition import Edition
from llrgeo.publish.static_map import change_map, frame
from llrgeo.publish.view import View, build_view, headline, journey_label
from llrgeo.publish.wording import wording

_GROUPS: Final = ("authority", "deprivation fifth", "age", "disability", "rural or urban")
_GLOSSARY: Final = (
    "area",
    "contact",
    "option",
    "standard",
    "deprivation",
    "equal_minutes",
    "weighting",
    "present_value",
)


def render_report(edition: Edition) -> str:
    """Return the report as one HTML page, without scripts.

    What is told about all services together comes from the appraisal's tables; a section whose
    table the edition lacks is left out.
    """
    journey, service = edition.journeys()[0], edition.services[0]
    views = [build_view(edition, option, service, journey) for option in edition.options]
    styles = [pages.page_style(edition), pages.asset("report.css")]
    return pages.render(
        "report.html",
        {
            "edition": edition,
            "run": pages.run_mark(edition),
            "policy": pages.content_policy(scripts=(), styles=styles),
            "styles": [Markup(one) for one in styles],  # noqa: S704 - our own files
            "service": service,
            "journey": journey_label(journey),
            "sentences": _sentences(edition),
            "options": [_option(edition, view) for view in views],
            "maps": _maps(edition, views),
            "charts": {one.name: one for one in _charts(edition, views)},
            "tables": {one["id"]: one for one in report_tables(edition)},
            "robustness": edition.robustness,
            "glossary": [(wording()[f"term_{x}"], wording()[f"term_{x}_text"]) for x in _GLOSSARY],
        },
    )


def report_tables(edition: Edition) -> list[dict[str, Any]]:
    """Return the tables of the report that the edition has the figures for."""
    makers = {
        "scorecard": _scorecard,
        "journeys": _journeys,
        "equity": _equity,
        "costs": _costs,
        "activity": _activity,
    }
    return [make(edition) for name, make in makers.items() if name in edition.tables]


def _sentences(edition: Edition) -> list[str]:
    if "sentences" not in edition.tables:
        return []
    table = edition.tables["sentences"].set_index("option")["sentence"]
    return [table[one.name] for one in edition.options if one is not edition.baseline]


def _option(edition: Edition, view: View) -> dict[str, Any]:
    """Return what is said of one option: its label, why it is there, who gains and who loses."""
    option = view.option
    changed = option is not edition.baseline
    return {
        "label": option.label,
        "note": option.note,
        "headline": headline(view) if changed else [],
        "sites": [
            (service.label, _site_list(edition, option.sites.get(service.id, frozenset())))
            for service in edition.services
            if option.sites.get(service.id) != edition.baseline.sites.get(service.id)
        ],
    }


def _site_list(edition: Edition, site_ids: frozenset[str]) -> str:
    return ", ".join(sorted(edition.sites.loc[list(site_ids), "name"]))


def _maps(edition: Edition, views: list[View]) -> list[Drawing]:
    land = frame(edition)
    return [
        change_map(edition, land, view) for view in views if view.option is not edition.baseline
    ]


def _charts(edition: Edition, views: list[View]) -> list[Drawing]:
    labels = {option.name: option.label for option in edition.options}
    charts = [coverage_curves(views), winners_chart(edition, views)]
    if "rank_acceptability" in edition.tables:
        charts.append(ranks_chart(edition.tables["rank_acceptability"], labels))
    if "tornado" in edition.tables:
        charts.append(tornado_chart(edition.tables["tornado"]))
    return charts


def _scorecard(edition: Edition) -> dict[str, Any]:
    """Return options by criteria, best first, in the units of each criterion."""
    card = edition.tables["scorecard"].sort_values("total", ascending=False, kind="stable")
    criteria = edition.tables["criteria"].set_index("criterion")
    words = wording()
    heads = [words["option_label"], *criteria["label"], words["column_score"]]
    units = criteria["unit"].astype(str).to_dict()
    rows = [
        [
            one["label"],
            *(_figure(one[str(name)], unit) for name, unit in units.items()),
            f"{one['total']:.2f}",
        ]
        for _, one in card.iterrows()
    ]
    return _table("scorecard", heads, rows)


def _journeys(edition: Edition) -> dict[str, Any]:
    """Return who gains and who loses by group of people, over all services together."""
    table = edition.tables["journeys"]
    chosen = table[(table["service"] == "all") & table["group"].isin(["everyone", *_GROUPS])]
    chosen = chosen[chosen["option"] != edition.baseline.name]
    labels = {option.name: option.label for option in edition.options}
    words = wording()
    heads = [
        words[f"column_{x}"] for x in ("place", "option", "shorter", "longer", "same", "change")
    ]
    rows = [
        [
            f"{one['group']}: {one['level']}" if one["group"] != "everyone" else words["everyone"],
            labels[one["option"]],
            pages.people(one["improved"] + one["gained"]),
            pages.people(one["worsened"] + one["lost"]),
            pages.people(one["unchanged"] + one["none"]),
            f"{one['change_mean_min']:+.1f}",
        ]
        for _, one in chosen.sort_values(["group", "level"], kind="stable").iterrows()
    ]
    return _table("journeys", heads, rows)


def _equity(edition: Edition) -> dict[str, Any]:
    words, labels = wording(), {option.name: option.label for option in edition.options}
    columns = ("mean_min", "ede_min", "gini", "concentration_index", "slope_index_min")
    heads = [words["option_label"], *(words[f"column_{column}"] for column in columns)]
    rows = [
        [labels[one["option"]], *(f"{one[column]:.2f}" for column in columns)]
        for _, one in edition.tables["equity"].iterrows()
    ]
    return _table("equity", heads, rows)


def _costs(edition: Edition) -> dict[str, Any]:
    words, labels = wording(), {option.name: option.label for option in edition.options}
    columns = ("capital", "running", "provider", "patients", "equivalent_annual_cost")
    heads = [words["option_label"], *(words[f"column_{column}"] for column in columns)]
    rows = [
        [labels[one["option"]], *(_millions(one[column]) for column in columns)]
        for _, one in edition.tables["costs"].iterrows()
    ]
    return _table("costs", heads, rows)


def _activity(edition: Edition) -> dict[str, Any]:
    words = wording()
    columns = ("label", "contacts", "source")
    heads = [words["service_label"], words["column_contacts"], words["column_source"]]
    rows = [
        [one["label"], pages.people(one["contacts"]), one["source"]]
        for _, one in edition.tables["activity"][list(columns)].iterrows()
    ]
    return _table("activity", heads, rows)


def _figure(value: float, unit: str) -> str:
    return f"{value:.0%}" if unit == "share" else f"{value:,.1f} {unit}"


def _millions(value: float) -> str:
    return "" if pd.isna(value) else f"{value / 1e6:,.1f}"


def _table(name: str, heads: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"id": name, "caption": wording()[f"table_{name}"], "heads": heads, "rows": rows}
