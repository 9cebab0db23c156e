"""Difference of two runs: every figure that differs is told, by hand and on a made-up town."""

import csv
import json
import math
import re

import pandas as pd
import pytest

from llrgeo.appraisal.tables import costs
from llrgeo.errors import ConfigError, InputError, PublishError
from llrgeo.files import sha256_of_file
from llrgeo.publish.difference import page
from llrgeo.publish.difference.compare import (
    PublishedRun,
    compare_runs,
    compare_tables,
    headline_figures,
)
from llrgeo.publish.difference.page import render_difference
from llrgeo.publish.difference.studies import comparison_cautions, study_parts
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study
from llrgeo.study.run_difference import compare_folders, write_difference


def text_table(text):
    rows = [line.split("|") for line in text.split()]
    return pd.DataFrame(rows[1:], columns=rows[0])


def told(before, after):
    """Return each figure that differs: its row and column, both texts, the change, the way."""
    found = compare_tables(text_table(before), text_table(after))
    differing = found[found["difference"] != ""].values.tolist()
    return {
        (row, column): (old, new, None if math.isnan(change) else change, way)
        for row, column, old, new, change, way in differing
    }


def test_rows_are_named_by_the_fewest_first_columns_that_tell_them_apart():
    before = "option|service|people|note\na|x|12|p\na|y|7|q\nb|x|3|r"
    after = "option|service|people|note\na|y|9.5|q\na|x|12|s\nc|x|1|r"
    assert told(before, after) == {
        ("option a, service y", "people"): ("7", "9.5", 2.5, "changed"),
        ("option a, service x", "note"): ("p", "s", None, "changed"),
        ("option b, service x", "people"): ("3", "", None, "only before"),
        ("option b, service x", "note"): ("r", "", None, "only before"),
        ("option c, service x", "people"): ("", "1", None, "only after"),
        ("option c, service x", "note"): ("", "r", None, "only after"),
    }


def test_a_column_of_one_edition_alone_is_told_and_does_not_name_rows():
    assert told("option|old|people\na|1|5\nb|2|6", "option|new|people\na|3|5\nb|4|6.25") == {
        ("option a", "old"): ("1", "", None, "only before"),
        ("option a", "new"): ("", "3", None, "only after"),
        ("option b", "old"): ("2", "", None, "only before"),
        ("option b", "new"): ("", "4", None, "only after"),
        ("option b", "people"): ("6", "6.25", 0.25, "changed"),
    }


def test_sentences_are_there_or_not_and_the_same_one_twice_counts_twice():
    assert told("sentence\nfirm\nfirm\nold", "sentence\nfirm\nnew") == {
        ("sentence firm (2)", ""): ("", "", None, "only before"),
        ("sentence old", ""): ("", "", None, "only before"),
        ("sentence new", ""): ("", "", None, "only after"),
    }


def test_hidden_counts_are_text_and_have_no_change():
    assert told("option|people\na|*", "option|people\na|12") == {
        ("option a", "people"): ("*", "12", None, "changed")
    }


def test_a_place_is_named_by_what_it_is_and_not_by_its_rank():
    before = "option|rank|place|minutes\na|1|Ash|5\na|2|Elm|8"
    after = "option|rank|place|minutes\na|1|Elm|4\na|2|Ash|5"
    assert told(before, after) == {
        ("option a, place Ash", "rank"): ("1", "2", 1.0, "changed"),
        ("option a, place Elm", "rank"): ("2", "1", -1.0, "changed"),
        ("option a, place Elm", "minutes"): ("8", "4", -4.0, "changed"),
    }
    # Where nothing else tells rows apart, a rank does.
    before = "option|rank|share\na|1|0.25\na|2|0.75"
    after = "option|rank|share\na|1|0.75\na|2|0.25"
    assert told(before, after) == {
        ("option a, rank 1", "share"): ("0.25", "0.75", 0.5, "changed"),
        ("option a, rank 2", "share"): ("0.75", "0.25", -0.5, "changed"),
    }


def test_a_number_that_stands_in_a_sentence_gives_no_row_the_name_of_another():
    twice = pd.DataFrame({"sentence": ["firm", "firm", "firm (2)"]})
    assert compare_tables(twice, twice)["difference"].tolist() == ["", "", ""]
    assert compare_tables(twice, twice)["row"].nunique() == 3


def made_run(study, inputs=None, tables=None):
    manifest = {"run_id": "0" * 64, "study": study, "inputs": inputs or {}}
    return PublishedRun(manifest, tables or {}, {})


