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
from appraisal_cases import CLINIC, TODAY
from planner_scripts import ANSWERING, explorer_engine, needs_scripts
from publication_cases import (
    all_tables,
    appraised,
    county_publication,
    town_publication,
    view_of,
    with_options,
)

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.people_by_service import CLASSES
from llrgeo.publish import pages, palette
from llrgeo.publish.check.page import MAX_BYTES, MAX_GZIPPED_BYTES
from llrgeo.publish.explorer.packed_matrices import pack_matrices, unpack_matrices
from llrgeo.publish.explorer.packing import pack_postcodes
from llrgeo.publish.explorer.page import (
    SCRIPTS,
    headline,
    outcome_bar,
    render_explorer,
)
from llrgeo.publish.explorer.payload import OTHER_PAGES, explorer_data, explorer_sites
from llrgeo.publish.explorer.tables import options_table
from llrgeo.publish.legend import class_label
from llrgeo.publish.option_view import OUTCOMES
from llrgeo.publish.people_view import longer_people
from llrgeo.publish.sentences import option_lines, service_lines
from llrgeo.publish.wording import wording
from llrgeo.schema import NO_CAR
from llrgeo.study.config import load_study
from llrgeo.travel.accuracy import Accuracy

RANDOM_SITE_SETS = 60
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
  const { services, worst, ...overall } = now.overall;
  const counted = services.map((each) => [each.service.id,
    llrgeoModel.countService(data.areas.people, each, data.tolerance)]);
  const hit = worst.map(({ area, end: each }) => [area, each.service.id]);
  return JSON.stringify({ ...now, before: end(now.before), after: end(now.after), minutes: 0,
    journey: 0, service: 0, option: 0, overall: { ...overall, worst: hit,
      services: Object.fromEntries(counted) } });
}
function sentences(text) {
  const choice = JSON.parse(text);
  choice.switched = new Set(choice.switched);
  const now = llrgeoModel.evaluate(data, matrices, choice);
  now.overall.teamsOnly = data.teams_only;
  const say = llrgeoSentences(data);
  return JSON.stringify({ option: say.optionLines(now), moves: say.moveLines(now),
    service: say.serviceLines(now) });
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
    return explorer_engine(ANSWERING, HARNESS)


def javascript_choice(publication, view, switched=()):
    places = explorer_sites(publication).index.get_indexer(pd.Index(sorted(switched)))
    return json.dumps(
        {
            "option": view.option.name,
            "service": view.service.id,
            "journey": f"{view.journey.mode}-{view.journey.period}",
            "switched": places.tolist(),
        }
    )


def javascript_figures(context, publication, view, switched=()):
    choice = javascript_choice(publication, view, switched)
    return json.loads(context.call("figures", choice))


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
    assert_same_people(found["overall"], publication.people[view.option.name], publication)


def assert_same_people(found, people, publication):
    """Compare the people of each class, by service and the areas hit hardest."""
    groups = [found["everyone"], *found["places"], *found["tenths"]]
    assert len(groups) == len(people.groups)
    for group, (_, row) in zip(groups, people.groups.iterrows(), strict=True):
        for name in set(CLASSES) - {"no_data"}:
            assert group[name] == row[name]
        for name in ("mixed", "longer", "shorter"):
            close = group["close"][name]
            assert close == row[f"too_close_{name}"] or (
                close is None and pd.isna(row[f"too_close_{name}"])
            )
    for name in ("mixed", "shorter", "same") if people.teams is not None else ():
        assert found["teams"][name] == people.teams[name]
    assert found["services"] == people.services.to_dict("index")
    hit = publication.areas.index.get_indexer(people.worst.index).tolist()
    assert found["worst"] == [list(row) for row in zip(hit, people.worst["service"], strict=True)]


def assert_counts_every_option_alike(javascript, publication):
    javascript.call("load", json.dumps(explorer_data(publication)))
    for journey in publication.journeys():
        again = with_options(publication, publication.alternatives, journey)
        for view in again.views.values():
            assert_same_figures(javascript_figures(javascript, again, view), view, again)


def assert_counts_random_sets_alike(javascript, publication):
    rng = np.random.default_rng(11)
    ids = explorer_sites(publication).index.to_numpy()
    services = publication.services[:2]
    base = publication.opening_option
    kept = {service.id: base.sites.get(service.id, frozenset()) for service in services}
    base = replace(base, sites=kept, shares={}, capacity={})
    only = with_options(publication, [base], publication.judged_by, services=services)
    javascript.call("load", json.dumps(explorer_data(only)))
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
    for number, plan in enumerate(plans):
        # The page keeps the option's sites of the services that the reader does not switch.
        service, other = (services[(number + place) % 2].id for place in (0, 1))
        own = replace(plan, sites={service: plan.sites[service], other: base.sites[other]})
        again = with_options(publication, [own], publication.judged_by, services=services)
        view = replace(again.views[own.name, service], option=replace(base, name=own.name))
        switched = own.sites[service] ^ base.sites[service]
        asked = replace(view, option=base)
        found = javascript_figures(javascript, only, asked, switched)
        assert_same_figures(found, view, again)


def test_javascript_counts_every_option_as_python_does(javascript, small_county):
    assert_counts_every_option_alike(javascript, small_county)


def test_javascript_counts_random_sets_of_sites_as_python_does(javascript, small_county):
    assert_counts_random_sets_alike(javascript, small_county)


@pytest.mark.slow
@needs_scripts
def test_javascript_counts_the_default_study_as_python_does(javascript, default_publication):
    assert_counts_every_option_alike(javascript, default_publication)
    assert_counts_random_sets_alike(javascript, default_publication)


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
    view = town.option_view(town.opening_option)
    tables = {table["id"]: table for table in all_tables(town, view)}
    total = town.areas["residents"].sum()
    for name, parts in {"winners": 2, "deprivation": 1}.items():
        table = tables[name]
        whole = [column_of(table, head) for head in WHOLE]
        assert np.sum(whole) == parts * total  # everyone is counted once more among the places
    for row in tables["services"]["rows"]:
        assert sum(int(cell.replace(",", "")) for cell in row[1:]) == total


WHOLE = ("Longer for any service", "Only shorter", "All the same", "No journey")


def column_of(table, head):
    place = table["heads"].index(head)
    return [int(row[place].replace(",", "")) for row in table["rows"]]


def test_the_headline_is_over_all_services_and_those_who_lose_come_first(town):
    swapped = TODAY.change("swap", opens={"clinic": {"B"}}, moves={"beds": {"A": "B"}})
    moved = with_options(town, [swapped], town.judged_by)
    said = headline(moved, moved.option_view(swapped))
    everyone = moved.people["swap"].everyone
    assert everyone[["lost", "mixed", "longer"]].sum() > 0
    assert said["option"][0] == (
        f"{everyone[['lost', 'mixed', 'longer']].sum():.0f} people would have a longer journey "
        "for at least one service."
    )
    assert "average" not in " ".join(said["option"])
    assert "verage" in said["service"][-1]


def test_an_option_that_makes_nothing_longer_says_so(town):
    clinic = TODAY.change("clinic_only", opens={"clinic": {"B"}})
    moved = with_options(town, [clinic], town.judged_by)
    assert option_lines(moved.people["clinic_only"]) == [
        "Nobody would have a longer journey for any service.",
        (
            "300 people would have a shorter journey for at least one service, "
            "and a longer one for none."
        ),
        wording()["close_unknown"],
        "For 600 people every journey would stay about the same.",
        "100 people can reach no site for any service, today or then.",
    ]


def test_the_page_opens_with_today_and_asks_to_choose(town):
    view = town.opening_view
    assert view.option is town.baseline
    said = headline(town, view)
    assert said["option"] == [
        "This is how things are today. Choose an option to see what it would change."
    ]
    assert said["moves"] == []
    assert said["service"] == ["For clinic, it takes 2.1 minutes on average today."]


def test_a_service_that_an_option_leaves_alone_is_told_in_a_line(town):
    kept = replace(town.opening_option, sites=town.baseline.sites)
    view = view_of(town, kept, CLINIC)
    assert service_lines(view) == [
        "This option changes nothing for clinic. All times stay as they are.",
        "On average it takes 2.1 minutes, as today.",
    ]


def test_what_stops_and_starts_where_is_listed_with_the_option(town):
    view = town.option_view(town.opening_option)
    names = town.sites["name"]
    assert headline(town, view)["moves"] == [
        f"Would stop: beds at {names['A']}.",
        f"Would start: clinic, beds at {names['B']}.",
    ]


def test_the_page_says_what_python_says(javascript, small_county):
    javascript.call("load", json.dumps(explorer_data(small_county)))
    for view in small_county.views.values():
        if view.option is not small_county.baseline:
            choice = javascript_choice(small_county, view)
            said = json.loads(javascript.call("sentences", choice))
            assert said == headline(small_county, view)


def test_the_bar_covers_all_people_and_starts_with_those_who_lose(town):
    parts = outcome_bar(town.people["local"])
    assert [part["kind"] for part in parts] == ["longer", "same", "shorter"]
    assert sum(float(part["width"]) for part in parts) == pytest.approx(1_000)


def test_the_page_carries_date_run_error_sources_and_the_mark_of_assumptions(town):
    page = render_explorer(town)
    for text in ("2026-11-22", "Within about two minutes.", "Invented.", "is assumed"):
        assert text in page
    assert re.search(r"Run [0-9a-f]{12}", page)


def test_a_full_county_fits_the_limits_of_size():
    page = render_explorer(county_publication(modes=("car", "bus", "walk"))).encode("utf-8")
    assert len(page) <= MAX_BYTES
    assert len(gzip.compress(page, mtime=0)) <= MAX_GZIPPED_BYTES


def test_no_script_of_the_page_says_a_phrase_that_is_left_out_of_it(town):
    scripts = "\n".join(map(pages.asset, SCRIPTS))
    for start in OTHER_PAGES:
        assert not re.search(rf"(?<![a-z]){start}", scripts), start
        assert any(key.startswith(start) for key in wording())
    assert set(wording()) - set(explorer_data(town)["strings"]) == {
        key for key in wording() if key.startswith(OTHER_PAGES)
    }


def test_how_people_can_travel_says_where_no_timetable_is_in_the_study(town, small_county):
    said = f'<p class="hint">{wording()["no_timetable"]}</p>'
    assert said in render_explorer(town)
    assert said not in render_explorer(small_county)


def test_the_question_of_the_default_study_asks_both_ways_and_names_no_option():
    study = load_study()
    assert {"longer", "shorter"} <= set(re.findall(r"\w+", study.question))
    assert not any(option.label.lower() in study.question.lower() for option in study.options)


def test_homes_without_a_car_are_told_beside_times_by_car_alone(javascript, small_county):
    number = np.arange(len(small_county.areas))
    counted = small_county.areas.assign(households=400 + 7 * number, **{NO_CAR: 31 + 3 * number})
    javascript.eval(
        "function read(text, area) {"
        "const choice = { ...JSON.parse(text), switched: new Set() };"
        "const now = llrgeoModel.evaluate(data, matrices, choice); now.isToday = true;"
        "const rows = llrgeoModel.journeysOf(data, matrices, choice, area);"
        "return llrgeoReader(data).readerLines(now, rows, area).join(' '); }"
    )
    choice = json.loads(javascript_choice(small_county, small_county.opening_view))
    for areas, journey, said in (
        (counted, "car-off_peak", "About 13% of the homes here have no car."),  # 64 of 477
        (counted, "bus-off_peak", None),
        (small_county.areas, "car-off_peak", None),
    ):
        publication = replace(small_county, areas=areas)
        javascript.call("load", json.dumps(explorer_data(publication)))
        told = javascript.call("read", json.dumps({**choice, "journey": journey}), 11)
        assert ("no car" in told) == (said is not None)
        assert said is None or said in told


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
    assert service_lines(view)[1:] == [
        "900 people would no longer be able to reach a site.",
        "100 people can reach no site, today or then.",
        "Nobody has a journey both today and then, so averages cannot be compared.",
    ]
    assert view.everyone["none"] == 100


def test_averages_compare_the_people_who_have_a_journey_both_times(javascript, small_county):
    """Closing a far site must not shorten the average by cutting people off."""
    javascript.call("load", json.dumps(explorer_data(small_county)))
    found = json.loads(
        javascript.eval(
            """JSON.stringify(llrgeoModel.evaluate({ ...data, options: [
              { ...data.options[0] }, { ...data.options[1],
                sites: { ...data.options[1].sites, clinic: [] } }] }, matrices,
              { option: data.options[1].id, service: "clinic", journey: data.judged_by,
                switched: new Set() }).everyone)"""
        )
    )
    assert found["people"]["lost"] > 0
    assert found["meanBefore"] is found["meanAfter"] is None  # JSON's word for NaN


ACCURACY = Accuracy(
    journeys=pd.DataFrame(
        {
            "authority": ["District 0", "District 0", "District 2"],
            "period": ["off_peak", "off_peak", "am_peak"],
            "from_min": [0, 20, 0],
            "to_min": [20, 60, 90],
            "pairs": [40, 41, 42],
            "bias_min": [0.1, 0.2, 0.3],
            "median_abs_min": [1.3, 2.7, 3.1],
            "p90_abs_min": [2.9, 5.3, 7.7],
        }
    ),
    differences=pd.DataFrame(
        {
            "from_min": [0, 7, 21],
            "to_min": [7, 21, 64],
            "pairs": [40, 41, 42],
            "p80_abs_min": [1.7, 4.1, 3.3],
        }
    ),
    mean_min=0.7,
)


@pytest.fixture(scope="module")
def measured_county():
    """Return a county whose times have measured errors, and in which a service moves."""
    county = county_publication(columns=8, rows=6, site_count=16)
    times = tuple(replace(each, accuracy=ACCURACY) for each in county.times)
    return appraised(county, times=times)


def test_people_too_close_to_say_are_counted_alike(javascript, measured_county):
    close = [people.everyone.filter(like="too_close").sum()
             for people in measured_county.people.values()]  # fmt: skip
    assert max(close) > 0
    assert_counts_every_option_alike(javascript, measured_county)


def test_where_no_error_is_known_the_page_says_so_and_counts_nobody(javascript, small_county):
    people = small_county.people[small_county.alternatives[0].name]
    assert people.everyone.filter(like="too_close").isna().all()
    assert longer_people(people.everyone) > 0
    lines = option_lines(people)
    unknown = [line for line in lines if "may be wrong is not known" in line]
    assert len(unknown) == 1
    table = options_table(small_county)
    assert table["heads"][-1] == "Too close to say"
    assert {row[-1] for row in table["rows"]} == {"not known"}
    javascript.call("load", json.dumps(explorer_data(small_county)))
    view = small_county.option_view(small_county.alternatives[0])
    said = json.loads(javascript.call("sentences", javascript_choice(small_county, view)))
    assert said["option"] == lines


def test_a_file_of_a_journey_without_a_known_error_says_so(
    javascript, small_county, measured_county
):
    javascript.eval(pages.asset("explorer/assets/download.js"))
    javascript.eval(
        "function file(text) {"
        "const choice = { ...JSON.parse(text), switched: new Set() };"
        "const now = llrgeoModel.evaluate(data, matrices, choice);"
        "return llrgeoDownload(data, choice, now, '').text; }"
    )
    for county, is_known in ((small_county, False), (measured_county, True)):
        javascript.call("load", json.dumps(explorer_data(county)))
        view = county.option_view(county.alternatives[0])
        text = javascript.call("file", javascript_choice(county, view))
        assert county.error_note in text
        assert (wording()["close_unknown"] in text) != is_known


def test_the_error_of_a_difference_is_interpolated_alike(javascript, measured_county):
    javascript.call("load", json.dumps(explorer_data(measured_county)))
    javascript.eval(
        "function error(one, two) { return llrgeoModel.differenceError(data.accuracies[0], "
        "one === null ? Infinity : one, two); }"
    )
    for first, other in [
        (0, 0),
        (3.5, 3.5),
        (9.1, 2.2),
        (14, 14),
        (20, 31.7),
        (42.5, 42.5),
        (90, 80),
    ]:
        expected = float(ACCURACY.difference_min(first, other))
        assert javascript.call("error", first, other) == pytest.approx(expected, abs=1e-12)
    assert not isinstance(javascript.call("error", None, 3.0), float)  # NaN comes out as nothing


@pytest.mark.parametrize("minutes", [0.0, 0.1, 20.0, 20.1, 60.0, 60.1])
@pytest.mark.parametrize("authority", ["District 0", "District 1", "District 2"])
def test_the_error_of_a_journey_is_that_of_its_place_and_length(
    javascript, measured_county, authority, minutes
):
    data = explorer_data(measured_county)
    javascript.call("load", json.dumps(data))
    javascript.eval(
        "function journeyError(place, minutes) { return JSON.stringify("
        "llrgeoModel.journeyError(data.accuracies[0], place, minutes)); }"
    )
    place = data["authorities"].index(authority)
    found = json.loads(javascript.call("journeyError", place, minutes))
    expected = ACCURACY.of_journey(authority, "off_peak", minutes)
    if expected is None:
        assert found is None
    else:
        assert found["median"] == expected.median_abs_min
        assert found["p90"] == expected.p90_abs_min


def test_every_service_of_an_area_is_listed_worst_change_first(javascript, measured_county):
    javascript.call("load", json.dumps(explorer_data(measured_county)))
    javascript.eval(
        "function listed(text, area) {"
        "const choice = { ...JSON.parse(text), switched: new Set() };"
        "return JSON.stringify(llrgeoModel.journeysOf(data, matrices, choice, area).map((row) => ["
        "row.service.id, row.kind, row.tooClose, row.second, Math.min(row.after, 999)])); }"
    )
    views, ids = measured_county.views, explorer_sites(measured_county).index
    seconds = 0
    for option in measured_county.alternatives:
        own = {s.id: views[option.name, s.id] for s in measured_county.services}
        choice = javascript_choice(measured_county, own["clinic"])
        for area in range(len(measured_county.areas)):
            rows = json.loads(javascript.call("listed", choice, area))
            changes, order = [], []
            for service, kind, close, second, after in rows:
                row = own[service].areas.iloc[area]
                assert kind == row["outcome"]
                moved = kind not in {"unchanged", "none"}
                near = bool(ACCURACY.too_close(row["before_min"], row["after_min"]))
                assert close == (moved and near)
                changes.append(row["change_min"] if moved else 0.0)
                order.append((changes[-1], after))
                expected = second_site(measured_county, option, service, area)
                assert (None if second < 0 else ids[second]) == expected
                seconds += expected is not None
            # The worst change first; of those alike the longest journey first.
            assert order == sorted(order, reverse=True)
    assert seconds > 0


def second_site(publication, option, service, area):
    """Return the second nearest site if the times cannot tell it from the nearest."""
    delivery = next(each for each in publication.services if each.id == service)
    minutes = publication.times_for(delivery, publication.judged_by).minutes.iloc[area]
    order = minutes[sorted(option.sites[service])].sort_values(kind="stable")
    if len(order) < 2 or not ACCURACY.too_close(order.iloc[0], order.iloc[1]):
        return None
    return order.index[1]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(9.9, 0), (10.0, 0), (10.1, 1), (20.0, 1), (20.1, 2), (30.0, 2), (30.1, 3), (45.0, 3),
     (45.1, 4), (60.0, 4), (60.1, 5), (None, 6)],
)  # fmt: skip
def test_a_class_of_minutes_holds_its_upper_edge_in_the_page(
    javascript, small_county, minutes, expected
):
    javascript.call("load", json.dumps(explorer_data(small_county)))
    javascript.eval(
        "function timeClass(each) { return llrgeoModel.timeClass("
        "each === null ? Infinity : each, data.time.breaks); }"
    )
    assert javascript.call("timeClass", minutes) == expected


