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
# # A first study
#
# The question: why do people travel into the city for treatment, when there are community
# hospitals and health centres near them? We run the default study of Leicester, Leicestershire
# and Rutland, look at what goes in, and read off what each option would change.

# %%
import llrgeo

study = llrgeo.load_study()
study.title, [option.label for option in study.options]

# %% [markdown]
# ## Run it
#
# Nothing is downloaded: areas, sites and a modelled road network travel with llrgeo.

# %%
result = llrgeo.run_study(study)
result.times.minutes.shape

# %% [markdown]
# ## How far is the nearest city hospital today?
#
# `minutes` has a row for each area and a column for each site. A mean over areas would treat all
# alike, so we weight by residents.

# %%
city = result.sites.index[result.sites["kind"] == "city_hospital"]
to_city = result.times.minutes[city].min(axis=1)
residents = result.areas["residents"]
by_authority = (to_city * residents).groupby(result.areas["authority"]).sum()
(by_authority / residents.groupby(result.areas["authority"]).sum()).round(1).sort_values()

# %% [markdown]
# ## What do the options change?
#
# The scorecard has one column for each criterion; the total depends on the weights in the study.

# %%
result.scorecard.values.round(2)

# %%
result.scorecard.totals.round(3)

# %% [markdown]
# Tables of people account for all residents, also those for whom nothing changes.

# %%
int(residents.sum())

# %% [markdown]
# ## A picture
#
# How many people have a longer and a shorter journey under each option, and where they live under
# one of them. The map needs no internet.

# %%
result.plot()

# %%
llrgeo.show(result, option="leaner_estate")
