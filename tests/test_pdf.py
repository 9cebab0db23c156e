"""The report as PDF: its date is the study's, two prints are equal, and a failure is one line."""

import re
import shutil
import zlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from llrgeo.cli import app
from llrgeo.errors import PublishError
from llrgeo.publish import pages
from llrgeo.publish.check.browser import installed_chromium
from llrgeo.publish.file_list import PDF
from llrgeo.publish.folder import publish, report_as_pdf
from llrgeo.publish.report import pdf

needs_chromium = pytest.mark.skipif(installed_chromium() is None, reason="no chromium")


@pytest.fixture(scope="module")
def printed(town_publication) -> bytes:
    return report_as_pdf(town_publication)[PDF]


@needs_chromium
@pytest.mark.browser
def test_the_report_is_a_tagged_pdf_with_a_title_and_a_language(printed):
    assert printed.startswith(b"%PDF-")
    for mark in (b"/Marked true", b"/StructTreeRoot", b"/Lang (en-GB)", b"/DisplayDocTitle true"):
        assert mark in printed
    assert b"/Title (Care closer to home in the toy town: report)" in printed


@needs_chromium
@pytest.mark.browser
def test_pages_are_a4(printed):
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed))
    assert {(round(float(x)), round(float(y))) for x, y in boxes} == {(595, 842)}


@needs_chromium
@pytest.mark.browser
def test_two_prints_are_equal_byte_for_byte_and_bear_the_study_s_date(printed, town_publication):
    assert re.findall(rb"Date \(D:(\d+)", printed) == [b"20261122000000"] * 2
    # On a busy machine the browser may number the parts of one print in another order.
    prints = (report_as_pdf(town_publication)[PDF] for _ in range(3))
    assert any(again == printed for again in prints)


def test_without_a_renderer_nothing_is_run_and_one_line_tells_why(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PublishError, match="a PDF needs Chromium or Chrome"):
        CliRunner().invoke(
            app, ["run", "--pdf", "--out", str(tmp_path / "maps")], catch_exceptions=False
        )
    assert not (tmp_path / "maps").exists()


def test_a_renderer_that_fails_leaves_the_folder_as_it_was(monkeypatch, town_publication, tmp_path):
    monkeypatch.setattr(pdf, "find_renderer", lambda: shutil.which("false"))
    with pytest.raises(PublishError, match="printed no PDF"):
        publish(town_publication, tmp_path, more=[report_as_pdf])
    assert not list(Path(tmp_path).iterdir())


def test_dates_in_an_unknown_form_are_an_error():
    with pytest.raises(PublishError, match="a form that is not known"):
        pdf._dated(b"/CreationDate (D:20260101120000Z)", "2026-11-22")


def lines_of_pages(pdf_bytes: bytes) -> list[int]:
    """Return how many pieces of text are drawn on each page, in the order of pages."""
    counts = []
    for page in re.findall(rb"/Type /Page\b(?!s)(.*?)endobj", pdf_bytes, re.DOTALL):
        number = re.search(rb"/Contents (\d+) 0 R", page)[1]
        body = re.search(
            rb"(?:^|\n)%s 0 obj.*?stream\r?\n(.*?)endstream" % number, pdf_bytes, re.DOTALL
        )
        counts.append(zlib.decompress(body[1]).count(b"Tj"))
    return counts


@needs_chromium
@pytest.mark.browser
def test_the_first_sheet_has_answers_and_not_a_title_alone():
    page = (Path(__file__).parents[1] / "maps" / "report.html").read_text(encoding="utf-8")
    # The summary alone, in the style of today; the policy would hold it to that of then.
    summary = page[: page.index("<figure", page.index('<section id="summary">'))]
    styled = re.sub(
        r"/\* What the report adds.*?</style>",
        lambda _: pages.asset("report/assets/report.css") + "</style>",
        summary,
        flags=re.DOTALL,
    )
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", styled)
    first, second, *_ = lines_of_pages(pdf.render_pdf(free + "</section></main>", "2026-11-22"))
    assert first > 0.7 * second
