"""What work takes: CPU seconds of a function or a command, and the most memory."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
KILOBYTES = 1_024  # ru_maxrss is in kilobytes on Linux


class Figures(NamedTuple):
    """CPU seconds, megabytes at most (0: those of the process that tells them), and a remark."""

    seconds: float
    mb: float = 0.0
    note: str = ""


class Asked(NamedTuple):
    """What the rows are run on: files that are not part of the project, and the longest search."""

    extract: str = ""
    or_library: str = ""
    seconds: float = 60.0


def least(work: Callable[[], Any], rounds: int = 1) -> float:
    """Return the least CPU seconds of some rounds of work, which a busy machine disturbs least."""
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def peak_mb() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES


def llrgeo_command(*words: str) -> list[str]:
    """Return the words that run a command of this tree by this Python."""
    return [sys.executable, "-m", "llrgeo", *words]


def command(words: Sequence[str], folder: Path | str | None = None) -> Figures:
    """Run a command to its end; return its CPU seconds, most memory, and what it said.

    Raises
    ------
    RuntimeError
        If it fails, with the last lines that it said.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, cwd=folder, env=environment(), stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(text[-500:])
    return Figures(used.ru_utime + used.ru_stime, used.ru_maxrss / KILOBYTES, text)


def first_words_s(words: Sequence[str], folder: Path | str | None = None) -> float:
    """Return the seconds by the clock until a command says something on a terminal; stop it."""
    terminal, end = os.openpty()
    begun = time.perf_counter()
    process = subprocess.Popen(words, cwd=folder, env=environment(), stdout=end, stderr=end)
    os.close(end)
    try:
        os.read(terminal, 1)
        return time.perf_counter() - begun
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


def environment() -> dict[str, str]:
    """Return the environment in which this tree's llrgeo is the one that is imported."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return os.environ | {"PYTHONPATH": path}
