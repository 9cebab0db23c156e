"""The report on paper: no table is wider than the sheet, or all of it is printed smaller."""

import pytest

from llrgeo.publish.report.page import render_report
from llrgeo.publish.wording import wording

pytestmark = pytest.mark.browser

SHEET_PX = 680  # between the margins of A4
COLUMNS = (  # those of the costs of a study with works on buildings
    *("option", "capital", "running", "provider", "extra_provider", "works", "extra_with_works"),
    *("patients", "benefits", "net_with_works", "ratio_with_works", "net_present_cost"),
    "equivalent_annual_cost",
)


def test_the_widest_table_fits_the_sheet(open_page, county, tmp_path):
    heads = [wording()[f"column_{name}"] for name in COLUMNS]
    name = "Two acute sites, community hospitals and two new hubs"
    cells = "".join("<td>&minus;4,854.7</td>" for _ in heads[1:])
    table = (
        f'<div class="wide"><table id="costs-of-all"><thead><tr>'
        f"{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>"
        f'<tbody><tr><th scope="row">{name}</th>{cells}</tr></tbody></table></div>'
    )
    path = tmp_path / "report.html"
    page = render_report(county)
    assert page.count('<section id="sure">') == 1
    path.write_text(page.replace('<section id="sure">', f'{table}<section id="sure">'), "utf-8")
    page = open_page(path, viewport={"width": SHEET_PX, "height": 1_000})
    page.emulate_media(media="print")
    wide = page.evaluate(
        """most => [...document.querySelectorAll("table")]
          .filter(table => table.getBoundingClientRect().right > most + 1)
          .map(table => table.id)""",
        SHEET_PX,
    )
    assert wide == []
