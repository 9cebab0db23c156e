"""More broken inputs, by reader: what once passed without a word, hung or ended in a trace."""

import json
import os
import re
import zipfile
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
import shapely
from capacity_study_cases import ESTATE, STUDY, write_capacity_study
from timetables import write_feed

from llrgeo.appraisal.demand import activity_faults
from llrgeo.errors import InputError, LlrgeoError, NetworkError, PublishError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.estate import read_estate
from llrgeo.inputs.figures import read_figures
from llrgeo.inputs.gtfs import read_timetable
from llrgeo.inputs.map_files import read_polygons
from llrgeo.inputs.projections import AGES, read_projections
from llrgeo.inputs.rates import read_rates
from llrgeo.inputs.sites import read_sites
from llrgeo.inputs.tables import read_table
from llrgeo.publish.check.page import check_page
from llrgeo.roads.network_files import load_network
from llrgeo.roads.osm import build_network
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.plausibility import contact_faults
from llrgeo.travel.imported.matrices import import_travel_times


def refused(read, words):
    """Ask for a refusal in these words, of one line but for a list of faults."""
    with pytest.raises(LlrgeoError, match=words) as error:
        read()
    text = str(error.value)
    assert text.count("\n") == text.count("\n  - ")
    return text


FOREIGN = {
    "a PDF": (b"%PDF-1.7\nx", "a PDF, not a table"),
    "gzip": (b"\x1f\x8b\x08\x00", "packed by gzip; unpack it first"),
    "bzip2": (b"BZh91AY", "packed by bzip2"),
    "a web page": (b"\xef\xbb\xbf <!DOCTYPE html><p>Log in", "a web page or XML, not a table"),
    "JSON": (b'{"type": "FeatureCollection"}', "JSON, not a table"),
    "a list in JSON": (b"[1, 2]", "JSON, not a table"),
    "Parquet by another name": (b"PAR1\x15\x04", "let its name end in .parquet"),
    "a database": (b"SQLite format 3\x00", "a database, not a table"),
    "bytes of zero": (b"area_id\nW\0\n", "bytes of zero"),
    "UTF-32": ("area_id\nW\n".encode("utf-32"), "not text in UTF-8"),
    "an OpenDocument sheet": (b"PK\x03\x04mimetype", "save it as .xlsx or CSV"),
    "columns without end": (b"a," * 20_000 + b"a\n", "20,001 columns, more than any table"),
    "a value without end": (b"area_id\n" + b"x" * 200_000 + b"\n", "not a readable table"),
}


@pytest.mark.parametrize(("content", "words"), FOREIGN.values(), ids=FOREIGN)
def test_a_file_of_another_kind_is_named(tmp_path, content, words):
    (tmp_path / "table.csv").write_bytes(content)
    refused(lambda: read_table(tmp_path / "table.csv"), words)


IDS = {
    "a zero": ("W\x00", "characters that do not show"),
    "a line end": ("W\nX", "characters that do not show"),
    "a mark of direction": ("W\u202e", "characters that do not show"),
    "a blank without width": ("W\u200b", "characters that do not show"),
    "a byte order mark": ("\ufeffW", "characters that do not show"),
}


@pytest.mark.parametrize(("area_id", "words"), IDS.values(), ids=IDS)
def test_an_id_that_is_not_what_it_looks_like_is_refused(town_study_once, tmp_path, area_id, words):
    areas = pd.read_csv(town_study_once.parent / "areas.csv", dtype=str)
    areas.loc[1, "area_id"] = area_id
    areas.to_csv(tmp_path / "areas.csv", index=False)
    # A zero is no text, so the file is refused before its ids are read.
    refused(lambda: read_areas(tmp_path / "areas.csv"), f"{words}|bytes of zero")


def test_an_id_with_an_accent_is_the_same_however_it_is_written(town_study_once, tmp_path):
    sites = pd.read_csv(town_study_once.parent / "sites.csv", dtype=str)
    sites["site_id"] = ["\u00e9", "e\u0301", "C"]
    sites.to_csv(tmp_path / "sites.csv", index=False)
    refused(lambda: read_sites(tmp_path / "sites.csv"), "1 ids of 'site_id' are duplicated")


