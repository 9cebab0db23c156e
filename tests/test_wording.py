"""The catalogue of phrases: every phrase that is looked up is there, and every one is used."""

import re
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from planner_scripts import explorer_engine, needs_scripts

import llrgeo.publish
from llrgeo.appraisal import quality
from llrgeo.appraisal.accessibility import home_visits
from llrgeo.appraisal.case.item import RestsOn
from llrgeo.appraisal.measures import MEASURES
from llrgeo.appraisal.people.people_groups import (
    DEPRIVATION_FIFTHS,
    ENGLISH_OR_UNDER_3,
    ETHNIC_GROUPS,
    ETHNIC_NOT_KNOWN,
    OTHER_LANGUAGE,
    WITH_CAR,
    WITHOUT_CAR,
)
from llrgeo.appraisal.places.indicators import Better
from llrgeo.appraisal.places.place_rankings import ACCESS_FIGURES
from llrgeo.appraisal.places.rankings import STANDINGS as PLACE_STANDINGS
from llrgeo.errors import InputError
from llrgeo.inputs.capacity import STANDINGS, STUDY
from llrgeo.modes import MODES
from llrgeo.publish.report import answers, case
from llrgeo.publish.report import page as report
from llrgeo.publish.report.capacity_tables import BASIS, phrase_of
from llrgeo.publish.wording import CATALOGUES, wording
from llrgeo.schema import AGE_BANDS, SITE_KINDS, PlaceKind, share_text

