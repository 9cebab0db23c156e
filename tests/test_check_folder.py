"""The check of a published folder: one of ours passes, and what is broken in it is told by file."""

import json
import shutil
from dataclasses import replace

import pytest
from publication_cases import town_publication

from llrgeo.errors import PublishError
from llrgeo.files import sha256_of_file
from llrgeo.publish.check import folder as check
from llrgeo.publish.check.folder import check_folder_of_pages
from llrgeo.publish.check.html import read_page
from llrgeo.publish.check.reading import (
    count_syllables,
    reading_grade,
    sentences_of,
    sentences_of_text,
)
from llrgeo.publish.folder import make_kit, publish
from llrgeo.publish.run_id import run_id_of

RUN_ID = run_id_of({"seed": 4}, {"areas": "aa"}, "1.0")
RUN = RUN_ID[:12]


@pytest.fixture(scope="module")
def town(town_areas, town_sites, town_times):
    publication = town_publication(town_areas, town_sites, town_times)
    # As a study's manifest does, it names its run.
    told = {"study": {"seed": 4}, "inputs": {"areas": "aa"}, "versions": {"llrgeo": "1.0"}}
    return replace(publication, manifest={"run": RUN, "run_id": RUN_ID, **told})


@pytest.fixture(scope="module")
def published_once(town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("published") / "maps"
    publish(town, folder, more=[make_kit])
    return folder


@pytest.fixture
def folder(published_once, tmp_path, monkeypatch):
    """Return a copy of the published folder, to change at will."""
    monkeypatch.setattr(check, "has_browser", lambda: False)
    return shutil.copytree(published_once, tmp_path / "maps")


def told(folder):
    return [(found.file, found.rule) for found in check_folder_of_pages(folder)]


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_of_ours_keeps_every_rule(folder):
    assert check_folder_of_pages(folder) == []


def test_a_run_that_writes_into_the_folder_meanwhile_is_told(folder, monkeypatch):
    known = check._text_findings

    def switched(*given):
        edit(folder, "run", value="ffff23456789")
        return known(*given)

    monkeypatch.setattr(check, "_text_findings", switched)
    with pytest.raises(PublishError, match="a run wrote into it while it was checked; check it"):
        check_folder_of_pages(folder)


def test_a_link_that_leads_nowhere_is_found(folder):
    (folder / "report.html").unlink()
    found = told(folder)
    assert ("kit.html", "link") in found
    assert ("places/westham.html", "link") in found
    assert ("report.html", "checksum") in found


def test_a_link_out_of_the_folder_or_to_no_part_of_a_page_is_found(folder):
    (folder.parent / "other.html").write_text("x", encoding="utf-8")
    change(folder / "kit.html", 'href="explorer.html"', 'href="../other.html"')
    assert told(folder) == [("kit.html", "link")]
    change(folder / "kit.html", 'href="../other.html"', 'href="#absent"')
    assert told(folder) == [("kit.html", "link")]


def test_a_page_of_another_run_or_of_none_is_found(folder):
    change(folder / "places" / "westham_large.html", f"Run {RUN}", "Run 0123456789ff")
    change(folder / "places" / "westham.txt", f"Run {RUN}", "")
    found = {(each.file, each.message) for each in check_folder_of_pages(folder)}
    assert found == {
        ("places/westham_large.html", f"of run 0123456789ff, not {RUN}"),
        ("places/westham.txt", f"it does not bear the run's number, {RUN}"),
    }


def test_a_workbook_of_another_run_is_found(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["run"] = "ffff23456789"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert ("tables.xlsx", "run") in told(folder)


def test_a_file_that_was_changed_is_found(folder):
    change(folder / "tables" / "areas.csv", "West", "Best")
    assert told(folder) == [("tables/areas.csv", "checksum")]


def edit(folder, *path, value):
    """Change one value of a folder's manifest by hand."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    at = manifest
    for key in path[:-1]:
        at = at[key]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    "path", [("study", "seed"), ("study", "title"), ("inputs", "areas"), ("versions", "llrgeo")]
)
def test_settings_that_were_changed_by_hand_are_found(folder, path):
    edit(folder, *path, value="\ud800 other")
    found = [each for each in check_folder_of_pages(folder) if each.rule == "run"]
    assert [each.file for each in found] == ["manifest.json"]
    assert f"they do not have the run_id {RUN}" in found[0].message


def test_a_run_id_that_was_changed_by_hand_is_found(folder):
    edit(folder, "run_id", value="0" * 64)
    assert [each for each in told(folder) if each[1] == "run"] == 2 * [("manifest.json", "run")]


def test_a_study_file_of_another_name_is_the_same_study(folder):
    edit(folder, "study", "file", value="other.toml")
    assert told(folder) == []


@pytest.mark.parametrize("value", [None, "0" * 64])
def test_a_checksum_that_was_changed_by_hand_or_taken_out_is_found(folder, value):
    edit(folder, "outputs", "tables/areas.csv", value=value)
    assert ("tables/areas.csv", "checksum") in told(folder)


def test_an_input_of_another_checksum_is_told_by_name(folder):
    edit(folder, "inputs", "areas", value="bb")
    told_of = {each.message for each in check_folder_of_pages(folder) if each.rule == "checksum"}
    assert told_of == {"ro-crate-metadata.json has another checksum of the input 'areas'"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"study": 7}', '{"outputs": []}', "[" * 99_999])
def test_what_is_no_manifest_is_one_error(folder, text):
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(PublishError, match=r"manifest\.json: cannot be read as a manifest"):
        check_folder_of_pages(folder)


def test_without_a_manifest_the_run_cannot_be_told(folder):
    (folder / "manifest.json").unlink()
    assert ("manifest.json", "run") in told(folder)


def test_a_heavy_page_is_found(folder, monkeypatch):
    monkeypatch.setattr(check, "LIMITS", {"kit": (900, 90), "": (9_000_000, 9_000_000)})
    assert set(told(folder)) == {("kit.html", "size")}


def test_pale_text_is_found(folder):
    page = folder / "places" / "westham_easy.html"
    change(page, "--quiet: #4a5157", "--quiet: #a0a4a8")
    assert ("places/westham_easy.html", "contrast") in told(folder)


def test_long_words_are_found_and_names_of_places_are_not(folder):
    hard = "Reconfiguration necessitates comprehensive multidisciplinary consideration."
    change(folder / "places" / "westham.txt", "\n\n", f"\n{40 * f'{hard} '}\n\n")
    assert told(folder) == [("places/westham.txt", "reading")]


def test_a_folder_without_pages_and_what_is_no_page_are_one_error(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(PublishError, match="there is no page in it"):
        check_folder_of_pages(tmp_path / "empty")
    (folder / "kit.html").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PublishError, match=r"kit\.html: cannot be read as a page"):
        check_folder_of_pages(folder)


def test_the_command_shows_a_table_of_findings_and_fails(folder, run_command):
    (folder / "places" / "westham.txt").unlink()
    said = run_command("check", folder)
    assert said.status == 1
    assert "leads to no file" in " ".join(said.out.split())
    assert "findings" in said.err


def test_the_check_changes_nothing(folder):
    before = {path: sha256_of_file(path) for path in folder.rglob("*") if path.is_file()}
    check_folder_of_pages(folder)
    assert {path: sha256_of_file(path) for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("cat", 1), ("journey", 2), ("would", 1), ("take", 1), ("table", 2), ("minutes", 2),
        ("places", 2), ("wanted", 2), ("moved", 1), ("estimate", 3), ("hospital", 3), ("22", 1),
    ],
)  # fmt: skip
def test_syllables_are_counted_from_letters(word, syllables):
    assert count_syllables(word) == syllables


def test_the_grade_is_that_of_the_formula():
    sentences = ["The hospital would take you.", "You can wait here for a minute."]
    words, syllables = 12, (1 + 3 + 1 + 1 + 1) + (1 + 1 + 1 + 1 + 1 + 1 + 2)
    expected = 0.39 * words / 2 + 11.8 * syllables / words - 15.59
    assert reading_grade(sentences) == pytest.approx(expected)


def test_only_running_sentences_are_read_and_names_are_short():
    page = read_page(
        "<p>Go to Market Harborough today.</p><p>A label without an end</p>"
        "<nav><p>Not this one here.</p></nav><ul class='files'><li>Nor this list here.</li></ul>"
        "<section class='about'><p>Nor where figures are from.</p></section>"
        "<li>It takes 3.7 minutes. That is long now.</li>"
    )
    assert sentences_of(page, ["Market Harborough", "Market"]) == [
        "Go to name today.", "It takes 3.7 minutes.", "That is long now.",
    ]  # fmt: skip
    assert sentences_of_text("# A heading\n- We went to Oakham.\nNo end") == ["We went to Oakham."]
