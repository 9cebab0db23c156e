"""Imported times: each shape that other tools write is read; what is odd is refused in words."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from shapely import Point

from llrgeo.errors import InputError, LlrgeoError, RoutingError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.run import build_publication, run_study
from llrgeo.travel.imported import matrix_ids, matrix_routers
from llrgeo.travel.imported.matrices import import_travel_times
from llrgeo.travel.imported.matrix_routers import ImportedRouter
from llrgeo.travel.imported.units import unit_faults
from llrgeo.travel.times import TravelTimes, save_travel_times

AREAS, SITES = ["W", "N"], ["A", "B", "C"]
MINUTES = pd.DataFrame([[2.0, 7.5, np.inf], [3.0, 1.0, 11.0]], AREAS, SITES)
SECONDS = [[120, 450, None], [180, 60, 660]]


def assert_read(path, **told):
    found = import_travel_times(path, area_ids=AREAS, site_ids=SITES, **told)
    assert found.minutes.loc[AREAS, SITES].to_numpy().tolist() == MINUTES.to_numpy().tolist()
    return found


def long(**names):
    pairs = TravelTimes(MINUTES).to_long()
    return pairs[["area_id", "site_id", "travel_time_min"]].rename(columns=names)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_our_long_form_comes_back(tmp_path, ending):
    save_travel_times([TravelTimes(MINUTES, "transit", "am_peak")], tmp_path / f"times{ending}")
    found = assert_read(tmp_path / f"times{ending}", mode="transit", period="am_peak")
    assert (found.mode, found.period) == ("transit", "am_peak")
    with pytest.raises(InputError, match="no times for car am_peak"):
        import_travel_times(tmp_path / f"times{ending}", period="am_peak")


@pytest.mark.parametrize("column", ["travel_time", "travel_time_p50"])
def test_r5_is_read_and_written_with_blanks_for_no_journey(tmp_path, column):
    table = TravelTimes(MINUTES).to_r5py().rename(columns={"travel_time": column})
    slow = table.assign(travel_time_p90=table[column] * 3)
    slow.dropna().to_csv(tmp_path / "r5.csv", index=False)
    assert_read(tmp_path / "r5.csv")


def test_a_table_of_percentiles_without_the_median_is_refused(tmp_path):
    table = TravelTimes(MINUTES).to_r5py().rename(columns={"travel_time": "travel_time_p25"})
    table.assign(travel_time_p90=9.0).to_csv(tmp_path / "r5.csv", index=False)
    with pytest.raises(InputError, match="no column travel_time or travel_time_p50"):
        import_travel_times(tmp_path / "r5.csv")


def test_a_wide_table_is_read_and_its_sentinel_must_be_named(tmp_path):
    path = tmp_path / "wide.csv"
    MINUTES.replace(np.inf, 9999).rename_axis("LSOA").to_csv(path)
    assert_read(path, unreachable=9999)
    with pytest.raises(InputError, match="9999 minutes in 1 of 6 pairs look like a mark"):
        import_travel_times(path)
    TravelTimes(MINUTES).to_wide().to_parquet(tmp_path / "wide.parquet")
    assert_read(tmp_path / "wide.parquet")


def test_answers_of_servers_are_read_in_the_order_of_the_study(tmp_path):
    path = tmp_path / "answer.json"
    kilometres = [[1_000, 4_000, None], [2_000, 500, 9_000]]
    path.write_text(json.dumps({"code": "Ok", "durations": SECONDS, "distances": kilometres}))
    assert assert_read(path).distance_km.loc["N", "C"] == 9.0
    cells = [
        [
            {"time": seconds, "distance": None if seconds is None else seconds / 100}
            for seconds in row
        ]
        for row in SECONDS
    ]
    path.write_text(json.dumps({"sources_to_targets": cells, "units": "miles"}))
    assert assert_read(path).distance_km.loc["N", "A"] == pytest.approx(1.8 * 1.609344)
    # Asked not to be verbose, Valhalla gives two matrices in place of cells.
    compact = {"durations": SECONDS, "distances": kilometres}
    path.write_text(json.dumps({"sources_to_targets": compact, "units": "kilometers"}))
    assert assert_read(path).distance_km.loc["N", "C"] == 9_000
    with pytest.raises(InputError, match=r"a table of \(2, 3\), for 2 areas and 1 sites"):
        import_travel_times(path, area_ids=AREAS, site_ids=["A"])


def test_a_file_asked_from_the_sites_is_turned_round_with_its_distances(tmp_path):
    kilometres = MINUTES.fillna(0) * 0.7
    save_travel_times([TravelTimes(MINUTES, distance_km=kilometres)], tmp_path / "times.csv")
    router = ImportedRouter(tmp_path / "times.csv", tuple(AREAS), tuple(SITES))
    there, back = (
        router.travel_times(places(first), places(last), mode="car", period="off_peak")
        for first, last in ((AREAS, SITES), (SITES, AREAS))
    )
    assert there.minutes.to_numpy().tolist() == MINUTES.to_numpy().tolist()
    assert back.minutes.equals(there.minutes.T)
    assert back.distance_km.equals(there.distance_km.T)
    assert there.distance_km.loc["N", "C"] == pytest.approx(7.7)
    assert "imported from times.csv" in back.error_note


def places(ids):
    return gpd.GeoSeries([Point(0, 0)] * len(ids), index=ids, crs=27700)


@pytest.mark.parametrize("from_sites", [False, True])
def test_traveltime_is_read_from_either_side(tmp_path, from_sites):
    """Searches may be made from areas (departures) or for sites (arrivals)."""
    seconds = pd.DataFrame(SECONDS, AREAS, SITES, dtype=float)
    if from_sites:
        seconds = seconds.T
    results = [
        {
            "search_id": search,
            "locations": [
                {"id": place, "properties": [{"travel_time": value}]}
                for place, value in row.dropna().items()
            ],
            "unreachable": list(row.index[row.isna()]),
        }
        for search, row in seconds.iterrows()
    ]
    path = tmp_path / "traveltime.json"
    path.write_text(json.dumps({"results": results}))
    assert_read(path)


@pytest.mark.parametrize("searches", [["W"], ["A", "B"]])
def test_a_place_that_traveltime_was_not_asked_from_is_not_one_without_a_journey(
    tmp_path, searches
):
    path = tmp_path / "traveltime.json"
    results = [{"search_id": each, "locations": [], "unreachable": []} for each in searches]
    path.write_text(json.dumps({"results": results}))
    lacking = "N" if searches == ["W"] else "C"
    with pytest.raises(InputError, match=f"no search for {lacking}; put all searches into one"):
        import_travel_times(path, area_ids=AREAS, site_ids=SITES)


@pytest.mark.parametrize(
    "text",
    [
        "from_id, to_id,travel_time\nW ,A,4\nW,B,21\nN, A,9\nN,B ,\n",
        ",from_id,to_id,travel_time\n0,W,A,4\n1,W,B,21\n2,N,A,9\n3,N,B,\n",
        "LSOA, A,B \n W,4,21\nN ,9,\n",
        ",LSOA,A,B\n0,W,4,21\n1,N,9,\n",
        ",A,B\nW,4,21\nN,9,\n",
    ],
)
def test_spaces_and_row_numbers_are_no_part_of_ids(tmp_path, text):
    (tmp_path / "times.csv").write_text(text)
    read = import_travel_times(tmp_path / "times.csv").minutes.loc[["W", "N"], ["A", "B"]]
    assert read.shape == (2, 2)
    assert read.to_numpy().tolist() == [[4.0, 21.0], [9.0, np.inf]]


def test_ids_that_differ_by_spaces_alone_are_duplicates(tmp_path):
    (tmp_path / "r5.csv").write_text("from_id,to_id,travel_time\nW,A,4\nW ,A,7\n")
    with pytest.raises(InputError, match="pairs of from_id and to_id are duplicated"):
        import_travel_times(tmp_path / "r5.csv")
    (tmp_path / "wide.csv").write_text("LSOA,A, A\nW,4,7\n")
    with pytest.raises(InputError, match=r"duplicated|no travel times"):
        import_travel_times(tmp_path / "wide.csv")


def test_what_is_no_matrix_is_refused_with_what_was_found(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("site_id,name\nA,Hospital\n")
    with pytest.raises(InputError, match=r"no travel times.*found site_id, name"):
        import_travel_times(path)
    (tmp_path / "x.json").write_text('{"message": "Too big"}')
    with pytest.raises(InputError, match="it has message"):
        import_travel_times(tmp_path / "x.json")


def test_a_study_runs_on_imported_times_without_a_network(town_study, monkeypatch):
    folder, read = town_study.parent, []

    def reading(path, **kwargs):
        read.append(path.name)
        return import_travel_times(path, **kwargs)

    monkeypatch.setattr(matrix_routers, "import_travel_times", reading)
    text = town_study.read_text().replace('network = "network"', 'times = "minutes.csv"')
    town_study.write_text(text.replace('"minutes.csv"', '"minutes.csv"\ntimes_unreachable = 9999'))
    wide = pd.DataFrame(
        [[20, 25, 33], [31, 12, 14], [11, 36, 29], [9999] * 3], ["W", "N", "E", "F"], SITES
    )
    wide.rename_axis("area").to_csv(folder / "minutes.csv")
    result = run_study(load_study(town_study))
    assert read == ["minutes.csv"]  # once, for its check and for its minutes
    assert result.times.minutes.loc["N"].tolist() == [31.0, 12.0, 14.0]
    assert np.isinf(result.times.minutes.loc["F"]).all()
    assert "imported from minutes.csv" in result.times.error_note
    assert "network" not in load_study(town_study).files_read()
    # The planner would tell minutes of roads that the study does not name.
    planning = build_publication(result).planning
    assert (planning.network, planning.no_network.split(",")[0]) == (None, "journeys are imported")


def test_a_matrix_that_lacks_an_area_is_refused_before_anything_is_computed(town_study):
    folder = town_study.parent
    town_study.write_text(town_study.read_text() + "\n", encoding="utf-8")
    text = town_study.read_text().replace("title =", 'times = { car = "m.csv" }\ntitle =', 1)
    town_study.write_text(text)
    pd.DataFrame([[20, 25, 33]], ["W"], SITES).rename_axis("area").to_csv(folder / "m.csv")
    with pytest.raises(Exception, match="the table lacks 3 areas"):
        run_study(load_study(town_study))


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"from_id": ["W", "N"], "to_id": ["A", "A"], "travel_time": [7, None]}),
        pd.DataFrame({"from_id": ["W", "N"], "to_id": "A", "travel_time_p50": [7, None]}),
        pd.DataFrame({"area_id": ["W", "N"], "site_id": "A", "travel_time_min": [7.0, 9999.0]}),
        pd.DataFrame({"A": [7.0, None]}, index=["W", "N"]),
        pd.DataFrame({"lsoa": ["W", "N"], "A ": [7.0, None]}),
    ],
    ids=["r5py", "r5py-median", "long", "wide-index", "wide"],
)
def test_a_table_in_memory_is_taken_in_every_shape_and_left_as_it_was(table):
    before = table.copy()
    found = import_travel_times(table, unreachable=9999, mode="transit", period="am_peak")
    assert found.minutes.loc[["W", "N"], "A"].tolist() == [7.0, np.inf]
    assert (found.minutes.index.name, found.minutes.columns.name) == ("area_id", "site_id")
    assert (found.mode, found.period, found.engine) == ("transit", "am_peak", "table")
    pd.testing.assert_frame_equal(table, before)


def test_a_table_in_memory_is_refused_as_one_in_a_file_is():
    with pytest.raises(InputError, match=r"^table: no travel times.*found origin, dest"):
        import_travel_times(pd.DataFrame({"origin": ["W"], "dest": ["A"], "minutes": [3.0]}))
    with pytest.raises(InputError, match=r"^table: pairs of area and site are duplicated"):
        import_travel_times(
            pd.DataFrame({"area_id": ["W", "W"], "site_id": "A", "travel_time_min": [7.0, 8.0]})
        )
    with pytest.raises(InputError, match=r"^table: half of the journeys take over a day"):
        import_travel_times(pd.DataFrame({"A": [1_800.0, 2_400.0]}, index=["W", "N"]))


def long_rows(**spelt: str) -> list[str]:
    """Return a town's long table; `spelt` names pairs (`W_A`) written under another area id."""
    pairs = [("W", "A", 20), ("W", "B", 25), ("W", "C", 33), ("N", "A", 31), ("N", "B", 12)]
    written = [(spelt.get(f"{area}_{site}", area), site, m) for area, site, m in pairs]
    return ["area_id,site_id,travel_time_min", *(f"{a},{s},{m}" for a, s, m in written)]


