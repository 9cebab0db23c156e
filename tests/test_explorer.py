"""The explorer as text: what it holds, how it is packed, and that its JavaScript counts alike."""

import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import CLINIC
from publication_cases import county_publication, town_publication, view_of, with_options

from llrgeo.appraisal.options import Option
from llrgeo.publish import pages
from llrgeo.publish.check.page import MAX_BYTES, MAX_GZIPPED_BYTES
from llrgeo.publish.explorer.packing import (
    pack_matrices,
    pack_numbers,
    pack_postcodes,
    unpack_matrices,
    unpack_numbers,
)
from llrgeo.publish.explorer.page import explorer_tables, outcome_bar, render_explorer
from llrgeo.publish.explorer.payload import explorer_data, explorer_sites
from llrgeo.publish.option_view import OUTCOMES
from llrgeo.publish.sentences import headline
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study

RANDOM_SITE_SETS = 200
HARNESS = """
let data, matrices;
function load(text) {
  data = JSON.parse(text);
  matrices = llrgeoUnpack.decodeMatrices(data.matrices);
  return true;
}
function figures(text) {
  const choice = JSON.parse(text);
  choice.switched = new Set(choice.switched);
  const now = llrgeoModel.evaluate(data, matrices, choice);
  const end = (one) => ({ site: [...one.site],
    minutes: Array.from(one.minutes, (each) => (each === Infinity ? -1 : each)) });
  return JSON.stringify({ ...now, before: end(now.before), after: end(now.after), minutes: 0,
    journey: 0, service: 0, option: 0 });
}
"""


@pytest.fixture(scope="module")
def town(town_areas, town_sites, town_times):
    return town_publication(town_areas, town_sites, town_times)


@pytest.fixture(scope="module")
def small_county():
    return county_publication(columns=8, rows=6, site_count=16, modes=("car", "bus"))


@pytest.fixture(scope="module")
def javascript():
    """Run the page's own arithmetic, with the data of a publication."""
    racer = pytest.importorskip("py_mini_racer", reason="the extra `browser` is not installed")
    context = racer.MiniRacer()
    for name in ("unpack.js", "model.js", "text.js"):
        context.eval(pages.asset(f"explorer/assets/{name}").replace('"use strict";', "", 1))
    context.eval(HARNESS)
    return context


def javascript_figures(context, publication, view, switched=()):
    places = explorer_sites(publication).index.get_indexer(pd.Index(sorted(switched)))
    choice = {
        "option": view.option.name,
        "service": view.service.id,
        "journey": f"{view.journey.mode}-{view.journey.period}",
        "switched": places.tolist(),
    }
    return json.loads(context.call("figures", json.dumps(choice)))


def assert_same_figures(found, view, publication):
    site_ids = explorer_sites(publication).index
    for end in ("before", "after"):
        minutes = view.areas[f"{end}_min"].replace(np.inf, -1)
        assert found[end]["minutes"] == minutes.tolist()
        sites = [None if one < 0 else site_ids[one] for one in found[end]["site"]]
        assert sites == [None if pd.isna(one) else one for one in view.areas[f"{end}_site"]]
        assert found["bands"][end] == view.bands[end].tolist()
    groups = [found["everyone"], *found["places"], *found["tenths"]]
    assert len(groups) == len(view.groups)
    for group, (_, row) in zip(groups, view.groups.iterrows(), strict=True):
        assert group["people"] == {name: row[name] for name in OUTCOMES}
        for end in ("Before", "After"):
            expected = row[f"mean_{end.lower()}_min"]
            mean = group[f"mean{end}"]
            assert (mean is None and pd.isna(expected)) or f"{mean:.1f}" == f"{expected:.1f}"
    changed = view.areas.index.get_indexer(view.most_changed.index)
    assert found["mostChanged"] == changed.tolist()


def assert_counts_every_option_alike(javascript, publication):
    javascript.call("load", json.dumps(explorer_data(publication)))
    for journey in publication.journeys():
        again = with_options(publication, publication.alternatives, journey)
        for view in again.views.values():
            assert_same_figures(
                javascript_figures(javascript, publication, view), view, publication
            )


