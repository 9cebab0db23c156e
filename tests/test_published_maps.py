"""What `maps/` publishes is the embedded study as it stands, every file as its manifest has it."""

from pathlib import Path

from llrgeo.study.config import load_study
from llrgeo.study.manifest import changed_outputs, describe_run, read_manifest

MAPS = Path(__file__).parents[1] / "maps"


def test_the_published_maps_are_of_the_study_as_it_stands():
    manifest = read_manifest(MAPS / "manifest.json")
    assert manifest["run_id"] == describe_run(load_study())["run_id"], "run: llrgeo run"
    assert changed_outputs(manifest, MAPS) == []
