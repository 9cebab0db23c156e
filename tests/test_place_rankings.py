"""Places compared: each figure by hand, its error, and indicators in the table of rankings."""

from collections import defaultdict
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, evidence_context, town_setting

from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.places.indicators import Indicator, PlaceFigures, protect_counts
from llrgeo.appraisal.places.place_rankings import rank_authorities
from llrgeo.appraisal.tables.declaration import make_tables
from llrgeo.appraisal.tables.places import PLACES
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.travel.accuracy import Accuracy

AUTHORITIES = {"W": "Ash", "N": "Elm, City of", "E": "Ash", "F": "Farms"}
MEASURED = Accuracy(
    journeys=pd.DataFrame(
        {
            "authority": ["Ash", "Elm, City of"],
            "period": "off_peak",
            "from_min": 0.0,
            "to_min": 60.0,
            "pairs": [40, 30],
            "bias_min": [-0.9, 0.1],
            "median_abs_min": [0.2, 0.3],
            "p90_abs_min": [0.6, 0.8],
        }
    ),
    differences=pd.DataFrame(
        {"from_min": [0.0], "to_min": [60.0], "pairs": [50], "p80_abs_min": [2.5]}
    ),
    mean_min=0.4,
)


def setting_of(town_areas, town_sites, town_times):
    """Return the town with three authorities, one with a comma in its name."""
    names = town_areas.index.map(AUTHORITIES)
    areas = town_areas.assign(authority=names, authority_code=[name[0] for name in names])
    times = replace(town_times, period="off_peak", accuracy=MEASURED)
    return town_setting(areas, town_sites, times)


@pytest.fixture(scope="module")
def setting(town_areas, town_sites, town_times):
    return setting_of(town_areas, town_sites, town_times)


@pytest.fixture(scope="module")
def ranked(setting) -> pd.DataFrame:
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    table = rank_authorities(results, setting, baseline="today")
    return table.set_index(["option", "figure_id", "place"]).sort_index()


def test_each_figure_of_today_is_as_worked_out_by_hand(ranked):
    """Ash has 400 people at 2 minutes and 200 at 1, Elm 300 at 3, the farms 100 without a way."""
    value = ranked["value"]["today"]
    assert value["mean_min", "Ash"] == pytest.approx((400 * 2 + 200 * 1) / 600)
    assert value["mean_min", "Elm, City of"] == 3
    assert np.isnan(value["mean_min", "Farms"])
    # The standard of clinic and beds is 2 minutes: exactly 2 is within it.
    assert value["share_beyond"].to_dict() == {"Ash": 0, "Elm, City of": 1, "Farms": 1}
    assert ranked["people"]["today", "share_beyond", "Elm, City of"] == 300
    # 60 of Ash's 600 people are its worst tenth, and all of them live in W.
    assert value["worst_tenth_min"].to_dict() == {"Ash": 2, "Elm, City of": 3, "Farms": np.inf}
    # The nurses have 2 minutes left, and reach W and E in time: 100 and 60 older people.
    assert value["share_in_time"].to_dict() == {"Ash": 1, "Elm, City of": 0, "Farms": 0}
    assert ranked["people"]["today", "share_in_time", "Ash"] == 160


def test_rows_of_all_options_and_figures_are_numbered_as_one_table(setting):
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    table = rank_authorities(results, setting, baseline="today")
    assert table.index.equals(pd.RangeIndex(len(table)))


def test_one_service_beyond_its_standard_is_enough(ranked):
    """Closer to home E has its clinic at 1 minute and its beds at 3: its 200 people count."""
    beyond = ranked.loc[("local", "share_beyond")]
    assert beyond.loc["Ash", ["people", "value"]].tolist() == [200, pytest.approx(200 / 600)]
    assert beyond.loc["Elm, City of", "people"] == 0


