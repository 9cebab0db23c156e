"""Study files: every fault is reported at once, in words that say what to do."""

import re

import pandas as pd
import pytest

from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.scoring import Hurdle
from llrgeo.errors import ConfigError, InputError
from llrgeo.study.config import build_hurdles, build_services, load_study
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.option_changes import build_options

STUDY = """
title = "Toy"
services = [
  { id = "clinic", label = "Clinic", standard_min = 30, rates = { age_18_64 = 100 }, visits = 2 },
  { id = "beds", label = "Beds", standard_min = 30, rates = { age_75_84 = 50 } },
]
criteria = [{ measure = "mean_minutes", weight = 1 }]

[[options]]
id = "today"
label = "Today"
baseline = true
sites = { clinic = ["A"], beds = ["A", "B"] }

[[options]]
id = "nearer"
label = "Nearer"
based_on = "today"
opens = { clinic = ["C"] }
closes = { beds = ["A"] }
"""


def load(tmp_path, text):
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def faults_of(tmp_path, text):
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, text)
    return str(raised.value)


def test_a_study_becomes_services_and_options(tmp_path, town_sites):
    study = load(tmp_path, STUDY)
    clinic, _ = build_services(study)
    today, nearer = build_options(study, town_sites)
    assert (clinic.id, clinic.visits, study.baseline) == ("clinic", 2.0, "today")
    assert today.sites == {"clinic": {"A"}, "beds": {"A", "B"}}
    assert nearer.sites == {"clinic": {"A", "C"}, "beds": {"B"}}


def test_options_may_move_services_limit_room_and_shift_contacts(tmp_path, town_sites):
    text = STUDY.replace(
        'closes = { beds = ["A"] }',
        'moves = { beds = { A = "C" } }\ncapacity = { clinic = { C = 50 } }\n'
        "share_video = { clinic = 0.25 }",
    )
    sites = town_sites.assign(services="clinic;beds")
    _, nearer = build_options(load(tmp_path, text), sites)
    assert nearer.sites["beds"] == {"B", "C"}
    assert nearer.capacity == {"clinic": {"C": 50}}
    assert nearer.shares == {"clinic": Shares(video=0.25)}


def test_hurdles_and_assumptions_are_read_and_their_faults_listed(tmp_path):
    extra = "hurdles = [{ measure = 'worse_off', limit = 0.1 }]\nappraisal = { draws = 5 }\n"
    study = load(tmp_path, extra + STUDY)
    assert build_hurdles(study) == (Hurdle("worse_off", 0.1),)
    assert study.appraisal.draws == 5
    message = faults_of(
        tmp_path,
        "hurdles = [{ measure = 'luck', limit = 1 }]\n"
        "appraisal = { drawz = 5, growth = { age_65_74 = -1 } }\n" + STUDY,
    )
    assert "no measure 'luck'" in message
    assert "appraisal.drawz: unknown key; known here are growth" in message
    assert "appraisal.growth.age_65_74" in message


def test_paths_are_relative_to_the_study_file(tmp_path):
    study = load(tmp_path, STUDY.replace('title = "Toy"', 'title = "Toy"\nareas = "my.csv"'))
    assert study.path("areas") == tmp_path / "my.csv"
    assert study.path("sites").name == "sites.csv"


def test_an_unknown_key_is_an_error_that_lists_the_known_ones(tmp_path):
    message = faults_of(tmp_path, STUDY.replace("title", "titel"))
    assert "titel: unknown key; known here are title, question" in message
    assert "title: this key is required" in message


def test_an_unknown_key_of_a_service_lists_the_keys_of_services(tmp_path):
    message = faults_of(tmp_path, STUDY.replace("visits", "visit"))
    assert "services.1.visit: unknown key; known here are id, label, delivery" in message


