"""The published folder: whole or not at all, foreign files left alone, equal over hash seeds."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from llrgeo.errors import PublishError
from llrgeo.publish.folder import publish, write_files
from llrgeo.publish.stale_files import stale_crated_files, stale_files
from llrgeo.study.config import load_study
from llrgeo.study.run import print_study, publish_study, run_study


def build(study: str, folder: str) -> None:
    """Write all of a study but the PDF, whose parts a browser may number in another order."""
    result = run_study(load_study(study))
    publish_study(result, folder)
    print_study(result, folder)


def test_the_manifest_lists_every_file_with_its_hash(town_publication, tmp_path):
    paths = publish(town_publication, tmp_path)
    outputs = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    assert {path.relative_to(tmp_path).as_posix() for path in paths} == {*outputs, "manifest.json"}
    for name, digest in outputs.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_foreign_files_stay_and_nothing_is_left_behind(tmp_path):
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    write_files({"a.csv": "1", "tables/b.csv": b"2"}, folder)
    write_files({"a.csv": "3"}, folder)
    kept = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert kept == {"maps/mine.txt", "maps/a.csv", "maps/tables/b.csv"}
    assert (folder / "a.csv").read_text(encoding="utf-8") == "3"


@pytest.mark.parametrize("led_by", ["a link", "the manifest"])
def test_what_lies_elsewhere_is_no_left_over_of_a_folder(tmp_path, led_by):
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "maps"
    write_files({"costs.csv": "1"}, elsewhere)
    digest = hashlib.sha256(b"1").hexdigest()
    name = "tables/costs.csv" if led_by == "a link" else "tables/../../elsewhere/costs.csv"
    write_files({"manifest.json": json.dumps({"outputs": {name: digest}})}, folder)
    (folder / "tables").symlink_to(elsewhere, target_is_directory=True)
    assert (folder / name).exists() or led_by == "the manifest"
    assert stale_files(folder, []) == []
    (folder / "tables").unlink()
    write_files({"tables/costs.csv": "1"}, folder)
    manifest = json.dumps({"outputs": {"tables/costs.csv": digest}})
    write_files({"manifest.json": manifest}, folder)
    assert stale_files(folder, []) == ["tables/costs.csv"]
    assert stale_files(folder, ["tables/costs.csv"]) == []


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", '{"outputs": [], "@graph": ["a"]}', "{"])
def test_a_record_that_is_none_of_ours_names_no_left_overs(tmp_path, text):
    for name in ("manifest.json", "ro-crate-metadata.json"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert stale_files(tmp_path, []) == []
    assert stale_crated_files(tmp_path, []) == []


def test_a_folder_that_cannot_be_written_is_an_error_in_words(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PublishError, match="cannot be written to"):
        write_files({"a.csv": "1"}, tmp_path / "file")


def test_two_builds_are_equal_byte_for_byte_under_different_hash_seeds(town_study, tmp_path):
    build(town_study, tmp_path / "1")  # under the seed of this process, which is drawn
    subprocess.run(
        [sys.executable, "-c", "import sys, test_folder as t; t.build(*sys.argv[1:])",
         town_study, tmp_path / "2"],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "2", "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    files = [path.relative_to(tmp_path / "1") for path in (tmp_path / "1").rglob("*.*")]
    assert len(files) > 30
    kinds = {"html", "csv", "xlsx", "gpkg", "parquet", "qml", "md", "json", "svg", "png", "txt"}
    assert kinds <= {name.suffix[1:] for name in files}
    for name in files:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name
