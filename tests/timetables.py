"""A toy timetable, whose every journey can be worked out on paper, and what writes it as GTFS.

Metres east and north of the toy town's corner::

    village (0, 9000) --3--> hospital (5000, 9000)
                                 ^
                                 2
                                 |
                             square (5000, 600)      600 m north of the market
    home (0, 0) ----1----> market (5000, 0)

==== ================== ============================================== =====================
line                    leaves                                         arrives
==== ================== ============================================== =====================
1    home - market      weekdays 9:40, 10:40, and 24:10 at night        15 minutes later
2    square - hospital  weekdays 10:10, 11:10                           20 minutes later
3    village - hospital weekdays every 20 minutes from 9:00 to 12:00    15 minutes later
==== ================== ============================================== =====================

On Christmas Day only line 2 runs, at 12:00. The calendar is that of November and December 2026.
"""

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import geopandas as gpd
from shapely import Point
from town import ORIGIN

from llrgeo.schema import BNG, WGS84

STOPS = {
    "home": (0, 0),
    "market": (5_000, 0),
    "square": (5_000, 600),
    "village": (0, 9_000),
    "hospital": (5_000, 9_000),
}

TOY = {
    "trips": """route_id,service_id,trip_id
1,weekdays,1a
1,weekdays,1b
1,weekdays,1night
2,weekdays,2a
2,weekdays,2b
3,weekdays,3
2,christmas,2c
""",
    "stop_times": """trip_id,arrival_time,departure_time,stop_id,stop_sequence
1a,9:40:00,9:40:00,home,1
1a,9:55:00,9:55:00,market,2
1b,10:40:00,10:40:00,home,1
1b,10:55:00,10:55:00,market,2
1night,24:10:00,24:10:00,home,1
1night,24:25:00,24:25:00,market,2
2a,10:10:00,10:10:00,square,1
2a,10:30:00,10:30:00,hospital,2
2b,11:10:00,11:10:00,square,1
2b,11:30:00,11:30:00,hospital,2
2c,12:00:00,12:00:00,square,1
2c,12:20:00,12:20:00,hospital,2
3,0:00:00,0:00:00,village,1
3,0:15:00,0:15:00,hospital,2
""",
    "calendar": """service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,\
start_date,end_date
weekdays,1,1,1,1,1,0,0,20261101,20261231
""",
    "calendar_dates": """service_id,date,exception_type
weekdays,20261225,2
christmas,20261225,1
""",
    "frequencies": """trip_id,start_time,end_time,headway_secs
3,9:00:00,12:00:00,1200
""",
}


def at(**metres: tuple[float, float]) -> gpd.GeoSeries:
    """Place points at metres east and north of the town's corner."""
    points = [Point(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in metres.values()]
    return gpd.GeoSeries(points, index=list(metres), crs=BNG)


def stops_table(stops: Mapping[str, tuple[float, float]]) -> str:
    """Write stops.txt of stops given in metres."""
    degrees = at(**stops).to_crs(WGS84)
    rows = [f"{name},{point.y:.7f},{point.x:.7f}\n" for name, point in degrees.items()]
    return "".join(["stop_id,stop_lat,stop_lon\n", *rows])


def write_feed(path: Path, **changed: str | None) -> Path:
    """Write the toy feed, some of its tables changed or (None) left out."""
    tables = {"stops": stops_table(STOPS), **TOY, **changed}
    with ZipFile(path, "w") as archive:
        for name, text in tables.items():
            if text is not None:
                archive.writestr(f"{name}.txt", text)
    return path
