"""Groups of many levels are worked out over their own areas: the figures are those of all areas."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.accessibility.catchments import _by_group
from llrgeo.appraisal.people import wide_groups
from llrgeo.appraisal.people.access import Access
from llrgeo.appraisal.people.people_by_service import CLASSES, count_people
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.appraisal.people.wide_groups import Columns, Counted, by_columns


def random_people(rng: np.random.Generator, areas: int, authorities: int) -> pd.DataFrame:
    """Return people by group, some authorities without any, as `people_by_group` has them."""
    residents = rng.integers(0, 90, areas)
    young = rng.binomial(residents, 0.3)
    columns = {EVERYONE: residents, ("age", "young"): young, ("age", "old"): residents - young}
    code = rng.integers(0, authorities, areas)
    for number in range(authorities):
        columns["authority", f"d{number:02}"] = np.where(code == number, residents, 0)
    ids = pd.Index([f"a{number}" for number in range(areas)], name="area_id")
    return pd.DataFrame(columns, index=ids).rename_axis(columns=["group", "level"])


@pytest.mark.parametrize("seed", range(6))
def test_figures_are_those_of_all_areas_at_once(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = random_people(rng, 70, 23)
    minutes = rng.integers(0, 40, (2, 70)).astype(float)
    minutes[rng.random((2, 70)) < 0.1] = np.inf
    minutes[rng.random((2, 70)) < 0.05] = np.nan
    before, after = (pd.Series(row, people.index) for row in minutes)
    classes = pd.DataFrame({"class": rng.choice(CLASSES, 70), "too_close": rng.random(70) < 0.4})
    supply = rng.choice([0.0, 0.2, 0.7], 70)

    def figures(people: pd.DataFrame) -> list[pd.DataFrame]:
        access = Access(before, after, people, tolerance_min=1.0, thresholds_min=(10, 25))
        reachable = pd.DataFrame(_by_group(supply, people))
        return [access.groups, count_people(classes, people), reachable]

    at_once = figures(people)
    monkeypatch.setattr(wide_groups, "_MANY", 5)
    for own_areas, expected in zip(figures(people.copy()), at_once, strict=True):
        pd.testing.assert_frame_equal(own_areas, expected, rtol=1e-12)


def test_only_columns_of_many_levels_are_parted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wide_groups, "_MANY", 2)
    people = random_people(np.random.default_rng(8), 30, 4)
    asked = []

    def figures(counted: Counted) -> Columns:
        asked.append(counted)
        return {"people": counted.people(np.full(30, fill_value=True))}

    found = by_columns(people, figures)
    assert found["people"].tolist() == people.sum().tolist()
    all_areas, own_areas = asked
    assert all_areas.counts.shape == (30, 3)
    assert len(own_areas.counts) == (people[EVERYONE] > 0).sum()


def test_a_table_is_divided_once_and_what_was_made_of_it_goes_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wide_groups, "_MANY", 2)
    people = random_people(np.random.default_rng(8), 30, 4)
    asked = []

    def figures(counted: Counted) -> Columns:
        asked.append(counted)
        return {"people": counted.people(np.full(30, fill_value=True))}

    before = len(wide_groups._divided_by_id)
    by_columns(people, figures)
    by_columns(people, figures)
    assert [id(each) for each in asked[:2]] == [id(each) for each in asked[2:]]
    # A table of the same size and place as one that is gone is another table.
    asked.clear()
    del people
    assert len(wide_groups._divided_by_id) == before
    other = random_people(np.random.default_rng(9), 30, 4)
    assert by_columns(other, figures)["people"].tolist() == other.sum().tolist()