def given(path, rows) -> ImportedRouter:
    path.write_text("\n".join(rows).replace("W", "E01000001").replace("N", "E01000057"), "utf-8")
    return ImportedRouter(path, ("E01000001", "E01000057"), ("A", "B", "C"))


def ask(router):
    def ends(ids):
        points = [Point(i, i) for i in range(len(ids))]
        return gpd.GeoSeries(points, index=[*ids], crs=27700)

    areas, sites = ends(router.area_ids), ends(router.site_ids)
    return router.travel_times(areas, sites, mode="car", period="off_peak").minutes


def test_an_id_mistyped_in_one_row_is_told(tmp_path):
    """The pair would count as no journey, and the other rows of the area would hide it."""
    sound = ask(given(tmp_path / "m.csv", long_rows()))
    assert sound.loc["E01000001"].tolist() == [20, 25, 33]
    with pytest.raises(InputError, match=r"m.csv: the area 'E0100000l' .* 'E01000001' lacks; if"):
        ask(given(tmp_path / "m.csv", long_rows(W_B="E0100000l")))
    rows = long_rows()
    rows[2] = rows[2].replace(",B,", ",b,")
    with pytest.raises(InputError, match=r"the site 'b' is not in the study .* 'B' lacks"):
        ask(given(tmp_path / "m.csv", rows))


