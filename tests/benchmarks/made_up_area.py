"""A study of any size, made up by a seed: small areas in authorities, sites, and minutes between.

Areas lie on a shaken grid as dense as England's (33,755 areas on 130,000 km2), a city's worth of
them closer together. Minutes are of the straight line with a detour of its own for each pair.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.schema import AGE_BANDS, BNG, WGS84

KM_BETWEEN = 1.96  # of a grid with 33,755 places on England's land
CORNER_KM = np.array([250.0, 150.0])
AREAS_AN_AUTHORITY = 110
KINDS = ("city_hospital", "community_hospital", "health_centre")
SERVICES = ("outpatients", "diagnostics", "physiotherapy", "urgent_care", "dialysis")
OPTIONS = 3
HEAD = """title = "A study of {areas:,} areas and {sites} sites, made up"
date = "2026-11-26"
areas = "areas.parquet"
sites = "sites.csv"
outlines = "cells"
times = "times.parquet"
criteria = [
  {{ measure = "mean_minutes", weight = 3 }},
  {{ measure = "within_standard", weight = 2 }},
  {{ measure = "worse_off", weight = 1 }},
]
services = [
"""


def write_made_up(folder: Path, areas: int, sites: int) -> Path:
    """Write areas, sites, minutes and a study of them into a folder; return the study file."""
    rng = np.random.default_rng(areas + sites)
    folder.mkdir(parents=True, exist_ok=True)
    across = int(np.ceil(np.sqrt(areas)))
    cells = np.stack(np.divmod(np.arange(areas), across), axis=1)
    km = cells * KM_BETWEEN + rng.uniform(-0.4, 0.4, (areas, 2)) * KM_BETWEEN
    ids = pd.Index([f"A{n:05}" for n in range(areas)], name="area_id")
    area_table(rng, ids, cells, km).to_parquet(folder / "areas.parquet")
    homes = rng.choice(areas, sites, replace=False)
    site_ids = pd.Index([f"S{n:03}" for n in range(sites)], name="site_id")
    site_km = km[homes] + 0.3
    table = site_table(rng, site_ids, site_km)
    table.to_csv(folder / "sites.csv")
    write_minutes(rng, folder / "times.parquet", (ids, km), (site_ids, site_km))
    study = folder / "study.toml"
    study.write_text(study_text(rng, areas, table), encoding="utf-8")
    return study


def area_table(
    rng: np.random.Generator, ids: pd.Index, cells: np.ndarray, km: np.ndarray
) -> pd.DataFrame:
    """Return areas with residents by age, deprivation, and authorities that are blocks of them."""
    block = int(np.sqrt(AREAS_AN_AUTHORITY))
    columns = int(cells[:, 1].max()) // block + 1
    authority = cells[:, 0] // block * columns + cells[:, 1] // block
    share = rng.dirichlet([21, 60, 10, 7, 3], len(ids))
    table = pd.DataFrame(rng.poisson(1_700 * share) + 3, ids, list(AGE_BANDS))
    names = [f"Place {n:05}" for n in range(len(ids))]
    table.insert(0, "name", names)
    table["authority"] = [f"District {n:03}" for n in authority]
    table["authority_code"] = [f"D{n:03}" for n in authority]
    table["lat"], table["lon"] = degrees(km)
    table["residents"] = table[list(AGE_BANDS)].sum(axis=1)
    table["disabled"] = rng.binomial(table["residents"], 0.17)
    rank = rng.permutation(len(ids)) + 1
    table["imd_rank"], table["imd_score"] = rank, 80.0 - 79.0 * rank / len(ids)
    table["imd_decile"] = 10 * (rank - 1) // len(ids) + 1
    table["rural_urban"] = rng.choice(["Rural", "Urban"], len(ids), p=[0.2, 0.8])
    return table


def site_table(rng: np.random.Generator, ids: pd.Index, km: np.ndarray) -> pd.DataFrame:
    """Return sites of three kinds that may host any service."""
    lat, lon = degrees(km)
    return pd.DataFrame(
        {
            "name": [f"Site {n:03}" for n in range(len(ids))],
            "kind": rng.choice(KINDS, len(ids), p=[0.2, 0.3, 0.5]),
            "status": "open",
            "lat": lat,
            "lon": lon,
            "services": ";".join(SERVICES),
        },
        index=ids,
    )


def degrees(km: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return latitudes and longitudes of places in kilometres from the corner."""
    east, north = (1_000 * (CORNER_KM + km)).T
    points = gpd.GeoSeries.from_xy(east, north, crs=BNG).to_crs(WGS84)
    return points.y.to_numpy().round(5), points.x.to_numpy().round(5)


def write_minutes(
    rng: np.random.Generator,
    path: Path,
    areas: tuple[pd.Index, np.ndarray],
    sites: tuple[pd.Index, np.ndarray],
) -> None:
    """Write minutes, areas by sites, of which none is the same by chance alone."""
    (ids, km), (site_ids, site_km) = areas, sites
    minutes = {}
    for site, at in zip(site_ids, site_km, strict=True):
        way_km = np.hypot(*(km - at).T) * rng.uniform(1.1, 1.5, len(km))
        minutes[site] = (2 + way_km / (0.5 + 0.6 * (1 - np.exp(-way_km / 30)))).round(1)
    pd.DataFrame(minutes, index=ids).to_parquet(path)


def study_text(rng: np.random.Generator, areas: int, sites: pd.DataFrame) -> str:
    """Return a study of five services, and options that close or open some of their sites."""
    text = HEAD.format(areas=areas, sites=len(sites))
    for number, service in enumerate(SERVICES):
        label, rate = service.replace("_", " ").capitalize(), 37 + 21 * number
        text += (
            f'  {{ id = "{service}", label = "{label}", standard_min = {25 + 5 * number}, '
            f"rates = {{ age_18_64 = {rate}, age_75_84 = {3 * rate} }}, visits = 3 }},\n"
        )
    count = len(sites) * 2 // 3
    today = {s: sorted(rng.choice(sites.index, count, replace=False)) for s in SERVICES}
    text += ']\n\n[[options]]\nid = "today"\nlabel = "Today"\nbaseline = true\nsites = {'
    text += ", ".join(f" {service} = {list(map(str, at))}" for service, at in today.items())
    text += " }\n"
    for number in range(1, OPTIONS):
        closed = {s: [str(site) for site in at[number::7]] for s, at in today.items()}
        free = sorted(set(sites.index) - set(today[SERVICES[number]]))
        opened = [str(site) for site in free[number::3]]
        text += (
            f'\n[[options]]\nid = "change_{number}"\nlabel = "Change {number}"\n'
            f'based_on = "today"\ncloses = {{ {SERVICES[0]} = {closed[SERVICES[0]]}, '
            f"{SERVICES[3]} = {closed[SERVICES[3]]} }}\n"
            f"opens = {{ {SERVICES[number]} = {opened} }}\n"
        )
    return text
