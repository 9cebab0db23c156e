"""Input tables: one clear error a table that lists every fault, and nothing dropped silently."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.errors import InputError
from llrgeo.inputs.areas import draw_cells, read_areas, read_outlines
from llrgeo.inputs.base_map import read_labels, read_road_lines
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.postcodes import locate_postcodes, read_postcodes, tidy_postcode
from llrgeo.inputs.sites import check_sites_near, fill_authorities, read_sites, sites_for
from llrgeo.schema import BNG, WHOLE, to_numbers
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.planning import build_planning


def write(tmp_path, table, name="table.csv"):
    path = tmp_path / name
    table.drop(columns="geometry").to_csv(path)
    return path


def message_of(read, path):
    with pytest.raises(InputError) as raised:
        read(path)
    return str(raised.value)


def test_areas_come_back_as_they_were(tmp_path, town_areas):
    areas = read_areas(write(tmp_path, town_areas))
    assert areas["residents"].sum() == 1_000
    assert areas.crs.to_epsg() == 27700
    moved = areas.distance(town_areas.geometry.reindex(areas.index))
    assert (moved < 0.01).all()


def test_every_fault_of_a_table_is_listed_with_its_rows(tmp_path, town_areas):
    bad = town_areas.assign(
        residents=[400, -1, 200, 100],
        lat=[-1.1, *town_areas["lat"].iloc[1:]],
        lon=[52.6, *town_areas["lon"].iloc[1:]],
        rural_urban=["Urban", "Urban", "Town", "Rural"],
        age_0_17=["100", "some", "40", "10"],
    )
    message = message_of(read_areas, write(tmp_path, bad))
    assert message.startswith("table.csv: 4 faults")
    assert "column 'residents' is below 0 in 1 of 4 rows (N)" in message
    assert "looks swapped: lat -1.1 lon 52.6 in 1 of 4 rows (W)" in message
    assert "column 'rural_urban' is not one of Rural, Urban in 1 of 4 rows (E)" in message
    assert "column 'age_0_17' is not a number in 1 of 4 rows (N)" in message


def test_areas_need_an_id_a_point_and_residents_and_nothing_else(tmp_path, town_areas):
    needed = town_areas[["lat", "lon", "residents", "geometry"]]
    areas = read_areas(write(tmp_path, needed))
    assert areas.loc["N", ["name", "authority", "residents"]].tolist() == ["N", WHOLE, 300]
    for column in ("lat", "lon", "residents"):
        message = message_of(read_areas, write(tmp_path, needed.drop(columns=column)))
        assert f"column '{column}' is missing" in message


def test_age_bands_are_given_all_or_none(tmp_path, town_areas):
    some = town_areas.drop(columns=["age_0_17", "age_85_plus"])
    message = message_of(read_areas, write(tmp_path, some))
    assert message == "table.csv: age bands are missing (age_0_17, age_85_plus); give all, or none"


def test_a_kind_of_the_studys_own_needs_a_role(tmp_path, town_sites):
    own = town_sites.assign(kind=["ysbyty", "clinic", "health_centre"])
    message = message_of(read_sites, write(tmp_path, own))
    assert "2 of 3 sites (A, B) are of kinds without a role (ysbyty, clinic)" in message
    sites = read_sites(write(tmp_path, own.assign(role=["acute", "community", ""])))
    assert sites["role"].tolist() == ["acute", "community", "primary"]


def test_a_repeated_id_is_refused(tmp_path, town_areas):
    doubled = pd.concat([town_areas, town_areas.loc[["W"]]])
    assert "ids of 'area_id' are duplicated (W)" in message_of(read_areas, write(tmp_path, doubled))


def test_a_table_without_ids_or_rows_is_refused(tmp_path, town_areas):
    nameless = town_areas.rename_axis("code")
    assert "column 'area_id' is missing" in message_of(read_areas, write(tmp_path, nameless))
    assert "no rows" in message_of(read_areas, write(tmp_path, town_areas.iloc[:0]))
    blank = town_areas.rename(index={"W": " "})
    assert "rows have no area_id" in message_of(read_areas, write(tmp_path, blank))
    none = message_of(read_areas, write(tmp_path, town_areas.rename(index={"N": "NA"})))
    assert "1 rows have no area_id: row 3 (NA and null are none)" in none


def test_age_bands_must_add_up_to_residents(tmp_path, town_areas):
    more = town_areas.assign(age_0_17=town_areas["age_0_17"] + [0, 1, 0, 0])
    message = message_of(read_areas, write(tmp_path, more))
    assert "age bands do not add up to residents in 1 areas (N)" in message


def test_people_are_whole(tmp_path, town_areas):
    half = town_areas.assign(disabled=[80.5, 50, 40, 20])
    assert "'disabled' is not a whole number" in message_of(read_areas, write(tmp_path, half))


def test_a_missing_or_unreadable_file_is_named(tmp_path):
    assert "no such file" in message_of(read_areas, tmp_path / "absent.csv")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"not parquet")
    assert "not a readable table" in message_of(read_areas, broken)


def test_sites_keep_blank_beds_and_can_be_asked_for_a_service(tmp_path, town_sites):
    sites = read_sites(write(tmp_path, town_sites))
    assert sites["beds"].isna().to_list() == [False, False, True]
    assert sites_for(sites, "beds") == ["A", "B"]
    closed = sites.assign(status=["open", "closed", "open"])
    assert sites_for(closed, "beds") == ["A"]


def test_a_site_without_coordinates_stands_at_its_postcode(tmp_path, town_sites):
    bare = town_sites.drop(columns=["lat", "lon"]).assign(postcode="le1 5ww")
    sites = read_sites(write(tmp_path, bare))
    infirmary = locate_postcodes(["LE1 5WW"], read_postcodes()).iloc[0]
    assert (sites.distance(infirmary) < 1).all()


def test_a_row_without_coordinates_among_rows_that_have_them_stands_at_its_postcode(
    tmp_path, town_sites
):
    first, *others = town_sites.index
    mixed = town_sites.assign(postcode="LE1 5WW")
    mixed.loc[first, ["lat", "lon"]] = None
    sites = read_sites(write(tmp_path, mixed))
    infirmary = locate_postcodes(["LE1 5WW"], read_postcodes()).iloc[0]
    assert sites.geometry[first].distance(infirmary) < 1
    assert (sites.geometry[others].distance(town_sites.geometry[others]) < 1).all()


def test_a_site_with_neither_coordinates_nor_a_live_postcode_is_refused(tmp_path, town_sites):
    lost = town_sites.assign(lat=[None, 52.6, 52.6], lon=[None, -1.1, -1.1])
    message = message_of(read_sites, write(tmp_path, lost.assign(postcode="LE99 9ZZ")))
    assert "1 of 3 sites have no lat and lon, nor a postcode" in message
    assert "(postcodes LE99 9ZZ); fill in lat and lon" in message


def test_a_site_in_the_sea_is_refused_with_its_distance(tmp_path, town_areas, town_sites):
    at_sea = town_sites.assign(lat=53.2, lon=1.7)
    sites = read_sites(write(tmp_path, at_sea))
    with pytest.raises(InputError, match=r"site A \(City hospital\) is \d+ km from the nearest"):
        check_sites_near(sites, town_areas, source="sites.csv")
    check_sites_near(town_sites, town_areas, source="sites.csv")


@pytest.mark.parametrize("text", ["le15ww", "LE1 5WW", " Le1  5ww "])
def test_postcodes_are_written_one_way(text):
    assert tidy_postcode(text) == "LE1 5WW"


def test_a_postcode_that_is_none_or_unknown_is_refused():
    with pytest.raises(InputError, match="not a full postcode"):
        tidy_postcode("LE1")
    with pytest.raises(InputError, match=r"not live or not in the table \(LE99 9ZZ\)"):
        locate_postcodes(["LE1 5WW", "LE99 9ZZ"], read_postcodes())


@pytest.fixture
def own_postcodes(town_study):
    """Give the toy town postcodes of its own, one at each area; return their table."""
    areas = read_inputs(load_study(town_study), ["areas"]).areas
    codes = [f"ZZ1 {number + 1}AB" for number in range(len(areas))]
    table = pd.DataFrame(
        {
            "postcode": codes,
            "easting": areas.geometry.x.round().astype(int).to_numpy(),
            "northing": areas.geometry.y.round().astype(int).to_numpy(),
            "area_id": areas.index,
        }
    )
    table.to_csv(town_study.parent / "postcodes.csv", index=False)
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(f'postcodes = "postcodes.csv"\n{text}', encoding="utf-8")
    return table


def test_a_studys_own_postcodes_are_looked_up_and_sites_are_placed_by_them(
    town_study, own_postcodes
):
    sites = town_study.parent / "sites.csv"
    table = pd.read_csv(sites, dtype=str)
    table.loc[1, ["lat", "lon"]] = None
    table.assign(postcode=["", "zz13ab", ""]).to_csv(sites, index=False)
    inputs = read_inputs(load_study(town_study), ["areas", "sites"])
    third = own_postcodes.loc[2]
    moved = inputs.sites.geometry.iloc[1]
    assert (round(moved.x), round(moved.y)) == (third["easting"], third["northing"])
    assert inputs.postcodes.to_dict() == dict(
        zip(own_postcodes["postcode"], own_postcodes["area_id"], strict=True)
    )
    assert build_planning(inputs, {}).postcodes.loc["ZZ1 2AB", "area_id"] == inputs.areas.index[1]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("postcode", "ZZ1", r"1 rows are not postcodes \(ZZ1\)"),
        ("postcode", "LE1 1AC", r"1 rows are not postcodes \(LE1 1AC\)"),
        ("postcode", "ZZ1 1AB", r"1 rows are duplicated \(ZZ1 1AB\)"),
        ("easting", "east", r"1 rows have no easting and northing \(ZZ1 3AB\)"),
        ("northing", 9e9, r"1 rows have no easting and northing \(ZZ1 3AB\)"),
    ],
)
def test_a_table_of_postcodes_with_faults_is_refused(tmp_path, own_postcodes, column, value, said):
    table = own_postcodes.astype(object)
    table.loc[2, column] = value
    path = tmp_path / "postcodes.csv"
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match=said):
        read_postcodes(path)
    table.drop(columns=column).to_csv(path, index=False)
    with pytest.raises(InputError, match=f"column '{column}' is missing"):
        read_postcodes(path)


def test_the_infirmary_is_found_by_its_postcode():
    point = locate_postcodes(["le1 5ww"], read_postcodes()).iloc[0]
    sites = read_sites(embedded("sites.csv"))
    assert point.distance(sites.geometry.loc["RWEAA"]) < 5


def test_an_embedded_file_that_is_not_there_is_said():
    with pytest.raises(InputError, match="no embedded file 'nothing'"):
        embedded("nothing")


@pytest.mark.filterwarnings("ignore:Non closed ring")  # the reader's own words, before ours
@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (b"[ -1.0, 52.0 ], [ -1.5, 52.5 ]", b"[ -1.0, 52.0 ], [ -1.7, 52.5 ]"),  # a ring left open
        (b'"id": "W"', b'"id": "\xb3"'),  # not UTF-8
    ],
)
def test_damaged_outlines_are_refused_in_words(tmp_path, found, broken):
    ring = "[ -1.5, 52.5 ], [ -1.2, 52.9 ], [ -1.0, 52.0 ], [ -1.5, 52.5 ]"
    shape = f'"geometry": {{"type": "Polygon", "coordinates": [[{ring}]]}}'
    feature = f'{{"type": "Feature", "properties": {{"id": "W"}}, {shape}}}'
    path = tmp_path / "outlines.geojson"
    content = f'{{"type": "FeatureCollection", "features": [{feature}]}}'.encode()
    path.write_bytes(content)
    assert len(read_outlines(path, index="id")) == 1
    assert found in content
    path.write_bytes(content.replace(found, broken))
    assert "not a readable map file" in message_of(lambda p: read_outlines(p, index="id"), path)


def test_outlines_need_their_ids(tmp_path, town_areas):
    path = tmp_path / "outlines.geojson"
    outlines = town_areas[["name"]].set_geometry(town_areas.buffer(70)).to_crs("EPSG:4326")
    outlines.reset_index().to_file(path)
    assert read_outlines(path).index.to_list() == ["E", "F", "N", "W"]
    assert "column 'code' is missing" in message_of(lambda p: read_outlines(p, index="code"), path)
    pd.concat([outlines, outlines.loc[["W"]]]).reset_index().to_file(path)
    assert "outlines are duplicated (W)" in message_of(read_outlines, path)
    path.write_text("{")
    assert "not a readable map file" in message_of(read_outlines, path)


def test_landmarks_are_read_and_bad_ones_refused(tmp_path):
    roads = read_road_lines(sorted(embedded("roads").glob("links_*.csv")))
    assert "M1" in set(roads["road"])
    assert roads.geometry.is_valid.all()
    assert "Leicester" in set(read_labels(embedded("places.csv"))["name"])
    (tmp_path / "links.csv").write_text("road,road_class,path\nA1,primary,52.1;x\n")
    (tmp_path / "places.csv").write_text("name,lat,lon\nOakham,52.7,-0.7\n")
    assert "links of roads" in message_of(lambda p: read_road_lines([p]), tmp_path / "links.csv")
    assert "residents" in message_of(read_labels, tmp_path / "places.csv")


def test_cells_part_the_land_around_the_centroids(town_areas):
    cells = draw_cells(town_areas).to_crs(town_areas.crs)
    assert list(cells.index) == list(town_areas.index)
    assert cells.contains(town_areas.geometry).all()
    assert cells.area.sum() == pytest.approx(cells.union_all().area)


def test_neighbouring_cells_share_their_borders():
    places = read_areas(embedded("areas.csv"))
    cells = draw_cells(places)
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert (cells.geom_type == "Polygon").all()


def test_areas_on_one_point_have_no_cells(town_areas):
    stacked = gpd.GeoDataFrame(town_areas, geometry=[town_areas.geometry.iloc[0]] * 4)
    with pytest.raises(InputError, match="areas stand on the same point"):
        draw_cells(stacked)
    with pytest.raises(InputError, match="there is only one area"):
        draw_cells(town_areas.iloc[:1])


def test_cells_are_polygons_where_the_rim_leaves_lines() -> None:
    xy = np.random.default_rng(3).uniform(0, 30_000, (2_000, 2)) + np.array([450_000, 300_000])
    ids = [f"a{number}" for number in range(len(xy))]
    cells = draw_cells(gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T, crs=BNG), index=ids))
    assert set(cells.geom_type) == {"Polygon"}


def test_areas_at_one_point_are_near_and_cost_no_more_than_others(
    tmp_path, town_areas, monkeypatch
):
    asked = []

    class Tree(shapely.STRtree):
        def query_nearest(self, points, **rules):
            asked.append((len(self), len(points)))
            return super().query_nearest(points, **rules)

    monkeypatch.setattr("llrgeo.inputs.areas.shapely.STRtree", Tree)
    rows = town_areas.loc[["W"] * 200 + ["N", "E"]].assign(lat=lambda table: table["lat"])
    many = rows.set_axis([f"E{n}" for n in range(202)]).rename_axis("area_id").reset_index()
    assert len(read_areas(write(tmp_path, many))) == 202
    assert asked == [(3, 2)]  # of three places, the two that one area has for itself
    many.loc[201, "lon"] = 1.2336  # the sign is lost
    assert "area E201 is 16" in message_of(read_areas, write(tmp_path, many))


def test_open_sites_at_one_place_are_named_in_a_warning(town_study, caplog):
    path = town_study.parent / "sites.csv"
    table = pd.read_csv(path, dtype=str).set_index("site_id")
    read_inputs(load_study(town_study), ["sites"])
    assert not caplog.messages
    table.loc["C", ["lat", "lon"]] = table.loc["A", ["lat", "lon"]]
    table.reset_index().to_csv(path, index=False)
    read_inputs(load_study(town_study), ["sites"])
    assert [line for line in caplog.messages if "same place" in line] == [
        "sites.csv: sites A, C are at the same place; if they are one site, leave one of them out"
    ]
    caplog.clear()
    table.loc["C", "status"] = "proposed"  # a new building on old ground
    table.reset_index().to_csv(path, index=False)
    read_inputs(load_study(town_study), ["sites"])
    assert not caplog.messages


@pytest.mark.parametrize("key", ["areas", "sites", "unit_values"])
def test_a_missing_file_is_named_as_the_study_names_it(town_study, key):
    text = town_study.read_text("utf-8").replace(f'{key} = "{key}.csv"', f'{key} = "sub/gone.csv"')
    if key == "unit_values":
        text = text.replace("appraisal = {", 'appraisal = { unit_values = "sub/gone.csv",')
    town_study.write_text(text, "utf-8")
    with pytest.raises(InputError, match=f"^study.toml: {key}: sub/gone.csv: no such file$"):
        read_inputs(load_study(town_study))
    elsewhere = town_study.parent.parent / "other" / "gone.csv"
    town_study.write_text(text.replace("sub/gone.csv", elsewhere.as_posix()), "utf-8")
    with pytest.raises(InputError, match=f"^study.toml: {key}: {elsewhere}: no such file$"):
        read_inputs(load_study(town_study))


def test_an_authority_in_two_spellings_is_told(tmp_path, town_areas, town_sites):
    names = ["Dales & Moors", "Dales and  Moors", "Dales and Moors", "St. Ann's"]
    message = message_of(read_areas, write(tmp_path, town_areas.assign(authority=names)))
    assert "'Dales & Moors' and 'Dales and  Moors' and 'Dales and Moors' read the same" in message
    areas = town_areas.assign(authority=["Dales and Moors", "Dale", "Dale", "St Anns"])
    sites = town_sites.assign(authority=["St. Ann's", "Dale", "Rugby"])  # which is a neighbour
    with pytest.raises(InputError, match=r"\"St. Ann's\" is 'St Anns' in the table of areas \(A\)"):
        fill_authorities(sites, areas, read_postcodes(), source="sites.csv")
    as_there = sites.assign(authority=["St Anns", "Dale", "Rugby"])
    assert fill_authorities(as_there, areas, read_postcodes(), source="s").equals(as_there)


def test_a_blank_authority_is_that_of_the_area_the_postcode_lies_in(town_sites):
    areas = read_areas(embedded("areas.csv"))
    bare = town_sites.assign(authority=["", "Town", "Town"], postcode="le1 5ww")
    filled = fill_authorities(bare, areas, read_postcodes(), source="sites.csv")
    assert list(filled["authority"]) == ["Leicester", "Town", "Town"]
    lost = bare.assign(postcode="CV21 1AA")
    with pytest.raises(InputError, match=r"blank in 1 rows .* lie in no area \(A\); fill it in"):
        fill_authorities(lost, areas, read_postcodes(), source="sites.csv")
    column_less = town_sites.drop(columns="authority")
    assert "authority" not in fill_authorities(
        column_less, areas, read_postcodes(), source="sites.csv"
    )


WRITTEN = st.text("0123456789.eE+-_ xnaif\u0660", max_size=6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.booleans(), st.floats(), WRITTEN)))
def test_numbers_are_read_one_by_one_as_their_form_says(found):
    plain = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", re.ASCII)
    wanted = [float(str(value)) if plain.fullmatch(str(value)) else np.nan for value in found]
    wanted = [value if np.isfinite(value) else np.nan for value in wanted]
    read = to_numbers(pd.Series(found, dtype=object, name="beds"))
    np.testing.assert_allclose(read, wanted, rtol=1e-15)
    assert read.name == "beds"
    assert not np.signbit(read[read == 0]).any()
