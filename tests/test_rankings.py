"""Rankings: shared ranks, direction, the distance to the next place, and what is too close."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.places.rankings import rank_places

VALUES = pd.Series({"Ash": 12.0, "Elm": 9.5, "Oak": 12.0, "Yew": 15.5, "Fir": np.nan})
ERRORS = pd.Series({"Ash": 1.2, "Elm": 2.4, "Oak": 0.7, "Yew": 3.5, "Fir": 1.0})


def test_equals_share_a_rank_and_the_next_is_counted_on():
    ranked = rank_places(VALUES, ERRORS, better="lower")
    assert ranked["rank"].dropna().to_dict() == {"Elm": 1, "Ash": 2, "Oak": 2, "Yew": 4}
    assert ranked.loc["Elm", "of"] == 4
    assert ranked.loc["Elm", "next_place"] == "Ash; Oak"
    assert ranked.loc[["Ash", "Oak"], "next_place"].tolist() == ["Yew", "Yew"]


def test_where_more_is_better_the_order_turns():
    ranked = rank_places(VALUES, ERRORS, better="higher")
    assert ranked["rank"].dropna().to_dict() == {"Yew": 1, "Ash": 2, "Oak": 2, "Elm": 4}
    assert ranked.loc["Yew", "gap_to_next"] == 3.5
    assert ranked.loc["Elm", "standing"] == "last"


def test_without_a_direction_no_place_is_ranked():
    ranked = rank_places(VALUES, ERRORS, better="none")
    assert ranked["rank"].isna().all()
    assert set(ranked["standing"]) == {""}


def test_a_gap_up_to_its_error_is_too_close_to_say():
    """Two errors of 0.3 and 0.4 make 0.5 for the gap between their places."""
    errors = pd.Series({"a": 0.3, "b": 0.4, "c": 0.4, "d": 0.3})
    values = pd.Series({"a": 1.0, "b": 1.5, "c": 2.6, "d": 3.2})
    ranked = rank_places(values, errors, better="lower")
    assert ranked["standing"].tolist() == ["too_close", "apart", "apart", "last"]
    assert ranked.loc["a", "gap_error"] == pytest.approx(0.5)
    assert ranked.loc["b", "gap_error"] == pytest.approx(0.4 * 2**0.5)


def test_the_larger_error_of_places_that_share_the_next_rank_counts():
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 2.0})
    errors = pd.Series({"a": 0.9, "b": 0.1, "c": 1.2})
    assert rank_places(values, errors, better="lower").loc["a", "gap_error"] == pytest.approx(1.5)


def test_without_an_error_nobody_is_called_close():
    errors = pd.Series({"a": 0.2, "b": np.nan, "c": 0.2})
    ranked = rank_places(pd.Series({"a": 1.0, "b": 1.1, "c": 9.0}), errors, better="lower")
    assert ranked["standing"].tolist() == ["no_error", "no_error", "last"]
    assert ranked["gap_error"].isna().all()


def test_noise_of_floats_makes_no_rank():
    values = pd.Series({"a": 0.1 + 0.2, "b": 0.3, "c": 0.7})
    assert rank_places(values, values * 0, better="lower")["rank"].tolist() == [1, 1, 3]


def test_a_place_without_any_journey_is_last_and_the_way_to_it_has_no_length():
    values = pd.Series({"a": 4.0, "b": np.inf, "c": np.inf})
    ranked = rank_places(values, pd.Series({"a": 0.2, "b": np.nan, "c": 0.1}), better="lower")
    assert ranked["rank"].tolist() == [1, 2, 2]
    assert ranked.loc["a", ["next_place", "standing"]].tolist() == ["b; c", "apart"]
    assert np.isposinf(ranked.loc["a", "gap_to_next"])


def test_many_that_share_a_rank_are_not_all_named():
    values = pd.Series(2.0, list("cabde")).add(pd.Series({"z": -1.0}), fill_value=2.0)
    values["z"] = 1.0
    values[list("abcde")] = 2.0
    ranked = rank_places(values, values * np.nan, better="lower")
    assert ranked.loc["z", "next_place"] == "a; b; c; ..."
