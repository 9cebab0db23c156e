"""Arguments and options that several commands share."""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand

from llrgeo.errors import ConfigError

if TYPE_CHECKING:
    from typer._click.core import Context


class Command(TyperCommand):
    """A command that refuses an empty value, such as that of a shell variable that is not set.

    Otherwise an empty path would be the current folder, whose files would be written over.
    """

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Return the words after the command that are left over, once none of them is empty.

        Raises
        ------
        ConfigError
            If one is empty or blank.
        """
        for before, word in pairwise(["", *args]):
            option, equals, value = word.partition("=")
            empty = not value.strip() if equals and option.startswith("--") else not word.strip()
            if empty:
                named = option if equals else before
                what = named if named.startswith("-") else f"llrgeo {ctx.info_name}"
                msg = f"{what}: an empty value was given; is a shell variable not set?"
                raise ConfigError(msg)
        return super().parse_args(ctx, args)


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