def assert_counts_random_sets_alike(javascript, publication):
    javascript.call("load", json.dumps(explorer_data(publication)))
    rng = np.random.default_rng(11)
    base = publication.opening_option
    ids = explorer_sites(publication).index.to_numpy()
    services = publication.services[:2]
    plans = [
        replace(
            base,
            name=f"plan_{number}",
            sites={
                service.id: frozenset(rng.choice(ids, rng.integers(0, len(ids)), replace=False))
                for service in services
            },
            shares={},
            capacity={},
        )
        for number in range(RANDOM_SITE_SETS)
    ]
    again = with_options(publication, plans, publication.judged_by, services=services)
    for number, plan in enumerate(plans):
        service = services[number % 2].id
        view = replace(again.views[plan.name, service], option=base)
        switched = plan.sites[service] ^ base.sites[service]
        found = javascript_figures(javascript, publication, view, switched)
        assert_same_figures(found, view, publication)


def test_javascript_counts_every_option_as_python_does(javascript, small_county):
    assert_counts_every_option_alike(javascript, small_county)


def test_javascript_counts_random_sets_of_sites_as_python_does(javascript, small_county):
    assert_counts_random_sets_alike(javascript, small_county)


@pytest.mark.slow
def test_javascript_counts_the_default_study_as_python_does(javascript):
    publication = build_publication(run_study(load_study()))
    assert_counts_every_option_alike(javascript, publication)
    assert_counts_random_sets_alike(javascript, publication)


def test_every_postcode_is_found_on_the_device_and_no_other(javascript, small_county):
    data = explorer_data(small_county)
    javascript.call("load", json.dumps(data))
    javascript.eval("function find(text) { return llrgeoText.findPostcode(data.postcodes, text); }")
    codes = small_county.postcodes.iloc[::199]
    positions = small_county.areas.index.get_indexer(pd.Index(codes))
    for code, position in zip(codes.index, positions, strict=True):
        assert javascript.call("find", code) == position
        assert javascript.call("find", code.lower().replace(" ", "")) == position
    for unknown in ("LE1 0AB", "ZZ1 1AA", "nonsense", ""):
        assert javascript.call("find", unknown) == -1


@pytest.mark.parametrize("longest", [0.0, 30.0, 700.0, 9_000.0])
def test_minutes_come_out_as_they_were_packed(javascript, longest):
    rng = np.random.default_rng(2)
    away = pd.DataFrame(rng.uniform(0, longest, (7, 5)).round(1))
    back = (away + rng.integers(-3, 4, away.shape) / 10).clip(lower=0).round(1)
    away.iloc[2, 3] = back.iloc[4, 1] = back.iloc[2, 3] = np.inf
    packed = pack_matrices([away, back])
    unpacked = unpack_matrices(packed, len(away))
    javascript.eval(
        "function unpack(text) { return JSON.stringify(llrgeoUnpack.decodeMatrices("
        "JSON.parse(text)).map((one) => Array.from(one, (each) => "
        "(each === Infinity ? -1 : each)))); }"
    )
    in_page = json.loads(javascript.call("unpack", json.dumps(packed)))
    for was, found, shown in zip([away, back], unpacked, in_page, strict=True):
        np.testing.assert_array_equal(found, was.to_numpy().T)
        assert shown == was.replace(np.inf, -1).to_numpy().T.ravel().tolist()


def test_numbers_are_written_as_source_maps_write_them():
    numbers = np.array([0, 1, -1, 15, 16, -16, 1_000])
    assert pack_numbers(numbers) == "ACDegBhBw+B"
    np.testing.assert_array_equal(unpack_numbers("ACDegBhBw+B"), numbers)


def test_a_matrix_like_an_earlier_one_takes_a_letter_a_number_at_most():
    minutes = pd.DataFrame(np.random.default_rng(3).uniform(0, 60, (9, 8)).round(1))
    first, second = pack_matrices([minutes, minutes + 0.5])
    assert (first["of"], second["of"]) == (-1, 0)
    assert len(second["text"]) == minutes.size


def test_equal_matrices_stand_once(town):
    data = explorer_data(town)
    journey = data["journeys"][0]
    assert len(data["matrices"]) == 1
    assert journey["matrix"] == journey["team"]["matrix"] == 0


def test_a_study_without_postcodes_has_none(town_areas):
    assert pack_postcodes(None, town_areas.index)["sectors"] == {}


