"""The attack on restricted studies: nothing of 1 to 7 may be solved from all that is published.

Two attacks. Linear programming bounds each count by what one or two runs published. And a study
is run on other counts than the true ones: where every file comes out the same, nobody can tell.
"""

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest
from appraisal_cases import evidence_context
from capacity_cases import write_projections
from disclosure_cases import (
    ENOUGH,
    SMALL,
    Attack,
    as_series,
    files,
    publish,
    small_counts,
    values_left,
)
from town import TOWN_FILES

from llrgeo.appraisal.disclosure import LARGEST, count_contacts, disclosable_tables
from llrgeo.appraisal.tables.declaration import make_tables
from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.errors import ConfigError, InputError
from llrgeo.schema import site_roles
from llrgeo.study.config import load_study
from llrgeo.study.run import run_study
from llrgeo.study.siting.config import load_siting
from llrgeo.study.siting.files import write_plan
from llrgeo.study.siting.services import locate_service
from llrgeo.study.siting.summary import summarise

COSTS = "service,site_id,capital,transition,closure,running,per_contact,source,date"
RULES = {declaration.name: declaration.disclosure for declaration in TABLES}
OF_COUNTS = ("activity", "places_of_care", "site_loads")
HEAD = 'title = "A study of real patients"\n' + TOWN_FILES
TODAY = '[[options]]\nid = "today"\nlabel = "Today"\nbaseline = true\n'
NEARER = '[[options]]\nid = "nearer"\nlabel = "Nearer"\nbased_on = "today"\n'
APPRAISAL = 'appraisal = {{ draws = 40, data_class = "restricted", activity = "counted.csv"{} }}\n'
CRITERIA = """criteria = [
  { measure = "mean_minutes", weight = 3 },
  { measure = "closer_to_home", weight = 2 },
  { measure = "within_standard", weight = 1 },
]
"""
CLINIC = '{ id = "clinic", label = "Clinic", standard_min = 2, rates = { age_18_64 = 90 } }'
BEDS = '{ id = "beds", label = "Beds", standard_min = 5, rates = { age_75_84 = 50 } }'

# The town of the case that was found to leak: N's 3 alone move to the cottage hospital.
TOWN = (
    HEAD + APPRAISAL.format("") + f"services = [\n  {CLINIC},\n  {BEDS},\n]\n" + CRITERIA
    + TODAY + 'sites = { clinic = ["A"], beds = ["A"] }\n'
    + NEARER + 'opens = { clinic = ["B", "C"] }\n',
    {"clinic": [40, 3, 60, 0], "beds": [0, 29, 13, 0]},
    ('[[options]]\nid = "cottage"\nlabel = "Cottage"\nbased_on = "today"\n'
    'opens = { clinic = ["B"], beds = ["B"] }\n'),
)  # fmt: skip
# Contacts by video and at home, a minimum and a hurdle; the farm's 5 can reach no site.
SHARES = (
    HEAD + APPRAISAL.format(', importance = ["closer_to_home", "mean_minutes"]')
    + 'services = [\n  { id = "clinic", label = "Clinic", standard_min = 2, visits = 3,'
    ' share_video = 0.3, share_home = 0.2, minimum_activity = 4, rates = { age_18_64 = 90 } },\n'
    f'  {BEDS},\n]\nhurdles = [{{ measure = "within_standard", limit = 0.1 }}]\n' + CRITERIA
    + TODAY + 'sites = { clinic = ["A", "C"], beds = ["A"] }\n'
    + NEARER + 'opens = { beds = ["B"] }\n',
    {"clinic": [83, 6, 131, 5]},
    '[[options]]\nid = "fewer"\nlabel = "Fewer"\nbased_on = "today"\ncloses = { clinic = ["C"] }\n',
)  # fmt: skip
# Two counted services beside a team by rates; each area has few contacts with one of the two.
MIXED = (
    HEAD + APPRAISAL.format("") + f"services = [\n  {CLINIC},\n  {BEDS},\n"
    '  { id = "nurses", label = "Nurses", delivery = "team", standard_min = 5,'
    " rates = { age_85_plus = 700 } },\n]\n" + CRITERIA
    + TODAY + 'sites = { clinic = ["A", "B"], beds = ["A"], nurses = ["A"] }\n'
    + NEARER + 'opens = { clinic = ["C"], beds = ["B"] }\n',
    {"clinic": [212, 7, 2, 1], "beds": [4, 97, 58, 3]},
    '[[options]]\nid = "fewer"\nlabel = "Fewer"\nbased_on = "today"\ncloses = { clinic = ["B"] }\n',
)  # fmt: skip
# A team whose visits were counted: few homes of one area, none of another.
TEAM = (
    HEAD + APPRAISAL.format("") + f"services = [\n  {CLINIC},\n"
    '  { id = "nurses", label = "Nurses", delivery = "team", standard_min = 5,'
    " rates = { age_85_plus = 700 } },\n]\n" + CRITERIA
    + TODAY + 'sites = { clinic = ["A"], nurses = ["A", "B"] }\n'
    + NEARER + 'opens = { clinic = ["B"] }\n',
    {"clinic": [31, 2, 44, 0], "nurses": [62, 90, 6, 4]},
    '[[options]]\nid = "base"\nlabel = "Base"\nbased_on = "today"\ncloses = { nurses = ["B"] }\n',
)  # fmt: skip
# Pages of the three areas of the town, and of the farm alone: each is the rest of the other.
PLACES = ("--place", "Town", "--place", "Fields")
STUDIES = {"town": TOWN, "shares": SHARES, "mixed": MIXED, "team": TEAM}


