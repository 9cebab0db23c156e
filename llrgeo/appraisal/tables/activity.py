"""Declared tables of activity: contacts by place and site, and the journeys they cause."""

from typing import Final

import pandas as pd

from llrgeo.appraisal.accessibility.cross_border import cross_border_flows
from llrgeo.appraisal.demand import activity_table, grow
from llrgeo.appraisal.disclosure import (
    drop_columns,
    suppress_places_of_care,
    suppress_site_loads,
    suppress_totals,
    withhold,
)
from llrgeo.appraisal.journeys.activity import CARE_PLACES, burden_against
from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.appraisal.tables.columns import (
    NO_DISTANCE,
    OPTION,
    RESIDENTS,
    SERVICE,
    SITE_ID,
    SOURCE,
    SUPPRESSED,
    explained,
)
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    Conservation,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.makers import (
    by_option,
    by_service,
    contacts,
    contacts_travelled,
    residents,
    residents_in_reach,
)
from llrgeo.appraisal.tables.units import (
    CONTACTS,
    HOURS,
    JOURNEYS,
    KILOGRAMS,
    KILOMETRES_A_YEAR,
    SHARE,
)

_NO_LIMIT: Final = "no limit"
_PLACES: Final = {
    "acute": "Contacts a year at acute hospitals",
    "community": "Contacts a year at community hospitals",
    "primary": "Contacts a year at health centres and practices",
    "other": "Contacts a year at other sites, such as those across the border",
    "home": "Contacts a year at home",
    "video": "Contacts a year by video",
    "unreachable": "Contacts a year that can reach no site",
}
_DELIVERY: Final = PublishedColumn("delivery", "Who travels: patient, visitor or team")
_CONTACTS: Final = PublishedColumn(
    "contacts", "Contacts of patients, teams or visitors a year", CONTACTS
)


def _activity(context: EvidenceContext) -> pd.DataFrame:
    areas = context.appraisal_inputs.areas
    return activity_table(
        context.appraisal_inputs.services,
        areas,
        grow(areas, context.evidence_inputs.growth),
        counted=context.appraisal_inputs.activity,
    ).reset_index()


def _cross_border(context: EvidenceContext) -> pd.DataFrame:
    appraisal_inputs = context.appraisal_inputs
    home = appraisal_inputs.home or frozenset(appraisal_inputs.areas["authority"])
    return cross_border_flows(
        context.results, appraisal_inputs.areas, appraisal_inputs.sites, home=home
    )


def _has_border(context: EvidenceContext) -> bool:
    """Return whether both areas and sites name authorities, so that one can be outside."""
    appraisal_inputs = context.appraisal_inputs
    return "authority" in appraisal_inputs.sites.columns and has_authorities(appraisal_inputs.areas)