def test_settings_have_a_path_by_what_names_the_items_of_a_list():
    services = [{"id": "clinic", "standard_min": 20.0}, {"id": "ward", "standard_min": 30.0}]
    before = made_run({"title": "t", "services": services, "modes": ["car"], "seed": 4})
    later = [services[1], services[0] | {"standard_min": 25.0, "sites": []}]
    after = made_run(
        {"title": "t", "services": later, "modes": ["car", "walk"], "seed": None, "theme": ""}
    )
    # That the services stand in another order changes nothing.
    assert compare_runs(before, after).settings.values.tolist() == [
        ["services.clinic.standard_min", "20.0", "25.0"],
        ["modes", '["car"]', '["car", "walk"]'],
        ["seed", "4", "null"],
        ["services.clinic.sites", "", "[]"],
    ]


def test_inputs_that_differ_are_named_and_a_withheld_checksum_says_nothing():
    hidden = "withheld: contacts of real patients"
    before = made_run({}, {"areas": "aa", "sites": "bb", "activity": hidden, "theme": "cc"})
    after = made_run({}, {"areas": "aa", "sites": "dd", "activity": hidden, "rates": "ee"})
    assert compare_runs(before, after).inputs.values.tolist() == [
        ["sites", "changed"],
        ["activity", "cannot be told"],
        ["theme", "only before"],
        ["rates", "only after"],
    ]


def test_text_of_a_study_stays_text_on_the_page():
    evil = "<script>alert(1)</script>{{ 7 * 7 }}"
    cards = [pd.DataFrame({"option": [evil], "total": [total]}) for total in ("0.5", evil)]
    runs = [made_run({"title": evil, "note": total}, tables={"scorecard": card})
            for total, card in zip((1, evil), cards, strict=True)]  # fmt: skip
    page = render_difference(compare_runs(*runs))
    assert "<script" not in page
    assert "{{ 7 * 7 }}" in page
    assert page.count("&lt;script&gt;") >= 6


@pytest.fixture(scope="module")
def folders(town_study_once, tmp_path_factory):
    """Publish a study, and the same with a service's standard a minute longer."""
    made = tmp_path_factory.mktemp("runs")
    text = town_study_once.read_text("utf-8")
    changed = town_study_once.with_name("longer.toml")
    assert text.count("standard_min = 2,") == 1
    changed.write_text(text.replace("standard_min = 2,", "standard_min = 3,"), "utf-8")
    for name, study in (("before", town_study_once), ("after", changed)):
        publish_study(run_study(load_study(study)), made / name)
    return made / "before", made / "after"


