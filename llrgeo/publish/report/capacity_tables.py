"""Tables of the report's chapter on capacity: options by years, and what the figures rest on."""

from typing import Final

import numpy as np
import pandas as pd

from llrgeo.publish.explorer.years import people_of_year
from llrgeo.publish.notes import translate_note
from llrgeo.publish.pages import number
from llrgeo.publish.people_view import longer_people
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.tables import Table
from llrgeo.publish.wording import wording

MILLION: Final = 1e6
# The figures of capacity that decide most, in the order of the chapter's questions. One that begins
# with a colon is each service's own: so its name ends in the table of parameters.
BASIS: Final = (
    *("people", "beds_there", ": stay_days", "target_share"),
    *("contract_hours", "headroom", "beds_per_nurse_day", "beds_per_nurse_night"),
    *(": care_min", "visit_admin_min", ": visits_a_round", ": pairs_share"),
    *("rounds_constant", "practice_factor", ": practice_factor", "stop_s"),
    *("response_standard_min", ": standard_min", "response_share", ": response_share"),
    *("response_call_min", ": call_min", "response_job_h", ": job_h"),
    *("response_hours_a_day", ": peak_factor", ": night_pairs", "room_use"),
    *("capital_new_gbp_m2", "capital_spread", "running_gbp_m2"),
)
# Defaults that nothing rests on in a study without a service of that kind, by what it states then.
_OF_KIND: Final = {
    ": care_min": ("visit_admin_min", "rounds_constant", "practice_factor", "stop_s"),
    ": peak_factor": (
        *("response_standard_min", "response_share", "response_call_min", "response_job_h"),
        "response_hours_a_day",
    ),
}
LONGER: Final = "people_by_service_by_year"


def by_label(publication: Publication) -> pd.DataFrame:
    """Return capacity by option and year, with what readers call the option."""
    labels = {option.name: option.label for option in publication.options}
    table = publication.tables["capacity_by_year"]
    return table.assign(label=table["option"].map(labels))


def glance_table(publication: Publication) -> Table:
    """Return one row an option: beds, staff and money of the first and of the last year."""
    words, table = wording(), by_label(publication)
    first, last = table["year"].min(), table["year"].max()
    heads = [
        words["capacity_option"],
        words["capacity_beds"],
        *(_in_year("capacity_needed", year) for year in (first, last)),
        *(_in_year("capacity_staff", year) for year in (first, last)),
        words["capacity_capital"],
        words["capacity_running"],
    ]
    rows = []
    for label, of_option in table.groupby("label", sort=False):
        by_year = of_option.set_index("year")
        rows.append(
            [
                str(label),
                figure(by_year["beds"][first]),
                *(
                    figure(by_year[kind][year])
                    for kind in ("beds_needed", "wte")
                    for year in (first, last)
                ),
                works_figure(by_year["capital"][last]),
                figure(by_year["running"][last] / MILLION, 1),
            ]
        )
    return table_of("capacity-glance", words["capacity_glance_caption"], heads, rows)


def beds_table(publication: Publication) -> Table:
    """Return beds there, needed in each year and how sure that is, and beds too few."""
    words, table = wording(), by_label(publication)
    years, spread = _years(table), _bed_range(publication)
    last = years[-1]
    heads = [
        words["capacity_option"],
        words["capacity_beds"],
        *(_in_year("capacity_needed", year) for year in years),
        _in_year("capacity_range", last),
        *(_in_year("capacity_short", year) for year in (years[0], last)),
    ]
    rows = []
    for (option, label), of_option in table.groupby(["option", "label"], sort=False):
        by_year = of_option.set_index("year")
        low, high = spread.get((str(option), last), ("", ""))
        rows.append(
            [
                str(label),
                figure(by_year["beds"][years[0]]),
                *(figure(by_year["beds_needed"][year]) for year in years),
                words["capacity_from_to"].format(low=low, high=high) if low else "",
                *(figure(by_year["beds_short"][year]) for year in (years[0], last)),
            ]
        )
    return table_of("capacity-beds", words["capacity_beds_caption"], heads, rows)


