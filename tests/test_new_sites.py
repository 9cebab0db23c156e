"""New sites of a study file: rows of the table of sites, in the study's own words."""

import geopandas as gpd
import pytest

from llrgeo.schema import BNG, site_roles
from llrgeo.study.new_sites import with_new_sites
from llrgeo.study.sections.options import NewSiteConfig


@pytest.mark.parametrize(
    ("asked", "kind", "role"),
    [
        ("city_hospital", "acute_hospital", "acute"),
        ("health_centre", "surgery", "primary"),
        ("community_hospital", "community_hospital", "community"),  # the study has none
    ],
)
def test_a_new_site_is_of_the_kind_that_the_study_has_for_its_role(
    town_areas, town_sites, asked, kind, role
):
    kinds, roles = ["acute_hospital", "surgery", "surgery"], ["acute", "primary", "primary"]
    sites = town_sites.assign(kind=kinds, role=roles)
    new = NewSiteConfig(id="N", name="New", kind=asked, easting=450_620, northing=300_040)
    found = with_new_sites(sites, town_areas, [new])
    assert found.loc["N", "kind"] == kind
    assert site_roles(found)["N"] == role
    assert list(found["kind"].drop("N")) == kinds


def test_a_new_site_in_the_words_of_the_default_study_stays_in_them(town_areas, town_sites):
    new = NewSiteConfig(id="N", name="New", kind="city_hospital", easting=450_620, northing=300_040)
    found = with_new_sites(town_sites, town_areas, [new])
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == BNG
    assert found.loc["N", "kind"] == "city_hospital"
    assert "role" not in found.columns
