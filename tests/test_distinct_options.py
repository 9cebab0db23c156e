"""Options that run every service alike are asked about once; rows of an option are read once."""

from dataclasses import replace

import pytest
from appraisal_cases import LOCAL, TODAY, town_setting

from llrgeo.appraisal.distinct_options import for_distinct_options
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


def test_rows_of_an_option_keep_the_order_of_their_table(town_publication):
    publication = town_publication
    table = publication.tables["people_by_service"]
    for option in publication.results:
        mine = table[table["option"] == option].to_dict(orient="records")
        assert rows_of(publication, "people_by_service", option) == mine
        assert mine
    assert rows_of(publication, "people_by_service", "nobody") == ()
    assert rows_of(publication, "no_such_table", "today") == ()
