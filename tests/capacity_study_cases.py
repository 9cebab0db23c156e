"""What the tests of capacity in study files share: one study of the toy town, run with changes."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from capacity_cases import write_projections
from town import TOWN_FILES

from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.errors import LlrgeoError
from llrgeo.study.config import StudyConfig, load_study
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.result import StudyResult
from llrgeo.study.run import run_study

# Admissions of the base year: 95 people of 75 to 84 in the projection of 2024, 1 % more by 2025,
# of whom 80 can reach a site.
STUDY = (
    'title = "Beds in the toy town"\n'
    + TOWN_FILES
    + """\
years = [2025, 2035, 2043]
appraisal = { draws = 200, service_costs = "costs.csv" }
criteria = [{ measure = "mean_minutes", weight = 1 }, { measure = "worse_off", weight = 1 }]

[capacity]
projections = "projections.csv"
rooms = { clinic = { slot_min = 30 } }
machines = { clinic = { shares = { mri = 0.3 } } }
rounds = { nurses = { care_min = 25, visits_a_round = 6 } }
crisis = { calls = { share = 0.8 } }
estate = "estate.csv"

[[services]]
id = "clinic"
label = "Clinic"
standard_min = 2
rates = { age_18_64 = 1000 }
visits = 2

[[services]]
id = "ward"
label = "Ward"
delivery = "bed"
standard_min = 5
rates = { age_75_84 = 1000 }
beds = { length_of_stay_days = 20, days_between_visits = 4, target = { loss = 0.1 } }

[[services]]
id = "nurses"
label = "Nurses"
delivery = "team"
standard_min = 9
rates = { age_65_74 = 30000 }

[[services]]
id = "calls"
label = "Calls"
delivery = "team"
standard_min = 9
rates = { age_85_plus = 90000 }

[[options]]
id = "today"
label = "Today"
baseline = true
sites = { clinic = ["A"], ward = ["A"], nurses = ["A"], calls = ["A"] }
beds = { A = 9 }
rooms = { A = 1 }

[[options]]
id = "moved"
label = "Some beds at the cottage hospital"
based_on = "today"
moves_beds = [{ from = "A", to = "B", beds = 4 }]
"""
)
BY_NAME = {declaration.name: declaration for declaration in TABLES}
COSTS = "service,site_id,capital,transition,closure,running,per_contact,source,date\n"
ESTATE = """site_id,year,floor_area_m2,parking_spaces,backlog_high_gbp
A,2024/25,2000,6,70000
B,2024/25,800,Not Applicable,3000
"""
HOMES = "area_id,year,homes\nN,2024,10\nN,2030,50\n"


def write_capacity_study(folder: Path, areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> Path:
    """Write beside the toy town's files what the study names besides; return the folder."""
    write_projections(folder / "projections.csv", areas)
    served = sites.drop(columns="geometry").assign(services="clinic;ward;nurses;calls")
    served.to_csv(folder / "sites.csv")
    services = ("clinic", "ward", "nurses", "calls")
    rows = [f"{service},,900,0,0,5,3,invented,2026" for service in services]
    (folder / "costs.csv").write_text(COSTS + "\n".join(rows), encoding="utf-8")
    (folder / "estate.csv").write_text(ESTATE, encoding="utf-8")
    return folder


def study_of_town(folder, *changes: tuple[str, str]) -> StudyConfig:
    text = STUDY
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return load_study(folder / "study.toml")


def run(folder, *changes: tuple[str, str], names: tuple[str, ...] = ()) -> StudyResult:
    """Run the study; make only some of the tables, where they are named."""
    some = tuple(BY_NAME[name] for name in names) or TABLES
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llrgeo.appraisal.evidence.TABLES", some)
        return run_study(study_of_town(folder, *changes))


def table(result: StudyResult, name: str, **keys) -> pd.DataFrame:
    rows = result.evidence.tables[name]
    for key, value in keys.items():
        rows = rows[rows[key] == value]
    assert len(rows), (name, keys)
    return rows


def only(result: StudyResult, name: str, column: str, **keys):
    rows = table(result, name, **keys)
    assert len(rows) == 1
    return rows[column].iloc[0]


def fault(folder, *changes: tuple[str, str]) -> str:
    with pytest.raises(LlrgeoError) as raised:
        _ = [
            getattr(StudyInputs(study_of_town(folder, *changes)), part)
            for part in ("options", "capacity")
        ]
    return str(raised.value)