def test_a_matrix_of_more_areas_than_the_study_has_is_read(tmp_path):
    """Neighbouring codes are nearly alike, and one has no way to a site that the other reaches."""
    more = [f"E01000058,{site},{minutes}" for site, minutes in zip("ABC", (7, 8, 9), strict=True)]
    minutes = ask(given(tmp_path / "m.csv", [*long_rows(), *more, "E01000059,A,4"]))
    assert minutes.loc["E01000057"].tolist() == [31, 12, np.inf]


def test_an_id_that_the_matrix_lacks_is_told_with_the_nearest(tmp_path):
    router = given(tmp_path / "m.csv", [row.replace("N", "E0100OO57") for row in long_rows()])
    with pytest.raises(RoutingError, match="it has 'E0100OO57': is 'E01000057' meant"):
        ask(router)


@pytest.mark.parametrize(("factor", "unit"), [(60, "seconds"), (1 / 60, "hours")])
def test_times_that_are_no_minutes_are_told_by_how_far_places_are(town_study, factor, unit):
    inputs = read_inputs(load_study(town_study))
    points = inputs.areas.geometry, inputs.sites.geometry
    metres = points[0].apply(points[1].distance)  # areas by sites
    minutes = metres / 400  # 24 km/h
    path = town_study.parent / "times.csv"
    router = ImportedRouter(path, tuple(minutes.index), tuple(minutes.columns))
    minutes.to_csv(path)
    assert router.travel_times(*points, mode="car", period="off_peak").minutes.loc["F", "A"] > 60
    (minutes * factor).to_csv(path)
    with pytest.raises(InputError, match=f"are they {unit}"):
        router.travel_times(*points, mode="car", period="off_peak")