PEOPLE = ("residents", "age_0_17", "age_18_64", "age_65_74", "age_75_84", "age_85_plus", "disabled")
AREAS = {
    "nobody anywhere": (
        lambda table: table.assign(**dict.fromkeys(PEOPLE, "0")),
        "'residents' is 0 in all areas",
    ),
    "a place filled down": (
        lambda table: table.assign(lat=table["lat"].iloc[0], lon=table["lon"].iloc[0]),
        "all 4 areas have the same lat and lon",
    ),
    "a misspelt column": (
        lambda table: table.rename(columns={"disabled": "disbled"}),
        "'disbled' is unknown; did you mean 'disabled'",
    ),
    "a misspelt class": (
        lambda table: table.rename(columns={"rural_urban": "rural_urben"}),
        "did you mean 'rural_urban'",
    ),
    "a true minus": (
        lambda table: table.assign(lon=table["lon"].str.replace("-", "\u2212")),
        "'lon' is not a number .write the minus as -, .* in 4 of 4",
    ),
    "digits of another script": (lambda table: table.assign(disabled="\u0668"), "not a number"),
    "a total below": (
        lambda table: pd.concat([table, table.iloc[[0]].assign(area_id="Total", lat="", lon="")]),
        "'lat' is blank in 1 of 5 rows .Total",
    ),
}


@pytest.mark.parametrize(("spoil", "words"), AREAS.values(), ids=AREAS)
def test_a_table_of_areas_is_refused(town_study_once, tmp_path, spoil, words):
    areas = pd.read_csv(town_study_once.parent / "areas.csv", dtype=str)
    spoil(areas).to_csv(tmp_path / "areas.csv", index=False)
    refused(lambda: read_areas(tmp_path / "areas.csv"), words)


@pytest.mark.parametrize(
    "cell", ["#", ":", "..", "~", "-", "low", "1-7", "5 to 10", "<=5", "[x]", "[z]", "1\u20137"]
)
def test_a_hidden_count_is_told_from_a_wrong_one(tmp_path, cell):
    (tmp_path / "counted.csv").write_text(f"area_id,clinic\nW,{cell}\nN,9\n", encoding="utf-8")
    read = partial(read_figures, tmp_path / "counted.csv", index="area_id")
    refused(read, "small numbers are suppressed in it")


def test_figures_without_a_name_are_refused(tmp_path):
    (tmp_path / "figures.csv").write_text("authority_code,\nX01,12\n")
    refused(lambda: read_figures(tmp_path / "figures.csv", index="authority_code"), "no name")


def test_counts_that_are_all_0_are_refused():
    counts = pd.DataFrame({"clinic": [0.0, 0], "beds": [0, 3.0]}, index=["W", "N"])
    faults = activity_faults(counts, ["clinic", "beds"], counts.index)
    assert faults == ["activity of clinic is 0 in all areas; leave the column out"]


def test_a_number_that_nobody_can_mean_is_not_written_out():
    (fault,) = contact_faults({"clinic": 1e300})
    assert fault == "1e+300 contacts a year of clinic; no such number can be meant"


def cell(row, column, value):
    def spoil(table):
        table.loc[row, column] = value
        return table

    return spoil


RATES = {
    "a rate of 1": ("discount_rates", cell(0, "rate", "1"), "above 0.5; 3.5 % is 0.035"),
    "no date": ("discount_rates", cell(0, "date", ""), "row 2 has no date"),
    "an unknown value": (
        "unit_values",
        lambda table: pd.concat([table, table.iloc[[0]].assign(name="value_of_tim")]),
        "'value_of_tim' is unknown; did you mean 'value_of_time'",
    ),
    "a value nobody asks for": (
        "unit_values",
        lambda table: pd.concat([table, table.iloc[[0]].assign(name="qqq")]),
        "'qqq' is unknown; known are value_of_time",
    ),
    "pence": ("unit_values", cell(0, "unit", "pence an hour"), "is in 'GBP an hour'; found 'pence"),
    "no unit": ("unit_values", cell(1, "unit", ""), "is in 'GBP a km'; found no unit"),
    "a value beyond all": ("unit_values", cell(0, "value", "1e300"), "is above 1e.12 in row 2"),
    "incomes in thousands": ("incomes", cell(0, "income", "24"), "incomes are not 1,000 to"),
    "incomes beyond all": ("incomes", cell(0, "income", "1e9"), "incomes are not 1,000 to"),
    "incomes the other way": (
        "incomes",
        lambda table: table.assign(income=table["income"].tolist()[::-1]),
        "incomes fall from fifth 1 to 5",
    ),
    "a capital beyond all": ("service_costs", cell(0, "capital", "1e13"), "'capital' is above"),
    "a misspelt cost": (
        "service_costs",
        lambda table: table.rename(columns={"per_home": "per_hom"}),
        "'per_hom' is unknown; did you mean 'per_home'",
    ),
    "a cost with a sign": ("service_costs", cell(0, "capital", "\u00a39m"), "is not a number"),
}


