"""Hostile plans, catalogues, themes, manifests, projections, returns and matrices: one line."""

import json
import re

import pandas as pd
import pytest

from llrgeo.errors import ConfigError, InputError, LlrgeoError
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.estate import RETURNED, read_estate
from llrgeo.inputs.projections import AGES, read_projections
from llrgeo.inputs.theme import read_theme
from llrgeo.publish.wording import CATALOGUES, wording
from llrgeo.study.config import load_study
from llrgeo.study.manifest import describe_run, read_manifest, study_of
from llrgeo.study.plan_file import load_study_or_plan
from llrgeo.study.siting.config import load_siting
from llrgeo.travel.imported.matrices import import_travel_times

PLAN = '[plan]\nstudy = "STUDY"\nrun_id = "RUN"\n'
SECOND_BASELINE = f"""{PLAN}[[options]]
id = "x"
label = "x"
baseline = true
sites = {{ clinic = ["A"], beds = ["A"] }}
"""
PLANS = {
    "a plan on itself": (PLAN.replace("STUDY", "plan.toml"), "is a plan on itself"),
    "a plan that is no table": ("plan = 5\n", r"\[plan\]"),
    "options that are a number": (
        f"options = 5\n{PLAN}",
        r"options: write a table \[\[options\]\]",
    ),
    "new sites that are a number": (f"new_sites = 3\n{PLAN}", r"new_sites: write a table"),
    "an unknown key": (f"colour = 3\n{PLAN}", "colour: unknown key"),
    "a study on the network": (PLAN.replace("STUDY", "http://a.example/s.toml"), "http"),
    "a study that is not there": (PLAN.replace("STUDY", "no.toml"), "no.toml"),
    "a study with a null in its name": (PLAN.replace("STUDY", "a\\u0000b"), "."),
    "a folder": (PLAN.replace("STUDY", "."), "."),
    "a second baseline": (SECOND_BASELINE, "baseline"),
    "an option that the study has": (
        f'{PLAN}[[options]]\nid = "nearer"\nlabel = "x"\nbased_on = "today"\n',
        "options: ids are duplicated: nearer",
    ),
}


def refused(error: BaseException) -> str:
    """Return a message, which must be short enough to read."""
    assert isinstance(error, LlrgeoError)
    assert len(str(error)) < 1_000
    return str(error)


@pytest.mark.parametrize("case", PLANS)
def test_a_plan_that_cannot_be_meant_is_refused(town_study, case):
    text, said = PLANS[case]
    run_id = describe_run(load_study(town_study))["run_id"]
    plan = town_study.with_name("plan.toml")
    plan.write_text(text.replace("STUDY", town_study.name).replace("RUN", run_id), "utf-8")
    with pytest.raises((LlrgeoError, OSError), match=said):
        load_study_or_plan(plan)


def test_plans_on_each_other_are_refused(tmp_path):
    for name, other in (("one", "two"), ("two", "one")):
        text = PLAN.replace("STUDY", f"{other}.toml").replace("RUN", "0")
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"one\.toml: is a plan on itself"):
        load_study_or_plan(tmp_path / "one.toml")


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-00-10"])
def test_a_day_that_no_calendar_has_is_refused(town_study, day):
    town_study.write_text(town_study.read_text("utf-8").replace("2026-11-22", day), "utf-8")
    with pytest.raises(ConfigError, match=f"date: '{day}' is no day of the calendar"):
        load_study(town_study)


def test_a_day_in_words_stays(town_study):
    text = town_study.read_text("utf-8").replace("2026-11-22", "autumn 2026")
    town_study.write_text(text, "utf-8")
    assert load_study(town_study).date == "autumn 2026"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('scenarios = [{ label = "x", time_factor = 1e9 }]', "less than or equal to 10"),
        ('scenarios = [{ label = "x", growth = { residents = 11 } }]', "less than or equal to 10"),
        ("p = 0", "greater than or equal to 1"),
        ("p = 1.5", "p: "),
        ("gap = 2", "gap: "),
        ("mix = { hope = 1 }", "no objective 'hope'"),
        ("seconds = -1", "seconds: "),
        ("one_of = 3", "one_of: "),
        ("beds = 3", "beds: "),
        ("colour = 1", "colour: unknown key"),
    ],
)
def test_a_siting_file_that_cannot_be_meant_is_refused(tmp_path, text, said):
    (tmp_path / "siting.toml").write_text(f'service = "clinic"\n{text}\n', "utf-8")
    with pytest.raises(ConfigError, match=said):
        load_siting(tmp_path / "siting.toml")


ENGLISH = (CATALOGUES / "wording.en-GB.toml").read_text("utf-8")


def with_phrase(key: str, value: str) -> bytes:
    """Return the English catalogue with another phrase."""
    changed = re.sub(rf"^{key} = .*$", f'{key} = "{value}"', ENGLISH, flags=re.MULTILINE)
    assert changed != ENGLISH
    return changed.encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = = b", "not a TOML file"),
        (b'a = "\xff"', "not text in UTF-8"),
        (b"a = " + b"[" * 100_000, "too deeply nested"),
        (b"", r"wording\.xx\.toml"),
        (b'about = "x"', "phrases are missing"),
        (with_phrase("minutes", "{count:>999999999}"), "names what is not filled in"),
        (with_phrase("minutes", "{count!r}"), "names what is not filled in"),
        (with_phrase("minutes", "{count.__class__}"), "names what is not filled in"),
        (with_phrase("minutes", "{0}"), "names what is not filled in"),
        (with_phrase("minutes", "{"), "names what is not filled in"),
        (with_phrase("months", "Ionawr Chwefror"), "'months' has 2 names, not 12"),
        (with_phrase("direction", "sideways"), "'direction' is 'sideways', not ltr or rtl"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_refused(tmp_path, content, said):
    (tmp_path / "wording.xx.toml").write_bytes(content)
    with pytest.raises(InputError, match=said) as found:
        wording("xx", tmp_path)
    refused(found.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("large.svg", b"<svg>" + b" " * 2_000_000, "over 2 MB"),
        ("text.png", b"no picture", "is not what its ending says"),
        ("page.svg", b"<html></html>", "is not what its ending says"),
    ],
)
def test_a_logo_that_no_page_should_hold_is_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "theme.toml").write_text(f'logo = "{name}"\nlogo_alt = "x"\n', "utf-8")
    with pytest.raises(InputError, match=said):
        read_theme(tmp_path / "theme.toml")


