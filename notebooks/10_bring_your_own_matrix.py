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
# # Bring your own matrix
#
# `TravelTimes` is the waist of the house: all that comes later works from minutes alone, whoever
# computed them. Here a table in r5py's shape comes in, is used, and goes out again in three others.

# %%
import numpy as np
import pandas as pd

import llrgeo

random = np.random.default_rng(5)
homes = pd.DataFrame(random.normal((0, 0), (14, 9), (120, 2)), columns=["east_km", "north_km"])
homes.index = [f"H{number:03}" for number in homes.index]
sites = pd.DataFrame({"east_km": [-12, 1, 15], "north_km": [4, -2, 6]}, index=["A", "B", "C"])
km = np.hypot(*(homes[axis].to_numpy()[:, None] - sites[axis].to_numpy() for axis in homes))
minutes = pd.DataFrame((4 + 1.9 * km).round(), index=homes.index, columns=sites.index)
an_hour = 60  # beyond it: no way
r5 = minutes.where(minutes <= an_hour).rename_axis("from_id").reset_index()
r5 = r5.melt("from_id", var_name="to_id", value_name="travel_time")
r5.to_csv("r5.csv", index=False)
times = llrgeo.import_travel_times("r5.csv")
times

# %% [markdown]
# ## Use it
#
# One site of the three, or two of them? Who cannot reach a site counts as the ceiling, so that
# cutting people off gains nothing.

# %%
people = pd.Series(random.integers(80, 400, len(homes)).astype(float), homes.index)
one, two = (llrgeo.locate_sites(times, people, llrgeo.SitingProblem(p=p)) for p in (1, 2))
one.sites, round(one.value, 2), two.sites, round(two.value, 2)

# %% [markdown]
# Each home in the colour of its minutes to the nearer of the two; the larger, the more people.

# %%
nearest = times.minutes[list(two.sites)].min(axis=1)
axes = homes.assign(minutes=nearest).plot.scatter(
    "east_km", "north_km", c="minutes", s=people / 4, cmap="cividis_r", figsize=(8, 4.5)
)
sites.plot.scatter("east_km", "north_km", ax=axes, marker="^", s=60, color="#bbbbbb")
sites.loc[list(two.sites)].plot.scatter(
    "east_km", "north_km", ax=axes, marker="^", s=120, color="#d7301f"
)
axes.set_aspect("equal")

# %% [markdown]
# How many areas are within how many minutes, by all three sites:

# %%
times.plot()

# %% [markdown]
# ## Out again
#
# Long with names of ours, long as r5py has it, wide as lokigi has it. Blank is no way in all three.

# %%
times.to_long().head()

# %%
times.to_wide().head()

# %%
times.to_r5py().head()
