"""Embedded tables, served as publishers would, come out of the compile scripts as they are.

The server serves the embedded figures in the publishers' formats. So this compares the code, not
the figures: whether every column is asked for, joined and summed as the embedded table has it.
"""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invented_icb import AGES, DISABILITY, SINGLE_AGES, Invented, small
from official_files import text_of, zipped
from official_server import serving

from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.estate import RETURNED, check_estate

COMPILE = Path(__file__).parents[1] / "data" / "compile"
BOARD = "NHS Leicester, Leicestershire and Rutland Integrated Care Board"


def served(areas: pd.DataFrame) -> Invented:
    """Return the embedded areas as the publishers have them; each band in one of its ages."""
    place = small()
    areas = areas.set_index(areas["area_id"].rename("code"))
    ages = pd.DataFrame(0, index=areas.index, columns=list(AGES))
    # Those under 18 are put partly among those of 15 to 19, beside the youngest adults.
    minors, adults = areas["age_0_17"] // 4, areas["age_18_64"] // 9
    ages[AGES[1]] = areas["age_0_17"] - minors
    ages[AGES[3]] = minors + adults
    ages[AGES[7]] = areas["age_18_64"] - adults
    ages[AGES[14]] = areas["age_65_74"]
    ages[AGES[15]] = areas["age_75_84"]
    ages[AGES[17]] = areas["age_85_plus"]
    teens = pd.DataFrame(0, index=areas.index, columns=list(SINGLE_AGES))
    teens[SINGLE_AGES[1]], teens[SINGLE_AGES[4]] = minors, adults
    disability = pd.DataFrame(0, index=areas.index, columns=list(DISABILITY))
    disability[DISABILITY[0]] = areas["disabled"] // 3
    disability[DISABILITY[1]] = areas["disabled"] - areas["disabled"] // 3
    disability[DISABILITY[3]] = areas["residents"] - areas["disabled"]
    others = {
        name: pd.DataFrame(
            {column: areas["residents"] if at == 0 else 0 for at, column in enumerate(table)},
            index=areas.index,
        )
        for name, table in place.counts.items()
    }
    counts = {**others, "NM_2020_1": ages, "NM_2014_1": teens, "NM_2056_1": disability}
    rows = pd.DataFrame(
        {
            "name": areas["name"],
            "x": areas["easting"],
            "y": areas["northing"],
            "lad": areas["authority_code"],
            "lad_name": areas["authority"],
            "board": "E54000015",
            "ward": areas["ward"],
            "residents": areas["residents"],
            "rural": areas["rural_urban"] == "Rural",
            "class": areas["rural_urban_class"],
            "imd_rank": areas["imd_rank"],
            "imd_score": areas["imd_score"],
        }
    )
    return Invented(rows, counts, place.sites, boards={"E54000015": BOARD})


SCRIPTS = ("areas", "estate", "official", "projections", "sites")


@pytest.fixture
def compile_script(monkeypatch):
    """Return what imports a script beside the data; none of them stays loaded."""
    monkeypatch.syspath_prepend(str(COMPILE))
    for name in SCRIPTS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module
    for name in SCRIPTS:
        sys.modules.pop(name, None)


@pytest.fixture
def publishers(tmp_path):
    """Serve files in place of the invented board's own, and return where they can be had."""
    with serving(small()) as server:

        def serve(**files):
            server.files._made.update(files)
            return tmp_path / "downloads", server.sources(tmp_path / "sources.toml")

        yield serve


def single_years(table):
    """Return embedded projections as the ONS publishes them: single years to 90, and all ages."""
    years, rows = sorted(set(table["year"])), []
    bands = [name for name in table.columns if name.startswith("age_")]
    for (code, sex), each in table.groupby(["authority_code", "sex"]):
        people = each.set_index("year")[bands]
        for age in range(91):
            band = people[f"age_{age // 5 * 5}"]
            if age == 90:
                counts = people[["age_90", "age_95", "age_100"]].sum(axis=1)
            else:
                counts = band // 5 + (band % 5 if age % 5 == 2 else 0)
            label = "90 and over" if age == 90 else str(age)
            rows.append((code, f"{sex}s", label, *counts.loc[years]))
        rows.append((code, f"{sex}s", "All ages", *people.sum(axis=1).loc[years]))
    header = ("AREA_CODE", "SEX", "AGE_GROUP", *years)
    return zipped({"people.csv": text_of([header, *rows])})


