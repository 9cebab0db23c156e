"""Broken and hostile study files: refused by load_study or read_inputs, in words."""

import pytest

from llrgeo.errors import ConfigError, LlrgeoError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.siting.config import load_siting

CHANGED_OPTION = """
[[options]]
id = "nearer_change"
label = "Another"
sites = { clinic = ["A"], beds = ["A"] }

"""
ACCENTS = "\u00e9" * 200
FIRST = 'outlines = "outlines.geojson"'
TRANSIT = (
    'modes = ["car", "transit"]\n'
    'transit = {{ feeds = ["feed.zip"], source = "toy", date = "2026-11-24", {} }}'
)
NEW_SITE = (
    '[[new_sites]]\nid = "p"\nname = "P"\nkind = "other"\neasting = 450000\n'
    'northing = 300000\nservices = ["clinic"]\n'
)


def line(text):
    """Add a line to the study."""
    return FIRST, f"{FIRST}\n{text}"


def appraised(text):
    return "draws = 200", f"draws = 200, {text}"


STUDIES = {
    "no thresholds": (line("thresholds_min = []"), "thresholds_min: needs at least 1"),
    "a threshold below 0": (line("thresholds_min = [10, -5]"), "thresholds_min.2: input should be"),
    "a threshold twice": (line("thresholds_min = [10, 10]"), "minutes are duplicated: 10"),
    "a threshold of a year": (line("thresholds_min = [525600]"), "thresholds_min.1"),
    "half a threshold": (line("thresholds_min = [7.5]"), "thresholds_min.1"),
    "a seed below 0": (line("seed = -5"), "seed: input should be greater"),
    "a seed beyond 64 bits": (line("seed = 99999999999999999999"), "seed: input should be less"),
    "a mode twice": (line('modes = ["car", "car"]'), "modes are duplicated: car"),
    "a period twice": (line('periods = ["off_peak", "off_peak"]'), "periods are duplicated"),
    "no modes": (line("modes = []"), "modes: needs at least 1"),
    "no services": (("services = [", "services = []\nunused = ["), "unused: unknown key"),
    "a reserved id": (('id = "clinic"', 'id = "all"'), "the id 'all' is reserved"),
    "an id that is a column of the layer of sites": (
        ('id = "clinic"', 'id = "kind"'),
        "the id 'kind' is a column of the layer of sites",
    ),
    "ids that share a column of the table of areas": (
        ("[[options]]", CHANGED_OPTION + "[[options]]"),
        r"columns of one name \([a-z_, ]*__nearer_change_min\); choose other",
    ),
    "a name that no file has": (('"areas.csv"', f'"{"a" * 300}"'), "areas: a name of 300 letters"),
    "letters of more bytes than a name has": (
        ('"areas.csv"', f'"{ACCENTS}.csv"'),
        "areas: a name of 204 letters",
    ),
    "a label that is turned around": (
        ('label = "Beds"', 'label = "B\\u202esde"'),
        "services.2.label: has characters that do not show or turn the text around",
    ),
    "a title with a blank of no width": (
        ('title = "', 'title = "\\u200b'),
        "title: has characters that do not show",
    ),
    "a key that does not show": (
        ('id = "nearer"', '"i\\u2060d" = "nearer"'),
        "has characters that",
    ),
    "labels that differ in a blank": (
        ('label = "Beds"', 'label = "CLINIC\\u00a0"'),
        "services: labels are duplicated: Clinic, CLINIC",
    ),
    "labels that differ in the form of an accent": (
        ('label = "Clinics at all sites"', 'label = "TODA\\u0059"'),
        "options: labels are duplicated: Today, TODAY",
    ),
    "more new sites than any plan has": (
        ("[[options]]", NEW_SITE * 1_001 + "[[options]]"),
        "new_sites: list should have at most 1000",
    ),
    "true for a weight": (("weight = 1", "weight = true"), "write a number, not true or false"),
    "a label of 400 letters": (
        ('label = "Beds"', f'label = "{"B" * 400}"'),
        "services.2.label: string should have at most 300 characters",
    ),
    "an infinite rate": (("age_18_64 = 100", "age_18_64 = inf"), "services.1.rates.age_18_64: "),
    "a rate that is none": (("age_18_64 = 100", "age_18_64 = nan"), "services.1.rates.age_18_64: "),
    "more patients than days of all": (
        ("age_18_64 = 100", "age_18_64 = 100001"),
        "services.1.rates.age_18_64: input should be less than or equal to 100000",
    ),
    "visits beyond all numbers": (
        ("visits = 2", "visits = 1e308"),
        "services.1.visits: input shou",
    ),
    "true for minutes": (
        ("standard_min = 2,", "standard_min = true,"),
        "services.1.standard_min: write a number, not true or false",
    ),
    "true for draws": (
        ("draws = 200", "draws = true"),
        "appraisal.draws: write a number, not true",
    ),
    "true for a seed": (line("seed = true"), "seed: write a number, not true or false"),
    "false among thresholds": (
        line("thresholds_min = [10, false]"),
        "thresholds_min.2: write a number, not true or false",
    ),
    "an id of 200 letters": (
        ('id = "nearer"', f'id = "{"n" * 200}"'),
        "options.2.id: string should have at most 100",
    ),
    "an infinite standard": (("standard_min = 2,", "standard_min = inf,"), "services.1.standard"),
    "a standard of a year": (
        ("standard_min = 2,", "standard_min = 525600,"),
        "services.1.standard",
    ),
    "visits below 0": (("visits = 2", "visits = -2"), "services.1.visits"),
    "a weight that is none": (
        ('minutes", weight = 1', 'minutes", weight = nan'),
        "criteria.1.weig",
    ),
    "a factor of 15": (line("time_factor = 15"), "a factor of 15 .15 % more is 1.15"),
    "a factor of 0": (line("time_factor = 0"), "time_factor: input should be greater than 0"),
    "no table of discount rates": (
        appraised('discount_rates = ""'),
        "appraisal.discount_rates: string should have at least 1",
    ),
    "no incomes": (appraised('incomes = " "'), "appraisal.incomes: string should have at least 1"),
    "an infinite factor": (line("team_time_factor = inf"), "team_time_factor: input should be"),
    "growth of 15": (appraised("growth = { age_65_74 = 15 }"), "appraisal.growth.age_65_74: a fac"),
    "growth below 0": (appraised("growth = { age_65_74 = -1 }"), "appraisal.growth.age_65_74"),
    "an endless horizon": (appraised("horizon_years = 1000000"), "appraisal.horizon_years"),
    "endless draws": (("draws = 200", "draws = 2000000000"), "appraisal.draws"),
    "a spread in per cent": (appraised("speed_sd = 5"), "0 to 1, and 5 % is 0.05"),
    "a spread of 99": (appraised("rate_sd = 99"), "appraisal.rate_sd"),
    "a date without quotes": (('date = "2026-11-22"', "date = 2026-11-22"), 'quotes, "2026-11-22"'),
    "a date as written here": (('date = "2026-11-22"', "date = 22/11/2026"), 'as "YYYY-MM-DD"'),
    "curly quotes": (('title = "Care', "title = “Care"), "write straight quotation marks"),
    "a path of Windows": (('"areas.csv"', '"C:\\data\\areas.csv"'), "write paths with /"),
    "a path with a tab": (('"areas.csv"', '"C:\\temp.csv"'), "was read as an escape; write /"),
    "a path with backslashes": (('"areas.csv"', "'data\\areas.csv'"), "write data/areas.csv"),
    "a path with a null": (('"areas.csv"', '"areas\\u0000.csv"'), "areas: .* write /"),
    "outlines on the network": (
        (FIRST, 'outlines = "http://127.0.0.1:9/o.geojson"'),
        "only llrgeo",
    ),
    "outlines by GDAL": (
        (FIRST, 'outlines = "/vsicurl/http://127.0.0.1:9/o"'),
        "only llrgeo fetch",
    ),
    "a theme on the network": (line('theme = "https://example.org/t.toml"'), "only llrgeo fetch"),
    "costs on the network": (appraised('service_costs = "ftp://x/c.csv"'), "only llrgeo fetch"),
    "a street network there": (line('networks = { walk = "//host/share" }'), "only llrgeo fetch"),
    "a feed on the network": (
        line(TRANSIT.format('window = ["09:30", "10:30"]').replace("feed.zip", "https://x/f.zip")),
        "transit.feeds.1: https",
    ),
    "a window in numbers": (line(TRANSIT.format("window = [930, 1030]")), "930 is no time of day"),
    "a window with a zone": (
        line(TRANSIT.format('window = ["09:30+01:00", "10:30"]')),
        "is no time of day; write it as",
    ),
    "a window of the 25th hour": (line(TRANSIT.format('window = ["25:30", "26:30"]')), "no time"),
    "a window backwards": (
        line(TRANSIT.format('window = ["10:30", "09:30"]')),
        "is before the fir",
    ),
    "a number of 5,000 digits": (line(f"seed = {'9' * 5_000}"), "not a TOML file"),
    "a nest of 5,000 lists": (line(f"home = {'[' * 5_000}{']' * 5_000}"), "too deeply nested"),
    "a word for a number": (line('tolerance_min = "much"'), "tolerance_min: input should be"),
    "a list for a word": (line("question = []"), "question: input should be a valid string"),
    "a long value": (line(f"question = [{'1,' * 9_000}]"), r"\.\.\.\)$"),
    "an unknown site": (('["B", "C"]', '["B", "Q"]'), "Q"),
}
PARTS = ("areas", "sites", "options")


