"""The land from which each site of a study is reached in time: isochrones by its own minutes."""

from collections.abc import Sequence

import geopandas as gpd

from llrgeo.errors import RoutingError
from llrgeo.inputs.entrances import places_of_arrival
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.routers import study_periods
from llrgeo.study.times import calibration_of
from llrgeo.travel.isochrones import isochrones
from llrgeo.travel.routers import NetworkRouter


def compute_isochrones(inputs: StudyInputs, minutes: Sequence[float]) -> gpd.GeoDataFrame:
    """Return the areas from which each site is reached within some minutes of the study's times.

    They are of the first mode that travels along streets, in its first period. The minutes are as
    published: the study's `time_factor` and `terminal_min` are in them.

    Returns
    -------
    geopandas.GeoDataFrame
        As `llrgeo.isochrones`, with `mode` and the site's `name` in addition.

    Raises
    ------
    RoutingError
        If no mode travels along streets, or a limit is used up at a journey's ends.
    """
    study = inputs.study
    along = {
        mode: router for mode, router in inputs.routers.items() if isinstance(router, NetworkRouter)
    }
    if not along:
        msg = f"{study.title}: no mode travels along streets; isochrones need one"
        raise RoutingError(msg)
    mode, router = next(iter(along.items()))
    calibration = calibration_of(study, mode)
    # Undo the calibration: the minutes on the road that become each published limit.
    driven = {(limit - calibration.added_min) / calibration.factor: limit for limit in minutes}
    if min(driven, default=1.0) <= 0:
        msg = f"{min(minutes):g} minutes are used up by terminal_min, {study.terminal_min:g}"
        raise RoutingError(msg)
    sites, period = inputs.sites, study_periods(study, mode)[0]
    places = places_of_arrival(sites, mode)
    found = isochrones(router.network, places, list(driven), period=period)
    found["minutes"] = found["minutes"].map(driven)
    found.insert(1, "name", sites["name"].reindex(found["site_id"]).to_numpy())
    found.insert(2, "mode", mode)
    return found
