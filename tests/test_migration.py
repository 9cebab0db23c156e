"""What was written for the first release, 0.1, still runs, or is told what to write instead."""

from pathlib import Path

import pytest

import llrgeo

FIRST = Path(__file__).parent / "studies" / "first_release.toml"  # its default study, unchanged


def test_the_study_file_of_the_first_release_is_read_with_all_it_names():
    study = llrgeo.load_study(FIRST)
    inputs = llrgeo.read_inputs(study)
    assert study.modes == ("car",)
    assert [option.name for option in inputs.options] == [option.id for option in study.options]
    assert len(inputs.areas) == 634


@pytest.mark.slow
def test_the_study_of_the_first_release_ranks_its_options_as_it_did():
    result = llrgeo.run_study(llrgeo.load_study(FIRST))
    ranked = result.scorecard.totals.sort_values(ascending=False)
    assert ranked.index[0] == "health_centre_hubs"
    # 0.850 and 0.741 in the CHANGELOG of 0.1.0. Since then the road network and the ages are
    # compiled anew, and losers are counted by service.
    assert ranked.iloc[0] == pytest.approx(0.840, abs=0.0005)
    assert ranked["today"] == pytest.approx(0.731, abs=0.0005)


def test_a_name_of_the_first_release_is_told_by_its_new_one():
    with pytest.raises(AttributeError, match=r"since 0\.1 it is 'AppraisalInputs'"):
        _ = llrgeo.Setting


def test_every_new_name_of_the_changelog_exists():
    """The modules in the right-hand column of the table of modules are there."""
    text = (Path(__file__).parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")
    table = text.split("| module in 0.1 | now |")[1].split("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    assert len(rows) > 20
    root = Path(llrgeo.__file__).parent
    missing = []
    for _, now in rows:
        room = now.split(",")[0].rpartition(".")[0].replace(".", "/")
        for name in now.split(", "):
            path = name.replace(".", "/") if "." in name else f"{room}/{name}"
            if name.startswith("and "):
                continue
            if not any((root / f"{path}{end}").exists() for end in (".py", "")):
                missing.append(name)
    assert missing == []
