"""`llrgeo run --quick`: what is stored is used where it holds, and changes no byte."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from test_kept import CHANGES, KEEPS_TIMES
from typer.testing import CliRunner

from llrgeo.cli import app, quick
from llrgeo.errors import PublishError
from llrgeo.study import own_roads, planning, stored
from llrgeo.study import run as study_run
from llrgeo.study.cache_folder import CacheFolder, user_cache
from llrgeo.study.config import load_study
from llrgeo.study.kept import NOTHING_KEPT
from llrgeo.study.run import publish_study, run_study
from llrgeo.study.stored import RunKeys, load_stored, run_keys


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> CacheFolder:
    """Return the user's cache folder, in a folder of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = user_cache()
    assert found == CacheFolder(tmp_path / "cache" / "llrgeo")
    return found


def run_quick(study: Path, out: Path) -> str:
    command = ["run", str(study), "--quick", "--out", str(out)]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert ended.exit_code == 0
    return ended.stdout


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def check_same(study: Path, out: Path) -> None:
    """Hold a folder that was written quickly against that of a run from scratch."""
    whole = out.with_name("whole")
    publish_study(run_study(load_study(study)), whole)
    assert contents(out) == contents(whole)


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.parametrize(
    "what", ["criteria", "options", "services", "a team", "appraisal", "new_sites", "time_factor"]
)
def test_whatever_is_changed_a_quick_run_writes_what_one_from_scratch_does(
    what, cache, town_study, tmp_path
):
    run_quick(town_study, tmp_path / "maps")
    replaced(town_study, *CHANGES[what])
    kept = load_stored(run_keys(load_study(town_study)), cache)
    assert (kept.times_by is not None) == (what in KEEPS_TIMES)
    run_quick(town_study, tmp_path / "maps")
    check_same(town_study, tmp_path / "maps")


@pytest.mark.parametrize("name", ["areas.csv", "sites.csv"])
def test_what_rests_on_a_file_that_was_saved_with_other_content_is_not_used(
    name, cache, town_study, tmp_path
):
    run_quick(town_study, tmp_path / "maps")
    path = town_study.parent / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert load_stored(run_keys(load_study(town_study)), cache) is NOTHING_KEPT
    run_quick(town_study, tmp_path / "maps")
    check_same(town_study, tmp_path / "maps")


