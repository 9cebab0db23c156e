"""The import rules of pyproject.toml: each is broken on purpose, in a copy, and caught.

A room that nobody thought of must not escape: imports are added to modules of every floor.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LINTER = shutil.which("lint-imports", path=str(Path(sys.executable).parent))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(LINTER is None, reason="import-linter is not installed: llrgeo[lint]"),
]

# The rule that is broken, the module that breaks it, and the import that it gets.
BROKEN = [
    ("Data flows one way", "appraisal/costs/cost_tables.py", "import llrgeo.publish.palette"),
    ("Data flows one way", "inputs/areas.py", "import llrgeo.roads.network"),
    ("Data flows one way", "roads/snap.py", "import llrgeo.travel.times"),
    ("Data flows one way", "publish/palette.py", "import llrgeo.study.config"),
    ("Data flows one way", "schema.py", "import llrgeo.inputs.tables"),
    ("A study's data goes through", "study/inputs.py", "import llrgeo.study.times"),
    ("A study's data goes through", "study/config.py", "import llrgeo.study.routers"),
    ("Sections of a study", "study/sections/capacity.py", "import llrgeo.study.sections.options"),
    ("Siting in a study", "study/siting/config.py", "import llrgeo.study.siting.services"),
    ("OpenStreetMap files", "roads/rules/clock.py", "import llrgeo.roads.osm_files.elements"),
    ("Wings of publishing", "publish/explorer/page.py", "import llrgeo.publish.report.charts"),
    ("Wings of publishing", "publish/palette.py", "import llrgeo.publish.data.gis"),
    ("from a saved matrix alone", "appraisal/people/access.py", "import llrgeo.travel.routers"),
    ("from a saved matrix alone", "publish/report/page.py", "import llrgeo.travel.search.graph"),
    ("Searches know nothing", "travel/search/engines.py", "import llrgeo.travel.routers"),
    ("Searches know nothing", "travel/routers.py", "import llrgeo.travel.transit.router"),
    ("Appraisal goes from", "appraisal/people/access.py", "import llrgeo.appraisal.evaluation"),
    ("Appraisal goes from", "appraisal/scoring.py", "import llrgeo.appraisal.tables.context"),
    (
        "Costs go from",
        "appraisal/costs/rates.py",
        "import llrgeo.appraisal.costs.cost_tables",
    ),
    ("Publishing draws with folium", "publish/explorer/page.py", "import folium"),
    ("Publishing draws with folium", "publish/report/page.py", "import branca"),
    ("Publishing draws with folium", "study/run.py", "import folium"),
    ("Publishing draws with folium", "files.py", "import folium"),
    ("talks with typer and rich", "study/inputs.py", "import rich"),
    ("talks with typer and rich", "travel/times.py", "import typer"),
    ("talks with typer and rich", "errors.py", "import rich"),
]


def broken_rules(project: Path) -> list[str]:
    """Run import-linter in a project and return the names of the contracts that it found broken."""
    ran = subprocess.run(
        [LINTER, "--no-cache"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = ran.stdout + ran.stderr
    rules = re.findall(r"^(.+?) BROKEN", told, flags=re.MULTILINE)
    assert "Contracts:" in told, told
    assert bool(rules) == (ran.returncode != 0), told
    return rules


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Copy the package and its rules."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "pyproject.toml", folder)
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "llrgeo", folder / "llrgeo", ignore=leave)
    return folder


def test_the_package_keeps_every_rule(project):
    assert broken_rules(project) == []


@pytest.mark.parametrize(("rule", "module", "imported"), BROKEN)
def test_an_import_that_breaks_a_rule_is_caught(project, rule, module, imported):
    path = project / "llrgeo" / module
    kept = path.read_text(encoding="utf-8")
    path.write_text(f"{kept}\n{imported}\n", encoding="utf-8")
    try:
        assert any(rule in broken for broken in broken_rules(project))
    finally:
        path.write_text(kept, encoding="utf-8")


@pytest.mark.parametrize("room", ["llrgeo/ambulances.py", "llrgeo/study/ambulances.py"])
def test_a_new_module_must_take_its_place_on_a_floor(project, room):
    path = project / room
    path.write_text('"""A room that no rule names."""\n', encoding="utf-8")
    try:
        assert broken_rules(project) != []
    finally:
        path.unlink()


def test_every_rule_is_broken_once():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    rules = re.findall(r'^\[\[tool\.importlinter\.contracts\]\]\nname = "(.+)"', text, re.MULTILINE)
    assert rules
    assert [rule for rule in rules if not any(part in rule for part, _, _ in BROKEN)] == []
