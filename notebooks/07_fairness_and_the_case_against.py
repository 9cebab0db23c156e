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
# # Fairness, and the case against
#
# Averages favour whoever is many. Here we ask of one option: whose journeys become longer, are they
# the ones who have least, and what would an opponent say? An opponent's best case is worked out by
# llrgeo itself, and cannot be switched off. We hold one option of the embedded study against today,
# and leave the other four out, to have less to compute.

# %%
import llrgeo

study = llrgeo.load_study()
pair = tuple(option for option in study.options if option.id in ("today", "leaner_estate"))
result = llrgeo.run_study(study.model_copy(update={"options": pair}))
result

# %% [markdown]
# ## Never netted
#
# Each resident is in one class over all services: a longer journey for one is not made good by a
# shorter one for another.

# %%
option = result.results["leaner_estate"]
fifths = option.people.loc["deprivation_fifth", ["lost", "mixed", "longer", "shorter", "same"]]
shares = fifths.div(fifths.sum(axis=1), axis=0)
shares.index = ["most deprived fifth", "second", "third", "fourth", "least deprived fifth"]
axes = shares.plot.barh(
    stacked=True, color=["#7f2704", "#e08214", "#fdb863", "#8073ac", "#e8e8e8"], figsize=(8, 3)
)
axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.2), ncols=5, frameon=False)
axes.set(xlabel="share of residents", ylabel="")

# %% [markdown]
# ## Inequality in one number
#
# Several, since each judges differently; [methods 5](../docs/methods.md) defines them.

# %%
result.evidence.tables["equity"].round(3).head(12)

# %% [markdown]
# ## The case against
#
# Items in the order of people times minutes.

# %%
against = result.evidence.tables["case_against"]
against[against["option"] == "leaner_estate"].head(10)

# %%
llrgeo.show(result, option="leaner_estate")