@pytest.mark.parametrize(("change", "words"), STUDIES.values(), ids=STUDIES)
def test_a_study_is_refused(town_study, change, words):
    text = town_study.read_text(encoding="utf-8")
    assert change[0] in text
    town_study.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(LlrgeoError, match=words):
        read_inputs(load_study(town_study), PARTS)


def test_a_message_of_thousands_of_faults_can_be_read(town_study):
    minutes = ",".join(map(str, range(1_441, 5_000)))
    text = town_study.read_text(encoding="utf-8")
    text = text.replace(FIRST, f"{FIRST}\nthresholds_min = [{minutes}]")
    town_study.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_study(town_study)
    lines = str(refused.value).split("\n")
    assert lines[0].startswith("study.toml: 3,5")
    assert lines[-1].startswith("  - and 3,")
    assert len(lines) == 62


def test_all_faults_of_a_study_are_told_together(town_study):
    text = town_study.read_text(encoding="utf-8")
    spoilt = text.replace(
        FIRST, 'outlines = "http://x/o"\nthresholds_min = [9, 9]\ntime_factor = 11'
    )
    town_study.write_text(spoilt.replace('id = "clinic"', 'id = "all"'), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_study(town_study)
    for words in (
        "outlines: http://x/o",
        "duplicated: 9",
        "time_factor: a factor of 11",
        "'all' is",
    ):
        assert words in str(refused.value)


def test_a_large_factor_that_is_meant_is_confirmed(town_study):
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text.replace(*line("time_factor = 11\nconfirm = true")), encoding="utf-8")
    assert load_study(town_study).time_factor == 11


