"""The options of a study file: what each changes, and their faults."""

from typing import Annotated, Literal

from pydantic import Field

from llrgeo.schema import name_some
from llrgeo.study.sections.capacity import (
    BedMove,
    DisposalConfig,
    WholeNumbers,
    WorksConfig,
    is_unset,
)
from llrgeo.study.validation import (
    Label,
    Name,
    Part,
    Positive,
    Share,
    SiteLists,
    duplicate_labels,
)


class OptionConfig(Part):
    """An option: the sites of each service, or what it changes in another option.

    `closes_site` closes all that runs at a site. `beds` and `rooms` are by service and site, or by
    site alone where the study has one such service, `machines` by kind and site. `moves_beds` moves
    some of the beds, opening and closing the service where they come and go. `works` and
    `disposals` change the estate.
    """

    id: Name
    label: Label
    note: str = ""
    baseline: bool = False
    based_on: Name | None = None
    sites: SiteLists = Field(default_factory=dict)
    opens: SiteLists = Field(default_factory=dict)
    closes: SiteLists = Field(default_factory=dict)
    moves: dict[Name, dict[str, str]] = Field(default_factory=dict)
    capacity: dict[Name, dict[str, Positive]] = Field(default_factory=dict)
    share_video: dict[Name, Share] = Field(default_factory=dict)
    share_home: dict[Name, Share] = Field(default_factory=dict)
    closes_site: Annotated[tuple[str, ...], Field(exclude_if=is_unset)] = ()
    beds: Annotated[WholeNumbers, Field(default_factory=dict, exclude_if=is_unset)]
    moves_beds: Annotated[tuple[BedMove, ...], Field(exclude_if=is_unset)] = ()
    rooms: Annotated[WholeNumbers, Field(default_factory=dict, exclude_if=is_unset)]
    machines: Annotated[WholeNumbers, Field(default_factory=dict, exclude_if=is_unset)]
    works: Annotated[tuple[WorksConfig, ...], Field(exclude_if=is_unset)] = ()
    disposals: Annotated[tuple[DisposalConfig, ...], Field(exclude_if=is_unset)] = ()

    def changes_room(self) -> bool:
        """Return whether the option states beds, rooms, machines or works of its own."""
        stated = (self.beds, self.moves_beds, self.rooms, self.machines, self.works, self.disposals)
        return any(stated)

    def named_sites(self) -> set[str]:
        """Return the ids of all sites that run, start, stop or move something here."""
        listed = [
            ids
            for by_service in (self.sites, self.opens, self.closes)
            for ids in by_service.values()
        ]
        moved = [pair for pairs in self.moves.values() for pair in pairs.items()]
        beds = [(move.from_, move.to) for move in self.moves_beds]
        return {site for ids in (*listed, *moved, *beds, self.closes_site) for site in ids}


class NewSiteConfig(Part):
    """A place that is no site yet, for options to open services at.

    Its coordinates are in metres of the National Grid, so that a place tried on the planner page is
    equal to the metre. It needs no row in the table of sites.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Literal["city_hospital", "community_hospital", "health_centre", "other"]
    easting: Annotated[float, Field(ge=0, le=700_000)]
    northing: Annotated[float, Field(ge=0, le=1_300_000)]
    services: tuple[Name, ...] = ()


def option_faults(options: tuple[OptionConfig, ...], services: set[str]) -> list[str]:
    """Return the faults of options: the baseline, what each is based on, unknown services."""
    # Readers, and tables of pages, identify options by their labels.
    faults = duplicate_labels("options: labels", [option.label for option in options])
    marked = [option.id for option in options if option.baseline]
    if len(marked) != 1:
        faults.append(f"options: exactly one has baseline = true; found {len(marked)}")
    earlier: set[str] = set()
    for option in options:
        where = f"option '{option.id}'"
        if option.based_on and option.based_on not in earlier:
            faults.append(f"{where}: based_on '{option.based_on}' names no option above it")
        named = {
            *option.sites,
            *option.opens,
            *option.closes,
            *option.moves,
            *option.capacity,
            *option.share_video,
            *option.share_home,
        }
        if named - services:
            faults.append(f"{where}: no such service: {name_some(sorted(named - services))}")
        if not option.based_on and services - set(option.sites):
            bare = name_some(sorted(services - set(option.sites)))
            faults.append(f"{where}: no sites for {bare}; list those under [options.sites]")
        earlier.add(option.id)
    return faults