def test_outlines_come_out_of_the_topology_within_a_few_metres(javascript, small_county):
    javascript.call("load", json.dumps(explorer_data(small_county)))
    rings = json.loads(
        javascript.eval(
            "JSON.stringify(llrgeoUnpack.decodeShapes(data.topology, 'areas')"
            ".map((one) => one[0][0]))"
        )
    )
    drawn = small_county.base.outlines.to_crs("EPSG:4326").geometry
    for ring, shape in zip(rings, drawn, strict=True):
        lat, lon = np.array(ring).T
        assert np.allclose(
            [lon.min(), lat.min(), lon.max(), lat.max()], shape.bounds, atol=1e-4, rtol=0
        )


def test_people_in_every_table_add_up(town):
    view = town.opening_view
    for table in explorer_tables(view):
        if table["id"] in {"winners", "deprivation"}:
            numbers = np.array([[int(cell) for cell in row[1:]] for row in table["rows"]])
            own = numbers[1:] if table["id"] == "winners" else numbers
            assert own.sum() == town.areas["residents"].sum()


def test_the_headline_names_winners_and_losers_before_the_average(town):
    lines = headline(town.opening_view)
    assert lines[0] == (
        "300 people would have a shorter journey and nobody a longer one. "
        "For 600 people it would stay about the same."
    )
    assert "average" in lines[-1]


def test_a_service_that_an_option_leaves_alone_is_told_in_a_line(town):
    kept = replace(town.opening_option, sites=town.baseline.sites)
    view = view_of(town, kept, CLINIC)
    assert headline(view) == [
        "This option changes nothing for clinic. Journeys stay as they are.",
        "On average the journey takes 2.1 minutes, as today.",
    ]


def test_the_bar_covers_all_people(town):
    parts = outcome_bar(town.opening_view)
    assert [part["kind"] for part in parts] == ["shorter", "same", "longer"]
    assert sum(float(part["width"]) for part in parts) == pytest.approx(1_000)


def test_the_page_carries_date_run_error_sources_and_the_mark_of_assumptions(town):
    page = render_explorer(town)
    for text in ("2026-11-22", "Within about two minutes.", "Invented.", "planning assumptions"):
        assert text in page
    assert re.search(r"Run [0-9a-f]{12}", page)


def test_a_full_county_fits_the_limits_of_size():
    page = render_explorer(county_publication(modes=("car", "bus", "walk"))).encode("utf-8")
    assert len(page) <= MAX_BYTES
    assert len(gzip.compress(page, mtime=0)) <= MAX_GZIPPED_BYTES


def test_leaflet_is_as_published():
    folder = pages.ROOM / pages.LEAFLET
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name.lstrip("*")).read_bytes()).hexdigest() == digest


def test_json_cannot_end_its_script_element():
    text = pages.json_text({"</script>": "<!-- & \u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"</script>": "<!-- & \u2028"}


def test_a_policy_names_each_script_by_its_hash():
    digest = base64.b64encode(hashlib.sha256(b"let a = 1;").digest()).decode()
    policy = pages.content_policy(scripts=["let a = 1;"], styles=[])
    assert f"script-src 'sha256-{digest}'; style-src 'none'" in policy


def test_times_finer_than_a_tenth_are_refused(town, town_times):
    fine = type(town_times)(town_times.minutes + 0.01)
    with pytest.raises(ValueError, match="finer than a tenth"):
        replace(town, times=(fine,), judged_by=fine)


def test_builds_are_equal_whatever_the_order_of_hashes():
    script = (
        "import hashlib; from publication_cases import county_publication;"
        "from llrgeo.publish.explorer.page import render_explorer;"
        "page = render_explorer(county_publication(columns=6, rows=4, site_count=13));"
        "print(hashlib.sha256(page.encode()).hexdigest())"
    )
    tests = Path(__file__).parent
    paths = os.pathsep.join([str(tests), str(tests.parent)])
    made = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_a_service_that_no_site_offers_reaches_nobody(town):
    nowhere = Option("none", "None", {CLINIC.id: frozenset()})
    view = view_of(town, nowhere, CLINIC)
    assert view.everyone["lost"] == 900
    assert headline(view)[-1] == "900 people would no longer be able to reach a site."
    assert view.everyone["none"] == 100