@pytest.mark.parametrize(("kind", "spoil", "words"), RATES.values(), ids=RATES)
def test_a_table_of_rates_is_refused(tmp_path, kind, spoil, words):
    table = pd.read_csv(embedded(f"rates/{kind}.csv"), dtype=str, keep_default_na=False)
    spoil(table).to_csv(tmp_path / "rates.csv", index=False)
    refused(lambda: read_rates(tmp_path / "rates.csv", kind=kind), words)


ESTATES = {
    "more occupied than there is": ("occupied_m2", "3000", "'occupied_m2' is more than 'floor_ar"),
    "more clinical than there is": ("clinical_m2", "2001", "'clinical_m2' is more than"),
    "more accessible than there are": ("accessible_spaces", "7", "is more than 'parking_spaces'"),
    "half a space": ("accessible_spaces", "1.5", "is not a whole number"),
    "no floor": ("floor_area_m2", "0", "'floor_area_m2' is 0 at A"),
    "a floor in square inches": ("floor_area_m2", "3e6", "'floor_area_m2' is above 2,000,000"),
    "a share in per cent": ("share_empty", "12", "'share_empty' is above 1"),
    "a misspelt column": ("parking_space", "5", None),
}


@pytest.mark.parametrize(("column", "value", "words"), ESTATES.values(), ids=ESTATES)
def test_an_estate_is_refused(tmp_path, column, value, words):
    (tmp_path / "estate.csv").write_text(ESTATE)
    table = pd.read_csv(tmp_path / "estate.csv", dtype=str)
    if words is None:
        table = table.rename(columns={"parking_spaces": column})
        words = "did you mean 'parking_spaces'"
    else:
        table.loc[0, column] = value
    table.to_csv(tmp_path / "estate.csv", index=False)
    refused(lambda: read_estate(["A", "B"], tmp_path / "estate.csv"), words)


def test_an_estate_of_ids_alone_is_refused(tmp_path):
    (tmp_path / "estate.csv").write_text("site_id,year\nA,2024/25\n")
    read = partial(read_estate, ["A"], tmp_path / "estate.csv")
    refused(read, "none of its columns is of the estate")


@pytest.fixture
def planned(town_study, town_areas, town_sites):
    """Write the study of beds, with its projections, costs and estate; return its folder."""
    town_study.write_text(STUDY, encoding="utf-8")
    return write_capacity_study(town_study.parent, town_areas, town_sites)


def scaled(factor):
    return lambda table: table.assign(
        **{age: (table[age].astype(float) * factor).astype(str) for age in AGES}
    )


PROJECTIONS = {
    "one sex": (lambda table: table[table["sex"] == "female"], "lacks 40 rows, as X01 2024 male"),
    "no variant": (lambda table: table.assign(variant=""), "column 'variant' is blank"),
    "no code": (lambda table: table.assign(authority_code=""), "'authority_code' is blank"),
    "in thousands": (scaled(0.001), r"age_0_17: 0 people in 2025, but 210 in the table of areas"),
    "times ten": (scaled(10), "age_18_64: 4,949 people in 2025, but 490"),
    "nobody": (scaled(0), "if that is meant, write confirm = true"),
    "nobody very old": (lambda table: table.assign(age_90="0"), "age_85_plus: 0 people in 2025"),
}


@pytest.mark.parametrize(("spoil", "words"), PROJECTIONS.values(), ids=PROJECTIONS)
def test_a_projection_is_refused(planned, spoil, words):
    path = planned / "projections.csv"
    spoil(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)

    def read():
        read_projections(path)
        read_inputs(load_study(planned / "study.toml"), ["capacity"])

    refused(read, words)


