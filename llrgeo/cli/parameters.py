"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

StudyFile = Annotated[
    Path | None, typer.Argument(help="Study file; the embedded LLR study if not given.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
OutFile = Annotated[Path, typer.Option("--out", help="Where to write.")]