def staff_table(publication: Publication) -> Table:
    """Return staff by year, those of the last by kind, and nurses if the beds needed were there."""
    words, table = wording(), by_label(publication)
    years = _years(table)
    named = {
        "nurses_wte": "wards",
        "rounds_wte": "rounds",
        "crisis_wte": "crisis",
        "nurses_wte_needed": "wards_needed",
    }
    # A kind of team that the study does not have has no column.
    kinds = {kind: name for kind, name in named.items() if table[kind].notna().any()}
    heads = [
        words["capacity_option"],
        *(_in_year("capacity_staff", year) for year in years),
        *(_in_year(f"capacity_{name}", years[-1]) for name in kinds.values()),
    ]
    rows = []
    for label, of_option in table.groupby("label", sort=False):
        by_year = of_option.set_index("year")
        of_years = (figure(by_year["wte"][year]) for year in years)
        of_kinds = (figure(by_year[kind][years[-1]], 1) for kind in kinds)
        rows.append([str(label), *of_years, *of_kinds])
    return table_of("capacity-staff", words["capacity_staff_caption"], heads, rows)


def money_table(publication: Publication, kind: str) -> Table:
    """Return pounds by option and year in millions: `capital` paid up to it, or `running`.

    At the end stands how sure capital is, or how running costs of the last year differ from those
    of the baseline.
    """
    words, table = wording(), by_label(publication)
    years = _years(table)
    last = table[table["year"] == years[-1]].set_index("option")[kind]
    ends = _capital_ranges(publication) if kind == "capital" else _against(publication, last)
    heads = [words["capacity_option"], *map(str, years)]
    if ends:
        baseline = publication.baseline.label
        heads.append(words[f"capacity_{kind}_end"].format(year=years[-1], baseline=baseline))
    rows = []
    for (option, label), of_option in table.groupby(["option", "label"], sort=False):
        by_year = of_option.set_index("year")[kind]
        cells = [figure(by_year[year] / MILLION, 1) for year in years]
        # What an option without stated works costs is not known, which is not a cost of 0.
        if kind == "capital" and by_year.eq(0).all():
            cells = [works_figure(by_year[year]) for year in years]
        rows.append([str(label), *cells, *([ends.get(str(option), "")] if ends else [])])
    return table_of(f"capacity-{kind}", words[f"capacity_{kind}_caption"], heads, rows)


def longer_by_year(publication: Publication) -> pd.DataFrame:
    """Return people with a longer journey for any service: alternatives by label, years."""
    table = publication.tables[LONGER]
    labels = {option.name: option.label for option in publication.alternatives}
    of_alternatives = table[table["option"].isin(list(labels))]
    by_year = of_alternatives.pivot(index="option", columns="year", values="longer_any")
    return by_year.loc[list(labels)].rename(index=labels)


def longer_table(publication: Publication, longer: pd.DataFrame) -> Table:
    """Return people with a longer journey by option and year, beside the headline's."""
    words = wording()
    heads = [words["capacity_option"], words["capacity_headline"], *map(str, longer.columns)]
    headline = {
        option.label: longer_people(publication.people[option.name].everyone)
        for option in publication.alternatives
    }
    rows = [
        [str(row[0]), figure(headline[str(row[0])]), *(figure(value) for value in row[1:])]
        for row in longer.itertuples()
    ]
    return table_of("capacity-longer", words["capacity_longer_caption"], heads, rows)


def whose_people(publication: Publication) -> str:
    """Return whose people the years count and whose the headline does; empty if the same.

    Both figures are of the first year of the study, in which they can be compared.
    """
    projected, year = people_of_year(publication), publication.tables["capacity_by_year"]["year"]
    residents, first = int(publication.areas["residents"].sum()), int(year.min())
    if projected.get(first, residents) == residents:
        return ""
    return wording()["capacity_people"].format(
        people=number(projected[first]), year=first, residents=number(residents)
    )


