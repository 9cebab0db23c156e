"""The planner full of hostile names, and hostile plan files: nothing runs, nothing is asked for.

The names and the publication are those of `test_hostile_names`; each name is also that of every
road, of a site that is placed, and of the plan that is saved, kept beside another and opened again.
"""

import gzip
import json
from dataclasses import replace

import pandas as pd
import pytest
from publication_cases import appraised, town_publication
from test_hostile_names import HOSTILE, NOTE_HITS, hostile_publication

from llrgeo.appraisal.scoring import Criterion
from llrgeo.publish.planner.page import render_planner
from llrgeo.publish.planning import PageNetwork, Planning
from llrgeo.roads.packed import pack_network
from llrgeo.travel.times import TravelTimes

pytestmark = pytest.mark.browser

CODES = ("LE1 5WW", "LE1 5AB", "LE15 6NT")
TURNED = "\u202e<b>eman\u2066\u200f"  # text that turns round what follows
SPOILED = {  # what stands in a plan file, and what is put there
    "text": "<script>hit(1)</script>", "attribute": '"><img src=x onerror=hit(1)>',
    "template": "${hit(1)}`{{ 7 * 7 }}", "object": "__proto__", "maker": "constructor",
    "turned": TURNED, "newline": "a\nb = 1", "long": "x" * 70_000, "address": "javascript:hit(1)",
}  # fmt: skip


@pytest.fixture(scope="module")
def planner_of(town_areas, town_sites, town_times, town_network, tmp_path_factory):
    """Return a function that writes the toy town's planner with a name wherever text may stand."""
    town = town_publication(town_areas, town_sites, town_times)

    def write(name: str, file):
        said = name.replace("FILE", str(file))
        roads = replace(town_network, edges=town_network.edges.assign(road_name=said))
        packed = pack_network(roads)
        points = town_areas.geometry
        postcodes = pd.DataFrame(
            {
                "easting": points.x.round().astype(int).to_numpy()[:3],
                "northing": points.y.round().astype(int).to_numpy()[:3],
                "area_id": town_areas.index[:3],
            },
            index=CODES,
        )
        planning = Planning(
            criteria=(Criterion("mean_minutes", 60), Criterion("worse_off", 25)),
            network=PageNetwork(packed.header, gzip.compress(packed.streams), packed.fingerprint),
            postcodes=postcodes,
            study=said,
            arrivals=None,
        )
        publication = hostile_publication(town, said)
        # Journeys are by a mode and period of the network.
        times = TravelTimes(publication.times[0].minutes, mode="car", period="off_peak")
        publication = replace(appraised(publication, times=(times,)), planning=planning)
        path = tmp_path_factory.mktemp("hostile") / "planner.html"
        path.write_text(render_planner(publication, planning), encoding="utf-8")
        return path

    return write


def use_everything(page, name: str, plan) -> None:
    """Place a site of that name, close one, ask for a postcode, keep the plan, save and open it."""
    page.fill("#where", name)
    page.press("#where", "Enter")
    page.fill("#where", "450600 300700")
    page.press("#where", "Enter")
    assert page.inner_text("#where-fault") == ""
    page.fill("[data-key='new-1 name']", name[:60])
    page.press("[data-key='new-1 name']", "Tab")
    page.locator(".placed input[type=checkbox]").first.click()
    page.click("#sites summary")
    page.locator("#site-list input").first.click()
    page.fill("#mine-where", CODES[1])
    page.press("#mine-where", "Enter")
    page.fill("#label", name[:60])
    page.click("#pin")
    for view in page.eval_on_selector_all("input[name=view]", "all => all.map(one => one.value)"):
        page.check(f"input[name=view][value='{view}']")
    for table in ("services", "places", "groups", "losers"):
        for button in page.locator(f"#table-{table} tbody button").all()[:2]:
            button.click()
    with page.expect_download() as saved:
        page.click("#save")
    saved.value.save_as(plan)
    page.set_input_files("#open", plan)
    page.mouse.move(600, 500)


NAMES = {"all": " ".join(HOSTILE.values()), "turned": TURNED}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_in_the_planner_are_text_and_nothing_runs(name, planner_of, open_page, tmp_path):
    file = tmp_path / "ran"
    path = planner_of(name, file)
    page = open_page(path, first=NOTE_HITS, bypass_csp=True)
    page.set_default_timeout(15_000)
    page.wait_for_selector("html.ready")
    said = name.replace("FILE", str(file))
    use_everything(page, said, tmp_path / "plan.toml")
    assert not file.exists()
    assert page.evaluate("hits") == []
    assert page.heard == []
    assert said.replace("WAY", "service_label") in page.text_content("#table-services")
    assert said.replace("WAY", "site_name") in page.text_content("#site-list")
    assert said[:60] in page.input_value("[data-key='new-1 name']")
    assert page.text_content("#open-fault") == ""


@pytest.fixture
def plain_page(planner_of, open_page, tmp_path):
    """Return the opened planner and a plan that it saved."""
    page = open_page(planner_of("Plain", tmp_path), first=NOTE_HITS, bypass_csp=True)
    page.wait_for_selector("html.ready")
    use_everything(page, "Plain", tmp_path / "plan.toml")
    return page, (tmp_path / "plan.toml").read_text(encoding="utf-8")


def test_a_hostile_plan_file_runs_nothing_wherever_it_is_spoiled(plain_page, tmp_path):
    page, plan = plain_page
    lines = plan.splitlines()
    rows = [row for row, line in enumerate(lines) if " = " in line]
    tried = 0
    for what, bad in SPOILED.items():
        for row in rows:
            key, _, _ = lines[row].partition(" = ")
            spoiled = [
                *lines[:row],
                f"{key} = {json.dumps([bad] if '[' in lines[row] else bad)}",
                *lines[row + 1 :],
            ]
            path = tmp_path / f"{what}_{row}.toml"  # each its own: it may be read late
            path.write_text("\n".join(spoiled), encoding="utf-8")
            page.set_input_files("#open", path)
            page.set_input_files("#open", [])
            tried += 1
    page.wait_for_timeout(50)  # what a file would run late, too
    assert tried == len(SPOILED) * len(rows)
    assert len(rows) >= 12
    assert page.evaluate("hits") == []
    assert page.evaluate("Object.keys(Object.prototype)") == []
    assert page.heard == []


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><script>hit(1)</script>",
        "[plan]\n__proto__ = {}\n",
        "[options.__proto__]\nhit = 1",
        "[[new_sites]]\n" * 3_000,
        "\u0000\ufffe\u202e",
    ],
    ids=["page", "prototype", "table", "many", "bytes"],
)
def test_what_is_no_plan_is_refused_in_words(text, plain_page, tmp_path):
    page, _ = plain_page
    shown = page.inner_text("#headline")
    (tmp_path / "no_plan.toml").write_text(text, encoding="utf-8")
    page.set_input_files("#open", tmp_path / "no_plan.toml")
    page.wait_for_selector("#open-fault:not(:empty)")
    assert page.inner_text("#headline") == shown
    assert page.evaluate("hits") == []
    assert page.heard == []
