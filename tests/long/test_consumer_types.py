"""A project that uses llrgeo, as pyright sees it in its strict mode: no type is unknown.

It uses every exported name, and every attribute of each class, with the packages that llrgeo
brings and the stubs of pandas (`pip install pandas-stubs`). Pyright itself comes from npm.
"""

import inspect
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import llrgeo

ROOT = Path(__file__).parents[2]
PYRIGHT = os.environ.get("LLRGEO_PYRIGHT") or shutil.which("pyright")

pytestmark = pytest.mark.skipif(not PYRIGHT, reason="pyright is not installed: npm i pyright")


def attributes_of(exported):
    """Return the public attributes of a class: fields and methods."""
    fields = getattr(exported, "model_fields", None) or getattr(exported, "__annotations__", {})
    methods = [name for name, _ in inspect.getmembers(exported) if name in vars(exported)]
    return sorted({name for name in (*fields, *methods) if not name.startswith("_")})


def project():
    """Return the text of a project that uses all that llrgeo exports, and how much that is."""
    lines, counted = ["import llrgeo", ""], Counter()
    for name in llrgeo.__all__:
        exported = getattr(llrgeo, name)
        counted["names"] += 1
        if not inspect.isclass(exported):
            lines.append(f"used_{name} = llrgeo.{name}")
            continue
        lines += ["", f"def use_{name}(thing: llrgeo.{name}) -> None:", "    print(thing)"]
        for attribute in attributes_of(exported):
            counted["attributes"] += 1
            lines.append(f"    print(thing.{attribute})")
        lines.append("")
    return "\n".join(lines) + "\n", counted


def asked(folder, *words):
    """Return pyright's answer in a folder, of this Python with this llrgeo."""
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": [str(ROOT)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        [PYRIGHT, "--outputjson", *words],
        cwd=folder,
        env=os.environ | {"PATH": first},
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(ran.stdout)


def test_a_project_that_uses_every_name_meets_no_unknown_type(tmp_path, capsys):
    text, counted = project()
    (tmp_path / "uses_all.py").write_text(text, encoding="utf-8")
    answer = asked(tmp_path, "uses_all.py")
    assert answer["summary"]["filesAnalyzed"] == 1
    found = [told["message"] for told in answer["generalDiagnostics"]]
    with capsys.disabled():
        print(f"\npyright {answer['version']}, strict: {dict(counted)}, {len(found)} findings")
    assert found == []


def test_pyright_finds_what_is_unknown(tmp_path):
    text = "import llrgeo\nprint(llrgeo.no_such_name)\nprint(llrgeo.TravelTimes.no_such_field)\n"
    (tmp_path / "wrong.py").write_text(text, encoding="utf-8")
    rules = [told.get("rule") for told in asked(tmp_path, "wrong.py")["generalDiagnostics"]]
    assert "reportUnknownMemberType" in rules
    assert "reportAttributeAccessIssue" in rules


def test_symbols_of_the_package_have_types(tmp_path, capsys):
    """Pyright's own measure of a typed package, which counts modules that nobody imports too.

    It looks at llrgeo as it is installed. A few of our own functions pass matrices and drawings of
    packages that state no types: which ones depends on the stubs that are installed.
    """
    answer = asked(tmp_path, "--verifytypes", "llrgeo", "--ignoreexternal")["typeCompleteness"]
    counts = answer["exportedSymbolCounts"]
    with capsys.disabled():
        print(f"\npyright --verifytypes: {counts}")
    exported = {f"llrgeo.{name}" for name in llrgeo.__all__}
    without = {symbol["name"] for symbol in answer["symbols"] if not symbol["isTypeKnown"]}
    assert without & exported == set()
    assert counts["withKnownType"] >= 0.999 * sum(counts.values()) > 5_000
