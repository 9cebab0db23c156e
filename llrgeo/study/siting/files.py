"""Write a plan as files: tables, map layers, and an option to add to the study."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.siting.locate import SiteSelection
from llrgeo.files import StrPath
from llrgeo.inputs.tables import read_table
from llrgeo.publish.data.files import csv_text, flat_table
from llrgeo.publish.data.packages import (
    DATA_PACKAGE,
    RO_CRATE,
    PackagedTable,
    Provenance,
    data_package,
    ro_crate,
)
from llrgeo.publish.folder import Content, check_folder, write_files
from llrgeo.publish.stale_files import check_no_crate_strangers, stale_crated_files
from llrgeo.schema import WGS84
from llrgeo.study.config import StudyConfig
from llrgeo.study.own_inputs import check_inputs_stay
from llrgeo.study.siting.config import SitingConfig
from llrgeo.study.siting.services import SitingResult, SitingStudy
from llrgeo.study.siting.summary import summarise

OPTION: Final = "located"
_ABOUT: Final = {
    "plans": "The plans, each with its value, bound and sites.",
    "plan_sites": "The sites of the best plan, with who would go to each.",
    "site_changes": "What opens, closes and stays under the best plan.",
    "people_by_class": "Residents by class of minutes, today and under the best plan.",
    "sequence": "The order in which sites should open.",
    "changes_by_group": "Minutes today and under the best plan by group of people.",
    "winners_and_losers": "People whose journey becomes shorter or longer.",
    "areas": "Each area with its site and minutes, today and under the best plan.",
    "curve": "The best value by number of sites.",
    "regret": "What each plan loses under each scenario.",
}


def write_plan(result: SitingResult, folder: StrPath) -> list[Path]:
    """Write the result into a folder, whole or not at all.

    Always: the problem (`question.json`), the answer in words (`summary.txt`), `plans.csv` with
    the certificate of each and today's value, the sites, what opens, closes and stays, residents by
    class, the sequence, changes by group and by area, two map layers, `option.toml`. If the siting
    file has them: `curve.csv`, `regret.csv`. `datapackage.json` and `ro-crate-metadata.json`
    describe the folder for other programs. If the plan has sites that the study lacks: the sites
    table with them (`sites.csv`).

    Raises
    ------
    PublishError
        If the folder cannot be written to, or a file that the study reads would be written over.

    Examples
    --------
    >>> config = llrgeo.load_siting(None, service="clinic", p=1)
    >>> result = llrgeo.locate_service(llrgeo.load_study(folder / "study.toml"), config)
    >>> files = llrgeo.write_plan(result, folder / "found")
    >>> (folder / "found" / "option.toml").is_file()
    True
    """
    access = result.access()
    sites, areas = site_table(result), area_table(result)
    tables = {
        "plans": plan_table(result),
        "plan_sites": pd.DataFrame(sites.drop(columns="geometry")),
        "site_changes": result.site_changes(result.best),
        "people_by_class": result.people(),
        "sequence": result.sequence,
        "changes_by_group": access.groups,
        "winners_and_losers": access.winners,
        "areas": areas,
        "curve": result.curve,
        "regret": result.regret,
    }
    # Layers show outlines, for readers; distances were computed from centroids.
    outlines = result.siting.inputs.base_map.outlines.geometry
    files: dict[str, Content] = {
        "question.json": result.siting.config.model_dump_json(indent=2, exclude_defaults=True),
        "option.toml": option_text(result),
        "summary.txt": "\n".join(summarise(result)) + "\n",
        "plan_sites.geojson": _layer(sites),
        "areas.geojson": _layer(gpd.GeoDataFrame(areas, geometry=outlines)),
    }
    files |= {f"{name}.csv": csv_text(table) for name, table in tables.items() if table is not None}
    # An option can only name sites of the study's table, so the new ones are added to a copy.
    if len(_new_sites(result)):
        files["sites.csv"] = _sites_with_new(result).to_csv(index=False)
    about = {name: (table, _ABOUT[name]) for name, table in tables.items() if table is not None}
    files |= describe_folder(result.siting, about, files)
    return write_found(files, result.siting, Path(folder))


def check_plan_folder(folder: Path, study: StudyConfig, config: SitingConfig) -> None:
    """Refuse, before a search that may take minutes, a folder that its files would be refused in.

    Raises
    ------
    PublishError
        If the folder cannot be written to, has somebody's own file of a name that is always
        written, or a file of such a name that the study reads.
    """
    check_folder(folder)
    names = {"question.json", "option.toml", "summary.txt", DATA_PACKAGE}
    if config.beds is None:
        asked = {"curve": bool(config.curve), "regret": bool(config.scenarios)}
        names |= {f"{name}.csv" for name in _ABOUT if asked.get(name, True)}
        names |= {"plan_sites.geojson", "areas.geojson"}
    else:
        names |= {"beds_curve.csv", "beds_plan.csv"}
    check_inputs_stay(study, [folder / name for name in names])
    check_no_crate_strangers(folder, names)


def write_found(files: Mapping[str, Content], siting: SitingStudy, folder: Path) -> list[Path]:
    """Write files into a folder; remove those of an earlier search that this one does not write.

    Otherwise a curve, regrets, or a table of new sites of another problem would remain there.

    Raises
    ------
    PublishError
        If the folder cannot be written to, or a file that the study reads would be lost.
    """
    earlier = stale_crated_files(folder, files)
    check_inputs_stay(siting.inputs.study, [folder / name for name in [*files, *earlier]])
    check_no_crate_strangers(folder, files)
    return write_files(files, folder, without=earlier)


def describe_folder(
    siting: SitingStudy,
    tables: Mapping[str, tuple[pd.DataFrame, str]],
    files: Mapping[str, Content],
) -> dict[str, Content]:
    """Describe a folder for other programs: its tables as a Data Package, all as an RO-Crate.

    `tables` are by name, each with what it is about; `files` are all that the folder holds.
    """
    study = siting.inputs.study
    provenance = Provenance(
        title=f"{study.title}: sites found for {siting.service.label}",
        about=study.question or "Where the service should be.",
        date=study.date,
        sources=study.sources,
    )
    # Checksums are computed from bytes as they will be written.
    contents = {
        name: text.encode() if isinstance(text, str) else text for name, text in files.items()
    }
    packaged = {
        f"{name}.csv": PackagedTable(flat_table(table), text)
        for name, (table, text) in tables.items()
    }
    package = data_package(provenance, packaged, contents)
    about = {f"{name}.csv": text for name, (_, text) in tables.items()}
    crate = ro_crate(provenance, {**contents, DATA_PACKAGE: package.encode()}, about)
    return {DATA_PACKAGE: package, RO_CRATE: crate}


def plan_table(result: SitingResult) -> pd.DataFrame:
    """Return a row for each plan: its certificate, today's value, and its sites.

    `unreached` and `left_out` are areas without a journey under the plan, and under any.
    """
    rows = [
        {
            "plan": number,
            "objective": plan.problem.objective,
            "unit": plan.unit,
            "value": plan.value,
            "bound": plan.bound,
            "gap": plan.gap,
            "proven": plan.proven,
            "seed": plan.seed,
            "today_value": result.today_value,
            "sites": ";".join(plan.sites),
            "opens": _changed_sites(result, plan, "opens"),
            "closes": _changed_sites(result, plan, "closes"),
            "unreached": ";".join(plan.unreached),
            "left_out": ";".join(plan.left_out),
        }
        for number, plan in enumerate(result.plans, start=1)
    ]
    return pd.DataFrame(rows)


def _changed_sites(result: SitingResult, plan: SiteSelection, change: str) -> str:
    """Return the ids of the sites with a kind of change, separated by `;`."""
    changes = result.site_changes(plan)["change"]
    return ";".join(changes.index[changes == change])


def site_table(result: SitingResult) -> gpd.GeoDataFrame:
    """Return the sites of the best plan, points, with the people for whom each is the nearest.

    Columns of the sites table, then `today` (whether the baseline has the service there),
    `areas`, `residents`, `contacts` a year; without contacts where they are of real patients.
    """
    siting = result.siting
    nearest = siting.nearest(result.best.sites)["site_id"]
    kept = ["name", "kind", "status", "postcode", "authority", "geometry"]
    sites = siting.sites.loc[list(result.best.sites)].reindex(columns=kept)
    residents = siting.inputs.areas["residents"]
    who = pd.DataFrame({"areas": 1, "residents": residents})
    if not siting.restricted:
        who["contacts"] = siting.demand.round(1)
    counts = who.groupby(nearest).sum().reindex(sites.index, fill_value=0)
    return sites.assign(today=sites.index.isin(list(siting.today))).join(counts)


def area_table(result: SitingResult) -> pd.DataFrame:
    """Return for each area its site and minutes today and under the best plan, and the change."""
    siting = result.siting
    areas = siting.inputs.areas[["name", "authority", "residents"]]
    change = result.access().change
    nearest = siting.nearest(result.best.sites)["site_id"].fillna("")
    return pd.DataFrame(areas).assign(nearest_site=nearest).join(change)


def option_text(result: SitingResult) -> str:
    """Return the best plan as an option to add to the study file."""
    siting, best = result.siting, result.best
    service, base = siting.service.id, siting.baseline
    option = best.as_option(base, service, OPTION)
    names = siting.sites["name"]
    lines = [
        *_advice(result),
        "[[options]]",
        f'id = "{option.name}"',
        'label = "Best sites found"',
        f'note = "{option.note}"',
        f'based_on = "{base.name}"',
        "",
        "[options.sites]",
        f"{service} = [",
        *(f'  "{site}", # {" ".join(str(names[site]).split())}' for site in best.sites),
        "]",
        *_capacity_lines(option, service, siting.config.capacity),
    ]
    return "\n".join(lines) + "\n"


def _advice(result: SitingResult) -> list[str]:
    if not len(_new_sites(result)):
        return []
    return [
        "# Some of these sites are not in the study's table; use the one beside this file:",
        '# sites = "sites.csv"',
        "",
    ]


def _capacity_lines(option: Option, service: str, limits: Mapping[str, float]) -> list[str]:
    """Return the lines that state the capacity of sites which constrained the plan."""
    capacity = {site: limits[site] for site in sorted(option.sites[service]) if site in limits}
    if not capacity:
        return []
    listed = ", ".join(f'"{site}" = {contacts:g}' for site, contacts in capacity.items())
    return ["", "[options.capacity]", f"{service} = {{ {listed} }}"]


def _new_sites(result: SitingResult) -> gpd.GeoDataFrame:
    chosen = result.siting.sites.loc[list(result.best.sites)]
    return chosen[~chosen.index.isin(result.siting.inputs.known_sites.index)]


def _sites_with_new(result: SitingResult) -> pd.DataFrame:
    """Return the study's sites table, as text as it was read, with the plan's new sites."""
    new = _new_sites(result)
    # As text, so that the study's own rows stay as they were written.
    known = read_table(result.siting.inputs.study.path("sites")).fillna("")
    rows = new.assign(easting=new.geometry.x.astype(int), northing=new.geometry.y.astype(int))
    added = rows.reset_index().reindex(columns=known.columns, fill_value="")
    return pd.concat([known, pd.DataFrame(added)], ignore_index=True)


def _layer(frame: gpd.GeoDataFrame) -> str:
    text: str = frame.reset_index().to_crs(WGS84).to_json(drop_id=True, na="null")
    return text + "\n"