class Case:
    """A study of real patients on disk, run once as it is and once with one option more."""

    def __init__(self, town: Path, folder: Path, study: tuple[str, dict[str, list[int]], str]):
        self.folder, (text, counts, more) = folder, study
        for item in ("areas.csv", "sites.csv", "outlines.geojson"):
            shutil.copy(town / item, folder / item)
        shutil.copytree(town / "network", folder / "network")
        hosts = self.sites_text((folder / "sites.csv").read_text("utf-8"))
        (folder / "sites.csv").write_text(hosts, encoding="utf-8")
        self.study, self.larger = folder / "study.toml", folder / "larger.toml"
        self.study.write_text(text, encoding="utf-8")
        self.larger.write_text(text + more, encoding="utf-8")
        index = pd.Index(["W", "N", "E", "F"], name="area_id")
        self.counted = pd.DataFrame(counts, index)
        self.write(self.counted)
        self.areas = pd.read_csv(folder / "areas.csv", index_col="area_id")
        self.roles = site_roles(pd.read_csv(folder / "sites.csv", index_col="site_id"))
        self.out = publish(self.study, folder / "out", *PLACES)
        self.out_larger = publish(self.larger, folder / "out_larger", *PLACES)

    def sites_text(self, text: str) -> str:
        return text.replace("clinic;beds", "clinic;beds;nurses")

    def write(self, counted: pd.DataFrame) -> None:
        counted.to_csv(self.folder / "counted.csv")

    def attacks(self) -> tuple[Attack, Attack]:
        return tuple(Attack(out, self.areas, self.roles) for out in (self.out, self.out_larger))

    def publishes(self, counted: pd.DataFrame, study: Path, out: Path) -> bool:
        """Say whether a run on other counts publishes the very same files."""
        self.write(counted)
        try:
            return files(publish(study, self.folder / "other", *PLACES)) == files(out)
        finally:
            self.write(self.counted)
            shutil.rmtree(self.folder / "other", ignore_errors=True)


@pytest.fixture(scope="module", params=STUDIES)
def case(request, town_study_once, tmp_path_factory) -> Case:
    folder = tmp_path_factory.mktemp(request.param)
    return Case(town_study_once.parent, folder, STUDIES[request.param])


class Shown:
    """What one run shows of counts: the three tables that know any, made anew on other counts.

    That nothing else of the files knows any is for the test of all files.
    """

    def __init__(self, study: Path):
        self.run = run_study(load_study(study))
        self.inputs = self.run.appraisal_inputs
        context = evidence_context(self.run.results, self.inputs, "today")
        self.tables = make_tables([one for one in TABLES if one.name in OF_COUNTS], context)

    def __call__(self, counted: pd.DataFrame) -> list[str]:
        inputs = replace(self.inputs, activity=counted.astype(float))
        contacts = count_contacts(self.run.results, inputs, baseline="today")
        shown = disclosable_tables(self.tables, RULES, contacts)
        return [shown[name].to_csv() for name in OF_COUNTS]


