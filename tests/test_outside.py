"""A study that reads from outside its folder says so in one line."""

from llrgeo.study.config import load_study
from llrgeo.study.outside import outside_note


def test_a_file_above_the_study_is_named(town_study):
    text = town_study.read_text(encoding="utf-8")
    (town_study.parent / "areas.csv").rename(town_study.parents[1] / "areas.csv")
    town_study.write_text(text.replace('"areas.csv"', '"../areas.csv"'), encoding="utf-8")
    assert outside_note(load_study(town_study)) == "reads ../areas.csv, outside the study's folder"


def test_a_link_is_followed_and_a_study_within_its_folder_says_nothing(town_study):
    assert outside_note(load_study(town_study)) == ""
    target = town_study.parents[1] / "elsewhere.csv"
    (town_study.parent / "sites.csv").rename(target)
    (town_study.parent / "sites.csv").symlink_to(target)
    assert outside_note(load_study(town_study)) == "reads sites.csv, outside the study's folder"


def test_the_embedded_study_says_nothing():
    assert outside_note(load_study()) == ""
