"""A server on this machine that speaks the publishers' formats, and breaks as they do.

The table of sources is the project's own, its addresses turned to this server: the first part of a
path is the host that a real request would go to. What is asked is kept in `requests`.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from invented_icb import TABLES, Invented
from official_faults import SUBTLE
from official_files import TO_DEGREES, Files, text_of, zipped
from official_oddities import ODD, RAW
from shapely.geometry import box, mapping

from llrgeo.inputs.embedded import embedded

ARCGIS_ROWS = 2_000
NOMIS_ROWS = 25_000
STORAGE = "omseprd1stdstordownload.blob.core.windows.net"
NOON = "Wed, 25 Nov 2026 12:00"
# Rows of tables that are changed: which, what in it, and into what.
ROWS_CHANGED = {
    "too large": (2, r"\d+(?=,\d+\r)", "1e300"),
    "other deciles": (
        5,
        r",(\d+),\d+\r",
        lambda found: f",{found[1]},{1 if int(found[1]) > 9_000 else 9}\r",
    ),
}
EVIL = b"https://evil.example"
LOGIN = b"<!DOCTYPE html><html><body>Please log in</body></html>"


@dataclass
class Reply:
    """What is to be sent."""

    body: bytes
    kind: str = "text/csv"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None
    pause_s: float = 0.0
    length: str | None = ""


@dataclass
class Fault:
    """What goes wrong: where (a pattern of addresses), how, and how many times."""

    where: str
    how: str
    times: int = 10**9


class OfficialServer:
    """The publishers, on a port of this machine."""

    def __init__(self, place: Invented) -> None:
        self.place, self.files = place, Files(place)
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.ranges: list[str] = []
        self.nomis_rows, self.arcgis_rows = NOMIS_ROWS, ARCGIS_ROWS
        self.regions: dict[str, str] = {}  # of authorities that lie in another than most
        self.root = ""

    def sources(self, path: Path) -> Path:
        """Write the table of sources, turned to this server."""
        text = embedded("downloads.toml").read_text(encoding="utf-8")
        text = re.sub(r'"https://([^"]*)"', rf'"{self.root}/\1"', text)
        text = re.sub(r"hosts = \[[^\]]*\]", 'hosts = ["127.0.0.1"]', text)
        # Its England is as large as the place, which has no more areas.
        text = text.replace("all_rows = 33755", f"all_rows = {len(self.place.areas)}")
        path.write_text(text, encoding="utf-8")
        return path

    def answer(self, target: str) -> Reply:
        """Return the answer to an address, whole and right."""
        parts = urlsplit(target)
        query = {
            key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()
        }
        host, _, path = parts.path.removeprefix("/").partition("/")
        answers = {
            "services1.arcgis.com": lambda: self._arcgis(path, query),
            "www.nomisweb.co.uk": lambda: self._nomis(path, query),
            "www.odsdatasearchandexport.nhs.uk": lambda: Reply(self.files.report(query["report"])),
            "api.os.uk": lambda: self._ordnance_survey(path),
            STORAGE: lambda: self._file("postcodes", "application/zip"),
            "download.geofabrik.de": lambda: self._geofabrik(path),
            "assets.publishing.service.gov.uk": lambda: self._file("deprivation", "text/csv"),
            "files.digital.nhs.uk": lambda: self._file("returns", "text/csv"),
            "data.bus-data.dft.gov.uk": lambda: self._file("timetables", "application/zip"),
            "www.ons.gov.uk": lambda: self._statistics(query["uri"]),
        }
        return answers[host]()

    def _file(self, name: str, kind: str) -> Reply:
        return Reply(self.files.get(name), kind)

    def _statistics(self, uri: str) -> Reply:
        name = "workbook" if uri.endswith(".xlsx") else "projections"
        return self._file(name, "application/octet-stream")

    def _arcgis(self, path: str, query: dict[str, str]) -> Reply:
        layer = path.split("/services/")[1].split("/", maxsplit=1)[0]
        fields = query.get("outFields", "").split(",")
        rows = _where(self._layer(layer), query["where"])
        if query.get("returnCountOnly") == "true":
            return _json({"count": len(rows)})
        if query.get("returnDistinctValues") == "true":
            rows = [
                dict(one)
                for one in dict.fromkeys(tuple((f, row[f]) for f in fields) for row in rows)
            ]
        rows.sort(key=lambda row: [row[name] for name in query["orderByFields"].split(",")])
        start = int(query["resultOffset"])
        most = min(int(query["resultRecordCount"]), self.arcgis_rows)
        page = rows[start : start + most]
        more = len(rows) > start + most
        features = [self._feature(row, fields, query) for row in page]
        if query["f"] == "geojson":
            extra = {"properties": {"exceededTransferLimit": True}} if more else {}
            return _json({"type": "FeatureCollection", "features": features, **extra})
        extra = {"exceededTransferLimit": True} if more else {}
        return _json({"fields": [{"name": name} for name in fields], "features": features, **extra})

    def _layer(self, layer: str) -> list[dict]:
        """Return the rows of a layer with all fields that any layer has."""
        if layer.startswith("LAD24_RGN24"):
            return [
                {
                    "LAD24CD": code,
                    "LAD24NM": name,
                    "RGN24CD": "E12000004",
                    "RGN24NM": self.regions.get(code, "East Midlands"),
                }
                for code, name in self.place.lads.items()
            ]
        rows = [
            {
                "LSOA21CD": code, "LSOA21NM": each["name"], "WD24NM": each["ward"],
                "LAD24CD": each["lad"], "LAD24NM": each["lad_name"],
                "LAD26CD": each["lad"], "LAD26NM": each["lad_name"],
                "SICBL26CD": "E38990001",
                "ICB26CD": each["board"], "ICB26NM": self.place.boards[each["board"]],
                "RUC21CD": "RLF1" if each["rural"] else "UF1",
                "RUC21NM": each["class"],
                "LSOA11CD": code, "CHGIND": "U", "x": each["x"], "y": each["y"],
            }
            for code, each in self.place.areas.iterrows()
        ]  # fmt: skip
        for row in rows:  # next year's lookup has the same under other names
            row |= {key.replace("26", "27"): value for key, value in row.items() if "26" in key}
        if layer.startswith("LSOA11_"):
            rows = _older(rows)
        return rows

    def _feature(self, row: dict, fields: list[str], query: dict[str, str]) -> dict:
        values = {name: row[name] for name in fields}
        if query["f"] == "geojson":
            half = self.place.step_m / 2
            corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
            ring = [TO_DEGREES.transform(row["x"] + dx, row["y"] + dy) for dx, dy in corners]
            shape = {"type": "Polygon", "coordinates": [[list(corner) for corner in ring]]}
            return {"type": "Feature", "properties": values, "geometry": shape}
        if query["returnGeometry"] == "true":
            return {"attributes": values, "geometry": {"x": float(row["x"]), "y": float(row["y"])}}
        return {"attributes": values}

    def _nomis(self, path: str, query: dict[str, str]) -> Reply:
        dataset = path.split("/dataset/")[1].removesuffix(".data.csv")
        dimension, total, names = TABLES[dataset]
        lad = query["geography"].removesuffix("TYPE151")
        counts = self.place.counts[dataset].loc[self.place.areas["lad"] == lad]
        rows = []
        for code, each in counts.iterrows():
            listed = [
                *([(0, total, int(each.sum()))] if total else []),
                *enumerate_from(names, each),
            ]
            rows += [(code, number, name, count) for number, name, count in listed]
        start = int(query["recordoffset"])
        header = [name.upper() for name in query["select"].split(",")]
        category = dimension.upper()
        expected = ["GEOGRAPHY_CODE", category, f"{category}_NAME", "OBS_VALUE", "RECORD_COUNT"]
        assert header == expected
        page = [(*row, len(rows)) for row in rows[start : start + self.nomis_rows]]
        return Reply(b"\xef\xbb\xbf" + text_of([header, *page]))

    def _ordnance_survey(self, path: str) -> Reply:
        if "format=CSV" in path or path.endswith("/file"):
            away = f"{self.root}/{STORAGE}/codepo_gb.zip"
            return Reply(b"", status=302, headers={"Location": away})
        content = self.files.get("postcodes")
        one = {
            "md5": self.files.md5("postcodes"),
            "size": len(content),
            "url": f"{self.root}/api.os.uk/downloads/v1/products/CodePointOpen/file",
            "format": "CSV",
            "area": "GB",
            "fileName": "codepo_gb.zip",
        }
        return _json([{**one, "format": "GeoPackage", "md5": "0" * 32}, one])

    def _geofabrik(self, path: str) -> Reply:
        if path.startswith("index-v1"):
            return Reply(self.files.index(self.root), "application/json")
        served = {"invented-shire-latest": "streets", "wales-latest": "streets_abroad"}
        files = [name for begins, name in served.items() if f"/{begins}" in path]
        if not files:
            return Reply(b"not found", status=404)
        md5, content = self.files.md5(files[0]), self.files.get(files[0])
        if path.endswith(".md5"):
            return Reply(f"{md5}  {path.rsplit('/', 1)[-1].removesuffix('.md5')}\n".encode())
        headers = {"ETag": f'"{md5}"', "Accept-Ranges": "bytes"}
        return Reply(content, "application/octet-stream", headers=headers)

    def fault_of(self, target: str) -> str:
        """Return what is to go wrong with an address now; empty if nothing is."""
        for fault in self.faults:
            if fault.times and re.search(fault.where, target):
                fault.times -= 1
                return fault.how
        return ""


def enumerate_from(names, counts):
    return [(number, name, int(counts[name])) for number, name in enumerate(names, start=1)]


def broken(reply: Reply, how: str, root: str) -> Reply:
    """Return a reply with one thing wrong with it."""
    body = reply.body
    simple = {
        "cut": lambda: Reply(body, reply.kind, headers=reply.headers, sent=len(body) // 2),
        "cut without length": lambda: Reply(body[: len(body) // 2], reply.kind, length=None),
        "slow": lambda: Reply(body, reply.kind, pause_s=0.2),
        "429": lambda: Reply(b"busy", status=429, headers={"Retry-After": "7"}),
        "429 for an hour": lambda: Reply(b"busy", status=429, headers={"Retry-After": "3600"}),
        "500": lambda: Reply(b"oops", status=500),
        "503 until a date": lambda: Reply(
            b"busy",
            status=503,
            headers={"Date": f"{NOON}:00 GMT", "Retry-After": f"{NOON}:09 GMT"},
        ),
        "403": lambda: Reply(b"no", status=403),
        "404": lambda: Reply(b"no", status=404),
        "html": lambda: Reply(LOGIN, "text/html; charset=utf-8"),
        "html called csv": lambda: Reply(b"\n  " + LOGIN, reply.kind),
        "empty": lambda: Reply(b"", reply.kind),
        "error": lambda: _error(400, "Invalid query", "'where' is invalid"),
        "busy error": lambda: _error(503, "Service busy"),
        "error that is text": lambda: _json({"error": "no such layer"}),
        "list": lambda: _json([1, 2]),
        "deep": lambda: Reply(b"[" * 100_000, "application/json"),
        "packed": lambda: Reply(body, reply.kind, headers={"Content-Encoding": "gzip"}),
        "length abc": lambda: Reply(body, reply.kind, length="abc"),
        "length -5": lambda: Reply(body, reply.kind, length="-5"),
        "length too large": lambda: Reply(body, reply.kind, length=str(10**12)),
        "longer than said": lambda: Reply(body + b"more", reply.kind, length=str(len(body))),
        "other bytes": lambda: Reply(b"\x00\xff" * 500, reply.kind),
        "half": lambda: Reply(body[: len(body) // 2], reply.kind),
        "away": lambda: Reply(b"", status=302, headers={"Location": "https://evil.example/data"}),
        "to a file": lambda: Reply(b"", status=302, headers={"Location": "file:///etc/passwd"}),
        "to ftp": lambda: Reply(b"", status=302, headers={"Location": "ftp://127.0.0.1:1/x"}),
        "to a lookalike": lambda: Reply(b"", status=302, headers={"Location": "http://127.0.0.1@evil.example/"}),
        "loop": lambda: Reply(b"", status=302, headers={"Location": f"{root}/loop"}),
        "206 of the whole": lambda: Reply(body, reply.kind, status=206),
        "206 of elsewhere": lambda: Reply(
            body[9 : 9 + len(body) - len(body) // 2],  # as many bytes as are missing, but others
            reply.kind,
            status=206,
            headers={"Content-Range": f"bytes 9-{len(body) - 1}/{len(body)}"},
        ),
        "416": lambda: Reply(b"", status=416),
        "md5 of another": lambda: Reply(b"0123456789abcdef0123456789abcdef  x\n"),
        "md5 that is none": lambda: Reply("<p>café</p>".encode()),
        "md5 too long": lambda: Reply(b"a" * 2_000_000),
        "429 soon": lambda: Reply(b"busy", status=429, headers={"Retry-After": "soon"}),
        "bomb": lambda: Reply(zipped({"agency.txt": b"0" * 3_000_000}), reply.kind),
        "of Windows": lambda: Reply(body.replace(b"INVENTED ROAD", "CAFÉ ROAD".encode("cp1252"))),
        "elsewhere": lambda: Reply(body.replace(root.encode(), EVIL), reply.kind),
    }  # fmt: skip
    changed = {**SUBTLE, **ODD}
    if how in changed:
        return Reply(changed[how](body), reply.kind)
    return simple[how]() if how in simple else _changed(reply, how)


def _changed(reply: Reply, how: str) -> Reply:
    """Return a reply whose content is wrong: rows or fields that should be otherwise."""
    if how == "stale":  # the index lists an address that is not there any more
        return Reply(
            reply.body.replace(b"invented-shire-latest", b"invented-shire-210101"), reply.kind
        )
    if reply.kind != "application/json":
        return Reply(_changed_table(reply.body, how), reply.kind)
    found = json.loads(reply.body)
    if "count" in found:
        return _json({"count": str(found["count"])} if how == "count as text" else found)
    features = found["features"]
    values = [one.get("attributes", one.get("properties")) for one in features]
    last = values[-1]
    key = next(iter(last))
    wrong = {"wrong type": {"a": 1}, "missing": "E01999999", "null": None}
    if how == "silent limit":
        del features[len(features) // 2 :]
        found.pop("exceededTransferLimit", None)
        found.pop("properties", None)
    elif how == "changed field":
        for one in values:
            one["CODE_OF_AREA"] = one.pop(key)
    elif how in wrong:
        last[key] = wrong[how]
    elif how == "duplicate":
        features[-1] = features[0]
    elif how == "no features":
        found = {"type": "FeatureCollection"}
    else:
        _misplace(features, how)
    return _json(found)


def _misplace(features: list[dict], how: str) -> None:
    """Give features no place, or one that was not asked for."""
    everywhere = {"in degrees": {"x": 0.31, "y": 52.6}}
    last = {"no shape": None, "no number": {"x": "NaN", "y": 5.0}}
    for one in features:
        if how in everywhere:
            one["geometry"] = everywhere[how]
    if how in last:
        features[-1]["geometry"] = last[how]
    if how == "in metres":
        features[0]["geometry"] = mapping(box(451_000, 301_000, 452_000, 302_000))


def _changed_table(body: bytes, how: str) -> bytes:
    lines = body.decode("latin-1").splitlines(keepends=True)
    if how == "silent limit":
        lines = lines[: len(lines) // 2]
    elif how == "changed field":
        lines[0] = (
            lines[0]
            .replace("OBS_VALUE", "VALUE")
            .replace(" Score", " Points")
            .replace("Site Code", "Site")
        )
    elif how == "wrong type":
        lines[2] = re.sub(r"\d+(?=,)|\d+(?=\r)", "n/a", lines[2])
    elif how == "duplicate":
        lines[-1] = lines[1] if len(lines) > 2 else lines[0]
    elif how == "missing":
        lines[-1] = lines[-1].replace("E01", "E02", 1)
    elif how in ROWS_CHANGED:
        at, pattern, other = ROWS_CHANGED[how]
        lines[at] = re.sub(pattern, other, lines[at])
    elif how == "one column more":
        lines[3] = lines[3].rstrip("\r\n") + ",extra\r\n"
    elif how == "header after all":
        lines.insert(0, "Organisation Code" + ",Column" * 26 + "\r\n")
    elif how == "2011":
        lines[0] = lines[0].replace("2021", "2011")
    return "".join(lines).encode("latin-1")


def _error(code: int, message: str, *details: str) -> Reply:
    return _json({"error": {"code": code, "message": message, "details": list(details)}})


def _json(value) -> Reply:
    return Reply(json.dumps(value).encode(), "application/json")


def _older(rows: list[dict]) -> list[dict]:
    """Return the lookup of 2011: the first two areas were one, the next two were made of one."""
    older = [dict(row) for row in rows]
    older[0]["LSOA11CD"], older[1]["LSOA11CD"] = "E01890001", "E01890001"
    older[0]["CHGIND"] = older[1]["CHGIND"] = "S"
    merged = [{**older[2], "LSOA11CD": f"E0189001{k}", "CHGIND": "M"} for k in (1, 2)]
    return [*older[:2], *merged, *older[3:]]


def _where(rows: list[dict], where: str) -> list[dict]:
    """Return the rows of which a condition is true: 1=1, or FIELD IN ('a','b')."""
    if where == "1=1":
        return list(rows)
    field_name, listed = re.fullmatch(r"(\w+) IN \((.*)\)", where).groups()
    values = {one.replace("''", "'") for one in re.findall(r"'((?:[^']|'')*)'", listed)}
    return [row for row in rows if row[field_name] in values]


class Handler(BaseHTTPRequestHandler):
    """Sends what the publishers answer, or what is to go wrong with it."""

    official: OfficialServer

    def do_GET(self):
        official = self.official
        official.requests.append(self.path)
        official.ranges.append(self.headers.get("Range", ""))
        how = official.fault_of(self.path)
        raw = {
            "garbage": b"NOT HTTP AT ALL\r\n\r\n",
            "bad chunks": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz",
            **RAW,
        }
        if how in raw:
            self.wfile.write(raw[how])
        elif how == "endless":
            self._endless()
        elif how == "hang up":
            self.close_connection = True
        elif how == "offset ignored":
            first = re.sub(r"resultOffset=\d+", "resultOffset=0", self.path)
            self._send(official.answer(first))
        elif how == "late":
            time.sleep(0.4)
            self._send(official.answer(self.path))
        elif self.path == "/loop":
            self._send(broken(Reply(b""), "loop", official.root))
        else:
            reply = official.answer(self.path)
            self._send(broken(reply, how, official.root) if how else reply)

    def _send(self, reply):
        body, requested = reply.body, self.headers.get("Range")
        edition = reply.headers.get("ETag")
        if (
            requested
            and reply.status == 200
            and edition
            and self.headers.get("If-Range") == edition
        ):
            start = int(requested.removeprefix("bytes=").rstrip("-"))
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            body, reply.status = body[start:], 206
            reply.headers = {**reply.headers, "Content-Range": span}
            reply.sent = None if reply.sent is None else max(0, reply.sent - start)
        if "Date" in reply.headers:
            self.send_response_only(reply.status)
        else:
            self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        if reply.length is not None:
            self.send_header("Content-Length", reply.length or str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._write(body[: reply.sent], reply.pause_s)

    def _write(self, body, pause_s):
        with suppress(OSError):
            if not pause_s:
                self.wfile.write(body)
                return
            for at in range(0, len(body), 20):
                self.wfile.write(body[at : at + 20])
                self.wfile.flush()
                time.sleep(pause_s)

    def _endless(self):
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(b"x" * 1_000_000)

    def log_message(self, *_):
        pass


@contextmanager
def serving(place: Invented) -> Iterator[OfficialServer]:
    """Serve a place until the block ends."""
    official = OfficialServer(place)
    handler = type("OfficialHandler", (Handler,), {"official": official})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    official.root = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield official
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
