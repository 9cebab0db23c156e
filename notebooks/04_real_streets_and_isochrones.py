# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Real streets and isochrones
#
# The embedded network is modelled. For figures that you publish, build one from OpenStreetMap:
# `llrgeo fetch osm` downloads an extract, `llrgeo.build_network` reads it. An extract is too large
# for a notebook, so we draw a village of six crossroads and read that. Then we ask, on the network
# of the whole county, from where a hospital is reached in time.

# %%
from pathlib import Path

import llrgeo

nodes = {1: (52.67, -0.73), 2: (52.67, -0.72), 3: (52.675, -0.72), 4: (52.675, -0.73)}
points = [f'<node id="{n}" lat="{lat}" lon="{lon}"/>' for n, (lat, lon) in nodes.items()]
ways = {
    10: ([1, 2], {"highway": "primary", "maxspeed": "30 mph", "name": "High Street"}),
    11: ([2, 3], {"highway": "residential", "name": "Church Lane"}),
    12: ([3, 4, 1], {"highway": "residential", "oneway": "yes", "name": "Mill Road"}),
}
streets = [
    f'<way id="{way}">'
    + "".join(f'<nd ref="{node}"/>' for node in line)
    + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    + "</way>"
    for way, (line, tags) in ways.items()
]
Path("village.osm").write_text(f'<osm version="0.6">{"".join(points + streets)}</osm>')
village = llrgeo.build_network([Path("village.osm")])
village

# %% [markdown]
# Every edge is of one direction and carries whole milliseconds for each part of the day. Mill Road
# is one-way, so it is there once only.

# %%
columns = ["road_name", "road_class", "length_m", "ms_off_peak", "ms_am_peak"]
village.edges[columns].sort_values("road_name")

# %% [markdown]
# ## From where is it reached in time?
#
# Isochrones of two hospitals on the county's network. They are polygons in EPSG:27700, so that
# areas and overlaps can be computed at once.

# %%
study = llrgeo.load_study()
network = llrgeo.load_network(study.path("network"))
sites = llrgeo.read_sites(study.path("sites"))
two = sites.loc[["RWEAA", "RT5PA"]]
reach = llrgeo.isochrones(network, two.geometry, [10, 20, 30])
reach.assign(km2=(reach.area / 1e6).round())[["site_id", "minutes", "km2"]]

# %%
llrgeo.show(reach, sites=two)
