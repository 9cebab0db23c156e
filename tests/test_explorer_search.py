"""The explorer's search: what 143 strings give, none of them silently another place."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from planner_scripts import explorer_engine

from llrgeo.inputs.base_map import BaseMap
from llrgeo.publish.explorer.packing import pack_postcodes
from llrgeo.publish.explorer.payload import _areas, _authorities, _gazetteer, _site_records
from llrgeo.publish.gazetteer import area_at, named_places
from llrgeo.schema import BNG
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs

# What is typed -> one place (its kind, name and how many areas), or those to choose from, the first
# of them first, or why there is nothing.
FOUND = {
    "LE15 6NT": ("postcode", "LE15 6NT", 1),
    "le15 6nt.": ("postcode", "LE15 6NT", 1),
    "LE15-6NT": ("postcode", "LE15 6NT", 1),
    "l e 1 5 6 n t": ("postcode", "LE15 6NT", 1),
    "\tle156nt\n": ("postcode", "LE15 6NT", 1),
    "LE15": ("postcodes", "LE15", 26),
    "le 15": ("postcodes", "LE15", 26),
    "LE 15 6": ("postcodes", "LE15 6", 9),
    "le 15 6nt": ("postcode", "LE15 6NT", 1),
    "mkt harborough": ("town", "Market Harborough", 15),
    "le15.": ("postcodes", "LE15", 26),
    "LE15 6": ("postcodes", "LE15 6", 9),
    "LE156": ("postcodes", "LE15 6", 9),
    "LE1 5": ("postcodes", "LE1 5", 5),
    "PE9 3": ("postcodes", "PE9 3", 4),
    "Evington": ("ward", "Evington", 10),
    "leicester": ("authority", "Leicester", 200),
    "Rutland": ("authority", "Rutland", 26),
    "Braunstone": ("town", "Braunstone", 20),
    "North Luffenham": ("town", "North Luffenham", 1),
    "belton in rutland": ("town", "Belton-in-Rutland", 1),
    "Newtown Linford": ("town", "Newtown Linford", 1),
    "Great Casterton": ("town", "Great Casterton", 1),
    "north-luffenham": ("town", "North Luffenham", 1),
    "OAKHAM": ("town", "Oakham", 7),
    "Óakham": ("town", "Oakham", 7),
    "melton mowbray": ("town", "Melton Mowbray", 16),
    "Ashby de la Zouch": ("town", "Ashby-de-la-Zouch", 9),
    "Market Harborough": ("town", "Market Harborough", 15),
    "Hinckley": ("town", "Hinckley", 20),
    "Loughborough": ("town", "Loughborough", 33),
    "Humberstone and Hamilton": ("ward", "Humberstone & Hamilton", 10),
    "oadby st peters": ("ward", "Oadby St Peter's", 3),
    "Leicester Royal Infirmary": ("site", "Leicester Royal Infirmary", 1),
    "E01013600": ("area", "Abbey (Leicester 003A)", 1),
    "e01013600": ("area", "Abbey (Leicester 003A)", 1),
    "Uppingham": ("ward", "Uppingham", 3),
    # With where it lies, or among other words that a reader pastes along.
    "Oakham, Rutland": ("town", "Oakham", 7),
    "oakham rutland": ("town", "Oakham", 7),
    "Ketton, Rutland": ("ward", "Ketton", 2),
    "Evington, Leicester": ("ward", "Evington", 10),
    "LE156NT": ("postcode", "LE15 6NT", 1),
    "LE15 6NT, Oakham": ("postcode", "LE15 6NT", 1),
    "Oakham LE15 6NT": ("postcode", "LE15 6NT", 1),
    "my postcode is LE15 6NT": ("postcode", "LE15 6NT", 1),
    "LE15 6NT UK": ("postcode", "LE15 6NT", 1),
    # Copied from elsewhere: full width, and signs that nobody sees.
    "\uff2c\uff25\uff11\uff15 \uff16\uff2e\uff34": ("postcode", "LE15 6NT", 1),
    "LE15\u200b6NT\u200e": ("postcode", "LE15 6NT", 1),
    "LE15\u00a06NT": ("postcode", "LE15 6NT", 1),
    "12 High Street, Oakham, LE15 6AL": ("postcode", "LE15 6AL", 1),
    # As people shorten names.
    "Gt Glen": ("town", "Great Glen", 2),
    "Gt. Casterton": ("town", "Great Casterton", 1),
    "Lt. Casterton": ("town", "Little Casterton", 1),
    "N. Luffenham": ("town", "North Luffenham", 1),
    "\U0001f3e5 Oakham": ("town", "Oakham", 7),
    "le3-9qp": ("postcode", "LE3 9QP", 1),
    "NG13 0": ("postcodes", "NG13 0", 3),
    "S Wigston": ("ward", "South Wigston", 5),
}
CHOICE = {
    "Braunston": ("several", "Braunston in Rutland", "Braunston & Martinsthorpe"),
    "belton": ("several", "Belton", "Belton-in-Rutland"),
    "Stretton": ("several", "Stretton", "Burbage Sketchley and Stretton"),
    "Hambleton": ("several", "Middle Hambleton", "Upper Hambleton"),
    "Bosworth": ("several", "Bosworth", "Market Bosworth"),
    "Melton": ("several", "Melton", "Melton Mowbray"),
    "Harborough": ("several", "Harborough", "Market Harborough"),
    "oakham hospital": ("several", "Rutland Memorial Hospital (Oakham)", "Oakham"),
    "melton hospital": ("several", "Melton Mowbray Hospital (St Mary's)", "Melton"),
    "the hospital in hinckley": ("several", "Hinckley and District Hospital", ...),
    # The hospital called so lies in another council's area than the village.
    "Glenfield": ("several", "Glenfield", "Glenfield Ellis"),
    "the LRI": ("several", "Leicester Royal Infirmary", None),
    "LGH": ("several", "Leicester General Hospital", None),
    "royal infirmary": ("several", "Leicester Royal Infirmary", None),
    "County of Rutland": ("part", "Rutland", None),
    "Coalville, Leics": ("part", "Coalville", None),
    "Groby road medical centre": ("part", "Groby", None),
    "Braunstone Town": ("part", "Braunstone", None),
    "Newton Linford": ("typo", "Newtown Linford", None),
    "Barrow": ("several", "Barrow", "Barrow upon Soar"),
    "LE3 9Q": ("postcode", "LE3 9", None),
    "LRI": ("several", "Leicester Royal Infirmary", None),
    "the general": ("several", "Leicester General Hospital", ...),
    "Loughboro": ("several", "Loughborough", "Loughborough Ashby"),
    "Kibworth": ("several", "Kibworth Harcourt", "Kibworth Medical Centre"),
    "Barrow-on-Soar": ("several", "Barrow upon Soar", ...),
    # More was typed than a name: what is known of it is offered, and that it is not all is said.
    "near oakham": ("part", "Oakham", None),
    "I live in Oakham": ("part", "Oakham", None),
    "Oakham town centre": ("part", "Oakham", None),
    "village of Ketton": ("part", "Ketton", None),
    "Ketton Stamford": ("part", "Ketton", None),
    "Rutland Water": ("part", "Rutland", None),
    "Syston, Leicestershire": ("part", "Syston", None),
    "Market Bosworth, Leics": ("part", "Market Bosworth", "Bosworth"),
    "Hinckley, Leicestershire, UK": ("part", "Hinckley", None),
    "Thurmaston, Leicester": ("part", "Thurmaston", "Leicester"),
    "Oakham, Leicester": ("part", "Oakham", "Leicester"),
    "Leicester city centre": ("part", "Leicester", None),
    "Coalville, LE67": ("part", "Coalville", None),
    "Okham, Rutland": ("typo", "Oakham", "Oakham North East"),
    "Melton Mobray": ("typo", "Melton Mowbray", ...),
    "Market Harbrough": ("typo", "Market Harborough", ...),
    "Castle Donnington": ("typo", "Castle Donington", ...),
    "LEI5 6NT": ("typo", "LE15 6NT", None),
    "LE1O": ("typo", "LE10", None),
    "LEI5": ("typo", "LE15", None),
    "LE15 Oakham": ("part", "Oakham", None),
    "Narborough Road": ("part", "Narborough", None),
    "Gt Bowden": ("several", "Market Harborough-Great Bowden & Arden", None),
    "Barrow on Soar": ("several", "Barrow upon Soar", ...),
    "Fielding Palmer": ("typo", "Feilding Palmer Hospital (Lutterworth)", None),
    "LE15 6A": ("postcode", "LE15 6", None),
    "Okham": ("typo", "Oakham", "Oakham North East"),
    "Oahkam": ("typo", "Oakham", "Oakham North East"),
    "hinkley": ("typo", "Hinckley", "Hinckley Castle"),
    "Loughbrough": ("typo", "Loughborough", "Loughborough Ashby"),
    "Evingtn": ("typo", "Evington", "North Evington"),
    "New Parks": ("several", "The Parks Medical Centre (New Parks)", None),
    "Luffenham": ("several", "North Luffenham", "South Luffenham"),
    "Ashby": ("several", "Ashby-de-la-Zouch", "Ashby Castle"),
    "Wigston": ("several", "Wigston Magna", "Wigston All Saints"),
    "Castle": ("several", "Castle", "Castle Donington"),
    "Blaby": ("several", "Blaby", "Blaby"),
    "Great Bowden": ("several", "Market Harborough-Great Bowden & Arden", None),
    "Queniboro": ("several", "Queniborough", None),
    "LE15 6N": ("postcode", "LE15 6", None),
    "LE15 6CC": ("postcode", "LE15 6", None),
    "LE99": ("postcode", "LE9 9", None),
    "Leicester 003A": ("several", "Abbey (Leicester 003A)", None),
}
NOTHING = {
    "": "empty",
    " . ": "empty",
    "((((": "empty",
    "Nuneaton": "beyond",
    "Coventry": "beyond",
    "Newton": "beyond",
    "Easton": "beyond",
    "Newton Burgoland": "name",
    "St Matthews": "name",
    "Leister": "name",
    "L'boro": "name",
    "GP": "name",
    "\u0932\u0947\u0938\u094d\u091f\u0930": "name",
    "\u0644\u06cc\u0633\u0679\u0631": "name",
    "SW1A 1AA": "outside",
    "SW1A": "outside",
    "ZZ9 9ZZ": "outside",
    "Atlantis": "name",
    "Medbourne": "name",
    "Kibworth Beauchamp": "name",
    "East Goscote": "name",
    "Scraptoft": "name",
    "market drayton": "name",
    "L315 6NT": "name",
    "Stamford, Lincolnshire": "beyond",
    "LE1O 1AA": "outside",
    "LE": "name",
    "constructor": "name",
    "__proto__": "name",
    "<img src=x onerror=alert(1)>": "name",
    "${7*7}": "name",
    "{{7*7}}": "name",
    "'; DROP TABLE areas; --": "name",
    "LE15 6NT LE15 6NT": "name",
    "LE2 7LX or LE2 7LY": "name",
    "\u043b\u0435\u0441\u0442\u0435\u0440": "name",
    "\U0001f600": "empty",
    "Kettering": "beyond",
    "x" * 10_000: "name",
}


def javascript(data):
    engine = explorer_engine(
        ("unpack.js", "journeys.js", "model.js", "text.js", "find.js"),
        "let data, names; function load(text) { data = JSON.parse(text);"
        "names = llrgeoFind.namesOf(data); return true; }"
        "function find(text) { return JSON.stringify(llrgeoFind.find(data, names, text)); }",
    )
    engine.call("load", json.dumps(data))
    return engine


@pytest.fixture(scope="module")
def llr():
    """Return the search over the embedded study's names and postcodes."""
    inputs = read_inputs(load_study(), ("areas", "sites", "base_map"))
    data = {
        "areas": _areas(inputs.areas),
        "authorities": _authorities(inputs.areas),
        "gazetteer": _gazetteer(named_places(inputs.areas, inputs.base_map)),
        "sites": _site_records(inputs.sites, inputs.base_map),
        "postcodes": pack_postcodes(inputs.postcodes, inputs.areas.index),
    }
    return javascript(data)


