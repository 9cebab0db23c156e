"""What options run alike is worked out once; rows of an option are read once."""

from dataclasses import replace

import pytest
from appraisal_cases import LOCAL, TODAY, town_setting

from llrgeo.appraisal.distinct_options import for_distinct_options, for_distinct_services
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.publish.report.option_rows import rows_of


@pytest.fixture
def town(town_areas, town_sites, town_times):
    return town_setting(town_areas, town_sites, town_times)


def test_options_that_run_every_service_alike_are_asked_about_once(town):
    again = replace(LOCAL, name="again", label="Again")
    roomy = replace(LOCAL, name="roomy", label="Roomy", capacity={"clinic": {"B": 7_000.0}})
    results = evaluate_options([TODAY, LOCAL, again, roomy], town, baseline="today")
    asked = []

    def clinics(result):
        asked.append(result.option.name)
        return len(result.services["clinic"].loads)

    # An option with other room is not alike, though everyone goes to the same places.
    found = for_distinct_options(results, clinics)
    assert found == {"today": 1, "local": 2, "again": 2, "roomy": 2}
    assert asked == ["today", "local", "roomy"]


def test_services_that_options_run_alike_are_worked_out_once(town):
    again = replace(LOCAL, name="again", label="Again")
    results = evaluate_options([TODAY, LOCAL, again], town, baseline="today")
    computed = []

    def site_count(result):
        computed.append(result.service.id)
        return len(result.loads)

    found = for_distinct_services(results, site_count, lambda r: r.service.id in {"clinic", "beds"})
    # LOCAL opens a second clinic and runs beds as today; its twin is LOCAL.
    assert {key: count for key, count in found.items() if key[1] == "clinic"} == {
        ("today", "clinic"): 1,
        ("local", "clinic"): 2,
        ("again", "clinic"): 2,
    }
    assert list(dict.fromkeys(option for option, _ in found)) == ["today", "local", "again"]
    assert computed.count("clinic") == 2
    assert computed.count("beds") == len(
        {id(result.services["beds"]) for result in results.values()}
    )


def test_rows_of_an_option_keep_the_order_of_their_table(town_publication):
    publication = town_publication
    table = publication.tables["people_by_service"]
    for option in publication.results:
        mine = table[table["option"] == option].to_dict(orient="records")
        rows = rows_of(publication, "people_by_service", option)
        # As text: what is not known is NaN, which equals nothing.
        assert list(map(str, rows)) == list(map(str, mine))
        assert mine
    assert rows_of(publication, "people_by_service", "nobody") == ()
    assert rows_of(publication, "no_such_table", "today") == ()
