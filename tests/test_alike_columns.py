"""Tables whose columns or ids read the same, and columns that no schema looked at."""

import pandas as pd
import pytest

from llrgeo.errors import InputError, RoutingError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.estate import read_estate
from llrgeo.inputs.figures import read_figures
from llrgeo.inputs.housing import read_housing
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.inputs.rates import read_rates
from llrgeo.inputs.sites import check_open_on, read_sites
from llrgeo.travel.imported.matrices import import_travel_times
from llrgeo.travel.imported.matrix_routers import ImportedRouter


def changed(study, name, change):
    """Write another table in place of one of the town's, and return its path."""
    path = study.with_name(name)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["RESIDENTS", " Residents", "residents\u00a0", "\uff52esidents"])
def test_columns_that_read_the_same_are_refused(town_study, name):
    path = changed(town_study, "areas.csv", lambda table: table.assign(**{name: "5"}))
    with pytest.raises(InputError, match=r"areas\.csv: columns are duplicated \(residents"):
        read_areas(path)


@pytest.mark.parametrize("again", ["w", "\uff37", "W\u00a0"])
def test_ids_that_read_the_same_are_refused(town_study, again):
    def twice(table):
        return pd.concat([table, table.iloc[[0]].assign(area_id=again)])

    with pytest.raises(InputError, match=r"ids of 'area_id' are duplicated \(W"):
        read_areas(changed(town_study, "areas.csv", twice))


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("outside_people", "many", "'outside_people' is not a number in 3 of 3 rows"),
        ("outside_people", "-1", "'outside_people' is below 0"),
        ("outside_people", "1e308", "'outside_people' is above 1e"),
        ("outside_people", "inf", "'outside_people' is not a number"),
        ("outside_people", "0.5", "'outside_people' is not a whole number"),
        ("Outside people", "50", "did you mean 'outside_people'"),
        ("CLOSES", "2027-03-31", "did you mean 'closes'"),
        ("closes", "2027\u202e", "'closes' has characters that do not show"),
    ],
)
def test_columns_that_a_table_of_sites_may_have_are_checked(town_study, column, cell, said):
    path = changed(town_study, "sites.csv", lambda table: table.assign(**{column: cell}))
    with pytest.raises(InputError, match=said):
        read_sites(path)


def test_people_from_outside_may_be_blank(town_study):
    path = changed(
        town_study, "sites.csv", lambda table: table.assign(outside_people=["50", "", "0"])
    )
    assert read_sites(path)["outside_people"].fillna(-1).tolist() == [50, -1, 0]


POSTCODES = "postcode,easting,northing,area_id\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "the table has no rows"),
        (",450000,300000,W\n", "1 rows are not postcodes"),
        ("LE1 5WW,0x10,300000,W\n", "1 rows have no easting and northing"),
    ],
)
def test_postcodes_that_are_none_are_refused(tmp_path, rows, said):
    path = tmp_path / "postcodes.csv"
    path.write_text(POSTCODES + rows, encoding="utf-8")
    with pytest.raises(InputError, match=rf"postcodes\.csv: .*{said}"):
        read_postcodes(path)


def test_new_homes_without_rows_are_refused(tmp_path):
    path = tmp_path / "housing.csv"
    path.write_text("area_id,year,homes\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"housing\.csv: the table has no rows"):
        read_housing(["W"], path)


@pytest.mark.parametrize("column", ["PER_HOME", "Per_video"])
def test_a_cost_in_capitals_is_not_left_out(tmp_path, column):
    path = tmp_path / "costs.csv"
    table = pd.read_csv(embedded("rates/service_costs.csv"), dtype=str)
    table.rename(columns={column.lower(): column}).to_csv(path, index=False)
    with pytest.raises(InputError, match=f"did you mean '{column.lower()}'"):
        read_rates(path, kind="service_costs")


def test_a_source_of_rates_that_is_turned_around_is_refused(tmp_path):
    path = tmp_path / "incomes.csv"
    table = pd.read_csv(embedded("rates/incomes.csv"), dtype=str)
    table.loc[1, "source"] = "\u202eecruos"
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match=r"column 'source' has characters .*, in row 3"):
        read_rates(path, kind="incomes")


def test_more_money_than_there_is_is_refused(tmp_path):
    path = tmp_path / "estate.csv"
    path.write_text("site_id,year,backlog_low_gbp\nA,2020/21,1e308\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"'backlog_low_gbp' is above 1e\+12 in 1 of 1 rows \(A"):
        read_estate(["A"], path)


def test_figures_that_nobody_can_mean_are_refused(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("area_id,clinic\nW,1e308\nN,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"own\.csv: column 'clinic' is beyond 1e\+12 for W"):
        read_figures(path, index="area_id")


R5 = "from_id,to_id,travel_time{}\n"


@pytest.mark.parametrize("twice", [" from_id ", "TO_ID", "travel_time "])
def test_columns_of_times_that_read_the_same_are_refused(tmp_path, twice):
    path = tmp_path / "times.csv"
    path.write_text(R5.format(f",{twice}") + "W,A,7,5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"times\.csv: columns are duplicated"):
        import_travel_times(path)


def test_imported_times_that_lack_an_area_name_their_file(tmp_path, town_areas, town_sites):
    path = tmp_path / "times.csv"
    rows = "".join(f"{area},{site},7\n" for area in "WNE" for site in "ABC")
    path.write_text(R5.format("") + rows, encoding="utf-8")
    router = ImportedRouter(path, tuple(town_areas.index), tuple(town_sites.index))
    ends = town_areas.geometry, town_sites.geometry
    with pytest.raises(RoutingError, match=r"times\.csv: the table lacks 1 areas \(F\)"):
        router.travel_times(*ends, mode="car", period="off_peak")


@pytest.mark.parametrize("day", ["autumn 2026", "con", "November 2030", ""])
def test_no_last_day_is_before_a_date_in_words(town_sites, day):
    sites = town_sites.assign(closes=["2020-01-31", "", ""])
    check_open_on(sites, day, source="sites.csv")
    if day:
        with pytest.raises(InputError, match="'closes' is no date as 2027-03-31 in B"):
            check_open_on(sites.assign(closes=["", "soon", ""]), day, source="sites.csv")
