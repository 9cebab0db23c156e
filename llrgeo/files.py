"""Write files and folders whole or not at all, and compute checksums.

A file is written next to its target, in a temporary folder on the same file system, and renamed
into place. A folder is written next to its target too, and the two are exchanged in one step where
the system can (Linux: renameat2 with RENAME_EXCHANGE; macOS: renamex_np with RENAME_SWAP).
Elsewhere files are moved one by one under a marker, from which `repair_folder` completes an
interrupted move. A reader sees the old content or the new, never a part of either.
"""

import ctypes
import errno
import hashlib
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import Final, TypeAlias

from llrgeo.errors import InputError

StrPath: TypeAlias = str | PathLike[str]
"""How callers name a file or a folder."""

TEMPORARY: Final = ".llrgeo-"  # how the name of every temporary folder begins
ROOT: Final = "this is the root of the file system; name a folder to write into"
MARKER: Final = f"{TEMPORARY}switch.json"  # in a folder whose files are being moved into place

_BESIDE_SHAPES: Final = frozenset({".cpg", ".dbf", ".prj", ".shx"})
_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2  # RENAME_EXCHANGE and RENAME_SWAP alike
_CANNOT: Final = (
    errno.ENOSYS, errno.EINVAL, errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES,
    errno.ENOTSUP,
)  # fmt: skip


def as_paths(files: Iterable[StrPath], *, what: str) -> list[Path]:
    """Return the files of a list as paths.

    Raises
    ------
    InputError
        If one file is given instead of a list: the letters of its name are no files.
    """
    if isinstance(files, str | PathLike):
        msg = f"{what} are named in a list, also a single one: [{str(files)!r}]"
        raise InputError(msg)
    return [Path(file) for file in files]


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a path to write to; it replaces `path` once the block ends without an error.

    Missing parent folders are created; temporary folders of killed runs next to it are removed.

    Examples
    --------
    >>> folder = getfixture("tmp_path")
    >>> with written_whole(folder / "minutes.txt") as made:
    ...     _ = made.write_text("12.5")
    >>> (folder / "minutes.txt").read_text()
    '12.5'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_litter(path.parent)
    with temporary_folder(path.parent) as folder:
        made = folder / path.name
        yield made
        made.replace(path)


