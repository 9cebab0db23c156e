"""The figures of docs/how_many_beds.md are those of the study that it tells of."""

from pathlib import Path

import pytest

from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.inputs.embedded import embedded
from llrgeo.study.config import load_study
from llrgeo.study.result import StudyResult
from llrgeo.study.run import run_study

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[1] / "docs" / "how_many_beds.md"
NAMES = ("beds", "beds_as_a_whole", "overflow", "access_by_year")
MOVED = "twenty_to_loughborough"


@pytest.fixture(scope="module")
def result() -> StudyResult:
    """Run the study of beds without its teams."""
    study = load_study(embedded("studies/beds.toml"))
    capacity = study.capacity.model_copy(update={"rounds": {}, "crisis": {}})
    some = tuple(declared for declared in TABLES if declared.name in NAMES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llrgeo.appraisal.evidence.TABLES", some)
        return run_study(study.model_copy(update={"capacity": capacity}))


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join(PAGE.read_text(encoding="utf-8").split())


def share(value: float) -> str:
    return f"{value * 100:.1f} %"


def test_beds_needed_by_year_and_what_splitting_them_costs(result, page):
    whole = result.evidence.tables["beds_as_a_whole"].set_index(["option", "service", "year"])
    first, last = (whole.loc["today", "community_beds", year] for year in (2026, 2043))
    pool = int(first["beds_needed"] - first["extra_beds"])
    assert (
        f"community beds of 2026 (load: {first['offered_load']:.1f} beds) need "
        f"{first['beds_needed']:.0f} beds on seven sites against {pool} in one pool, and "
        f"{last['beds_needed']:.0f} in 2043"
    ) in page
    alone, two = share(first["share_refused"]), overflow_of(result, "today")
    there = f"{first['beds']:.0f} that are assumed to be there"
    assert f"Of the {there} each site alone refuses {alone}" in page
    said = f"{share(two['no_bed'])} find no bed and {share(two['placed_away'])} are placed away"
    assert said in page


def overflow_of(result, option: str):
    rows = result.evidence.tables["overflow"]
    mine = (rows["option"] == option) & (rows["service"] == "community_beds")
    return rows[mine].set_index("measure")["mean"]


def test_what_moving_twenty_beds_changes_and_for_whom(result, page):
    tables = result.evidence.tables
    beds = tables["beds"].query("service == 'community_beds' and year == 2026")
    beds = beds.set_index(["option", "site_id"])
    before, after = (beds.loc[option, "evington-centre"] for option in ("today", MOVED))
    assert (before["beds"] - after["beds"], before["offered_load"]) == (20, after["offered_load"])
    assert (
        f"of those whose ward is Evington (load: {before['offered_load']:.1f} beds) "
        f"{share(after['share_refused'])} would find it full, in place of "
        f"{share(before['share_refused'])}"
    ) in page
    there = beds.loc[MOVED, "loughborough"]
    assert there["beds"] - beds.loc[("today", "loughborough"), "beds"] == 20
    assert (
        f"Loughborough ({there['offered_load']:.1f}) has more beds than its patients fill" in page
    )
    today, moved = overflow_of(result, "today"), overflow_of(result, MOVED)
    assert f"{share(moved['no_bed'])} find no bed (today {share(today['no_bed'])})" in page
    assert (
        f"{share(moved['placed_away'])} are placed away from their nearest ward "
        f"({share(today['placed_away'])})"
    ) in page
    hours = "visitors_hours_added"
    assert (
        f"{moved[hours]:,.0f} hours a year more than if each had the nearest ({today[hours]:,.0f})"
    ) in page
    # nobody's nearest ward changes
    access = tables["access_by_year"].query("service == 'community_beds'")
    means = access.set_index(["option", "year"])["mean_min"]
    assert means[MOVED].tolist() == means["today"].tolist()