def manifest_of(study, **changed):
    """Write a manifest of a study with one part changed; return its path."""
    told = {**describe_run(load_study(study)), "outputs": {"index.html": "0"}, **changed}
    path = study.with_name("manifest.json")
    path.write_text(json.dumps(told), "utf-8")
    return path


def test_a_manifest_of_no_files_could_compare_nothing(town_study):
    with pytest.raises(ConfigError, match="names no files"):
        read_manifest(manifest_of(town_study, outputs={}))


def test_a_manifest_that_hides_an_input_is_refused(town_study):
    inputs = describe_run(load_study(town_study))["inputs"]
    inputs.pop("areas")
    manifest = read_manifest(manifest_of(town_study, inputs=inputs))
    with pytest.raises(ConfigError, match=r"inputs differ .*: areas"):
        study_of(manifest, town_study.parent)


def cell(column, value):
    return lambda table: table.assign(**{column: [value, *table[column].iloc[1:]]})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (cell("year", "1e300"), "'year' is not a whole number from 1900 to 2300"),
        (cell("year", "20.5"), "'year' is not a whole number"),
        (cell(AGES[0], "inf"), "people are not numbers of 0 to 100,000,000 in 1 row"),
        (cell(AGES[0], "1e20"), "people are not numbers"),
        (cell(AGES[0], "-1"), "people are not numbers"),
        (cell(AGES[0], ""), "people are not numbers"),
        (cell("sex", "x"), "'sex' holds x"),
        (lambda table: table.iloc[:0], "the table has no rows"),
        (lambda table: pd.concat([table, table.iloc[:1]]), "rows are duplicated"),
    ],
)
def test_projections_that_nobody_made_are_refused(tmp_path, change, said):
    table = pd.read_csv(embedded("projections.csv"), dtype=str)
    change(table).to_csv(tmp_path / "projections.csv", index=False)
    with pytest.raises(InputError, match=said):
        read_projections(tmp_path / "projections.csv")


FLOOR, *_ = RETURNED


def returned(folder, table, name="ERIC_2024_25.csv"):
    path = folder / name
    frame = pd.DataFrame(table)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return read_estate(["A", "B"], path)


def test_a_return_of_numbers_is_read_as_one_of_text(tmp_path):
    numbers = {"Site Code": ["A"], FLOOR: [5_250.0], "year": ["2024/25"]}
    text = {"Site Code": ["A"], FLOOR: ["5,250"]}
    assert returned(tmp_path, numbers, "e.parquet").loc["A", RETURNED[FLOOR]] == 5_250
    assert returned(tmp_path, text).loc["A", RETURNED[FLOOR]] == 5_250


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"Site Code": ["A"], f"{FLOOR} (m2)": ["5"], f"{FLOOR} 2": ["6"]}, "could each be"),
        ({"Site Code": ["A", "A"], FLOOR: ["5", "6"]}, "duplicated"),
        ({"Site Code": ["Z"], FLOOR: ["5"]}, "no Site Code is the id of a site"),
        ({"Site Code": ["A"], FLOOR: ["-5"]}, "."),
        ({"Site Code": ["A"], FLOOR: ["inf"]}, "."),
        ({"Site Code": ["A"], FLOOR: ["large"]}, "."),
    ],
)
def test_a_return_that_is_none_is_refused(tmp_path, table, said):
    with pytest.raises(InputError, match=said) as found:
        returned(tmp_path, table)
    refused(found.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("LSOA,A,A\nW,1,2\n", r"columns are duplicated \(A\)"),
        ("LSOA,A\nW,1\nW ,2\n", "no travel times"),
        ("LSOA,A\nW,True\nN,False\n", "no travel times"),
        ("LSOA,A\nW,1800\nN,2400\n", "half of the journeys take over a day: seconds"),
        ("LSOA;A\nW;1\n", "."),
        ("LSOA,A\n", "no travel times"),
        ("LSOA,A\nW,-5\nN,3\n", "."),
        ("from_id,to_id,travel_time\n,A,1\n", "from_id or to_id is blank"),
        ("from_id,to_id,travel_time\nW,A,x\n", "is not a number"),
    ],
)
def test_a_matrix_that_cannot_be_meant_is_refused(tmp_path, text, said):
    (tmp_path / "minutes.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match=said) as found:
        import_travel_times(tmp_path / "minutes.csv")
    refused(found.value)


@pytest.mark.parametrize(
    "text",
    ["5", "[1]", '{"durations": [[1], [2, 3]]}', '{"durations": "abc"}', '{"durations": null}',
     '{"durations": [[-5], [3]]}', '{"results": null}', '{"results": []}',
     '{"sources_to_targets": [[{"time": 1}]]}', "[" * 100_000],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(tmp_path, text):
    (tmp_path / "answer.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"answer\.json|minutes|time") as found:
        import_travel_times(tmp_path / "answer.json", area_ids=["W", "N"], site_ids=["A"])
    refused(found.value)
