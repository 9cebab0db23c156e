"""The catalogue of phrases: every phrase that is looked up is there, and every one is used."""

import re
from pathlib import Path

import pytest

import llrgeo.publish
from llrgeo.modes import MODES
from llrgeo.publish.report import page as report
from llrgeo.publish.wording import wording
from llrgeo.schema import SITE_KINDS

ROOT = Path(llrgeo.publish.__file__).parent
SOURCES = {
    "**/*.py": r"""(?:words|wording\(\))\[["'](\w+)["']\]""",
    "assets/*.js": r"\b(?:words|strings)\.(\w+)",
    "templates/*.html": r"\bt\.(\w+)",
}
OUTCOMES = ("gained", "improved", "unchanged", "worsened", "lost")
# Phrases that are looked up by a beginning and an end which the source names apart.
BUILT = {
    "bar_": ("shorter", "same", "longer"),
    "change_": (*OUTCOMES, "none"),
    "team_": (*OUTCOMES, "none"),
    "group_": (
        *("everyone", "age", "authority", "deprivation_fifth", "disability", "rural_or_urban"),
    ),
    "kind_": SITE_KINDS,
    "mark_": ("gained", "lost", "none"),
    "method_": ("areas", "roads", "nearest", "people", "limits"),
    "mode_": (*MODES, "bus", "blue_light"),  # an imported matrix may be of another mode
    "period_": ("off_peak", "am_peak", "pm_peak", "night"),
    "plain_": ("gained", "improved", "worsened", "lost"),
    "plain_team_": ("gained", "improved", "worsened", "lost"),
    "plain_place_": ("improved", "unchanged", "worsened"),
    "print_sites_": ("new", "gone", "kept", "city"),
    "table_": ("winners", "deprivation", "bands", "changed", "means"),
    "term_": (*report._GLOSSARY, *(f"{term}_text" for term in report._GLOSSARY)),
    "view_": ("before", "after", "change", "city"),
    "workbook_": ("notes", "people", "blank", "names", "suppressed"),
}
# Headings and captions of tables, by the names that their makers give in quotes.
NAMED_IN_QUOTES = ("column_", "table_report_")


def source(pattern):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob(pattern)))


@pytest.mark.parametrize(("files", "look_up"), SOURCES.items())
def test_every_phrase_that_is_looked_up_by_its_whole_name_is_in_the_catalogue(files, look_up):
    looked_up = set(re.findall(look_up, source(files)))
    assert looked_up
    assert looked_up <= set(wording())


def test_every_phrase_whose_name_is_put_together_is_in_the_catalogue():
    built = {start + end for start, ends in BUILT.items() for end in ends}
    assert built <= set(wording())


def test_every_phrase_of_the_catalogue_is_used():
    everything = "\n".join(map(source, SOURCES))
    names = set(re.findall(r"\w+", everything))
    quoted = set(re.findall(r"""["'](\w+)["']""", everything))
    used = names | {start + end for start, ends in BUILT.items() for end in ends}
    used |= {start + end for start in NAMED_IN_QUOTES for end in quoted}
    assert sorted(set(wording()) - used) == []
