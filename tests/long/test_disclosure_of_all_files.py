"""Every writer's files of one restricted study: none of them tells a small count.

Two runs, the second with an option more, each with the kit, maps for print, and beds, rooms and
teams over the years; their difference; and what `locate` writes for every objective. The counts are
attacked by linear programming, and all is written again on other counts, each small one changed:
every file comes out the same, byte for byte.
"""

from pathlib import Path

import pandas as pd
import pytest
from capacity_cases import write_projections
from disclosure_cases import ENOUGH, as_series, files, publish, small_counts, values_left
from test_disclosure_attack import (
    APPRAISAL,
    BEDS,
    COSTS,
    CRITERIA,
    HEAD,
    NEARER,
    TODAY,
    Case,
    worlds,
)

from llrgeo.appraisal.siting.names import OBJECTIVE_NAMES
from llrgeo.study.config import load_study
from llrgeo.study.run_difference import compare_folders, write_difference
from llrgeo.study.siting.config import load_siting
from llrgeo.study.siting.files import write_plan
from llrgeo.study.siting.services import locate_service

# Who comes to the ward, the clinic and the nurses was counted; each area has few with one of them.
COUNTS = {
    "clinic": [83, 3, 131, 5],
    "beds": [62, 29, 6, 4],
    "ward": [41, 2, 57, 0],
    "nurses": [7, 90, 38, 61],
}
FEWER = '[[options]]\nid = "fewer"\nlabel = "Fewer"\nbased_on = "nearer"\n'
STUDY = (
    HEAD.replace('network = "network"', 'network = "network"\nyears = [2025, 2035]')
    + APPRAISAL.format(', service_costs = "costs.csv"')
    + CRITERIA
    + """[capacity]
projections = "projections.csv"
age_rates = "age_rates.csv"
rooms = { beds = { slot_min = 30 } }
estate = "estate.csv"

[[indicators]]
id = "board"
label = "At home after discharge"
unit = "%"
better = "higher"
source = "a board"
date = "2025"
file = "board.csv"
count = false

[[services]]
id = "clinic"
label = "Clinic"
standard_min = 2
share_video = 0.3
minimum_activity = 4
rates = { age_18_64 = 90 }
"""
    + BEDS
    + """
[[services]]
id = "nurses"
label = "Nurses"
delivery = "team"
standard_min = 5
rates = { age_85_plus = 700 }

"""
    + TODAY
    + 'sites = { clinic = ["A", "C"], beds = ["A"], ward = ["A"], nurses = ["A", "B"] }\n'
    "beds = { ward = { A = 9 } }\nrooms = { A = 1 }\n"
    + NEARER
    + 'opens = { clinic = ["B"] }\nmoves_beds = [{ from = "A", to = "B", beds = 4 }]\n',
    COUNTS,
    FEWER + 'closes = { clinic = ["C"], nurses = ["B"] }\n',
)  # fmt: skip


class AllFiles(Case):
    """A study with all that a study may have, and everything that is written of it."""

    def __init__(self, town: Path, folder: Path, areas: pd.DataFrame) -> None:
        write_projections(folder / "projections.csv", areas)
        (folder / "estate.csv").write_text("site_id,year,floor_area_m2\nA,2024/25,2000\n")
        rows = [f"{one},,900,0,0,5,3,invented,2026" for one in COUNTS]
        (folder / "costs.csv").write_text("\n".join([COSTS, *rows]))
        ages = [f"ward,{age},{1000 if 75 <= age < 85 else 0}" for age in range(91)]
        (folder / "age_rates.csv").write_text("\n".join(["service,age,rate", *ages]))
        (folder / "board.csv").write_text("authority,board\nTown,81.5\nFields,76\n")
        super().__init__(town, folder, STUDY)

    def sites_text(self, text: str) -> str:
        return text.replace("clinic;beds", "clinic;beds;ward;nurses")

    def publish_all(self, out: Path) -> dict[str, bytes]:
        """Write both runs, their difference and every plan of sites; return all bytes."""
        with pytest.MonkeyPatch.context() as changed:  # the town's wards are of few people
            changed.setattr("llrgeo.publish.kit.places.WARD_RESIDENTS", 50)
            for study in (self.study, self.larger):
                publish(study, out / study.stem, "--kit", "--print")
        compared = compare_folders(out / self.study.stem, out / self.larger.stem)
        write_difference(compared, out / "difference")
        asked = [("clinic", name) for name in OBJECTIVE_NAMES]
        for service, objective in [*asked, ("ward", "p-median"), ("nurses", "mclp")]:
            covers = objective.startswith("lscp")
            mix = {"mix": {"p-median": 2.0, "mclp": 1.0}} if objective == "mix" else {}
            config = load_siting(
                None, service=service, objective=objective, standard_min=4.0,
                p=None if covers else 1, **mix,
            )  # fmt: skip
            found = locate_service(load_study(self.study), config)
            write_plan(found, out / f"{objective} {service}")
        return files(out)


@pytest.fixture(scope="module")
def case(town_study_once, town_areas, tmp_path_factory) -> AllFiles:
    return AllFiles(town_study_once.parent, tmp_path_factory.mktemp("all"), town_areas)


def test_bounds_of_both_runs_leave_at_least_4_values(case):
    one, two = case.attacks()
    true = as_series(case.counted)
    for bounds in (one.left(), two.left(), one.left(two)):
        assert (bounds["low"] <= true[bounds.index] + 1e-6).all()
        assert (bounds["high"] >= true[bounds.index] - 1e-6).all()
        left = {key: len(values_left(bounds.loc[key])) for key in small_counts(case.counted)}
        assert min(left.values()) >= ENOUGH, left


def test_on_other_small_counts_every_writer_writes_the_very_same_files(case, tmp_path):
    found, other = worlds(case)
    assert {key: len(values) for key, values in found.items() if len(values) < ENOUGH} == {}
    small = small_counts(case.counted)
    moved = [key for key in small if other.loc[key[1], key[0]] != case.counted.loc[key[1], key[0]]]
    assert len(moved) >= len(small) - 1
    before = case.publish_all(tmp_path / "one")
    case.write(other)
    after = case.publish_all(tmp_path / "two")
    assert [name for name in before | after if before.get(name) != after.get(name)] == []
    kinds = ("places/", "print/", "difference/difference.html", "p-centre clinic/", "report.html")
    assert all(any(kind in name for name in before) for kind in kinds), sorted(before)
    # The comparison is no comparison of nothing: large counts do show.
    case.write(case.counted + 100)
    assert files(publish(case.study, tmp_path / "three")) != files(tmp_path / "one" / "study")
