"""The command that checks a published page, or all of a published folder."""

from pathlib import Path
from typing import Annotated

import typer

from llrgeo.cli.screen import findings_table, show
from llrgeo.errors import PublishError


def check(
    path: Annotated[Path, typer.Argument(help="A published page, PAGE.html, or a whole folder.")],
) -> None:
    """Check a page, or a folder of them: requests, links, run, access, figures, words, size."""
    from llrgeo.files import repair_folder
    from llrgeo.publish.check.browser import has_browser
    from llrgeo.publish.check.folder import check_folder_of_pages
    from llrgeo.publish.check.page import check_page

    own = path if path.is_dir() else path.parent
    if repair_folder(own):
        typer.echo(f"{own}: completed what a stopped run had begun to write")
    count = 0
    if path.is_dir():
        in_folder = check_folder_of_pages(path)
        count = len(in_folder)
        if count:
            show(findings_table(in_folder))
    else:
        for finding in check_page(path):
            count += 1
            typer.echo(f"{finding.rule}: {finding.message}")
    if count:
        msg = f"{path}: {count} findings"
        raise PublishError(msg)
    where = (
        "also in a browser"
        if has_browser()
        else "not in a browser: pip install playwright axe-playwright-python"
    )
    typer.echo(f"{path}: nothing found ({where})")
