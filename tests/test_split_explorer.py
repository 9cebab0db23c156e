"""The split explorer: parts that add up to the study, and an index that leads to them."""

import json
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from publication_cases import appraised, county_publication

from llrgeo.files import sha256_of_file
from llrgeo.publish import pages
from llrgeo.publish.check.folder import check_folder_of_pages
from llrgeo.publish.check.html import read_page
from llrgeo.publish.check.page import check_page
from llrgeo.publish.explorer.files import explorer_files
from llrgeo.publish.explorer.index import SEARCH
from llrgeo.publish.explorer.packed_matrices import unpack_matrices
from llrgeo.publish.explorer.packing import pack_sectors
from llrgeo.publish.explorer.page import render_explorer
from llrgeo.publish.explorer.part import part_of
from llrgeo.publish.explorer.part_views import opening_views_of_parts
from llrgeo.publish.explorer.payload import explorer_sites
from llrgeo.publish.explorer.split import SPLIT_ABOVE, is_split, names_by_part, parts_of
from llrgeo.publish.file_names import names_apart
from llrgeo.publish.first_pages import first_pages
from llrgeo.publish.folder import publish
from llrgeo.publish.run_id import run_id_of
from llrgeo.publish.wording import wording
from llrgeo.schema import WHOLE
from llrgeo.travel.routes.ways import WayTree

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
RUN_ID = run_id_of({}, {}, "")
RUN = {"run_id": RUN_ID, "run": RUN_ID[:12], "study": {}, "inputs": {}}
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
HOSTILE = ["<script>alert(1)</script>", "A/B", "a b", "CON", "..\\{{7*7}}${1}", "Ŷ"]


@pytest.fixture(scope="module")
def county():
    """Return a county of 96 areas in three authorities, with postcodes and two modes."""
    return county_publication(columns=12, rows=8, site_count=16, modes=("car", "bus"))


@pytest.fixture(scope="module")
def files(county):
    """Return the files of its split explorer."""
    return explorer_files(county, split_above=50)


def publish_split(county, folder):
    """Publish a county with an explorer for each authority."""
    return publish(county, folder, drawn=first_pages(county, 50))


def data_of(html: str, name: str = "data") -> dict:
    return json.loads(html.split(f'id="{name}">', 1)[1].split("</script>", 1)[0])


def cells(html: str, name: str) -> Counter[tuple[str, str]]:
    """Return the people of a table by row and heading; a column without anybody is not there."""
    heads, *rows = next(table for table in read_page(html).tables if table.id == name).rows
    return Counter(
        {
            (row[0], head): int(cell.replace(",", ""))
            for row in rows
            for head, cell in zip(heads[1:], row[1:], strict=True)
            if cell != wording()["cell_not_known"]  # no error of these times is known
        }
    )


def test_a_study_of_few_areas_has_one_page_as_it_was(county):
    assert len(county.areas) < SPLIT_ABOVE
    assert explorer_files(county) == {"explorer.html": render_explorer(county)}
    assert explorer_files(county, split_above=96) == explorer_files(county)


def test_a_study_without_authorities_is_not_split(county):
    none = replace(county, areas=county.areas.assign(authority=WHOLE))
    one = replace(county, areas=county.areas.assign(authority="All of it"))
    assert is_split(county, 95)
    assert not is_split(none, 95)
    assert not is_split(one, 95)