ACTIVITY: Final = (
    TableDeclaration(
        "flows",
        "Residents and contacts by nearest site today and under each option.",
        (
            OPTION,
            SERVICE,
            PublishedColumn(
                "from_site", "Nearest site today", blank="no site can be reached today"
            ),
            PublishedColumn(
                "to_site",
                "Nearest site under the option",
                blank="no site can be reached under the option",
            ),
            explained(RESIDENTS, "Residents who would go from the one to the other"),
            explained(_CONTACTS, "Contacts a year of these residents at sites and at home"),
        ),
        lambda context: by_service(context, lambda service: service.flows),
        drop_columns("contacts"),
        conserves=(
            Conservation(("option", "service"), ("residents",), residents),
            Conservation(("option", "service"), ("contacts",), contacts_travelled),
        ),
    ),
    TableDeclaration(
        "site_loads",
        "Residents and contacts at each site.",
        (
            OPTION,
            SERVICE,
            SITE_ID,
            explained(RESIDENTS, "Residents whose nearest site it is"),
            PublishedColumn(
                "contacts", "Contacts a year at the site, or of its teams", CONTACTS, SUPPRESSED
            ),
            PublishedColumn(
                "capacity", "Contacts a year the site has room for", CONTACTS, _NO_LIMIT
            ),
            PublishedColumn(
                "share_used",
                "Share of the capacity that is used; above 1 is too much",
                SHARE,
                "no limit, or no room at all",
            ),
            PublishedColumn(
                "over_capacity", "Contacts a year beyond capacity", CONTACTS, _NO_LIMIT
            ),
            PublishedColumn(
                "below_minimum",
                "Whether contacts fall short of viability; never across the border",
            ),
        ),
        lambda context: by_service(context, lambda service: service.loads.reset_index()),
        suppress_site_loads,
        conserves=(Conservation(("option", "service"), ("residents",), residents_in_reach),),
    ),
    TableDeclaration(
        "places_of_care",
        "Contacts by role of place: acute, community, primary, other, home, video.",
        (
            OPTION,
            SERVICE,
            _DELIVERY,
            _CONTACTS,
            *(
                PublishedColumn(place, _PLACES[place], CONTACTS, SUPPRESSED)
                for place in CARE_PLACES
            ),
            PublishedColumn(
                "contacts_in_time",
                "Contacts a year by video, or with a journey within the standard",
                CONTACTS,
            ),
        ),
        lambda context: by_option(context, lambda option: option.care.reset_index()),
        suppress_places_of_care,
        conserves=(
            Conservation(("option", "service"), CARE_PLACES, contacts),
            Conservation(("option", "service"), ("contacts",), contacts),
        ),
    ),
    TableDeclaration(
        "activity",
        "How often each service is used, and who says so.",
        (
            SERVICE,
            PublishedColumn("label", "What readers call the service"),
            _DELIVERY,
            PublishedColumn("contacts", _CONTACTS.meaning, CONTACTS, SUPPRESSED),
            PublishedColumn(
                "contacts_later",
                "Contacts a year in the horizon year",
                CONTACTS,
                f"nobody uses the service today; {SUPPRESSED}",
            ),
            PublishedColumn(
                "growth",
                "Growth of contacts to the horizon year, as a share",
                SHARE,
                "nobody uses the service today",
            ),
            PublishedColumn("share_video", "Share of contacts by video", SHARE),
            PublishedColumn("share_home", "Share of contacts at home", SHARE),
            SOURCE,
        ),
        _activity,
        suppress_totals,
    ),
    TableDeclaration(
        "burden",
        "Journeys, hours, kilometres and carbon a year, of patients and of teams.",
        (
            OPTION,
            SERVICE,
            PublishedColumn(
                "patient_trips",
                "Journeys of patients or visitors a year, there and back counted as one",
                JOURNEYS,
            ),
            PublishedColumn(
                "patient_hours", "Their hours on the road a year, there and back", HOURS
            ),
            PublishedColumn(
                "patient_km",
                "Their kilometres a year, there and back",
                KILOMETRES_A_YEAR,
                NO_DISTANCE,
            ),
            PublishedColumn("team_trips", "Journeys of teams to homes a year", JOURNEYS),
            PublishedColumn(
                "team_hours",
                "Hours of teams on the road a year: in rounds for services that drive them (table"
                " rounds), else out and back for each visit",
                HOURS,
            ),
            PublishedColumn(
                "team_km",
                "Kilometres of teams a year, likewise",
                KILOMETRES_A_YEAR,
                NO_DISTANCE,
            ),
            PublishedColumn(
                "kg_co2e",
                "Carbon of all these kilometres a year, in kg CO2 equivalent",
                KILOGRAMS,
                f"{NO_DISTANCE}, or no emission factor is given",
            ),
            PublishedColumn(
                "city_hours",
                "Hours a year of patients on the way to acute hospitals and back",
                HOURS,
            ),
            PublishedColumn(
                "city_km",
                "Kilometres a year of patients to acute hospitals and back",
                KILOMETRES_A_YEAR,
                NO_DISTANCE,
            ),
            PublishedColumn(
                "city_hours_avoided",
                "Hours a year on the way to acute hospitals, fewer than today",
                HOURS,
            ),
            PublishedColumn(
                "city_km_avoided",
                "Kilometres a year to acute hospitals, fewer than today",
                KILOMETRES_A_YEAR,
                NO_DISTANCE,
            ),
        ),
        lambda context: by_option(
            context,
            lambda option: burden_against(
                option.burden, context.results[context.baseline].burden
            ).reset_index(),
        ),
        withhold,
    ),
    TableDeclaration(
        "over_the_border",
        "Residents and contacts that cross the border of the study.",
        (
            OPTION,
            SERVICE,
            PublishedColumn(
                "flow", "Stay, out (over the border), in (from outside), outside, or unreachable"
            ),
            explained(RESIDENTS, "Residents whose nearest site makes them part of this flow"),
            explained(_CONTACTS, "Contacts a year of these residents"),
        ),
        _cross_border,
        drop_columns("contacts"),
        applies=_has_border,
        conserves=(
            Conservation(("option", "service"), ("residents",), residents),
            Conservation(("option", "service"), ("contacts",), contacts),
        ),
    ),
)
