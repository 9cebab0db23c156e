"""Pages of a place: one for the screen, a leaflet of A4 paper, large print, and an Easy Read."""

from collections.abc import Mapping
from typing import Any, Final

from llrgeo.publish import pages
from llrgeo.publish.kit.about import about_lines, place_label, sure_lines
from llrgeo.publish.kit.answering import answering
from llrgeo.publish.kit.easy import easy_parts
from llrgeo.publish.kit.figures import PlaceView
from llrgeo.publish.kit.indicators import indicator_table, place_indicators
from llrgeo.publish.kit.names import FOLDER, PREVIEW
from llrgeo.publish.kit.places import KitPlace
from llrgeo.publish.kit.words import (
    CLOSE,
    EVEN,
    OptionWords,
    ServiceWords,
    minutes_cell,
    option_words,
)
from llrgeo.publish.wording import wording

FORMS: Final = ("page", "leaflet", "large", "easy")
_ENDINGS: Final = {"page": "", "leaflet": "_leaflet", "large": "_large", "easy": "_easy"}

Table = dict[str, Any]


def page_name(place: KitPlace, form: str = "page") -> str:
    """Return the file of a form of a place's page, by its path in the published folder."""
    return f"{FOLDER}/{place.slug}{_ENDINGS[form]}.html"


def text_name(place: KitPlace) -> str:
    """Return the file of a place's text to read aloud, by its path in the published folder."""
    return f"{FOLDER}/{place.slug}.txt"


def render_place(view: PlaceView, explorer: str) -> dict[str, str]:
    """Return every form of a place's page as HTML without scripts, by its form.

    They link the `explorer` that answers for the place, named by its path in the published folder.
    """
    options = [option_words(view, option) for option in view.publication.alternatives]
    values = {**_values(view, options), "explorer": f"../{explorer}"}
    return {form: pages.render(f"place_{form}.html", {**values, "form": form}) for form in FORMS}


def option_table(option: OptionWords, number: int) -> Table:
    """Return what an option means for a place as a table, the worst service first."""
    words = wording()
    heads = [
        words[f"column_{name}"] for name in ("service", "today", "then", "change", "place_people")
    ]
    rows = [
        [service.service, service.before, service.after, service.change, service.people]
        for service in option.services
    ]
    caption = words["kit_table"].format(option=option.label)
    table = {"id": f"option-{number}", "caption": caption, "heads": heads, "rows": rows}
    return _with_note(table, "kit_table_note_routes")


def leaflet_table(view: PlaceView, options: list[OptionWords]) -> Table:
    """Return every service under every option in one table, the worst line first.

    The worst line is that of the service that gets worst in any area under any option.
    """
    words = wording()
    today = view.figures[view.publication.baseline_name]
    figures = [view.figures[option.name] for option in options]
    ids = [service.id for service in view.publication.services]
    worst = {name: max(table["worst_change_min"][name] for table in figures) for name in ids}
    order = sorted(ids, key=lambda name: -worst[name])  # equals keep the order of the study
    # Words of each option by service, for the options order their services each in its own way.
    by_service = [
        dict(zip(table.index, option.services, strict=True))
        for table, option in zip(figures, options, strict=True)
    ]
    heads = [words["column_service"], words["column_today"]]
    heads += [words["kit_option_short"].format(number=n) for n in range(1, len(options) + 1)]
    labels = {service.id: service.label for service in view.publication.services}
    # One row a service, the one that gets worst first, whatever option does it.
    rows = []
    for name in order:
        # One average of today, of all who have a journey: an option is of those who keep theirs.
        before = minutes_cell(today["before_min"][name])
        told = (_minutes_and_change(found[name], before) for found in by_service)
        rows.append([labels[name], before, *told])
    caption = words["kit_leaflet_table"]
    table = {"id": "leaflet", "caption": caption, "heads": heads, "rows": rows}
    return _with_note(table, "kit_leaflet_note_routes")


def _with_note(table: Table, of_routes: str) -> Table:
    """Add to a table of changes what its signs mean, the rare ones only where they occur.

    `of_routes` is the id of what is said where some people lose or gain their route.
    """
    words = wording()
    notes, cells = [words["kit_table_note"]], [cell for row in table["rows"] for cell in row]
    for sign, key in ((CLOSE, "kit_table_note_close"), (EVEN, "kit_table_note_even")):
        if any(sign in cell for cell in cells):
            notes.append(words[key])
    marks = (words["kit_mark_lost"], words["kit_mark_gained"])
    if any(mark in cell for cell in cells for mark in marks):
        notes.append(words[of_routes])
    return {**table, "note": " ".join(notes)}


def delivery_lines(view: PlaceView) -> list[str]:
    """Return for which services a team comes, and for which the journey is a visitor's."""
    words, lines = wording(), []
    for delivery, key in (("visitor", "kit_visits"), ("team", "kit_teams")):
        labels = [
            service.label for service in view.publication.services if service.delivery == delivery
        ]
        if labels:
            lines.append(words[key].format(services="; ".join(labels)))
    return lines


def _minutes_and_change(service: ServiceWords, today: str) -> str:
    """Return minutes then with their change, in one cell; from which minutes if not today's."""
    words = wording()
    if service.change == "=":
        return f"{service.after} ="
    if service.change == service.after:  # no route, today or then
        return service.after
    key = "kit_cell" if service.before == today else "kit_cell_from"
    return words[key].format(before=service.before, after=service.after, change=service.change)


def _values(view: PlaceView, options: list[OptionWords]) -> Mapping[str, Any]:
    publication, place = view.publication, view.place
    theme, page = publication.theme, page_name(place)
    indicators = place_indicators(view)
    styles = [pages.page_style(publication), pages.asset("kit/assets/kit.css")]
    return {
        "publication": publication,
        "place": place_label(place),
        "run": pages.run_mark(publication),
        "policy": pages.content_policy(scripts=(), styles=styles),
        "styles": pages.own_markup(styles),
        "about": about_lines(view),
        "sure": sure_lines(view),
        "told": [
            (
                option,
                option_table(option, number),
                theme.consultation.answer_url(place=place.slug, option=option.name),
            )
            for number, option in enumerate(options, start=1)
        ],
        "matrix": leaflet_table(view, options),
        "deliveries": delivery_lines(view),
        "figures": indicator_table(indicators),
        "figures_about": [f"{each.heading}. {each.about}" for each in indicators],
        "easy": easy_parts(view),
        "answer": answering(theme, page, {"place": place.slug}),
        "links": {form: page_name(place, form).removeprefix(f"{FOLDER}/") for form in FORMS}
        | {"text": text_name(place).removeprefix(f"{FOLDER}/")},
        "preview": theme.consultation.page_url(PREVIEW),
    }
