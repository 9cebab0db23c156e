"""`llrgeo run --quick`: what is stored is used where it holds, and changes no byte."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from test_reuse import CHANGES, REUSES_TIMES
from typer.testing import CliRunner

from llrgeo.cli import app, quick
from llrgeo.cli.quick import is_up_to_date
from llrgeo.errors import PublishError
from llrgeo.study import own_roads, planning, stored
from llrgeo.study import run as study_run
from llrgeo.study.cache_folder import CacheFolder, user_cache
from llrgeo.study.config import load_study
from llrgeo.study.reuse import NOTHING_REUSABLE
from llrgeo.study.run import publish_study, run_study
from llrgeo.study.stored import RunKeys, load_stored, note_published, run_keys

# Together they change all that times do not rest on, but a team's way of working.
KEEPING_TIMES = ("criteria", "options", "services", "appraisal")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> CacheFolder:
    """Return the user's cache folder, in a folder of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = user_cache()
    assert found == CacheFolder(tmp_path / "cache" / "llrgeo")
    return found


@pytest.fixture
def town_study(town_study_once, tmp_path) -> Path:
    """Copy the toy town; return the study file, to change at will."""
    shutil.copytree(town_study_once.parent, tmp_path / "town")
    return tmp_path / "town" / town_study_once.name


@pytest.fixture(scope="module")
def first_run(town_study_once, tmp_path_factory) -> Path:
    """Run the town's study quickly, with nothing stored; return the folder of cache and maps."""
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        run_quick(town_study_once, folder / "maps")
    return folder


@pytest.fixture
def ran(first_run, town_study, tmp_path) -> Path:
    """Return the study file of a test whose cache and maps are as the first run left them."""
    shutil.copytree(first_run, tmp_path, dirs_exist_ok=True)
    return town_study


@pytest.fixture(scope="module")
def changed_from_scratch(town_study_once, tmp_path_factory) -> dict[str, bytes]:
    """Return what a run from scratch writes of the study that `change_what_keeps_times` makes."""
    folder = tmp_path_factory.mktemp("scratch")
    shutil.copytree(town_study_once.parent, folder / "town")
    study = folder / "town" / town_study_once.name
    change_what_keeps_times(study)
    publish_study(run_study(load_study(study)), folder / "maps")
    return contents(folder / "maps")


def change_what_keeps_times(study: Path) -> None:
    for what in KEEPING_TIMES:
        replaced(study, *CHANGES[what])


def run_quick(study: Path, out: Path) -> str:
    command = ["run", str(study), "--quick", "--out", str(out)]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert ended.exit_code == 0
    return ended.stdout


def run_whole(study: Path, out: Path, cache: CacheFolder) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llrgeo.cli.run._cache_folder", lambda: cache)
        command = ["run", str(study), "--quiet", "--out", str(out)]
        assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_quick_run_with_nothing_stored_writes_what_one_from_scratch_does(
    first_run, published_town
):
    assert contents(first_run / "maps") == contents(published_town)


@pytest.mark.parametrize("what", CHANGES)
def test_of_a_changed_study_is_used_what_does_not_rest_on_the_change(what, cache, ran, tmp_path):
    replaced(ran, *CHANGES[what])
    study = load_study(ran)
    reusable = load_stored(run_keys(study), cache)
    assert (reusable.times_by is not None) == (what in REUSES_TIMES)
    assert not is_up_to_date(study, tmp_path / "maps")


@pytest.mark.parametrize("name", ["areas.csv", "sites.csv"])
def test_what_rests_on_a_file_that_was_saved_with_other_content_is_not_used(
    name, cache, ran, tmp_path
):
    path = ran.parent / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert load_stored(run_keys(load_study(ran)), cache) is NOTHING_REUSABLE
    assert not is_up_to_date(load_study(ran), tmp_path / "maps")


