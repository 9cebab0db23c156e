"""Languages: pages speak the language of their catalogue alone, in either direction."""

import json
import re
import string
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from publication_cases import appraised, county_publication

from llrgeo.appraisal.disclosure import BUILT_ON_RESIDENTS
from llrgeo.appraisal.uncertainty.robustness import FirstPlace
from llrgeo.errors import ConfigError, InputError
from llrgeo.inputs.theme import Consultation, Theme
from llrgeo.publish.check.html import read_page
from llrgeo.publish.explorer.page import render_explorer
from llrgeo.publish.folder import publish
from llrgeo.publish.kit.files import kit_files
from llrgeo.publish.kit.places import kit_places
from llrgeo.publish.notes import translate_note, translate_theme
from llrgeo.publish.pages import run_mark
from llrgeo.publish.report.page import render_report
from llrgeo.publish.report.plain_words import render_plain_words
from llrgeo.publish.report.ranking import assumption_label, option_sentence, robustness_lines
from llrgeo.publish.wording import CATALOGUES, using_wording, wording
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, check_publishable, run_study
from llrgeo.study.translation import translate_study

EMBEDDED = Path(__file__).parents[1] / "data"
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in string.ascii_letters}
KEPT = ("direction", "thousands_mark", "decimal_mark", "share_number", "share_few", "share_most")
SHOWN = ("aria-label", "alt", "title", "placeholder", "content")
# What is no language: names of files and of formats, units and signs of other trades.
NO_LANGUAGE = {"CSV", "PDF", "HTML", "Gini", "km"}


def wide(text: str) -> str:
    """Write a phrase in wide letters, but for the names to fill in."""
    pieces = re.split(r"(\{[^}]*\})", text)
    return "".join(p if p.startswith("{") else p.translate(WIDE) for p in pieces)


def write_catalogue(folder: Path, language: str, **changes: str) -> Path:
    phrases = {key: text if key in KEPT else wide(text) for key, text in wording().items()}
    lines = [f"{key} = {toml_text(text)}" for key, text in {**phrases, **changes}.items()]
    path = folder / f"wording.{language}.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def toml_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory):
    """Return a language in which every letter is a wide one: what is left narrow is English."""
    folder = tmp_path_factory.mktemp("catalogues")
    write_catalogue(folder, "x-wide")
    return wording("x-wide", folder)


@pytest.fixture(scope="module")
def county(pseudo):
    """Return a county whose own names are in wide letters too."""
    plain = county_publication(columns=12, rows=8, site_count=16)
    texts = ("name", "ward", "authority")
    changed = appraised(
        plain,
        areas=plain.areas.assign(**{name: plain.areas[name].map(wide) for name in texts}),
        sites=plain.sites.assign(name=plain.sites["name"].map(wide)),
        services=tuple(
            replace(each, label=wide(each.label), note=wide(each.note)) for each in plain.services
        ),
        options=tuple(
            replace(each, label=wide(each.label), note=wide(each.note)) for each in plain.options
        ),
    )
    places = plain.base.places.assign(name=plain.base.places["name"].map(wide))
    return replace(
        changed,
        title=wide(plain.title),
        base=replace(plain.base, places=places),
        error_note=wide(plain.error_note),
        sources=(wide("Made up."),),
        theme=Theme(
            publisher=wide("A council"),
            contact=wide("Ring us."),
            notice=wide("Nothing is decided."),
            consultation=Consultation(
                site_url="https://1.2.3.4/5",
                response_url="https://1.2.3.4/6",
                opens="2026-12-01",
                closes="2027-02-28",
                other_formats=wide("Ring us."),
            ),
        ),
        manifest={"run_id": "0" * 64},
        words=pseudo,
    )


def narrow_words(html: str) -> set[str]:
    """Return the words in narrow letters that a reader of a page sees or hears."""
    page = read_page(html)
    drop = re.compile(r"<(script|style|code)\b.*?</\1>", re.DOTALL)
    seen = re.sub(r"<[^>]*>", " ", drop.sub(" ", html))
    texts = [seen]
    for element in page.elements:
        shown = [element.attributes[name] for name in SHOWN if name in element.attributes]
        if element.tag != "meta" or "property" in element.attributes:
            texts += [text for text in shown if "http" not in text and text != "website"]
    text = re.sub(
        r"https?:\S+|&\w+;|&#\d+;|[\w/.]+\.(?:html|txt|csv|png|json)", " ", " ".join(texts)
    )
    return set(re.findall(r"[A-Za-z]{2,}", text)) - NO_LANGUAGE