@pytest.mark.parametrize("typed", FOUND)
def test_an_exact_name_or_postcode_is_one_place(llr, typed):
    found = json.loads(llr.call("find", typed))
    assert found["kind"] == "found"
    place = found["place"]
    assert (place["kind"], place["name"], len(place["areas"])) == FOUND[typed]


@pytest.mark.parametrize("typed", CHOICE)
def test_what_fits_several_names_or_only_nearly_is_offered(llr, typed):
    found = json.loads(llr.call("find", typed))
    why, first, second = CHOICE[typed]  # the second is None if there is none, ... if it is open
    assert (found["kind"], found["why"]) == ("choice", why)
    offered = [place["name"] for place in found["places"]]
    assert offered[:1] == [first]
    assert second is ... or offered[1:2] == [second] * (second is not None)
    assert len(offered) <= 8
    assert all(place["areas"] for place in found["places"])


@pytest.mark.parametrize("typed", NOTHING)
def test_what_is_not_known_is_not_replaced_by_what_looks_like_it(llr, typed):
    assert json.loads(llr.call("find", typed)) == {"kind": "nothing", "why": NOTHING[typed]}


def test_a_ward_lies_where_its_name_says(llr):
    """A gazetteer's point for Evington lies in Oadby, 2 km off; the ward is in Leicester."""
    place = json.loads(llr.call("find", "Evington"))["place"]
    wards = llr.eval("JSON.stringify(data.areas.label)")
    labels = [json.loads(wards)[area] for area in place["areas"]]
    assert all(label.startswith("Evington (Leicester") for label in labels)