def test_more_than_a_thousand_million_contacts_are_refused(town_study):
    text = town_study.read_text(encoding="utf-8")
    # 490 people of this age, 100 a thousand and 6e7 visits of each
    many = text.replace("visits = 2", "visits = 6e7")
    town_study.write_text(many, encoding="utf-8")
    with pytest.raises(LlrgeoError, match="2,940,000,000 contacts a year of clinic"):
        read_inputs(load_study(town_study), ["contacts"])
    town_study.write_text(many.replace(*line("confirm = true")), encoding="utf-8")
    assert read_inputs(load_study(town_study), ["contacts"]).contacts["clinic"] == 2.94e9


COSTS = "service,site_id,capital,transition,closure,running,per_contact,source,date\n"
ROW = "{},{},3,2,7,11,5,invented,2026\n"


@pytest.mark.parametrize(
    ("service", "site", "words"),
    [("clinics", "", "'service' names what the study does not have .clinics"),
     ("clinic", "Q", "'site_id' names what the study does not have .Q")],
)  # fmt: skip
def test_costs_of_what_the_study_does_not_have_are_refused(town_study, service, site, words):
    rows = [ROW.format(one, "") for one in ("clinic", "beds")] + [ROW.format(service, site)]
    (town_study.parent / "costs.csv").write_text(COSTS + "".join(rows))
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text.replace(*appraised('service_costs = "costs.csv"')))
    with pytest.raises(LlrgeoError, match=words):
        read_inputs(load_study(town_study), ["rates"])


@pytest.mark.parametrize(
    "keys",
    [
        {"service": "clinic", "p": 0},
        {"service": "clinic", "p": -1},
        {"service": "clinic", "gap": float("nan")},
        {"service": "clinic", "seconds": float("inf")},
        {"service": "clinic", "standard_min": -2.0},
        {"service": "Clinic", "p": 1},
        {"p": 1},
    ],
)
def test_a_siting_problem_is_refused(keys):
    with pytest.raises(ConfigError, match="llrgeo locate: "):
        load_siting(None, **keys)
