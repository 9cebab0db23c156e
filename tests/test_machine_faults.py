"""Faults of the machine: a full disk, Ctrl-C, a terminal of few letters, two runs at once.

Each command that writes ends in one line then, and leaves what was there as it was.
"""

import importlib.abc
import io
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from road_maps import Map

from llrgeo import __main__ as start
from llrgeo.cli import main
from llrgeo.cli.guard import describe_disk, describe_error
from llrgeo.files import folder_written_whole
from llrgeo.publish.folder import publish

resource = pytest.importorskip("resource", reason="no limits of this kind on Windows")

STOPPED = "llrgeo: stopped; nothing was left half written\n"


@contextmanager
def files_of_at_most(size):
    """Let no file grow beyond some bytes, as on a disk that is full or a quota that is reached."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    compiled, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # else half a module is kept
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = compiled


@pytest.fixture
def ended(run_command):
    """Run a command; return its status and what it says on stderr."""

    def run(*words):
        found = run_command(*words)
        return found.status, found.err

    return run


@pytest.fixture
def commands(town_study_once, tmp_path):
    """Return the words of each command that writes, OUT standing for where."""
    study, streets = town_study_once, tmp_path / "streets.osm"
    places = {name: (150.0 * step, 0.0) for step, name in enumerate("abc")}
    Map(places).way(1, "a b c").write(streets)
    reference = tmp_path / "observed.csv"
    reference.write_text("area_id,site_id,travel_time_min\nW,A,3\nN,A,4\nE,B,5\nW,B,4\nN,C,2\n")
    return {
        "run": ("run", study, "-q", "--out", "OUT"),
        "times as CSV": ("times", study, "-q", "--out", "OUT/m.csv"),
        "times as Parquet": ("times", study, "-q", "--out", "OUT/m.parquet"),
        "times in blocks": ("times", study, "-q", "--out", "OUT"),
        "isochrones": ("isochrones", study, "--minutes", "2", "--out", "OUT/reach.gpkg"),
        "locate": ("locate", study, "--service", "clinic", "--p", "1", "--out", "OUT"),
        "network": ("network", "build", streets, "-q", "--out", "OUT"),
        "validate": ("validate", study, "--reference", reference, "--plot", "OUT/fit.svg"),
        "new": ("new", "OUT/study.toml"),
        "new minimal": ("new", "OUT/study.toml", "--minimal"),
    }  # fmt: skip


NAMES = (
    "run", "times as CSV", "times as Parquet", "times in blocks", "isochrones", "locate",
    "network", "validate", "new", "new minimal",
)  # fmt: skip


def into(words, out):
    return [str(word).replace("OUT", str(out)) for word in words]


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_one_line_and_nothing_half_written(commands, ended, tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    with files_of_at_most(100):
        status, said = ended(*into(commands[name], out))
    assert (status, said.count("\n")) == (1, 1), said
    assert said.startswith("llrgeo: ")
    left = {path.name for path in out.rglob("*")} - {"car_off_peak", "_asked.txt"}
    assert left == {"mine.txt"}  # but for which blocks were begun
    assert not list(tmp_path.rglob(".llrgeo-*"))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, whoever asks")
@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_takes_no_files_is_one_line(commands, ended, name):
    status, said = ended(*into(commands[name], "/proc/sys/llrgeo"))
    assert (status, said.count("\n")) == (1, 1), said
    assert "/proc/sys" in said


def test_a_file_that_ends_too_early_is_no_abort_by_the_user(commands, ended, tmp_path, monkeypatch):
    def cut(_):
        msg = "marshal data too short"
        raise EOFError(msg)

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("llrgeo.study.config.read_toml", cut)
    status, said = ended(*into(commands["locate"], tmp_path / "out"))
    assert (status, said.count("\n")) == (70, 1)
    assert "a file ends before its content does: marshal data too short" in said


@pytest.mark.parametrize("words", [("check", "OUT"), ("run", "--out", "OUT")], ids=["check", "run"])
def test_too_little_memory_to_load_libraries_is_one_line(ended, tmp_path, monkeypatch, words):
    """A C library would abort the process: no guard can catch that, so nothing is loaded."""
    kinds = []

    def limits(kind):
        kinds.append(kind)
        return (256 << 20, resource.RLIM_INFINITY)

    monkeypatch.setattr("llrgeo.cli.guard.resource.getrlimit", limits)
    status, said = ended(*into(words, tmp_path / "out"))
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith("llrgeo: memory is limited to 256 MB (ulimit -v), and commands need 1,0")
    assert kinds == [resource.RLIMIT_AS]


def test_a_thread_that_does_not_start_is_want_of_memory():
    words = "Unknown error: Failed to launch worker thread: Resource temporarily unavailable"
    message, status = describe_error(RuntimeError(words))
    assert (message.split(":")[0], status) == ("not enough memory", 1)


def test_a_library_that_finds_no_room_to_be_loaded_is_want_of_memory():
    """As llvmlite says it: its own words tell nothing of memory, those before them do."""
    error = OSError("Could not find/load shared object file 'libllvmlite.so'")
    assert describe_disk(error) == str(error)
    error.__context__ = OSError("libllvmlite.so: failed to map segment from shared object")
    assert describe_disk(error).startswith("not enough memory: close other programs")


class Interrupts(importlib.abc.MetaPathFinder):
    """Stands for Ctrl-C at the moment in which a module is imported."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(self, fullname, path, target=None):  # noqa: ARG002 (as Python calls it)
        if fullname == self.name:
            raise KeyboardInterrupt