@pytest.mark.parametrize(
    ("mode", "kph", "says"),
    [
        ("walk", 4, ""),
        ("walk", 4 * 60, "are they hours"),  # as fast as a train, so that it passed for one
        ("walk", 40, "too fast for the mode walk: are they of another mode"),
        ("cycle", 14, ""),
        ("cycle", 14 * 60, "are they hours"),
        ("car", 40, ""),
        ("tram", 240, ""),
    ],
)
def test_nobody_walks_as_fast_as_a_train(town_study, mode, kph, says):
    inputs = read_inputs(load_study(town_study))
    areas, sites = inputs.areas.geometry, inputs.sites.geometry
    minutes = areas.apply(sites.distance) / kph * 0.06
    faults = unit_faults(minutes, areas, sites, mode=mode)
    assert [says in fault for fault in faults] == ([True] if says else [])


def test_what_a_check_has_read_is_not_read_again(tmp_path):
    router = given(tmp_path / "m.csv", long_rows())
    areas, sites = places(router.area_ids), places(router.site_ids)
    checked = router.as_checked(areas, sites, mode="car", periods=["off_peak", "pm_peak"])

    def ids_and_first(router, areas, mode="car"):
        found = router.travel_times(areas, sites, mode=mode, period="pm_peak").minutes
        return found.index.tolist(), found.loc["E01000001", "A"]

    given(tmp_path / "m.csv", [row.replace(",20", ",21") for row in long_rows()])
    assert ids_and_first(checked, areas) == (["E01000001", "E01000057"], 20)
    assert ids_and_first(router, areas)[1] == 21
    # What was not checked is read: other places, another order, another mode.
    assert ids_and_first(checked, areas[::-1]) == (["E01000057", "E01000001"], 21)
    assert ids_and_first(checked, areas, mode="walk")[1] == 21