def test_who_has_a_longer_journey_is_counted_by_service(ranked):
    """Beds that move from A to B take E from 1 to 3 minutes; N gains 2 minutes.

    Nobody at the farms has a journey to lose: that is no first place.
    """
    assert "share_longer" not in ranked.loc["today"].index.get_level_values("figure_id")
    longer = ranked.loc[("local", "share_longer")]
    assert longer["value"].drop("Farms").to_dict() == {
        "Elm, City of": 0,
        "Ash": pytest.approx(200 / 600),
    }
    assert longer["rank"].drop("Farms").to_dict() == {"Elm, City of": 1, "Ash": 2}
    assert longer.loc["Farms", ["value", "rank"]].isna().all()
    assert longer.loc["Ash", "people"] == 200
    # E's change of 2 minutes is below the 2.5 that a difference may err by.
    assert longer.loc["Elm, City of", "gap_error"] == pytest.approx(200 / 600)


def test_a_mean_errs_by_what_its_district_was_found_off_by(ranked):
    """Ash was 0.9 minutes off, more than a mean over many areas; Elm 0.1, which is less."""
    row = ranked.loc[("today", "mean_min", "Ash")]
    assert row["gap_to_next"] == pytest.approx(3 - 5 / 3)
    assert row["gap_error"] == pytest.approx(np.hypot(0.9, 0.4))
    assert row["standing"] == "apart"
    assert ranked.loc[("today", "mean_min", "Elm, City of"), "standing"] == "last"
    assert pd.isna(ranked.loc[("today", "mean_min", "Farms"), "rank"])


def test_a_share_errs_by_whom_the_error_of_the_mean_would_move(ranked):
    """0.9 minutes more would put W, 400 of Ash's 600 people, beyond 2 minutes; Elm stays."""
    row = ranked.loc[("today", "share_beyond", "Ash")]
    assert row["gap_error"] == pytest.approx(400 / 600)
    assert row["next_place"] == "Elm, City of; Farms"
    assert row["standing"] == "apart"


def test_the_worst_tenth_errs_as_one_journey_does(ranked):
    row = ranked.loc[("today", "worst_tenth_min", "Ash")]
    assert row["gap_error"] == pytest.approx(1.0)  # of 0.6 and 0.8
    assert row["standing"] == "too_close"  # 1 minute apart


def test_a_tenth_that_ends_within_an_area_counts_a_part_of_it(setting):
    """A tenth of Ash and Elm together is 90 people: all of N's 30, and 60 of W's 400."""
    areas = setting.areas.assign(residents=[560, 30, 310, 100], authority="One")
    bands = ["age_0_17", "age_18_64", "age_65_74", "age_75_84", "age_85_plus"]
    areas[bands] = 0
    areas["age_18_64"] = areas["residents"]
    setting = replace(setting, areas=areas.drop(index="F"))
    setting = replace(setting, times=replace(setting.times, minutes=setting.times.minutes.iloc[:3]))
    setting = replace(setting, times=replace(setting.times, distance_km=None))
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    table = rank_authorities(results, setting, baseline="today")
    found = table.set_index(["option", "figure_id"]).loc[("today", "worst_tenth_min"), "value"]
    assert found == pytest.approx((30 * 3 + 60 * 2) / 90)


def test_where_nothing_was_measured_nothing_is_too_close(setting):
    times = replace(setting.times, accuracy=Accuracy())
    setting = replace(setting, times=times)
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    table = rank_authorities(results, setting, baseline="today")
    assert table["gap_error"].isna().all()
    assert set(table["standing"]) == {"no_error", "last", "apart", ""}
    assert np.isposinf(table.loc[table["standing"] == "apart", "gap_to_next"]).all()


def test_an_option_without_teams_or_visits_is_compared_on_what_it_has(setting):
    only_nurses = replace(setting, services=setting.services[2:])
    today = replace(TODAY, sites={"nurses": TODAY.sites["nurses"]})
    later = today.change("later", moves={"nurses": {"A": "B"}}, label="Later")
    results = evaluate_options([today, later], only_nurses, baseline="today")
    found = rank_authorities(results, only_nurses, baseline="today")
    assert set(found["figure_id"]) == {"mean_min", "worst_tenth_min", "share_in_time"}


