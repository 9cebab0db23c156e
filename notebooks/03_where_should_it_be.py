# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Where should it be?
#
# Scans and tests are done in several places. If eight sites had them, which eight would make
# journeys shortest? We ask for the best eight, hear how good the answer is, say what has to stay
# and what cannot, look at what more sites would bring, and hold the plan against today.

# %%
import llrgeo

study = llrgeo.load_study()
siting = llrgeo.prepare_siting(study, llrgeo.load_siting(None, service="diagnostics", p=8))
times, demand = siting.candidates, siting.demand
names = siting.sites["name"]
times.minutes.shape  # areas, sites that could have the service

# %% [markdown]
# ## The best eight
#
# The eight are our own: the sites that neighbours run stay open beside them. `value` is the mean
# minutes of a contact. `bound` is a proof: no eight of these sites can do
# better than that, and where both agree the gap is 0. How far to trust the minutes themselves is
# another matter, which `error_note` tells.

# %%
eight = siting.problem
best = llrgeo.locate_sites(times, demand, eight, gap=0)
print(f"{best.value:.2f} {best.unit}; no plan is better than {best.bound:.2f}")
print(f"gap {best.gap:.2%}, {best.seconds:.1f} seconds, seed {best.seed}")
print(times.error_note)
names[sorted(set(best.sites) - siting.outside)]

# %% [markdown]
# ## What stays, and what cannot be
#
# A planner knows more than the minutes do. Leicester Royal Infirmary keeps its scanners whatever
# happens; and what if the site that most people would go to cannot be had?

# %%
held = eight.subject_to(llrgeo.Keep(frozenset({"RWEAA"})))
with_infirmary = llrgeo.locate_sites(times, demand, held, gap=0)
nearest = siting.nearest(with_infirmary.sites)["site_id"]
busiest = demand.groupby(nearest).sum().drop(["RWEAA", *siting.outside], errors="ignore").idxmax()
closed = held.subject_to(llrgeo.Close(frozenset({busiest})))
without = llrgeo.locate_sites(times, demand, closed, gap=0)
print(f"with the Infirmary: {with_infirmary.value:.2f}, instead of {best.value:.2f}")
print(f"and without {names[busiest]}: {without.value:.2f}")
names[sorted(set(without.sites) - set(with_infirmary.sites))]

# %% [markdown]
# ## How many sites?
#
# Each further site shortens journeys by less. The knee is where the curve is farthest from the
# straight line between its ends, and so depends on which numbers were asked about. It is a place
# to start a discussion: what a site costs is not in it.

# %%
curve = llrgeo.value_curve(times, demand, held, counts=range(1, 13))
curve[["value", "gap", "knee"]].round(2)

# %%
axes = curve["value"].plot(marker="o", xlabel="sites", ylabel="mean minutes", ylim=(0, None))
curve["value"][curve["knee"]].plot(ax=axes, marker="o", markersize=12)

# %% [markdown]
# ## The plan as an option, against today
#
# A plan is an option like any other. All other services stay as they are. The tables say for whom
# the journey to scans and tests changes, and each of them accounts for all residents.

# %%
inputs, today = siting.inputs, siting.baseline
plan = with_infirmary.as_option(today, "diagnostics", "best_eight")
setting = llrgeo.AppraisalInputs(
    areas=inputs.areas,
    sites=siting.sites,
    services=tuple(llrgeo.build_services(study)),
    times=siting.times,
)
results = llrgeo.evaluate_options([today, plan], setting, baseline=today.name)
changed = results["best_eight"].services["diagnostics"].access
print(len(today.sites["diagnostics"]), "sites today,", len(plan.sites["diagnostics"]), "planned")
changed.winners

# %%
columns = ["people", "mean_min", "change_mean_min", "improved", "worsened"]
changed.groups.loc["authority", columns].round(1)

# %% [markdown]
# Read the change beside the two numbers of sites. At the command line, `llrgeo locate --service
# diagnostics --p 8 --keep RWEAA --out found` asks the same; it writes the tables, map layers, and
# the option to add to your study file.
