"""A run can be repeated from its manifest, and a changed input is noticed."""

import json

import pytest

from llrgeo.errors import ConfigError
from llrgeo.files import sha256_of_bytes
from llrgeo.publish.run_id import canonical, is_own_id, run_id_of
from llrgeo.study.config import load_study
from llrgeo.study.manifest import (
    changed_outputs,
    describe_run,
    hash_path,
    read_manifest,
    sha256_of_file,
    study_of,
)
from llrgeo.study.reuse import mark
from llrgeo.study.run import build_publication, run_study


def write(tmp_path, manifest):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"outputs": {"index.html": "0"}, **manifest}), encoding="utf-8")
    return path


def test_a_file_that_is_saved_while_the_study_runs_is_told_as_it_was(town_study):
    result = run_study(load_study(town_study))
    before = describe_run(load_study(town_study))
    areas = town_study.parent / "areas.csv"
    areas.write_bytes(areas.read_bytes() + b"\n")
    assert build_publication(result).manifest == before != describe_run(load_study(town_study))


def test_equal_inputs_and_settings_have_equal_ids(town_study):
    assert describe_run(load_study(town_study)) == describe_run(load_study(town_study))


def test_another_setting_or_one_changed_byte_gives_another_id(town_study):
    before = describe_run(load_study(town_study))["run_id"]
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text.replace("weight = 1", "weight = 2", 1), encoding="utf-8")
    weighted = describe_run(load_study(town_study))["run_id"]
    areas = town_study.parent / "areas.csv"
    areas.write_text(areas.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert len({before, weighted, describe_run(load_study(town_study))["run_id"]}) == 3


@pytest.mark.parametrize(
    ("named", "part"),
    [
        ("areas.shp", "areas.dbf"),
        ("areas.shp", "areas.PRJ"),
        ("areas.gpkg", "areas.gpkg-wal"),  # not in the file yet, as QGIS leaves it
        ("times", "times/period=am/part.parquet"),
    ],
)
def test_what_a_file_or_folder_holds_elsewhere_counts_too(named, part, tmp_path):
    path = tmp_path / named
    if path.suffix:
        path.write_bytes(b"shapes")
    (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
    before = hash_path(path), mark(path)
    (tmp_path / "areas.txt").write_bytes(b"another file of this name")
    assert (hash_path(path), mark(path)) == before
    for content in (b"one", b"other"):
        (tmp_path / part).write_bytes(content)
        after = hash_path(path), mark(path)
        assert before[0] != after[0]
        before = after
    (tmp_path / part).write_bytes(b"longer")
    assert mark(path) != before[1]


def test_every_file_that_a_study_reads_is_in_its_manifest(town_study):
    text = town_study.read_text(encoding="utf-8")
    text = text.replace("draws = 200", 'draws = 200, indicators = "indicators.csv"')
    text = text.replace('outlines = "outlines.geojson"', 'outlines = "cells"\ntheme = "theme.toml"')
    town_study.write_text(text, encoding="utf-8")
    (town_study.parent / "indicators.csv").write_text("", encoding="utf-8")
    (town_study.parent / "theme.toml").write_text('logo = "logo.svg"', encoding="utf-8")
    rates = {"discount_rates", "unit_values", "incomes"}
    own = {"areas", "sites", "network", "theme", "logo", "indicators"}
    assert set(describe_run(load_study(town_study))["inputs"]) == own | rates


def test_a_manifest_gives_its_study_back(town_study, tmp_path):
    study = load_study(town_study)
    manifest = read_manifest(write(tmp_path, describe_run(study)))
    assert study_of(manifest, town_study.parent) == study


def test_a_manifest_is_refused_where_an_input_has_changed(town_study, tmp_path):
    manifest = read_manifest(write(tmp_path, describe_run(load_study(town_study))))
    (town_study.parent / "network" / "nodes.parquet").write_bytes(b"other")
    with pytest.raises(ConfigError, match=r"inputs differ.*: network"):
        study_of(manifest, town_study.parent)


def test_the_first_release_counted_the_name_of_the_study_file():
    told = {"study": {"seed": 4, "file": "a.toml"}, "inputs": {"areas": "aa"}}
    first = {**told, "llrgeo": "0.1.0"}
    run_id = sha256_of_bytes(canonical(first))
    manifest = {**told, "versions": {"llrgeo": "0.1.0"}, "run_id": run_id}
    assert is_own_id(manifest)
    assert is_own_id({**manifest, "run_id": run_id_of(*told.values(), "0.1.0")})
    assert not is_own_id({**manifest, "study": {"seed": 4, "file": "b.toml"}})
    assert not is_own_id({**manifest, "versions": {"llrgeo": "0.2.0"}})


def test_what_is_not_a_manifest_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="not a manifest"):
        read_manifest(write(tmp_path, {"run_id": "x"}))
    with pytest.raises(ConfigError, match="not a manifest"):
        read_manifest(tmp_path / "absent.json")


def test_outputs_that_differ_or_are_gone_are_named(tmp_path):
    kept, changed = tmp_path / "kept.csv", tmp_path / "changed.csv"
    for path in (kept, changed):
        path.write_text("a\n", encoding="utf-8")
    outputs = {path.name: sha256_of_file(path) for path in (kept, changed)} | {"gone.csv": "0"}
    changed.write_text("b\n", encoding="utf-8")
    assert changed_outputs({"outputs": outputs}, tmp_path) == ["changed.csv", "gone.csv"]