def worlds(case: Case) -> tuple[dict[tuple[str, str], set[int]], pd.DataFrame]:
    """Return values that each small count might have, and counts that differ in all they can.

    Of the values no more than enough are looked for.
    Each value is seen on counts on which both runs show the same: what the one area has more,
    another has fewer, or none has.
    """
    runs = [Shown(study) for study in (case.study, case.larger)]
    true = [run(case.counted) for run in runs]

    def shows_the_same(other: pd.DataFrame) -> bool:
        return all(run(other) == shown for run, shown in zip(runs, true, strict=True))

    def changed(counts: pd.DataFrame, key: tuple[str, str], value: int) -> pd.DataFrame | None:
        service, area = key
        others = counts[service].drop(area).sort_values(ascending=False).index
        for partner in (*others, None):
            other = counts.copy()
            if partner is not None:
                other.loc[partner, service] += other.loc[area, service] - value
            other.loc[area, service] = value
            if (other >= 0).all(axis=None) and shows_the_same(other):
                return other
        return None

    found, together = {}, case.counted
    for key in small_counts(case.counted):
        possible = (value for value in SMALL if changed(case.counted, key, value) is not None)
        found[key] = set(islice(possible, ENOUGH))
        for value in sorted(found[key] - {case.counted.loc[key[1], key[0]]}):
            further = changed(together, key, value)
            if further is not None:
                together = further
                break
    return found, together


def test_linear_programming_leaves_at_least_4_of_the_values_1_to_7(case):
    one, two = case.attacks()
    true = as_series(case.counted)
    for bounds in (one.left(), two.left(), one.left(two)):
        counts = true[bounds.index]
        assert (bounds["low"] <= counts + 1e-6).all()  # else the attack understands nothing
        assert (bounds["high"] >= counts - 1e-6).all()
        for key in small_counts(case.counted):
            assert len(values_left(bounds.loc[key])) >= ENOUGH, (key, bounds.loc[key].tolist())


def test_other_small_counts_publish_the_very_same_files(case):
    """Each small count may be at least 4 numbers, for all that both runs have published."""
    found, other = worlds(case)
    assert {key: len(values) for key, values in found.items() if len(values) < ENOUGH} == {}
    small = small_counts(case.counted)
    assert any(
        other.loc[area, service] != case.counted.loc[area, service] for service, area in small
    )
    assert case.publishes(other, case.study, case.out)
    assert case.publishes(other, case.larger, case.out_larger)


@pytest.mark.parametrize("case", ["town"], indirect=True)
def test_other_large_counts_do_show(case):
    """The comparison of all files is no comparison of nothing: a hundred more are seen."""
    other = case.counted + 100 * (case.counted > LARGEST)
    assert not case.publishes(other, case.study, case.out)


def test_pages_of_places_are_the_same_whatever_the_counts(case):
    """So nothing is solved of a count by a place's five forms, nor by one place less another."""
    case.write(case.counted.iloc[::-1].set_axis(case.counted.index) * 13 + 9)
    try:
        other = files(publish(case.study, case.folder / "of_others", *PLACES))
    finally:
        case.write(case.counted)
    told = {name: content for name, content in files(case.out).items() if "places/" in name}
    assert len(told) == 10
    assert told == {name: content for name, content in other.items() if "places/" in name}


def test_nothing_confirms_a_guess_of_the_activity_file(case):
    activity = sha256((case.folder / "counted.csv").read_bytes()).hexdigest().encode()
    assert [name for name, content in files(case.out).items() if activity in content] == []
    manifest = json.loads((case.out / "manifest.json").read_text("utf-8"))
    hashed = {"study": manifest["study"], "inputs": {**manifest["inputs"], "activity": activity}}
    hashed["inputs"]["activity"] = activity.decode()
    told = {**hashed, "llrgeo": manifest["versions"]["llrgeo"]}
    run_id = sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    assert manifest["run_id"] != run_id


def test_a_restricted_study_still_tells_of_residents(case):
    tables = {path.stem: pd.read_csv(path) for path in (case.out / "tables").glob("*.csv")}
    assert {"people_by_service", "journeys", "equity", "worst_changes", "places"} <= set(tables)
    assert tables["scorecard"]["mean_minutes"].notna().all()
    assert "closer_to_home" not in tables["scorecard"]
    assert "Set aside, because they count patients" in tables["robustness"].loc[0, "sentence"]
    assert "built on residents" in (case.out / "report.html").read_text("utf-8")


