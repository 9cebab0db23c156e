"""The last line of defence: an error that nobody expected ends in one line, not in a trace."""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Final, ParamSpec

from llrgeo import __version__

UNEXPECTED: Final = 70  # EX_SOFTWARE of BSD's sysexits
INTERRUPTED: Final = 130  # as shells say of a process that Ctrl-C ended

_READING: Final = ("path", "folder", "file", "source", "extracts", "manifest", "study_file", "page")
_NO_MEMORY: Final = ("failed to map segment", "annot allocate memory", "unable to allocate")

P = ParamSpec("P")


def with_ends_told(command: Callable[P, None]) -> Callable[P, None]:
    """Return a command whose `EOFError` reaches the guard: typer would say "Aborted." alone.

    A module that Python compiled while the disk was full ends so, when it is imported.
    """

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        try:
            command(*args, **options)
        except EOFError as error:
            msg = f"a file ends before its content does: {error}"
            raise RuntimeError(msg) from error

    return run


def told(error: BaseException) -> tuple[str, int]:
    """Return what to say of an error that is not one of llrgeo's own, and the exit status.

    The trace goes to a file, which the line names.
    """
    text = " ".join(str(error).split())[:200]
    if isinstance(error, KeyboardInterrupt):
        return "stopped; nothing was left half written", INTERRUPTED
    if isinstance(error, MemoryError) or any(words in text for words in _NO_MEMORY):
        return "not enough memory: close other programs, or take a smaller area", 1
    reading = _what_was_read(error.__traceback__)
    where = f" while reading {reading}" if reading else ""
    what = f"{__version__}: unexpected {type(error).__name__}{where} ({text})"
    return f"{what}. This is a fault of llrgeo: {_trace_written(error)}", UNEXPECTED


def _what_was_read(trace: TracebackType | None) -> str:
    """Return the path that the innermost function of llrgeo was at work on; empty if none was."""
    found = ""
    while trace is not None:
        if "llrgeo" in trace.tb_frame.f_code.co_filename:
            held = trace.tb_frame.f_locals
            paths = [str(held[name]) for name in _READING if isinstance(held.get(name), Path)]
            found = paths[0] if paths else found
        trace = trace.tb_next
    return found


def _trace_written(error: BaseException) -> str:
    """Write the whole trace to a file where one can be written, and say where."""
    trace = "".join(traceback.format_exception(error))
    for folder in (tempfile.gettempdir, Path.home, Path.cwd):
        try:
            path = Path(folder()) / f"llrgeo-error-{os.getpid()}.txt"
            path.write_text(
                f"llrgeo {__version__}, Python {sys.version}\n{trace}", encoding="utf-8"
            )
        except (OSError, RuntimeError):
            continue
        return f"please report it with {path}"
    return "no trace of it could be written; run it again with room in TMPDIR"
