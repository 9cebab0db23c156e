"""Study files to start from: a copy of the default study, and the shortest one that runs.

The shortest has forty lines, for any place, from four columns of areas. Nothing here reads a study,
so that the command that writes these files is fast.
"""

from pathlib import Path
from typing import Final

from llrgeo.errors import ConfigError
from llrgeo.files import written_whole
from llrgeo.inputs.embedded import DEFAULT_STUDY, embedded

_TEXT: Final = """\
# A study of any place. Put your own words and ids in; then: llrgeo run {name}
title = "Where should the clinic be?"
question = "Whose journeys would change if the clinic opened at a second place?"
date = "2026-01-01" # the day of its figures; it stands on every page
sources = ["Residents: name who counted them, when, and under which licence."]

# areas.csv: area_id, lat, lon, residents. These are needed; with name, authority, ward,
# age_0_17 ... age_85_plus, disabled, imd_decile, rural_urban (Rural or Urban) the pages say more.
areas = "areas.csv"
# sites.csv: site_id, name, kind (your own word), role (acute, community, primary, other),
# status (open, closed, proposed), lat, lon, services (ids, separated by ;); entrances if known.
sites = "sites.csv"
outlines = "cells" # draws each area around its point; or a map file with area_id
# Real streets: llrgeo network build EXTRACT.osm.pbf --around areas.csv --out streets
network = "streets"
modes = ["car"]
periods = ["off_peak"] # when: also am_peak, pm_peak, night
tolerance_min = 1.0 # changes up to this many minutes count as none

# With imd_decile in areas.csv, say whose index it is:
# deprivation = {{ index = "its name and year", country = "its country" }}

[[services]]
id = "clinic"
label = "Clinic"
delivery = "patient" # who travels: patient, team (to the home) or visitor
rates = {{ residents = 500 }} # patients a year of each 1,000 residents: put in your own
standard_min = 20 # a journey should take no longer

[[options]]
id = "today"
label = "Today"
baseline = true
sites = {{ clinic = ["SITE_A"] }}

[[options]]
id = "both"
label = "Clinics at both places"
based_on = "today"
opens = {{ clinic = ["SITE_B"] }}
"""


def new_study(path: Path) -> None:
    """Write a commented study file to start from: a copy of the embedded study.

    Raises
    ------
    ConfigError
        If the file exists already.
    """
    _refuse_to_replace(path)
    with written_whole(path) as made:
        made.write_bytes(embedded(DEFAULT_STUDY).read_bytes())


def write_minimal_study(path: Path) -> None:
    """Write the shortest study file that runs, with comments that say what it needs.

    Raises
    ------
    ConfigError
        If the file exists already.
    """
    _refuse_to_replace(path)
    with written_whole(path) as made:
        made.write_text(_TEXT.format(name=path.name), encoding="utf-8")


def _refuse_to_replace(path: Path) -> None:
    if path.exists():
        msg = f"{path}: exists already and is kept; choose another name"
        raise ConfigError(msg)