@pytest.mark.parametrize("make", [render_explorer, render_report])
def test_no_english_is_left_on_a_page_in_another_language(county, pseudo, make):
    with using_wording(pseudo):
        page = make(county)
    assert '<html lang="x-wide">' in page
    # The first half of a postcode is no word.
    assert narrow_words(page) <= {"LE"}


def test_no_english_is_left_in_a_kit_in_another_language(county, pseudo):
    with using_wording(pseudo):
        files = kit_files(
            county, kit_places(county.areas, county.base)[:4], {}, leaflets_as_pdf=False
        )
    for name, content in files.items():
        if name.endswith(".png"):
            continue
        if name.endswith(".html"):
            assert narrow_words(content) == set(), name
        else:
            assert re.findall(r"[A-Za-z]{2,}", re.sub(r"https?:\S+", "", content)) == [], name


def test_no_english_is_left_in_the_plain_words_draft(county, pseudo):
    with using_wording(pseudo):
        assert re.findall(r"[A-Za-z]{2,}", render_plain_words(county)) == []


def test_english_that_is_left_would_be_noticed():
    assert narrow_words("<p>\uff21 left <b aria-label='over'>1</b></p>") == {"left", "over"}


def test_a_publication_speaks_its_own_language_and_english_is_back_afterwards(county, tmp_path):
    publish(county, tmp_path)
    assert narrow_words((tmp_path / "report.html").read_text(encoding="utf-8")) == set()
    assert wording()["skip"] == "Skip to the results"


def test_a_script_from_right_to_left_sets_the_direction_of_pages(county, tmp_path):
    # Invented text in the letters of Urdu: the layout is tried, not a translation.
    write_catalogue(tmp_path, "ur", direction="rtl", skip="\u0627\u0628\u062a")
    words = wording("ur", tmp_path)
    with using_wording(words):
        files = kit_files(
            county, kit_places(county.areas, county.base)[:1], {}, leaflets_as_pdf=False
        )
        pages = [render_report(county), *(files[n] for n in files if n.endswith(".html"))]
    for page in pages:
        assert '<html lang="ur" dir="rtl">' in page
        assert "\u0627\u0628\u062a" in page
        # The layout follows the direction: no side is named.
        style = "".join(each.text for each in read_page(page).all("style"))
        assert not re.search(
            r"(?:margin|padding|border)-(?:left|right): *[1-9.]|float: (?:left|right)", style
        )
        assert not re.search(r"text-align: (?:left|right)", style)
        # What is kept out of sight to the left would make a page from right to left open there.
        assert not re.search(r"\bleft: -\d", style)
    (page,) = (text for name, text in files.items() if re.fullmatch(r"places/\w+\d\.html", name))
    changes = re.findall(r"<td>(\u200e?[+\u2212]\d+)", page)
    assert changes
    assert all(change.startswith("\u200e") for change in changes)


def test_a_study_names_its_language_and_its_catalogues(town_study):
    folder = town_study.parent / "words"
    folder.mkdir()
    write_catalogue(folder, "x-wide")
    text = town_study.read_text(encoding="utf-8")
    asked = 'language = "x-wide"\ncatalogues = "words"\n' + text
    town_study.write_text(
        asked + '\n[translations.x-wide]\n"Clinic" = "Klinik"\n"Today" = "Heute"\n',
        encoding="utf-8",
    )
    study = load_study(town_study)
    assert study.services[0].label == "Klinik"
    assert [option.label for option in study.options] == ["Heute", "Clinics at all sites"]
    publication = build_publication(run_study(study))
    assert publication.words.language == "x-wide"
    assert publication.services[0].label == "Klinik"
    assert "catalogues" in publication.manifest["inputs"]
    # The same study in English is another run with the same ids.
    town_study.write_text(text, encoding="utf-8")
    assert load_study(town_study).services[0].label == "Clinic"


