"""Plan files, which the planner page saves: a study with the option of the plan added.

A plan has the syntax of a study file. Its table `[plan]` names the study that it changes, with two
fingerprints of the study as it was when the plan was made; `[[new_sites]]` and `[[options]]` are
added to those of the study, and `[[criteria]]` replace the study's. The page writes `[plan]` last,
so that a truncated file is not taken for a smaller plan.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from llrgeo.errors import ConfigError, InputError
from llrgeo.files import StrPath
from llrgeo.inputs.embedded import DEFAULT_STUDY, embedded
from llrgeo.inputs.tables import read_toml
from llrgeo.study.config import StudyConfig, load_study
from llrgeo.study.manifest import describe_run
from llrgeo.study.routers import read_network
from llrgeo.study.validation import Part, check_config

_EMBEDDED: Final = "embedded"
_ADDED: Final = ("options", "new_sites")  # to those of the study
_KEYS: Final = ("plan", "new_sites", "options", "criteria")


class PlanOf(Part):
    """The table `[plan]`: the study that a plan changes, and its fingerprints at that time."""

    study: Annotated[str, Field(min_length=1)]
    run_id: str
    network: str = ""


def load_study_or_plan(path: StrPath | None = None) -> StudyConfig:
    """Read a study file, or a plan file and the study that it changes.

    Parameters
    ----------
    path
        A file; the embedded study if None. A plan names its study by `embedded`, or by a path
        relative to the plan's folder.

    Raises
    ------
    ConfigError
        As `load_study`; and for a plan if its study, or the study's data, has changed since the
        plan was made, so that its figures would differ from those on the page.
    """
    return _load(None if path is None else Path(path), ())


def _load(path: Path | None, above: tuple[Path, ...]) -> StudyConfig:
    """Read a study or a plan; `above` are the plans that led to it."""
    if path is None:
        return load_study()
    try:
        values = read_toml(path)
    except InputError:
        return load_study(path)  # its message says what is wrong, and what to do
    if "plan" not in values:
        _check_whole(values, path)
        return load_study(path)
    if path.resolve() in above:
        msg = f"{path.name}: is a plan on itself; [plan] study must lead to a study"
        raise ConfigError(msg)
    return _study_of_plan(values, path, (*above, path.resolve()))


def _check_whole(values: Mapping[str, Any], path: Path) -> None:
    """Refuse a truncated plan: every study has other keys besides those of a plan.

    Raises
    ------
    ConfigError
        If the file has only keys of a plan.
    """
    if values and set(values) <= set(_KEYS):
        msg = (
            f"{path.name}: this plan file is not whole: its last table, [plan], is missing. "
            "Save the plan again, or have it sent again"
        )
        raise ConfigError(msg)


def study_files(path: Path) -> list[Path]:
    """Return a study file; for a plan also the plans and the study that it is based on.

    Parameters
    ----------
    path
        A study or plan file, which may be absent or faulty.
    """
    files = [path]
    while True:
        try:
            plan = read_toml(files[-1]).get("plan")
        except InputError:
            return files
        name = plan.get("study") if isinstance(plan, dict) else None
        if not name or not isinstance(name, str) or name == _EMBEDDED:
            return files
        below = files[-1].parent / name
        if below.resolve() in {file.resolve() for file in files}:
            return files
        files.append(below)


def plan_options(path: StrPath) -> list[str]:
    """Return the ids of the options of a plan file, in its order.

    Raises
    ------
    ConfigError
        If it is no plan file, or has no option.
    InputError
        If it is absent or not TOML.
    """
    values = read_toml(Path(path))
    listed = values.get("options", [])
    tables = listed if isinstance(listed, list) else []
    options = [str(option.get("id")) for option in tables if isinstance(option, dict)]
    if "plan" not in values or not options:
        msg = f"{Path(path).name}: no plan of the planner page: [plan] and [[options]] are needed"
        raise ConfigError(msg)
    return options


def _study_of_plan(values: Mapping[str, Any], path: Path, above: tuple[Path, ...]) -> StudyConfig:
    """Return the study that a plan changes with what the plan adds to it."""
    strange = sorted(set(values) - set(_KEYS))
    if strange:
        msg = f"{path.name}: {strange[0]}: unknown key; known in a plan are {', '.join(_KEYS)}"
        raise ConfigError(msg)
    for key in _ADDED:
        if not isinstance(values.get(key, []), list):
            msg = f"{path.name}: {key}: write a table [[{key}]] for each"
            raise ConfigError(msg)
    of = check_config(PlanOf, values["plan"], source=f"{path.name}, [plan]")
    base_path = None if of.study == _EMBEDDED else path.parent / of.study
    base = _load(base_path, above)
    _check_same(base, of, path)
    settings = _raw_study(base_path)
    # A plan adds to its study, and never replaces an option; only criteria replace the study's.
    merged = {
        **settings,
        "options": [*settings["options"], *values.get("options", [])],
        "new_sites": [*settings.get("new_sites", []), *values.get("new_sites", [])],
        "folder": base.folder,
        "file": path.name,
    }
    if "criteria" in values:
        merged["criteria"] = values["criteria"]
    return check_config(StudyConfig, merged, source=path.name)


def _raw_study(path: Path | None) -> dict[str, Any]:
    """Return the study's keys as written; a plan based on a plan has those of both."""
    values: dict[str, Any] = read_toml(embedded(DEFAULT_STUDY) if path is None else path)
    if path is None or "plan" not in values:
        return values
    of = values["plan"]["study"]
    below = _raw_study(None if of == _EMBEDDED else path.parent / of)
    own = {key: value for key, value in values.items() if key == "criteria"}
    for key in _ADDED:
        own[key] = [*below.get(key, []), *values.get(key, [])]
    return {**below, **own}


def _check_same(base: StudyConfig, of: PlanOf, path: Path) -> None:
    """Refuse a plan whose study or network has changed since the plan was made.

    Raises
    ------
    ConfigError
        If one of them has changed; the message says which.
    """
    advice = "Run the study anew, open the plan's places in its new planner page, and save again"
    if of.network and read_network(base, base.modes[0]).fingerprint != of.network:
        msg = (
            f"{path.name}: made on another road network than that of '{base.title}', so its "
            f"minutes would differ. {advice}"
        )
        raise ConfigError(msg)
    # Equal run ids mean equal settings, data and code, and therefore equal figures.
    found = describe_run(base)["run_id"]
    if found != of.run_id:
        msg = (
            f"{path.name}: made for another study than '{base.title}', or for it before its "
            f"settings, data or llrgeo changed (run {of.run_id[:12]}, now {found[:12]}). {advice}"
        )
        raise ConfigError(msg)
