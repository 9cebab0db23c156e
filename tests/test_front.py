"""The front page: small, and every link of it leads to a file of the same folder."""

import re
from dataclasses import replace

from llrgeo.publish.check.html import read_page
from llrgeo.publish.folder import publish


def links_of(path):
    """Return the addresses that a page links."""
    page = read_page(path.read_text(encoding="utf-8"))
    return [link.attributes["href"] for link in page.all("a")]


def test_each_link_of_the_front_page_leads_to_a_file_that_is_there(town_publication, tmp_path):
    publish(town_publication, tmp_path)
    links = links_of(tmp_path / "index.html")
    assert links == ["#pages", "explorer.html", "report.html", "planner.html", "tables.xlsx"]
    assert all((tmp_path / link).is_file() for link in links[1:])


def test_a_study_without_a_planner_links_none(town_publication, tmp_path):
    publish(replace(town_publication, planning=None), tmp_path)
    links = links_of(tmp_path / "index.html")
    assert links == ["#pages", "explorer.html", "report.html", "tables.xlsx"]


def test_the_front_page_is_small_and_counts_as_the_explorer_does(town_publication, tmp_path):
    publish(town_publication, tmp_path)
    front, explorer = (
        (tmp_path / name).read_text(encoding="utf-8") for name in ("index.html", "explorer.html")
    )
    assert len(front) < 25_000
    table = re.compile(r'<table id="table-options">.*?</table>', re.DOTALL)
    assert table.findall(front) == table.findall(explorer) != []