@pytest.mark.parametrize(
    ("change_min", "expected"),
    [(1.0, 4), (1.1, 5), (5.0, 5), (5.1, 6), (10.0, 6), (10.1, 7), (15.0, 7), (15.1, 8)],
)
def test_a_class_of_change_holds_its_upper_edge_in_the_page(
    javascript, small_county, change_min, expected
):
    javascript.call("load", json.dumps(explorer_data(small_county)))
    javascript.eval(
        "function changeClass(one, two) { return llrgeoModel.changeClass("
        "one, two, data.change.limits); }"
    )
    for before in (0.3, 10.3, 22.7):
        longer, shorter = before, round(before + change_min, 1)
        assert javascript.call("changeClass", longer, shorter) == expected
        assert javascript.call("changeClass", shorter, longer) == 8 - expected


CITY_CASES = {
    # (the service, where today's nearest site is) -> whether the city is named for comparison
    "from a community hospital": ("patient", 1, True),
    "from the city itself": ("patient", 0, False),
    "a team": ("team", 1, False),
}


@pytest.mark.parametrize("case", CITY_CASES)
def test_the_city_is_named_to_those_who_go_elsewhere_for_what_it_offers(javascript, case):
    delivery, nearest, told = CITY_CASES[case]
    data = {
        "strings": dict(wording()),
        "city": [0],
        "sites": [{"name": "Royal"}, {"name": "Cottage"}],
    }
    minutes = [23.4, 8.1] if nearest else [8.1, 23.4]
    text = json.dumps([data, delivery, nearest, minutes])
    javascript.eval(
        """function city(text, offered) {
          const [shown, delivery, site, minutes] = JSON.parse(text);
          const now = { service: { delivery }, today: new Set(offered), minutes,
            before: { site: [site], minutes: [Math.min(...minutes)] } };
          return JSON.stringify(llrgeoReader(shown).cityLine(now, 0));
        }"""
    )
    said = json.loads(javascript.call("city", text, [0, 1]))
    line = "For comparison, the nearest city hospital is Royal, about 23 minutes."
    assert said == ([line] if told else [])
    # The city is no comparison for what it does not offer.
    assert json.loads(javascript.call("city", text, [1])) == []


