"""Unexpected errors of the command line: one line for the user, and a traceback in a file."""

import errno
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
from llrgeo.errors import LlrgeoError

if os.name == "posix":  # Windows has no limits of this kind
    import resource

UNEXPECTED: Final = 70  # EX_SOFTWARE of BSD's sysexits
INTERRUPTED: Final = 130  # as shells report a process that Ctrl-C ended

# Names of local variables that hold the path of a file being read.
_READING: Final = ("path", "folder", "file", "source", "extracts", "manifest", "study_file", "page")
_NO_MEMORY: Final = (
    "failed to map segment", "cannot allocate memory", "unable to allocate",
    "failed to launch worker thread", "start new thread",
)  # fmt: skip
_MORE_MEMORY: Final = (
    "not enough memory: close other programs, raise `ulimit -v` where one is set, or take a "
    "smaller area"
)
_LOOP: Final = "Symlink loop from "  # pathlib's message for such a path, before Python 3.13
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Numerical libraries reserve far more address space than they use. With less than this a C library
# may abort the process while it is loaded, which no Python code can catch.
_LEAST_ADDRESSES: Final = 1 << 30

P = ParamSpec("P")


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Return a command that checks the memory limit first, and turns `EOFError` into another error.

    Typer would only print "Aborted." for an `EOFError`, which is raised when a module is imported
    that Python compiled while the disk was full.
    """

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        _check_memory_limit()
        try:
            command(*args, **options)
        except EOFError as error:
            msg = f"a file ends before its content does: {error}"
            raise RuntimeError(msg) from error

    return run


def _check_memory_limit() -> None:
    """Raise `LlrgeoError` where `ulimit -v` is so low that numerical libraries may not load."""
    if os.name != "posix":
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < _LEAST_ADDRESSES:
        msg = (
            f"memory is limited to {limit >> 20:,} MB (ulimit -v), and commands need "
            f"{_LEAST_ADDRESSES >> 20:,} MB at least; take the limit off: ulimit -v unlimited"
        )
        raise LlrgeoError(msg)


def describe_error(error: BaseException) -> tuple[str, int]:
    """Return the message for an error that is not one of llrgeo's own, and the exit status.

    The traceback is written to a file, which the message names.
    """
    text = " ".join(str(error).split())[:200]
    if isinstance(error, KeyboardInterrupt):
        return "stopped; nothing was left half written", INTERRUPTED
    if _lacks_memory(error):
        return _MORE_MEMORY, 1
    if text.startswith(_LOOP):
        return f"{text}: links that lead to each other lead to no file", 1
    reading = _path_being_read(error.__traceback__)
    where = f" while reading {reading}" if reading else ""
    what = f"{__version__}: unexpected {type(error).__name__}{where} ({text})"
    return f"{what}. This is a fault of llrgeo: {_trace_written(error)}", UNEXPECTED


def describe_disk(error: Exception) -> str:
    """Return the message for an error of llrgeo's own, or of the disk."""
    if isinstance(error, LlrgeoError):
        return str(error)
    if _lacks_memory(error):  # a library that finds no room to be loaded
        return _MORE_MEMORY
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in _NO_ROOM:
        reason = "the disk is full, or a limit on the size of files is reached"
        return f"{where}{reason} ({error.strerror}); nothing was left half written"
    return f"{where}{error.strerror}"


def _lacks_memory(error: BaseException | None) -> bool:
    """Return whether an error, or one that it was raised from or while handling, is of memory."""
    while error is not None:
        if isinstance(error, MemoryError) or any(x in str(error).lower() for x in _NO_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False


def _path_being_read(trace: TracebackType | None) -> str:
    """Return the path that the innermost function of llrgeo was reading; empty if none was."""
    path = ""
    while trace is not None:
        # The trace goes from the outermost call inwards: a path in a later frame is nearer to the
        # fault.
        if "llrgeo" in trace.tb_frame.f_code.co_filename:
            names = trace.tb_frame.f_locals
            paths = [str(names[name]) for name in _READING if isinstance(names.get(name), Path)]
            path = paths[0] if paths else path
        trace = trace.tb_next
    return path


def _trace_written(error: BaseException) -> str:
    """Write the traceback to a file, if possible, and return a sentence that names it."""
    trace = "".join(traceback.format_exception(error))
    for folder in (tempfile.gettempdir, Path.home, Path.cwd):
        # The disk of a folder may be full or read-only: then try the next.
        try:
            path = Path(folder()) / f"llrgeo-error-{os.getpid()}.txt"
            path.write_text(
                f"llrgeo {__version__}, Python {sys.version}\n{trace}", encoding="utf-8"
            )
        except (OSError, RuntimeError):
            continue
        return f"please report it with {path}"
    return "no trace of it could be written; run it again with room in TMPDIR"
