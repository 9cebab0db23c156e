"""The explorer of the default study answers for every postcode as Python does, to the tenth."""

from own_roads_cases import explorer_engine, minutes_in_page, minutes_in_python

from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study

PART = 500  # postcodes asked for at a time


def test_every_postcode_has_the_minutes_of_python_to_every_site():
    result = run_study(load_study())
    publication = build_publication(result)
    engine, router = explorer_engine(publication), result.inputs.routers["car"]
    codes = publication.own_roads.postcodes.index
    compared = 0
    for period in ("off_peak", "am_peak"):
        expected = minutes_in_python(publication, router, codes, period)
        for start in range(0, len(codes), PART):
            asked = codes[start : start + PART]
            found = minutes_in_page(engine, asked, f"car-{period}")
            assert (found == expected.loc[asked].to_numpy()).all()
            compared += found.size
    assert compared == 2 * 37_196 * 99
