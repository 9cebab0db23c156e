"""The public face: what `llrgeo` exports, and what README promises of it."""

import ast
import datetime as dt
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import llrgeo
from llrgeo import errors
from llrgeo.files import StrPath, as_paths

ROOT = Path(__file__).parents[1]


def test_every_public_name_is_there_sorted_and_documented():
    assert llrgeo.__all__ == sorted(llrgeo.__all__)
    for name in llrgeo.__all__:
        assert inspect.getdoc(getattr(llrgeo, name)), name


def test_every_error_is_ours_and_the_builtin_that_a_caller_expects():
    ours = [
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.LlrgeoError) and each is not errors.LlrgeoError
    ]
    assert ours
    builtins = (ValueError, RuntimeError, ImportError)
    assert all(issubclass(one, builtins) for one in ours)


def test_the_names_that_readme_uses_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    used = set(re.findall(r"llrgeo\.([a-z_]+)\(", readme))
    assert used
    assert used <= set(llrgeo.__all__)


def test_every_public_function_takes_paths_as_text():
    """A parameter that is a path is `StrPath`, alone, in a list or beside something else."""
    paths = {}
    for name in llrgeo.__all__:
        function = getattr(llrgeo, name)
        if inspect.isfunction(function):
            for key, value in inspect.signature(function).parameters.items():
                if re.search(r"\bPath\b|PathLike", told := str(value.annotation)):
                    paths[f"{name}({key})"] = told.replace(str(StrPath), "StrPath")
    assert len(paths) > 15
    assert {key: told for key, told in paths.items() if "Path" in told.replace("StrPath", "")} == {}


def test_readme_begins_with_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run, test = re.findall(r"^```bash\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)[:2]
    assert run.strip().endswith("llrgeo run")
    assert "pytest" in test
    first_screen = "\n".join(readme.splitlines()[:40])
    assert run in first_screen
    assert test in first_screen
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert run.strip() in index  # a name alone is not in the Python Package Index


def test_the_version_stands_in_the_changelog():
    assert f"## {llrgeo.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


HEAVY = {
    "numpy",
    "geopandas",
    "scipy",
    "numba",
    "matplotlib",
    "osmnx",
    "folium",
    "pandas",
    "shapely",
}
IMPORT = "import llrgeo"
HELP = """
import contextlib, io
from llrgeo.cli import app
for words in (["--help"], ["run", "--help"], ["locate", "--help"], ["network", "build", "--help"]):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            app(words)
    except SystemExit as end:
        if end.code:
            raise
"""


@pytest.mark.parametrize("code", [IMPORT, HELP], ids=["import", "help"])
def test_importing_llrgeo_and_showing_its_help_load_no_heavy_library(code):
    told = f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    loaded = {name.split(".")[0] for name in json.loads(ran.stdout)}
    assert "llrgeo" in loaded
    assert loaded & HEAVY == set()


def test_what_takes_longest_to_import_waits_until_ctrl_c_ends_in_one_line():
    """The package is imported before the guard of the command line can stand around anything."""
    code = "import sys; had = {*sys.modules}; import llrgeo.__main__; print(*{*sys.modules} - had)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"importlib.metadata", "difflib", "email"}.isdisjoint(ran.stdout.split())
    assert "__version__" in dir(llrgeo)


def test_a_study_is_run_without_the_optimisers_of_scipy():
    """They take a quarter of what all libraries of a run take to load, and few studies ask them."""
    told = "import sys, llrgeo.study.run; print({'scipy.optimize', 'matplotlib'} & {*sys.modules})"
    ran = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "set()"


def test_what_editors_see_is_what_is_imported():
    """The imports for type checkers and the table of lazy imports name the same."""
    tree = ast.parse(Path(llrgeo.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        name.name: node.module.removeprefix("llrgeo.") for node in block.body for name in node.names
    }
    assert seen == llrgeo._MODULE_OF
    errors_exported = {name for name in llrgeo.__all__ if name.endswith("Error")}
    assert {*seen, *errors_exported} == set(llrgeo.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'llrgeo' has no attribute 'nothing'"):
        _ = llrgeo.nothing
    with pytest.raises(AttributeError, match="Did you mean isochrones"):
        _ = llrgeo.isochrone
    with pytest.raises(AttributeError, match=r"since 0.1 it is 'AppraisalInputs'$"):
        _ = llrgeo.Setting
    offered = {name for name in dir(llrgeo) if not name.startswith("__")}
    assert offered == {name for name in llrgeo.__all__ if not name.startswith("__")}


def test_notebooks_import_from_llrgeo_alone():
    scripts = sorted((ROOT / "notebooks").glob("*.py"))
    assert scripts
    for script in scripts:
        found = re.findall(
            r"^\s*(?:from|import) llrgeo\.\S+", script.read_text("utf-8"), re.MULTILINE
        )
        assert found == [], script.name


def test_paths_may_be_texts(town_network, town_areas, town_sites, tmp_path):
    times = llrgeo.travel_times(town_network, town_areas, town_sites)
    llrgeo.save_travel_times([times], f"{tmp_path}/times.csv")
    assert (tmp_path / "times.csv").read_text("utf-8").startswith("area_id,site_id,")
    (tmp_path / "siting.toml").write_text('service = "clinic"\np = 2\n', encoding="utf-8")
    assert llrgeo.load_siting(f"{tmp_path}/siting.toml").p == 2
    llrgeo.save_network(town_network, f"{tmp_path}/copy")
    assert llrgeo.load_network(f"{tmp_path}/copy").fingerprint == town_network.fingerprint
    assert llrgeo.Dataset(f"{tmp_path}/blocks").folder == tmp_path / "blocks"
    router = llrgeo.NetworkRouter(town_network, store=f"{tmp_path}/kept")
    router.travel_times(town_areas.geometry, town_sites.geometry, mode="car", period="off_peak")
    assert [*(tmp_path / "kept").glob("journeys-*.npy")]


def test_a_study_is_published_to_a_folder_named_as_text(town_study, tmp_path):
    result = llrgeo.run_study(llrgeo.load_study(str(town_study)))
    for name in ("monday", "tuesday"):
        llrgeo.publish_study(result, f"{tmp_path}/{name}")
    found = llrgeo.compare_folders(f"{tmp_path}/monday", f"{tmp_path}/tuesday")
    assert found.figures.empty
    llrgeo.write_difference(found, f"{tmp_path}/difference")
    assert (tmp_path / "difference" / "difference.html").is_file()


def test_one_file_for_a_list_of_files_is_told():
    assert as_paths(["a.zip", Path("b.zip")], what="feeds") == [Path("a.zip"), Path("b.zip")]
    with pytest.raises(errors.InputError, match=r"feeds are named in a list.*\['a.zip'\]"):
        llrgeo.read_timetable("a.zip", dt.date(2026, 11, 24))
    with pytest.raises(errors.InputError, match=r"extracts are named in a list"):
        llrgeo.build_network("a.osm.pbf")
