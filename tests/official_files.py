"""Files as the publishers write them, of the invented board: tables, zips, extracts, feeds."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import osmium
import xlsxwriter
from invented_icb import Invented
from osmium.osm import mutable
from pyproj import Transformer
from shapely.geometry import box, mapping

from llrgeo.schema import BNG, WGS84

TO_DEGREES = Transformer.from_crs(BNG, WGS84, always_xy=True)
IMD_ROWS = 33_755
COUNTIES = "download.geofabrik.de/europe/united-kingdom/england"
AGENCY = ("A", "Invented Buses", "https://example.org", "Europe/London")
_IMD = "Index of Multiple Deprivation (IMD)"
IMD_HEADER = (
    "LSOA code (2021)",
    "LSOA name (2021)",
    "Local Authority District code (2024)",
    "Local Authority District name (2024)",
    f"{_IMD} Score",
    f"{_IMD} Rank (where 1 is most deprived)",
    f"{_IMD} Decile (where 1 is most deprived 10% of LSOAs)",
)


def text_of(rows) -> bytes:
    """Return rows as CSV."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip whose bytes depend on its members alone."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0)), content)
    return file.getvalue()


class Files:
    """Each file once, when it is first asked for."""

    def __init__(self, place: Invented) -> None:
        self.place = place
        self._made: dict[str, bytes] = {}

    def get(self, name: str) -> bytes:
        """Return a file by the name of the method that makes it."""
        if name not in self._made:
            self._made[name] = getattr(self, f"_{name}")()
        return self._made[name]

    def md5(self, name: str) -> str:
        return hashlib.md5(self.get(name), usedforsecurity=False).hexdigest()

    def _deprivation(self) -> bytes:
        """List all areas of England: those of the place, and fillers with the ranks they leave."""
        areas = self.place.areas
        ranks_left = sorted(set(range(1, IMD_ROWS + 1)) - set(areas["imd_rank"]))
        # Scores fall with the ranks in all of England, so fillers have what lies between ours.
        rank_and_score = areas.sort_values("imd_rank")[["imd_rank", "imd_score"]].to_numpy(float).T
        scores = np.interp(ranks_left, *rank_and_score).round(3)
        fillers = [
            (f"E01{number + 700_000:06d}", rank, score)
            for number, (rank, score) in enumerate(zip(ranks_left, scores, strict=True))
        ]
        rows = [
            (code, name, lad, lad_name, score, rank, decile_of(rank))
            for code, name, lad, lad_name, score, rank in zip(
                areas.index, areas["name"], areas["lad"], areas["lad_name"],
                areas["imd_score"], areas["imd_rank"], strict=True,
            )
        ]  # fmt: skip
        rows += [
            (
                code,
                "Invented",
                "E07999999",
                "Invented",
                f"{score:.3f}",
                rank,
                decile_of(rank),
            )
            for code, rank, score in fillers
        ]
        return b"\xef\xbb\xbf" + text_of([IMD_HEADER, *rows])

    def _projections(self) -> bytes:
        years = [str(year) for year in range(2022, 2033)]
        header = ["AREA_CODE", "AREA_NAME", "COMPONENT", "SEX", "AGE_GROUP", *years]
        members = {}
        for sex, share in (("females", 0.51), ("males", 0.49), ("persons", 1.0)):
            rows = []
            for lad, name in self.place.lads.items():
                people = self.place.areas.loc[self.place.areas["lad"] == lad, "residents"].sum()
                ages = people * share * np.linspace(1.6, 0.4, 91) / 91
                growth = 1.004 ** np.arange(len(years))
                figures = np.outer(ages, growth).round(3)
                for age in range(91):
                    label = "90 and over" if age == 90 else str(age)
                    rows.append([lad, name, "Population", sex, label, *figures[age]])
                rows.append(
                    [lad, name, "Population", sex, "All ages", *figures.sum(axis=0).round(3)]
                )
            members[f"2022 SNPP Population {sex}.csv"] = text_of([header, *rows])
        return zipped(members)

    def _workbook(self) -> bytes:
        """Write the sheet of mid-2024, its header in row 4, females before males."""
        names = [f"{sex}{age}" for sex in "FM" for age in range(91)]
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"in_memory": True, "constant_memory": True})
        book.add_worksheet("Contents").write(0, 0, "Invented figures")
        sheet = book.add_worksheet("Mid-2024 LSOA 2021")
        sheet.write(0, 0, "Mid-2024: Invented estimates of small areas")
        for at, name in enumerate(
            ("LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name", "Total", *names)
        ):
            sheet.write(3, at, name)
        areas = self.place.areas
        for row, (code, each) in enumerate(areas.iterrows(), start=4):
            counts = (each["residents"] * np.linspace(1.4, 0.6, 182) / 182).astype(int)
            cells = (each["lad"], each["lad_name"], code, each["name"], int(counts.sum()), *counts)
            for at, cell in enumerate(cells):
                sheet.write(row, at, cell if isinstance(cell, str) else int(cell))
        book.close()
        return file.getvalue()

    def report(self, report: str) -> bytes:
        """Return an ODS report, without a header: ours, then organisations that closed long ago."""
        sites = self.place.sites[self.place.sites["report"] == report]
        rows = [
            ods_row(
                code, each["name"], each["postcode"], each["closed"], each["parent"], each["type"]
            )
            for code, each in sites.iterrows()
        ]
        rows += [
            ods_row(
                f"{report[:2].upper()}{number:05d}",
                "INVENTED AND CLOSED",
                "ZY9 9ZZ",
                "20010331",
                "",
                "4",
            )
            for number in range(self.place.fillers[report] - len(rows) + 7)
        ]
        return text_of(rows)

    def _returns(self) -> bytes:
        """Write the estates return: windows' own encoding, one small site without a code."""
        sites = self.place.sites
        header = (
            "Trust Code", "Trust Name", "Site Code", "Site Name", "Site Type",
            "Gross internal floor area (m²)", "Cost to eradicate high risk backlog (£)",
            "Parking spaces available (No.)",
        )  # fmt: skip
        rows = [
            (each["parent"], "INVENTED TRUST", code, each["name"], each["type"], each["floor_m2"],
             17 * int(each["floor_m2"]), "Not Applicable")
            for code, each in sites.iterrows()
            if each["report"] == "ets" and each["type"]
        ]  # fmt: skip
        rows.append(("ZT1", "INVENTED TRUST", "", "Other reportable sites", "", "410", "0", "3"))
        return text_of([header, *rows]).decode().encode("cp1252")

    def _postcodes(self) -> bytes:
        sites = self.place.sites.assign(lad=self._lad_of_sites())
        sites = sites[~sites["postcode"].isin(self.place.unplaced)]
        rows = [
            (
                code.replace(" ", "") if len(code) == 8 else code,
                10,
                round(x),
                round(y),
                "E92000001",
                "",
                "",
                "",
                lad,
                "E05999999",
            )
            for code, x, y, lad in sites[["postcode", "x", "y", "lad"]].itertuples(index=False)
        ]
        rows += [
            (code.replace(" ", ""), 10, x, y, "E92000001", "", "", "", lad, "E05999999")
            for code, x, y, lad in home_postcodes(self.place.areas)
        ]
        rows.append(("ZZ9 9ZZ", 90, 0, 0, "E92000001", "", "", "", "", ""))
        doc = b"PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\r\n"
        return zipped(
            {"Doc/Code-Point_Open_Column_Headers.csv": doc, "Data/CSV/zz.csv": text_of(rows)}
        )

    def _lad_of_sites(self):
        areas, sites = self.place.areas, self.place.sites
        apart = (sites["x"].to_numpy()[:, None] - areas["x"].to_numpy()) ** 2
        apart = apart + (sites["y"].to_numpy()[:, None] - areas["y"].to_numpy()) ** 2
        nearest = areas["lad"].to_numpy()[apart.argmin(axis=1)]
        return np.where(sites["name"].str.contains("MOOR"), "E07990003", nearest)

    def _streets(self) -> bytes:
        """Write the streets this side of the border, if there is one."""
        return self._streets_of(lambda x: x <= self._border_m)

    def _streets_abroad(self) -> bytes:
        """Write the streets beyond the border."""
        return self._streets_of(lambda x: x > self._border_m)

    @property
    def _border_m(self) -> float:
        return self.place.border_m or float("inf")

    def _streets_of(self, is_in) -> bytes:
        """Draw streets on a grid over the place and 9 km around; every fourth is a primary road.

        A file has the streets with a node on its side, whole, as Geofabrik cuts them.
        """
        areas = self.place.areas.drop(index=list(self.place.roadless))
        step = self.place.step_m / 2
        west, east = areas["x"].min() - 9_000, areas["x"].max() + 13_000
        south, north = areas["y"].min() - 9_000, areas["y"].max() + 9_000
        across, up = int((east - west) // step) + 1, int((north - south) // step) + 1
        with TemporaryDirectory() as folder:
            path = Path(folder) / "streets.osm.pbf"
            with osmium.SimpleWriter(str(path)) as writer:
                for j in range(up):
                    for i in range(across):
                        wobble = 37 * ((i * 7 + j * 13) % 5) - 60
                        lon, lat = TO_DEGREES.transform(
                            west + i * step + wobble, south + j * step - wobble
                        )
                        # Streets that cross the border are in both, with all their nodes.
                        writer.add_node(
                            mutable.Node(id=j * across + i + 1, location=(lon, lat), tags={})
                        )
                way = 0
                for j in range(up):
                    way += 1
                    nodes = [j * across + i + 1 for i in range(across)]
                    writer.add_way(
                        mutable.Way(id=way, nodes=nodes, tags=street(j, "Invented Street"))
                    )
                for i in range(across):
                    way += 1
                    if not is_in(west + i * step):
                        continue
                    nodes = [j * across + i + 1 for j in range(up)]
                    writer.add_way(
                        mutable.Way(id=way, nodes=nodes, tags=street(i, "Invented Lane"))
                    )
            return path.read_bytes()

    def _timetables(self) -> bytes:
        """Run one bus line along the second row of areas, every 20 minutes on weekdays."""
        row = self.place.ours.sort_values("x").iloc[:: max(1, len(self.place.ours) // 8)]
        lon, lat = TO_DEGREES.transform(row["x"].to_numpy(), row["y"].to_numpy())
        stops = [
            (f"s{k}", f"Invented Stop {k}", f"{lat[k]:.6f}", f"{lon[k]:.6f}")
            for k in range(len(row))
        ]
        trips, calls = [], []
        for way in (1, -1):
            for start in range(6 * 60, 22 * 60, 20):
                trip = f"{'out' if way > 0 else 'in'}{start}"
                trips.append(("L1", "weekdays", trip))
                for k, stop in enumerate(stops[::way]):
                    clock = start + 6 * k
                    at = f"{clock // 60:02d}:{clock % 60:02d}:00"
                    calls.append((trip, at, at, stop[0], k + 1))
        days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        tables = {
            "agency": ("agency_id agency_name agency_url agency_timezone", [AGENCY]),
            "stops": ("stop_id stop_name stop_lat stop_lon", stops),
            "routes": ("route_id agency_id route_short_name route_type", [("L1", "A", "1", "3")]),
            "trips": ("route_id service_id trip_id", trips),
            "stop_times": ("trip_id arrival_time departure_time stop_id stop_sequence", calls),
            "calendar": (
                f"service_id {' '.join(days)} start_date end_date",
                [("weekdays", 1, 1, 1, 1, 1, 0, 0, "20261102", "20270131")],
            ),
        }
        return zipped(
            {f"{name}.txt": text_of([head.split(), *rows]) for name, (head, rows) in tables.items()}
        )

    def index(self, root: str) -> bytes:
        """Return Geofabrik's index: one county over the place, one beside it, one far away."""
        areas = self.place.areas
        land = box(
            areas["x"].min() - 60_000,
            areas["y"].min() - 70_000,
            areas["x"].max() + 40_000,
            areas["y"].max() + 70_000,
        )
        beside = box(
            areas["x"].max() + 40_000,
            areas["y"].min() - 70_000,
            areas["x"].max() + 90_000,
            areas["y"].max() + 70_000,
        )
        abroad = beside
        if self.place.border_m:  # the county ends at the border of a country
            west, south, east, north = land.bounds
            land = box(west, south, self.place.border_m, north)
            abroad = box(self.place.border_m, south, east, north)
        far = box(150_000, 20_000, 250_000, 90_000)
        england = land.union(beside).union(far).convex_hull
        lands = {
            "england": ("great-britain", england),
            "invented-shire": ("england", land),
            "invented-moor": ("england", beside),
            "far-shire": ("england", far),
            "wales": ("united-kingdom", abroad),
        }
        if not self.place.border_m:
            del lands["wales"]
        features = [
            {
                "type": "Feature",
                "properties": {
                    "id": name,
                    "parent": parent,
                    "name": name.title(),
                    "urls": {"pbf": f"{root}/{COUNTIES}/{name}-latest.osm.pbf"},
                },
                "geometry": mapping(gpd.GeoSeries([each], crs=BNG).to_crs(WGS84).iloc[0]),
            }
            for name, (parent, each) in lands.items()
        ]
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def home_postcodes(areas):
    """Return four unit postcodes in each area: its code, metres east and north, authority."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    found = []
    for number in range(4 * len(areas)):
        one = areas.iloc[number // 4]
        code = f"ZZ{70 + number // 4_000} {number // 400 % 10}" + "".join(
            letters[number // times % 20] for times in (20, 1)
        )
        shift = 131 * (number % 4) - 170
        found.append((code, int(one["x"]) + shift, int(one["y"]) - shift, one["lad"]))
    return found


def decile_of(rank: int) -> int:
    return -(-rank * 10 // IMD_ROWS)


def street(number: int, name: str) -> dict[str, str]:
    main = number % 4 == 1
    return {"highway": "primary" if main else "residential", "name": f"{name} {number + 1}"}


def ods_row(code, name, postcode, closed, parent, setting):
    """Return the 27 columns of a report; a site of a trust that closed has a date, not a C."""
    row = [""] * 27
    row[0], row[1], row[2], row[3] = code, name, "Y99", "QZZ"
    row[4], row[7], row[9] = "1 INVENTED ROAD", "INVENTED TOWN", postcode
    row[10], row[11], row[12] = "19740401", closed, "C" if closed and setting.isdecimal() else "A"
    row[13], row[14], row[25] = "B", parent, setting if setting.isdecimal() else ""
    return row