def test_a_catalogue_that_is_saved_again_is_read_again(tmp_path):
    write_catalogue(tmp_path, "x-wide")
    before = wording("x-wide", tmp_path)["months"]
    write_catalogue(tmp_path, "x-wide", months="A B C D E F G H I J K L")
    assert before != wording("x-wide", tmp_path)["months"] == "A B C D E F G H I J K L"


def test_a_language_without_a_catalogue_is_told_before_the_run(town_study, tmp_path):
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text('language = "cy"\n' + text, encoding="utf-8")
    with pytest.raises(InputError, match="no catalogue of words for 'cy'"):
        check_publishable(load_study(town_study), tmp_path / "maps")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("soon", "translations is not a table"),
        ({"cy": "x"}, "translations.cy is not a table of texts"),
        ({"cy": {"Clinic": 2}}, "translations.cy is not a table of texts"),
        ({"cy": {"Clinik": "x"}}, "translations.cy: the study does not say Clinik"),
    ],
)
def test_a_translation_of_what_the_study_does_not_say_is_refused(table, message):
    values = {"title": "A", "services": [{"label": "Clinic"}], "translations": table}
    with pytest.raises(ConfigError, match=f"study.toml: {message}"):
        translate_study(values, source="study.toml")


def test_a_translation_leaves_ids_and_other_languages_alone():
    values = {
        "title": "A", "language": "cy", "options": [{"id": "A", "label": "A", "note": "B"}],
        "translations": {"cy": {"A": "\u00c2"}, "pl": {"B": "b"}},
    }  # fmt: skip
    assert translate_study(values, source="x") == {
        "title": "\u00c2",
        "language": "cy",
        "options": [{"id": "A", "label": "\u00c2", "note": "B"}],
    }


def test_the_default_catalogue_is_the_only_one_that_ships():
    assert [path.name for path in CATALOGUES.glob("*.toml")] == ["wording.en-GB.toml"]


def wide_study(study: Path, names: dict[str, tuple[str, ...]]) -> None:
    """Have a study, its areas and its sites in wide letters, and its pages in that language."""
    folder = study.parent
    (folder / "words").mkdir()
    write_catalogue(folder / "words", "x-wide")
    for table, columns in names.items():
        rows = pd.read_csv(folder / table, dtype=str, keep_default_na=False)
        for column in columns:
            rows[column] = rows[column].map(wide)
        rows.to_csv(folder / table, index=False)
    text = study.read_text(encoding="utf-8")
    said = sorted(set(re.findall(r'\b(?:title|label|note|question) = "([^"]+)"', text)))
    lines = "\n".join(f"{toml_text(each)} = {toml_text(wide(each))}" for each in said)
    asked = f'language = "x-wide"\ncatalogues = "words"\n{text}\n[translations.x-wide]\n{lines}\n'
    study.write_text(asked, encoding="utf-8")


def test_no_english_is_left_in_the_report_of_a_whole_run(town_study):
    wide_study(
        town_study, {"areas.csv": ("name", "ward", "authority"), "sites.csv": ("name", "authority")}
    )
    publication = build_publication(run_study(load_study(town_study)))
    assert {"sentences", "tornado", "rank_acceptability", "case_against"} <= set(publication.tables)
    with using_wording(publication.words):
        report = render_report(publication)
    assert wide("of all weightings") in report
    assert wide("travel times") in report
    assert wide("No decision has been made.") in report
    run = run_mark(publication)
    assert narrow_words(report.replace(run, "").replace("toy. none.", "")) == set()


def test_the_ranking_is_said_in_english_as_the_tables_say_it(town_publication):
    told = town_publication.tables
    assert " ".join(robustness_lines(town_publication)) == told["robustness"]["sentence"].iloc[0]
    sentences = told["sentences"].set_index("option")["sentence"]
    for option in town_publication.alternatives:
        assert option_sentence(town_publication, option) == sentences[option.name]
    assumed = told["tornado"]["assumption"]
    assert [assumption_label(text) for text in assumed] == list(assumed)


