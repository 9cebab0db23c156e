"""The reader's ways along the roads, packed for a page: a tree for each site, thinned and rounded.

A page holds the ways of the journeys by which options are judged: from every area to the sites that
are nearest in an option. `unpack.js` reads them.
"""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.execution.memory import Recall, make_anew
from llrgeo.publish.explorer.packing import pack_numbers
from llrgeo.schema import BNG, WGS84
from llrgeo.travel.routes.ways import WayTree

PER_DEGREE: Final = 10_000  # steps of a degree: 11 m north, 7 m east
THINNED_M: Final = 30.0  # a bend nearer to the line is left out: two pixels in the closest view


def pack_ways(
    trees: Mapping[str, WayTree],
    area_ids: pd.Index,
    site_ids: pd.Index,
    *,
    recall: Recall = make_anew,
) -> dict[str, list[str]]:
    """Return the tree of each site by the site's place in its list, packed to two texts.

    The first has three numbers a place: how many rows before it the next place on the way stands (0
    for the site itself), and the steps north and east from there. The second has two numbers an
    area: steps from area to area in the order of `area_ids`, and the row where its way begins.
    `recall` packs a tree, or returns what an earlier run packed.
    """
    return {
        str(place): recall(_pack_tree, trees[site], area_ids)
        for place, site in enumerate(site_ids)
        if site in trees
    }


def _pack_tree(whole: WayTree, area_ids: pd.Index) -> list[str]:
    tree = whole.thinned(THINNED_M)
    degrees = gpd.GeoSeries(gpd.points_from_xy(*tree.xy.T), crs=BNG).to_crs(WGS84)
    grid = np.rint(np.column_stack([degrees.y, degrees.x]) * PER_DEGREE).astype(np.int64)
    # The site stands by itself; every other place from the next one on its way.
    is_site = tree.parent < 0
    back = np.where(is_site, 0, np.arange(len(grid)) - tree.parent)
    steps = grid - np.where(is_site[:, None], 0, grid[tree.parent])
    areas = area_ids.get_indexer(pd.Index(list(tree.start), dtype=str))
    order = np.argsort(areas)
    begins = np.array(list(tree.start.values()), dtype=np.int64)[order]
    ends = np.column_stack([np.diff(areas[order], prepend=0), begins])
    places = np.column_stack([back, steps])
    return [pack_numbers(table.astype(np.int64).ravel()) for table in (places, ends)]
