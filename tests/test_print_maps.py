"""Print maps: equal bytes for equal publications, names stay text, classes read in greyscale."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from publication_cases import appraised

from llrgeo.inputs.theme import contrast
from llrgeo.publish import palette
from llrgeo.publish.legend import change_legend
from llrgeo.publish.moves import stop_sentence
from llrgeo.publish.print.base_map import Window, scale_spot, simplify_base_map
from llrgeo.publish.print.legend import draw_key, hatch
from llrgeo.publish.print.maps import _sheets, print_maps
from llrgeo.publish.print.page import SMALL, STRONG, PrintedPage
from llrgeo.publish.print.sheet_parts import densest_authority
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study

HOSTILE = '</svg><script>alert(1)</script> {{ 7*7 }} ${x} $\\frac{1}{2}$ "quote" & \x00'


@pytest.fixture(scope="module")
def publication(town_study_once):
    return build_publication(run_study(load_study(town_study_once)))


@pytest.fixture(scope="module")
def files(publication):
    return print_maps(publication)


def test_every_map_is_an_svg_and_a_png_with_a_text(files):
    names = {name.rsplit(".", 1)[0] for name in files}
    assert names
    assert set(files) == {f"{name}.{kind}" for name in names for kind in ("svg", "png", "txt")}


def test_equal_editions_make_equal_bytes(publication, files):
    assert print_maps(publication) == files


def test_a_png_has_300_dots_an_inch(files):
    for name, millimetres in (("a4", 297), ("a3", 420)):
        pictures = [files[file] for file in files if file.endswith(f"{name}.png")]
        assert pictures
        for picture in pictures:
            width = int.from_bytes(picture[16:20], "big")
            assert abs(width - millimetres / 25.4 * 300) <= 1


def test_options_side_by_side_show_the_densest_authority_larger_on_each_map(publication, files):
    (sheet,) = (text for name, text in files.items() if name.endswith("a3.svg"))
    name, _ = densest_authority(publication.areas, simplify_base_map(publication).areas)
    assert sheet.count(f">{name}, larger<") == len(publication.alternatives)


def test_an_svg_has_a_title_and_a_description(files):
    for name, content in files.items():
        if name.endswith(".svg"):
            root = ET.fromstring(content)
            assert root.get("role") == "img"
            assert [len(child.text) > 20 for child in root[:2]] == [True, True]


def test_hostile_names_stay_text(publication):
    hostile = replace(
        publication, title=HOSTILE, sites=publication.sites.assign(name=HOSTILE), sources=(HOSTILE,)
    )
    for name, content in print_maps(hostile).items():
        if name.endswith(".svg"):
            root = ET.fromstring(content)
            assert not [one for one in root.iter() if one.tag.endswith("script")]
            assert "$\\frac{1}{2}$" in "".join(root.itertext())


def test_the_labels_of_a_key_keep_clear_of_the_figures(publication):
    view = publication.opening_view
    many = replace(view, areas=view.areas.assign(people=678_901))
    legend = change_legend(many, publication.tolerance_min)
    legend = replace(legend, rows=tuple(replace(row, people=678_901) for row in legend.rows))
    legends = dict.fromkeys("ABCDE", legend)  # as many as a sheet that compares options holds
    page = PrintedPage(420.0, 297.0)
    draw_key(page, (10.0, 20.0), "Key", legends, (420.0 - 20.0) / 3)
    figure = page._figure
    figure.canvas.draw()
    drawn = [shapely.box(*text.get_window_extent().extents) for text in figure.axes[0].texts]
    for place, box in enumerate(drawn):
        assert not shapely.intersects(box.buffer(-0.5), drawn[:place]).any()


def test_an_option_s_map_says_in_full_what_would_stop(publication):
    option = publication.opening_option
    (sheet,) = [
        one
        for one in _sheets(publication, simplify_base_map(publication))
        if one.name.startswith(f"{option.name}_")
    ]
    lines = [text.get_text() for text in sheet.page._figure.axes[0].texts]
    assert stop_sentence(publication, option) in " ".join(lines)


def test_the_key_counts_all_people(publication):
    legend = change_legend(publication.opening_view, publication.tolerance_min)
    assert sum(row.people for row in legend.shown) == publication.areas["residents"].sum()


@pytest.mark.parametrize("tolerance", [1.0, 5.0])
def test_classes_differ_in_greyscale_by_shade_or_hatch(tolerance):
    for classes in (palette.change_classes(tolerance), palette.time_classes()):
        for place, each in enumerate(classes):
            for other in classes[place + 1 :]:
                assert hatch(each) != hatch(other) or contrast(each.colour, other.colour) > 1.1


def test_longer_journeys_are_hatched_the_denser_the_longer_and_shorter_ones_are_not():
    hatches = [hatch(each) for each in palette.change_classes(1.0) if each.kind == "longer"]
    assert hatches == ["///", "////", "/////", "//////"]
    assert {hatch(each) for each in palette.change_classes(1.0) if each.steps <= 0} == {"", "xxx"}


def boxes(sheet):
    """Return where each text stands on its page, in pixels, by whether it is a name on the map."""
    figure = sheet.page._figure
    figure.canvas.draw()
    found = {True: [], False: []}
    for text in figure.axes[0].texts:
        found[bool(text.get_path_effects())].append(shapely.box(*text.get_window_extent().extents))
    return found


def many_sites(publication):
    """Return the sites of a publication and sixty more that no option uses yet, and an option."""
    extra = [publication.sites.iloc[[0]].assign(name=f"The long name of health centre {n}")
             .set_axis([f"X{n}"]) for n in range(60)]  # fmt: skip
    sites = pd.concat([publication.sites, *extra]).rename_axis("site_id")
    times = publication.times[0]
    minutes = times.minutes.reindex(columns=sites.index).T.ffill().T
    clinic = publication.opening_service.id
    option = replace(publication.opening_option, sites={clinic: frozenset(sites.index)})
    return appraised(
        publication,
        sites=sites,
        times=(replace(times, minutes=minutes, distance_km=None),),
        options=(publication.baseline, option),
    )


LONG = "A source of data with a long name, and the words that its licence asks for. " * 8


@pytest.mark.parametrize("change", ["as it is", "long texts", "many sites"])
def test_all_words_stand_on_the_page_at_seven_points_or_more(publication, change):
    assert len(LONG) > 600
    changed = {
        "as it is": lambda: publication,
        "long texts": lambda: replace(
            publication, title=LONG, sources=(LONG, LONG), error_note=LONG
        ),
        "many sites": lambda: many_sites(publication),
    }[change]()
    for sheet in _sheets(changed, simplify_base_map(changed)):
        figure = sheet.page._figure
        page = shapely.box(0, 0, *(figure.get_size_inches() * figure.dpi))
        found = boxes(sheet)
        assert all(page.contains(box) for box in found[False]), sheet.name
        assert min(text.get_fontsize() for text in figure.axes[0].texts) >= 7


@pytest.mark.parametrize("sources", [("Short.",), (LONG,) * 6])
def test_the_foot_is_below_the_map_however_much_it_says(publication, sources):
    for sheet in _sheets(replace(publication, sources=sources), simplify_base_map(publication)):
        found = boxes(sheet)
        (foot,) = [
            text.get_window_extent().y1
            for text in sheet.page._figure.axes[0].texts
            if text.get_text().startswith("2026-11-22. Run")
        ]
        assert all(name.bounds[1] > foot for name in found[True]), sheet.name
        words = [box for box in found[False] if box.bounds[3] > foot]
        assert all(box.bounds[1] > foot for box in words if box.bounds[3] > foot + 1), sheet.name


def test_names_on_a_map_keep_apart(publication):
    places = publication.base.places
    crowd = pd.concat([places.assign(name=f"Town {n}", residents=9_000 - n) for n in range(12)])
    crowded = replace(publication, base=replace(publication.base, places=crowd))
    for sheet in _sheets(crowded, simplify_base_map(crowded)):
        names = boxes(sheet)[True]
        for place, name in enumerate(names):
            assert not shapely.intersects(name.buffer(-1), names[:place]).any(), sheet.name


def test_the_scale_stands_clear_of_marks_where_a_corner_is_free(publication):
    base_map = simplify_base_map(publication)
    window = Window((0.0, 0.0), (400.0, 200.0), tuple(base_map.areas.total_bounds))
    free = scale_spot(window, base_map, [])
    assert scale_spot(window, base_map, [shapely.Point(free)]) != free


def test_the_densest_authority_is_shown_larger():
    areas = pd.DataFrame({"authority": ["Wide", "Wide", "Small"], "residents": [90, 60, 100]})
    outlines = gpd.GeoSeries(
        [shapely.box(x, 0, x + side, side) for x, side in ((0, 9e3), (9e3, 9e3), (18e3, 1e3))]
    )
    name, (west, south, east, north) = densest_authority(areas, outlines)
    assert name == "Small"
    assert shapely.box(west, south, east, north).contains(outlines.iloc[2])


def test_text_is_broken_where_it_is_too_wide_and_cut_where_it_is_too_long():
    words = "Wide words and narrow ones, il il il, " * 3 + "W" * 90
    for type_ in (SMALL, STRONG):
        lines = type_.lines(words, 40, most=99)
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")
        assert all(type_.width_mm(line) <= 40 for line in lines)
        assert type_.lines(words, 40, most=2)[1].endswith(" ...")
        assert type_.width_mm(type_.lines(words, 40, most=2)[1]) <= 40