@pytest.mark.parametrize(
    ("before", "after", "said", "mark"),
    [
        (10.4, 14.6, "about 5 minutes longer", "▲ 5"),  # 4.2 longer, but 10 and 15 are shown
        (14.6, 10.4, "about 5 minutes shorter", "▼ 5"),
        (10.6, 12.4, "about 1 minute longer", "▲ 1"),
    ],
)
def test_sentence_and_table_subtract_the_minutes_shown(javascript, before, after, said, mark):
    kind = "worsened" if after > before else "improved"
    row = {"service": {"delivery": "patient"}, "before": before, "after": after, "kind": kind}
    javascript.eval(
        "function said(row, strings) { row = JSON.parse(row); return JSON.stringify(["
        "llrgeoText.changeInWords(row, JSON.parse(strings)),"
        "llrgeoText.shownChange(row.before, row.after)]); }"
    )
    sentence, change = json.loads(
        javascript.call("said", json.dumps(row), json.dumps(dict(wording())))
    )
    assert said in sentence
    assert f"{'▲' if change > 0 else '▼'} {abs(change)}" == mark


def luminance(colour):
    """Return WCAG's relative luminance of #rrggbb."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


def test_a_road_shows_on_every_class_against_the_area_or_its_rim():
    script = pages.asset("explorer/assets/map.js")
    rim, road = re.findall(
        r'\.\.\.still, color: "(#\w{6})"(?=, (?:opacity: 0\.75|weight \}))', script
    )
    for item in (*palette.time_classes(), *palette.change_classes(1.0)):
        # The rim is drawn at 0.75 over the area.
        blended = 0.75 * luminance(rim) + 0.25 * luminance(item.colour)
        assert (blended + 0.05) / (luminance(road) + 0.05) >= 3.0, item.colour


def test_the_legend_says_to_which_class_an_edge_belongs():
    labels = [class_label(item) for item in palette.change_classes(1.0)]
    assert labels[1] == "over 10, up to 15 minutes shorter"
    assert labels[4] == "about the same (up to 1 minute)"
    assert class_label(palette.time_classes()[1]) == "over 10, up to 20 minutes"
