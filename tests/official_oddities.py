"""Answers that are odd rather than broken: packed twice, numbered otherwise, cut at a bad place.

Each takes the bytes of an answer and returns those of an odd one; `RAW` are whole exchanges.
"""

import gzip
import io
import json
import re
import struct
import zipfile

from official_files import zipped

MARK = b"\xef\xbb\xbf"
HARD_SPACE = " "


def _json_changed(body: bytes, change) -> bytes:
    found = json.loads(body)
    change(found)
    return json.dumps(found).encode()


def _each(change):
    """Return what changes every feature of a layer."""

    def changed(body: bytes) -> bytes:
        return _json_changed(body, lambda found: [change(one) for one in found["features"]])

    return changed


def _last(change):
    """Return what changes the last feature of a layer."""
    return lambda body: _json_changed(body, lambda found: change(found["features"][-1]))


def _rings(change):
    """Return what changes the outer ring of the last feature."""

    def changed(feature) -> None:
        feature["geometry"] = change(feature["geometry"]["coordinates"][0])

    return _last(changed)


def _polygon(*rings):
    return {"type": "Polygon", "coordinates": [list(ring) for ring in rings]}


def _bow_tie(ring):
    """Return a square whose ring crosses itself."""
    return _polygon([ring[0], ring[2], ring[1], ring[3], ring[0]])


def _with_slivers(ring):
    """Return several polygons: the square, one of no area, and a sliver of a millimetre beside."""
    (x, y), thin = ring[0], 1e-8
    line = [[x, y], [x, y], [x, y], [x, y]]
    sliver = [[x, y], [x - thin, y], [x - thin, y + thin], [x, y]]
    return {"type": "MultiPolygon", "coordinates": [[ring], [line], [sliver]]}


def _collection(ring):
    """Return the square in a collection with a line, as repairs of shapes leave it."""
    line = {"type": "LineString", "coordinates": ring[:2]}
    return {"type": "GeometryCollection", "geometries": [_polygon(ring), line]}


def _spaced(feature) -> None:
    """Write hard spaces into names and around codes, as copies from a web page have them."""
    values = feature["attributes"]
    for name, value in values.items():
        if isinstance(value, str):
            spaced = value.replace(" ", HARD_SPACE)
            values[name] = f"{spaced}{HARD_SPACE}" if name.endswith("CD") else spaced


def _members(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _encrypted(body: bytes) -> bytes:
    """Return a zip whose files are marked as encrypted, in both places where that stands."""
    changed = bytearray(body)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), body):
            changed[found.start() + at] |= 1
    return bytes(changed)


def _understated(body: bytes) -> bytes:
    """Return a zip that states one byte for each of its files, whatever they unpack to."""
    changed = bytearray(body)
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        for found in re.finditer(re.escape(mark), body):
            changed[found.start() + at : found.start() + at + 4] = struct.pack("<I", 1)
    return bytes(changed)


def _dates(body: bytes, change) -> bytes:
    """Return timetables whose days stand in another form."""
    members = _members(body)
    for name in ("calendar.txt", "calendar_dates.txt"):
        if name in members:
            members[name] = re.sub(rb"\b(20\d\d)(\d\d)(\d\d)\b", change, members[name], count=1)
    return zipped(members)


def _counts(body: bytes) -> bytes:
    """Return a page of Nomis whose rows state different numbers of rows in all."""
    lines = body.decode("utf-8-sig").splitlines()
    *before, count = lines[-1].split(",")
    return "\r\n".join([*lines[:-1], ",".join([*before, str(int(count) + 7)]), ""]).encode()


def _mixed_ends(body: bytes) -> bytes:
    """Return a table whose lines end in turn as on Windows, on Unix and on an old Macintosh."""
    lines = body.replace(b"\r\n", b"\n").split(b"\n")
    ends = [(b"\r\n", b"\n", b"\r")[number % 3] for number in range(len(lines))]
    return b"".join(line + end for line, end in zip(lines, ends, strict=True) if line)


