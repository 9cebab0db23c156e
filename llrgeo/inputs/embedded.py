"""The data that travels with llrgeo, in a checkout or an installed wheel, and its checksums.

`checksums.txt` beside the data has the SHA-256 of every table, and in its last line that of the
lines above. Files are checked against it, so that a damaged copy is refused.
Study files are examples to change, and have none.
"""

from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from llrgeo.errors import InputError
from llrgeo.files import files_of, sha256_of_bytes, sha256_of_file

_Version: TypeAlias = tuple[Path, int, int]

DEFAULT_STUDY: Final = "studies/closer_to_home.toml"
CHECKSUMS: Final = "checksums.txt"
_WITHOUT: Final = frozenset({"studies", "compile", "README.md", CHECKSUMS})
_PACKAGE: Final = Path(__file__).resolve().parents[1]
_ADVICE: Final = "install llrgeo again; who changed the data runs data/compile/checksums.py"


def embedded(name: str) -> Path:
    """Return the path of an embedded file or folder, such as `areas.csv`.

    Raises
    ------
    InputError
        If there is no such embedded file, or it is not the one that came with llrgeo.
    """
    for folder in (_PACKAGE / "data", _PACKAGE.parent / "data"):
        if (folder / name).exists():
            _check_version(folder, name, tuple(map(_version, files_of(folder / name))))
            return folder / name
    msg = f"no embedded file '{name}'; install llrgeo again"
    raise InputError(msg)


@cache
def _check_version(data: Path, name: str, _: tuple[_Version, ...]) -> None:
    """Check files once for each version of them: a study asks for the same ones many times."""
    check_embedded(data, name)


def _version(file: Path) -> _Version:
    """Return a file with its size and the time of its last change, by which versions differ."""
    status = file.stat()
    return file, status.st_size, status.st_mtime_ns


def check_embedded(data: Path, name: str) -> None:
    """Refuse an embedded file, or a file of an embedded folder, that is not as it was shipped.

    Parameters
    ----------
    data
        The folder of all embedded data.
    name
        The file or folder in it.

    Raises
    ------
    InputError
        If `checksums.txt` cannot be read or is damaged, or a file differs from it, is not in it, or
        is missing; the message names them.
    """
    if Path(name).parts[0] in _WITHOUT:
        return
    known = _known_sums(data / CHECKSUMS)
    path = data / name
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    found = {file.relative_to(data).as_posix(): sha256_of_file(file) for file in files}
    # Wrong are files that differ, files that the list does not have, and listed ones that are gone.
    expected = {file for file in known if file == name or file.startswith(f"{name}/")}
    wrong = sorted({*expected, *found} - {file for file in found if known.get(file) == found[file]})
    if wrong:
        msg = f"{data / wrong[0]}: not the data that came with llrgeo (checksum); {_ADVICE}"
        raise InputError(msg)


def checksum_lines(data: Path) -> str:
    """Return what `checksums.txt` says of the embedded data as it is now."""
    files = sorted(
        (path.relative_to(data).as_posix(), path)
        for path in data.rglob("*")
        if path.is_file() and path.relative_to(data).parts[0] not in _WITHOUT
    )
    lines = "".join(f"{sha256_of_file(path)}  {name}\n" for name, path in files)
    return f"{lines}{sha256_of_bytes(lines.encode())}  {CHECKSUMS}\n"


def _known_sums(path: Path) -> dict[str, str]:
    """Return the checksum of each file by its name, from a list that is whole itself."""
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}); {_ADVICE}"
        raise InputError(msg) from error
    lines = content.splitlines(keepends=True)
    above = b"".join(lines[:-1])
    if not lines or lines[-1] != f"{sha256_of_bytes(above)}  {CHECKSUMS}\n".encode():
        msg = f"{path}: not the list that came with llrgeo; {_ADVICE}"
        raise InputError(msg)
    named = (line.split(maxsplit=1) for line in above.decode("utf-8").splitlines())
    return {name: digest for digest, name in named}
