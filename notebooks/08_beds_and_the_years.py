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
# # Beds and the years
#
# How many beds do people need as they grow old, and are there enough where an option puts them? We
# take the embedded study of beds, ask for two years only, and leave out the rounds of nurses, which
# take longest.

# %%
import llrgeo

data = llrgeo.load_study().path("areas").parent
study = llrgeo.load_study(data / "studies" / "beds.toml")
capacity = study.capacity.model_copy(update={"rounds": {}, "crisis": {}})
study = study.model_copy(update={"years": (2026, 2043), "capacity": capacity, "modes": ("car",)})
result = llrgeo.run_study(study)
result

# %% [markdown]
# ## Beds needed, against beds there are
#
# Admissions come by chance, so a ward needs more beds than are in use on average. The target of the
# service says how often an admission may find none.

# %%
beds = result.evidence.tables["beds"]
beds.head(12)

# %%
whole = beds.groupby(["option", "year"])[["beds", "beds_needed"]].sum().unstack("year")
drawn = whole["beds_needed"].rename(columns="needed in {}".format)
drawn.insert(0, "there", whole["beds"][2026])
drawn.index = [result.results[option].option.label for option in drawn.index]
axes = drawn.plot.barh(color=["#cccccc", "#fdb863", "#b35806"], figsize=(8, 4), xlabel="beds")
axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.15), ncols=3, frameon=False)
axes.grid(visible=True, axis="x", linewidth=0.4)

# %% [markdown]
# Stays and rates are illustrative here. `capacity_parameters` says of every value whether it is
# official, published, assumed, or the study's own.

# %%
result.evidence.tables["capacity_parameters"].head()
