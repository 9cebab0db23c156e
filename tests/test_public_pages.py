"""What public pages promise, rule by rule, and which tests hold each of them.

The rules come from trying pages on a phone, with a keyboard, with a screen reader, sandboxed and in
print. A rule without a test that exists fails here; rules that had none have theirs below.
"""

import re
from pathlib import Path
from typing import Final

import pytest

from llrgeo.inputs.theme import Theme
from llrgeo.publish import palette

TESTS: Final = Path(__file__).parent
PUBLISH: Final = TESTS.parent / "llrgeo" / "publish"
PAGE = "browser/test_explorer_page.py::test_"
FILES = "test_publish_files.py::test_"
ALOUD = "browser/test_read_aloud.py::test_"
EXPLORER = "test_explorer.py::test_"
HERE = "test_public_pages.py::test_"

# Each rule, with its figures, and the tests that hold it.
HELD: Final[dict[str, tuple[str, ...]]] = {
    "a page is ours from its first tag: language, title, one main and h1, Leaflet as published": (
        "test_publish_check.py::test_a_broken_rule_is_found",
        "test_report.py::test_the_page_has_what_a_reader_and_a_screen_reader_need",
        f"{EXPLORER}leaflet_is_as_published",
        f"{HERE}no_page_carries_a_library_but_leaflet",
    ),
    "a policy names each script by its hash, and 0 requests are made": (
        f"{EXPLORER}a_policy_names_each_script_by_its_hash",
        f"{PAGE}it_asks_for_nothing_and_meets_no_error_in_use",
        "test_kit.py::test_every_page_of_a_kit_asks_for_nothing_and_is_well_made",
    ),
    "names stay text, 27 ways times 11 names, and nothing of a name goes through folium": (
        "browser/test_hostile_names.py::test_27_ways_times_11_names_are_tried",
        "browser/test_hostile_names.py::test_nothing_runs_in_the_browser_and_names_show_as_text",
        f"{EXPLORER}json_cannot_end_its_script_element",
        f"{HERE}no_published_page_uses_a_popup_or_tooltip_of_folium",
    ),
    "one geometry, one array a measure, and own controls beside the map": (
        f"{EXPLORER}outlines_come_out_of_the_topology_within_a_few_metres",
        f"{EXPLORER}equal_matrices_stand_once",
        f"{PAGE}the_map_shows_every_area_in_the_class_that_the_key_counts",
    ),
    "the explorer works from disk and in a frame, equals Python, and says all without a script": (
        f"{EXPLORER}javascript_counts_the_default_study_as_python_does",
        f"{EXPLORER}every_postcode_is_found_on_the_device_and_no_other",
        "test_explorer_answers.py::test_the_540_answers_of_the_default_study_follow_from_its_times",
        f"{PAGE}it_works_inside_another_page",
        f"{PAGE}without_javascript_the_opening_view_stands_in_tables",
        f"{PAGE}the_table_is_downloaded_as_csv",
    ),
    "a longer journey for any service comes first, averages last; what stops where": (
        f"{EXPLORER}the_headline_is_over_all_services_and_those_who_lose_come_first",
        f"{EXPLORER}what_stops_and_starts_where_is_listed_with_the_option",
        f"{PAGE}the_page_opens_with_today_and_an_option_with_the_service_it_worsens_most",
        "test_print_maps.py::test_an_option_s_map_says_in_full_what_would_stop",
    ),
    "a figure of a map is in a table; 44 px, 320 px, forced colours, reduced motion, print": (
        "test_report.py::test_every_chart_has_its_numbers_in_a_table",
        f"{PAGE}the_check_names_what_only_a_browser_can_see",
        f"{PAGE}a_phone_scrolls_in_one_direction_only",
        f"{PAGE}axe_finds_nothing_once_a_place_was_found",
        f"{PAGE}in_forced_colours_the_bar_keeps_its_parts_apart",
        f"{PAGE}printing_shows_results_and_tables_without_the_controls",
    ),
    "colours that all can tell apart, in classes of 10, 20, 30, 45 and 60 minutes everywhere": (
        f"{FILES}neighbouring_classes_can_be_told_apart_by_everyone",
        f"{FILES}shorter_and_longer_can_be_told_apart_by_everyone",
        f"{HERE}classes_of_minutes_are_the_same_on_every_public_map",
    ),
    "date, run, error, sources, the mark of assumptions; no logo or typeface of the NHS": (
        f"{EXPLORER}the_page_carries_date_run_error_sources_and_the_mark_of_assumptions",
        "test_check_folder.py::test_a_page_of_another_run_or_of_none_is_found",
        f"{HERE}no_page_borrows_the_look_of_the_nhs",
    ),
    "spreadsheets: text stays text, no formula, link or merged cell, equal bytes": (
        "test_workbook.py::test_text_stays_text_and_nothing_is_a_formula_a_link_or_merged",
        "test_workbook.py::test_equal_editions_make_equal_bytes",
        f"{FILES}csv_marks_formulas_as_text_and_leaves_numbers_and_no_route_alone",
    ),
    "all files come from one run, and small numbers are in none of them": (
        "test_folder.py::test_the_manifest_lists_every_file_with_its_hash",
        "test_small_numbers.py::test_no_table_holds_a_small_or_exact_number_of_contacts",
        "test_print_maps.py::test_every_map_is_an_svg_and_a_png_with_a_text",
    ),
    "0 axe findings, 15 tab stops, 1.2 and 0.45 MB, an update in 5 ms, equal builds": (
        f"{PAGE}the_page_keeps_every_rule_of_the_check",
        f"{PAGE}few_tab_stops_lead_through_the_page",
        f"{PAGE}a_choice_is_computed_and_shown_at_once",
        f"{EXPLORER}a_full_county_fits_the_limits_of_size",
        f"{EXPLORER}builds_are_equal_whatever_the_order_of_hashes",
    ),
    "every service, worst first, then the sentence; 30 words of status; errors at the field": (
        f"{EXPLORER}every_service_of_an_area_is_listed_worst_change_first",
        f"{EXPLORER}sentence_and_table_subtract_the_minutes_shown",
        f"{PAGE}the_result_stands_between_the_search_and_the_choices",
        f"{PAGE}on_a_phone_all_ten_services_of_a_place_are_on_the_first_screen",
        f"{PAGE}what_cannot_be_found_is_said_and_forgets_the_place_before",
        f"{ALOUD}no_status_of_the_journey_has_more_than_thirty_words_or_is_empty",
    ),
    "the search never guesses silently: of 143 strings, 0 are another place": (
        "test_explorer_search.py::test_an_exact_name_or_postcode_is_one_place",
        "test_explorer_search.py::test_what_fits_several_names_or_only_nearly_is_offered",
        "test_explorer_search.py::test_what_is_not_known_is_not_replaced_by_what_looks_like_it",
    ),
    "how sure is the reader's own; the second site where near; homes without a car": (
        f"{EXPLORER}the_error_of_a_journey_is_that_of_its_place_and_length",
        f"{EXPLORER}people_too_close_to_say_are_counted_alike",
        f"{EXPLORER}every_service_of_an_area_is_listed_worst_change_first",
        f"{EXPLORER}homes_without_a_car_are_told_beside_times_by_car_alone",
        f"{EXPLORER}how_people_can_travel_says_where_no_timetable_is_in_the_study",
    ),
    "names at their places, six towns, roads on every class, a closest view, upper edges in": (
        f"{PAGE}a_name_stands_at_its_place_or_a_line_leads_there",
        f"{PAGE}a_site_has_its_name_on_hover",
        f"{PAGE}the_reader_s_way_runs_along_the_roads_where_they_are_known",
        f"{PAGE}the_map_is_as_wide_as_the_page_and_has_a_closest_view",
        f"{PAGE}the_map_shows_the_difference_between_two_options",
        f"{EXPLORER}a_road_shows_on_every_class_against_the_area_or_its_rim",
        f"{EXPLORER}a_class_of_minutes_holds_its_upper_edge_in_the_page",
        f"{EXPLORER}the_legend_says_to_which_class_an_edge_belongs",
    ),
    "a plan outlives the skip link, the back button and a reload; a download says what it is": (
        f"{PAGE}choices_stand_in_the_address_and_come_back_from_it",
        f"{PAGE}the_back_button_undoes_a_choice_and_the_skip_link_none",
        f"{PAGE}the_table_is_downloaded_as_csv",
    ),
    "a kit: pages, leaflets, 18 pt, Easy Read, text, QR code, how to answer, one run number": (
        "test_kit.py::test_the_leaflet_has_every_service_under_every_option_the_worst_line_first",
        "test_kit.py::test_large_print_and_easy_read_are_large",
        "test_kit.py::test_the_easy_read_has_one_idea_a_line_of_few_words",
        "test_kit.py::test_the_text_to_read_aloud_has_whole_sentences_and_no_signs",
        "test_kit.py::test_a_qr_code_is_the_one_that_segno_makes",
        "test_kit.py::test_pages_say_how_to_answer_with_the_place_and_the_option_and_no_postcode",
        "test_kit.py::test_every_link_within_a_kit_leads_to_a_file",
        f"{PAGE}the_search_works_in_a_frame_that_may_only_run_scripts",
    ),
    "every phrase comes from one catalogue a language, in either direction": (
        "test_languages.py::test_no_english_is_left_on_a_page_in_another_language",
        "test_languages.py::test_no_english_is_left_in_a_kit_in_another_language",
        "test_languages.py::test_a_note_of_a_study_s_own_streets_and_timetables_leaves_no_english",
        "test_languages.py::test_a_script_from_right_to_left_sets_the_direction_of_pages",
    ),
    "the question does not lean, today opens, and the case against stands beside that for": (
        f"{EXPLORER}the_page_opens_with_today_and_asks_to_choose",
        f"{EXPLORER}the_question_of_the_default_study_asks_both_ways_and_names_no_option",
        "test_report.py::test_every_item_of_the_case_is_said_and_none_left_out",
    ),
    "reading grade 6 at most on public pages, and 12 in the report": (
        "test_check_folder.py::test_a_folder_of_ours_keeps_every_rule",
        "test_check_folder.py::test_the_grade_is_that_of_the_formula",
        "test_check_folder.py::test_long_words_are_found_and_names_of_places_are_not",
    ),
}


