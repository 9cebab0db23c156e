"""How to answer a consultation: days, links and contacts of its theme, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from llrgeo.inputs.theme import Theme
from llrgeo.publish.kit.qr import QrCode, qr_code
from llrgeo.publish.wording import wording


@dataclass(frozen=True, slots=True)
class Answering:
    """How people can answer, as pages say it; what a theme does not tell is empty.

    Attributes
    ----------
    lines
        When, whom to ask, other formats and languages.
    url
        Where to answer, with what the answer is about in its query.
    accessibility_url
        The accessibility statement.
    page_url
        The address of the page itself.
    code
        That address as a QR code; None where it is not known.
    """

    lines: tuple[str, ...]
    url: str
    accessibility_url: str
    page_url: str
    code: QrCode | None


def answering(theme: Theme, page: str, about: Mapping[str, str]) -> Answering:
    """Return how to answer from a page.

    Parameters
    ----------
    theme
        Of the publisher.
    page
        The page's file, by its path in the published folder.
    about
        What an answer is about, by the names of a query: a place, an option; never a postcode.
    """
    consultation = theme.consultation
    page_url = consultation.page_url(page)
    return Answering(
        lines=tuple(
            line
            for line in (
                _days(theme),
                theme.contact,
                consultation.other_formats,
                consultation.languages,
            )
            if line
        ),
        url=consultation.answer_url(**about),
        accessibility_url=consultation.accessibility_url,
        page_url=page_url,
        code=qr_code(page_url) if page_url else None,
    )


def _days(theme: Theme) -> str:
    """Return from when until when people can answer, in words; empty for no dates."""
    words, consultation = wording(), theme.consultation
    opens, closes = words.long_date(consultation.opens), words.long_date(consultation.closes)
    if opens and closes:
        return words["kit_days"].format(opens=opens, closes=closes)
    if closes:
        return words["kit_closes"].format(closes=closes)
    return words["kit_opens"].format(opens=opens) if opens else ""