def test_all_faults_come_at_once(tmp_path):
    text = STUDY.replace("age_18_64 = 100", "age_18_64 = -1").replace("weight = 1", "weight = -2")
    message = faults_of(tmp_path, text)
    assert "2 faults" in message
    assert "services.1.rates.age_18_64" in message
    assert "criteria.1.weight" in message


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "nearer"', 'id = "today"', "options: ids are duplicated: today"),
        ("baseline = true", "baseline = false", "exactly one has baseline = true; found 0"),
        ('based_on = "today"', 'based_on = "later"', "'later' names no option above it"),
        ("opens = { clinic", "opens = { theatre", "no such service: theatre"),
        ('sites = { clinic = ["A"], beds', "sites = { beds", "no sites for clinic; list those"),
        ("weight = 1", "weight = 0", "criteria: the weights add up to 0"),
        ('measure = "mean_minutes"', 'measure = "joy"', "no measure 'joy'; known are"),
    ],
)
def test_what_does_not_fit_together_is_said(tmp_path, old, new, expected):
    assert expected in faults_of(tmp_path, STUDY.replace(old, new))


def test_options_are_held_against_the_sites(tmp_path, town_sites):
    text = STUDY.replace('opens = { clinic = ["C"] }', 'opens = { clinic = ["Z"], beds = ["C"] }')
    closed = town_sites.assign(status=["open", "closed", "open"])
    with pytest.raises(ConfigError) as raised:
        build_options(load(tmp_path, text), closed)
    message = str(raised.value)
    assert "option 'nearer': clinic: no such site: Z" in message
    assert "beds: sites that cannot host it: C; add beds to their 'services'" in message
    assert "option 'today': beds: closed sites cannot run it: B" in message
    assert re.search(r"\nIds of sites are in column site_id of .*sites\.csv$", message)


@pytest.mark.parametrize("written", ["north_end", "RT5PAA"])
def test_a_site_that_is_not_known_is_told_with_what_may_be_meant(tmp_path, town_sites, written):
    text = STUDY.replace('opens = { clinic = ["C"] }', f'opens = {{ clinic = ["{written}"] }}')
    sites = town_sites.rename({"A": "RT5PA"}).assign(name=["North End", "Elsewhere", "Mill"])
    with pytest.raises(ConfigError, match=rf"; '{written}' may be RT5PA \(North End\)$"):
        build_options(load(tmp_path, text.replace('"A"', '"RT5PA"')), sites)


def test_a_service_without_a_site_is_refused(tmp_path, town_sites):
    text = STUDY.replace('closes = { beds = ["A"] }', 'closes = { beds = ["A", "B"] }')
    with pytest.raises(ConfigError, match="'nearer': beds: no site runs it"):
        build_options(load(tmp_path, text), town_sites)


def test_the_faults_of_several_options_come_at_once(tmp_path, town_sites):
    text = STUDY.replace('opens = { clinic = ["C"] }', 'opens = { clinic = ["A"] }')
    text += '\n[[options]]\nid = "other"\nlabel = "Other"\nbased_on = "today"\n'
    text += 'opens = { clinic = ["Z"] }\n'
    with pytest.raises(ConfigError) as raised:
        build_options(load(tmp_path, text), town_sites)
    message = str(raised.value)
    assert "2 faults" in message
    assert "option 'nearer': clinic runs already at A" in message
    assert "option 'other': clinic: no such site: Z" in message


def test_a_file_that_is_not_toml_or_absent_is_said(tmp_path):
    assert "not a TOML file" in faults_of(tmp_path, "title = ")
    with pytest.raises(ConfigError, match="no such file; start a study with: llrgeo new absent"):
        load_study(tmp_path / "absent.toml")


def test_the_default_study_fits_its_sites():
    study = load_study()
    sites = pd.read_csv(study.path("sites"), dtype=str, index_col="site_id")
    names = [option.name for option in build_options(study, sites.fillna(""))]
    assert names[0] == study.baseline
    assert len(names) >= 6


def test_the_switch_for_home_sites_only_takes_neighbouring_hospitals_out_of_every_option():
    study = load_study()
    everywhere, here = (
        StudyInputs(study.model_copy(update={"home_sites_only": switch})).options
        for switch in (False, True)
    )
    assert "RX1RA" in everywhere[0].sites["planned_outpatients"]  # Nottingham
    assert here[0].sites["planned_outpatients"] == {"RWEAA", "RWEAE", "RWEAK"}
    assert here[0].sites["community_beds"] == everywhere[0].sites["community_beds"]


def test_an_unknown_authority_at_home_is_refused():
    with pytest.raises(InputError, match=r"home: no areas of Atlantis; areas\.csv has Blaby, Ch"):
        _ = StudyInputs(load_study().model_copy(update={"home": ("Atlantis",)})).home