# --- A made-up district, where each rule can be seen on paper ---------------------------------


def made_up():
    """Return six areas, 1 km wide, in a row: two authorities, wards that share a name."""
    at = [(500 + 1_000 * place, 500) for place in range(6)]
    areas = gpd.GeoDataFrame(
        {
            "ward": ["Ash North", "Ash South & Birch", "Cedar", "Cedar", "Cedar", ""],
            "authority": ["Ayshire"] * 4 + ["Bexshire"] * 2,
        },
        index=list("abcdef"),
        geometry=[shapely.Point(x, y) for x, y in at],
        crs=BNG,
    )
    outlines = areas.set_geometry(areas.buffer(500, cap_style="square"))
    towns = {"Ash": (600, 400), "Cedar": (2_600, 400), "Dorn": (4_400, 300), "Elm": (9_000, 0)}
    places = gpd.GeoDataFrame(
        {"name": list(towns), "residents": [3_000, 2_000, 8_000, 700]},
        geometry=[shapely.Point(at) for at in towns.values()],
        crs=BNG,
    )
    return areas, BaseMap(outlines, outlines.iloc[:0], places)


def test_a_town_has_the_areas_of_the_wards_named_after_it():
    areas, base = made_up()
    found = {(place.kind, place.name, place.areas) for place in named_places(areas, base)}
    assert found == {
        ("authority", "Ayshire", (0, 1, 2, 3)),
        ("authority", "Bexshire", (4, 5)),
        ("ward", "Ash North", (0,)),
        ("ward", "Ash South & Birch", (1,)),
        ("ward", "Cedar", (2, 3)),  # and the town of that name is the same place
        ("ward", "Cedar", (4,)),
        ("town", "Ash", (0, 1)),
        ("town", "Dorn", (4,)),  # 8,000 people reach 921 m: the next middle is 922 m away
        ("town", "Elm", ()),
    }


