"""The descriptions of an output folder: a Data Package and an RO-Crate, as validators read them."""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDescription
from llrgeo.appraisal.tables.units import CONTACTS, MINUTES
from llrgeo.publish.data.packages import PackagedTable, Provenance, data_package, ro_crate
from llrgeo.schema import BNG
from llrgeo.study.config import load_study
from llrgeo.study.siting.config import load_siting
from llrgeo.study.siting.files import write_plan
from llrgeo.study.siting.services import locate_service

ROOT = Path(__file__).resolve().parents[1]
WAITS = TableDescription(
    "Waits by site.",
    (
        PublishedColumn("site_id", "Code of the site"),
        PublishedColumn("wait_min", "Minutes of waiting", MINUTES, "nobody waits"),
        PublishedColumn("contacts", "Contacts of a year", CONTACTS, "an asterisk for 1 to 7"),
        PublishedColumn("open", "Whether it is open"),
        PublishedColumn("beds", "Beds"),
    ),
)
TABLE = pd.DataFrame(
    {
        "site_id": ["A", "B"],
        "wait_min": [3.7, np.inf],
        "contacts": ["15", "*"],
        "open": [True, False],
        "beds": [12, 31],
    }
)
SAID = Provenance(
    title="Care in the Toy Town!",
    about="What would change?",
    date="2026-11-22",
    publisher="The board",
    sources=("Invented.",),
    run={
        "run_id": "ab12",
        "inputs": {"areas": "cd34", "activity": "withheld"},
        "versions": {"llrgeo": "7.8"},
    },
)


@pytest.fixture(scope="module")
def tools():
    """Return the programs of `.ci/tools.lock`, which cannot stand beside llrgeo's own libraries."""
    folder = Path(os.environ.get("LLRGEO_TOOLS", ROOT / ".venv-tools")) / "bin"
    if not (folder / "frictionless").is_file():
        pytest.skip("no validators: python -m venv .venv-tools, install .ci/tools.lock into it")
    return folder


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def package(table=TABLE, described=WAITS):
    packaged = PackagedTable(table, "Waits by site.", described)
    return json.loads(data_package(SAID, {"t/waits.csv": packaged}, {"t/waits.csv": b"12345"}))


def test_a_package_names_each_table_by_its_path_and_checksum():
    found = package()
    (resource,) = found["resources"]
    assert (found["name"], found["id"], found["created"]) == (
        "care-in-the-toy-town",
        "ab12",
        "2026-11-22T00:00:00Z",
    )
    assert (resource["name"], resource["path"], resource["bytes"]) == ("waits", "t/waits.csv", 5)
    assert resource["hash"] == "sha256:" + hashlib.sha256(b"12345").hexdigest()
    assert resource["title"] == "Waits by site"
    assert found["sources"] == [{"title": "Invented."}]
    assert found["contributors"] == [{"title": "The board", "roles": ["publisher"]}]
    nobody = Provenance(title="Town", about="What?", date="2026-11-22")
    assert not {"sources", "contributors", "id"} & set(json.loads(data_package(nobody, {}, {})))


@pytest.mark.parametrize(
    ("column", "kind", "unit", "required"),
    [
        ("site_id", "string", None, True),
        ("wait_min", "number", "minutes", False),
        ("contacts", "integer", "contacts a year", False),  # rounded counts are kept as text
        ("open", "boolean", None, True),
        ("beds", "integer", None, True),
    ],
)
def test_a_column_has_its_type_unit_and_whether_it_may_be_blank(column, kind, unit, required):
    fields = {field["name"]: field for field in package()["resources"][0]["schema"]["fields"]}
    found = fields[column]
    assert (found["type"], found.get("unit")) == (kind, unit)
    assert ("constraints" in found) == required


def test_hidden_counts_are_missing_values_only_where_there_are_any():
    shown = TABLE.assign(contacts=["15", "25"])
    kinds = [
        found["resources"][0]["schema"]["missingValues"] for found in (package(), package(shown))
    ]
    assert kinds == [["", "*"], [""]]


def test_a_table_without_declared_columns_has_names_and_types_alone():
    fields = package(described=None)["resources"][0]["schema"]["fields"]
    assert fields[1] == {"name": "wait_min", "type": "number"}