@pytest.mark.parametrize("module", ["llrgeo.cli", "llrgeo.study.plan_file"])
def test_ctrl_c_during_an_import_is_one_line(
    monkeypatch, capsys, town_study_once, tmp_path, module
):
    monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "meta_path", [Interrupts(module), *sys.meta_path])
    words = ["llrgeo", "run", str(town_study_once), "--out", str(tmp_path / "out"), "-q"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as stopped:
        start.main()
    assert (stopped.value.code, capsys.readouterr().err) == (130, STOPPED)
    assert not list(tmp_path.iterdir())


def test_ctrl_c_while_a_file_is_written_is_one_line_and_leaves_no_part(
    commands, ended, tmp_path, monkeypatch
):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("pandas.DataFrame.to_csv", interrupted)
    out = tmp_path / "out"
    out.mkdir()
    assert ended(*into(commands["times as CSV"], out)) == (130, STOPPED)
    assert not list(out.iterdir())


def test_ctrl_c_while_pages_are_made_leaves_the_old_folder(town_publication, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("old")

    def interrupted(makers):
        yield makers[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(town_publication, out, track=interrupted)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "index.html"]
    assert (out / "index.html").read_text() == "old"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_two_that_write_one_folder_at_once_leave_one_edition(tmp_path):
    out = tmp_path / "parent" / "out"
    writers = []
    for edition in ("first", "second"):
        process = os.fork()
        if process == 0:
            status = 1
            try:
                for _ in range(60):
                    with folder_written_whole(out) as made:
                        for number in range(12):
                            (made / f"{number}.txt").write_text(edition)
                status = 0
            finally:
                os._exit(status)
        writers.append(process)
    assert [os.waitpid(process, 0)[1] for process in writers] == [0, 0]
    found = [path.read_text() for path in sorted(out.iterdir())]
    assert len(found) == 12
    assert set(found) in ({"first"}, {"second"})
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_terminal_of_few_letters_shows_what_it_can(commands, tmp_path, monkeypatch):
    areas = Path(commands["validate"][1]).with_name("areas.csv")
    study = tmp_path / "town"
    study.mkdir()
    for path in areas.parent.iterdir():
        (study / path.name).symlink_to(path)
    (study / "areas.csv").unlink()
    (study / "areas.csv").write_text(areas.read_text("utf-8").replace("Town", "Tŵn→"), "utf-8")
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", terminal)
    words = ["validate", study / "study.toml", "--reference", commands["validate"][3]]
    monkeypatch.setattr(sys, "argv", ["llrgeo", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        main()
    terminal.flush()
    assert stopped.value.code == 0
    assert b"T?n?" in terminal.buffer.getvalue()


def test_a_temporary_folder_that_is_not_there_is_not_needed(
    town_publication, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert publish(town_publication, tmp_path / "out")


@pytest.mark.parametrize(("wanted", "threads"), [(None, "1"), ("3", "3")])
def test_sums_of_a_command_round_alike_however_many_processors_there_are(
    monkeypatch, wanted, threads
):
    seen = []
    given = {} if wanted is None else {"OPENBLAS_NUM_THREADS": wanted}
    monkeypatch.setattr(os, "environ", given)
    monkeypatch.setattr("llrgeo.cli.main", lambda: seen.append(os.environ["OPENBLAS_NUM_THREADS"]))
    start.main()
    assert seen == [threads]


@pytest.mark.parametrize(("wanted", "pool"), [(None, "system"), ("mimalloc", "mimalloc")])
def test_arrow_takes_its_memory_from_the_c_library_in_commands(wanted, pool):
    """A pool of its own reserves 1 GB of addresses, which a limit on memory may not have."""
    given = {key: value for key, value in os.environ.items() if not key.startswith("ARROW")}
    given |= {} if wanted is None else {"ARROW_DEFAULT_MEMORY_POOL": wanted}
    asked = (
        "import llrgeo.cli, llrgeo.__main__ as start\n"
        "llrgeo.cli.main = lambda: None\n"
        "start.main()\n"
        "import pyarrow\n"
        "print(pyarrow.default_memory_pool().backend_name)"
    )
    words = [sys.executable, "-c", asked]
    done = subprocess.run(words, env=given, check=True, capture_output=True, text=True)
    assert done.stdout.split() == [pool]


def test_numpy_is_loaded_after_the_number_of_its_threads_is_set():
    asked = "import sys, llrgeo.__main__; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