def test_what_is_stored_is_not_computed_again(town_study, tmp_path, monkeypatch):
    run_quick(town_study, tmp_path / "maps")
    replaced(town_study, *CHANGES["criteria"])
    for module, name in (
        (study_run, "compute_times"), (planning, "pack_network"), (own_roads, "roads_in_use"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, None)  # a call would fail
    said = run_quick(town_study, tmp_path / "maps")
    assert said.index("Scores after") < said.index("Explorer after") < said.index("Pages after")
    monkeypatch.undo()
    check_same(town_study, tmp_path / "maps")


def test_an_unchanged_study_is_not_run_and_a_changed_folder_is_written_anew(town_study, tmp_path):
    out = tmp_path / "maps"
    assert "Pages after" in run_quick(town_study, out)
    assert "Nothing has changed" in run_quick(town_study, out)
    for name in ("report.html", "manifest.json"):
        (out / name).write_bytes(b"another hand's")
        assert "Pages after" in run_quick(town_study, out)
        check_same(town_study, out)
    (out / "tables" / "scorecard.csv").unlink()
    assert "Pages after" in run_quick(town_study, out)
    assert "Pages after" in run_quick(town_study, tmp_path / "elsewhere")


def test_a_quiet_run_says_nothing(town_study, tmp_path):
    command = ["run", str(town_study), "--quick", "--quiet", "--out", str(tmp_path / "maps")]
    for _ in range(2):
        assert CliRunner().invoke(app, command, catch_exceptions=False).output == ""


def test_of_a_run_that_did_not_end_the_first_pages_are_told(town_study, tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise PublishError

    run_quick(town_study, tmp_path / "maps")
    replaced(town_study, *CHANGES["title"])
    monkeypatch.setattr(study_run, "publish", full)
    command = ["run", str(town_study), "--quick", "--out", str(tmp_path / "maps")]
    ended = CliRunner().invoke(app, command)
    assert isinstance(ended.exception, PublishError)
    assert "of a run that did not end" in ended.stderr
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run_quick(town_study, tmp_path / "maps")
    check_same(town_study, tmp_path / "maps")


def test_other_code_uses_nothing_that_was_stored(cache, town_study, tmp_path, monkeypatch):
    run_quick(town_study, tmp_path / "maps")
    study = load_study(town_study)
    before = run_keys(study)
    monkeypatch.setattr(stored, "version", lambda name: f"another {name}")
    stored._code.cache_clear()
    after = run_keys(study)
    stored._code.cache_clear()
    assert before.places != after.places
    assert before.run != after.run
    assert load_stored(after, cache) is NOTHING_KEPT


def test_what_is_damaged_or_half_written_is_computed_again(cache, town_study, tmp_path):
    run_quick(town_study, tmp_path / "maps")
    keys = run_keys(load_study(town_study))
    path = cache.path / keys.places
    whole = path.read_bytes()
    for damaged in (whole[:-7], whole[:100], b"", whole[:500] + b"!" + whole[501:]):
        path.write_bytes(damaged)
        (cache.path / keys.run).write_bytes(damaged)
        assert "Pages after" in run_quick(town_study, tmp_path / "maps")
        assert path.read_bytes() == whole
        check_same(town_study, tmp_path / "maps")


@pytest.mark.skipif(os.name != "posix", reason="rights by owner, group and others")
def test_a_folder_that_others_may_write_into_is_not_used(cache, town_study, tmp_path):
    run_quick(town_study, tmp_path / "maps")
    cache.path.chmod(0o777)
    assert load_stored(run_keys(load_study(town_study)), cache) is NOTHING_KEPT
    kept = contents(cache.path)
    replaced(town_study, *CHANGES["periods"])
    assert "Pages after" in run_quick(town_study, tmp_path / "maps")
    assert contents(cache.path) == kept


def test_a_study_that_was_saved_while_it_ran_leaves_nothing(
    cache, town_study, tmp_path, monkeypatch
):
    keys = iter([RunKeys("places-a", "run-a"), RunKeys("places-a", "run-a"), RunKeys("b", "b")])
    monkeypatch.setattr(quick, "run_keys", lambda _: next(keys))
    run_quick(town_study, tmp_path / "maps")
    assert not cache.path.exists()


def test_of_contacts_of_real_patients_no_checksum_is_kept(cache, town_study, tmp_path):
    rows = (town_study.parent / "areas.csv").read_text(encoding="utf-8").splitlines()[1:]
    counted = ["area_id,clinic,beds", *(f"{row.split(',')[0]},40,20" for row in rows)]
    (town_study.parent / "contacts.csv").write_text("\n".join(counted), encoding="utf-8")
    named = 'draws = 200, activity = "contacts.csv", data_class = "restricted"'
    replaced(town_study, "draws = 200", named)
    for _ in range(2):
        assert "Pages after" in run_quick(town_study, tmp_path / "maps")
    assert [path.name.split("-")[0] for path in cache.path.iterdir()] == ["places"]
    check_same(town_study, tmp_path / "maps")


def test_a_logo_that_changed_is_seen(town_study, tmp_path):
    logo = town_study.parent / "logo.svg"
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'
    logo.write_text(drawn, encoding="utf-8")
    theme = 'publisher = "Town"\nlogo = "logo.svg"\nlogo_alt = "Town"\n'
    (town_study.parent / "theme.toml").write_text(theme, encoding="utf-8")
    replaced(town_study, "date =", 'theme = "theme.toml"\ndate =')
    run_quick(town_study, tmp_path / "maps")
    logo.write_text(drawn.replace("h9", "h8"), encoding="utf-8")
    assert "Pages after" in run_quick(town_study, tmp_path / "maps")


def test_teams_that_went_away_leave_no_times(town_study, tmp_path):
    before, after = CHANGES["a team"]
    replaced(town_study, before, after)
    run_quick(town_study, tmp_path / "maps")
    replaced(town_study, after, before)
    run_quick(town_study, tmp_path / "without")
    check_same(town_study, tmp_path / "without")


def write_three(folder: CacheFolder, moments: Callable[[int], int]) -> list[str]:
    for number in range(3):
        folder.write(f"file-{number}", b"x" * 100)
        os.utime(folder.path / f"file-{number}", ns=(moments(number), moments(number)))
    folder.write("file-3", b"x" * 100)
    return sorted(path.name for path in folder.path.iterdir())


def test_the_files_used_least_lately_go_first(tmp_path):
    few = CacheFolder(tmp_path / "few", most_files=2)
    assert write_three(few, lambda number: 10 - number) == ["file-0", "file-3"]
    small = CacheFolder(tmp_path / "small", most_bytes=300)
    assert write_three(small, lambda number: 10 + number) == ["file-2", "file-3"]
    assert CacheFolder(tmp_path / "tiny", most_bytes=9).read("file-3") is None


def test_without_a_home_there_is_no_cache(monkeypatch):
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    assert user_cache({}) is None
    assert user_cache({"XDG_CACHE_HOME": "/elsewhere"}) == CacheFolder(Path("/elsewhere/llrgeo"))


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    CacheFolder(tmp_path / "file" / "cache").write("a", b"b")
    assert "not stored" in caplog.text