def test_the_embedded_projections_come_out_of_the_publishers_format(compile_script, publishers):
    table = pd.read_csv(embedded("projections.csv"))
    table = table[table["year"].isin([2026, 2031])]
    script = compile_script("projections")
    found = script.fetch_projections(*publishers(projections=single_years(table)))
    assert list(found.columns) == list(table.columns)
    keys = ["authority_code", "year", "sex"]
    found, table = (one.set_index(keys).sort_index() for one in (found, table))
    assert (found["authority"] == table["authority"]).all()
    assert set(found["variant"]) == {"2022-based"}
    younger = [f"age_{age}" for age in range(0, 90, 5)]
    pd.testing.assert_frame_equal(found[younger], table[younger], check_dtype=False)
    oldest = table[["age_90", "age_95", "age_100"]].sum(axis=1)
    assert (found["age_90"] == oldest).all()
    assert (found[["age_95", "age_100"]] == 0).all(axis=None)


def test_the_embedded_estate_comes_out_of_a_return(compile_script, publishers):
    estate = pd.read_csv(embedded("estate.csv"))
    columns = {f"{begins} (m² or £)": ours for begins, ours in RETURNED.items()}
    columns["Gross internal floor area (m²)"] = columns.pop("Gross internal floor area (m² or £)")
    told = estate[list(columns.values())].astype(object)
    told = told.where(told.notna(), "Not Applicable")
    head = estate[["return_code", "return_name"]].assign(kind="Community hospital")
    rows = pd.concat([head, told], axis=1).to_numpy().tolist()
    header = ("Site Code", "Site Name", "Site Type", *columns)
    returns = text_of([header, *rows]).decode().encode("cp1252")
    found = compile_script("estate").fetch_estate(*publishers(returns=returns))
    assert list(found["return_name"]) == list(estate["return_name"])
    figures = check_estate(found, set(estate["site_id"]), source="found")[list(RETURNED.values())]
    ours = estate.set_index("site_id")[list(RETURNED.values())]
    pd.testing.assert_frame_equal(figures, ours, check_dtype=False, check_like=True)
    assert figures["backlog_high_gbp"].notna().sum() == 10  # one is not applicable, and not 0


def test_the_embedded_sites_lie_where_code_point_open_has_their_postcodes(
    compile_script, publishers
):
    sites = pd.read_csv(embedded("sites.csv"), dtype={"beds": "Int64"})
    script = compile_script("sites")
    known = script.AUTHORITIES | script.AUTHORITIES_ACROSS_THE_BORDER
    codes = {name: code for code, name in known.items()}
    rows = [
        (
            one.postcode,
            10,
            one.easting,
            one.northing,
            "E92000001",
            "",
            "",
            "",
            codes[one.authority],
            "",
        )
        for one in sites.itertuples()
    ]
    files = {}
    for letters in {row[0][: 2 if row[0][1].isalpha() else 1].lower() for row in rows}:
        own = [row for row in rows if row[0].lower().startswith(letters)]
        files[f"Data/CSV/{letters}.csv"] = text_of(own)
    directory = script.fetch_directory(sites["postcode"], *publishers(postcodes=zipped(files)))
    placed = script.place_by_postcode(sites, directory)
    pd.testing.assert_frame_equal(placed, sites, check_dtype=False)


def test_the_embedded_areas_are_rebuilt_by_the_same_code_as_any_boards(compile_script, tmp_path):
    table = pd.read_csv(embedded("areas.csv"))
    with serving(served(table)) as server:
        script = compile_script("areas")
        found = script.fetch_areas(
            tmp_path / "downloads", server.sources(tmp_path / "sources.toml")
        )
        asked = len(server.requests)
    script.check_areas(found)
    both = [name for name in table.columns if name in found.columns]
    assert both == list(table.columns)
    degrees = ["lat", "lon"]
    pd.testing.assert_frame_equal(
        found[both].drop(columns=degrees), table.drop(columns=degrees), check_dtype=False
    )
    # The embedded degrees come from the publisher; ours from its metres, a metre apart at most.
    assert np.abs(found[degrees] - table[degrees]).to_numpy().max() <= 2e-5
    # Boards, two counts and lookup; three layers by lists of 90 codes; eight tables of nine
    # authorities; the indices.
    assert asked == 4 + 3 * 8 + 8 * 9 + 1
