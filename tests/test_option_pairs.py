"""What options say by pairs: each pair of changes is worked out as said, or refused."""

import pandas as pd
import pytest

from llrgeo.errors import ConfigError
from llrgeo.study.capacity_places import places_table
from llrgeo.study.config import load_study
from llrgeo.study.option_changes import build_options, estate_notes, kinds_of, resolve_options

HEAD = """\
title = "Pairs of changes"
date = "2026-11-22"
areas = "areas.csv"
sites = "sites.csv"
outlines = "outlines.geojson"
network = "network"
years = [2025, 2035]
criteria = [{ measure = "mean_minutes", weight = 1 }]

[capacity]
rooms = { clinic = { slot_min = 30 } }
machines = { clinic = { shares = { mri = 0.3 } }, scan = { shares = { mri = 0.9 } } }
"""
SERVICES = """
[[services]]
id = "clinic"
label = "Clinic"
standard_min = 2
rates = { age_18_64 = 1000 }

[[services]]
id = "scan"
label = "Scan"
standard_min = 2
rates = { age_18_64 = 100 }

[[services]]
id = "ward"
label = "Ward"
delivery = "bed"
standard_min = 5
rates = { age_75_84 = 1000 }
beds = { length_of_stay_days = 20 }

[[services]]
id = "down"
label = "Step-down"
delivery = "bed"
standard_min = 5
rates = { age_75_84 = 700 }
beds = { length_of_stay_days = 30, stream = "step_down" }

[[options]]
id = "today"
label = "Today"
baseline = true
sites = { clinic = ["A", "B"], scan = ["A"], ward = ["A", "B"], down = ["A"] }
rooms = { A = 3, B = 2 }
machines = { A = 4 }
"""
APART = "beds = { ward = { A = 9, B = 5 }, down = { A = 6 } }\n"
POOLED = "beds = { both = { A = 15, B = 7 } }\n"
POOL = 'pools = { both = ["ward", "down"] }\n'
SITES = pd.DataFrame(
    {"name": ["Ah", "Bee", "Sea"], "status": "open", "services": "clinic;scan;ward;down"},
    index=pd.Index(["A", "B", "C"], name="site_id"),
)


def study_with(folder, changes: str, *, pooled: bool = False, more: str = ""):
    beds, pool = (POOLED, POOL) if pooled else (APART, "")
    option = f'\n[[options]]\nid = "x"\nlabel = "X"\nbased_on = "today"\n{changes}\n'
    path = folder / "study.toml"
    path.write_text(HEAD + pool + SERVICES + beds + option + more, encoding="utf-8")
    return load_study(path)


def resolved(folder, changes: str, *, pooled: bool = False):
    """Return where services run under the option, and its beds, rooms and machines."""
    study = study_with(folder, changes, pooled=pooled)
    options = build_options(study, SITES)
    table = places_table(resolve_options(study)[1], options, kinds_of(study))
    mine = table[table["option"] == "x"].set_index(["service", "site_id"])
    runs = {service: "".join(sorted(sites)) for service, sites in options[-1].sites.items()}
    return runs, {what: mine[what].dropna().to_dict() for what in ("beds", "rooms", "machines")}


A_TO_B = '{ service = "ward", from = "A", to = "B", beds = 9 }'
B_TO_A = '{ service = "ward", from = "B", to = "A", beds = 5 }'
B_TO_C = '{ service = "ward", from = "B", to = "C", beds = 5 }'
POOL_TO_B = '{ service = "both", from = "A", to = "B", beds = 4 }'