NETWORKS = {
    "a length beyond all": ({}, "length_m", 1e15, "'length_m' is above 1,000 km"),
    "no time for a kilometre": ({}, "ms_off_peak", 0, "'ms_off_peak' is a speed above 400 km/h"),
    "words for yes": ({}, "snappable", "no", "'snappable' is not true or false in 1 of 23 rows"),
    "an unknown use": ({}, "use", "throug", "'use' is not one of through, start, end"),
    "a list for a source": ({"source": [1]}, "", 0, "'source' is not text"),
    "words for seconds": ({"ends_s": "x"}, "", 0, "'ends_s' is not a number"),
    "a word for periods": ({"periods": "off_peak"}, "", 0, "'periods' is not a list of names"),
    "no periods": ({"periods": []}, "", 0, "'periods' is not a list of names"),
    "numbers for periods": ({"periods": [1]}, "", 0, "'periods' is not a list of names"),
    "a number for a mode": ({"mode": 7}, "", 0, "'mode' is not text"),
    "a period twice": ({"periods": ["off_peak"] * 2}, "", 0, "not a list of names, each once"),
    "an error of -5 minutes": ({"error_min": -5}, "", 0, "not a number of minutes, at least 0"),
    "an error of NaN": ({"error_min": float("nan")}, "", 0, "not a number of minutes, at least 0"),
    "words for modelled": ({"modelled": "yes"}, "", 0, "'modelled' is not true or false"),
    "a list of counts": ({"counts": [1]}, "", 0, "'counts' is not names with numbers"),
    "a list of errors": ({"accuracy": [1]}, "", 0, "'accuracy' is not names with values"),
    "errors in words": ({"accuracy": {"journeys": "few"}}, "", 0, "are not lists of rows"),
    "an error that is no number": (
        {"accuracy": {"differences": [{"from_min": None}]}}, "", 0, "values that are not numbers",
    ),
    "half a polygon": ({"rim": "POLYGON((0 0"}, "", 0, "'rim' is no land, as WKT"),
    "a point for land": ({"measured_in": "POINT (1 2)"}, "", 0, "'measured_in' is no land"),
    "a number for land": ({"measured_in": 5}, "", 0, "'measured_in' is not text"),
    "half milliseconds": ({}, "ms_off_peak", 60000.5, "'ms_off_peak' is not whole numbers"),
}  # fmt: skip


@pytest.mark.parametrize(("info", "column", "value", "words"), NETWORKS.values(), ids=NETWORKS)
def test_a_network_without_checksums_is_refused(town_study, info, column, value, words):
    folder = town_study.parent / "network"
    described = json.loads((folder / "network.json").read_text("utf-8"))
    described.pop("sha256")
    (folder / "network.json").write_text(json.dumps({**described, **info}))
    edges = pd.read_parquet(folder / "edges.parquet")
    if column:
        edges[column] = edges[column].astype(object)
        edges.loc[3, column] = value
        if column == "snappable":
            edges[column] = edges[column].astype(str)
            edges.loc[edges.index != 3, column] = "yes"
            words = "'snappable' is not true or false"
        elif isinstance(value, int | float):
            edges[column] = edges[column].astype(type(value))
        edges.to_parquet(folder / "edges.parquet")
    with pytest.raises(NetworkError, match=words):
        load_network(folder)


def whole_column(name, values):
    """Return what gives all edges of a network other values in a column."""
    return lambda edges: edges.assign(**{name: values(edges)})


EDGES = {
    "milliseconds as text": (
        whole_column("ms_pm_peak", lambda edges: edges["ms_pm_peak"].astype(str)),
        "'ms_pm_peak' is not whole numbers",
    ),
    "lengths as text": (
        whole_column("length_m", lambda edges: edges["length_m"].astype(str)),
        "'length_m' is not numbers",
    ),
    "nodes as text": (
        whole_column("to_node", lambda edges: edges["to_node"].astype(str)),
        "'to_node' is not whole numbers",
    ),
    "no names": (whole_column("road_class", lambda _: None), "'road_class' is not text in 23 of"),
    "no edges": (lambda edges: edges.iloc[:0], "edges: there are none"),
    "no lines": (whole_column("geometry", lambda _: b"xx"), "'geometry' is not WKB in every row"),
    "points for lines": (
        whole_column("geometry", lambda _: shapely.to_wkb(shapely.Point(3, 4))),
        "'geometry' is no line in 23 of 23 rows",
    ),
}


