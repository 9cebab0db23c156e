"""The command that checks a published page."""

from pathlib import Path
from typing import Annotated

import typer

from llrgeo.errors import PublishError


def check(page: Annotated[Path, typer.Argument(help="A published page, PAGE.html.")]) -> None:
    """Check a published page: no requests, its policy, accessibility, tables and figures, size."""
    from llrgeo.files import repair_folder
    from llrgeo.publish.check.browser import has_browser
    from llrgeo.publish.check.page import check_page

    if repair_folder(page.parent):
        typer.echo(f"{page.parent}: completed what a stopped run had begun to write")
    findings = check_page(page)
    for finding in findings:
        typer.echo(f"{finding.rule}: {finding.message}")
    if findings:
        msg = f"{page}: {len(findings)} findings"
        raise PublishError(msg)
    where = "also in a browser" if has_browser() else "not in a browser: install llrgeo[browser]"
    typer.echo(f"{page}: nothing found ({where})")