WIDE = pd.DataFrame([[20, 25, 33], [31, 12, 14], [11, 36, 29], [None] * 3], [*"WNEF"], SITES)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('modes = ["car", "walk"]', r"2 modes \(car, walk\), and no column 'mode' says"),
        ('periods = ["off_peak", "pm_peak"]', r"2 periods \(off_peak, pm_peak\), and no column"),
    ],
)
def test_one_file_is_not_of_every_mode_and_period(town_study, keys, told):
    """Walking would take as long as driving, and nothing would say so."""
    text = town_study.read_text().replace('network = "network"', f'times = "m.csv"\n{keys}')
    town_study.write_text(text)
    WIDE.rename_axis("area").to_csv(town_study.with_name("m.csv"))
    with pytest.raises(LlrgeoError, match=f"m.csv: the study asks it for {told}"):
        read_inputs(load_study(town_study))
    # A file that says it is read, and so is a file for each mode.
    kinds = [("car", "off_peak"), ("car", "pm_peak"), ("walk", "off_peak")]
    times = [TravelTimes((WIDE * n).fillna(np.inf), *kind) for n, kind in enumerate(kinds, 1)]
    save_travel_times(times, town_study.with_name("m.csv"))
    assert set(read_inputs(load_study(town_study)).routers) <= {"car", "walk"}
    WIDE.rename_axis("area").to_csv(town_study.with_name("m.csv"))
    WIDE.rename_axis("area").to_csv(town_study.with_name("n.csv"))
    by_mode = 'times = { car = "m.csv", walk = "n.csv" }\nmodes = ["car", "walk"]\n'
    town_study.write_text(text.replace(f'times = "m.csv"\n{keys}', by_mode))
    assert [*read_inputs(load_study(town_study)).routers] == ["car", "walk"]


