"""Feeds of public transport with all that decides when one can travel, drawn by a seed.

Times that are blank, after midnight or of yesterday; calendars, exceptions, headways; stops where
one may not get on or off; transfers of all kinds between stops, stations, routes and trips; blocks.
"""

import datetime as dt
from collections.abc import Mapping
from csv import DictWriter
from io import StringIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

DAY = dt.date(2026, 11, 24)  # a Tuesday
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Degrees north and east: so wide that hardly anything is walked all the way.
MIDDLE, SPREAD = (52.63, -1.13), (0.06, 0.1)

Rows = list[dict[str, str]]
Feed = dict[str, Rows]


def draw_feed(draw: Random) -> Feed:
    """Return the tables of a feed of some stops and trips."""
    stops = draw_stops(draw)
    services = [f"v{i}" for i in range(draw.randint(1, 3))]
    routes = [f"r{i}" for i in range(draw.randint(1, 3))]
    trips: Rows = []
    calls: Rows = []
    headways: Rows = []
    for number in range(draw.randint(10, 30)):
        trip = {
            "trip_id": f"t{number}",
            "route_id": draw.choice(routes),
            "service_id": draw.choice(services),
            "block_id": draw.choice(["", "b1", "b2", "b3"]),
        }
        before = calls[-1] if calls and draw.random() < 0.4 else None
        if before:
            trip |= {name: trips[-1][name] for name in ("service_id", "block_id")}
        trips.append(trip)
        stop_ids = [stop["stop_id"] for stop in stops if stop["stop_lat"]]
        calls += draw_calls(draw, trip["trip_id"], stop_ids, before)
        if draw.random() < 0.15:
            headways += [draw_headway(draw, trip["trip_id"]) for _ in range(draw.randint(1, 2))]
    feed = {
        "stops": stops,
        "trips": trips,
        "stop_times": calls,
        "routes": [{"route_id": name, "route_type": draw.choice("03")} for name in routes],
        "frequencies": headways,
        "transfers": draw_transfers(draw, stops, trips, routes),
        **draw_calendars(draw, services),
    }
    for rows in feed.values():
        draw.shuffle(rows)
    return feed


def draw_stops(draw: Random) -> Rows:
    """Return stops, some at one place, some of a station."""
    stations = [f"P{i}" for i in range(draw.randint(0, 2))]
    places: list[tuple[float, float]] = []
    for _ in range(draw.randint(4, 8)):
        free = [m + draw.uniform(-s, s) for m, s in zip(MIDDLE, SPREAD, strict=True)]
        places.append(places[-1] if places and draw.random() < 0.3 else (free[0], free[1]))
    named = [(f"S{i}", place, draw.choice(["", *stations])) for i, place in enumerate(places)]
    return [
        {
            "stop_id": stop_id,
            "stop_name": f'Stop, "{stop_id}"\nof two lines',
            "stop_lat": f"{lat:.6f}",
            "stop_lon": f"{lon:.6f}",
            "location_type": "",
            "parent_station": station,
        }
        for stop_id, (lat, lon), station in named
    ] + [{"stop_id": name, "stop_lat": "", "location_type": "1"} for name in stations]


def draw_calls(
    draw: Random, trip_id: str, stop_ids: list[str], before: dict[str, str] | None
) -> Rows:
    """Return the calls of a trip; those within it may have no times, or one of two.

    It sets out where and soon after the call `before` was, if there is one.
    """
    now = 60 * draw.choice(
        [*[draw.randint(7 * 60, 9 * 60)] * 6, draw.randint(23 * 60, 34 * 60), draw.randint(0, 60)]
    )
    if before:
        now = seconds(before["arrival_time"] or before["departure_time"]) + draw.choice([0, 60])
    numbers = sorted(draw.sample(range(200), draw.randint(2, 6)))
    rows = []
    for number in numbers:
        arrival, departure = clock(now), clock(now + draw.choice([0, 0, 30]))
        now += draw.choice([0, 0, 30]) + draw.choice([0, 60, draw.randint(1, 600)])
        if number in numbers[1:-1] and draw.random() < 0.25:
            arrival = departure = ""
        elif draw.random() < 0.2:
            arrival, departure = draw.choice([("", arrival), (arrival, "")])
        else:
            departure = max(arrival, departure, key=seconds)
        now = max([now, *(seconds(text) for text in (arrival, departure) if text)])
        rows.append(
            {
                "trip_id": trip_id,
                "arrival_time": arrival,
                "departure_time": departure,
                "stop_id": draw.choice(stop_ids),
                "stop_sequence": str(number),
                "pickup_type": draw.choice(["", "0", "0", "1", "2", "3"]),
                "drop_off_type": draw.choice(["", "0", "0", "1", "2", "3"]),
            }
        )
    if before:
        rows[0]["stop_id"] = before["stop_id"]
    return rows


