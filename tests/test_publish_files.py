"""Files beside the pages: text stays text, colours can be told apart, themes are checked."""

import csv
import io
import itertools
import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publication_cases import package_of, town_publication

from llrgeo.errors import InputError
from llrgeo.inputs.theme import Theme, contrast, read_theme
from llrgeo.publish import palette
from llrgeo.publish.data.files import csv_text, flat_table
from llrgeo.publish.data.gis import qgis_style
from llrgeo.publish.folder import publish, write_files

CHANGES = [item.colour for item in palette.change_classes(1.0)[:-1]]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIMULATED = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.fixture(scope="module")
def town(town_areas, town_sites, town_times):
    return town_publication(town_areas, town_sites, town_times)


def lab(colour, matrix=None):
    """Return a colour in CIELAB (D65), as a person with a colour-vision deficiency sees it."""
    srgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    if matrix is not None:
        linear = np.clip(np.array(matrix) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ratio = np.array(to_xyz) @ linear / [0.9505, 1.0, 1.089]
    cubic = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = cubic
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("colours", [palette.TIME_COLOURS, CHANGES])
@pytest.mark.parametrize("vision", [None, *SIMULATED])
def test_neighbouring_classes_can_be_told_apart_by_everyone(colours, vision):
    seen = [lab(colour, SIMULATED.get(vision)) for colour in colours]
    steps = [np.linalg.norm(each - two) for each, two in itertools.pairwise(seen)]
    assert min(steps) >= 8


@pytest.mark.parametrize("vision", [None, *SIMULATED])
def test_shorter_and_longer_can_be_told_apart_by_everyone(vision):
    colours = CHANGES
    for shorter, longer in zip(colours[:4], reversed(colours[5:]), strict=True):
        distance = lab(shorter, SIMULATED.get(vision)) - lab(longer, SIMULATED.get(vision))
        assert np.linalg.norm(distance) >= 15


def test_a_tolerance_of_the_study_sets_the_middle_class():
    assert palette.change_limits(5.0) == [5.0, 10, 15]
    assert [item.id for item in palette.change_classes(5.0)] == [
        "change_shorter_over_15",
        "change_shorter_10_15",
        "change_shorter_5_10",
        "change_same",
        "change_longer_5_10",
        "change_longer_10_15",
        "change_longer_over_15",
        "change_no_route",
    ]


def test_csv_marks_formulas_as_text_and_leaves_numbers_and_no_route_alone():
    table = pd.DataFrame({"name": FORMULAS, "change_min": [-1.0, np.inf, 0, 1, 2, 3]})
    _, *rows = csv.reader(io.StringIO(csv_text(table), newline=""))
    assert [row[0] for row in rows] == [f"'{text}" for text in FORMULAS]
    assert [row[1] for row in rows[:2]] == ["-1.0000", ""]


def test_a_number_below_0_is_no_formula_where_a_column_of_text_holds_it():
    texts = ["-2.5000", "-18", "-2.5\n", "-2+3", "-1e3", "-", "-2.", "+2.5"]
    text = csv_text(pd.DataFrame({"before": texts}), figures=["before"])
    _, *rows = csv.reader(io.StringIO(text, newline=""))
    assert [row[0] for row in rows] == texts[:2] + [f"'{text}" for text in texts[2:]]


def test_a_geopackage_holds_areas_and_sites_as_text_with_the_edition_s_date(town, tmp_path):
    sites = town.sites.assign(name=FORMULAS[:3])
    path = tmp_path / "areas.gpkg"
    path.write_bytes(package_of(town_publication(town.areas, sites, town.times[0])))
    assert gpd.read_file(path, layer="sites")["name"].tolist() == ["'=1+1", "'+1", "'-1"]
    areas = gpd.read_file(path, layer="areas").set_index("area_id")
    assert areas.loc["N", "clinic__local_change_min"] == -2
    assert pd.isna(areas.loc["F", "clinic__local_min"])
    with closing(sqlite3.connect(path)) as database:
        dates = {row[0] for row in database.execute("SELECT last_change FROM gpkg_contents")}
    assert dates == {"2026-11-22T00:00:00.000Z"}


def test_a_qgis_style_has_a_class_for_each_colour():
    style = qgis_style("clinic__local_change_min", change=True, tolerance_min=1.0)
    assert style.count("<range ") == len(CHANGES)


def test_a_folder_is_written_whole_or_not_at_all(town, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RuntimeError, match="cannot be written to"):
        publish(town, tmp_path / "file")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_other_files_in_a_folder_stay(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    write_files({"tables/new.csv": "a\r\n"}, tmp_path)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "tables" / "new.csv").read_bytes() == b"a\r\n"


def test_a_theme_is_read_with_its_logo(tmp_path):
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "theme.toml").write_text(
        'publisher = "A council"\nlogo = "logo.svg"\nlogo_alt = "A council"\n', encoding="utf-8"
    )
    theme = read_theme(tmp_path / "theme.toml")
    assert theme.logo.startswith("data:image/svg+xml;base64,")
    assert theme.notice == Theme().notice