ROOT = Path(llrgeo.publish.__file__).parent
SOURCES = {
    "**/*.py": r"""(?:words|wording\(\)|self)\[["'](\w+)["']\]""",
    "**/assets/*.js": r"\b(?:words|strings)\.(\w+)",
    "**/templates/*.html": r"\bt\.(\w+)",
}
OUTCOMES = ("gained", "improved", "worsened", "lost")
# Phrases that are looked up by a beginning and an end which the source names apart.
MORE_OR_LESS = ("more", "less", "same")
UNIT_VALUES = pd.read_csv(ROOT.parents[1] / "data" / "rates" / "unit_values.csv")
NOTES = tuple(key.removeprefix("data_note_") for key in wording() if key.startswith("data_note_"))
# Notes that the code puts together: held to the catalogue word for word where each is made.
PUT_TOGETHER = {"water", "water_one", "timetable_straight", "timetable_streets"}
# What is wrong with a feed: tests/test_gtfs.py has the catalogue say every fault that it makes.
PUT_TOGETHER |= {"feed", "feed_blank", "feed_duplicated", "feed_no_date", "feed_not_either"}
TOLD = ("longer", "shorter", "farther", "nearer", "same")
BUILT = {
    "assumption_": ("times", "people", "costs"),
    "data_note_": NOTES,  # found by their words: see the test of notes below
    "rate_": (*UNIT_VALUES["name"], "standard", "health", "estate"),
    "told_": (*TOLD, *(f"{name}_nobody" for name in TOLD)),
    "answer_": case.AGAINST,
    "ask_": answers.LINES,
    "bar_": ("shorter", "same", "longer"),
    "case_": (
        *(*case.AGAINST, *case.FOR, "fails_hurdle_as_today"),
        *("ward_full_new", "over_capacity_new", "error_of_times_no_mean"),
        *("worst_places_one", "worst_places_people_one"),
        *("provider_pays_for_less", "patients_pay_for_savings"),
    ),
    "capacity_": (
        *("option", "beds", "needed", "range", "short", "staff", "capital", "running"),
        *("wards", "rounds", "crisis", "figure", "value", "standing", "source"),
        *("capital_caption", "running_caption"),
        *("capital_end", "running_end", "wards_needed"),
    ),
    "chart_": ("capital", "running", "capital_row", "running_row", "longer_row"),
    "figure_": [phrase_of(name) for name in BASIS],
    "standing_": (*STANDINGS, STUDY),
    "change_": OUTCOMES,
    "visit_": OUTCOMES,
    "team_": (*OUTCOMES, "service", "headline"),
    "patient_": ("service", "headline"),
    "visitor_": ("service", "headline"),
    "find_": ("part", "several", "typo", "postcode"),
    "my_place_": ("longer", "shorter"),
    "my_place_visit_": ("longer", "shorter"),
    "my_place_team_": ("longer", "shorter"),
    "difference_": [
        *("baseline", "versions"),
        *(
            f"{part}{none}"
            for part in ("areas", "sites", "services", "options")
            for none in ("", "_none")
        ),
    ],
    "place_": ("authority", "ward", "town", "postcodes"),
    "place_one_": ("ward", "town"),
    "headline_": ("lost", "gained", "none"),
    "option_": ("longer", "longer_nobody", "shorter", "shorter_nobody"),
    "teams_": ("longer", "longer_nobody", "shorter", "shorter_nobody"),
    "my_": ("patient", "visitor", "team", "lost", "gained"),
    "where_": ("patient", "visitor", "team"),
    "group_": (
        *("everyone", "age", "authority", "deprivation_fifth", "disability", "rural_urban"),
        *("ethnic_group", "main_language", "car"),
    ),
    "group_name_": (
        *("everyone", "age", "authority", "deprivation_fifth", "disability", "rural_urban"),
        *("ethnic_group", "main_language", "car"),
    ),
    "easy_": ("improved", "worsened", "mixed", "lost", "gained"),
    "easy_some_": ("improved", "worsened", "lost", "gained"),
    "kind_": (*SITE_KINDS, "acute_hospital"),
    "place_figure_": ACCESS_FIGURES,
    "column_figure_": ACCESS_FIGURES,
    "place_standing_": [name for name in PLACE_STANDINGS if name],
    "place_kind_": get_args(PlaceKind),
    "column_quality_": (*quality.LOG_COLUMNS, *quality.REGISTER_COLUMNS),
    "quality_role_": (*quality.PARTS, "check"),
    "indicator_better_": get_args(Better),
    "table_report_places_": ("authority", "upper_authority"),
    "table_report_indicators_": ("authority", "upper_authority", "area"),
    "kit_": ("lost", "gained", "files_pages", "places_town", "places_ward"),
    "kit_mark_": ("lost", "gained"),
    "kit_people_": ("longer", "lost", "shorter", "gained"),
    "kit_some_": ("improved", "worsened"),
    "kit_summary_": ("lost", "gained"),
    "kit_change_": ("improved", "worsened"),
    "kit_visit_": ("improved", "worsened"),
    "kit_team_": ("improved", "worsened"),
    "kit_of_": ("authority", "wards", "middle", "ward"),
    "kit_form_": ("page", "leaflet", "large", "easy", "text"),
    "kit_short_": ("leaflet", "large", "easy", "text", "pdf"),
    "legend_": (
        *("time_first", "time", "time_last", "shorter", "shorter_last", "same"),
        *("longer", "longer_last", "change_no_route"),
    ),
    "level_": (
        *("everyone", "disabled", "not_disabled", "rural", "urban", *AGE_BANDS),
        *DEPRIVATION_FIFTHS,
        *(*ETHNIC_GROUPS, ETHNIC_NOT_KNOWN, OTHER_LANGUAGE, ENGLISH_OR_UNDER_3),
        *(WITHOUT_CAR, WITH_CAR),
    ),
    "facts_": tuple(
        f"{what}_{how}"
        for what in ("services", "works", "both", "provider", "net")
        for how in MORE_OR_LESS
    ),
    "line_": (
        *(
            f"{x}_{way}"
            for x in ("provider", "works", "in_all", "benefits", "net", "beds")
            for way in ("more", "less", "same")
        ),
        *("starts", "stops"),
    ),
    "mark_": ("gained", "lost", "none"),
    "measure_": MEASURES,
    "measured_": {
        measure.unit.replace(" ", "_").lower()
        for measure in MEASURES.values()
        if measure.unit != "share" and not measure.unit.startswith("pounds")
    },
    "method_": (
        *("areas", "roads", "paths", "timetable", "nearest", "people", "limits"),
        "limits_without_car",
    ),
    "mode_": (*MODES, "bus", "blue_light"),  # an imported matrix may be of another mode
    "period_": ("off_peak", "am_peak", "pm_peak", "night"),
    "plain_": ("gained", "improved", "worsened", "lost", "any_longer", "any_shorter"),
    "plain_any_team_": ("longer", "shorter"),
    "plain_team_": ("gained", "improved", "worsened", "lost"),
    "plain_visit_": ("gained", "improved", "worsened", "lost"),
    "plain_place_": ("improved", "unchanged", "worsened"),
    "planner_": ("opened", "closed", "closed_beds"),
    "planner_class_": ("lost", "mixed", "longer", "shorter", "same", "none"),
    "planner_open_": ("unread", "line", "long", "network", "study", "site", "new_site"),
    "planner_shown_": ("longer", "shorter", "same"),
    "planner_take": ("", "_plan"),
    "planner_drop": ("", "_plan"),
    "planner_view_": ("people", "change", "after", "before", "against", "catchments"),
    "planner_beds_": ("delay", "loss", "overflow", "added", "moved", "taken"),
    "planner_warn_": ("beds", "below", "over"),
    "print_sites_": ("new", "gone", "kept", "city", "acute"),
    "print_city_": ("title", "message"),
    "print_acute_": ("title", "message"),
    "rests_": get_args(RestsOn),
    "residents_": home_visits._OLDER,
    "table_": ("options", "services", "winners", "deprivation", "bands", "changed", "means"),
    "term_": (*report._GLOSSARY, *(f"{term}_text" for term in report._GLOSSARY)),
    "way_": ("roads", "straight"),
    "view_": ("before", "after", "change", "city"),
    "workbook_": ("notes", "people", "blank", "names", "suppressed"),
}
# Headings and captions of tables, by the names that their makers give in quotes.
NAMED_IN_QUOTES = ("column_", "table_report_")