@contextmanager
def folder_written_whole(folder: Path, *, without: Iterable[str] = ()) -> Iterator[Path]:
    """Yield an empty folder to fill; it replaces `folder` once the block ends.

    Files of other names in the old folder stay, also those in its subfolders. Interrupted moves of
    killed runs are completed first, and their temporary folders removed.

    Parameters
    ----------
    folder
        The folder; it is created if it is missing.
    without
        Files of the old folder to remove in the same step, by their names relative to it.

    Raises
    ------
    OSError
        If a file cannot be written, or has the name of a folder that is there, or the other way
        round; the old folder is then as it was. If the folder is the root of the file system.

    Examples
    --------
    >>> folder = getfixture("tmp_path") / "maps"
    >>> with folder_written_whole(folder) as made:
    ...     _ = (made / "index.html").write_text("new")
    >>> [path.name for path in folder.iterdir()]
    ['index.html']
    """
    target = Path(os.path.realpath(folder))
    if target == target.parent:
        raise OSError(errno.EINVAL, ROOT, str(folder))
    repair_folder(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_litter(target.parent)
    # If its parent is not writable, a folder can only be changed from within.
    beside = target.parent if os.access(target.parent, os.W_OK) else target
    with temporary_folder(beside) as temporary:
        made = temporary / "new"
        made.mkdir()
        yield made
        names = sorted(
            path.relative_to(made).as_posix() for path in made.rglob("*") if not path.is_dir()
        )
        gone = sorted({*without} - {*names})
        _check_kinds(made, target)
        if beside == target or not _switched(made, target, gone):
            _moved_in(made, target, names, gone)


def repair_folder(folder: Path) -> bool:
    """Complete the move of files that a killed run had begun; return whether there was one.

    All new files were written before the marker, so they only have to be moved.

    Raises
    ------
    OSError
        If a file cannot be moved or the marker cannot be read.
    """
    if not folder.is_dir():
        return False
    marker = folder / MARKER
    begun = marker.is_file()
    if begun:
        try:
            stage, names, gone = _read_marker(marker)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = f"{marker}: not a marker of llrgeo; delete it and run again"
            raise OSError(msg) from error
        _move_all(stage, folder, names, gone)
        marker.unlink(missing_ok=True)
        shutil.rmtree(stage, ignore_errors=True)
    if os.access(folder, os.W_OK):
        remove_litter(folder)
    return begun


def remove_litter(folder: Path) -> None:
    """Remove the temporary folders in a folder whose processes are gone; killed runs leave them."""
    for path in folder.glob(f"{TEMPORARY}*-*-*"):
        found = re.fullmatch(rf"{re.escape(TEMPORARY)}(\w+)-(\d+)-\w+", path.name)
        if found and found[1] == _machine() and not _is_running(int(found[2])):
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def temporary_folder(beside: Path) -> Iterator[Path]:
    """Yield a temporary folder inside `beside`, so on its file system; the block removes it."""
    prefix = f"{TEMPORARY}{_machine()}-{os.getpid()}-"
    with tempfile.TemporaryDirectory(
        dir=beside, prefix=prefix, ignore_cleanup_errors=True
    ) as temporary:
        yield Path(temporary)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a temporary folder where the system keeps them; those of killed runs are removed."""
    scratch = Path(tempfile.gettempdir())
    remove_litter(scratch)
    with temporary_folder(scratch) as folder:
        yield folder


def files_of(path: Path) -> list[Path]:
    """Return the files that a path consists of, sorted; none if it does not exist.

    They are the files in a folder and below, the further files of a shapefile, and the write-ahead
    log of a GeoPackage, for instance of one that is open in QGIS.
    """
    ending = path.suffix.lower()
    if path.is_dir():
        found = [*path.rglob("*")]
    elif ending == ".shp" and path.is_file():
        beside = (file for file in path.parent.iterdir() if file.stem == path.stem)
        found = [path, *(file for file in beside if file.suffix.lower() in _BESIDE_SHAPES)]
    else:
        found = [path, *([path.with_name(f"{path.name}-wal")] if ending == ".gpkg" else [])]
    return sorted(file for file in found if file.is_file())


def sha256_of_file(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _check_kinds(made: Path, target: Path) -> None:
    """Refuse a file where the old folder has a folder, and a folder where it has a file."""
    for path in sorted(made.rglob("*")):
        old = target / path.relative_to(made)
        if os.path.lexists(old) and path.is_dir() != old.is_dir():
            found, wanted = ("folder", "file") if old.is_dir() else ("file", "folder")
            msg = f"{old} is a {found}, and a {wanted} is to be written there: move it away"
            raise OSError(msg)


def _switched(made: Path, target: Path, gone: Collection[str]) -> bool:
    """Replace a folder by another in one step; return False where that is not possible."""
    if not target.exists():
        try:
            made.rename(target)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
        else:
            return True
        # Another run has created the folder in the meantime: exchange it like any other.
    if os.path.ismount(target) or _is_lived_in(target):
        return False
    _keep_others(target, made, {target / name for name in gone})
    shutil.copymode(target, made)
    return _exchanged(made, target)


def _is_lived_in(folder: Path) -> bool:
    """Return whether this process stands in a folder, or its user's home is in it.

    A process in a folder that is exchanged would be left in the old one, and files that other
    programs write into a home folder during the exchange would be lost.
    """
    lived_in = [Path.cwd()]
    with suppress(RuntimeError):  # a user without a home
        lived_in.append(Path.home().resolve())
    return any(path.is_relative_to(folder) for path in lived_in)


def _keep_others(old: Path, new: Path, gone: Collection[Path]) -> None:
    """Link the files that only the old folder has into the new one, except those to remove."""
    for entry in os.scandir(old):
        beside = new / entry.name
        if entry.name.startswith(TEMPORARY) or Path(entry.path) in gone:
            continue
        if entry.is_dir(follow_symlinks=False):
            beside.mkdir(exist_ok=True)
            _keep_others(Path(entry.path), beside, gone)
            shutil.copystat(entry.path, beside)
        elif not os.path.lexists(beside):
            try:
                os.link(entry.path, beside, follow_symlinks=False)
            except OSError:  # another file system's rules, or a file of another owner
                shutil.copy2(entry.path, beside, follow_symlinks=False)


def _exchanged(first: Path, second: Path) -> bool:
    """Exchange two folders in one step; return False where the system does not support it."""
    paths = os.fsencode(first), os.fsencode(second)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = libc.renamex_np(*paths, _EXCHANGE)
        else:
            failed = libc.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _EXCHANGE)
    except (AttributeError, OSError, TypeError):  # no such call here
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(second))


def _moved_in(made: Path, target: Path, names: list[str], gone: list[str]) -> None:
    """Move files into a folder one by one, under a marker by which a later run can complete it."""
    target.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(dir=target, prefix=f"{TEMPORARY}{_machine()}-{os.getpid()}-"))
    for name in names:
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made / name, stage / name)
    switch = {"from": stage.name, "names": names, "gone": gone}
    with written_whole(target / MARKER) as marker:
        marker.write_text(json.dumps(switch), encoding="utf-8")
    _move_all(stage, target, names, gone)
    (target / MARKER).unlink(missing_ok=True)
    shutil.rmtree(stage, ignore_errors=True)


def _read_marker(marker: Path) -> tuple[Path, list[str], list[str]]:
    """Return the folder that files are moved from, their names, and those of files to remove.

    A folder of somebody else may have any marker: one with paths outside the folder, by a name or
    by a link, raises `ValueError`.
    """
    switch = json.loads(marker.read_text(encoding="utf-8"))
    names, gone = ([str(name) for name in switch.get(key, ())] for key in ("names", "gone"))
    folder, stage = marker.parent, marker.parent / str(switch["from"])
    home = folder.resolve()
    if stage.name != switch["from"] or not stage.name.startswith(TEMPORARY) or stage.is_symlink():
        raise ValueError(stage)
    for path in (*(stage / name for name in names), *(folder / name for name in [*names, *gone])):
        leads_up = ".." in path.parts[len(folder.parts) :]
        if leads_up or not path.parent.resolve().is_relative_to(home):
            raise ValueError(path)
    return stage, names, gone


def _move_all(stage: Path, target: Path, names: list[str], gone: list[str]) -> None:
    """Move files by their names, and remove others; missing ones were moved before."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            (stage / name).replace(target / name)
    for name in gone:
        (target / name).unlink(missing_ok=True)


def _machine() -> str:
    """Return eight letters for this machine, because only its own processes can be looked up."""
    return sha256_of_bytes(platform.node().encode())[:8]


def _is_running(process: int) -> bool:
    """Return whether a process runs; True if the system cannot tell."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
