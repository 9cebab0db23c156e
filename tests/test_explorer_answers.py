"""Every answer of the explorer for some places, worked out again from Python's own times.

An answer is one row of the reader's table: a place, an option, a service, a mode and period.
"""

import json
import re
from math import floor, inf, isinf

import pandas as pd
import pytest
from planner_scripts import ANSWERING, explorer_engine, needs_scripts
from publication_cases import county_publication

from llrgeo.publish.explorer.payload import explorer_data, explorer_sites

pytestmark = needs_scripts
PLACES = ("LE15 6NT", "LE17 4DZ", "LE5 4PW")
HARNESS = """
let data, matrices, reader, say;
function load(text) {
  data = JSON.parse(text);
  matrices = llrgeoUnpack.decodeMatrices(data.matrices);
  reader = llrgeoReader(data);
  say = llrgeoSentences(data);
  return true;
}
function answers(postcode, option, journey) {
  const area = llrgeoText.findPostcode(data.postcodes, postcode);
  const service = llrgeoModel.byId(data.options, option).opening_service;
  const choice = { option, service, journey, switched: new Set() };
  const now = llrgeoModel.evaluate(data, matrices, choice);
  now.isToday = say.isToday(now);
  const rows = llrgeoModel.journeysOf(data, matrices, choice, area);
  const told = (minutes) => (minutes === Infinity ? -1 : minutes);
  return JSON.stringify({ answer: reader.answerLine(now, rows), rows: rows.map((row) => ({
    service: row.service.id, before: told(row.before), after: told(row.after),
    site: row.siteAfter, kind: row.kind,
    shown: Math.abs(told(llrgeoText.shownChange(row.before, row.after))),
    said: ["unchanged", "none"].includes(row.kind) ? ""
      : llrgeoText.changeInWords(row, data.strings) })) });
}
"""
# How a sentence begins, by who travels: a journey, a visit, a team.
OPENINGS = {
    "patient": "Your journey would",
    "visitor": "A visit to somebody",
    "team": "A team would",
}
DIRECTIONS = {
    "improved": ("shorter each way", "sooner"),
    "worsened": ("longer each way", "later"),
}


@pytest.fixture(scope="module")
def javascript():
    return explorer_engine(ANSWERING, HARNESS)


def nearest(minutes, sites):
    """Return the least minutes and the first of the sites that have them."""
    own = minutes[sorted(sites)] if sites else pd.Series(dtype=float)
    if own.empty or isinf(own.min()):
        return inf, None
    return own.min(), own.idxmin()


def outcome(before, after, tolerance):
    if isinf(before) or isinf(after):
        return {(True, True): "none", (True, False): "gained", (False, True): "lost"}[
            isinf(before), isinf(after)
        ]
    change = round(after - before, 6)
    return "unchanged" if abs(change) <= tolerance else "worsened" if change > 0 else "improved"


def check_answers(javascript, publication, postcodes):
    """Compare every row and sentence with Python's times; return how many rows there were."""
    javascript.call("load", json.dumps(explorer_data(publication)))
    ids, count = explorer_sites(publication).index, 0
    services = {service.id: service for service in publication.services}
    for postcode in postcodes:
        area = publication.postcodes[postcode]
        for option in publication.options:
            for journey in publication.journeys():
                asked = f"{journey.mode}-{journey.period}"
                found = json.loads(javascript.call("answers", postcode, option.name, asked))
                assert {row["service"] for row in found["rows"]} == set(services)
                for row in found["rows"]:
                    service = services[row["service"]]
                    minutes = publication.times_for(service, journey).minutes.loc[area]
                    ends = [
                        nearest(minutes, one.sites.get(service.id, frozenset()))
                        for one in (publication.baseline, option)
                    ]
                    check_row(row, service, ends, ids, publication.tolerance_min)
                    count += 1
                check_answer(found, services, is_today=option is publication.baseline)
    return count


def check_row(row, service, ends, ids, tolerance):
    (before, _), (after, site) = ends
    told = tuple(-1 if isinf(one) else one for one in (before, after))
    assert (row["before"], row["after"]) == told
    assert (None if row["site"] < 0 else ids[row["site"]]) == site
    assert row["kind"] == outcome(before, after, tolerance)
    if row["kind"] in DIRECTIONS:
        # The sentence subtracts the minutes that the table shows, in words of who travels.
        size = abs(floor(after + 0.5) - floor(before + 0.5))
        assert row["shown"] == size
        assert row["said"].startswith(OPENINGS[service.delivery])
        told = re.search(r"about (?:(\d+) hours? ?)?(?:(\d+) minutes?)?", row["said"])
        assert 60 * int(told[1] or 0) + int(told[2] or 0) == size
        assert row["said"].rstrip(".").endswith(DIRECTIONS[row["kind"]])


def check_answer(found, services, *, is_today):
    """Hold the sentence against the row that is worst, or best where none is longer."""
    rows = found["rows"]
    hit = [row for row in rows if row["kind"] in {"worsened", "lost"}]
    better = [row for row in rows if row["kind"] in {"improved", "gained"}]
    if is_today:
        assert found["answer"].startswith("This is today.")
    elif not hit and not better:
        assert found["answer"].startswith("Nothing would change for you")
    else:
        row = hit[0] if hit else better[-1]
        assert found["answer"] == f"{services[row['service']].label}: {row['said']}"
        changes = [inf if one["kind"] == "lost" else one["after"] - one["before"] for one in hit]
        assert changes == sorted(changes, reverse=True)


def test_every_answer_of_a_made_up_county_follows_from_its_times(javascript):
    county = county_publication(columns=8, rows=6, site_count=16, modes=("car", "bus"))
    postcodes = county.postcodes.index[[0, 1_999, 20_011, 30_001]]
    options, services, journeys = 4, 2, 2
    assert check_answers(javascript, county, postcodes) == 4 * options * services * journeys


@pytest.mark.slow
def test_the_540_answers_of_the_default_study_follow_from_its_times(
    javascript, default_publication
):
    assert check_answers(javascript, default_publication, PLACES) == 3 * 6 * 10 * 3