def test_what_is_stored_is_not_computed_again_and_changes_no_byte(
    ran, changed_from_scratch, tmp_path, monkeypatch
):
    change_what_keeps_times(ran)
    for module, name in (
        (study_run, "compute_times"), (planning, "pack_network"), (own_roads, "roads_in_use"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, None)  # a call would fail
    said = run_quick(ran, tmp_path / "maps")
    assert said.index("Scores after") < said.index("Explorer after") < said.index("Pages after")
    assert contents(tmp_path / "maps") == changed_from_scratch


def test_a_whole_run_stores_the_roads_of_pages_and_no_more(cache, town_study, first_run, tmp_path):
    run_whole(town_study, tmp_path / "maps", cache)
    keys = run_keys(load_study(town_study))
    assert list(contents(cache.path)) == [keys.roads]
    reusable = load_stored(keys, cache)
    assert reusable.inputs["computed"]
    assert reusable.times_by is None
    assert contents(tmp_path / "maps") == contents(first_run / "maps")
    run_quick(town_study, tmp_path / "maps")
    assert load_stored(keys, cache).times_by is not None


def test_a_whole_run_takes_the_roads_of_pages_and_computes_all_else(
    cache, ran, first_run, tmp_path, monkeypatch
):
    computed = []
    compute = study_run.compute_times
    monkeypatch.setattr(
        study_run, "compute_times", lambda *a, **k: computed.append(1) or compute(*a, **k)
    )
    for module, name in ((planning, "pack_network"), (own_roads, "roads_in_use")):
        monkeypatch.setattr(module, name, None)  # a call would fail
    run_whole(ran, tmp_path / "whole", cache)
    assert computed
    assert contents(tmp_path / "whole") == contents(first_run / "maps")


def test_an_unchanged_study_is_not_run_and_a_changed_folder_is_written_anew(
    ran, first_run, tmp_path
):
    out, study = tmp_path / "maps", load_study(ran)
    assert "Nothing has changed" in run_quick(ran, out)
    assert not is_up_to_date(study, tmp_path / "elsewhere")
    for name in ("tables/scorecard.csv", "manifest.json", "report.html"):
        whole = (out / name).read_bytes()
        (out / name).unlink()
        assert not is_up_to_date(study, out)
        (out / name).write_bytes(b"another hand's")
        assert not is_up_to_date(study, out)
        (out / name).write_bytes(whole)
        assert is_up_to_date(study, out)
    for name in ("manifest.json", "report.html"):
        (out / name).write_bytes(b"another hand's")
    assert "Pages after" in run_quick(ran, out)
    assert contents(out) == contents(first_run / "maps")


def test_a_quiet_run_says_nothing(ran, tmp_path):
    replaced(ran, *CHANGES["title"])
    command = ["run", str(ran), "--quick", "--quiet", "--out", str(tmp_path / "maps")]
    for _ in range(2):
        assert CliRunner().invoke(app, command, catch_exceptions=False).output == ""
    assert is_up_to_date(load_study(ran), tmp_path / "maps")


def test_of_a_run_that_did_not_end_the_first_pages_are_told(
    ran, changed_from_scratch, tmp_path, monkeypatch
):
    def full(*_: object, **__: object) -> None:
        raise PublishError

    change_what_keeps_times(ran)
    with monkeypatch.context() as patch:
        patch.setattr(study_run, "publish", full)
        command = ["run", str(ran), "--quick", "--out", str(tmp_path / "maps")]
        ended = CliRunner().invoke(app, command)
    assert isinstance(ended.exception, PublishError)
    assert "of a run that did not end" in ended.stderr
    run_quick(ran, tmp_path / "maps")
    assert contents(tmp_path / "maps") == changed_from_scratch


def test_another_library_that_llrgeo_need_not_name_uses_nothing_that_was_stored(
    cache, ran, tmp_path, monkeypatch
):
    """Such as the one that draws templates' text: only jinja2 requires it, and pages have it."""
    study = load_study(ran)
    before = run_keys(study)
    assert load_stored(before, cache) is not NOTHING_REUSABLE
    (tmp_path / "site-packages" / "markupsafe-99.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    stored._code.cache_clear()
    after = run_keys(study)
    stored._code.cache_clear()
    assert before.places != after.places
    assert before.run != after.run
    assert load_stored(after, cache) is NOTHING_REUSABLE


def test_pages_scripts_and_libraries_that_write_files_decide_what_is_published(
    tmp_path, monkeypatch
):
    folder = tmp_path / "package"
    (folder / "templates" / "__pycache__").mkdir(parents=True)
    monkeypatch.setattr(stored, "_PACKAGE", folder)

    def told() -> dict[str, str]:
        stored._code.cache_clear()
        return stored._code()

    found = [told()]
    installed = {name.split("-")[0].lower() for name in stored._installed_packages()}
    assert {"jinja2", "folium", "pyarrow", "xlsxwriter", "markupsafe", "branca"} < installed
    (folder / "templates" / "page.html").write_text("<p>", encoding="utf-8")
    found.append(told())
    (folder / "templates" / "__pycache__" / "page.pyc").write_text("compiled", encoding="utf-8")
    found.append(told())
    (folder / "publish" / "data").mkdir(parents=True)
    (folder / "publish" / "data" / "workbook.py").write_text("code", encoding="utf-8")
    found.append(told())
    (folder / "data").mkdir()
    (folder / "data" / "sites.csv").write_text("told by its checksum", encoding="utf-8")
    found.append(told())
    stored._code.cache_clear()
    assert found[0] != found[1] == found[2] != found[3] == found[4]


def test_the_folder_of_another_run_that_ended_at_once_is_not_taken_for_this_one(
    ran, cache, tmp_path
):
    out, before = tmp_path / "maps", load_study(ran)
    keys = run_keys(before)
    replaced(ran, *CHANGES["options"])
    publish_study(run_study(load_study(ran)), out)  # between the pages of `before` and its note
    note_published(out, keys, cache)
    assert not is_up_to_date(before, out)


def test_what_is_damaged_or_half_written_is_computed_again(cache, ran, first_run, tmp_path):
    study = load_study(ran)
    keys = run_keys(study)
    before = contents(cache.path)
    assert set(before) == {keys.places, keys.roads, keys.run}
    whole = before[keys.places]
    for damaged in (whole[:-7], whole[:100], b"", whole[:500] + b"!" + whole[501:]):
        for name in before:
            (cache.path / name).write_bytes(damaged)
        assert load_stored(keys, cache) is NOTHING_REUSABLE
        assert not is_up_to_date(study, tmp_path / "maps")
    assert "Pages after" in run_quick(ran, tmp_path / "maps")
    assert contents(cache.path) == before
    assert is_up_to_date(study, tmp_path / "maps")
    assert contents(tmp_path / "maps") == contents(first_run / "maps")


@pytest.mark.skipif(os.name != "posix", reason="rights by owner, group and others")
def test_a_folder_that_others_may_write_into_is_not_used(cache, ran, tmp_path):
    cache.path.chmod(0o777)
    assert load_stored(run_keys(load_study(ran)), cache) is NOTHING_REUSABLE
    unchanged = contents(cache.path)
    replaced(ran, *CHANGES["periods"])
    assert "Pages after" in run_quick(ran, tmp_path / "maps")
    assert contents(cache.path) == unchanged


def test_a_study_that_was_saved_while_it_ran_leaves_nothing(
    cache, town_study, tmp_path, monkeypatch
):
    keys = iter([RunKeys("places-a", "run-a"), RunKeys("places-a", "run-a"), RunKeys("b", "b")])
    monkeypatch.setattr(quick, "run_keys", lambda _: next(keys))
    run_quick(town_study, tmp_path / "maps")
    assert not cache.path.exists()
    of_places = iter([RunKeys("places-a"), RunKeys("places-b")])
    monkeypatch.setattr(stored, "keys_of_places", lambda _: next(of_places))
    run_whole(town_study, tmp_path / "maps", cache)
    assert not cache.path.exists()


def test_of_contacts_of_real_patients_no_checksum_is_kept(cache, ran, tmp_path):
    use_contacts_of_patients(ran)
    before = contents(cache.path)
    assert "Pages after" in run_quick(ran, tmp_path / "maps")
    assert contents(cache.path) == before
    assert not is_up_to_date(load_study(ran), tmp_path / "maps")


def use_contacts_of_patients(study: Path) -> None:
    rows = (study.parent / "areas.csv").read_text(encoding="utf-8").splitlines()[1:]
    counted = ["area_id,clinic,beds", *(f"{row.split(',')[0]},40,20" for row in rows)]
    (study.parent / "contacts.csv").write_text("\n".join(counted), encoding="utf-8")
    named = 'draws = 200, activity = "contacts.csv", data_class = "restricted"'
    replaced(study, "draws = 200", named)


def test_a_logo_that_changed_is_seen(town_study):
    logo = town_study.parent / "logo.svg"
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'
    logo.write_text(drawn, encoding="utf-8")
    theme = 'publisher = "Town"\nlogo = "logo.svg"\nlogo_alt = "Town"\n'
    (town_study.parent / "theme.toml").write_text(theme, encoding="utf-8")
    replaced(town_study, "date =", 'theme = "theme.toml"\ndate =')
    before = run_keys(load_study(town_study))
    assert run_keys(load_study(town_study)) == before
    logo.write_text(drawn.replace("h9", "h8"), encoding="utf-8")
    after = run_keys(load_study(town_study))
    assert after.run != before.run
    assert after.places == before.places


def test_teams_come_and_go_with_their_times(first_run, ran, tmp_path, monkeypatch):
    before, after = CHANGES["a team"]
    replaced(ran, before, after)
    run_quick(ran, tmp_path / "maps")  # nothing is stored of its team yet
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another_cache"))
    run_quick(ran, tmp_path / "whole")
    assert contents(tmp_path / "maps") == contents(tmp_path / "whole")
    replaced(ran, after, before)
    run_quick(ran, tmp_path / "without")  # of its team, which went, times are stored
    assert contents(tmp_path / "without") == contents(first_run / "maps")


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
    assert user_cache({"XDG_CACHE_HOME": "wherever/this/is"}) is None


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    CacheFolder(tmp_path / "file" / "cache").write("a", b"b")
    assert "not stored" in caplog.text
