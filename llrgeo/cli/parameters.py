"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from llrgeo.errors import ConfigError


def _must_exist(path: Path | None) -> Path | None:
    """Refuse a missing study file before libraries are loaded, which takes seconds."""
    if path is not None and not path.exists():
        msg = f"{path}: no such file; start a study with: llrgeo new {path.name}"
        raise ConfigError(msg)
    return path


StudyFile = Annotated[
    Path | None,
    typer.Argument(help="Study file; the embedded LLR study if not given.", callback=_must_exist),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
OutFile = Annotated[Path, typer.Option("--out", help="Where to write.")]
Boards = Annotated[
    list[str] | None,
    typer.Option("--icb", help="An integrated care board; once for each."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List addresses and sizes; fetch nothing.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask nothing: use what is there.")]
SourcesFile = Annotated[
    Path | None, typer.Option("--sources", help="Your own copy of data/downloads.toml.")
]