# --- Indicators ------------------------------------------------------------------------------


def figures(values: dict[str, float], better="higher", error=np.nan, kind="authority"):
    series = pd.Series(values, dtype=float)
    return PlaceFigures(
        Indicator("still_home", "Still at home", "%", better, "Invented board", "2024/25"),
        kind,
        series,
        pd.Series(error, series.index),
        pd.Series(data=False, index=series.index),
    )


def table_with(setting, *given: PlaceFigures) -> pd.DataFrame:
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    evidence_inputs = EvidenceInputs(
        Rates(pd.DataFrame(), pd.DataFrame(), pd.DataFrame()), Uncertainty(1.0), figures=given
    )
    context = evidence_context(results, setting, "today", evidence_inputs)
    return make_tables(PLACES, context)["place_rankings"]


def test_an_indicator_is_ranked_beside_access(setting):
    given = figures({"Ash": 81.5, "Elm, City of": 84.0, "Farms": 81.5}, error=1.4)
    table = table_with(setting, given)
    own = table[table["figure_id"] == "still_home"].set_index("place")
    assert own["rank"].to_dict() == {"Elm, City of": 1, "Ash": 2, "Farms": 2}
    assert own.loc["Elm, City of", "standing"] == "apart"  # 2.5 against 1.98
    assert set(own["option"]) == {""}
    assert own.loc["Ash", ["figure", "unit", "source", "date"]].tolist() == [
        "Still at home",
        "%",
        "Invented board",
        "2024/25",
    ]
    assert {"mean_min", "share_beyond", "worst_tenth_min"} <= set(table["figure_id"])


def test_places_beyond_the_study_are_ranked_with_and_not_shown(setting):
    given = figures({"Ash": 70.0, "Elm, City of": 90.0, "Farms": 65.0, "E09": 72.5})
    own = table_with(setting, given).query("figure_id == 'still_home'").set_index("place")
    assert own["rank"].to_dict() == {"Elm, City of": 1, "Ash": 3, "Farms": 4}
    assert own["of"].tolist() == [4, 4, 4]
    assert own.loc["Elm, City of", "next_place"] == "E09"


def test_upper_tier_authorities_are_compared_where_a_figure_is_of_them(setting):
    table = table_with(setting, figures({"Shire": 4.2}, kind="upper_authority"))
    upper = table[table["place_kind"] == "upper_authority"]
    assert set(upper["place"]) == {"Shire"}
    assert "mean_min" in set(upper["figure_id"])
    assert "upper_authority" not in set(table_with(setting)["place_kind"])


def test_areas_are_ranked_by_their_own_figure(setting):
    given = figures({"W": 3.0, "N": 8.0, "E": 5.0}, "lower", kind="area")
    own = table_with(setting, given).query("place_kind == 'area'").set_index("place")
    assert own["rank"].dropna().to_dict() == {"W": 1, "E": 2, "N": 3}
    assert set(own.index) == {"W", "N", "E"}


def test_a_study_without_authorities_has_indicators_of_areas_alone(setting):
    plain = replace(setting, areas=setting.areas.assign(authority="Whole study area"))
    given = figures({"W": 3.0, "N": 8.0, "E": 5.0, "F": 6.0}, "lower", kind="area")
    assert set(table_with(plain, given)["figure_id"]) == {"still_home"}
    results = evaluate_options([TODAY, LOCAL], plain, baseline="today")
    assert not make_tables(PLACES, evidence_context(results, plain, "today"))


# --- Small numbers ---------------------------------------------------------------------------


