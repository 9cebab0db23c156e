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
# # Your own options, in Python
#
# A study file is the short way. This is the long one, for questions that no study file asks:
# tables in, tables out, every step in your hands. We take one service, physiotherapy, run it at
# the three city hospitals alone, and ask where four more clinics would help most.

# %%
import geopandas as gpd

import llrgeo

study = llrgeo.load_study()  # only for the paths of the embedded data
areas = llrgeo.read_areas(study.path("areas"))
sites = llrgeo.read_sites(study.path("sites"))
sites = sites[sites["status"] == "open"]
len(areas), len(sites)

# %% [markdown]
# ## Travel times
#
# One row an area, one column a site, in minutes by car outside the rush hours. `error_note` says
# how far to trust them; it belongs beside every figure that you pass on.

# %%
network = llrgeo.load_network(study.path("network"))
times = llrgeo.travel_times(network, areas.geometry, sites.geometry)
print(times.error_note)
times.minutes.iloc[:3, :4].round(1)

# %% [markdown]
# ## A service, and options for it
#
# `rates` are patients a year for each 1,000 residents of an age band; these are made up. An option
# names the sites of each service. Others are made from it by what they change: `opens`, `closes`,
# and `moves` from one site to another.

# %%
physiotherapy = llrgeo.Service(
    id="physio",
    label="Physiotherapy",
    delivery="patient",
    rates={"age_18_64": 50, "age_65_74": 75, "age_75_84": 75, "age_85_plus": 55},
    standard_min=20,
    visits=4,
)
city = sites.index[sites["kind"] == "city_hospital"]
today = llrgeo.Option("today", "City hospitals alone", {"physio": frozenset(city)})
two_more = today.change("two_more", label="Two more", opens={"physio": ["RWELC", "RT5PA"]})
moved = today.change("moved", label="General moves out", moves={"physio": {"RWEAK": "RWELC"}})
sites.loc[["RWELC", "RT5PA", "RWEAK"], "name"]

# %% [markdown]
# ## What the options change
#
# The setting is what all options are judged on. Each result has tables for groups of people; every
# table accounts for all residents.

# %%
setting = llrgeo.AppraisalInputs(areas=areas, sites=sites, services=(physiotherapy,), times=times)
results = llrgeo.evaluate_options([today, two_more, moved], setting, baseline="today")
groups = results["two_more"].services["physio"].access.groups.loc["deprivation_fifth"]
groups[["people", "mean_min", "change_mean_min", "improved", "worsened"]].round(1)

# %%
results["moved"].services["physio"].access.winners

# %% [markdown]
# ## The best four clinics
#
# Which four sites, beside the city hospitals, make the journeys shortest on average? The answer
# comes with a bound: no other choice can be better than that.

# %%
hosts = [*city, *sites.index[sites["services"].str.contains("community_physiotherapy")]]
problem = llrgeo.SitingProblem("p-median", p=len(city) + 4)
problem = problem.subject_to(llrgeo.Keep(frozenset(city)))
demand = setting.contacts_of(physiotherapy)
best = llrgeo.locate_sites(times.select(sorted(set(hosts))), demand, problem)
print(f"{best.value:.2f} {best.unit}; no choice is better than {best.bound:.2f}")
sites.loc[list(best.sites), ["name", "authority"]]

# %% [markdown]
# A choice is an option like any other, so that it can be held against the others. Scores run from
# 0 to 1; the weights are yours to defend. `mean_minutes` is over residents, the figure above over
# their contacts, so the two differ a little.

# %%
located = best.as_option(today, "physio", "best_four")
results = llrgeo.evaluate_options([today, two_more, moved, located], setting, baseline="today")
criteria = [llrgeo.Criterion("mean_minutes", 60), llrgeo.Criterion("within_standard", 40)]
scorecard = llrgeo.score_options(results, criteria)
scorecard.values.round(2).assign(total=scorecard.totals.round(3), rank=scorecard.ranks)

# %% [markdown]
# ## On a map
#
# Minutes to the nearest of the chosen clinics. The same table, written with `to_file`, opens in
# QGIS.

# %%
outlines = gpd.read_file(study.path("outlines")).set_index("area_id").to_crs(areas.crs)
outlines["minutes"] = times.minutes[list(best.sites)].min(axis=1)
axes = outlines.plot("minutes", legend=True, cmap="cividis_r", legend_kwds={"label": "minutes"})
sites.loc[list(best.sites)].plot(ax=axes, color="black", markersize=12)
axes.set_axis_off()
axes.set_title("Minutes by car to the nearest of the chosen clinics")
