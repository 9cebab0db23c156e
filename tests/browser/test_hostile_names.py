"""Names that are markup, scripts, templates or formulas show as plain text and run nothing.

Each of 11 names goes into each of 27 places by which text reaches the explorer (297 cases); all of
them, in two texts, into the other pages, and into a study's own files, which are read, appraised
and published as a user's would be. Nothing
may run in the browser, with the page's own policy switched off, and nothing when the page is
built: no file appears.
"""

import csv
import io
import json
import re
import tomllib
from dataclasses import replace
from itertools import islice
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from publication_cases import appraised, town_publication

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDescription
from llrgeo.inputs.theme import Consultation, Theme
from llrgeo.publish.check.browser import browser_findings, installed_chromium
from llrgeo.publish.explorer.page import render_explorer
from llrgeo.publish.folder import publish, report_as_pdf
from llrgeo.publish.kit.files import kit_files
from llrgeo.publish.kit.places import kit_places
from llrgeo.publish.print.base_map import simplify_base_map
from llrgeo.publish.print.maps import _sheets
from llrgeo.publish.publication import BaseMap, Publication
from llrgeo.publish.report.plain_words import render_plain_words
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study
from llrgeo.travel.times import TravelTimes

TOUCH = "cycler.__init__.__globals__.os.system('touch FILE')"
NOTE_HITS = "window.hits = []; window.hit = (way) => window.hits.push(way);"
HOSTILE = {
    "script": "<script>hit('WAY')</script>",
    "attribute": "\"><img src=x onerror=hit('WAY')>",
    "quote": "' onmouseover='hit(1)' autofocus onfocus='hit(2)",
    "end": "</script></style></title></textarea>--><script>hit('WAY')</script>",
    "literal": "`+hit('WAY')+`",
    "dollar": "${hit('WAY')}",
    "braces": "{{ " + TOUCH + " }}",
    "block": "{% set x = " + TOUCH + " %}{# note #}{% raw %}",
    "svg": "<svg onload=hit('WAY')><a href=\"javascript:hit('WAY')\">go</a>",
    "formula": "=cmd|' /C touch FILE'!A1",
    "lines": "\u2028');hit('WAY');//\u2029\\'\\\\ __proto__ &lt;b&gt;",
}
WAYS = (
    "title", "date", "area_name", "ward", "authority", "site_name", "site_id", "postcode",
    "option_label", "option_note", "option_id", "service_label", "place_name", "road_number",
    "error_note", "source", "publisher", "contact", "notice", "logo_alt", "manifest", "mode",
    "period", "cell", "column", "question", "service_note",
)  # fmt: skip


SHOWN = {
    "#service-heading": "service_label",
    "#option-note": "option_note",
    "#service-note": "service_note",
    ".question": "question",
    "#site-list": "site_name",
    "#table-areas": "area_name",
    "#table-winners": "authority",
    ".foot": "publisher",
}


def hostile_publication(town: Publication, name: str) -> Publication:
    """Return the toy town with a name in every place where text may stand."""
    said = {way: name.replace("WAY", way) for way in WAYS}
    areas = town.areas.assign(
        name=said["area_name"], ward=said["ward"], authority=said["authority"]
    )
    sites = town.sites.rename(index={"A": said["site_id"]}).assign(
        name=said["site_name"], postcode=said["postcode"]
    )
    times = town.times[0]
    minutes = times.minutes.rename(columns={"A": said["site_id"]})
    here = frozenset([said["site_id"]])
    service = replace(town.services[0], label=said["service_label"], note=said["service_note"])
    options = (
        Option("today", said["option_label"], {"clinic": here}, note=said["option_note"]),
        Option(
            said["option_id"], said["option_label"], {"clinic": frozenset("B")}, said["option_note"]
        ),
    )
    theme = Theme(
        publisher=said["publisher"],
        contact=said["contact"],
        notice=said["notice"],
        logo="data:image/png;base64,iVBORw0KGgo=",
        logo_alt=said["logo_alt"],
        consultation=Consultation(
            site_url="https://a.example", other_formats=name, languages=name, opens=name
        ),
    )
    return appraised(
        town,
        title=said["title"],
        date=said["date"],
        areas=areas,
        sites=sites,
        base=BaseMap(
            town.base.outlines,
            town.base.roads.assign(road=said["road_number"]),
            town.base.places.assign(name=said["place_name"]),
        ),
        times=(TravelTimes(minutes, mode=said["mode"], period=said["period"]),),
        services=(service,),
        options=options,
        tables={"scores": pd.DataFrame({said["column"]: [said["cell"]]})},
        descriptions={
            "scores": TableDescription(name, (PublishedColumn(said["column"], name),)),
        },
        manifest={said["manifest"]: said["manifest"]},
        error_note=said["error_note"],
        sources=(said["source"],),
        theme=theme,
        question=said["question"],
    )