def source(pattern):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob(pattern)))


@pytest.mark.parametrize(("files", "look_up"), SOURCES.items())
def test_every_phrase_that_is_looked_up_by_its_whole_name_is_in_the_catalogue(files, look_up):
    looked_up = set(re.findall(look_up, source(files)))
    assert looked_up
    assert looked_up <= set(wording())


def test_every_phrase_whose_name_is_put_together_is_in_the_catalogue():
    built = {start + end for start, ends in BUILT.items() for end in ends}
    assert built <= set(wording())


def test_every_phrase_of_the_catalogue_is_used():
    everything = "\n".join(map(source, SOURCES))
    names = set(re.findall(r"\w+", everything))
    quoted = set(re.findall(r"""["'](\w+)["']""", everything))
    used = names | {start + end for start, ends in BUILT.items() for end in ends}
    used |= {start + end for start in NAMED_IN_QUOTES for end in quoted}
    assert sorted(set(wording()) - used) == []


def test_every_note_has_the_words_that_the_code_or_the_data_write():
    # Pieces of a long text stand in several literals: they are put together again.
    modules = (path.read_text("utf-8") for path in sorted(ROOT.parent.rglob("*.py")))
    code = re.sub(r'"\n\s*f?"', "", "\n".join(modules))
    written = code + (ROOT.parents[1] / "data" / "network" / "network.json").read_text("utf-8")
    for name in set(NOTES) - PUT_TOGETHER:
        for piece in re.split(r"\{\w+\}", wording()[f"data_note_{name}"]):
            assert piece.strip() in written, f"data_note_{name}: {piece}"


def test_in_english_criteria_are_called_on_pages_as_they_are_in_tables():
    names = {name: wording()[f"measure_{name}"] for name in MEASURES}
    assert names == {name: measure.label for name, measure in MEASURES.items()}


def test_a_catalogue_cannot_be_changed():
    with pytest.raises(TypeError):
        wording()["skip"] = "Hop"
    with pytest.raises(TypeError):
        wording().phrases["skip"] = "Hop"
    with pytest.raises(AttributeError):
        wording().language = "fr"


