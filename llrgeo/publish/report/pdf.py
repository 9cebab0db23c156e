"""The report as PDF: printed by a Chromium or Chrome that is installed, tagged for screen readers.

The same report, renderer and fonts make equal bytes: the only things that change from one print to
the next are the clock's dates, which give way to the publication's.
"""

import re
import subprocess
from pathlib import Path
from typing import Final

from llrgeo.errors import PublishError
from llrgeo.files import scratch_folder
from llrgeo.publish.check.browser import BROWSERS, installed_chromium
from llrgeo.schema import ISO_DATE

_FLAGS: Final = (
    "--headless",
    "--no-sandbox",  # it opens our own page only, which runs no script and loads nothing
    "--disable-gpu",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)
_LONGEST_S: Final = 120
_NO_DAY: Final = "20000101"  # of a study whose date is words
_CLOCK: Final = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")


def find_renderer() -> str:
    """Return the path of what prints pages.

    Raises
    ------
    PublishError
        If there is none.
    """
    found = installed_chromium()
    if found is None:
        msg = f"a PDF needs Chromium or Chrome: none of {', '.join(BROWSERS)} is on the PATH"
        raise PublishError(msg)
    return found


def render_pdf(page: str, date: str) -> bytes:
    """Print a page that needs no script.

    Parameters
    ----------
    page
        The page as HTML.
    date
        The day that the document bears, ISO 8601.

    Raises
    ------
    PublishError
        If there is no renderer, or it fails.
    """
    renderer = find_renderer()
    with scratch_folder() as folder:
        source, printed = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        # A profile of its own in a folder that goes: a browser that is open elsewhere is left
        # alone.
        command = [
            renderer,
            *_FLAGS,
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={printed}",
            source.as_uri(),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_LONGEST_S)  # noqa: S603 - our own page
            content = printed.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            msg = f"{renderer} printed no PDF ({type(error).__name__})"
            raise PublishError(msg) from error
    return _dated(content, date)


def _dated(content: bytes, date: str) -> bytes:
    """Put a date in place of the clock's, in as many bytes: a PDF tells where each part begins."""
    day = date.replace("-", "") if ISO_DATE.fullmatch(date) else _NO_DAY
    dated = _CLOCK.sub(rb"/\1 (D:" + day.encode("ascii") + rb"000000+00'00')", content)
    if len(dated) != len(content):
        msg = "the renderer wrote its dates in a form that is not known"
        raise PublishError(msg)
    return dated