def hostile_study(study: Path, name: str) -> Path:
    """Put a name wherever a study's own files may say something: study, tables and theme."""
    folder = study.parent
    given = tomllib.loads(study.read_text(encoding="utf-8"))
    first, *_ = given["services"]
    first |= {"label": name, "note": name, "source": name}
    for number, option in enumerate(given["options"]):  # two of one label are refused
        option |= {"label": name + " again" * number, "note": name}
    given |= {"title": name, "question": name, "date": name, "sources": [name]}
    given["theme"] = "theme.toml"
    study.write_text(toml_text(given), encoding="utf-8")
    (folder / "logo.svg").write_text(f"<svg><text>{name}</text></svg>", encoding="utf-8")
    theme = {"publisher": name, "contact": name, "notice": name, "logo_alt": name}
    (folder / "theme.toml").write_text(toml_text({**theme, "logo": "logo.svg"}), encoding="utf-8")
    for table, columns in {
        "areas.csv": ["name", "ward", "authority"],
        "sites.csv": ["name", "authority", "source"],
    }.items():
        rows = pd.read_csv(folder / table)
        if "authority_code" in rows:  # one name is one authority, so it has one code
            rows["authority_code"] = "X01"
        rows.assign(**dict.fromkeys(columns, name)).to_csv(folder / table, index=False)
    return study


def toml_text(values: dict) -> str:
    """Write values as TOML, whose strings, lists and inline tables are nearly those of JSON."""
    return "\n".join(f"{key} = {toml_value(value)}" for key, value in values.items())


def toml_value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value)


@pytest.fixture(params=HOSTILE)
def hostile(request, town_areas, town_sites, town_times, tmp_path):
    """Return each hostile name, a publication full of it, and the file that must not appear."""
    file = tmp_path / "ran"
    name = HOSTILE[request.param].replace("FILE", str(file))
    town = town_publication(town_areas, town_sites, town_times)
    return name, hostile_publication(town, name), file


@pytest.fixture(params=range(2), ids=["odd", "even"])
def joined(request, town_areas, town_sites, town_times, tmp_path):
    """Return every other hostile name in one text, its publication and the file: for slow pages."""
    file = tmp_path / "ran"
    name = " ".join(list(HOSTILE.values())[request.param :: 2]).replace("FILE", str(file))
    town = town_publication(town_areas, town_sites, town_times)
    return name, hostile_publication(town, name), file


def test_27_ways_times_11_names_are_tried():
    assert (len(set(WAYS)), len(HOSTILE)) == (27, 11)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["script", "attribute", "end", "svg"])
def test_an_unescaped_name_would_be_noticed(name, open_page, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(f"<!DOCTYPE html><h1>{HOSTILE[name]}</h1>", encoding="utf-8")
    page = open_page(path, first=NOTE_HITS, bypass_csp=True)
    page.wait_for_function("hits.length > 0")
    assert page.evaluate("hits") == ["WAY"]


@pytest.mark.browser
def test_nothing_runs_in_the_browser_and_names_show_as_text(hostile, open_page, tmp_path):
    name, publication, file = hostile
    path = tmp_path / "page.html"
    path.write_text(render_explorer(publication), encoding="utf-8")
    assert not file.exists()
    page = open_page(path, first=NOTE_HITS, bypass_csp=True)
    use_everything(page, name)
    assert page.evaluate("hits") == []
    assert page.heard == []
    shown = name.replace("WAY", "title").replace("\u2028", " ").replace("\u2029", " ")
    assert " ".join(page.text_content("h1").split()) == " ".join(shown.split())
    for selector, way in SHOWN.items():
        assert name.replace("WAY", way) in page.text_content(selector)


def use_everything(page, name):
    """Make the page show every text that it has."""
    page.fill("#find", name.replace("WAY", "place_name"))
    page.press("#find", "Enter")
    page.fill("#find", "LE1 5AB")
    page.press("#find", "Enter")
    page.click("#sites summary")
    page.locator("#site-list input").first.click()
    page.click("#every-area summary")
    for place in (0, 1):
        page.select_option("#option", index=place)
    page.mouse.move(600, 500)


@pytest.mark.browser
@pytest.mark.parametrize("first", range(4))
def test_a_whole_study_of_hostile_names_is_published_as_text(
    first, town_study, open_page, tmp_path
):
    """A title has at most 300 characters: every fourth name fits."""
    file = tmp_path / "ran"
    name = " ".join(list(HOSTILE.values())[first::4]).replace("FILE", str(file))
    study = load_study(hostile_study(town_study, name))
    publish_study(run_study(study), tmp_path / "maps")
    for page_name in ("explorer.html", "report.html"):
        page = open_page(tmp_path / "maps" / page_name, first=NOTE_HITS, bypass_csp=True)
        if page_name == "explorer.html":
            use_everything(page, name)
        assert page.evaluate("hits") == []
        assert page.heard == []
        assert " ".join(name.split()) in " ".join(page.text_content("h1").split())
    assert not file.exists()


def test_nothing_runs_when_files_are_built_and_formulas_stay_text(hostile, tmp_path):
    name, publication, file = hostile
    out = tmp_path / "maps"
    publish(publication, out)
    assert not file.exists()
    first = "'" if name.startswith("=") else ""
    with (out / "tables" / "areas.csv").open(encoding="utf-8", newline="") as opened:
        row = next(csv.DictReader(opened))
    assert row["ward"] == first + name.replace("WAY", "ward")
    scores = (out / "tables" / "scores.csv").read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(scores, newline="")))[1] == [
        first + name.replace("WAY", "cell")
    ]
    sites = gpd.read_file(out / "areas.gpkg", layer="sites")
    assert sites["name"].iloc[0] == first + name.replace("WAY", "site_name")


