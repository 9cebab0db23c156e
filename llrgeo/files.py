"""Files and folders written whole or not at all, and the checksums by which they are known.

A file is made beside its target, in a temporary folder on the same file system, and renamed into
place. A folder is made beside its target too, and the two are exchanged in one step where the
system can (Linux: renameat2 with RENAME_EXCHANGE; macOS: renamex_np with RENAME_SWAP). Elsewhere
the files go in one by one under a marker, from which `repair_folder` completes what was begun.
Whoever reads sees the old content or the new, never a part of either.
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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import Final, TypeAlias

from llrgeo.errors import InputError

StrPath: TypeAlias = str | PathLike[str]
"""How callers name a file or a folder."""

TEMPORARY: Final = ".llrgeo-"  # how the name of every temporary folder begins
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
    """Yield a path to write to; it takes the place of `path` once the block ends without an error.

    Folders above it are made where they are missing.

    Examples
    --------
    >>> folder = getfixture("tmp_path")
    >>> with written_whole(folder / "minutes.txt") as made:
    ...     _ = made.write_text("12.5")
    >>> (folder / "minutes.txt").read_text()
    '12.5'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(path.parent) as folder:
        made = folder / path.name
        yield made
        made.replace(path)


@contextmanager
def folder_written_whole(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; it takes the place of `folder` once the block ends.

    Files of other names in the old folder stay, also those below its folders. What earlier runs
    left when they were killed is completed or removed first.

    Raises
    ------
    OSError
        If a file cannot be written; the old folder is then as it was.

    Examples
    --------
    >>> folder = getfixture("tmp_path") / "maps"
    >>> with folder_written_whole(folder) as made:
    ...     _ = (made / "index.html").write_text("new")
    >>> [path.name for path in folder.iterdir()]
    ['index.html']
    """
    target = Path(os.path.realpath(folder))
    repair_folder(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_litter(target.parent)
    # Where its parent may not be written to, a folder can only be changed from within.
    beside = target.parent if os.access(target.parent, os.W_OK) else target
    with temporary_folder(beside) as temporary:
        made = temporary / "new"
        made.mkdir()
        yield made
        names = sorted(
            path.relative_to(made).as_posix() for path in made.rglob("*") if not path.is_dir()
        )
        if beside == target or not _switched(made, target):
            _moved_in(made, target, names)


def repair_folder(folder: Path) -> bool:
    """Complete the switch of a folder that a killed run had begun, and tell whether there was one.

    All new files had been written before the marker was, so what is left is to move them.

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
            switch = json.loads(marker.read_text(encoding="utf-8"))
            stage, names = folder / str(switch["from"]), [str(name) for name in switch["names"]]
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{marker}: not a marker of llrgeo; delete it and run again"
            raise OSError(msg) from error
        _move_all(stage, folder, names)
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


def files_of(path: Path) -> list[Path]:
    """Return the files that hold what a path names, sorted; none if it is not there.

    They are the files below a folder, the tables of a shapefile with it, and what a database has
    not put into its file yet, as a GeoPackage that is open in QGIS.
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


def _switched(made: Path, target: Path) -> bool:
    """Put a folder in the place of another in one step; False where that cannot be done."""
    if not target.exists():
        try:
            made.rename(target)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
        else:
            return True
        # Another run has put its folder there in the meantime: exchange it as any other.
    if os.path.ismount(target) or Path.cwd().is_relative_to(target):
        return False  # whoever stands in the folder would stand in the old one afterwards
    _keep_others(target, made)
    shutil.copymode(target, made)
    return _exchanged(made, target)


def _keep_others(old: Path, new: Path) -> None:
    """Link what only an old folder has into the new one."""
    for entry in os.scandir(old):
        beside = new / entry.name
        if entry.name.startswith(TEMPORARY):
            continue
        if entry.is_dir(follow_symlinks=False):
            beside.mkdir(exist_ok=True)
            _keep_others(Path(entry.path), beside)
            shutil.copystat(entry.path, beside)
        elif not os.path.lexists(beside):
            try:
                os.link(entry.path, beside, follow_symlinks=False)
            except OSError:  # another file system's rules, or a file of another owner
                shutil.copy2(entry.path, beside, follow_symlinks=False)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    paths = os.fsencode(one), os.fsencode(other)
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
    raise OSError(number, os.strerror(number), str(other))


def _moved_in(made: Path, target: Path, names: list[str]) -> None:
    """Move files into a folder one by one, under a marker that lets anyone complete it."""
    target.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(dir=target, prefix=f"{TEMPORARY}{_machine()}-{os.getpid()}-"))
    for name in names:
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made / name, stage / name)
    with written_whole(target / MARKER) as marker:
        marker.write_text(json.dumps({"from": stage.name, "names": names}), encoding="utf-8")
    _move_all(stage, target, names)
    (target / MARKER).unlink(missing_ok=True)
    shutil.rmtree(stage, ignore_errors=True)


def _move_all(stage: Path, target: Path, names: list[str]) -> None:
    """Move files by their names; those that are not there were moved before."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            (stage / name).replace(target / name)


def _machine() -> str:
    """Return eight letters for this machine: only its own processes can be asked for."""
    return sha256_of_bytes(platform.node().encode())[:8]


def _is_running(process: int) -> bool:
    """Tell whether a process runs; True where that cannot be asked."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