def test_counts_of_1_to_7_are_hidden_with_one_more_and_others_rounded():
    counts = pd.Series({"a": 3.0, "b": 12.0, "c": 41.0, "d": 0.0, "e": np.nan, "f": 23.0})
    shown, hidden = protect_counts(counts, pd.Series("", counts.index))
    assert hidden[hidden].index.tolist() == ["a", "b"]
    assert shown.drop(["a", "b", "e"]).to_dict() == {"c": 40, "d": 0, "f": 25}
    assert shown[["a", "b", "e"]].isna().all()


def test_in_each_group_one_more_is_hidden():
    counts = pd.Series({"a": 3.0, "b": 12.0, "c": 41.0, "d": 5.0, "e": 33.0, "f": 18.0})
    groups = pd.Series(["x", "x", "x", "y", "y", "z"], counts.index)
    _, hidden = protect_counts(counts, groups)
    assert hidden[hidden].index.tolist() == ["a", "b", "d", "e"]


def test_a_hidden_count_keeps_its_values_though_the_total_is_known():
    """Of all groups of three with a total up to 13, several fit what is shown and the total."""
    worlds = [counts for counts in product(range(14), repeat=3) if sum(counts) <= 13]
    cells = pd.Series([float(count) for counts in worlds for count in counts])
    shown, hidden = protect_counts(cells, pd.Series(np.arange(len(cells)) // 3))
    seen, small = defaultdict(set), []
    for number, counts in enumerate(worlds):
        look = tuple(shown[3 * number : 3 * number + 3].fillna(-1))
        total = sum(counts) if sum(counts) > 7 else "hidden"
        for place, count in enumerate(counts):
            seen[look, total, place].add(count)
            if 1 <= count <= 7:
                assert hidden[3 * number + place]
                small.append((look, total, place))
    assert min(len(seen[key] & set(range(1, 8))) for key in small) >= 4


def test_many_counts_of_1_are_hidden_among_zeros():
    """Twelve of 1 with a total of about 10 would be 1 each, if it showed which are not 0."""
    counts = pd.Series([1.0] * 12 + [0.0] * 3 + [np.nan])
    _, hidden = protect_counts(counts, pd.Series("", counts.index))
    assert hidden.tolist() == [True] * 15 + [False]


def test_what_is_hidden_with_a_count_leaves_it_its_values():
    """1 and 8 with a sum of 9 would be 1 and 8, if the second were known to be above 7."""
    looks = set()
    for few in range(1, 8):
        counts = pd.Series({"a": few, "b": 9.0 - few, "c": 103.0, "d": 64.0})
        shown, hidden = protect_counts(counts, pd.Series("", counts.index))
        looks.add((tuple(shown.fillna(-1)), tuple(hidden)))
    assert looks == {((-1, -1, -1, 65), (True, True, True, False))}


def test_a_larger_count_is_hidden_with_those_that_are_as_large_as_small_ones_get():
    """7 and 7 beside 12 and 12, with a total of 38 or more: below 7 they would leave it unmet."""
    counts = pd.Series([7.0, 7.0, 12.0, 12.0])
    _, hidden = protect_counts(counts, pd.Series("", counts.index))
    assert hidden.tolist() == [True, True, True, False]


def test_a_hidden_count_has_no_rank_and_no_gap_that_would_tell_it(setting):
    shown, hidden = protect_counts(
        pd.Series({"Ash": 4.0, "Elm, City of": 23.0, "Farms": 11.0, "Out": 90.0}),
        pd.Series("", ["Ash", "Elm, City of", "Farms", "Out"]),
    )
    given = replace(figures(dict.fromkeys(shown.index, 0.0)), values=shown, hidden=hidden)
    own = table_with(setting, given).query("figure_id == 'still_home'").set_index("place")
    assert own["hidden"].to_dict() == {"Farms": False, "Ash": True, "Elm, City of": True}
    hidden_cells = own.loc[["Ash", "Elm, City of"], ["value", "rank", "gap_to_next"]]
    assert hidden_cells.isna().all(axis=None)
    assert own.loc["Farms", ["value", "rank"]].tolist() == [10, 2]