def test_a_tie_and_a_place_that_no_weight_changes_are_said_as_well(town_publication):
    leaders = tuple(option.name for option in town_publication.options)
    place = FirstPlace(leaders, (0.63, 0.42), None, of_patients=True, set_aside=("mean_minutes",))
    assert robustness_lines(replace(town_publication, first_place=place)) == [
        (
            "Today and Clinics at all sites share the first place; they are first in 63% and 42% "
            "of all weightings."
        ),
        "No change of a single weight puts another option ahead of them.",
        BUILT_ON_RESIDENTS,
        "Set aside, because they count patients: Average journey each way.",
    ]
    assert robustness_lines(replace(town_publication, first_place=None)) == []


NOTES = (
    (
        "Walking times along modelled streets, without footpaths; not measured.",
        "data_note_walking",
        {},
    ),
    (
        (
            "The road map is of 2018-03-01, 3,187 days before this study: roads built or closed "
            "since are missing."
        ),
        "data_note_old",
        {"date": "2018-03-01", "days": "3.187"},
    ),
    (
        (
            "Left out, for the study's table of areas does not tell it: figures by ward, "
            "years to come (beds, rooms, teams)."
        ),
        "data_note_left_out",
        {"what": f"{wide('ward')}, {wide('years to come (beds, rooms, teams)')}"},
    ),
    (
        (
            "By the timetable of Friday 2 October 2026, with walks along streets; late and "
            "cancelled services are not in the times. Not measured."
        ),
        "data_note_timetable_streets",
        {"date": f"2 {wide('October')} 2026"},
    ),
)


EDGE = (
    "1,203 of 4,006 journeys come within 2 km of where the road map ends (areas a, b, ...; sites "
    "d) and could be shorter by a road beyond it, by at most 6.3 minutes. To be sure, build the "
    "network from extracts that reach farther; where the sea is, no road is missing."
)
WATER = (
    "2 sites are joined to the nearest road across water (a: River Gwash, 70 m, b: unnamed water, "
    "30 m). State where people go in: column 'entrances' of the table of sites."
)
BUS = (
    "By the timetable of Tuesday 24 November 2026, with walks along straight lines, 1.4 times as "
    "long; late and cancelled services are not in the times. Not measured. Only vehicles and stops "
    "that are stated to be step-free are used. a.zip: left out: stops.txt: column 'stop_id' is "
    "duplicated in 12 rows (stop_id 1, 2, ...). a.zip: left out: stop_times.txt: times go "
    "backwards in 1 row (trip_id 3)."
)


@pytest.mark.parametrize("note", [EDGE, WATER, BUS])
def test_a_note_of_a_study_s_own_streets_and_timetables_leaves_no_english(pseudo, note):
    """Names of areas, sites and rivers stay; their tests hold the notes to the same words."""
    kept = {"River", "Gwash", "zip", "stops", "stop_times", "txt", "stop_id", "trip_id"}
    assert set(re.findall(r"[A-Za-z_]{2,}", translate_note(note, pseudo))) <= kept


@pytest.mark.parametrize(("note", "key", "values"), NOTES)
def test_a_note_of_the_data_is_said_in_the_language(tmp_path, note, key, values):
    write_catalogue(tmp_path, "x-marks", thousands_mark=".", decimal_mark=",")
    words = wording("x-marks", tmp_path)
    own = "A note of somebody else's."
    assert translate_note(f"{note} {own}", words) == f"{words[key].format(**values)} {own}"
    assert translate_note(note, wording("en-GB")) == note


def test_the_usual_notice_is_said_in_the_language_and_a_publisher_s_own_is_not(pseudo):
    assert translate_theme(Theme(), pseudo).notice == pseudo["data_note_notice"]
    assert Theme().notice == wording()["data_note_notice"]
    assert translate_theme(Theme(notice="Ours."), pseudo).notice == "Ours."


def test_the_note_of_the_embedded_network_is_known_to_the_catalogue(pseudo):
    note = json.loads((EMBEDDED / "network" / "network.json").read_text(encoding="utf-8"))["error"]
    said = translate_note(note, pseudo)
    names = {"Leicester", "Leicestershire", "and", "Rutland"}
    assert set(re.findall(r"[A-Za-z]{2,}", said)) <= names
    assert "1.3" in said
