"""New sites of a study file, given by coordinates in metres, as rows of the table of sites."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from llrgeo.inputs.sites import check_sites_near
from llrgeo.schema import BNG, ROLE_OF_KIND, WGS84, name_some, raise_faults, site_roles
from llrgeo.study.sections.options import NewSiteConfig


def with_new_sites(
    sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, new: Sequence[NewSiteConfig]
) -> gpd.GeoDataFrame:
    """Return the sites with those that a study file adds, each in the authority nearest to it.

    Raises
    ------
    InputError
        If a site has the id already, or a place is far from every area.
    """
    if not new:
        return sites
    taken = sorted({site.id for site in new} & set(sites.index))
    if taken:
        raise_faults(
            [f"there are sites of these ids already: {name_some(taken)}"], source="new_sites"
        )
    ids = pd.Index([site.id for site in new], name="site_id", dtype=sites.index.dtype)
    points = gpd.GeoSeries.from_xy(
        [site.easting for site in new], [site.northing for site in new], index=ids, crs=BNG
    )
    degrees = points.to_crs(WGS84)
    _, nearest = areas.sindex.nearest(points, return_all=False)
    facts = {
        "name": [site.name for site in new],
        "kind": [_own_kind(site.kind, sites) for site in new],
        "role": [ROLE_OF_KIND[site.kind] for site in new],
        "status": "proposed",
        "postcode": "",
        "entrances": "",
        "lat": degrees.y.round(5),
        "lon": degrees.x.round(5),
        "services": [";".join(site.services) for site in new],
        "authority": areas["authority"].to_numpy()[nearest],
        "source": "new_sites of the study file",
    }
    # A column that the study's own table does not have is left out; beds are not known.
    known = {name: values for name, values in facts.items() if name in sites.columns}
    added = gpd.GeoDataFrame(known, index=ids, geometry=points)
    check_sites_near(added, areas, source="new_sites")
    return gpd.GeoDataFrame(pd.concat([sites, added]), crs=BNG).sort_index()


def _own_kind(kind: str, sites: pd.DataFrame) -> str:
    """Return the study's most common kind of site with the role of a kind; the kind if none has it.

    A plan of the planner page has the kinds of the default study, not the study's own.
    """
    alike = sites["kind"][site_roles(sites) == ROLE_OF_KIND[kind]]
    if alike.empty or kind in set(alike):
        return kind
    return str(alike.mode().iloc[0])
