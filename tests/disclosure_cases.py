"""An attack on a restricted study: what an outsider solves from everything that it published.

The attacker has the whole folder, the terminal and the log, the open table of areas, the study's
settings (they stand in the manifest) and docs/methods. The unknowns are the contacts of each area
with each counted service; those of the others follow from open rates. What was published of
contacts bounds sums of them, and linear programming bounds each.
"""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import highspy
import numpy as np
import pandas as pd
from typer.testing import CliRunner

from llrgeo.cli import app

SMALL = range(1, 8)
ENOUGH = 4  # of the values 1 to 7 must be left
HALF = 2.5  # a number rounded to the nearest 5 was at most so far from it
HOURS = 2 / 60  # there and back, in hours
CITY = ("acute",)
MOST = 1e6  # contacts that an area has, for whoever knows nothing
LOCAL = ("community", "primary", "home", "video")


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Collect all that the library logs, in every detail."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger("llrgeo")
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield log
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def publish(study: Path, out: Path, *more: str) -> Path:
    """Run the command as a user does; keep what the terminal and the log said beside the files."""
    with logged() as log:
        # Wide lines: where one breaks depends on the length of the folder's name.
        ended = CliRunner(env={"COLUMNS": "1000"}).invoke(
            app, ["run", str(study), "--out", str(out), *more]
        )
    assert ended.exit_code == 0, ended.output or ended.exception
    (out / "terminal.txt").write_text(ended.output.replace(str(out), "OUT"), encoding="utf-8")
    (out / "log.txt").write_text(log.getvalue().replace(str(out), "OUT"), encoding="utf-8")
    return out