def test_no_minutes_between_distant_places_are_refused(town_study):
    text = town_study.read_text().replace('network = "network"', 'times = "m.csv"')
    town_study.write_text(text)
    # From W to C are 1,414 m; a table whose blanks were filled with 0 would send all there at once.
    WIDE.fillna(0).rename_axis("area").to_csv(town_study.with_name("m.csv"))
    told = (
        r"m.csv: 0 minutes between places 1,000 m apart or more in 3 pairs \(F to A, F to B, F to C"
    )
    with pytest.raises(LlrgeoError, match=told):
        read_inputs(load_study(town_study))


def test_ids_of_a_table_in_memory_are_found_wherever_they_are():
    pairs = long()
    for table in (pairs.set_index(["area_id", "site_id"]), pairs.set_index("area_id")):
        assert import_travel_times(table).minutes.loc["N"].tolist() == [3.0, 1.0, 11.0]
    # Ids that are numbers are no minutes to a site called area_id.
    numbered = pd.DataFrame({"area_id": [10, 20], "A": [2.0, 3.0]})
    assert import_travel_times(numbered).minutes["A"].to_dict() == {"10": 2.0, "20": 3.0}
    unnamed = pd.DataFrame({"A": [2.0, 3.0], "B": [7.5, 1.0]})
    with pytest.raises(InputError, match="table: has no ids of areas; call the column"):
        import_travel_times(unnamed)
    levels = unnamed.set_axis(pd.MultiIndex.from_tuples([("t", "A"), ("t", "B")]), axis=1)
    with pytest.raises(InputError, match="table: rows or columns have names of several levels"):
        import_travel_times(levels)
    r5 = long(area_id="from_id", site_id="to_id", travel_time_min="travel_time")
    for table in (numbered.astype(float), r5.assign(from_id=[1.0, 1, 1, 2, 2, 2])):
        with pytest.raises(InputError, match="has numbers with decimals; write ids as text"):
            import_travel_times(table)


@pytest.mark.parametrize("mark", [-1, 99_999])
def test_any_number_may_mark_no_journey_in_the_long_form_too(tmp_path, mark):
    table = long().fillna(mark)
    table.to_csv(tmp_path / "times.csv", index=False)
    for given in (table, tmp_path / "times.csv"):
        found = import_travel_times(given, unreachable=mark).minutes
        assert found.loc["W"].tolist() == [2.0, 7.5, np.inf]
        with pytest.raises(InputError, match=r"not a number from 0 to 10,080 in 1 row \(W to C\)"):
            import_travel_times(given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (pa.table({"LSOA": AREAS, "A": [2.0, 3.0]}), "pyarrow Table; .to_pandas() makes one of it"),
        (MINUTES["A"], "pandas Series; .reset_index() makes one of it"),
        (7, "int"),
    ],
)
def test_a_table_of_another_library_is_refused_with_what_makes_one_of_pandas(given, says):
    with pytest.raises(InputError) as refused:
        import_travel_times(given)
    assert str(refused.value) == f"travel times: give a path or a pandas DataFrame; found: {says}"


def test_of_many_unknown_ids_only_the_first_are_compared(monkeypatch):
    compared = []
    monkeypatch.setattr(
        matrix_ids, "get_close_matches", lambda *asked: compared.append(len(asked[1])) or []
    )
    held = pd.Index([f"X{n:06d}" for n in range(30_000)])
    assert matrix_ids.absent_fault(pd.Index(["W"]), held, "areas") == "the table lacks 1 areas (W)"
    assert compared == [20_000]


def test_mistyped_ids_are_found_in_every_block_of_unknown_ones(monkeypatch):
    monkeypatch.setattr(matrix_ids, "_BLOCK", 2)
    ids = ["X00000001", "X00000002", "Y00000003", "Z00000004", "E0100000l", "E01000001"]
    minutes = pd.DataFrame(5.0, ids, ["A", "B"])
    minutes.loc[ids[:4], "B"] = np.inf
    minutes.loc["E0100000l", "A"] = minutes.loc["E01000001", "B"] = np.inf
    found = matrix_ids.mistyped_faults(minutes, ["E01000001"], ["A", "B"])
    assert [fault.partition(" is not")[0] for fault in found] == ["the area 'E0100000l'"]