@pytest.mark.browser
def test_every_page_of_a_kit_runs_nothing_and_shows_names_as_text(joined, open_page, tmp_path):
    name, publication, file = joined
    known = {"explorer.html": name, f"print/{'x' * 9}.png": name}
    files = kit_files(
        publication, kit_places(publication.areas, publication.base), known, leaflets_as_pdf=False
    )
    written = {path: text for path, text in files.items() if path.endswith(".html")}
    assert len(written) == 5
    for path, text in written.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
        page = open_page(tmp_path / path, first=NOTE_HITS, bypass_csp=True)
        assert page.evaluate("hits") == []
        assert page.heard == []
        assert page.evaluate("document.querySelectorAll('script, iframe, a a').length") == 0
        assert page.evaluate("[...document.links].every(l => /^(https?|file):/.test(l.protocol))")
        way = "title" if path == "kit.html" else "place_name"
        shown = " ".join(name.replace("WAY", way).split())
        assert shown in " ".join(page.text_content("h1").split())
    assert not file.exists()


@pytest.mark.browser
def test_print_maps_run_nothing_and_show_names_as_text(joined, open_page, tmp_path):
    _, publication, file = joined
    for number, sheet in enumerate(islice(_sheets(publication, simplify_base_map(publication)), 2)):
        path = tmp_path / f"{number}.svg"
        path.write_text(sheet.page.svg(sheet.title, sheet.description), encoding="utf-8")
        page = open_page(path, first=NOTE_HITS, bypass_csp=True)
        assert page.evaluate("hits") == []
        assert page.heard == []
        title = page.evaluate("document.querySelector('title').textContent")
        assert title.split() == sheet.title.split()
        assert page.evaluate("document.querySelectorAll('script, image, a').length") == 0
    assert not file.exists()


@pytest.mark.browser
@pytest.mark.skipif(installed_chromium() is None, reason="no chromium")
def test_a_hostile_report_is_printed_and_asks_for_nothing(joined):
    _, publication, file = joined
    (printed,) = report_as_pdf(publication).values()
    assert b"/JavaScript" not in printed
    assert b"/URI" not in printed
    assert not file.exists()


def test_the_plain_words_draft_shows_names_and_no_markup(hostile):
    name, publication, file = hostile
    text = render_plain_words(publication)
    assert not file.exists()
    assert not re.search(r"(?<!\\)[<{`$]", text)
    plain = re.sub(r"\\(.)", r"\1", text)
    assert " ".join(name.replace("WAY", "title").split()) in plain


def test_a_page_that_is_busy_without_end_is_found_and_not_waited_for(
    chromium, tmp_path, monkeypatch
):
    monkeypatch.setattr("llrgeo.publish.check.browser._ANSWERS_WITHIN_MS", 1_500)
    path = tmp_path / "busy.html"
    path.write_text("<h1>Busy</h1><script>setTimeout(() => { for (;;); }, 0)</script>")
    found = browser_findings(path, chromium)
    assert [finding.rule for finding in found] == ["error"]
    assert "busy.html cannot be used in a browser (" in found[0].message