def files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file: pages, workbook, GeoPackage, Parquet, manifest, log."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@dataclass
class Attack:
    """What an attacker knows of one run, as bounds on sums of contacts.

    Attributes
    ----------
    folder
        What was published.
    areas
        The open table of areas.
    roles
        The role of each site.
    """

    folder: Path
    areas: pd.DataFrame
    roles: pd.Series
    rows: list[np.ndarray] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the folder; bound whatever says anything of contacts."""
        self.study = json.loads((self.folder / "manifest.json").read_text("utf-8"))["study"]
        self.services = {service["id"]: service for service in self.study["services"]}
        head = pd.read_csv(self.folder.parent / "counted.csv", nrows=0)
        self.counted = [name for name in head.columns if name in self.services]
        self.unknown = [*product(self.counted, self.areas.index)]
        self.minutes = self._minutes()
        self._totals()
        self._places()
        self._sites()
        self._exact_sums()
        self._shares()
        self._means_of_areas()

    def left(self, *others: "Attack") -> pd.DataFrame:
        """Return the bounds of each count from this run, and from others on the same counts."""
        runs = (self, *others)
        rows, low, high = (
            np.concatenate([np.array(getattr(run, name)) for run in runs])
            for name in ("rows", "low", "high")
        )
        finite = np.isfinite(high), np.isfinite(low)
        upper = np.vstack([rows[finite[0]], -rows[finite[1]]])
        limits = np.concatenate([high[finite[0]], -low[finite[1]]])
        # One programme, of which only the objective changes: HiGHS goes on from where it was.
        count = len(self.unknown) + 1  # the last stands for what is known
        programme = highspy.Highs()
        programme.silent()
        programme.setOptionValue("presolve", "off")
        programme.addVars(count, np.zeros(count), np.full(count, MOST))
        programme.changeColBounds(count - 1, 1.0, 1.0)
        for row, limit in zip(upper, limits, strict=True):
            used = np.flatnonzero(row).astype(np.int32)
            programme.addRow(-np.inf, limit, len(used), used, row[used])
        found = []
        for place in range(len(self.unknown)):
            bounds = []
            for sign in (1, -1):
                programme.changeColCost(place, sign)
                programme.run()
                solved = programme.getModelStatus() == highspy.HighsModelStatus.kOptimal
                assert solved, "what was published contradicts itself"
                bounds.append(sign * programme.getInfo().objective_function_value)
            programme.changeColCost(place, 0.0)
            found.append(bounds)
        index = pd.MultiIndex.from_tuples(self.unknown, names=["service", "area_id"])
        return pd.DataFrame(found, index, ["low", "high"])

    def table(self, name: str) -> pd.DataFrame:
        """Return a published table: from its file, or the workbook where it has no file."""
        path = self.folder / "tables" / f"{name}.csv"
        if path.is_file():
            return pd.read_csv(path, keep_default_na=False, dtype={"area_id": str})
        with pd.ExcelFile(self.folder / "tables.xlsx") as book:
            is_there = name in book.sheet_names
            return book.parse(name, keep_default_na=False) if is_there else pd.DataFrame()

    def _bound(self, row: np.ndarray, low: float, high: float) -> None:
        if not row[:-1].any():  # nothing of it is unknown
            return
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def _bound_by_cell(self, row: np.ndarray, cell: object) -> None:
        """Bound a sum by a published cell: hidden says little, rounded more, exact all."""
        if str(cell) in {"", "*"}:
            return
        count = float(str(cell))
        near = HALF if count % 5 == 0 and count else 1e-6
        self._bound(row, count - near, count + near)

    def _sum_of(self, service: str, share: pd.Series | float = 1.0) -> np.ndarray:
        """Return the row that sums contacts with a service, each area's times a share."""
        share_by_area = pd.Series(share, self.areas.index).fillna(0.0).astype(float)
        if service in self.counted:
            return np.array(
                [*(share_by_area[a] if s == service else 0.0 for s, a in self.unknown), 0.0]
            )
        settings = self.services[service]
        patients = sum(self.areas[band] * rate / 1000 for band, rate in settings["rates"].items())
        contacts = float((patients * settings["visits"] * share_by_area).sum())
        return np.array([*np.zeros(len(self.unknown)), contacts])

    def _minutes(self) -> dict[tuple[str, str], pd.DataFrame]:
        """Return by option and service the nearest site of each area, its minutes and role."""
        times = pd.read_parquet(self.folder / "travel_times.parquet")
        first = times[(times["mode"] == "car") & (times["period"] == self.study["periods"][0])]
        table = first.pivot(index="area_id", columns="site_id", values="travel_time_min")
        sites_of = self._open_sites()
        found = {}
        for (option, service), sites in sites_of.items():
            reach = table.reindex(self.areas.index)[sorted(sites)].fillna(np.inf)
            nearest = reach.idxmin(axis=1).where(np.isfinite(reach.min(axis=1)))
            roles = nearest.map(self.roles)
            found[option, service] = pd.DataFrame(
                {"site": nearest, "min": reach.min(axis=1), "role": roles.fillna("unreachable")}
            )
        return found

    def _open_sites(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for option in self.study["options"]:
            for service in self.services:
                sites = set(found.get((option["based_on"] or "", service), ()))
                sites = set((option["sites"] or {}).get(service, sites))
                moves = (option["moves"] or {}).get(service, {})
                sites |= {*(option["opens"] or {}).get(service, ()), *moves.values()}
                sites -= {*(option["closes"] or {}).get(service, ()), *moves}
                found[option["id"], service] = sites
        return found

    def _delivered(self, service: str) -> dict[str, float]:
        """Return the shares of contacts at sites, at home and by video."""
        settings = self.services[service]
        video = settings["share_video"]
        home = 1 - video if settings["delivery"] == "team" else settings["share_home"]
        return {"site": 1 - video - home, "home": home, "video": video}

    def _where(self, option: str, service: str, place: str) -> pd.Series:
        """Return the share of each area's contacts that happen at a place."""
        role = self.minutes[option, service]["role"]
        shares = self._delivered(service)
        if place == "video":
            return pd.Series(shares["video"], role.index)
        if place == "home":
            return (role != "unreachable") * shares["home"]
        at = shares["site"] + (shares["home"] if place == "unreachable" else 0.0)
        return (role == place) * at

    def _cells(self, name: str, keys: list[str]) -> Iterator[dict[str, object]]:
        table = self.table(name)
        return iter(table.to_dict("records") if set(keys) <= set(table.columns) else [])

    def _totals(self) -> None:
        for row in self._cells("activity", ["service", "contacts"]):
            if row["contacts"] == "*":
                self._bound(self._sum_of(row["service"]), 0.5, 7.5)
            self._bound_by_cell(self._sum_of(row["service"]), row["contacts"])

    def _places(self) -> None:
        for row in self._cells("places_of_care", ["option", "service"]):
            for place in (*CITY, *LOCAL, "other", "unreachable"):
                where = self._where(row["option"], row["service"], place)
                if not self._explained(row, place):
                    self._bound_by_cell(self._sum_of(row["service"], where), row[place])

    def _explained(self, row: dict[str, object], place: str) -> bool:
        """Say whether a count follows from the published total and a stated share."""
        published = self.table("activity").set_index("service").loc[row["service"]]
        if place not in {"home", "video"} or published["delivery"] == "team":
            return False
        share = self._delivered(row["service"])[place]
        total = 0.0 if published["contacts"] == "*" else float(published["contacts"])
        return str(row[place]) in {"*", str(round(total * share / 5) * 5)}

    def _sites(self) -> None:
        for row in self._cells("site_loads", ["option", "service", "contacts"]):
            found = self.minutes[row["option"], row["service"]]
            travelled = 1 - self._delivered(row["service"])["video"]
            at_site = (found["site"] == row["site_id"]) * travelled
            self._bound_by_cell(self._sum_of(row["service"], at_site), row["contacts"])
            least = self.services[row["service"]]["minimum_activity"]
            if least and str(row.get("below_minimum")) in {"True", "False"}:
                below = str(row["below_minimum"]) == "True"
                low, high = (-np.inf, least) if below else (least, np.inf)
                self._bound(self._sum_of(row["service"], at_site), low, high)

    def _exact_sums(self) -> None:
        """Bound the contacts of flows, and the hours of journeys, which divide by the minutes."""
        for row in self._cells("flows", ["contacts"]):
            before = self.minutes[self.study["options"][0]["id"], row["service"]]["site"].fillna("")
            after = self.minutes[row["option"], row["service"]]["site"].fillna("")
            moved = (before == row["from_site"]) & (after == row["to_site"])
            travelled = 1 - self._delivered(row["service"])["video"]
            self._bound_near(self._sum_of(row["service"], moved * travelled), row["contacts"], 0.06)
        for row in self._cells("burden", ["patient_hours"]):
            if self.services[row["service"]]["delivery"] != "team":
                minutes = self.minutes[row["option"], row["service"]]["min"]
                hours = minutes.where(np.isfinite(minutes), 0.0) * HOURS
                at = self._delivered(row["service"])["site"]
                self._bound_near(
                    self._sum_of(row["service"], hours * at), row["patient_hours"], 0.06
                )

    def _bound_near(self, row: np.ndarray, value: object, error: float) -> None:
        if value not in {"", "*"}:
            self._bound(row, float(value) - error, float(value) + error)

    def _shares(self) -> None:
        """Bound by what multiplies a total: shares of contacts in the scorecard."""
        for row in self._cells("scorecard", ["option", "closer_to_home"]):
            part, whole = np.zeros(len(self.unknown) + 1), np.zeros(len(self.unknown) + 1)
            for service, settings in self.services.items():
                if settings["delivery"] != "team":
                    whole += self._sum_of(service)
                    for place in LOCAL:
                        part += self._sum_of(service, self._where(row["option"], service, place))
            if row["closer_to_home"] not in {"", "*"}:
                share, error = float(row["closer_to_home"]), 5e-5
                self._bound(part - (share - error) * whole, 0.0, np.inf)
                self._bound(part - (share + error) * whole, -np.inf, 0.0)

    def _means_of_areas(self) -> None:
        """Bound by means of one area over several services, unless residents explain them."""
        visited = [
            name for name, settings in self.services.items() if settings["delivery"] != "team"
        ]
        weights = {name: self._delivered(name)["site"] for name in visited}
        baseline = self.study["options"][0]["id"]
        places = self.table("areas").set_index("area_id")
        for table, column in product(
            ("worst_places", "worst_changes"), ("before_min", "after_min")
        ):
            for row in self._cells(table, ["option", "area_id", column]):
                if row[column] == "" or row.get("service", "all") != "all":
                    continue
                area, mean = row["area_id"], float(row[column])
                option = baseline if column == "before_min" else row["option"]
                minutes = {s: float(places.loc[area, f"{s}__{option}_min"]) for s in visited}
                open_mean = np.average(list(minutes.values()), weights=list(weights.values()))
                if abs(open_mean - mean) < 1e-4:  # built on residents: it tells nothing
                    continue
                this = pd.Series(self.areas.index == area, self.areas.index).astype(float)
                for sign in (1, -1):
                    spent = sum(
                        self._sum_of(s, this * weights[s] * (minutes[s] - mean - sign * 1e-4))
                        for s in visited
                    )
                    self._bound(sign * spent, -np.inf, 0.0)


def small_counts(counted: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the counts of 1 to 7 that must stay hidden, by service and area."""
    return [key for key, count in as_series(counted).items() if count in SMALL]


def as_series(counted: pd.DataFrame) -> pd.Series:
    """Return counts by service and area."""
    return pd.Series({(s, a): counted.loc[a, s] for s, a in product(counted, counted.index)})


def values_left(bounds: pd.Series) -> list[int]:
    """Return which of the values 1 to 7 lie within bounds."""
    low, high = bounds
    return [value for value in SMALL if low - 1e-6 <= value <= high + 1e-6]