def test_a_theme_tells_how_to_answer_a_consultation(tmp_path):
    (tmp_path / "theme.toml").write_text(
        '[consultation]\nresponse_url = "https://a.example/say?form=3"\ncloses = "2026-12-24"\n',
        encoding="utf-8",
    )
    asked = read_theme(tmp_path / "theme.toml").consultation
    assert (asked.closes, asked.opens) == ("2026-12-24", "")
    assert asked.answer_url(place="a b", option="x") == (
        "https://a.example/say?form=3&place=a+b&option=x"
    )
    assert Theme().consultation.answer_url(place="a") == ""
    assert (asked.page_url("kit.html"), Theme().consultation.page_url("kit.html")) == ("", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('colour = "#000000"', "unknown key 'colour'"),
        ("publisher = 1", "'publisher' is not text"),
        ('accent = "red"', "is not a colour"),
        ('accent = "#aaaaaa"', "too pale"),
        ('logo = "absent.png"', "not a .png, .jpg or .svg file"),
        ('logo = "theme.svg"', "logo_alt is missing"),
        ('consultation = "soon"', "'consultation' is not a table"),
        ('[consultation]\nopen = "2026-12-01"', "consultation: unknown key 'open'"),
        ("[consultation]\ncloses = 2", "consultation: 'closes' is not text"),
        ('[consultation]\ncloses = "2026-02-30"', "closes '2026-02-30' is not a day"),
        (
            '[consultation]\nopens = "2026-12-02"\ncloses = "2026-12-01"',
            r"it closes \(2026-12-01\) before it opens \(2026-12-02\)",
        ),
        ('[consultation]\nresponse_url = "javascript:x()"', "is not an address such as"),
        ('[consultation]\nsite_url = "https://"', "is not an address such as"),
    ],
)
def test_a_bad_theme_is_one_clear_error(tmp_path, text, message):
    (tmp_path / "theme.svg").write_text("<svg/>", encoding="utf-8")
    path = tmp_path / "theme.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_theme(path)


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.01)


def test_flat_tables_leave_endless_numbers_blank_and_keep_every_type():
    table = pd.DataFrame(
        {
            "minutes": [1.5, np.inf, -np.inf],
            "share": pd.array([0.25, None, 0.75], dtype="Float64"),
            "people": pd.array([3, None, 7], dtype="Int64"),
            "sites": [2, 3, 5],
            "site": ["A", None, "=B"],
        }
    )
    flat = flat_table(table)
    assert flat["minutes"].tolist()[0] == 1.5
    assert flat["minutes"].isna().tolist() == [False, True, True]
    assert flat.dtypes.astype(str).tolist() == ["float64", "Float64", "Int64", "int64", "str"]
    assert csv_text(table).splitlines()[-1] == ",0.7500,7,5,'=B"
    assert np.isinf(table["minutes"]).sum() == 2  # the table itself is as it was


COLUMNS = {
    "float64": st.floats(),
    "Float64": st.one_of(st.none(), st.floats(allow_nan=False)),
    "Int64": st.one_of(st.none(), st.integers(-(2**53), 2**53)),
    "int64": st.integers(-(2**53), 2**53),
    "bool": st.booleans(),
    "str": st.one_of(st.none(), st.sampled_from(["", " ", 'a "b"', "c,d", "e\nf", "\u00e9"])),
    "category": st.one_of(st.none(), st.sampled_from(["x", "y"])),
    "object": st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.floats(), st.just("z")),
}


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4))
def test_csv_is_that_of_pandas_whatever_columns_hold(data, kinds):
    rows = data.draw(st.integers(0, 5))
    table = pd.DataFrame(
        {
            f"{kind} {number}": pd.Series(
                data.draw(st.lists(COLUMNS[kind], min_size=rows, max_size=rows)), dtype=kind
            )
            for number, kind in enumerate(kinds)
        }
    )
    flat = flat_table(table)
    wanted = flat.to_csv(index=False, float_format="%.4f", lineterminator="\r\n")
    assert csv_text(table) == wanted
