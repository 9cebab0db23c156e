"""What the project is built from: locked packages by checksum, the workflow, and the audit."""

import importlib.util
import json
import re
import tomllib
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def pinned(name):
    return set(PINNED.findall((ROOT / name).read_text(encoding="utf-8")))


def test_the_lock_with_checksums_holds_the_packages_of_the_lock():
    assert len(pinned("requirements.lock")) > 100
    assert pinned("requirements.hashed.txt") == pinned("requirements.lock")


@pytest.mark.parametrize("name", ["requirements.hashed.txt", ".ci/tools.lock"])
def test_every_locked_package_has_a_checksum(name):
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    without = [line.split()[0] for line in lines if "--hash=sha256:" not in line]
    assert lines
    assert without == []


def test_the_tools_that_are_asked_for_are_locked():
    asked = (ROOT / ".ci" / "tools.in").read_text(encoding="utf-8").split("\n")
    names = {line for line in asked if line and not line.startswith("#")}
    assert names <= {name for name, _ in pinned(".ci/tools.lock")}


def test_the_peers_of_the_benchmarks_are_of_one_version_each():
    peers = PROJECT["optional-dependencies"]["bench"]
    assert [peer for peer in peers if "==" not in peer.split(";")[0]] == []


def test_the_workflow_tests_every_python_that_is_promised_on_three_systems():
    matrix = WORKFLOW["jobs"]["tests"]["strategy"]["matrix"]
    named = [word.rpartition(" ")[2] for word in PROJECT["classifiers"] if ":: 3." in word]
    assert matrix["python"] == named
    low, above = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(int(low), int(above))] == named
    assert {system.split("-")[0] for system in matrix["system"]} == {"ubuntu", "windows", "macos"}


def test_only_the_release_may_ask_for_an_identity_and_nothing_may_write():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    allowed = {
        name: job["permissions"] for name, job in WORKFLOW["jobs"].items() if "permissions" in job
    }
    assert allowed == {"publish": {"id-token": "write"}}
    assert "secrets." not in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_issue_forms_ask_for_what_an_answer_needs():
    forms = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
        if path.name != "config.yml"
    ]
    assert [form["name"] for form in forms] == [
        "Something does not work",
        "A figure is wrong",
        "Something is missing",
    ]
    for form in forms:
        ids = [part["id"] for part in form["body"] if "id" in part]
        assert len(ids) == len(set(ids)) >= 2


def test_hooks_before_a_commit_are_programs_of_the_lock():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    programs = [hook["entry"].split()[0] for repo in hooks["repos"] for hook in repo["hooks"]]
    assert len(programs) == 5
    assert {program.rpartition("/")[2] for program in programs} == {
        "ruff",
        "mypy",
        "lint-imports",
        "python",
    }


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 of 1 packages audited"),
        ([{"name": "a", "skip_reason": "not found"}], 0, "0 of 1 packages audited"),
        (
            [
                {"name": "a", "version": "1.2", "vulns": [{"id": "PYSEC-7"}]},
                {"name": "b", "skip_reason": "not found"},
            ],
            1,
            "a 1.2: PYSEC-7",
        ),
        (None, 0, "nothing was audited"),
    ],
)
def test_an_audit_that_asked_nobody_says_so_and_a_weakness_fails(
    packages, status, said, tmp_path, capsys
):
    path = tmp_path / "audit.json"
    if packages is not None:
        path.write_text(json.dumps({"dependencies": packages}), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("audited", ROOT / ".ci" / "audited.py")
    audited = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(audited)
    assert audited.main(path) == status
    assert said in capsys.readouterr().out
