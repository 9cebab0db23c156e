"""Answers that look right and are not: headers twice, figures of others, places swapped.

Each takes the bytes of an answer and returns those of one with a fault that no server would notice.
"""

import gzip
import io
import json
import re
import zipfile

from official_files import zipped
from openpyxl import load_workbook


def _lines(body: bytes, change) -> bytes:
    """Return a table with every row but the header changed."""
    header, *rows = body.decode("utf-8-sig").splitlines()
    return "\r\n".join([header, *map(change, rows), ""]).encode()


def _figures(body: bytes, factor: float) -> bytes:
    """Return a table of Nomis with each figure, the last but one in its row, times a factor."""

    def times(row: str) -> str:
        *before, figure, count = row.split(",")
        return ",".join([*before, f"{float(figure) * factor:g}", count])

    return _lines(body, times)


def _column_twice(body: bytes, name: str) -> bytes:
    header, rest = _lines(body, lambda row: f"{row},3").split(b"\r\n", 1)
    return header + f",{name}\r\n".encode() + rest


def _features(body: bytes, change) -> bytes:
    found = json.loads(body)
    change(found["features"])
    return json.dumps(found).encode()


def _swap(features) -> None:
    for feature in features:
        place = feature["geometry"]
        place["x"], place["y"] = place["y"], place["x"]


def _of_others(features) -> None:
    shapes = [feature["geometry"] for feature in features]
    for feature, shape in zip(features, shapes[23:] + shapes[:23], strict=True):
        feature["geometry"] = shape


def _count(body: bytes, more: int) -> bytes:
    return json.dumps({"count": json.loads(body)["count"] + more}).encode()


def _outside(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return zipped({"../../evil.csv": b"a,b\r\n", **members})


def _sheet(body: bytes, change) -> bytes:
    book = load_workbook(io.BytesIO(body))
    change(book["Mid-2024 LSOA 2021"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _head_twice(sheet) -> None:
    names = [cell.value for cell in sheet[4]]
    sheet.cell(4, names.index("F1") + 1).value = "F0"
    sheet.cell(4, len(names) + 1).value = "F1"


def _merged(sheet) -> None:
    sheet.insert_rows(4)
    sheet.cell(4, 6).value = "Females"
    sheet.merge_cells(start_row=4, start_column=6, end_row=4, end_column=96)


def _area_twice(sheet) -> None:
    sheet.append([cell.value for cell in sheet[5]])


def _mixed(body: bytes) -> bytes:
    """Return indices with the scores of the areas in another order than their ranks."""
    header, *rows = body.decode("utf-8-sig").splitlines()
    parts = [row.rsplit(",", 3) for row in rows]
    scores = [part[1] for part in parts][::-1]
    changed = [
        ",".join([part[0], score, *part[2:]]) for part, score in zip(parts, scores, strict=True)
    ]
    return "\r\n".join([header, *changed, ""]).encode()


SUBTLE = {
    "in UTF-16": lambda body: body.decode("utf-8-sig").encode("utf-16"),
    "in UTF-8": lambda body: body.decode("cp1252").encode("utf-8-sig"),
    "gzip, cut": lambda body: gzip.compress(body, mtime=0)[: len(body) // 20],
    "mark amid rows": lambda body: body.replace(b"E01990005", b"\xef\xbb\xbfE01990005", 1),
    "column twice": lambda body: _column_twice(body, "OBS_VALUE"),
    "column twice in small letters": lambda body: _column_twice(body, "obs_value"),
    "doubled": lambda body: _figures(body, 2),
    "hundredths": lambda body: _figures(body, 0.01),
    "zeros": lambda body: _figures(body, 0),
    "swapped": lambda body: _features(body, _swap),
    "shapes of others": lambda body: _features(body, _of_others),
    "one row fewer": lambda body: _count(body, -1),
    "one row more": lambda body: _count(body, 1),
    "file outside the zip": _outside,
    "header twice": lambda body: _sheet(body, _head_twice),
    "merged header": lambda body: _sheet(body, _merged),
    "area twice": lambda body: _sheet(body, _area_twice),
    "other scores": _mixed,
    "dates of the US": lambda body: re.sub(rb",(\d{4})(\d\d)(\d\d)(?=,)", rb",\2/\3/\1", body),
}
