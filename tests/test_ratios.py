"""Ratios of the benchmarks: one that became more than half worse is refused."""

import shutil
import sys
from itertools import chain, repeat
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import table
import taken
from ratios import RECORDED, judged, read_ratios, worse, write_ratios
from settled import Pair, settled

KNOWN = {"evaluation": 14.0, "start": 0.4}


@pytest.mark.parametrize(
    ("found", "refused"),
    [
        ({"evaluation": 14.0, "start": 0.4}, []),
        ({"evaluation": 3.0, "start": 0.02}, []),
        ({"evaluation": 20.9, "start": 0.59}, []),  # half worse would be 21.0 and 0.6
        ({"evaluation": 21.1, "start": 0.4}, ["evaluation"]),
        ({"evaluation": 21.1, "start": 0.61}, ["evaluation", "start"]),
        ({"evaluation": float("nan"), "start": 0.4}, ["evaluation"]),
    ],
)
def test_a_ratio_more_than_half_worse_is_refused(found: dict, refused: list) -> None:
    assert worse(found, KNOWN) == refused
    lines, fine = judged(found, KNOWN)
    assert fine == (not refused)
    told = [line for line in lines if "more than 1.5 times" in line]
    assert [line.split("|")[1].strip() for line in told] == refused


def test_a_ratio_that_is_not_known_or_not_measured_is_refused() -> None:
    assert worse(KNOWN | {"newcomer": 0.1}, KNOWN) == ["newcomer"]
    assert worse({"start": 0.4}, KNOWN) == ["evaluation"]


def test_ratios_are_kept_to_three_figures(tmp_path: Path) -> None:
    write_ratios(tmp_path / "ratios.toml", {"a, over b": 0.012345, "c": 17.85})
    assert read_ratios(tmp_path / "ratios.toml") == {"a, over b": 0.0123, "c": 17.9}


def test_ratios_are_recorded() -> None:
    assert all(0 < ratio < 100 for ratio in read_ratios(RECORDED).values())
    assert len(read_ratios(RECORDED)) >= 6


def seconds(*first: float, then: float):
    left = chain(first, repeat(then))
    return lambda: next(left)


def test_a_busy_round_is_not_held_against_ours() -> None:
    # The first three rounds of ours were disturbed: more are taken, and the least count.
    pair = Pair(seconds(9.0, 8.0, 7.0, then=2.2), seconds(1.3, 1.1, then=1.2), rounds=3)
    assert settled(pair, known=1.9) == pytest.approx(2.0)


def test_work_that_stays_slow_is_told() -> None:
    pair = Pair(seconds(then=4.4), seconds(then=1.1), rounds=3)
    assert settled(pair, known=1.9) == pytest.approx(4.0)
    assert worse({"work": settled(pair, known=1.9)}, {"work": 1.9}) == ["work"]


def test_a_command_is_measured_and_its_failure_told() -> None:
    done = taken.command([sys.executable, "-c", "print('said', len(bytearray(60_000_000)))"])
    assert done.note.strip() == "said 60000000"
    assert done.mb > 60
    assert done.seconds > 0
    with pytest.raises(RuntimeError, match="no such thing"):
        taken.command([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_commands_are_started_as_users_start_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The installed command lets BLAS have one thread, by the module that it starts with.
    package = tmp_path / "llrgeo"
    package.mkdir()
    shutil.copy(taken.ROOT / "llrgeo/__main__.py", package)
    show = "import os\n\ndef main():\n    print(os.environ.get('OPENBLAS_NUM_THREADS', 'any'))\n"
    (package / "cli.py").write_text(show, encoding="utf-8")
    (package / "__init__.py").touch()
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert taken.command(taken.llrgeo_command(), tmp_path).note.split() == ["1"]


def test_cases_have_one_thread_of_blas_unless_another_number_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def run(_: list[str], *, env: dict[str, str], **_others: object) -> None:
        seen.append(env["OPENBLAS_NUM_THREADS"])
        raise FileNotFoundError

    monkeypatch.setattr(table.subprocess, "run", run)
    for wanted in (None, "2"):
        monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
        if wanted:
            monkeypatch.setenv("OPENBLAS_NUM_THREADS", wanted)
        with pytest.raises(FileNotFoundError):
            table.run_case("help", "ours", taken.Asked())
    assert seen == ["1", "2"]
