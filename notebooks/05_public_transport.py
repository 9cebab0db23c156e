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
# # Public transport
#
# No timetable is embedded: they change by the week. The Bus Open Data Service has one for each
# region, as GTFS. Here we write a small one ourselves, of one bus line, and look at what a median
# over a window means.

# %%
import datetime as dt
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd

import llrgeo

starts = pd.date_range("2026-11-24 09:00", periods=6, freq="30min")
rides = [(start, start + pd.Timedelta("18min")) for start in starts]
calls = [
    f"t{trip},{time:%H:%M:%S},{time:%H:%M:%S},{stop},{order}"
    for trip, ends in enumerate(rides)
    for order, (time, stop) in enumerate(zip(ends, ("square", "hospital"), strict=True))
]
tables = {
    "stops": ["stop_id,stop_lat,stop_lon", "square,52.60,-1.10", "hospital,52.60,-1.00"],
    "routes": ["route_id,route_type", "7,3"],
    "trips": ["route_id,service_id,trip_id", *(f"7,day,t{trip}" for trip in range(len(rides)))],
    "calendar_dates": ["service_id,date,exception_type", "day,20261124,1"],
    "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *calls],
}
with zipfile.ZipFile("bus.zip", "w") as feed:
    for name, rows in tables.items():
        feed.writestr(f"{name}.txt", "\n".join(rows))
timetable = llrgeo.read_timetable([Path("bus.zip")], dt.date(2026, 11, 24))
len(timetable.stops)

# %% [markdown]
# ## The median journey
#
# People leave every five minutes between half past nine and half past eleven. The journey includes
# the wait. The second home is 800 metres from the stop, the third beyond the longest walk.

# %%
homes = gpd.GeoSeries.from_xy(
    [-1.10, -1.112, -1.30], [52.60] * 3, index=["at the stop", "a walk away", "far out"], crs=4326
)
hospital = gpd.GeoSeries.from_xy([-1.00], [52.60], index=["hospital"], crs=4326)
rules = llrgeo.TransitRules(window=(dt.time(9, 30), dt.time(11, 30)))
router = llrgeo.TransitRouter(timetable, rules)
times = router.travel_times(homes, hospital, mode="transit", period=rules.period)
times

# %% [markdown]
# ## One journey, leg by leg
#
# Which bus, from where, at what time? Each leg has its line, so that the journey can be drawn: each
# route has a colour, walks are dark, and stops tell when one gets on and off.

# %%
legs = llrgeo.find_itineraries(router, homes.loc[["a walk away"]], hospital)
legs.drop(columns="geometry")

# %%
llrgeo.show(legs)

# %% [markdown]
# ## What waiting does
#
# The same home for narrow windows, one for each quarter of an hour: who leaves just after the bus
# waits for the next. One figure hides that, which is why the rules are printed with it.

# %%
leaving = [dt.time(hour, minute) for hour in (9, 10) for minute in (1, 16, 31, 46)]
routers = [
    llrgeo.TransitRouter(timetable, llrgeo.TransitRules(window=(time, time))) for time in leaving
]
minutes = [
    alone.travel_times(homes, hospital, mode="transit", period=alone.rules.period).minutes.loc[
        "at the stop", "hospital"
    ]
    for alone in routers
]
waits = pd.Series(minutes, index=[f"{time:%H:%M}" for time in leaving])
waits.plot.bar(xlabel="leaving home at", ylabel="minutes to the hospital")