def test_a_study_of_nothing_but_criteria_of_contacts_is_refused(case):
    text = case.study.read_text("utf-8").replace('measure = "mean_minutes"', 'measure = "carbon"')
    study = case.folder / "refused.toml"
    study.write_text(text.replace('"mean_minutes"', '"carbon"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"carbon, closer_to_home, within_standard.*mean_minutes"):
        run_study(load_study(study))


def test_a_plan_of_sites_is_by_residents(case):
    """The best plan is the best by some weights: by contacts, it would bound them."""
    config = load_siting(None, service="clinic", p=1)
    found = locate_service(load_study(case.study), config)
    said = " ".join(summarise(found))
    assert "every resident counts once" in said
    files_before = {p.name: p.read_bytes() for p in write_plan(found, case.folder / "plan")}
    other = case.counted.assign(clinic=case.counted["clinic"].to_numpy()[::-1])
    case.write(other)
    again = write_plan(locate_service(load_study(case.study), config), case.folder / "again")
    case.write(case.counted)
    changed = [p.name for p in again if p.read_bytes() != files_before[p.name]]
    # The seconds of the search alone, and the checksums of the files that hold them.
    described = {"datapackage.json", "ro-crate-metadata.json"}
    assert set(changed) <= {"plans.csv", "summary.txt", *described}
    assert " ".join(summarise(found)).split("(gap")[0] == said.split("(gap")[0]
    with pytest.raises(ConfigError, match="count contacts"):
        locate_service(load_study(case.study), config.model_copy(update={"minimum_activity": 5.0}))


BEDS = """
[[services]]
id = "beds"
label = "Minor treatment"
standard_min = 5
rates = { age_75_84 = 500 }

[[services]]
id = "ward"
label = "Ward"
delivery = "bed"
standard_min = 5
rates = { age_75_84 = 1000 }
beds = { length_of_stay_days = 20, days_between_visits = 4, target = { loss = 0.1 } }

"""
CAPACITY = (
    HEAD.replace('network = "network"', 'network = "network"\nyears = [2025, 2035]')
    + APPRAISAL.format(', service_costs = "costs.csv"')
    + CRITERIA
    + """[capacity]
projections = "projections.csv"
rooms = { beds = { slot_min = 30 } }
estate = "estate.csv"

[[services]]
id = "clinic"
label = "Clinic"
standard_min = 2
rates = { age_18_64 = 90 }
"""
    + BEDS
    + TODAY
    + 'sites = { clinic = ["A"], beds = ["A"], ward = ["A"] }\n'
    "beds = { ward = { A = 9 } }\nrooms = { A = 1 }\n"
    + NEARER
    + 'opens = { clinic = ["B", "C"] }\n'
    'moves_beds = [{ from = "A", to = "B", beds = 4 }]\n'
)


@pytest.mark.slow
def test_beds_years_estate_and_print_maps_know_no_count(town_study_once, town_areas, tmp_path):
    """A count of 3 and one of 4 publish the same files, print maps and capacity among them."""
    for item in ("areas.csv", "outlines.geojson"):
        shutil.copy(town_study_once.parent / item, tmp_path / item)
    shutil.copytree(town_study_once.parent / "network", tmp_path / "network")
    sites = (town_study_once.parent / "sites.csv").read_text("utf-8")
    (tmp_path / "sites.csv").write_text(sites.replace("clinic;beds", "clinic;beds;ward"), "utf-8")
    write_projections(tmp_path / "projections.csv", town_areas)
    (tmp_path / "estate.csv").write_text("site_id,year,floor_area_m2\nA,2024/25,2000\n")
    rows = [f"{one},,900,0,0,5,3,invented,2026" for one in ("clinic", "beds", "ward")]
    (tmp_path / "costs.csv").write_text("\n".join([COSTS, *rows]))
    (tmp_path / "study.toml").write_text(CAPACITY, "utf-8")
    index = pd.Index(["W", "N", "E", "F"], name="area_id")
    seen = {}
    for north in (3, 4, 90):
        pd.DataFrame({"clinic": [40, north, 60, 0]}, index).to_csv(tmp_path / "counted.csv")
        more = ("--print",) if north < LARGEST else ()
        out = publish(tmp_path / "study.toml", tmp_path / f"out_{north}", *more)
        seen[north] = files(out)
        assert "planner.html" not in seen[north]  # a page that computes with contacts holds them
    with pd.ExcelFile(tmp_path / "out_3" / "tables.xlsx") as book:
        assert {"estate", "works", "costs_by_year"} & set(book.sheet_names)
    assert any(name.endswith(".svg") for name in seen[3])
    assert [name for name in seen[3] if seen[3][name] != seen[4].get(name)] == []
    # The comparison is no comparison of nothing: large counts do show.
    assert [name for name in seen[3] if seen[3][name] != seen[90].get(name, seen[3][name])] != []
