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
import pandas as pd

import llrgeo

r5 = pd.DataFrame(
    {
        "from_id": ["a", "a", "b", "b", "c", "c"],
        "to_id": ["A", "B"] * 3,
        "travel_time": [5, 26, 21, 7, 34, None],  # c to B: no way
    }
)
r5.to_csv("r5.csv", index=False)
times = llrgeo.import_travel_times("r5.csv")
times

# %% [markdown]
# ## Use it
#
# One site of the two, for 300, 120 and 80 people. Who cannot reach a site counts as the ceiling, so
# that cutting people off gains nothing.

# %%
people = pd.Series({"a": 300.0, "b": 120.0, "c": 80.0})
best = llrgeo.locate_sites(times, people, llrgeo.SitingProblem(p=1))
best

# %% [markdown]
# ## Out again
#
# Long with names of ours, long as r5py has it, wide as lokigi has it. Blank is no way in all three.

# %%
times.to_long()

# %%
times.to_wide()

# %%
times.to_r5py()

# %%
times.plot()
