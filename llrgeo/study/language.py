"""The language of a study's pages: its catalogue of words."""

from llrgeo.publish.wording import CATALOGUES, Wording, wording
from llrgeo.study.config import StudyConfig


def study_words(study: StudyConfig) -> Wording:
    """Return the catalogue of the study's language: of its own folder, or of llrgeo's.

    Raises
    ------
    InputError
        If there is no such catalogue, or it has faults.
    """
    return wording(study.language, study.path("catalogues") if study.catalogues else CATALOGUES)
