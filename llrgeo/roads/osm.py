"""Build a road network from OpenStreetMap files: read, interpret, cut, time, and add turns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Floats, Ints
from llrgeo.errors import NetworkError
from llrgeo.execution.free_memory import give_back_free_memory
from llrgeo.files import StrPath, as_paths
from llrgeo.roads.coverage import covered_land, widened
from llrgeo.roads.landmarks import find_landmarks
from llrgeo.roads.network import PERIODS, NetworkInfo, RoadNetwork
from llrgeo.roads.osm_files.extract import Extract, read_extracts
from llrgeo.roads.private_roads import private_estates
from llrgeo.roads.restrictions import TurnRule, lookup, turn_rules
from llrgeo.roads.rules.clock import Clock
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.sections import Sections, cut, read_boundary
from llrgeo.roads.snap import main_component
from llrgeo.roads.streets import Streets, interpret_points, interpret_ways
from llrgeo.roads.timing import time_sections
from llrgeo.roads.turns import expand, model_turns
from llrgeo.roads.way_nodes import Polygon
from llrgeo.schema import Track

_MOST_BUFFER_M: Final = 500_000.0
BUFFER_M: Final = 25_000.0
LICENCE: Final = "© OpenStreetMap contributors, Open Database Licence 1.0"

_UNCALIBRATED: Final = (
    "Streets © OpenStreetMap contributors (ODbL 1.0), data of {date}. Their speeds and delays are "
    "starting values within published bounds, not measured here: compare with known times "
    "(llrgeo validate) before quoting levels."
)
_TEXT: Final = ("road_class", "road_name", "use")


class Assembly(NamedTuple):
    """A network before its turns are put into the graph.

    Attributes
    ----------
    edges
        Timed edges between places.
    places
        The points at which sections end.
    sections
        The sections, for their lines.
    rules
        Turn restrictions.
    counts
        Numbers of elements read, left out and faulty, by description.
    landmarks
        Places, main roads and water, for maps.
    date, sha256
        Of the extract.
    clock
        The time at which conditional rules were evaluated; None where they were left out.
    """

    edges: pd.DataFrame
    places: pd.DataFrame
    sections: Sections
    rules: list[TurnRule]
    counts: dict[str, int]
    landmarks: gpd.GeoDataFrame
    date: str
    sha256: dict[str, str]
    clock: Clock | None = None


def build_network(
    extracts: Sequence[StrPath],
    *,
    boundary: StrPath | Polygon | None = None,
    buffer_m: float = BUFFER_M,
    mode: str = "car",
    clock: str | None = None,
    track: Track = iter,
) -> RoadNetwork:
    """Build a road network from OpenStreetMap extracts.

    Parameters
    ----------
    extracts
        Files (.osm.pbf, .osm, .osm.gz); elements in several files are read once.
    boundary
        Polygons of the study area: a file (GeoJSON, GeoPackage ...), or a polygon in EPSG:27700;
        None keeps all roads of the files.
    buffer_m
        Roads up to this far beyond the boundary are kept, because patients cross borders.
    mode
        `car`, `walk`, `walk_slow` or `cycle`.
    clock
        A time such as `Tu 08:30` at which conditional access and restrictions are evaluated; None
        leaves them out.

    Raises
    ------
    NetworkError
        If a file is unreadable, cut, a history or empty, or has no roads in the area.

    Examples
    --------
    >>> lane = folder / "lane.osm"
    >>> nodes = '<node id="1" lat="52.6" lon="-1.1"/><node id="2" lat="52.6" lon="-1.09"/>'
    >>> way = '<nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/>'
    >>> osm = f'<osm version="0.6">{nodes}<way id="7">{way}</way></osm>'
    >>> _ = lane.write_text(osm)
    >>> network = llrgeo.build_network([lane], mode="cycle")
    >>> network.info.mode, len(network.edges)  # one each way
    ('cycle', 2)
    """
    if not 0 <= buffer_m <= _MOST_BUFFER_M:
        msg = f"the buffer is {buffer_m / 1_000:g} km; it must be from 0 to 500"
        raise NetworkError(msg)
    area = boundary
    if area is not None and not isinstance(area, shapely.Geometry):
        area = read_boundary(Path(area))
    at = None if clock is None else Clock.parse(clock)
    # The results of steps are not bound to names, so that each is freed as soon as the next step is
    # done with it: they are hundreds of megabytes.
    return finish(
        assemble(
            read_extracts(as_paths(extracts, what="extracts"), track=track),
            mode,
            at,
            study_area=area,
            buffer_m=buffer_m,
            track=track,
        ),
        mode,
    )


def assemble(
    extract: Extract,
    mode: str,
    clock: Clock | None = None,
    *,
    study_area: Polygon | None = None,
    buffer_m: float = BUFFER_M,
    track: Track = iter,
) -> Assembly:
    """Interpret, cut and time the streets of an extract for a mode.

    Raises
    ------
    NetworkError
        If no road of the mode lies in the area, or roads lack nodes there.
    """
    # Memory that reading and each step have freed is returned to the system before the next step.
    give_back_free_memory()
    # 1. Read tags: which ways the mode may use, how fast, with what barriers at their points.
    streets = interpret_ways(extract, mode, clock, track=track)
    points = interpret_points(extract, mode, clock)
    _refuse_without_roads(streets.table, extract, mode, study_area)
    # 2. Cut ways at junctions and at the boundary, which is a buffer around the study area.
    give_back_free_memory()
    clip = None if study_area is None else widened(study_area, buffer_m)
    sections = cut(extract, streets, points, study_area=study_area, clip=clip)
    _refuse_without_roads(sections.table, extract, mode, study_area)
    # 3. Time both directions. Streets that lead only through private land serve the ends of
    #    journeys alone.
    give_back_free_memory()
    edges = time_sections(sections, streets.table, mode)
    private = private_estates(edges, sections.places)
    edges["level"] = np.where(private, int(Level.DESTINATION), edges["level"])
    edges = edges.assign(**_bearings(edges, sections))
    # 4. Turn restrictions, as sequences of edges; `finish` puts them into the graph.
    give_back_free_memory()
    named = lookup(edges, sections.places, extract.restrictions)
    rules, applied = turn_rules(extract.restrictions, named, mode, clock)
    counts = {
        **{f"{what} read": number for what, number in extract.counts.items()},
        **extract.notes,
        "ways used": len(streets.table),
        **sections.counts,
        "edges within private estates": int(private.sum()),
        **_speed_source_counts(edges, streets),
        **applied,
        **{f"note: {note}": n for note, n in sorted((streets.notes + points.notes).items())},
    }
    landmarks = find_landmarks(extract, streets, clip)
    about = extract.date, extract.sha256, clock
    return Assembly(edges, sections.places, sections, rules, counts, landmarks, *about)


def finish(assembly: Assembly, mode: str) -> RoadNetwork:
    """Put turns into the graph and return the network."""
    give_back_free_memory()
    turns = model_turns(assembly.edges, assembly.places, assembly.rules, mode)
    modelled = int(turns.modelled.sum())
    nodes, edges = expand(turns, assembly.places)
    # The edges without turns are no longer needed: free their memory.
    del turns
    assembly = assembly._replace(edges=assembly.edges.iloc[:0])
    give_back_free_memory()
    xy = assembly.places[["x", "y"]].iloc[nodes["place"]].reset_index(drop=True)
    counts: dict[str, Any] = {
        **assembly.counts,
        "junctions with turns modelled": modelled,
        "sha256": assembly.sha256,
    }
    date = assembly.date or "unknown date"
    files = f" ({', '.join(assembly.sha256)})" if assembly.sha256 else ""
    info = NetworkInfo(
        mode,
        PERIODS,
        f"OpenStreetMap, data of {date}{files}",
        LICENCE,
        assembly.date,
        error=_UNCALIBRATED.format(date=date),
        extent=covered_land(assembly.sections.path),
        clock=str(assembly.clock or ""),
        counts=counts,
    )
    return RoadNetwork(xy, _edge_table(edges, assembly.sections), info, assembly.landmarks)


def describe_network(network: RoadNetwork) -> pd.DataFrame:
    """Return a description of a network for people to read: rows of `what` and `value`, texts."""
    edges = network.edges
    roads = edges["road_class"] != "turn"
    driven = edges[roads & (edges["use"] != "end")]
    through = edges[edges["use"] == "through"]
    ends = through[["from_node", "to_node"]].to_numpy()
    apart = ~main_component(network)[ends].all(axis=1)
    info = network.info
    rows = {
        "mode": info.mode,
        "source": info.source,
        "licence": info.licence,
        "data of": info.data_date or "unknown",
        "conditional rules read for": info.clock or "no time: left out",
        "error": info.error,
        "periods": ", ".join(info.periods),
        "nodes": len(network.nodes),
        "edges": len(edges),
        "edges that are turns": int((~roads).sum()),
        "edges for the ends of journeys": int((edges.loc[roads, "use"] != "through").sum()),
        "kilometres of road, each direction": round(driven["length_m"].sum() / 1_000, 1),
        "of these on islands and dead ends one cannot both reach and leave": round(
            through["length_m"].to_numpy()[apart].sum() / 1_000, 1
        ),
        "fingerprint": network.fingerprint,
        **info.counts,
    }
    return pd.DataFrame({"what": list(rows), "value": [str(value) for value in rows.values()]})


def _refuse_without_roads(
    table: pd.DataFrame, extract: Extract, mode: str, area: Polygon | None
) -> None:
    if len(table):
        return
    where = "in the files"
    if area is not None and extract.box:
        covers = ", ".join(f"{value:.2f}" for value in extract.box)
        where = f"within the boundary and its buffer; the files cover {covers} (lon, lat)"
    msg = f"no roads for {mode} {where}. Give an extract of the study area."
    raise NetworkError(msg)


def _bearings(edges: pd.DataFrame, sections: Sections) -> dict[str, Floats]:
    """Return the compass bearing of every edge where it leaves and where it arrives."""
    x, y = sections.path["x"].to_numpy(), sections.path["y"].to_numpy()
    first, last = (sections.table[end].to_numpy()[edges["section"]] for end in ("first", "last"))

    def bearing(a: Ints, b: Ints) -> Floats:
        degrees: Floats = np.degrees(np.arctan2(x[b] - x[a], y[b] - y[a]))
        return degrees

    # An edge that runs against its section leaves at the section's last point and arrives at its
    # first.
    ahead = edges["ahead"].to_numpy()
    return {
        "bearing_from": np.where(ahead, bearing(first, first + 1), bearing(last, last - 1)),
        "bearing_to": np.where(ahead, bearing(last - 1, last), bearing(first + 1, first)),
    }


def _speed_source_counts(edges: pd.DataFrame, streets: Streets) -> dict[str, int]:
    """Count edges by the source of their speed."""
    key = edges["limit_key"].replace("", "class of road")
    counts = {f"edges timed by {name}": int(n) for name, n in key.value_counts().items()}
    doubtful = int((streets.table["highway"] == "road").sum())
    return dict(sorted(counts.items())) | {"ways of class road": doubtful}


def _edge_table(edges: pd.DataFrame, sections: Sections) -> pd.DataFrame:
    """Return edges with the columns of a network's table; turns have no line."""
    # Turns take time, but have no length and no line.
    turn = edges["road_class"] == "turn"
    # Lines are stored only where a road bends; row 1 is ahead, row 0 back along the same section.
    wkb = sections.bent_wkb()
    geometry = np.full(len(edges), None, dtype=object)
    ahead, section = (edges.loc[~turn, name].astype(int) for name in ("ahead", "section"))
    geometry[~turn] = wkb[ahead, section]
    periods = {f"ms_{p}": edges[f"ms_{p}"].fillna(edges["ms"]).astype(np.int64) for p in PERIODS}
    columns = {
        "from_node": edges["from_node"].astype(np.int32),
        "to_node": edges["to_node"].astype(np.int32),
        "length_m": edges["length_m"].fillna(0.0),
        **periods,
        **{name: edges[name].fillna("").astype(str) for name in _TEXT},
        "snappable": edges["snappable"].isin([True]),  # turns have none
        "geometry": geometry,
    }
    return pd.DataFrame(columns)
