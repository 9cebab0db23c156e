"""The default study under `llrgeo run --watch`: CPU seconds from an edit to what it changes."""

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from taken import Asked, Figures

STEPS = ("Scores after", "Explorer after", "Pages after")


class Edit(NamedTuple):
    """A change of one of the study's files: what stands in it, and what takes its place."""

    file: str
    before: str
    after: str


def _moved_site() -> Edit:
    """Move the hospital at Oakham by 200 metres to the north."""
    lat = _sites()["lat"]["RWELR"]
    return Edit("sites.csv", str(lat), f"{float(lat) + 0.0018:.5f}")


def _sites() -> pd.DataFrame:
    """Return the embedded sites by their latitude and longitude alone, as text."""
    from llrgeo.inputs.embedded import embedded

    table = pd.read_csv(embedded("sites.csv"), dtype=str, keep_default_na=False)
    return table.drop(columns=["easting", "northing"]).set_index("site_id")


EDITS: dict[str, Callable[[], Edit]] = {
    "a weight": partial(Edit, "study.toml", "weight = 15", "weight = 16"),
    "an option": partial(
        Edit,
        "study.toml",
        '"RWELC", "feilding-palmer", "hinckley-bosworth"',
        '"RWELC", "hinckley-bosworth"',
    ),
    "a site": _moved_site,
}


def seconds_after(what: str, _: Asked) -> Figures:
    """Watch the default study, edit it once, and count until explorer and front page are there."""
    from typer.testing import CliRunner

    from llrgeo.cli import app, quick, watch

    with tempfile.TemporaryDirectory(prefix="llrgeo-watch-") as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        study = _write_study(folder)
        clock = _EditOnce(folder, EDITS[what]())
        watch.sleep = clock.sleep  # type: ignore[assignment] # edits in place of waiting
        watch.run_again = partial(quick.run_again, tell=clock.hear)
        command = ["run", str(study), "--out", str(folder / "maps"), "--watch"]
        CliRunner().invoke(app, command, catch_exceptions=False)
    scores, explorer, pages = (clock.seconds[step] for step in STEPS)
    return Figures(explorer, note=f"scores {scores:.2f} s, all pages {pages:.1f} s")


def _write_study(folder: Path) -> Path:
    """Write the default study beside a table of sites of its own."""
    from llrgeo.inputs.embedded import DEFAULT_STUDY, embedded

    text = embedded(DEFAULT_STUDY).read_text(encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(text.replace('sites = "embedded"', 'sites = "sites.csv"'), encoding="utf-8")
    _sites().to_csv(folder / "sites.csv")
    return path


class _EditOnce:
    """Makes one edit when the watcher waits, and stops it when it waits again."""

    def __init__(self, folder: Path, edit: Edit) -> None:
        self.folder, self.edit = folder, edit
        self.sleeps = 0
        self.begun = 0.0
        self.seconds: dict[str, float] = {}

    def sleep(self, _: float) -> None:
        """Edit at the first sleep; the second is of the look whether all is written."""
        self.sleeps += 1
        if self.sleeps == 1:
            path = self.folder / self.edit.file
            text = path.read_text(encoding="utf-8")
            if self.edit.before not in text:
                msg = f"{self.edit.file} does not hold {self.edit.before}"
                raise ValueError(msg)
            path.write_text(text.replace(self.edit.before, self.edit.after, 1), encoding="utf-8")
            self.begun = time.process_time()
        if self.sleeps > 2:
            raise KeyboardInterrupt

    def hear(self, shown: Any) -> None:
        """Note the seconds of the processor when the watcher tells that a step is done."""
        for step in STEPS:
            if isinstance(shown, str) and shown.startswith(step):
                self.seconds[step] = time.process_time() - self.begun
