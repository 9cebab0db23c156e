"""The charts of the report: coverage curves, winners and losers, how often each option is first."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import numpy as np
import pandas as pd
from markupsafe import Markup

from llrgeo.publish import drawing, palette
from llrgeo.publish.drawing import Drawing
from llrgeo.publish.edition import Edition
from llrgeo.publish.pages import people
from llrgeo.publish.view import View
from llrgeo.publish.wording import wording

# Okabe and Ito's colours, told apart with any colour vision; dashes tell them apart in print.
_LINES: Final = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_DASHES: Final = ("", "10 4", "3 3", "14 4 3 4", "6 6", "1 4", "18 6")
_WIDTH: Final = 720.0
_LEFT: Final = 250.0
_ROW: Final = 34.0
_LONGEST_MIN: Final = 60


def coverage_curves(views: Sequence[View]) -> Drawing:
    """Draw the share of residents within each number of minutes, one line an option."""
    width, height, left, top = 640.0, 320.0, 60.0, 20.0
    parts = [*_curve_axes(width, height, left, top)]
    for number, view in enumerate(views):
        shares = coverage(view)
        points = [
            (left + (width - left) * x / _LONGEST_MIN, top + height * (1 - share))
            for x, share in enumerate(shares)
        ]
        parts.append(drawing.line(points, _colour(number), dashes=_dashes(number)))
    for number, view in enumerate(views):
        y = top + height + 62 + 22 * number
        parts.append(
            drawing.line(
                [(left, y - 5), (left + 46, y - 5)], _colour(number), dashes=_dashes(number)
            )
        )
        parts.append(drawing.words(left + 56, y, view.option.label))
    words = wording()
    at_20 = "; ".join(f"{view.option.label}: {coverage(view)[20]:.0%}" for view in views)
    return Drawing(
        "chart-coverage",
        words["chart_coverage"].format(service=views[0].service.label),
        words["chart_coverage_text"].format(shares=at_20),
        width + 20,
        top + height + 62 + 22 * len(views),
        tuple(parts),
    )


def coverage(view: View) -> list[float]:
    """Return the share of residents within 0, 1 ... 60 minutes: METHODS 2, all people counted."""
    minutes, weights = view.areas["after_min"].to_numpy(), view.areas["people"].to_numpy()
    return [float(weights[minutes <= x].sum() / weights.sum()) for x in range(_LONGEST_MIN + 1)]


def winners_chart(edition: Edition, views: Sequence[View]) -> Drawing:
    """Draw the people whose journey becomes shorter (left) and longer (right), bar by bar."""
    shown = [view for view in views if view.option is not edition.baseline]
    gains = [int(view.everyone[["improved", "gained"]].sum()) for view in shown]
    losses = [int(view.everyone[["worsened", "lost"]].sum()) for view in shown]
    scale = (_WIDTH - _LEFT - 170) / max(max(gains) + max(losses), 1)
    middle = _LEFT + 80 + scale * max(gains)
    shorter, longer = palette.CHANGE_COLOURS[0], palette.CHANGE_COLOURS[-1]
    words = wording()
    parts = [
        drawing.words(middle - 6, 16, words["chart_shorter"], anchor="end"),
        drawing.words(middle + 6, 16, words["chart_longer"]),
    ]
    for row, (view, gain, loss) in enumerate(zip(shown, gains, losses, strict=True)):
        y = 30 + row * _ROW
        parts += _label(view.option.label, y)
        parts.append(drawing.rectangle(middle - gain * scale, y, gain * scale, 20, shorter))
        parts.append(drawing.rectangle(middle, y, loss * scale, 20, longer))
        parts.append(
            drawing.words(middle - gain * scale - 5, y + 15, people(gain), anchor="end", size=12)
        )
        parts.append(drawing.words(middle + loss * scale + 5, y + 15, people(loss), size=12))
    text = "; ".join(
        words["chart_winners_row"].format(option=view.option.label, gain=people(a), loss=people(b))
        for view, a, b in zip(shown, gains, losses, strict=True)
    )
    return Drawing(
        "chart-winners",
        words["chart_winners"].format(service=views[0].service.label),
        text + ".",
        _WIDTH,
        40 + _ROW * len(shown),
        tuple(parts),
    )


def ranks_chart(ranks: pd.DataFrame, labels: dict[str, str]) -> Drawing:
    """Draw how often each option comes first, second and so on over all weightings.

    Parameters
    ----------
    ranks
        `option`, `rank`, `share`.
    labels
        What each option is called.
    """
    shares = ranks.pivot(index="option", columns="rank", values="share")
    shares = shares.sort_values(list(shares.columns), ascending=False)
    greys = np.linspace(40, 235, len(shares.columns)).astype(int)
    colours = [f"#{level:02x}{level:02x}{min(level + 20, 255):02x}" for level in greys]
    scale = _WIDTH - _LEFT - 20
    parts: list[Markup] = []
    for row, (option, values) in enumerate(shares.iterrows()):
        y = 10 + row * _ROW
        parts += _label(labels[str(option)], y)
        starts = [0.0, *accumulate(values)]
        for start, share, colour in zip(starts[:-1], values, colours, strict=True):
            if share > 0:
                parts.append(drawing.rectangle(_LEFT + start * scale, y, share * scale, 20, colour))
    words = wording()
    names = [words["chart_place"].format(place=place) for place in shares.columns]
    below = 20 + _ROW * len(shares)
    parts += drawing.key(names, colours, x=_LEFT, y=below)
    first = shares.columns[0]
    text = "; ".join(f"{labels[str(name)]}: {shares.loc[name, first]:.0%}" for name in shares.index)
    title, description = words["chart_ranks"], words["chart_ranks_text"].format(shares=text)
    height = below + 20 * len(names) + 6
    return Drawing("chart-ranks", title, description, _WIDTH, height, tuple(parts))


def tornado_chart(tornado: pd.DataFrame) -> Drawing:
    """Draw how the lead of the best option changes with each assumption, the most telling first.

    Parameters
    ----------
    tornado
        `assumption`, `low_margin`, `high_margin` and `margin`, the lead as it stands.
    """
    ends = tornado[["low_margin", "high_margin", "margin"]]
    low, high = min(float(ends.min().min()), 0.0), float(ends.max().max())
    scale = (_WIDTH - _LEFT - 80) / max(high - low, 1e-9)

    def at(margin: float) -> float:
        return _LEFT + 40 + (margin - low) * scale

    height = 44 + _ROW * len(tornado)
    parts = [
        drawing.rule(at(margin), 20, at(margin), height) for margin in (0.0, ends["margin"].iloc[0])
    ]
    words = wording()
    parts.append(drawing.words(at(0), 14, words["chart_equal"], anchor="middle", size=12))
    for row, one in enumerate(tornado.itertuples(index=False)):
        y = 28 + row * _ROW
        start, stop = sorted((float(one.low_margin), float(one.high_margin)))  # type: ignore[arg-type]
        parts += _label(str(one.assumption), y)
        parts.append(drawing.rectangle(at(start), y, max((stop - start) * scale, 1), 20, _LINES[1]))
    turns = tornado.loc[tornado["low_leader"] != tornado["high_leader"], "assumption"]
    key = "chart_tornado_turns" if len(turns) else "chart_tornado_holds"
    text = words[key].format(assumptions="; ".join(turns))
    return Drawing("chart-tornado", words["chart_tornado"], text, _WIDTH, height, tuple(parts))


def _curve_axes(width: float, height: float, left: float, top: float) -> list[Markup]:
    parts = []
    for share in (0, 25, 50, 75, 100):
        y = top + height * (1 - share / 100)
        parts.append(drawing.rule(left, y, width, y))
        parts.append(drawing.words(left - 8, y + 5, f"{share} %", anchor="end", size=12))
    for minute in range(0, _LONGEST_MIN + 1, 10):
        x = left + (width - left) * minute / _LONGEST_MIN
        parts.append(drawing.rule(x, top, x, top + height))
        parts.append(drawing.words(x, top + height + 18, str(minute), anchor="middle", size=12))
    label = wording()["chart_minutes"]
    parts.append(
        drawing.words((left + width) / 2, top + height + 36, label, anchor="middle", size=13)
    )
    return parts


def _label(text: str, y: float) -> list[Markup]:
    """Return a row's name in at most two lines."""
    half = text.rfind(" ", 0, 34) if len(text) > 34 else len(text)  # noqa: PLR2004 (letters a line)
    lines = [one for one in (text[:half], text[half:].strip()) if one]
    top = y + (15 if len(lines) == 1 else 8)
    return [
        drawing.words(_LEFT - 10, top + 14 * number, one, anchor="end", size=12.5)
        for number, one in enumerate(lines)
    ]


def _colour(number: int) -> str:
    return _LINES[number % len(_LINES)]


def _dashes(number: int) -> str:
    return _DASHES[number % len(_DASHES)]
