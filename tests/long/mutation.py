"""Mutation score: change the code one term at a time, and count how often the tests notice.

    python tests/long/mutation.py --coverage build/coverage --sample 300 --seed 0

Draws a sample of mutants from all places that can be changed in the rooms whose figures are
published (`ROOMS`, or those named), and tries each, or some: the same seed draws the same sample,
so one run can take the odd ones (`--every 2`) and another the even ones (`--after 1 --every 2`),
and `--only 17 203` tries again what survived. On each run the tests that coverage saw on its line,
the fastest first, until their measured seconds reach `--seconds`; the first failure ends it. A
mutant that they all pass is a survivor, though a slower test might notice it. `--coverage` names a
folder with what a run of all tests measured; if there is none, the tests run first to make it.

A mutant that behaves like the code for all input is equivalent: no test can notice it. Those found
are listed with the reason in `equivalent_mutants.toml`, and are counted apart. A test that kills
for the first time runs on the code as it is, too, and must pass: one that fails anyway kills
nothing, and is named at the end. The exit status is 1 if fewer than the stated share of all are
killed.
"""

import argparse
import sys
import tomllib
from pathlib import Path

from covering import Covering, measure
from mutants import ROOT, Mutant, mutate, sample
from warm_pytest import WarmPytest

ROOMS = (
    "llrgeo/appraisal", "llrgeo/publish/data", "llrgeo/travel", "llrgeo/study/config.py",
    "llrgeo/study/sections/appraisal.py", "llrgeo/study/siting/config.py",
    "llrgeo/study/sections/options.py", "llrgeo/study/validation.py",
)  # fmt: skip
FIRST_FILES = 3  # tried before the other files of tests are imported
LONGEST = 4  # times the tests' seconds: a run that takes longer hangs
SHARED_S = 120  # more for the fixtures of other tests
COMPILING_S = 300  # more for machine code and imports


def equivalent(mutant: Mutant) -> bool:
    """Return whether a mutant is listed as one that changes nothing."""
    listed = tomllib.loads(
        Path(__file__).with_name("equivalent_mutants.toml").read_text(encoding="utf-8")
    )["mutant"]
    module = mutant.module.relative_to(ROOT).as_posix()
    lines = mutant.module.read_text(encoding="utf-8").splitlines()
    return any(
        (known["module"], known["what"]) == (module, mutant.what)
        and known["line"] in lines[mutant.line - 1]
        for known in listed
    )


class Trial:
    """Trials of mutants, and what is known of the tests: one that fails anyway kills nothing."""

    def __init__(self, warm: WarmPytest, covering: Covering, seconds: float) -> None:
        """Start with all tests believed."""
        self.warm, self.covering, self.seconds = warm, covering, seconds
        self.passes: dict[str, bool] = {}

    def killer(self, mutant: Mutant, place: int, tests: list[str]) -> str:
        """Return the first test that fails with a mutant and passes without it, or nothing."""
        while True:
            believed = [test for test in tests if self.passes.get(test, True)]
            found = self._failing(mutant, place, believed)
            test = found.partition("[")[0]
            if not test.startswith("tests/") or self.passes.get(test):
                return found
            # Its first kill: it must pass on the code as it is.
            self.passes[test] = not self._failing(mutant, None, [test])
            if self.passes[test] or test not in believed:
                return found

    def _failing(self, mutant: Mutant, place: int | None, tests: list[str]) -> str:
        """Return the first test that fails; without a place, on the code as it is."""
        limit = LONGEST * int(self.seconds) + SHARED_S
        if self.covering.only_when_called(mutant):
            if not tests:
                return ""
            return self.warm.killed_in_place(mutant.module, place, tests, limit)
        # A few files first: to import all takes longer than most mutants live.
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        soon = [test for test in tests if test.partition("::")[0] in files[:FIRST_FILES]]
        rest = [test for test in tests if test not in soon]
        limit += COMPILING_S
        changed = None if place is None else mutant
        found = self.warm.killed_by(changed, soon, limit) if soon else ""
        return found or (self.warm.killed_by(changed, rest, limit) if rest else "")


def asked() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description="Mutation score of some modules.")
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--after", type=int, default=0)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", type=int, nargs="+")
    parser.add_argument(
        "--also", nargs="+", default=[], help="files of tests newer than the coverage"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--coverage", type=Path, default=ROOT / "build" / "coverage")
    parser.add_argument("--at-least", type=float, default=0.9)
    return parser.parse_args()


def main() -> int:
    """Mutate, test, and print the score and the survivors."""
    options = asked()
    if not (options.coverage / ".coverage").exists():
        measure(options.coverage)
    drawn = list(enumerate(sample(options.rooms, options.sample, options.seed), start=1))
    drawn = [
        row for row in drawn[options.after :: options.every] if row[0] in (options.only or [row[0]])
    ]
    ends = {"killed": 0, "equivalent": 0, "SURVIVES": 0}
    with WarmPytest() as warm:
        covering = Covering(options.coverage, warm.wide_fixtures(), options.also)
        trial = Trial(warm, covering, options.seconds)
        for number, (module, place) in drawn:
            mutant = mutate(module, place)
            tests = covering.tests_of(mutant, options.seconds)
            killer = trial.killer(mutant, place, tests)
            end = "killed" if killer else "equivalent" if equivalent(mutant) else "SURVIVES"
            ends[end] += 1
            said = killer or f"({len(tests)} tests)"
            print(f"{number} {end} {mutant.where}: {mutant.what!r} {said}", flush=True)
    for test in sorted(test for test, passes in trial.passes.items() if not passes):
        print(f"{test} fails without any change: it killed nothing")
    print(
        f"{ends['killed']} of {len(drawn)} mutants killed, {ends['equivalent']} equivalent"
        f" (explained), {ends['SURVIVES']} survive {options.seconds:g} s of tests"
    )
    return 0 if ends["killed"] >= options.at_least * len(drawn) else 1


if __name__ == "__main__":
    sys.exit(main())
