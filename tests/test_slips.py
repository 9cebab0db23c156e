"""Usual slips in a study file: each message says where, what was found and what to write."""

import pytest

from llrgeo.errors import LlrgeoError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs

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


def test_a_key_that_is_like_none_is_told_without_a_guess(town_study):
    town_study.write_text("colour = 3\n" + town_study.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(LlrgeoError, match="colour: unknown key") as refused:
        load_study(town_study)
    assert "did you mean" not in str(refused.value)