def test_a_changed_setting_and_every_figure_that_followed_are_told(folders):
    difference = compare_folders(*folders)
    assert len(difference.settings) == 1
    assert difference.settings["setting"][0].endswith(".standard_min")
    assert difference.settings[["before", "after"]].values.tolist() == [["2.0", "3.0"]]
    assert difference.inputs.empty
    # The same by other means, of a table that follows from the standard.
    cells = []
    for folder in folders:
        with (folder / "tables" / "choice_of_site.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        keys = ("option", "service", "rule")
        named = {", ".join(f"{key} {row[key]}" for key in keys): row for row in rows}
        cells.append({(name, column): row[column] for name, row in named.items() for column in row})
    moved = {cell: (text, cells[1][cell]) for cell, text in cells[0].items()}
    moved = {cell: pair for cell, pair in moved.items() if pair[0] != pair[1]}
    figures = difference.figures[difference.figures["table"] == "choice_of_site"]
    assert len(moved) == 3
    named = zip(figures["row"], figures["column"], strict=True)
    assert dict(zip(named, figures[["before", "after"]].values.tolist(), strict=True)) == {
        cell: list(pair) for cell, pair in moved.items()
    }
    old, new = (figures[name].astype(float) for name in ("before", "after"))
    assert figures["change"].tolist() == pytest.approx((new - old).tolist())
    # Journeys do not follow from a standard.
    same = difference.tables.set_index("table").loc["flows"]
    assert same["figures"] > 0
    assert same[["changed", "only_before", "only_after"]].sum() == 0


def test_headline_figures_have_every_option_and_people_of_all_groups_together(folders):
    difference = compare_folders(*folders)
    rows = headline_figures(difference).set_index(["option", "figure"])
    people = pd.read_csv(folders[1] / "tables" / "people_by_service.csv")
    everyone = people[people["group"] == "everyone"].set_index("option")
    label = difference.after.meanings["people_by_service", "longer"]
    for option, count in everyone["longer"].items():
        assert rows.loc[(option, label), "after"] == str(count)
    assert set(rows.index.get_level_values("option")) == set(everyone.index)


def test_beds_that_a_year_needs_are_headline_figures_of_their_option():
    before = "option|year|beds|beds_needed|beds_short\na|2026|9|12|3\na|2031|9|14|5\nb|2026|9|13|4"
    after = "option|year|beds|beds_needed|beds_short\na|2026|9|12|3\na|2031|9|17|8\nb|2026|9|11|4"
    runs = [
        PublishedRun(
            {**study_run().manifest},
            {"capacity_by_year": text_table(table)},
            {("capacity_by_year", "beds_needed"): "Beds that are needed"},
        )
        for table in (before, after)
    ]
    rows = headline_figures(compare_runs(*runs))
    assert rows[["option", "figure", "before", "after"]].values.tolist() == [
        ["a", "Beds that are needed, year 2026", "12", "12"],
        ["a", "beds_short, year 2026", "3", "3"],
        ["a", "Beds that are needed, year 2031", "14", "17"],
        ["a", "beds_short, year 2031", "5", "8"],
        ["b", "Beds that are needed, year 2026", "13", "11"],
        ["b", "beds_short, year 2026", "4", "4"],
    ]
    assert "Beds that are needed, year 2031" in render_difference(compare_runs(*runs))


def test_a_headline_figure_is_told_with_its_unit_and_a_loss_with_a_minus(folders):
    meanings = compare_folders(*folders).after.meanings
    assert meanings["scorecard", "mean_minutes"] == "Average journey each way (minutes)"
    assert meanings["scorecard", "total"] == "Weighted sum of the scores"
    assert meanings["scorecard", "rank"] == "Rank; 1 is best"
    assert meanings["scorecard", "label"] == "What readers call the option"
    # A headline stands alone: it leans on no column before it.
    assert "patients and carbon save" in costs._AGAINST_TODAY["net_cost"]
    assert page._figure("-68313071.5507") == "\N{MINUS SIGN}68,313,071.5507"
    assert page._figure("68313071.5500") == "68,313,071.55"


def test_the_page_and_tables_of_a_difference_and_of_none(folders, tmp_path):
    files = write_difference(compare_folders(*folders), tmp_path / "one")
    names = [path.name for path in files]
    assert names == ["difference.html", "figures.csv", "inputs.csv", "settings.csv", "studies.csv",
                     "tables.csv"]  # fmt: skip
    page = files[0].read_text("utf-8")
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"(?:src|href)=.http", page)
    assert ".standard_min" in page
    figures = pd.read_csv(tmp_path / "one" / "figures.csv", dtype=str, keep_default_na=False)
    told = compare_folders(*folders).figures
    cells = [each[["before", "after"]].values.tolist() for each in (figures, told)]
    assert cells[0] == cells[1]
    write_difference(compare_folders(folders[0], folders[0]), tmp_path / "none")
    none = (tmp_path / "none" / "difference.html").read_text("utf-8")
    assert "Nothing: settings" in none
    assert "<table" not in none


def test_a_figure_below_0_stays_a_figure_in_the_file(tmp_path):
    """A text that begins with a minus is a formula to a spreadsheet; a figure is none."""
    runs = [
        made_run({"title": "Vale"}, tables={"made": text_table(f"option|change\na|{cell}")})
        for cell in ("-1.5", "-2.25")
    ]
    write_difference(compare_runs(*runs), tmp_path / "two")
    figures = pd.read_csv(tmp_path / "two" / "figures.csv", dtype=str)
    assert figures[["before", "after"]].values.tolist() == [["-1.5", "-2.25"]]


def test_a_difference_is_not_written_among_the_files_of_a_run(folders):
    before = sorted(folders[0].rglob("*"))
    with pytest.raises(PublishError, match="the folder of a run"):
        write_difference(compare_folders(*folders), folders[0])
    assert sorted(folders[0].rglob("*")) == before


def test_a_folder_that_was_altered_or_is_no_run_is_refused(folders, tmp_path):
    with pytest.raises((ConfigError, OSError), match=r"manifest\.json"):
        compare_folders(folders[0], tmp_path)
    for path in folders[0].rglob("*"):
        if path.is_file():
            copy = tmp_path / "copy" / path.relative_to(folders[0])
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    card = tmp_path / "copy" / "tables" / "scorecard.csv"
    card.write_text(card.read_text("utf-8") + "invented,1\r\n", "utf-8")
    with pytest.raises(ConfigError, match=r"1 files are not those of its manifest \(tables/score"):
        compare_folders(tmp_path / "copy", folders[1])
    manifest = json.loads((tmp_path / "copy" / "manifest.json").read_text("utf-8"))
    odd = tmp_path / "odd" / "manifest.json"
    odd.parent.mkdir()
    odd.write_text(json.dumps({**manifest, "versions": ["0.1"]}), "utf-8")
    with pytest.raises(ConfigError, match=r"odd.manifest\.json: not a manifest"):
        compare_folders(odd.parent, folders[1])
    odd.write_text(json.dumps({**manifest, "inputs": {}}), "utf-8")
    with pytest.raises(ConfigError, match=r"odd.manifest\.json: its settings, inputs or version"):
        compare_folders(odd.parent, folders[1])
    # One that is broken and says so in its manifest is told by its name.
    card.write_bytes(b"option\r\n\xff\xfe,\x00,1\r\n")
    manifest["outputs"] = {"tables/scorecard.csv": sha256_of_file(card)}
    (tmp_path / "copy" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError, match=r"scorecard\.csv: not a table of a run"):
        compare_folders(tmp_path / "copy", folders[1])


