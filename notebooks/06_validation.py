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
# # Validation against observed times
#
# A model's minutes are worth what a comparison with others says. `llrgeo validate` does it at the
# command line; here we look inside. We have no observed journeys that may be shown, so we make some
# up from the model itself: 15 % slower, two minutes more for parking, and scatter. The fit should
# find that.

# %%
import numpy as np

import llrgeo

study = llrgeo.load_study()
areas = llrgeo.read_areas(study.path("areas"))
sites = llrgeo.read_sites(study.path("sites")).loc[["RWEAA", "RT5PA", "RWELC"]]
network = llrgeo.load_network(study.path("network"))
times = llrgeo.travel_times(network, areas.geometry, sites.geometry)

random = np.random.default_rng(7)
observed = times.to_long().sample(400, random_state=7)
noise = random.normal(0, 1.2, len(observed))
observed["travel_time_min"] = (observed["travel_time_min"] * 1.15 + 2 + noise).clip(lower=0)

# %%
compared = llrgeo.compare_travel_times(times, observed, authority=areas["authority"])
print(f"observed = {compared.fit.delay_min:.2f} min + {compared.fit.factor:.3f} x modelled")
compared.overall.round(2)

# %% [markdown]
# ## Where is it wrong?
#
# One figure for all hides the districts. Bias is modelled less observed: below 0 the model is too
# fast.

# %%
compared.by_authority.round(2)

# %%
pairs = observed.set_index(["area_id", "site_id"])["travel_time_min"]
modelled = times.minutes.stack().reindex(pairs.index)
axes = (
    pairs.to_frame("observed")
    .assign(modelled=modelled)
    .plot.scatter(
        "modelled", "observed", s=6, alpha=0.5, xlabel="modelled minutes", ylabel="observed minutes"
    )
)
axes.axline((0, 0), slope=1, color="black", linewidth=0.8)
axes.axline((0, compared.fit.delay_min), slope=compared.fit.factor, color="#d7301f")

# %% [markdown]
# Put into the study file, `time_factor` and `terminal_min` take the fitted line:

# %%
f"time_factor = {compared.fit.factor:.3f}, terminal_min = {compared.fit.delay_min:.2f}"
