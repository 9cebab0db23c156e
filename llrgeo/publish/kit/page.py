"""Pages of a place: one for the screen, a leaflet of A4 paper, large print, and an Easy Read."""

from collections.abc import Mapping
from typing import Any, Final

from llrgeo.publish import pages
from llrgeo.publish.kit.answering import answering
from llrgeo.publish.kit.easy import easy_parts
from llrgeo.publish.kit.figures import PlaceView
from llrgeo.publish.kit.indicators import indicator_table, place_indicators
from llrgeo.publish.kit.names import FOLDER, PREVIEW
from llrgeo.publish.kit.places import KitPlace
from llrgeo.publish.kit.words import EVEN, OptionWords, about_lines, option_words, sure_lines
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
    return _with_note({"id": f"option-{number}", "caption": caption, "heads": heads, "rows": rows})


def leaflet_table(view: PlaceView, options: list[OptionWords]) -> Table:
    """Return every service under every option in one table, the worst line first.

    The worst line is that of the service that gets worst in any area under any option.
    """
    words = wording()
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
        cells = [found[name] for found in by_service]
        today = cells[0].before
        rows.append(
            [labels[name], today, *(_minutes_and_change(cell.after, cell.change) for cell in cells)]
        )
    caption = words["kit_leaflet_table"]
    return _with_note({"id": "leaflet", "caption": caption, "heads": heads, "rows": rows})


def _with_note(table: Table) -> Table:
    """Add to a table of changes what its signs mean, the rare one only where it occurs."""
    words = wording()
    note = words["kit_table_note"]
    if any(EVEN in cell for row in table["rows"] for cell in row):
        note = f"{note} {words['kit_table_note_even']}"
    return {**table, "note": note}


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


def _minutes_and_change(after: str, change: str) -> str:
    """Return minutes then with their change, in one cell."""
    if change == "=":
        return f"{after} ="
    return wording()["kit_cell"].format(after=after, change=change)


def _values(view: PlaceView, options: list[OptionWords]) -> Mapping[str, Any]:
    publication, place = view.publication, view.place
    theme, page = publication.theme, page_name(place)
    indicators = place_indicators(view)
    styles = [pages.page_style(publication), pages.asset("kit/assets/kit.css")]
    return {
        "publication": publication,
        "place": place,
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