def test_authorities_of_few_areas_each_have_no_pages_of_their_own(county):
    names = np.array([f"Hamlet {row}" for row in range(len(county.areas))])
    few = county.areas.assign(authority=names[np.arange(96) // 9])
    enough = county.areas.assign(authority=names[np.arange(96) % 9])
    assert few["authority"].nunique() == 11
    assert not is_split(replace(county, areas=few), 50)
    assert is_split(replace(county, areas=enough), 50)


def test_each_area_is_on_one_page_with_its_minutes(county, files):
    seen = []
    sites = explorer_sites(county).index
    for part in parts_of(county):
        data = data_of(files[part.page])
        ids = data["areas"]["id"]
        seen += ids
        assert data["authorities"] == [part.name]
        assert data["areas"]["label"] != []
        matrices = unpack_matrices(data["matrices"], len(ids))
        own = next(each for each in data["journeys"] if each["id"] == "bus-off_peak")
        times = next(each for each in county.journeys() if each.mode == "bus")
        wanted = times.minutes.loc[ids, sites].to_numpy().T
        assert np.array_equal(matrices[own["matrix"]], wanted)
    assert sorted(seen) == sorted(county.areas.index)


def test_the_people_of_all_pages_add_up_to_those_of_the_study(county, files):
    names = [part.page for part in parts_of(county)]
    whole = cells(render_explorer(county), "table-options")
    assert len(whole) == 3 * 5  # and "too close to say", which is not known
    summed = Counter()
    for name in names:
        summed.update(cells(files[name], "table-options"))
        assert cells(files[name], "table-options-whole") == whole
    assert summed == whole
    assert cells(files["explorer.html"], "table-options") == whole


def test_every_page_keeps_the_rules_and_agrees_with_its_own_data(files, tmp_path, monkeypatch):
    monkeypatch.setattr("llrgeo.publish.check.page.has_browser", lambda: False)
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in sorted(set(files) - {SEARCH}):
        assert check_page(tmp_path / name) == [], name


def test_a_folder_with_a_split_explorer_keeps_every_rule(county, tmp_path, monkeypatch):
    monkeypatch.setattr("llrgeo.publish.check.folder.has_browser", lambda: False)
    publish_split(replace(county, manifest=RUN), tmp_path)
    assert check_folder_of_pages(tmp_path) == []
    listed = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    assert {part.page for part in parts_of(county)} <= set(listed)
    # A part without what all people are counted in, and a heavy one, are found.
    path = tmp_path / parts_of(county)[0].page
    path.write_text(path.read_text(encoding="utf-8").replace("<caption>", "<b>"), encoding="utf-8")
    assert {found.file for found in check_folder_of_pages(tmp_path)} == {parts_of(county)[0].page}


def test_an_index_without_what_it_searches_or_with_that_of_another_run_is_found(
    county, tmp_path, monkeypatch
):
    monkeypatch.setattr("llrgeo.publish.check.folder.has_browser", lambda: False)
    publish_split(replace(county, manifest=RUN), tmp_path)
    script = tmp_path / SEARCH
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace(RUN["run"], "f" * 12), encoding="utf-8")
    rules = [(found.file, found.rule) for found in check_folder_of_pages(tmp_path)]
    assert rules == [(SEARCH, "checksum"), (SEARCH, "run")]
    script.unlink()
    found = {(found.file, found.message) for found in check_folder_of_pages(tmp_path)}
    assert found == {
        ("explorer.html", f"the script '{SEARCH}' is not there"),
        (SEARCH, "the manifest lists it, but it is not there"),
    }


def test_a_heavy_index_is_found(county, tmp_path, monkeypatch):
    monkeypatch.setattr("llrgeo.publish.check.folder.has_browser", lambda: False)
    publish_split(replace(county, manifest=RUN), tmp_path)
    weighs = len((tmp_path / "explorer.html").read_bytes())
    for most, found in ((weighs, []), (weighs - 1, [("explorer.html", "size")])):
        monkeypatch.setattr("llrgeo.publish.check.folder.INDEX_LIMIT", (most, most))
        assert [(each.file, each.rule) for each in check_folder_of_pages(tmp_path)] == found


def test_a_folder_says_what_the_script_of_its_index_is(county, tmp_path):
    publish_split(county, tmp_path)
    crate = json.loads((tmp_path / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    script = next(each for each in crate["@graph"] if each["@id"] == SEARCH)
    assert script["encodingFormat"] == "text/javascript"
    assert script["description"].startswith("What the search")


def test_the_index_stays_small_however_many_names_its_search_knows(county):
    few = explorer_files(county, split_above=50)
    wards = county.areas.assign(ward=[f"Ward of quite a long name {n}" for n in range(96)])
    many = explorer_files(replace(county, areas=wards), split_above=50)
    assert many["explorer.html"] == few["explorer.html"]
    assert len(many[SEARCH]) > len(few[SEARCH]) + 72 * len("Ward of quite a long name 9")
    # What is read by the page, and nothing but one assignment: no name ends it or its element.
    hostile = explorer_files(
        replace(county, areas=county.areas.assign(ward='";</script>alert(1)\u2028')), split_above=50
    )
    begin, end = "window.llrgeoSearched = ", ";\n"
    script = hostile[SEARCH]
    assert script.startswith(begin)
    assert script.endswith(end)
    data = json.loads(script.removeprefix(begin).removesuffix(end))
    assert {name for name, *_ in data["names"]["ward"]} == {'";</script>alert(1)\u2028'}
    assert "</script" not in script
    assert "\u2028" not in script
    assert data["run"] in hostile["explorer.html"]


def test_pages_of_authorities_that_have_another_name_now_go(county, tmp_path):
    before = publish_split(county, tmp_path)
    (tmp_path / "explorer" / "own.html").write_text("of another", encoding="utf-8")
    kept, *gone = [part.page for part in parts_of(county)]
    changed = tmp_path / gone[0]
    changed.write_text("changed by hand", encoding="utf-8")
    # A planted manifest takes nothing away outside of the two folders.
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    mine = sha256_of_file(tmp_path / "mine.csv")
    manifest["outputs"] |= {"mine.csv": mine, "tables/../mine.csv": mine, "explorer/..": mine}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    names = county.areas["authority"].replace({"District 1": "North", "District 2": "South"})
    after = publish_split(appraised(county, areas=county.areas.assign(authority=names)), tmp_path)
    assert {path.name for path in set(before) - set(after)} == {
        "district_1.html",
        "district_2.html",
    }
    left = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "explorer").iterdir()}
    assert left == {
        kept,
        gone[0],
        SEARCH,
        "explorer/own.html",
        "explorer/north.html",
        "explorer/south.html",
    }
    assert changed.read_text(encoding="utf-8") == "changed by hand"
    assert (tmp_path / "mine.csv").is_file()


def test_names_are_on_the_page_of_each_authority_that_they_lie_in(county):
    split = names_by_part(county)
    for part, named in zip(parts_of(county), split, strict=True):
        for name in named:
            ids = county.areas.index[part.rows[list(name.areas)]]
            assert set(county.areas.loc[ids, "authority"]) == {part.name}
        own = [name for name in named if name.kind == "authority"]
        assert [(name.name, len(name.areas)) for name in own] == [(part.name, len(part.rows))]


def test_neighbours_share_a_border(county):
    outlines = county.base.outlines.geometry
    whole = {part.name: outlines.iloc[part.rows].union_all() for part in parts_of(county)}
    parts = parts_of(county)
    for part in parts:
        touching = [
            k
            for k, other in enumerate(parts)
            if other is not part and whole[other.name].distance(whole[part.name]) == 0
        ]
        assert list(part.neighbours) == touching
    assert any(len(part.neighbours) == 1 for part in parts)


def test_hostile_names_of_authorities_have_files_of_their_own_and_run_nothing(county):
    rows = np.arange(len(county.areas)) % len(HOSTILE)
    areas = county.areas.assign(authority=np.array(HOSTILE)[rows])
    files = explorer_files(appraised(county, areas=areas), split_above=50)
    assert sorted(files) == [
        "explorer.html", "explorer/7_7_1.html", "explorer/a_b.html", "explorer/a_b_2.html",
        "explorer/con_place.html", "explorer/script_alert_1_script.html", SEARCH, "explorer/y.html",
    ]  # fmt: skip
    for name, text in files.items():
        assert "<script>alert" not in text
        assert ("<script>" in text) is (name != SEARCH)


def test_pages_speak_of_their_own_people(county, files):
    for part in parts_of(county):
        text = files[part.page]
        people = pages.people(int(county.areas["residents"].iloc[part.rows].sum()))
        assert f"All {people} residents of {part.name} are counted." in text
        assert "Every table counts all" not in text.partition('<script type="application/json"')[0]
        assert 'href="../report.html"' in text
        assert 'href="../explorer.html"' in text


@pytest.mark.parametrize("seed", range(3))
def test_today_is_counted_for_all_parts_as_for_each_alone(county, seed):
    rng = np.random.default_rng(seed)
    count = len(county.areas)
    areas = county.areas.assign(
        imd_decile=rng.integers(1, 10, count),
        authority=rng.permutation(np.array(["A", "B", "C", "D"])[np.arange(count) % 4]),
    )
    study = appraised(county, areas=areas)
    parts = parts_of(study)
    for part, (view, people) in zip(parts, opening_views_of_parts(study), strict=True):
        alone = appraised(replace(part_of(study, part.rows, ""), part_of=None))
        wanted = alone.opening_view
        assert view.service == wanted.service
        for name in ("areas", "groups", "bands"):
            pd.testing.assert_frame_equal(
                getattr(view, name), getattr(wanted, name), check_names=False
            )
        counted = alone.people[alone.baseline_name]
        pd.testing.assert_frame_equal(people.groups, counted.groups, check_names=False)
        pd.testing.assert_frame_equal(people.services, counted.services, check_names=False)
        pd.testing.assert_series_equal(people.teams, counted.teams, check_names=False)
        assert people.worst.empty
        assert counted.worst.empty


@given(st.lists(st.sampled_from(["Stoke", "stoke 2", "STOKE!", "Stoke_3", "nul", "Łódź", "/", ""])))
def test_names_of_files_are_apart_on_any_system(names):
    found = names_apart(names)
    assert len({name.casefold() for name in found}) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) and name != "nul" for name in found)