def test_a_crate_lists_files_inputs_and_the_code_that_ran():
    files = {"b.csv": b"123", "a.gpkg": b"4567"}
    crate = json.loads(ro_crate(SAID, files, {"b.csv": "Waits"}, others=("manifest.json",)))
    of = {entity["@id"]: entity for entity in crate["@graph"]}
    assert [part["@id"] for part in of["./"]["hasPart"]] == ["a.gpkg", "b.csv", "manifest.json"]
    assert (of["b.csv"]["contentSize"], of["b.csv"]["encodingFormat"]) == ("3", "text/csv")
    assert of["b.csv"]["sha256"] == hashlib.sha256(b"123").hexdigest()
    assert "sha256" not in of["manifest.json"]  # it lists this file, and is written after it
    assert of["#input-areas"]["sha256"] == "cd34"
    assert "sha256" not in of["#input-activity"]  # a file of real patients has no checksum
    assert of["#input-activity"]["description"] == "withheld"
    assert of["https://github.com/llrgeo/llrgeo"]["softwareVersion"] == "7.8"
    assert of["./"]["publisher"] == {"@id": "#publisher"}
    assert of["#licences"]["description"] == "Invented."
    unnamed = json.loads(ro_crate(replace(SAID, sources=()), {}, {}))["@graph"]
    assert {"#licences": "No source is named."}.items() <= {
        entity["@id"]: entity.get("description") for entity in unnamed
    }.items()


def test_a_study_without_a_day_has_no_made_up_one():
    said = Provenance(title="Town", about="What?", date="in November")
    assert "datePublished" not in ro_crate(said, {}, {})
    assert "created" not in data_package(said, {}, {})


def test_every_published_file_is_in_the_crate_and_every_table_in_the_package(published_town):
    crate = json.loads((published_town / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    listed = {entity["@id"] for entity in crate["@graph"] if entity["@type"] == "File"}
    there = {
        path.relative_to(published_town).as_posix()
        for path in published_town.rglob("*")
        if path.is_file()
    }
    assert listed == there - {"ro-crate-metadata.json"}
    found = json.loads((published_town / "datapackage.json").read_text(encoding="utf-8"))
    tables = {resource["path"] for resource in found["resources"]}
    assert tables == {name for name in there if name.startswith("tables/")}
    described = [entity for entity in crate["@graph"] if entity["@type"] == "File"]
    assert [entity["@id"] for entity in described if "description" not in entity] == []


def test_frictionless_finds_every_table_as_described_and_a_changed_cell(
    tools, published_town, tmp_path
):
    validate = (tools / "frictionless", "validate", "datapackage.json")
    found = subprocess.run(
        validate, cwd=published_town, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout
    shutil.copytree(published_town, tmp_path / "changed")
    path = tmp_path / "changed" / "tables" / "areas.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ",x", 9), encoding="utf-8")
    found = subprocess.run(validate, cwd=path.parents[1], capture_output=True, check=False)
    assert found.returncode == 1


def test_the_crate_is_valid_and_one_without_a_day_is_not(tools, published_town, tmp_path):
    check = (tools / "python", ROOT / "tests" / "crate_check.py")
    found = run(*check, published_town)
    assert found.returncode == 0, found.stdout + found.stderr
    shutil.copytree(published_town, tmp_path / "changed")
    path = tmp_path / "changed" / "ro-crate-metadata.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"datePublished"', '"dated"'), encoding="utf-8")
    found = run(*check, path.parent)
    assert found.returncode == 1
    assert "datePublished" in found.stdout


def test_geoparquet_says_where_its_boxes_are_and_they_hold_the_outlines(
    published_town, town_publication
):
    table = pq.read_table(published_town / "areas.parquet")
    said = json.loads(table.schema.metadata[b"geo"])
    covering = said["columns"]["geometry"]["covering"]["bbox"]
    assert said["version"] == "1.1.0"
    assert covering["xmin"] == ["bbox", "xmin"]
    bounds = town_publication.base.outlines.geometry.to_crs(BNG).bounds
    boxes = pd.DataFrame(table["bbox"].to_pylist())
    assert boxes["xmax"].tolist() == bounds["maxx"].tolist()
    assert boxes["ymin"].tolist() == bounds["miny"].tolist()


def test_the_folder_of_a_found_plan_is_described_too(tools, town_study_once, tmp_path):
    question = load_siting(None, service="clinic", p=1)
    write_plan(locate_service(load_study(town_study_once), question), tmp_path)
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert package["title"].endswith(": sites found for Clinic")
    assert "plans" in [resource["name"] for resource in package["resources"]]
    validate = (tools / "frictionless", "validate", "datapackage.json")
    found = subprocess.run(validate, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    assert run(tools / "python", ROOT / "tests" / "crate_check.py", tmp_path).returncode == 0