def test_a_blank_is_no_figure():
    assert told("option|people\na|\nb|", "option|people\na|3\nb|") == {
        ("option a", "people"): ("", "3", None, "only after")
    }


def study_run(title="Vale", areas="ab", sites="PQ", options=("today", "more"), **versions):
    """Return a run whose areas, sites and options have names of one letter or the ids given."""
    study = {
        "title": title,
        "services": [{"id": "clinic"}],
        "options": [{"id": name, "baseline": not place} for place, name in enumerate(options)],
    }
    tables = {
        "areas": pd.DataFrame({"area_id": list(areas), "residents": "7"}),
        "flows": pd.DataFrame({"from_site": list(sites), "to_site": [sites[0], *sites[1:]]}),
        "site_loads": pd.DataFrame({"site_id": [*sites, ""]}),
    }
    run = made_run(study, tables=tables)
    manifest = {**run.manifest, "versions": {"llrgeo": "0.2.0", "numpy": "2.4.6", **versions}}
    return PublishedRun(manifest, tables, {})


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (study_run(), []),
        (
            study_run(title="Moor", areas="xyz", sites="R"),
            ["different studies: “Vale” and “Moor”", "Areas in both: none; only before: 2 (a, b",
             "Sites in both: none; only before: 2 (P, Q); only after: 1 (R)"],
        ),
        (study_run(title="The Vale"), ["two different studies: “Vale” and “The Vale”"]),
        # The same title on another map is another study.
        (study_run(areas="c"), ["two different studies", "Areas in both: none"]),
        (
            study_run(areas="bc"),
            ["Areas in both: 1; only before: 1 (a); only after: 1 (c). Numbers, shares"],
        ),
        (study_run(sites="PQR"), ["Sites in both: 2; only before: 0; only after: 1 (R)."]),
        (
            study_run(options=("now", "more")),
            ["Options in both: 1; only before: 1 (today); only after: 1 (now).",
             "Changes before are against today, those after against now."],
        ),
        (study_run(llrgeo="0.3.0"), ["versions: llrgeo 0.2.0, numpy 2.4.6; and llrgeo 0.3.0, n"]),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said_first(after, said):
    difference = compare_runs(study_run(), after)
    found = comparison_cautions(difference)
    assert len(found) == len(said), found
    for words, caution in zip(said, found, strict=True):
        assert words in caution
    page = render_difference(difference)
    assert ("Read this first" in page) == bool(said)
    if "<table" in page and said:
        assert page.index("Read this first") < page.index("<table")
    assert [caution for caution in found if caution not in page] == []


def test_two_publications_of_real_patients_are_warned_of():
    runs = [
        made_run({"title": "Vale", "appraisal": {"data_class": data}})
        for data in ("restricted", "restricted", "open")
    ]
    [caution] = comparison_cautions(compare_runs(*runs[:2]))
    assert "two publications of the same counts" in caution
    assert comparison_cautions(compare_runs(*runs[1:])) == []


def test_a_table_tells_of_what_the_two_studies_are_made():
    found = study_parts(compare_runs(study_run(), study_run(title="Moor", areas="bcd")))
    rows = {row[0]: row[1:] for row in found.values.tolist()}
    assert rows["title"] == ["Vale", "Moor", "", "", ""]
    assert rows["areas"] == ["2", "3", "1", "1", "2"]
    assert rows["sites"] == ["2", "2", "2", "0", "0"]


def test_two_studies_are_told_apart_on_the_command_line(
    folders, town_study_once, tmp_path, run_command, caplog
):
    text = town_study_once.read_text("utf-8")
    other = town_study_once.with_name("other.toml")
    other.write_text(text.replace("in the toy town", "in another town", 1), "utf-8")
    publish_study(run_study(load_study(other)), tmp_path / "other")
    ended = run_command("diff", folders[0], tmp_path / "other", "--out", tmp_path / "out")
    assert ended.status == 0
    told = " ".join(caplog.messages)  # which the command line shows
    assert "These are two different studies" in told
    assert "“Care closer to home in another town”" in told
    rows = (tmp_path / "out" / "studies.csv").read_text("utf-8").splitlines()
    assert rows[1].startswith("title,Care closer to home in the toy town,Care closer to home in an")