@pytest.mark.parametrize(
    ("changes", "pooled", "told"),
    [
        # beds come to where their service closes: they would be lost without a word
        (
            f'closes = {{ ward = ["B"] }}\nmoves_beds = [{A_TO_B}]',
            False,
            "moves_beds: beds come to B, and ward leaves it",
        ),
        (
            f'moves = {{ ward = {{ A = "C" }} }}\nmoves_beds = [{B_TO_A}]',
            False,
            "moves_beds: beds come to A, and ward leaves it",
        ),
        (
            f'closes = {{ ward = ["B"] }}\nmoves_beds = [{POOL_TO_B}]',
            True,
            "moves_beds: beds come to B, and ward leaves it",
        ),
        # beds leave a site that they left already with their service
        (
            f'moves = {{ ward = {{ A = "C" }} }}\nmoves_beds = [{A_TO_B}]',
            False,
            "moves_beds: A has no stated beds; 9 cannot leave it",
        ),
        (
            (
                'moves = { down = { A = "C" } }\n'
                'moves_beds = [{ service = "both", from = "A", to = "B", beds = 15 }]'
            ),
            True,
            "moves_beds: A has no stated beds; 15 cannot leave it",
        ),
        # a site closes, and something starts there
        (
            'closes_site = ["B"]\nopens = { scan = ["B"] }',
            False,
            "closes_site: B closes, and beds or services come to it",
        ),
        # what services share cannot go with one of them
        (
            'moves = { clinic = { A = "C" } }',
            False,
            "machines: services that share mri at A part; state those at A, C",
        ),
        (
            'moves = { clinic = { A = "C" } }\nmachines = { C = 1 }',
            False,
            "machines: services that share mri at A part; state those at A, C",
        ),
        (
            'moves = { ward = { A = "C" } }',
            True,
            "beds: services that share both at A part; state those at A, C",
        ),
        (
            'moves = { clinic = { A = "C" }, scan = { A = "B" } }',
            False,
            "machines: services that share mri at A part; state those at B, C",
        ),
    ],
)
def test_changes_that_contradict_each_other_are_refused(tmp_path, changes, pooled, told):
    with pytest.raises(ConfigError) as refused:
        resolved(tmp_path, changes, pooled=pooled)
    assert f"option 'x': {told}" in str(refused.value)


def test_beds_that_leave_a_site_to_which_others_come_leave_it_open(tmp_path):
    runs, there = resolved(tmp_path, f"moves_beds = [{A_TO_B}, {B_TO_A}]")
    assert runs["ward"] == "AB"
    assert there["beds"] == {("ward", "A"): 5, ("ward", "B"): 9, ("down", "A"): 6}


def test_a_site_through_which_all_beds_pass_is_not_opened(tmp_path):
    back = '{ service = "ward", from = "C", to = "A", beds = 5 }'
    runs, there = resolved(tmp_path, f"moves_beds = [{B_TO_C}, {back}]")
    assert runs["ward"] == "A"
    assert there["beds"] == {("ward", "A"): 14, ("down", "A"): 6}


def test_beds_that_came_with_their_service_may_move_on(tmp_path):
    on = '{ service = "down", from = "B", to = "C", beds = 2 }'
    runs, there = resolved(tmp_path, f'moves = {{ down = {{ A = "B" }} }}\nmoves_beds = [{on}]')
    assert runs["down"] == "BC"
    assert (there["beds"]["down", "B"], there["beds"]["down", "C"]) == (4, 2)


def test_what_services_share_is_stated_or_goes_with_all_of_them(tmp_path):
    stated = 'moves = { clinic = { A = "C" } }\nmachines = { A = 3, C = 2 }'
    assert resolved(tmp_path, stated)[1]["machines"] == {("mri", "A"): 3, ("mri", "C"): 2}
    together = 'moves = { clinic = { A = "C" }, scan = { A = "C" } }'
    assert resolved(tmp_path, together)[1]["machines"] == {("mri", "C"): 4}
    last = 'moves = { clinic = { A = "C" } }\ncloses = { scan = ["A"] }\nopens = { scan = ["B"] }'
    assert resolved(tmp_path, last)[1]["machines"] == {("mri", "C"): 4}


def test_a_service_that_leaves_in_part_keeps_the_beds_that_moved(tmp_path):
    four = A_TO_B.replace("9", "4")
    runs, there = resolved(tmp_path, f'closes = {{ ward = ["A"] }}\nmoves_beds = [{four}]')
    assert runs["ward"] == "B"
    assert there["beds"] == {("ward", "B"): 9, ("down", "A"): 6}


def notes_of(study) -> list[str]:
    return estate_notes(study, build_options(study, SITES))


WORKS = '[{ site = "C", kind = "new", area_m2 = 9, year = 2030 }]'


def test_buildings_that_do_not_go_with_services_are_noted(tmp_path):
    changes = f'disposals = [{{ site = "B", year = 2031 }}]\nworks = {WORKS}'
    later = '\n[[options]]\nid = "y"\nlabel = "Y"\nbased_on = "x"\nopens = { scan = ["C"] }\n'
    study = study_with(tmp_path, changes, more=later)
    assert [note.removeprefix("study.toml: option ") for note in notes_of(study)] == [
        "'x': B: sold, though services run there",
        "'x': C: works, though no service runs there",
        *(
            f"'y': {key} of 'x' are not taken over by based_on; state those that hold here too"
            for key in ("works", "disposals")
        ),
    ]
    changes = f'closes_site = ["B"]\ndisposals = [{{ site = "B", year = 2031 }}]\nworks = {WORKS}'
    study = study_with(tmp_path, changes + '\nopens = { scan = ["C"] }')
    assert notes_of(study) == []