@pytest.mark.parametrize("rule", HELD)
def test_a_rule_of_public_pages_is_held_by_tests_that_are_there(rule):
    for held in HELD[rule]:
        file, name = held.split("::")
        source = (TESTS / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", source, re.MULTILINE), f"{rule}: {held}"


@pytest.fixture(scope="module")
def parts():
    """Return the scripts, styles and templates of which pages are made, by name."""
    kinds = {".js", ".css", ".html"}
    found = {path for path in PUBLISH.rglob("*") if path.suffix in kinds}
    ours = {path for path in found if "leaflet-1.9.4" not in path.parts}
    # What is not ours would lie in a folder of its own, as Leaflet does.
    assert {path.parent.name for path in ours} == {"assets", "templates"}
    assert {path.parent.name for path in found - ours} == {"leaflet-1.9.4"}
    return {path.name: path.read_text(encoding="utf-8") for path in ours}


def test_no_page_carries_a_library_but_leaflet(parts):
    others = r"jquery|bootstrap|font-?awesome|\bd3\.|\bcdn\.|unpkg|googleapis"
    for name, text in parts.items():
        assert re.findall(others, text, re.IGNORECASE) == [], name


def test_no_published_page_uses_a_popup_or_tooltip_of_folium():
    """Folium escapes no name; the maps of notebooks, which nobody publishes, escape theirs."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in PUBLISH.rglob("*.py")}
    assert "folium" in sources["folium_map.py"]
    drawn = {name for name, text in sources.items() if re.search(r"Popup|Tooltip", text)}
    assert drawn == {"notebook_map.py"}


def test_classes_of_minutes_are_the_same_on_every_public_map():
    """What is not the page's own list of limits would be another scale on another map."""
    assert palette.TIME_BREAKS == (10, 20, 30, 45, 60)
    written = re.compile(r"\b10(?:\.0)?, *20(?:\.0)?, *30(?:\.0)?, *45(?:\.0)?, *60")
    assert [path.name for path in PUBLISH.rglob("*.py") if written.search(path.read_text())] == []


def test_no_page_borrows_the_look_of_the_nhs(parts):
    """The logo, the typeface and the blue of the NHS are not ours: a theme may bring a logo."""
    for name, text in parts.items():
        assert re.findall(r"frutiger|#005eb8", text, re.IGNORECASE) == [], name
    logos = {name for name, text in parts.items() if "publication.theme.logo" in text}
    assert logos == {"parts.html", "catchment_maps.html"}
    assert Theme().logo == ""
