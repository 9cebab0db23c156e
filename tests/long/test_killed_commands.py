"""Kill -9 of whole commands: each of the six that write leaves the old or the new, and no litter.

102 kills at random moments of a command and 54 aimed at the first change of its output. A copy of
this process runs the command line from its words on, so that a kill may fall into reading,
reckoning or writing. The modules are imported before, once for all copies: that is half the work of
a copy, and changes nothing on disk.
"""

import importlib
import json
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from road_maps import Map
from test_kills import contents
from test_many_kills import RANDOM, kill, litter, timed

import llrgeo
from llrgeo.cli import main
from llrgeo.files import sha256_of_file

TURNS = [*range(17), *range(RANDOM, RANDOM + 9)]  # at random, and aimed
BOARD = ("--icb", "Invented Vale and Haven", "--sources")


@dataclass(frozen=True)
class Case:
    """The words of a command that writes one edition or the other, and what it writes."""

    words: tuple[tuple[str, ...], tuple[str, ...]]
    name: str

    def writer(self, edition: int) -> Callable[[Path], object]:
        def write(out: Path) -> None:
            sys.argv = ["llrgeo", *(word.replace("OUT", str(out)) for word in self.words[edition])]
            main()

        return write


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    for module in pkgutil.walk_packages(llrgeo.__path__, "llrgeo."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


@pytest.fixture(scope="module")
def cases(town_study_once, server, tmp_path_factory) -> dict[str, Case]:
    folder = tmp_path_factory.mktemp("cases")
    study, changed = town_study_once, town_study_once.with_name("changed.toml")
    text = study.read_text("utf-8").replace("standard_min = 2,", "standard_min = 3,")
    changed.write_text("time_factor = 1.3\n" + text, "utf-8")
    roads = [folder / "one.osm", folder / "two.osm"]
    for number, path in enumerate(roads, start=2):
        write_roads(path, number)
    sources = str(server.sources(folder / "sources.toml"))
    kept = str(folder / "kept")

    def both(*words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(tuple(word.replace("STUDY", str(s)) for word in words)
                     for s in (study, changed))  # fmt: skip

    board = (*BOARD, sources)
    return {
        "run": Case(both("run", "STUDY", "--out", "OUT", "-q"), "out"),
        "locate": Case(
            tuple(("locate", str(study), "--service", "clinic", "--p", p, "--out", "OUT")
                  for p in ("1", "2")), "out"),
        "network": Case(
            tuple(("network", "build", str(path), "--out", "OUT", "-q") for path in roads), "out"),
        "times": Case(both("times", "STUDY", "--out", "OUT", "-q"), "minutes.csv"),
        "new": Case((("new", "OUT", *board, "--downloads", kept, "-q"),) * 2, "out"),
        "fetch": Case((("fetch", "deprivation", *board, "--out", "OUT"),) * 2, "out"),
    }  # fmt: skip


def write_roads(path: Path, blocks: int) -> None:
    """Write a street of some blocks as OpenStreetMap data."""
    names = "abcdefg"[: blocks + 1]
    places = {name: (150.0 * step, 0.0) for step, name in enumerate(names)}
    Map(places).way(1, " ".join(names)).write(path)


def seen(out: Path) -> dict[str, str]:
    """Return the checksums of what a command has written, whatever it is."""
    if out.is_dir():
        return contents(out)
    return {out.name: sha256_of_file(out)} if out.is_file() else {}


@pytest.mark.parametrize("name", ["run", "locate", "network", "times"])
def test_a_killed_command_leaves_the_old_or_the_new(cases, tmp_path, name, capsys):
    case = cases[name]
    out = tmp_path / "parent" / case.name
    whole, seconds = [], 0.0
    for edition in (0, 1):
        seconds = timed(case.writer(edition), out)
        whole.append(seen(out))
    assert whole[0] != whole[1]
    assert all(whole)
    counted = Counter()
    for turn in TURNS:
        then = 1 - whole.index(seen(out))
        at_work = kill(case.writer(then), out, turn, seconds)
        assert seen(out) in whole, f"a mixture after turn {turn}"
        counted["new" if seen(out) == whole[then] else "old", at_work] += 1
    timed(case.writer(0), out)
    assert seen(out) == whole[0]
    assert litter(out) == []
    with capsys.disabled():
        print(f"\n{name}: {len(TURNS)} tried, all survived; {dict(counted)}")


def test_a_killed_new_study_is_not_there_or_whole(cases, tmp_path, capsys):
    write = cases["new"].writer(0)
    timed(write, tmp_path / "first")  # fetches what the others find
    seconds = timed(write, tmp_path / "whole")
    whole = set(contents(tmp_path / "whole"))
    assert "study.toml" in whole
    there = 0
    for turn in TURNS:
        out = tmp_path / f"parent{turn}" / "out"
        out.parent.mkdir()
        kill(write, out, turn, seconds)
        assert set(seen(out)) in (set(), whole)
        there += out.exists()
        timed(write, out)
        assert set(seen(out)) == whole
        assert litter(out) == []
    with capsys.disabled():
        print(f"\nnew: {len(TURNS)} tried, {there} whole, all survived")


def test_a_killed_fetch_keeps_whole_answers_alone_and_goes_on(cases, tmp_path, capsys):
    write = cases["fetch"].writer(0)
    seconds = timed(write, tmp_path / "whole")
    whole = set(contents(tmp_path / "whole"))
    assert whole
    begun = 0
    for turn in TURNS:
        out = tmp_path / f"parent{turn}" / "out"
        out.parent.mkdir()
        kill(write, out, turn, seconds)
        begun += bool(seen(out))
        for record in out.rglob("*.json"):
            kept = record.with_suffix("")
            if not kept.name.endswith(".part") and kept.is_file():
                assert sha256_of_file(kept) == json.loads(record.read_text("utf-8"))["sha256"]
        timed(write, out)
        assert set(seen(out)) == whole
        assert litter(out) == []
    with capsys.disabled():
        print(f"\nfetch: {len(TURNS)} tried, {begun} with some answers, all survived")
