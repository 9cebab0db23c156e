"""The arrays of an evaluation against their plain definition; nothing is searched twice."""

from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, random_settings, town_setting
from hypothesis import given, settings

from llrgeo.appraisal.demand import Service, grow
from llrgeo.appraisal.evaluation import evaluate_options, summarise_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys import service_use
from llrgeo.appraisal.journeys.nearest_sites import TimesArrays
from llrgeo.appraisal.journeys.use_arrays import ServiceUse, StudyArrays
from llrgeo.appraisal.options import Option
from llrgeo.schema import site_roles
from llrgeo.travel.times import TravelTimes

Case: TypeAlias = tuple[AppraisalInputs, Option, Option]


def plain_use(
    inputs: AppraisalInputs, service: Service, sites: frozenset[str]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return who goes where and what that means, area by area, without arrays."""
    roles, table = site_roles(inputs.sites), []
    contacts = inputs.contacts_of(service)
    sums = dict.fromkeys(("patient_trips", "patient_hours", "team_hours", "city_hours"), 0.0)
    sums |= dict.fromkeys(("acute", "home", "video", "unreachable", "contacts_in_time"), 0.0)
    for area in inputs.areas.index:
        near = {site: inputs.times.minutes.loc[area, site] for site in sorted(sites)}
        site = min(near, key=near.get) if near and min(near.values()) < np.inf else None
        minutes = near[site] if site else np.inf
        home = 1 - service.shares.video if service.delivery == "team" else service.shares.home
        by_video, at_home = contacts[area] * service.shares.video, contacts[area] * home
        at_site = contacts[area] * (1 - service.shares.video - home)
        table.append((site or "", minutes, at_site))
        sums["video"] += by_video
        sums["contacts_in_time"] += by_video
        if site is None:
            sums["unreachable"] += at_site + at_home
            continue
        sums["home"] += at_home
        sums["patient_trips"] += at_site
        sums["patient_hours"] += at_site * minutes * 2 / 60
        sums["team_hours"] += at_home * minutes * 2 / 60
        if roles[site] == "acute":
            sums["acute"] += at_site
            sums["city_hours"] += at_site * minutes * 2 / 60
        if minutes <= service.travel_standard_min:
            sums["contacts_in_time"] += at_site + at_home
    columns = ["site_id", "travel_time_min", "at_site"]
    return pd.DataFrame(table, inputs.areas.index, columns), sums


@settings(max_examples=60, deadline=None)
@given(random_settings())
def test_a_use_is_what_its_plain_definition_says_area_by_area(case: Case) -> None:
    inputs, fewer, more = case
    # The matrix has areas and sites in another order, and one area too many.
    shuffled = inputs.times.minutes.iloc[::-1, ::-1]
    extra = pd.concat([pd.DataFrame(7.0, ["z"], shuffled.columns), shuffled])
    arrays = StudyArrays.of(replace(inputs, times=TravelTimes(extra)))
    for service in inputs.services:
        for sites in (fewer.sites[service.id], more.sites[service.id], frozenset[str]()):
            use = arrays.use_of(service, sites, service.shares)
            table, sums = plain_use(inputs, service, sites)
            found = use.allocation
            assert found["site_id"].fillna("").tolist() == table["site_id"].tolist()
            np.testing.assert_array_equal(found["travel_time_min"], table["travel_time_min"])
            np.testing.assert_array_equal(found["at_site"], table["at_site"])
            told = {**use.burden, **use.care}
            assert {name: told[name] for name in sums} == pytest.approx(sums, abs=1e-9)


def test_each_set_of_sites_is_searched_once_and_kept_while_times_hold(
    town_areas: pd.DataFrame,
    town_sites: pd.DataFrame,
    town_times: TravelTimes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[frozenset[str]] = []
    search = TimesArrays._search

    def counted(times: TimesArrays, sites: frozenset[str]) -> object:
        searched.append(sites)
        return search(times, sites)

    monkeypatch.setattr(TimesArrays, "_search", counted)
    inputs = town_setting(town_areas, town_sites, town_times)
    evaluate_options([TODAY, LOCAL], inputs, baseline="today")
    # The clinic at A, and at A and B; the beds at B: three sets for six services of two options.
    assert sorted(map(sorted, searched)) == [["A"], ["A", "B"], ["B"]]

    arrays = StudyArrays.of(inputs)
    clinic, *others = inputs.services
    arrays.use_of(clinic, frozenset("A"), clinic.shares)
    searched.clear()
    busier = replace(clinic, rates={"age_18_64": 250.0})
    changed = arrays.changed(replace(inputs, services=(busier, *others)))
    use = changed.use_of(busier, frozenset("A"), busier.shares)
    assert not searched
    assert use.care["contacts"] == pytest.approx(town_areas["age_18_64"].sum() * 0.25)
    slower = TravelTimes(town_times.minutes * 3)
    again = arrays.changed(replace(inputs, times=slower))
    assert again.use_of(clinic, frozenset("A"), clinic.shares).nearest.minutes[0] == 6
    assert searched == [frozenset("A")]


def test_a_changed_rate_works_out_its_own_service_anew_and_no_other(
    town_areas: pd.DataFrame,
    town_sites: pd.DataFrame,
    town_times: TravelTimes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the bars of sensitivity take services times services: minutes where there are 500."""
    worked_out: list[str] = []
    use_of = StudyArrays._use_of

    def counted(arrays: StudyArrays, service: Service, *more: Any) -> ServiceUse:
        worked_out.append(service.id)
        return use_of(arrays, service, *more)

    monkeypatch.setattr(StudyArrays, "_use_of", counted)
    classified: list[int] = []
    classify = service_use.classify_areas
    monkeypatch.setattr(
        service_use, "classify_areas", lambda *a, **k: classified.append(1) or classify(*a, **k)
    )
    inputs = town_setting(town_areas, town_sites, town_times)
    arrays = StudyArrays.of(inputs)
    before = summarise_options([TODAY, LOCAL], arrays, baseline="today")
    clinic, *others = inputs.services
    worked_out.clear()
    classified.clear()
    fewer = replace(inputs, services=(replace(clinic, rates={"age_18_64": 250.0}), *others))
    found = summarise_options([TODAY, LOCAL], arrays.changed(fewer), baseline="today")
    assert set(worked_out) == {clinic.id}
    assert not classified
    # And what is kept is what a study that begins anew finds.
    anew = summarise_options([TODAY, LOCAL], StudyArrays.of(fewer), baseline="today")
    for name, summary in anew.items():
        pd.testing.assert_frame_equal(found[name].burden, summary.burden)
        pd.testing.assert_frame_equal(found[name].care, summary.care)
        pd.testing.assert_frame_equal(found[name].classified, summary.classified)
        trips = [each[name].burden.loc["clinic", "patient_trips"] for each in (before, found)]
        assert trips == [900.0, 112.5]
    # Another tolerance makes other classes, and patients of the census other contacts.
    changed = arrays.changed(replace(inputs, tolerance_min=3.0))
    assert changed.classes is not arrays.classes
    assert arrays.changed(replace(inputs, restricted=True)).contacts["clinic"].tolist() == (
        town_areas["residents"].tolist()
    )


def test_arrays_of_other_inputs_are_those_made_anew_and_keep_what_holds_of_them(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> None:
    """A part that is kept where it must not be would give a tornado of figures of another case."""
    inputs = town_setting(town_areas, town_sites, town_times)
    arrays = StudyArrays.of(inputs)
    summarise_options([TODAY, LOCAL], arrays, baseline="today")
    grown = grow(town_areas, {"age_18_64": 1.3})
    kinds = town_sites.assign(kind=town_sites["kind"].iloc[::-1].to_numpy())
    # What is changed, and which of times, contacts, people and uses hold of it all the same.
    for other, holds in (
        (replace(inputs, times=TravelTimes(town_times.minutes * 3)), (False, True, True, False)),
        (replace(inputs, areas=grown), (True, False, False, False)),
        (replace(inputs, sites=kinds), (False, True, True, False)),
        (replace(inputs, restricted=True), (True, False, True, False)),
        (replace(inputs, kg_co2e_per_km=0.7), (True, True, True, False)),
        (replace(inputs, tolerance_min=3.0), (True, True, True, True)),
    ):
        changed, anew = arrays.changed(other), StudyArrays.of(other)
        assert holds == (
            changed.patients is arrays.patients,
            changed.contacts["clinic"] is arrays.contacts["clinic"],
            changed.people is arrays.people,
            bool(changed.uses),
        )
        found, wanted = (
            summarise_options([TODAY, LOCAL], of, baseline="today")["local"]
            for of in (changed, anew)
        )
        assert found.scored_groups == wanted.scored_groups
        for name in ("classified", "people", "burden", "care"):
            pd.testing.assert_frame_equal(getattr(found, name), getattr(wanted, name))


def test_contacts_at_sites_are_added_up_once(
    town_areas: pd.DataFrame,
    town_sites: pd.DataFrame,
    town_times: TravelTimes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs = town_setting(town_areas, town_sites, town_times)
    clinic = inputs.services[0]
    use = StudyArrays.of(inputs).use_of(clinic, frozenset("AB"), clinic.shares)
    everyone, nobody = (np.full(len(town_areas), belongs) for belongs in (True, False))
    at_site, _ = use.contacts_at(["A", "B"], everyone)
    table = use.allocation.groupby("site_id")["at_site"].sum()
    assert at_site.tolist() == pytest.approx([table["A"], table["B"]])
    assert use.contacts_at(["B"], everyone)[0].tolist() == at_site[1:].tolist()
    assert use.contacts_at(["A", "B"], nobody)[0].tolist() == [0, 0]
    monkeypatch.setattr(ServiceUse, "_contacts_at", None)
    assert use.contacts_at(["A", "B"], everyone)[0] is at_site