@pytest.mark.parametrize(("spoil", "words"), EDGES.values(), ids=EDGES)
def test_edges_of_another_kind_are_refused(town_study, spoil, words):
    folder = town_study.parent / "network"
    described = json.loads((folder / "network.json").read_text("utf-8"))
    described.pop("sha256")
    (folder / "network.json").write_text(json.dumps(described))
    spoil(pd.read_parquet(folder / "edges.parquet")).to_parquet(folder / "edges.parquet")
    with pytest.raises(NetworkError, match=words):
        _ = load_network(folder).lines


WIDE = "LSOA,A,B\nW,2,3\nN,1,4\n"
TIMES = {
    "UTF-16": ("m.csv", WIDE.encode("utf-16"), "not text in UTF-8"),
    "Latin-1": ("m.csv", b"\xe9,A\nW,2\n", "not text in UTF-8"),
    "a web page": ("m.csv", b"<html>", "a web page or XML"),
    "Parquet that is none": ("m.parquet", b"PAR1xxxx", "not a readable table"),
    "minutes beyond a week": ("m.csv", WIDE.replace("4", "1e300"), "minutes are not 0 to 10,080"),
    "minutes below 0": ("m.csv", WIDE.replace("4", "-4"), "minutes are not 0 to 10,080"),
    "no minutes at all": ("m.csv", "from_id,to_id,travel_time\nW,A,\n", "no pair of area and site"),
    "words in the form of r5": ("m.csv", "from_id,to_id,travel_time\nW,A,x\n", "is not a number"),
    "a nest": ("m.json", "[" * 100_000, "not JSON"),
    "bytes": ("m.json", b"\xff\xfe\x00", "not JSON"),
    "null": ("m.json", "null", "not an answer"),
    "too few rows": ("m.json", '{"durations": [[1, 2, 3]]}', r"m\.json: a table of \(1, 3\)"),
    "words of OSRM": ("m.json", '{"durations": [["a", 2], [1, 2]]}', "not an answer"),
    "no rows of Valhalla": ("m.json", '{"sources_to_targets": []}', r"a table of \(0,\)"),
    "a word of TravelTime": ("m.json", '{"results": ["x"]}', "not an answer"),
    "places that tell nothing": (
        "m.json",
        '{"results": [{"search_id": "A", "locations": [{"id": "W", "properties": []}]}]}',
        "not an answer",
    ),
}


