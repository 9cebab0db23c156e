"""Print maps: equal bytes for equal editions, names stay text, classes read in greyscale."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from llrgeo.config import load_study
from llrgeo.publish import palette
from llrgeo.publish.legend import change_hatches, change_shown
from llrgeo.publish.print_maps import print_maps
from llrgeo.publish.theme import contrast
from llrgeo.publish.view import opening_view
from llrgeo.study import build_edition, run_study

HOSTILE = '</svg><script>alert(1)</script> {{ 7*7 }} ${x} $\\frac{1}{2}$ "quote" & \x00'


@pytest.fixture(scope="module")
def edition(town_study_once):
    return build_edition(run_study(load_study(town_study_once)))


@pytest.fixture(scope="module")
def files(edition):
    return print_maps(edition)


def test_every_map_is_an_svg_and_a_png_with_a_text(files):
    names = {name.rsplit(".", 1)[0] for name in files}
    assert names
    assert set(files) == {f"{name}.{kind}" for name in names for kind in ("svg", "png", "txt")}


def test_equal_editions_make_equal_bytes(edition, files):
    assert print_maps(edition) == files


def test_an_svg_has_a_title_and_a_description(files):
    for name, content in files.items():
        if name.endswith(".svg"):
            root = ET.fromstring(content)
            assert root.get("role") == "img"
            assert [len(child.text) > 20 for child in root[:2]] == [True, True]


def test_hostile_names_stay_text(edition):
    hostile = replace(
        edition, title=HOSTILE, sites=edition.sites.assign(name=HOSTILE), sources=(HOSTILE,)
    )
    for name, content in print_maps(hostile).items():
        if name.endswith(".svg"):
            root = ET.fromstring(content)
            assert not [one for one in root.iter() if one.tag.endswith("script")]
            assert "$\\frac{1}{2}$" in "".join(root.itertext())


def test_the_key_counts_all_people(edition):
    shown = change_shown(edition, opening_view(edition))
    assert sum(shown.people) == edition.areas["residents"].sum()


@pytest.mark.parametrize("tolerance", [1.0, 5.0])
def test_classes_differ_in_greyscale_by_shade_or_hatch(tolerance):
    fills = zip(palette.change_colours(tolerance), change_hatches(tolerance), strict=True)
    looks = [*fills, (palette.NO_ROUTE_COLOUR, "xxx")]
    times = [(colour, "") for colour in palette.TIME_COLOURS]
    for classes in (looks, times):
        for place, (colour, hatch) in enumerate(classes):
            for other, other_hatch in classes[place + 1 :]:
                assert hatch != other_hatch or contrast(colour, other) > 1.1
