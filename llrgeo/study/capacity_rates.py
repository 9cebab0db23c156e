"""Changes of a study's rates of age bands over years, from its rates by single year and sex."""

import pandas as pd

from llrgeo.appraisal.capacity.age_rates import (
    band_rates,
    level_fault,
    rate_factors,
    single_years,
)
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.demand import rates_by_age
from llrgeo.inputs.age_rates import read_age_rates
from llrgeo.schema import raise_faults
from llrgeo.study.config import StudyConfig, build_services


def factors_of_rates(
    study: StudyConfig, projections: pd.DataFrame, parameters: Parameters
) -> dict[str, dict[int, pd.Series]]:
    """Return the factors by which rates of bands change with their ages and sexes.

    They are by service and year, on the age bands.

    Parameters
    ----------
    study
        With years; without a file of such rates there are no factors.
    projections
        Of one variant and the study's authorities, on (`authority_code`, `year`, `sex`).
    parameters
        For the share of people aged 15 to 19 who are under 18.

    Raises
    ------
    InputError
        If the file has faults, or the study's rates of bands are not those that the file makes of
        the people of the first year.
    """
    path = study.capacity.files(study.folder).get("age_rates")
    if path is None:
        return {}
    services = {service.id: service for service in build_services(study)}
    table = read_age_rates(set(services), path)
    share = parameters.value("share_15_19_under_18")
    # All authorities together, because a band has one rate in all of them.
    of_years = projections.groupby(level=["year", "sex"]).sum()
    keys = of_years.index.get_level_values("year")
    people = {
        year: single_years(of_years[keys == year].droplevel("year"), share_under_18=share)
        for year in study.years
    }
    found, faults, base = {}, [], study.years[0]
    for service in table.index.unique(level="service"):
        by_year = {year: band_rates(of, table.loc[service]) for year, of in people.items()}
        fault = level_fault(rates_by_age(services[service]), by_year[base])
        faults += [f"{service}: {fault}"] if fault else []
        found[str(service)] = rate_factors(by_year, base)
    raise_faults(faults, source=path.name)
    return found