@pytest.mark.parametrize(("name", "content", "words"), TIMES.values(), ids=TIMES)
def test_imported_times_are_refused(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    read = partial(import_travel_times, path, area_ids="WN", site_ids="AB")
    refused(read, words)


def test_an_empty_folder_is_no_times(tmp_path):
    (tmp_path / "m").mkdir()
    refused(lambda: import_travel_times(tmp_path / "m"), "the table has no columns|not a readable")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize("name", ["m.csv", "m.parquet", "m.json"])
def test_a_fifo_of_times_is_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    refused(lambda: import_travel_times(tmp_path / name), "no such file")


OSM = (
    '<osm version="0.6"><node id="1" lat="52.6" lon="-1.2"/><node id="2" lat="52.61" lon="-1.2"/>'
    '<way id="9"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>'
)
ENTITY = '<!DOCTYPE osm [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
STREETS = {
    "no number for lat": (OSM.replace("52.6", "nan", 1), "cannot be read"),
    "a lat beyond all": (OSM.replace("52.6", "1e9", 1), "cannot be read"),
    "a word for lat": (OSM.replace("52.6", "north", 1), "cannot be read"),
    "swapped degrees": (
        OSM.replace('lat="52.6" lon="-1.2"', 'lat="-1.2" lon="52.6"').replace(
            'lat="52.61" lon="-1.2"', 'lat="-1.2" lon="52.61"'
        ),
        "the roads lie outside Europe, the first at lat -1.2 lon 52.6",
    ),
    "a word for an id": (OSM.replace('id="1"', 'id="one"'), "illegal id"),
    "an id of 20 digits": (OSM.replace('id="1"', 'id="' + "9" * 20 + '"'), "illegal id"),
    "an id twice": (OSM.replace('id="2"', 'id="1"'), "nodes are duplicated"),
    "a way to nowhere": (OSM.replace('ref="2"', 'ref="7"'), "no roads for car"),
    "a way of one node": (OSM.replace('<nd ref="2"/>', ""), "no roads for car"),
    "an entity": (ENTITY + OSM.replace("residential", "&x;"), "entities are not supported"),
    "a nest": ("<osm>" + "<a>" * 50_000, "cannot be read"),
    "changes": (OSM.replace("osm", "osmChange"), "a file of history or changes"),
    "another version": (OSM.replace("0.6", "0.5"), "version 0.5"),
    "a web page": ("<html></html>", "cannot be read"),
    "zeros": ("\0" * 99, "cannot be read"),
    "half a file": (OSM[:120], "cannot be read"),
}


@pytest.mark.parametrize(("text", "words"), STREETS.values(), ids=STREETS)
def test_streets_are_refused(tmp_path, text, words):
    (tmp_path / "m.osm").write_text(text)
    refused(lambda: build_network([tmp_path / "m.osm"]), words)


FEEDS = {
    "a run each second": (
        "frequencies",
        lambda text: (
            text.replace("9:00:00", "0:00:00", 1)
            .replace("12:00:00", "999:00:00", 1)
            .replace("1200", "1")
        ),
        r"frequencies\.txt: 7,192,800 calls at stops, over 5,000,000",
    ),
    "stops at zero": (
        "stops",
        lambda text: (
            "stop_id,stop_lat,stop_lon\n"
            + "".join(f"{line.split(',')[0]},0,0\n" for line in text.splitlines()[1:])
        ),
        "faults cost",
    ),
    "a web page": ("stops", lambda _: "<html>", "column 'stop_id' is missing"),
    "zeros": ("stops", lambda _: "\0" * 99, "is missing"),
    "words for places": ("stop_times", lambda text: text.replace(",1\n", ",first\n"), "faults"),
    "a quote that ends in the next stop": (
        "stops",
        lambda text: re.sub(r"\n([^,]*),([^\n]*)\n([^,]*),", r'\n\1,"\2\n\3,"', text, count=1),
        r"stops.txt: .*row 2: the quotation mark",
    ),
    "a quote without end": ("stops", lambda text: text + '"x,1,2\n', "not a readable table"),
}


@pytest.mark.parametrize(("name", "spoil", "words"), FEEDS.values(), ids=FEEDS)
def test_a_feed_is_refused(tmp_path, name, spoil, words):
    write_feed(tmp_path / "bus.zip")
    with zipfile.ZipFile(tmp_path / "bus.zip") as packed:
        members = {one: packed.read(one).decode() for one in packed.namelist()}
    members[f"{name}.txt"] = spoil(members[f"{name}.txt"])
    with zipfile.ZipFile(tmp_path / "bus.zip", "w") as packed:
        for each, text in members.items():
            packed.writestr(each, text)
    refused(lambda: read_timetable([tmp_path / "bus.zip"], date(2026, 11, 24)), words)


RING = [[-1.26, 52.59], [-1.25, 52.59], [-1.25, 52.6]]
SHAPES = {
    "an open ring": RING,
    "two points": RING[:2],
    "words": [["a", "b"]] * 4,
    "a deeper nest": [[[RING]]],
    "no point": [],
}


@pytest.mark.parametrize("ring", SHAPES.values(), ids=SHAPES)
def test_shapes_are_refused_and_gdal_says_nothing(tmp_path, ring, recwarn):
    feature = {
        "type": "Feature",
        "properties": {"area_id": "W"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (tmp_path / "o.geojson").write_text(text)
    with pytest.raises(InputError, match=r"o\.geojson: "):
        read_polygons(tmp_path / "o.geojson")
    assert not list(recwarn)


def test_a_page_with_data_of_no_known_kind_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("llrgeo.publish.check.page.has_browser", lambda: False)
    data = '{"areas": {"id": [], "people": []}, "matrices": {}}'
    text = f'<script type="application/json" id="data">{data}</script>'
    (tmp_path / "page.html").write_text(text)
    try:
        found = check_page(Path(tmp_path / "page.html"))
    except PublishError as error:
        assert "cannot be read as a page" in str(error)  # noqa: PT017 (either answer is one)
    else:
        assert found
