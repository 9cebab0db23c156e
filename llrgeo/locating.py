"""The best sites for a service of a study."""

from dataclasses import replace
from math import isnan

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.demand import trips
from llrgeo.appraisal.equity import kolm_pollak_kappa
from llrgeo.appraisal.siting.locate import (
    DEFAULT_GAP,
    DEFAULT_SECONDS,
    SiteSelection,
    locate_sites,
)
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.config import StudyConfig, build_services
from llrgeo.errors import ConfigError
from llrgeo.inputs.candidates import sector_centres
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.inputs.sites import sites_for
from llrgeo.journeys import judged_times
from llrgeo.preparation import PLACES, read_inputs


def locate_service(
    study: StudyConfig,
    service: str,
    problem: SitingProblem,
    *,
    sectors: bool = False,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
) -> SiteSelection:
    """Find the best sites for one service of a study, among those that could host it.

    Demand is the contacts that residents make at sites, by the study's rates. With `sectors` the
    centre of every postcode sector is a candidate too. For `kolm-pollak` without a kappa, it is
    that of the baseline.

    Raises
    ------
    ConfigError
        If the study has no such service.
    InfeasibleError
        If no plan meets the constraints.
    """
    services = {one.id: one for one in build_services(study)}
    if service not in services:
        msg = f"no service '{service}' in the study; there are {', '.join(services)}"
        raise ConfigError(msg)
    inputs = read_inputs(study, PLACES)
    areas, sites = inputs.areas, inputs.sites
    if sectors:
        sites = pd.concat([sites, _sector_sites(areas, service)])
    times = judged_times(inputs, sites)
    candidates = times.select(sites_for(sites, service))
    demand = trips(services[service], areas)
    if isnan(problem.kappa):
        options = {one.name: one for one in inputs.options}
        today = times.select(sorted(options[study.baseline].sites[service])).minutes.min(axis=1)
        problem = replace(problem, kappa=kolm_pollak_kappa(today, demand))
    return locate_sites(candidates, demand, problem, gap=gap, seconds=seconds, seed=study.seed)


def _sector_sites(areas: gpd.GeoDataFrame, service: str) -> gpd.GeoDataFrame:
    """Return the centres of postcode sectors as sites that could host a service."""
    centres = sector_centres(read_postcodes(), areas.index)
    facts = {"name": centres.index, "status": "proposed", "services": service}
    return gpd.GeoDataFrame(facts, index=centres.index, geometry=centres)
