"""Registry: every declared table of evidence, in the order in which a reader wants them."""

from typing import Final

from llrgeo.appraisal.tables.activity import ACTIVITY
from llrgeo.appraisal.tables.averages import AVERAGES
from llrgeo.appraisal.tables.business_case import BUSINESS_CASE
from llrgeo.appraisal.tables.capacity import BED_TABLES
from llrgeo.appraisal.tables.capacity_access import ACCESS_BY_YEAR
from llrgeo.appraisal.tables.capacity_teams import TEAM_TABLES
from llrgeo.appraisal.tables.capacity_years import SUMMARY, YEARS
from llrgeo.appraisal.tables.case import CASES
from llrgeo.appraisal.tables.costs import COSTS
from llrgeo.appraisal.tables.declaration import TableDeclaration
from llrgeo.appraisal.tables.estate import ESTATE_TABLES
from llrgeo.appraisal.tables.journeys import JOURNEYS
from llrgeo.appraisal.tables.people import PEOPLE_BY_SERVICE
from llrgeo.appraisal.tables.places import PLACES
from llrgeo.appraisal.tables.quality import QUALITY
from llrgeo.appraisal.tables.ranking import HEADLINES, RANKING
from llrgeo.appraisal.tables.reach import REACH

TABLES: Final[tuple[TableDeclaration, ...]] = (
    *HEADLINES,
    *PEOPLE_BY_SERVICE,
    *CASES,
    *AVERAGES,
    *JOURNEYS,
    *PLACES,
    *ACTIVITY,
    *REACH,
    *COSTS,
    *RANKING,
    *SUMMARY,
    *BED_TABLES,
    *TEAM_TABLES,
    *YEARS,
    *ACCESS_BY_YEAR,
    *ESTATE_TABLES,
    *BUSINESS_CASE,
    *QUALITY,
)