def draw_headway(draw: Random, trip_id: str) -> dict[str, str]:
    """Return a headway, of the morning or over midnight."""
    start_s = 60 * draw.choice([draw.randint(7 * 60, 9 * 60), draw.randint(23 * 60, 25 * 60)])
    return {
        "trip_id": trip_id,
        "start_time": clock(start_s),
        "end_time": clock(start_s + draw.randint(0, 3_600)),
        "headway_secs": draw.choice(["300", "600", "777"]),
    }


def draw_calendars(draw: Random, services: list[str]) -> Feed:
    """Return when services run; the first one does on the day."""
    week, exceptions = [], []
    for service in services:
        first, last = (DAY + dt.timedelta(draw.choice(days)) for days in ((-30, 0, 1), (-1, 0, 40)))
        if draw.random() < 0.7:
            days = {day: draw.choice("01111") for day in WEEKDAYS}
            ends = {"start_date": f"{first:%Y%m%d}", "end_date": f"{last:%Y%m%d}"}
            week.append({"service_id": service, **days, **ends})
        for days_on in (-2, -1, 0, 1):
            if draw.random() < 0.35 or (service, days_on) == (services[0], 0):
                kind = "1" if (service, days_on) == (services[0], 0) else draw.choice("112")
                date = f"{DAY + dt.timedelta(days_on):%Y%m%d}"
                exceptions.append({"service_id": service, "date": date, "exception_type": kind})
    return {"calendar": week, "calendar_dates": exceptions}


def draw_transfers(draw: Random, stops: Rows, trips: Rows, routes: list[str]) -> Rows:
    """Return transfers between stops or stations, of trips or routes, and in-seat ones."""
    stop_ids, trip_ids = [s["stop_id"] for s in stops], [t["trip_id"] for t in trips]
    station = {stop["stop_id"]: stop.get("parent_station", "") for stop in stops}
    rows: Rows = []
    for _ in range(draw.choice([0, 3, 10, 30])):
        kind = draw.choice(["", "0", "1", "2", "2", "3"])
        row = {"transfer_type": kind}
        if kind == "2":
            row["min_transfer_time"] = str(draw.randint(0, 600))
        for side in ("from", "to"):
            row[f"{side}_stop_id"] = draw.choice(stop_ids)
            row[f"{side}_route_id"] = draw.choice([*routes, *[""] * 5])
            row[f"{side}_trip_id"] = draw.choice(trip_ids) if draw.random() < 0.2 else ""
        if not any(clash(row, other, station) for other in rows):
            rows.append(row)
    for number in draw.sample(range(len(trip_ids) - 1), draw.choice([0, 2, 9])):
        kinds, (before, after) = draw.choice(["4", "4", "5", "45"]), trip_ids[number : number + 2]
        rows += [
            {"transfer_type": kind, "from_trip_id": before, "to_trip_id": after} for kind in kinds
        ]
    return rows


def clash(row: dict[str, str], other: dict[str, str], station: dict[str, str]) -> bool:
    """Say whether two rules may hold for one change and be as specific, which no feed may have."""
    return rank(row) == rank(other) and all(
        row[name] == other[name] or row[name] in beside or other[name] in beside
        for name in ("from_stop_id", "to_stop_id")
        for beside in [{station[row[name]], station[other[name]]} - {""}]
    )


def rank(row: dict[str, str]) -> int:
    """Return how specific a rule is: trips before routes, routes before stops, then stations."""
    return sum(
        (100 if row[f"{side}_trip_id"] else 10 if row[f"{side}_route_id"] else 0)
        + row[f"{side}_stop_id"].startswith("S")
        for side in ("from", "to")
    )


def write_tables(path: Path, feed: Mapping[str, Rows], draw: Random) -> None:
    """Write a feed, its columns and lines as some program might."""
    folder = draw.choice(["", "feed/"])
    with ZipFile(path, "w") as archive:
        for name, rows in feed.items():
            if rows:
                text = StringIO()
                columns = sorted({column for row in rows for column in row})
                draw.shuffle(columns)
                ends = draw.choice(["\n", "\r\n"])
                writer = DictWriter(text, [*columns, "of_its_own"], "", lineterminator=ends)
                writer.writeheader()
                writer.writerows(rows)
                mark = draw.choice(["", "\ufeff"])
                archive.writestr(f"{folder}{name}.txt", mark + text.getvalue())


def clock(second: int) -> str:
    """Write seconds after midnight as a feed does."""
    return f"{second // 3_600:02}:{second % 3_600 // 60:02}:{second % 60:02}"


def seconds(text: str) -> int:
    """Read what `clock` writes, or -1 of a blank."""
    hours, minutes, rest = (int(part) for part in text.split(":")) if text else (0, 0, -1)
    return hours * 3_600 + minutes * 60 + rest
