"""The contract of every declared table: its columns, its sums, its blanks and its disclosure."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, NURSES, TODAY, evidence_context, town_setting
from capacity_cases import town_plan

from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.disclosure import (
    HIDDEN,
    count_contacts,
    disclosable_tables,
    publish_as_is,
    withhold,
)
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.evidence import appraise
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.measures import CONTACT_MEASURES, MEASURES
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.quality import QualityRecord
from llrgeo.appraisal.scoring import Criterion, score_options
from llrgeo.appraisal.tables import registry
from llrgeo.appraisal.tables.business_case import BUSINESS_CASE
from llrgeo.appraisal.tables.capacity import BED_TABLES
from llrgeo.appraisal.tables.capacity_access import ACCESS_BY_YEAR
from llrgeo.appraisal.tables.capacity_teams import TEAM_TABLES
from llrgeo.appraisal.tables.capacity_years import SUMMARY, YEARS
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    NEVER_BLANK,
    ColumnFamily,
    Conservation,
    PublishedColumn,
    TableDeclaration,
    make_tables,
)
from llrgeo.appraisal.tables.estate import ESTATE_TABLES
from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.appraisal.tables.units import (
    ADMISSIONS,
    CONTACTS,
    DEMAND,
    HOURS,
    JOURNEYS,
    KILOGRAMS,
    KILOMETRES_A_YEAR,
    PEOPLE,
    VISITS,
)
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.errors import LlrgeoError
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.rates import read_rates
from llrgeo.schema import ROLES
from llrgeo.travel.times import TravelTimes

NAMES = [declaration.name for declaration in TABLES]
BY_NAME = dict(zip(NAMES, TABLES, strict=True))
CAPACITY = (SUMMARY, BED_TABLES, TEAM_TABLES, YEARS, ACCESS_BY_YEAR)
OF_CAPACITY = {
    declaration.name
    for declarations in (*CAPACITY, ESTATE_TABLES, BUSINESS_CASE)
    for declaration in declarations
}
NO_FIGURE = {"rural_minutes", "deprivation_gap"}  # in the town: nobody reached is rural
CRITERIA = tuple(Criterion(name, 1 + n) for n, name in enumerate(MEASURES) if name not in NO_FIGURE)
MOVED = TODAY.change("moved", moves={"clinic": {"A": "B"}}, label="Farther from some")
each_table = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def context(town_areas, town_sites, town_times) -> EvidenceContext:
    """Return the town with everything that any table needs: costs, walks, buses, capacity."""
    rates = {path.stem: read_rates(path, kind=path.stem) for path in embedded("rates").glob("*")}
    costs = rates["service_costs"].iloc[[0]].assign(note="a column of the user's own")
    rates["service_costs"] = pd.concat(
        [costs.assign(service=service) for service in ("clinic", "beds", "nurses")],
        ignore_index=True,
    )
    setting = town_setting(town_areas, town_sites, town_times)
    sites = town_sites.assign(authority=["Town", "Fields", "Town"])
    setting = replace(setting, sites=sites, home=frozenset({"Town"}), rates=Rates(**rates))
    roomy = replace(LOCAL, capacity={"clinic": {"A": 500.0, "B": 450.0}})
    results = evaluate_options([TODAY, roomy, MOVED], setting, baseline="today")
    evidence_inputs = EvidenceInputs(
        Rates(**rates),
        Uncertainty(1.3),
        growth={"age_85_plus": 1.5},
        indicators=pd.DataFrame({"still_at_home": [0.85]}, index=["X01"]),
        walk_times=TravelTimes(town_times.minutes * 12, mode="walk"),
        transit_times=TravelTimes(
            town_times.minutes * 25,
            mode="transit",
            spread={
                "p10_min": town_times.minutes * 22,
                "p90_min": town_times.minutes * 31,
                "share_departures": np.isfinite(town_times.minutes) * 0.95,
            },
        ),
        draws=200,
        quality=QualityRecord({"author": "A. Planner"}),
        capacity=town_plan(town_areas, list(results)),
    )
    scorecard = score_options(results, CRITERIA)
    return EvidenceContext(results, setting, scorecard, evidence_inputs, "today")


@pytest.fixture(scope="module")
def tables(context) -> dict[str, pd.DataFrame]:
    return make_tables(TABLES, context)


def test_the_checklist_says_what_of_journeys_is_modelled_and_nothing_else(context, tables):
    always = {"older_people", "disabled_people", "most_deprived", "fares"}
    here = {"by_car", "on_foot", "by_timetable", "people_without_a_car", "parking_spaces"}
    answers = tables["travel_checklist"].set_index("item")["modelled"]
    assert set(answers.index[answers == "yes"]) == {*always, *here, "teams", "visitors"}
    assert set(answers[answers != "yes"]) == {"not modelled"}
    assert len(answers) == 18
    # By bus, without walks, cars or an estate: only what is left is said to be modelled.
    bare = replace(
        context,
        appraisal_inputs=replace(
            context.appraisal_inputs,
            times=replace(context.appraisal_inputs.times, mode="transit"),
            services=context.appraisal_inputs.services[:1],
        ),
        evidence_inputs=replace(
            context.evidence_inputs, walk_times=None, transit_times=None, capacity=None
        ),
    )
    answers = BY_NAME["travel_checklist"].make(bare).set_index("item")["modelled"]
    assert set(answers.index[answers == "yes"]) == always


@pytest.fixture(scope="module")
def restricted(context) -> tuple[EvidenceContext, dict[str, pd.DataFrame]]:
    """Return the town with contacts that were counted, few of some kinds, and all its tables."""
    counted = pd.DataFrame(
        {"clinic": [40.0, 3, 6, 5], "beds": [2.0, 30, 0, 0]}, context.appraisal_inputs.areas.index
    )
    inputs = replace(context.appraisal_inputs, activity=counted, restricted=True, rates=None)
    options = [result.option for result in context.results.values()]
    results = evaluate_options(options, inputs, baseline="today")
    scorecard = score_options(results, CRITERIA, set_aside=CONTACT_MEASURES)
    of_patients = replace(context, appraisal_inputs=inputs, results=results, scorecard=scorecard)
    return of_patients, make_tables(TABLES, of_patients)


@each_table
def test_a_table_has_its_declared_columns_in_their_order(name, context, tables):
    declared = [column.name for column in BY_NAME[name].describe(context).columns]
    assert tables[name].columns.tolist() == declared
    assert len(set(declared)) == len(declared)
    assert isinstance(tables[name].index, pd.RangeIndex)
    assert len(tables[name]) > 0 or name == "switching_weights"


@each_table
def test_a_column_of_numbers_and_no_other_has_a_unit(name, context, tables):
    for column in BY_NAME[name].describe(context).columns:
        values = tables[name][column.name]
        is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        if len(values):
            assert (column.unit is not None) == is_number, column.name


@each_table
def test_a_column_says_what_it_holds_and_what_a_blank_means(name, context, tables):
    assert re.fullmatch(r"[A-Z].+\.", BY_NAME[name].about)
    for column in BY_NAME[name].describe(context).columns:
        assert len(column.meaning) >= 6
        assert not column.meaning.endswith(".")
        values = tables[name][column.name].replace([np.inf, -np.inf, ""], np.nan)
        if values.isna().any():
            assert column.blank not in {NEVER_BLANK, ""}, column.name


@each_table
def test_the_members_of_a_family_have_names_of_its_pattern(name, context):
    for family in BY_NAME[name].columns:
        if isinstance(family, ColumnFamily):
            pattern = re.sub(r"\\\{\w+\\\}", r"[\\w.]+", re.escape(family.pattern))
            for column in family.members(context):
                assert re.fullmatch(pattern, column.name), column.name


@each_table
def test_what_is_conserved_is_seen_to_be_when_a_row_is_lost(name, context, tables):
    """Drop one row with people or contacts in it: the declared sums must notice."""
    declaration = BY_NAME[name]
    for law in declaration.conserves:
        table = tables[name]
        assert set(law.by) | set(law.columns) <= set(table.columns)
        counted = table[list(law.columns)].sum(axis=1)
        # The groups that are left after the loss are still there, but one counts less.
        shared = table.groupby(list(law.by))[law.columns[0]].transform("size") > 1
        lost = counted[shared & (counted > 0)].index[:1]
        short = table.drop(index=lost)
        if lost.empty:
            short = table.assign(**{law.columns[0]: table[law.columns[0]] + 1})
        broken = replace(declaration, make=lambda _, short=short: short, conserves=(law,))
        with pytest.raises(LlrgeoError, match=rf"table '{name}' counts .* of "):
            make_tables([broken], context)


# Units that count patients' contacts, or from which contacts could be divided out.
OF_CONTACTS = (
    *(CONTACTS, JOURNEYS, HOURS, KILOMETRES_A_YEAR),
    *(KILOGRAMS, ADMISSIONS, VISITS, DEMAND),
)


@each_table
def test_a_restricted_study_publishes_a_table_by_its_rule(name, restricted):
    context, tables = restricted
    rules = {declaration.name: declaration.disclosure for declaration in TABLES}
    counted = count_contacts(context.results, context.appraisal_inputs, baseline="today")
    shown = disclosable_tables(tables, rules, counted)
    declaration = BY_NAME[name]
    if declaration.disclosure is withhold:
        assert name not in shown
        return
    declared = declaration.describe(context)
    if declaration.disclosure is publish_as_is:
        pd.testing.assert_frame_equal(shown[name], tables[name])
        fixed = [column for column in declaration.columns if isinstance(column, PublishedColumn)]
        assert not [column.name for column in fixed if column.unit in OF_CONTACTS]
        return
    # What is left of contacts is text: rounded to the nearest 5, or hidden.
    assert not shown[name].equals(tables[name])
    assert set(shown[name].columns) <= {column.name for column in declared.columns}
    for column in shown[name].columns:
        if declared.column(column).unit in OF_CONTACTS and column != "capacity":
            counts = shown[name][column]
            assert counts.map(type).eq(str).all(), column
            assert (counts[counts != HIDDEN].astype(int) % 5 == 0).all(), column


def test_a_column_that_nobody_declared_is_refused_by_name(context, monkeypatch):
    declared = BY_NAME["thresholds"]
    odd = replace(declared, make=lambda c: declared.make(c).assign(mood=1, weather=2))
    monkeypatch.setattr("llrgeo.appraisal.evidence.TABLES", (odd,))
    with pytest.raises(LlrgeoError, match=r"'thresholds' has columns .* declared: mood, weather;"):
        appraise(
            context.results,
            context.appraisal_inputs,
            context.scorecard,
            context.evidence_inputs,
            baseline="today",
        )


def test_a_declared_column_that_is_missing_is_refused_by_name(context):
    declared = BY_NAME["thresholds"]
    short = replace(declared, make=lambda c: declared.make(c).drop(columns="newly_inside"))
    with pytest.raises(LlrgeoError, match="'thresholds' lacks declared columns: newly_inside"):
        make_tables([short], context)


def test_a_table_without_a_rule_of_disclosure_cannot_be_declared():
    with pytest.raises(TypeError, match="disclosure"):
        TableDeclaration("new", "New.", (), lambda context: context.people)


def test_the_sums_of_a_new_table_are_checked_with_the_table(context):
    people = Conservation(
        ("level",), ("people",), lambda _, group: {"a": 3.0, "b": 4.0}[group["level"]]
    )
    columns = (PublishedColumn("level", "Which group"), PublishedColumn("people", "People", PEOPLE))
    content = pd.DataFrame({"level": ["a", "a", "b"], "people": [1, 2, 5]})
    new = TableDeclaration(
        "new", "New.", columns, lambda _: content, publish_as_is, conserves=(people,)
    )
    with pytest.raises(LlrgeoError, match=r"^table 'new' counts 5 of 4 \(b\); this"):
        make_tables([new], context)


def test_families_follow_the_study(context, tables):
    journeys = tables["journeys"].columns
    # The town's standards are 2 minutes; thresholds are 10 to 60.
    shares = [column for column in journeys if column.startswith("share_within_")]
    assert shares == [f"share_within_{n}_min" for n in (10, 20, 30, 45, 60, 2)]
    assert "ward" in tables["worst_places"]
    areas = context.appraisal_inputs.areas.drop(columns="ward")
    no_wards = replace(context, appraisal_inputs=replace(context.appraisal_inputs, areas=areas))
    assert "ward" not in make_tables([BY_NAME["worst_places"]], no_wards)["worst_places"]
    assert tables["places"].columns[-1] == "still_at_home"
    scored = [c for c in tables["scores"].columns if c not in {"option", "off_scale"}]
    assert scored == [c.measure for c in CRITERIA]


@pytest.mark.parametrize(
    ("missing", "gone"),
    [
        ({"walk_times": None}, {"on_foot"}),
        ({"transit_times": None}, {"by_public_transport", "by_departure"}),
        (
            {"rates": None},
            {
                "costs",
                "costs_by_site",
                "costs_by_year",
                "present_values",
                "service_costs",
                "discount_rates",
            },
        ),
        ({"capacity": None}, OF_CAPACITY),
    ],
)
def test_a_table_is_made_only_where_it_applies(context, missing, gone):
    if "rates" in missing:
        missing = {"rates": replace(context.evidence_inputs.rates, service_costs=None)}
    without = replace(context, evidence_inputs=replace(context.evidence_inputs, **missing))
    assert set(NAMES) - set(make_tables(TABLES, without)) == gone


def test_a_study_of_teams_alone_has_no_tables_of_visits(context):
    alone = replace(context.appraisal_inputs, services=(NURSES,))
    today = Option("today", "Today", {"nurses": frozenset("A")})
    nearer = today.change("nearer", opens={"nurses": {"B"}})
    results = evaluate_options([today, nearer], alone, baseline="today")
    applies = {d.name for d in TABLES if d.applies(evidence_context(results, alone, "today"))}
    assert {"floating_catchments", "choice_of_site", "simulated_ranks"} & applies == set()
    assert "team_reach" in applies


def test_names_of_tables_are_unique_and_every_role_of_site_has_its_column():
    assert len(set(NAMES)) == len(NAMES) == len(registry.TABLES)
    declared = {column.name for column in BY_NAME["places_of_care"].columns}
    assert set(ROLES) <= declared
