"""The attack on a restricted study of the size of a real one: the embedded study's 634 areas.

`tests/test_disclosure_attack.py` has the same attacks on towns of four areas, of every form.
"""

import numpy as np
import pandas as pd
from disclosure_cases import ENOUGH, SMALL, Attack, files, publish, small_counts, values_left
from test_disclosure_attack import Shown

from llrgeo.inputs.embedded import embedded
from llrgeo.schema import site_roles


def test_the_study_of_llr_hides_every_small_count(tmp_path):
    """The embedded study, with about 4 contacts at the stroke wards from each of its areas."""
    given = embedded("studies") / "closer_to_home.toml"
    text = given.read_text("utf-8").replace(
        "[appraisal]\n", '[appraisal]\nactivity = "counted.csv"\ndata_class = "restricted"\n', 1
    )
    study = tmp_path / "study.toml"
    study.write_text(text, encoding="utf-8")
    areas = pd.read_csv(embedded("areas.csv"), index_col="area_id")
    counts = np.random.default_rng(3).poisson(4, len(areas))
    counted = pd.DataFrame({"stroke_beds": counts}, areas.index)
    counted.to_csv(tmp_path / "counted.csv")
    roles = site_roles(pd.read_csv(embedded("sites.csv"), index_col="site_id"))
    out = publish(study, tmp_path / "out")
    attack = Attack(out, areas, roles)
    bounds = attack.left()
    small = small_counts(counted)
    assert all(len(values_left(bounds.loc[key])) >= ENOUGH for key in small)
    # Counts change places within each catchment of today: every table shows the same.
    run = Shown(study)
    true, possible = run(counted), {key: set() for key in small}
    catchments = counted["stroke_beds"].groupby(attack.minutes["today", "stroke_beds"]["site"])
    for step in range(1, 17):
        other = catchments.transform(lambda counts, by=step: np.roll(counts.to_numpy(), by))
        assert run(other.to_frame()) == true
        for key in small:
            possible[key] |= {other[key[1]]} & set(SMALL)
    assert min(map(len, possible.values())) >= ENOUGH
    # And so does every file, terminal and log.
    other.to_frame().to_csv(tmp_path / "counted.csv")
    before, after = files(out), files(publish(study, tmp_path / "other"))
    assert [name for name in before | after if before.get(name) != after.get(name)] == []