def test_a_town_without_wards_of_its_name_reaches_as_far_as_its_residents():
    areas, base = made_up()
    larger = base.places.assign(residents=[3_000, 2_000, 12_000, 700])  # 1,128 m
    named = named_places(areas, BaseMap(base.outlines, base.roads, larger))
    assert next(place.areas for place in named if place.name == "Dorn") == (3, 4, 5)


def test_areas_that_name_neither_wards_nor_authorities_have_towns_alone():
    areas, base = made_up()
    named = named_places(areas[["geometry"]], base)
    assert [place.name for place in named] == ["Dorn", "Ash", "Cedar", "Elm"]


def test_a_point_on_no_area_has_none():
    _, base = made_up()
    points = gpd.GeoSeries([shapely.Point(1_400, 400), shapely.Point(0, 9_000)], crs=BNG)
    assert area_at(points, base) == [1, -1]


def test_a_name_that_begins_alike_elsewhere_is_offered_too():
    """Belton (Ayshire) and Belton-in-Bexshire are two villages, whose first may not be meant."""
    data = {
        "areas": {"id": ["a", "b"], "label": ["A", "B"], "authority": [0, 1]},
        "authorities": ["Ayshire", "Bexshire"],
        "gazetteer": [
            {"name": "Belton", "kind": "town", "areas": [0]},
            {"name": "Belton-in-Bexshire", "kind": "town", "areas": [1]},
            {"name": "Belton Green", "kind": "ward", "areas": [0]},
        ],
        "sites": [],
        "postcodes": {"digits": 2, "sectors": {}},
    }
    found = json.loads(javascript(data).call("find", "belton"))
    assert [place["name"] for place in found["places"]] == [
        "Belton",
        "Belton-in-Bexshire",
        "Belton Green",
    ]
    data["gazetteer"][1]["areas"] = [0]
    assert json.loads(javascript(data).call("find", "belton"))["place"]["name"] == "Belton"


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("oakham", "okham", True),
        ("oakham", "oahkam", True),
        ("oakham", "oakhams", True),
        ("oakham", "oakhem", True),
        ("oakham", "okhem", False),
        ("oakham", "akohma", False),
    ],
)
def test_one_typing_error_is_forgiven_and_not_two(llr, one, other, near):
    llr.eval("function near(one, other) { return llrgeoFind.oneApart(one, other); }")
    assert llr.call("near", one, other) is near
    assert llr.call("near", other, one) is near


def test_the_sectors_of_a_study_without_postcodes_are_none():
    areas, _ = made_up()
    assert pack_postcodes(None, pd.Index(areas.index))["sectors"] == {}