@pytest.fixture
def french(tmp_path):
    """Return a folder with a catalogue in which marks and the order of a date are French."""
    text = (CATALOGUES / "wording.en-GB.toml").read_text(encoding="utf-8")
    for old, new in {
        'thousands_mark = ","': 'thousands_mark = "\u202f"',
        'decimal_mark = "."': 'decimal_mark = ","',
        'share_number = "{number}%"': 'share_number = "{number} %"',
        'date = "{year}-{month}-{day}"': 'date = "{day}/{month}/{year}"',
        'no_route = "no route"': 'no_route = "aucun trajet"',
    }.items():
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "wording.fr-FR.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_language_is_dropped_in_by_its_file_with_its_own_numbers_and_dates(french):
    words = wording("fr-FR", french)
    assert words.language == "fr-FR"
    assert words.number(1_234_567.891, 2) == "1\u202f234\u202f567,89"
    assert words.people(23_400) == "23\u202f400"
    assert words.people("*") == "*"
    assert words.minutes(7.25) == "7,2"
    assert words.minutes(float("inf")) == "aucun trajet"
    assert words.share(0.37) == "37 %"
    assert words.share(0.0312, 1) == "3,1 %"
    assert words.date("2026-11-22") == "22/11/2026"
    assert words.date("autumn 2026") == "autumn 2026"


def test_the_usual_numbers_and_dates():
    words = wording()
    assert words.number(-1_234.56, 1) == "-1,234.6"
    assert words.minutes(7.25) == "7.2"
    assert [words.share(x) for x in (0, 0.004, 0.37, 0.996, 1)] == [
        "0%", "<1%", "37%", ">99%", "100%",
    ]  # fmt: skip
    assert [words.share(x, 1) for x in (0, 0.0004, 0.0006, 0.9994, 0.9996, 1, 1.0004)] == [
        "0.0%", "<0.1%", "0.1%", "99.9%", ">99.9%", "100.0%", "100.0%",
    ]  # fmt: skip
    assert [words.residents(count) for count in (0, 1, 1_234)] == [
        "0 residents", "1 resident", "1,234 residents",
    ]  # fmt: skip
    assert words.date("2026-11-22") == "2026-11-22"


@needs_scripts
def test_shares_on_pages_that_compute_are_written_as_on_others():
    """The planner wrote 100.0% of 99.97 %, and 0.0% of 0.04 %."""
    engine = explorer_engine(["text.js"], "const write = llrgeoText.shareInWords;")
    words = wording()
    for share in (0, 1e-9, 0.0004, 0.0006, 0.004, 0.37, 0.996, 0.9994, 0.9996, 1, 1.0004, 1.25):
        for decimals in (0, 1):
            shown = engine.call("write", share, decimals, dict(words))
            assert shown == words.share(share, decimals), (share, decimals)


@pytest.mark.parametrize("decimals", [0, 1, 2])
@pytest.mark.parametrize("share", [0, 1e-9, 0.00005, 0.005, 0.37, 0.995, 0.99995, 1 - 1e-9, 1])
def test_shares_in_scripts_are_written_as_on_pages(share, decimals):
    assert share_text(share, decimals) == wording().share(share, decimals)


def test_what_a_catalogue_lacks_or_has_too_much_is_told_at_once(french):
    path = french / "wording.fr-FR.toml"
    text = path.read_text(encoding="utf-8").replace('skip = "', 'hop = "', 1)
    text = text.replace('nobody = "nobody"', "nobody = 3", 1).replace("{minutes}", "{minuten}", 1)
    (french / "wording.de-DE.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        wording("de-DE", french)
    for told in (
        "wording.de-DE.toml: 4 faults",
        "1 phrases are missing (skip)",
        "1 phrases are unknown (hop)",
        "'nobody' is not text",
        "names what is not filled in there (minuten)",
    ):
        assert told in str(raised.value)


def test_a_language_without_a_catalogue_names_those_there_are():
    with pytest.raises(InputError, match=r"for 'cy-GB' in .*; there are en-GB"):
        wording("cy-GB")