ODD = {
    "gzip, whole": lambda body: gzip.compress(body, mtime=0),
    "NaN": _each(lambda one: one.update(geometry={"x": float("nan"), "y": 3e5})),
    "infinite": lambda body: re.sub(rb'"x": [\d.]+', b'"x": 1e999', body),
    "NaN codes": _last(lambda one: one["attributes"].update(LSOA21CD=float("nan"))),
    "x null": _last(lambda one: one.update(geometry={"x": None, "y": 3e5})),
    "figures as text": _each(
        lambda one: one.update(geometry={k: str(v) for k, v in one["geometry"].items()})
    ),
    "with thousands": lambda body: re.sub(rb",(\d{3}),(\d+)\r", rb',"1,\1",\2\r', body),
    "comma for point": lambda body: re.sub(rb",(\d+)\.(\d+),", rb',"\1,\2",', body),
    "suppressed": lambda body: re.sub(rb",\d+,(\d+)\r", rb",..,\1\r", body, count=1),
    "below nought": lambda body: re.sub(rb",(\d+),(\d+)\r", rb",-\1,\2\r", body, count=9),
    "mark before it": lambda body: MARK + body,
    "mark twice": lambda body: MARK + MARK + body.removeprefix(MARK),
    "ends of lines mixed": _mixed_ends,
    "semicolons": lambda body: body.replace(b",", b";"),
    "total at the end": lambda body: body + b"Total,,,5,\r\n",
    "counts that differ": _counts,
    "ring crossed": _rings(_bow_tie),
    "slivers": _rings(_with_slivers),
    "collection": _rings(_collection),
    "ring left open": _rings(lambda ring: _polygon(ring[:3])),
    "corners null": _rings(lambda ring: _polygon([[None, None], *ring[1:]])),
    "no corners": _rings(lambda _: {"type": "Polygon", "coordinates": []}),
    "degrees swapped": _rings(lambda ring: _polygon([[y, x] for x, y in ring])),
    "hard spaces": _each(_spaced),
    "attributes null": _each(lambda one: one.update(attributes=None)),
    "features in features": lambda body: _json_changed(
        body, lambda found: found.update(features=[found["features"]])
    ),
    "more for ever": lambda body: _json_changed(
        body, lambda found: found.update(exceededTransferLimit=True)
    ),
    "two values": lambda body: body + b"\n" + body,
    "count nought": lambda _: b'{"count": 0}',
    "count below nought": lambda _: b'{"count": -66}',
    "count NaN": lambda _: b'{"count": NaN}',
    "count true": lambda _: b'{"count": true}',
    "md5 of BSD": lambda body: b"MD5 (x.osm.pbf) = " + body.split()[0] + b"\n",
    "md5 in capitals": lambda body: body.split()[0].upper() + b" *x.osm.pbf\r\n",
    "sha256 for md5": lambda body: body.split()[0] * 2 + b"  x.osm.pbf\n",
    "zip in a zip": lambda body: zipped({"inner.zip": body}),
    "encrypted": _encrypted,
    "sizes understated": _understated,
    "in a folder": lambda body: zipped({f"a/{k}": v for k, v in _members(body).items()}),
    "other zip after it": lambda body: body + zipped({"evil.txt": b"x"}),
    "stray bytes after it": lambda body: body + b"\x00" * 500,
    "days with dashes": lambda body: _dates(body, rb"\1-\2-\3"),
    "days of the US": lambda body: _dates(body, rb"\2/\3/\1"),
}

RAW = {
    "chunks ended early": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "chunk cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nhello",
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 500 + b"\r\n",
    "header too long": b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "401": b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    "302 to nowhere": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    "302 to http": b"HTTP/1.1 302 Found\r\nLocation: http://www.ons.gov.uk/x\r\n"
    b"Content-Length: 0\r\n\r\n",
    "503 for -5 s": b"HTTP/1.1 503 Busy\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n",
    "lengths that differ": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n"
    b"\r\nhello",
}