def basis_table(publication: Publication) -> Table:
    """Return the figures that decide most: how much, and whether official, published or assumed."""
    words = wording()
    table = publication.tables["capacity_parameters"].set_index("name")
    services = {service.id: service.label for service in publication.services}
    # Parameters of a service are named by its id and an ending (":stay_days"), and there is a row
    # for each service. Those of a kind of service that the study does not have are idle.
    names = [str(name) for name in table.index]
    absent = {end for end in _OF_KIND if not any(name.endswith(end) for name in names)}
    idle = {name for end in absent for name in _OF_KIND[end]}
    rows = []
    for figure_name in BASIS:
        own = figure_name.startswith(":")
        for name in names:
            if name in idle or not (name.endswith(figure_name) if own else name == figure_name):
                continue
            service = name.removesuffix(figure_name)
            called = words[f"figure_{phrase_of(figure_name)}"]
            called = called.format(service=services.get(service, service))
            rows.append([called, *_parameter_cells(table.loc[[name]].iloc[0])])
    heads = [words[f"capacity_{name}"] for name in ("figure", "value", "standing", "source")]
    return table_of("capacity-basis", words["capacity_basis_caption"], heads, rows, texts=(2, 3))


def phrase_of(name: str) -> str:
    """Return how the catalogue's phrase of a figure of `BASIS` ends."""
    return f"{name.removeprefix(': ')}_own" if name.startswith(":") else name


def _parameter_cells(row: pd.Series) -> list[str]:
    """Return the value of a parameter, its standing and who says so."""
    words = wording()
    value: str = "" if pd.isna(row["value"]) else f"{row['value']:,.10g}"
    source = translate_note(str(row["source"]), words)
    source = f"{source} ({row['date']})" if row["date"] else source
    return [value, words[f"standing_{row['standing']}"], source]


def capital_range(publication: Publication) -> dict[str, tuple[float, float]]:
    """Return the capital of options with works, by low and by high rates and bias, in pounds."""
    works = publication.tables.get("works", pd.DataFrame())
    if works.empty:
        return {}
    sums = works.groupby("option")[["capital_low", "capital_high"]].sum()
    return {str(option): (float(low), float(high)) for option, low, high in sums.itertuples()}


def works_figure(pounds: float) -> str:
    """Return millions of pounds of works; words where the study states none."""
    return wording()["capacity_no_works"] if pounds == 0 else figure(pounds / MILLION, 1)


def _capital_ranges(publication: Publication) -> dict[str, str]:
    """Return the words of `capital_range`, in millions of pounds."""
    phrase = wording()["capacity_from_to"]
    return {
        option: phrase.format(low=number(low / MILLION, 1), high=number(high / MILLION, 1))
        for option, (low, high) in capital_range(publication).items()
    }


def _against(publication: Publication, last: pd.Series) -> dict[str, str]:
    """Return how pounds of the last year differ from the baseline's, in millions, by option."""
    first = last.get(publication.baseline_name, np.nan)
    return {
        str(option): "" if pd.isna(pounds - first) else change(pounds - first)
        for option, pounds in last.items()
        if option != publication.baseline_name
    }


def change(pounds: float) -> str:
    """Return a change in millions of pounds with its sign."""
    millions = round(pounds / MILLION, 1)
    sign = "+" if millions > 0 else wording()["minus"] if millions < 0 else ""
    return f"{sign}{number(abs(millions), 1)}"


def figure(value: float, decimals: int = 0) -> str:
    """Return a number as readers see it; nothing where it is not known."""
    return "" if pd.isna(value) else number(value, decimals)


def table_of(
    name: str, caption: str, heads: list[str], rows: list[list[str]], *, texts: tuple[int, ...] = ()
) -> Table:
    """Return a table for the page; `texts` are the columns that hold words."""
    return {"id": name, "caption": caption, "heads": heads, "rows": rows, "texts": texts}


def _in_year(head: str, year: int) -> str:
    return wording()["capacity_in_year"].format(what=wording()[head], year=year)


def _years(table: pd.DataFrame) -> list[int]:
    return sorted(map(int, table["year"].unique()))


def _bed_range(publication: Publication) -> dict[tuple[str, int], tuple[str, str]]:
    """Return beds needed at least and at most by option and year, of all services together."""
    whole = publication.tables.get("beds_as_a_whole", pd.DataFrame())
    if whole.empty:
        return {}
    # The same people and stays move all services, so their low ends fall together.
    sums = whole.groupby(["option", "year"])[["beds_needed_low", "beds_needed_high"]].sum()
    return {
        (str(option), int(year)): (number(low), number(high))
        for (option, year), low, high in sums.itertuples()
    }
