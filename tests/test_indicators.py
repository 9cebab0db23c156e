"""A study's own indicators: read from its files, every fault told, published everywhere."""

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from llrgeo.cli import main
from llrgeo.errors import ConfigError, InputError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.manifest import WITHHELD, describe_run
from llrgeo.study.run import publish_study, run_study

BOARD = "authority_code,name,still_home,wait\nX01,Town,81.5,12\nX02,Fields,84.25,15\n"
HOME = {
    "id": "still_home",
    "label": "Still at home after 91 days",
    "unit": "%",
    "better": "higher",
    "source": "Invented board",
    "date": "2024/25",
    "file": "board.csv",
}
WAIT = {**HOME, "id": "wait", "label": "Days of waiting", "unit": "days", "better": "lower"}
COLD = {
    **HOME,
    "id": "cold",
    "label": "Homes without heating",
    "unit": "homes",
    "better": "none",
    "file": "cold.csv",
}
COLD_FILE = "area_id,cold\nW,31\nN,12\nE,\nF,4\n"


def declare(study: Path, *indicators: dict, **files: str) -> Path:
    """Add indicators to a study file, and write their files beside it."""
    lines = []
    for indicator in indicators:
        lines += ["", "[[indicators]]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in indicator.items()]
    study.write_text(study.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
    for name, text in files.items():
        (study.parent / f"{name}.csv").write_text(text, encoding="utf-8")
    return study


def restrict(study: Path) -> Path:
    """Make the study one of real patients."""
    text = study.read_text(encoding="utf-8")
    text = text.replace("draws = 200", 'draws = 200, data_class = "restricted"')
    study.write_text(text, encoding="utf-8")
    return study


def figures_of(study: Path):
    return read_inputs(load_study(study), ["place_figures"]).place_figures


def told(study: Path) -> str:
    with pytest.raises((InputError, ConfigError)) as caught:
        figures_of(study)
    return str(caught.value)


def test_a_figure_by_code_is_of_the_authority_by_name(town_study):
    [home, wait] = figures_of(declare(town_study, HOME, WAIT, board=BOARD))
    assert home.kind == "authority"
    assert home.values.to_dict() == {"Town": 81.5, "Fields": 84.25}
    assert wait.values.to_dict() == {"Town": 12, "Fields": 15}
    assert not home.hidden.any()


def test_a_workbook_is_read_as_a_csv_is(town_study):
    book = openpyxl.Workbook()
    for row in [["authority", "still_home"], ["Town", 81.5], ["Fields", 84]]:
        book.active.append(row)
    book.save(town_study.parent / "board.xlsx")
    [home] = figures_of(declare(town_study, {**HOME, "file": "board.xlsx"}))
    assert home.values.to_dict() == {"Town": 81.5, "Fields": 84}


def test_ids_that_a_workbook_holds_as_numbers_are_ids(town_study):
    """A spreadsheet keeps 101 as a number; the areas' ids are text."""
    folder = town_study.parent
    for name in ("areas.csv", "outlines.geojson"):
        text = (folder / name).read_text(encoding="utf-8")
        if name == "areas.csv":
            text = text.replace("\nW,", "\n101,").replace("\nN,", "\n102,")
        (folder / name).write_text(text, encoding="utf-8")
    book = openpyxl.Workbook()
    for row in [["area_id", "cold"], [101, 31.0], [102.0, 12]]:
        book.active.append(row)
    book.save(folder / "cold.xlsx")
    [cold] = figures_of(declare(town_study, {**COLD, "file": "cold.xlsx"}))
    assert cold.values.to_dict() == {"101": 31, "102": 12}


def test_ids_of_a_parquet_of_floats_are_ids(town_study):
    folder = town_study.parent
    text = (folder / "areas.csv").read_text(encoding="utf-8")
    (folder / "areas.csv").write_text(text.replace("\nW,", "\n101,"), encoding="utf-8")
    pd.DataFrame({"area_id": [101.0], "cold": [float("nan")], "warm": [3.5]}).to_parquet(
        folder / "cold.parquet"
    )
    [warm] = figures_of(declare(town_study, {**COLD, "id": "warm", "file": "cold.parquet"}))
    assert warm.values.to_dict() == {"101": 3.5}


def test_zeros_that_a_spreadsheet_dropped_are_told(town_study):
    folder = town_study.parent
    text = (folder / "areas.csv").read_text(encoding="utf-8")
    (folder / "areas.csv").write_text(text.replace("\nW,", "\n0101,"), encoding="utf-8")
    declare(town_study, COLD, cold="area_id,cold\n101,3\n")
    assert "a spreadsheet dropped their leading zeros: save the ids as text" in told(town_study)


def test_a_name_with_a_comma_is_one_name(town_study):
    folder = town_study.parent
    areas = pd.read_csv(folder / "areas.csv")
    areas.assign(authority=areas["authority"].replace("Town", "Town, City of")).to_csv(
        folder / "areas.csv", index=False
    )
    board = 'authority,still_home\n"Town, City of",81.5\nFields,84\n'
    [home] = figures_of(declare(town_study, HOME, board=board))
    assert home.values["Town, City of"] == 81.5


def test_errors_are_one_number_or_a_column(town_study):
    given = {**HOME, "error": 1.5}, {**WAIT, "error_column": "margin"}
    board = "authority,still_home,wait,margin\nTown,81.5,12,0.5\nFields,84,15,\n"
    [home, wait] = figures_of(declare(town_study, *given, board=board))
    assert home.errors.to_dict() == {"Town": 1.5, "Fields": 1.5}
    assert wait.errors["Town"] == 0.5
    assert pd.isna(wait.errors["Fields"])


@pytest.mark.parametrize(
    ("change", "board", "said"),
    [
        ({}, "authority_code,still_home\nX01,1\nX09,2\n", "not in the study (X09)"),
        ({}, "authority,still_home\nTowm,1\nFields,2\n", "is Towm meant as Town?"),
        ({}, "authority_code,still_home\nX01,1\nX01,2\n", "'authority_code' has duplicates (X01)"),
        ({}, "authority_code,still_home\nX01,1\n,2\n", "1 rows have no authority_code"),
        ({}, "authority_code,still_home\nX01,81%\nX02,2\n", "is not a number for X01"),
        (
            {},
            'authority_code,still_home\nX01,"1,200"\nX02,2\n',
            "write a point for decimals and nothing else",
        ),
        ({}, "authority_code,still_home\nX01,<5\nX02,2\n", "leave those cells blank"),
        ({}, "authority_code,still_home\nX01,*\nX02,2\n", "small numbers are suppressed in it"),
        ({}, "authority_code,still_home\nX01,inf\nX02,2\n", "is not a number for X01"),
        ({}, "authority_code,still_home\nX01,1e300\nX02,2\n", "is above 1e+12 for X01"),
        ({}, "authority_code,still_home\nX01,\nX02,NaN\n", "is blank for every place"),
        ({}, "authority_code,other\nX01,1\nX02,2\n", "column 'still_home' is missing; found other"),
        ({}, "place,still_home\nTown,1\n", "none of the columns area_id, authority_code"),
        ({}, "authority_code,still_home\n", "the table has no rows"),
        ({}, "", "the file is empty"),
        ({"count": True}, "authority_code,still_home\nX01,1.5\nX02,2\n", "is no whole number"),
        ({"count": True}, "authority_code,still_home\nX01,-3\nX02,2\n", "is below 0 for X01"),
        ({"error_column": "m"}, "authority,still_home,m\nTown,1,-1\nFields,2,1\n", "is below 0"),
        ({"better": "more"}, BOARD, "indicators.1.better"),
        ({"file": "gone.csv"}, BOARD, "gone.csv: no such file"),
        ({"file": "https://x.org/a.csv"}, BOARD, "only llrgeo fetch goes online"),
        ({"error": -1}, BOARD, "indicators.1.error"),
        ({"error": 1, "error_column": "m"}, BOARD, "give error or error_column, not both"),
        ({"id": "mean_min"}, BOARD, "'mean_min' is a figure of llrgeo"),
        ({"unit": ""}, BOARD, "indicators.1.unit"),
    ],
)
def test_a_fault_is_told_in_one_line(town_study, change, board, said):
    message = told(declare(town_study, {**HOME, **change}, board=board))
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize("key", ["label", "unit", "better", "source", "date", "file"])
def test_what_a_figure_is_must_be_said(town_study, key):
    given = {name: value for name, value in HOME.items() if name != key}
    message = told(declare(town_study, given, board=BOARD))
    assert f"indicators.1.{key}: this key is required" in message


def test_all_faults_of_all_files_are_told_together(town_study):
    board = "authority_code,still_home,wait\nX01,<5,12\nX09,2,b\n"
    cold = "area_id,cold\nW,1\nZ,2\n"
    lost = {**COLD, "id": "lost", "label": "Lost", "file": "lost.csv"}
    message = told(declare(town_study, HOME, WAIT, COLD, lost, board=board, cold=cold))
    for said in (
        "lost.csv",
        "X09",
        "(Z)",
        "'still_home' is not a number",
        "'wait' is not a number",
    ):
        assert said in message, said


def test_ids_and_labels_are_each_their_own(town_study):
    message = told(declare(town_study, HOME, HOME, board=BOARD))
    assert "indicators: ids are duplicated: still_home" in message
    assert "indicators: labels are duplicated" in message


def test_a_study_without_authorities_has_no_figures_of_them(town_study):
    folder = town_study.parent
    areas = pd.read_csv(folder / "areas.csv").drop(columns=["authority", "authority_code"])
    areas.to_csv(folder / "areas.csv", index=False)
    declare(town_study, HOME, COLD, board=BOARD, cold=COLD_FILE)
    assert "the study's areas name no authorities; give the figures by area_id" in told(town_study)


def test_a_thousand_figures_are_too_many(town_study):
    many = [{**HOME, "id": f"x{n}", "label": f"Figure {n}"} for n in range(501)]
    assert "at most 500 items" in told(declare(town_study, *many, board=BOARD))


def test_a_file_of_nothing_but_others_is_refused(town_study):
    board = f"{BOARD.splitlines()[0]}\nE09,Elsewhere,83,9\n"
    with pytest.raises(InputError, match="it has no place of the study"):
        figures_of(declare(town_study, {**HOME, "others": True}, board=board))


def test_others_may_be_in_the_file_where_the_study_says_so(town_study):
    board = f"{BOARD}E09,Elsewhere,83,9\n"
    [home] = figures_of(declare(town_study, {**HOME, "others": True}, board=board))
    assert home.values.to_dict() == {"Town": 81.5, "Fields": 84.25, "E09": 83}


# --- Restricted studies ----------------------------------------------------------------------


def test_a_restricted_study_asks_whether_a_figure_counts_people(town_study):
    message = told(restrict(declare(town_study, HOME, board=BOARD)))
    assert "indicators.1.count: say true if it counts people or contacts" in message


def test_a_restricted_study_refuses_figures_of_which_nothing_is_said(town_study):
    restrict(town_study)
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(
        text.replace("draws = 200", 'draws = 200, indicators = "board.csv"'), encoding="utf-8"
    )
    assert "declare each figure as [[indicators]]" in told(town_study)


def test_counts_of_a_restricted_study_are_protected_when_they_are_read(town_study):
    counted = {**COLD, "count": True, "error": 2.0}
    [cold] = figures_of(restrict(declare(town_study, counted, cold=COLD_FILE)))
    assert cold.values.dropna().to_dict() == {"W": 30, "N": 10}
    assert cold.hidden.to_dict() == {"W": False, "N": False, "E": False, "F": True}
    assert cold.errors.isna().all()


def test_a_hidden_count_is_no_difference_of_two_that_are_shown(town_study):
    """Of N's 18, shown as 20, 12 are men, shown as 10: there would be 5 to 15 women, so 6 or 7."""
    counts = [{**COLD, "id": name, "label": name, "count": True} for name in ("all", "men", "wom")]
    cells = "area_id,all,men,wom\nW,90,41,49\nN,18,12,6\nE,63,33,30\nF,24,24,0\n"
    found = figures_of(restrict(declare(town_study, *counts, cold=cells)))
    # E covers N among the women, and is hidden with it everywhere; the farm shows its zero.
    for each in found:
        assert each.hidden.to_dict() == {"W": False, "N": True, "E": True, "F": False}
        assert each.values.isna().tolist() == each.hidden.tolist()
    assert [each.values["W"] for each in found] == [90, 40, 50]


def test_no_hash_tells_a_guessed_file_of_counts(town_study):
    counted, open_figure = {**COLD, "count": True}, {**HOME, "count": False}
    restrict(declare(town_study, counted, open_figure, cold=COLD_FILE, board=BOARD))
    before = describe_run(load_study(town_study))
    assert before["inputs"]["indicators cold.csv"] == WITHHELD
    assert before["inputs"]["indicators board.csv"] != WITHHELD
    (town_study.parent / "cold.csv").write_text(COLD_FILE.replace("31", "44"), encoding="utf-8")
    assert describe_run(load_study(town_study))["run_id"] == before["run_id"]


@pytest.mark.parametrize("small", [7])
def test_every_file_is_the_same_whatever_a_hidden_count_is(town_study, tmp_path, small):
    counted = {**COLD, "count": True, "better": "lower"}
    # N's 14 are hidden with E's few, and cover any number of them: W's 31 are shown either way.
    restrict(declare(town_study, counted, cold="area_id,cold\nW,31\nN,14\nE,2\nF,33\n"))
    published = []
    for name, cell in (("one", 2), ("two", small)):
        cold = f"area_id,cold\nW,31\nN,14\nE,{cell}\nF,33\n"
        (town_study.parent / "cold.csv").write_text(cold, encoding="utf-8")
        files = publish_study(run_study(load_study(town_study)), tmp_path / name)
        published.append({path.name: path.read_bytes() for path in files})
    assert published[0] == published[1]


# --- What is published -----------------------------------------------------------------------


def test_indicators_stand_in_tables_layers_and_manifest(town_study, tmp_path):
    declare(town_study, HOME, WAIT, COLD, board=BOARD, cold=COLD_FILE)
    publish_study(run_study(load_study(town_study)), tmp_path)
    ranks = pd.read_csv(tmp_path / "tables" / "place_rankings.csv")
    own = ranks[ranks["figure_id"] == "wait"].set_index("place")
    assert own["rank"].to_dict() == {"Town": 1, "Fields": 2}
    assert own.loc["Town", ["gap_to_next", "standing"]].tolist() == [3, "error not known"]
    assert "Average minutes" in set(ranks["figure"])
    places = pd.read_csv(tmp_path / "tables" / "places.csv").set_index(["option", "authority"])
    assert places.loc[("today", "Fields"), "indicator__still_home"] == 84.25
    areas = gpd.read_file(tmp_path / "areas.gpkg", layer="areas").set_index("area_id")
    assert areas["indicator__still_home"].to_dict() == dict.fromkeys("WNE", 81.5) | {"F": 84.25}
    assert areas["indicator__cold"].dropna().to_dict() == {"W": 31, "N": 12, "F": 4}
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert book["place_rankings"].max_row == len(ranks) + 1
    inputs = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert {"indicators board.csv", "indicators cold.csv"} <= set(inputs)


def test_without_authorities_areas_are_ranked_on_all_pages(town_study, tmp_path):
    folder = town_study.parent
    areas = pd.read_csv(folder / "areas.csv")
    areas = areas.drop(columns=["authority", "authority_code", "upper_authority", "ward"])
    areas.to_csv(folder / "areas.csv", index=False)
    declare(town_study, {**COLD, "better": "higher"}, cold=COLD_FILE)
    publish_study(run_study(load_study(town_study)), tmp_path)
    ranks = pd.read_csv(tmp_path / "tables" / "place_rankings.csv")
    assert set(ranks["place_kind"]) == {"area"}
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Homes without heating: 3 of 4 areas, from both ends" in report
    explorer = (tmp_path / "explorer.html").read_text(encoding="utf-8")
    assert '<option value="cold">Homes without heating</option>' in explorer


def test_a_run_with_indicators_can_be_replayed(town_study, monkeypatch):
    declare(town_study, HOME, board=BOARD)
    monkeypatch.chdir(town_study.parent)
    for args in (["run", "study.toml", "--out", "out"], ["replay", "out/manifest.json"]):
        monkeypatch.setattr("sys.argv", ["llrgeo", *args])
        try:
            main()
        except SystemExit as end:
            assert not end.code  # noqa: PT017 (the command ends so)
