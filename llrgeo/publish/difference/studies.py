"""Whether two runs are of one study, and what of them cannot be compared if they are not."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from llrgeo.publish.difference.compare import PublishedRun, RunDifference
from llrgeo.publish.wording import wording
from llrgeo.schema import name_some

_SITE_COLUMNS: Final = ("site_id", "from_site", "to_site")  # of any table


def study_parts(difference: RunDifference) -> pd.DataFrame:
    """Return the parts of the two studies, side by side.

    Returns
    -------
    DataFrame
        A row a part: `part`; `before`, `after` (text: the title, the versions, or how many areas,
        sites, services or options); `both`, `only_before`, `only_after` (how many, as text; blank
        where nothing is counted).
    """
    runs = (difference.before, difference.after)
    rows = [[part, *map(tell, runs), "", "", ""] for part, tell in _TEXT_OF.items()]
    for part, members in _IDS_OF.items():
        before, after = map(members, runs)
        counts = (before, after, before & after, before - after, after - before)
        rows.append([part, *(str(len(found)) for found in counts)])
    columns = ["part", "before", "after", "both", "only_before", "only_after"]
    return pd.DataFrame(rows, columns=columns)


def comparison_cautions(difference: RunDifference) -> list[str]:
    """Return sentences: that two runs are of different studies, and what cannot be compared.

    Empty for two runs of one study by the same versions, but for studies of real patients.
    """
    words, runs = wording(), (difference.before, difference.after)
    titles = [_title(run) for run in runs]
    areas = [_IDS_OF["areas"](run) for run in runs]
    cautions = []
    # Another title alone may be a better one of the same study; other places are another study.
    if titles[0] != titles[1] or (all(areas) and not areas[0] & areas[1]):
        cautions.append(words["difference_studies"].format(before=titles[0], after=titles[1]))
    for part, members in _IDS_OF.items():
        before, after = map(members, runs)
        # A run without any withholds its areas, or knows none: nothing can be said of them.
        if before and after and before != after:
            key = f"difference_{part}" if before & after else f"difference_{part}_none"
            gone, new = sorted(before - after), sorted(after - before)
            cautions.append(
                words[key].format(
                    both=words.people(len(before & after)),
                    before=_count_and_ids(gone),
                    after=_count_and_ids(new),
                )
            )
    for part in ("baseline", "versions"):
        before_text, after_text = (_TEXT_OF[part](run) for run in runs)
        if before_text != after_text:
            text = words[f"difference_{part}"]
            cautions.append(text.format(before=before_text, after=after_text))
    if all(_is_restricted(run) for run in runs):
        cautions.append(words["difference_restricted"])
    return cautions


def _is_restricted(run: PublishedRun) -> bool:
    appraisal: Mapping[str, Any] = run.manifest["study"].get("appraisal", {})
    return appraisal.get("data_class") == "restricted"


def _count_and_ids(ids: list[str]) -> str:
    """Return how many ids there are, and the first of them."""
    words = wording()
    return f"{words.people(len(ids))} ({name_some(ids)})" if ids else words.people(0)


def _title(run: PublishedRun) -> str:
    return str(run.manifest["study"].get("title", ""))


def _versions(run: PublishedRun) -> str:
    versions: Mapping[str, Any] = run.manifest.get("versions", {})
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def _baseline(run: PublishedRun) -> str:
    options = run.manifest["study"].get("options", [])
    return ", ".join(str(option["id"]) for option in options if option.get("baseline"))


def _areas(run: PublishedRun) -> set[str]:
    table = run.tables.get("areas")
    return set() if table is None or "area_id" not in table else set(table["area_id"])


def _sites(run: PublishedRun) -> set[str]:
    columns = [
        table[name] for table in run.tables.values() for name in _SITE_COLUMNS if name in table
    ]
    return {site for column in columns for site in column} - {""}


def _ids(part: str) -> Callable[[PublishedRun], set[str]]:
    """Return what lists the ids of a study's services or options."""
    return lambda run: {str(record["id"]) for record in run.manifest["study"].get(part, [])}


_TEXT_OF: Final[Mapping[str, Callable[[PublishedRun], str]]] = {
    "title": _title,
    "versions": _versions,
    "baseline": _baseline,
}
_IDS_OF: Final[Mapping[str, Callable[[PublishedRun], set[str]]]] = {
    "areas": _areas,
    "sites": _sites,
    "services": _ids("services"),
    "options": _ids("options"),
}
