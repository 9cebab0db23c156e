"""Candidates for a service that are no sites yet: postcodes, and centres of postcode sectors."""

import geopandas as gpd
import pandas as pd

from llrgeo.inputs.candidates import sector_centres
from llrgeo.inputs.postcodes import locate_postcodes
from llrgeo.schema import WGS84
from llrgeo.study.siting.config import SitingConfig


def proposed_sites(
    areas: gpd.GeoDataFrame, known: pd.DataFrame, config: SitingConfig
) -> gpd.GeoDataFrame:
    """Return candidates that are no sites yet, as rows of a sites table on their postcodes.

    `known` are unit postcodes, as `read_postcodes` returns them.
    """
    if not (config.sectors or config.postcodes):
        return gpd.GeoDataFrame()
    points = locate_postcodes(config.postcodes, known).rename_axis("site_id")
    names = [f"Postcode {postcode}" for postcode in points.index]
    if config.sectors:
        centres = sector_centres(known, areas.index)
        # A postcode given by name may be the centre of its sector: then it is one candidate.
        new = centres[~centres.index.isin(points.index)]
        names += [f"Postcode sector {postcode[:-2]}" for postcode in new.index]
        points = gpd.GeoSeries(pd.concat([points, new]))
    degrees = points.to_crs(WGS84)
    area_ids = known.loc[points.index, "area_id"]
    facts = {
        "name": names,
        "kind": "other",
        "status": "proposed",
        "postcode": points.index,
        "lat": degrees.y.round(5),
        "lon": degrees.x.round(5),
        "services": config.service,
        "authority": area_ids.map(areas["authority"]).fillna("unknown"),
        "source": "candidate of llrgeo locate",
    }
    return gpd.GeoDataFrame(facts, index=points.index, geometry=points)
