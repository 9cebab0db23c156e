"""Usual slips in a study file: each message says where, what was found and what to write."""

import pytest

from llrgeo.errors import InputError, LlrgeoError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.run import run_study

SLIPS = {
    "a misspelt key": ("standard_min = 2", "standard_mins = 2", ("services.1.standard_mins: unk",)),
    "a key meant": ("title =", "titel =", ("did you mean 'title'?",)),
    "a table's name": ("[[options]]", "[[option]]", ("option: unknown", "did you mean 'options'?")),
    "a key of the file in a table": (
        "opens =",
        'modes = ["car"]\nopens =',
        ("options.2.modes: unknown key", "'modes' belongs to the whole file"),
    ),
    "one bracket": (
        "[[options]]",
        "[options]",
        ("the line is: [options]", "write [[options]], with two brackets"),
    ),
    "a share in per cent": (
        "visits = 2",
        "share_video = 15",
        ("services.1.share_video", "(found 15)", "15 % is 0.15"),
    ),
    "a share with its sign": ("visits = 2", 'share_video = "15%"', ("'15%'); write 0.15",)),
    "a unit": ("standard_min = 2", 'standard_min = "2 min"', ("'2 min'); write the number alone",)),
    "no list": ('["A"]', '"A"', ("options.1.sites.clinic", 'such as ["A"]')),
    "an id with a blank": (
        '"nearer"',
        '"nearer sites"',
        ("options.2.id", "as 'nearer_sites'"),
    ),
    "an age band": (
        "age_18_64",
        "age_18_65",
        ("study.toml: services.1.rates.age_18_65: input should be 'residents', 'age_0_17'",),
    ),
    "a mode": ("title =", 'modes = ["Car"]\ntitle =', ("study.toml: modes.1: no mode 'Car'",)),
    "a day with the day first": (
        "2026-11-22",
        "22/11/2026",
        ("'22/11/2026' is no day; write",),
    ),
    "true with a capital": ("= true", "= True", ("the line is: baseline = True", "small letters")),
    "no quotes": ('"Today"', "Today", ("the line is: label = Today", "write texts in quotes")),
    "a colon": ("label = ", "label: ", ("write = between a key and its value",)),
    "a decimal comma": ("standard_min = 2", "standard_min = 2,5", ("with a decimal point",)),
    "no comma": (
        '"B", "C"',
        '"B" "C"',
        ("the line is: opens =", "write commas between the members"),
    ),
    "a key twice": ("title =", 'title = "a"\ntitle =', ("the key is there already",)),
    "sites in one pair of quotes": ('"B", "C"', '"B, C"', ('(write "B", "C", each in its own',)),
    "a site in small letters": ('"B", "C"', '"b", "C"', ("no such site: b (did you mean 'B'?)",)),
}


@pytest.mark.parametrize(("right", "slip", "told"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_told_with_what_to_write(town_study, right, slip, told):
    text = town_study.read_text(encoding="utf-8")
    count = -1 if slip == "[options]" else 1
    written = text.replace(right, slip, count)
    assert written != text
    town_study.write_text(written, encoding="utf-8")
    with pytest.raises(LlrgeoError) as refused:
        read_inputs(load_study(town_study))
    assert [words for words in told if words not in str(refused.value)] == []


FILES = {
    "no such file": (
        '"areas.csv"',
        '"arias.csv"',
        ("study.toml: areas: ", "arias.csv: no such file; did you mean 'areas.csv'?"),
    ),
    "no such folder": (
        '"network"',
        '"netwrok"',
        ("study.toml: network: ", "netwrok: not a saved network", "did you mean 'network'?"),
    ),
    "a map that is none": (
        '"outlines.geojson"',
        '"areas.csv"',
        ("study.toml: areas and outlines: ", "maps are read as"),
    ),
    "people of other authorities": (
        "title =",
        "years = [2026, 2099]\ntitle =",
        (
            "projections.csv: 2 faults",
            "no people of the authorities X01, X02 (authority_code)",
            "no people of 2099; there are",
            "those embedded are of Leicester",
        ),
    ),
    "an option": (
        'clinic = ["B", "C"]',
        'clinic = ["A"]',
        ("study.toml: option 'nearer': clinic runs already at A",),
    ),
    "a site to close": (
        "opens = {",
        'closes_site = ["c"]\nopens = {',
        ("study.toml: option 'nearer': closes_site: nothing runs at c. Ids of sites are in",),
    ),
    "works at no site": (
        "opens = {",
        'works = [{ site = "Q", kind = "extend", area_m2 = 90, year = 2029 }]\nopens = {',
        ("study.toml: years: missing, and option 'nearer' speaks of capacity",),
    ),
    "one in place of a list": (
        "opens = {",
        'closes_site = "A"\nopens = {',
        ("options.2.closes_site: input should be a valid list", 'such as ["A"]'),
    ),
    "a list in place of a table": (
        "opens = {",
        'moves = { clinic = ["A", "B"] }\nopens = {',
        ("options.2.moves.clinic: input should be a valid table", '{ A = "B" }'),
    ),
    "costs of other services": (
        "draws = 200",
        'draws = 200, service_costs = "embedded"',
        ("study.toml: appraisal: service_costs: no costs for clinic, beds",),
    ),
}


@pytest.mark.parametrize(("right", "slip", "told"), FILES.values(), ids=FILES)
def test_a_fault_names_the_study_file_and_the_key(town_study, right, slip, told):
    text = town_study.read_text(encoding="utf-8")
    written = text.replace(right, slip, 1)
    assert written != text
    town_study.write_text(written, encoding="utf-8")
    with pytest.raises(LlrgeoError) as refused:
        read_inputs(load_study(town_study))
    assert [words for words in told if words not in str(refused.value)] == []


def test_hurdles_that_no_option_meets_name_the_study_file(town_study):
    hurdle = 'hurdles = [{ measure = "within_standard", limit = 1 }]\n'
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text.replace("services = [", hurdle + "services = [", 1))
    with pytest.raises(
        InputError, match=r"^study\.toml: hurdles: no option meets all of within_standard 1$"
    ):
        run_study(load_study(town_study))


def test_an_option_that_changes_nothing_is_noted_and_read(town_study, caplog):
    note = (
        "study.toml: option 'nearer' changes nothing: every service runs where and as it does "
        "under 'today'"
    )
    read_inputs(load_study(town_study))
    assert note not in caplog.messages
    text = town_study.read_text(encoding="utf-8")
    forgotten = text.replace('opens = { clinic = ["B", "C"] }', "")
    assert forgotten != text
    town_study.write_text(forgotten, encoding="utf-8")
    assert len(read_inputs(load_study(town_study)).options) == 2
    assert note in caplog.messages
    # What it states otherwise is a change, though all runs where it does.
    town_study.write_text(forgotten + "share_video = { clinic = 0.3 }\n", encoding="utf-8")
    caplog.clear()
    read_inputs(load_study(town_study))
    assert caplog.messages == []


def test_a_key_that_is_like_none_is_told_without_a_guess(town_study):
    town_study.write_text("colour = 3\n" + town_study.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(LlrgeoError, match="colour: unknown key") as refused:
        load_study(town_study)
    assert "did you mean" not in str(refused.value)
