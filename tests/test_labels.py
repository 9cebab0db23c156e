"""Ids become words where a table is written, and nowhere before."""

import pandas as pd
import pytest

from llrgeo.appraisal.people.access import change_bands
from llrgeo.appraisal.people.people_groups import DEPRIVATION_FIFTHS, people_by_group
from llrgeo.publish import palette
from llrgeo.publish.data.labels import band_labels, labelled_tables, level_label
from llrgeo.publish.legend import class_label
from llrgeo.publish.wording import wording
from llrgeo.schema import AGE_BANDS


def test_groups_and_levels_are_ids_and_every_id_has_words(town_areas):
    for group, level in people_by_group(town_areas).columns:
        if group != "authority":
            assert level == level.lower()
            assert " " not in level
            assert f"level_{level}" in wording()
        assert f"group_{group}" in wording()
        assert f"group_name_{group}" in wording()


def test_a_table_is_written_in_words():
    table = pd.DataFrame(
        {
            "group": ["age", "deprivation_fifth", "authority", "rural_urban"],
            "level": ["age_85_plus", DEPRIVATION_FIFTHS[4], "disabled", "rural"],
            "people": [3, 5, 7, 11],
        }
    )
    written = labelled_tables({"journeys": table}, 1.0)["journeys"]
    assert written["group"].tolist() == ["age", "deprivation fifth", "authority", "rural or urban"]
    # An authority is known by its name, whatever that is.
    assert written["level"].tolist() == ["85 and over", "5 (least deprived)", "disabled", "Rural"]
    assert written["people"].tolist() == [3, 5, 7, 11]
    assert table["level"].iloc[0] == "age_85_plus"


def test_an_authority_named_like_an_id_keeps_its_name():
    assert level_label("authority", "rural", wording()) == "rural"
    assert level_label("rural_urban", "rural", wording()) == "Rural"


def test_bands_ages_and_fifths_are_written_in_words_and_what_is_unknown_as_it_is():
    tables = {
        "winners_and_losers": pd.DataFrame({"band": ["", "minutes_1.5_5", "minutes_over_15"]}),
        "team_reach": pd.DataFrame({"age": ["age_75_plus", "young"]}),
        "people_by_year": pd.DataFrame({"age": list(AGE_BANDS)}),
        "patient_costs_by_fifth": pd.DataFrame({"fifth": list(DEPRIVATION_FIFTHS[:2])}),
    }
    written = labelled_tables(tables, 1.5)
    assert written["winners_and_losers"]["band"].tolist() == ["", "1.5 to 5 min", "over 15 min"]
    assert written["team_reach"]["age"].tolist() == ["aged 75 and over", "young"]
    assert written["people_by_year"]["age"].tolist() == [
        *("0 to 17", "18 to 64", "65 to 74", "75 to 84", "85 and over"),
    ]
    assert written["patient_costs_by_fifth"]["fifth"].tolist() == ["1 (most deprived)", "2"]


def test_the_first_band_begins_at_the_tolerance():
    assert [band.id for band in change_bands(0)] == [
        "minutes_0_5", "minutes_5_10", "minutes_10_15", "minutes_over_15",
    ]  # fmt: skip
    assert band_labels(2.5, wording())["minutes_2.5_5"] == "2.5 to 5 min"


@pytest.mark.parametrize(
    ("place", "key", "label"),
    [
        (0, "change_shorter_over_15", "over 15 minutes shorter"),
        (3, "change_shorter_1_5", "over 1, up to 5 minutes shorter"),
        (4, "change_same", "about the same (up to 1 minute)"),
        (6, "change_longer_5_10", "over 5, up to 10 minutes longer"),
        (8, "change_longer_over_15", "over 15 minutes longer"),
        (9, "change_no_route", "no route today or in this option"),
    ],
)
def test_classes_of_change_have_ids_and_words(place, key, label):
    item = palette.change_classes(1.0)[place]
    assert (item.id, class_label(item)) == (key, label)
    assert item.steps == (0 if place == 9 else place - 4)


def test_classes_of_minutes_have_ids_and_words():
    classes = palette.time_classes()
    assert [item.id for item in classes[:2]] == ["time_up_to_10", "time_10_20"]
    assert [item.id for item in classes[-2:]] == ["time_over_60", "no_route"]
    assert [class_label(item) for item in classes] == [
        "up to 10 minutes",
        "over 10, up to 20 minutes",
        "over 20, up to 30 minutes",
        "over 30, up to 45 minutes",
        "over 45, up to 60 minutes",
        "over 60 minutes",
        "no route",
    ]
