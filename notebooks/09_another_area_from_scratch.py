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
# # Another area, from scratch
#
# For a board of England `llrgeo new FOLDER --icb NAME` writes a study from official data. This is
# the other way: two small tables of your own, made here in memory, and nothing else. An island
# of 48 villages has one hospital in the south; should there be a clinic in the north?

# %%
import geopandas as gpd
import numpy as np
import pandas as pd

import llrgeo

random = np.random.default_rng(11)
east, north = random.uniform(400_000, 430_000, 48), random.uniform(300_000, 360_000, 48)
areas = pd.DataFrame(
    {"residents": random.integers(180, 2_400, 48)},
    index=pd.Index([f"V{n:02}" for n in range(48)], name="area_id"),
)
points = gpd.GeoSeries.from_xy(east, north, index=areas.index, crs="EPSG:27700").to_crs("EPSG:4326")
areas.assign(lat=points.y, lon=points.x).to_csv("areas.csv")

places = gpd.GeoSeries.from_xy([412_000, 418_000], [306_000, 348_000], crs="EPSG:27700")
degrees = places.to_crs("EPSG:4326")
sites = pd.DataFrame(
    {
        "site_id": ["SOUTH", "NORTH"],
        "name": ["South Hospital", "North Clinic"],
        "kind": ["hospital", "clinic"],
        "role": ["acute", "community"],
        "status": ["open", "proposed"],
        "lat": degrees.y,
        "lon": degrees.x,
        "services": "clinic",
    }
)
sites.to_csv("sites.csv", index=False)
areas = llrgeo.read_areas("areas.csv")
sites = llrgeo.read_sites("sites.csv")

# %% [markdown]
# ## Minutes
#
# Without a road map we take straight lines at a speed, and say so wherever a figure is passed on.

# %%
router = llrgeo.StraightLineRouter(speed_kph=40, detour_factor=1.3)
times = router.travel_times(areas.geometry, sites.geometry, mode="car", period="off_peak")
times

# %%
clinic = llrgeo.Service("clinic", "Clinic", "patient", {"residents": 500.0}, 20.0)
inputs = llrgeo.AppraisalInputs(areas, sites, (clinic,), times)
today = llrgeo.Option("today", "The hospital alone", {"clinic": frozenset({"SOUTH"})})
both = today.change("both", label="Clinic in the north too", opens={"clinic": ["NORTH"]})
results = llrgeo.evaluate_options([today, both], inputs, baseline="today")
everyone = results["both"].people.loc["everyone"]
everyone.loc[:, ["lost", "mixed", "longer", "shorter", "same"]]

# %%
llrgeo.show(times, areas=areas, sites=sites)
