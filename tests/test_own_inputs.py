"""An output folder in which a study's inputs stand: none of them is written over."""

import pytest

from llrgeo.errors import PublishError
from llrgeo.publish.file_list import is_published_name
from llrgeo.publish.folder import publish
from llrgeo.study.config import load_study
from llrgeo.study.own_inputs import check_inputs_stay, check_output_folder


def moved(study, key, was, now):
    """Give an input of a study another name; return the study."""
    (study.parent / now).parent.mkdir(exist_ok=True)
    (study.parent / was).rename(study.parent / now)
    text = study.read_text("utf-8").replace(f'{key} = "{was}"', f'{key} = "{now}"')
    study.write_text(text, "utf-8")
    return load_study(study)


def test_a_study_may_be_published_beside_its_inputs(town_study):
    assert check_output_folder(load_study(town_study), town_study.parent) is None


@pytest.mark.parametrize("name", ["tables/areas.csv", "areas.parquet", "report.html", "kit.html"])
def test_an_input_that_is_called_as_an_output_is_not_written_over(town_study, name):
    study = moved(town_study, "areas", "areas.csv", name)
    words = rf"{name.rpartition('/')[2]} \(areas\): read by the study, and would be written over"
    with pytest.raises(PublishError, match=words):
        check_output_folder(study, town_study.parent)
    check_output_folder(study, town_study.parent / "maps")


def test_a_link_to_the_folder_of_inputs_is_that_folder(town_study, tmp_path):
    study = moved(town_study, "areas", "areas.csv", "areas.parquet")
    link = tmp_path / "maps"
    link.symlink_to(town_study.parent, target_is_directory=True)
    with pytest.raises(PublishError, match="would be written over"):
        check_output_folder(study, link)


@pytest.mark.parametrize(
    "name",
    [
        *("index.html", "tables.xlsx", "tables/scorecard.csv", "report.pdf", "kit.html"),
        *("preview_kit.png", "manifest.json", "datapackage.json"),
    ],
)
def test_somebody_elses_file_by_the_name_of_an_output_is_not_written_over(town_study, name):
    out = town_study.parent / "website"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine")
    (out / "tables.txt").touch()  # files of other names are no hindrance
    study = load_study(town_study)
    with pytest.raises(PublishError, match=rf"llrgeo did not write, .*\({name}\); name another"):
        check_output_folder(study, out)
    if name == "datapackage.json":  # which a search for sites leaves, with a crate
        (out / "ro-crate-metadata.json").touch()
        check_output_folder(study, out)
        (out / "ro-crate-metadata.json").unlink()
    (out / "manifest.json").write_text('{"name": "a web app"}')
    with pytest.raises(PublishError, match="llrgeo did not write"):
        check_output_folder(study, out)
    # Of a run that was recorded, or stopped after its first pages or while files were moved.
    for left, text in (
        ("manifest.json", '{"outputs": {"index.html": "0"}}'),
        ("explorer.html", ""),
        (".llrgeo-switch.json", "{}"),
    ):
        (out / left).write_text(text)
        check_output_folder(study, out)
        (out / left).unlink()


@pytest.mark.parametrize("name", ["network", "network/maps", "link"])
def test_pages_do_not_go_into_a_folder_that_is_an_input(town_study, name):
    town_study.with_name("link").symlink_to("network", target_is_directory=True)
    with pytest.raises(PublishError, match=rf"{name}: the study reads this folder \(network\)"):
        check_output_folder(load_study(town_study), town_study.parent / name)


@pytest.mark.parametrize("name", ["study.toml", "sites.csv", "network/nodes.parquet"])
def test_a_file_that_is_read_is_not_written(town_study, name):
    study = load_study(town_study)
    with pytest.raises(PublishError, match="would be written over; write somewhere else"):
        check_inputs_stay(study, [town_study.parent / "new.csv", town_study.parent / name])
    check_inputs_stay(study, [town_study.parent / "new.csv"])


def test_what_a_run_writes_is_known_by_its_name(town_publication, tmp_path):
    names = [path.relative_to(tmp_path).as_posix() for path in publish(town_publication, tmp_path)]
    assert [name for name in names if not is_published_name(name)] == []
    assert is_published_name("places/town.html")
    assert not is_published_name("tables/mine.xlsx")
