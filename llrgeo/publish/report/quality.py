"""The report's chapter on quality assurance: what the study records of it, and what it assumes."""

from typing import Any, Final

from llrgeo.appraisal.quality import use_of
from llrgeo.publish.notes import translate_note
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.tables import Table
from llrgeo.publish.wording import wording

_LOG: Final = "quality_log"
_REGISTER: Final = "assumption_register"


def quality_chapter(publication: Publication) -> dict[str, Any] | None:
    """Return the log and the register as tables; None for a publication without them.

    `log` is None where the study records nothing: the page then says so.
    """
    if not {_LOG, _REGISTER} <= set(publication.tables):
        return None
    recorded = len(publication.tables[_LOG]) > 0
    return {
        "log": _table(publication, _LOG) if recorded else None,
        "register": _table(publication, _REGISTER),
    }


def _table(publication: Publication, name: str) -> Table:
    words, content = wording(), publication.tables[name]
    # The appraisal's own phrases are translated into the language of the page.
    translated = {
        use_of(service): words["quality_use"].format(service=service.label)
        for service in publication.services
    }
    rows = content.astype(str).map(lambda text: translate_note(translated.get(text) or text, words))
    if "role" in rows:
        rows = rows.assign(role=[words[f"quality_role_{role}"] for role in rows["role"]])
    return {
        "id": name.replace("_", "-"),
        "caption": words[f"table_report_{name}"],
        "heads": [words[f"column_quality_{column}"] for column in content.columns],
        "rows": rows.to_numpy().tolist(),
        "texts": tuple(range(1, len(content.columns))),
    }