@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["LE1 5", "LE15 6", "B1 1"]),
            st.text(LETTERS, min_size=2, max_size=2),
        ),
        st.integers(0, 4_095),
    )
)  # fmt: skip
def test_each_known_postcode_lies_in_the_run_of_its_part(known):
    areas = pd.Series(sorted(set(known.values())), [f"A{k}" for k in sorted(set(known.values()))])
    postcodes = pd.Series({f"{sector}{unit}": f"A{part}" for (sector, unit), part in known.items()})
    packed = pack_sectors(postcodes if known else None, areas)["outward"]
    assert sum(map(len, packed.values())) == len({sector for sector, _ in known})
    for (sector, unit), part in known.items():
        text = packed[sector[:-2]][sector[-1]]
        runs = [text[k : k + 4] for k in range(0, len(text), 4)] if len(text) > 2 else ["AA" + text]
        place = LETTERS.index(unit[0]) * 20 + LETTERS.index(unit[1])
        run = next(run for run in reversed(runs) if number(run[:2]) <= place or run is runs[0])
        assert number(run[2:]) == part


def number(digits: str) -> int:
    return DIGITS.index(digits[0]) * 64 + DIGITS.index(digits[1])


def test_a_tree_of_some_ways_has_these_ways_and_no_other_place():
    xy = np.array([[0, 0], [1, 0], [2, 0], [2, 1], [3, 0], [9, 9]], dtype=float)
    tree = WayTree(xy, np.array([-1, 0, 1, 1, 2, 0]), {"a": 3, "b": 4, "c": 5})
    own = tree.only(["a", "b"])
    assert set(own.start) == {"a", "b"}
    assert [own.way(name).tolist() for name in own.start] == [tree.way(n).tolist() for n in "ab"]
    assert len(own.xy) == 5
    assert tree.only([]).xy.tolist() == [[0, 0]]
