"""The charts of the report, each with room for its words on a phone: labels are above the bars.

The numbers of a chart are in a table beside it; both are made from the same frame.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import numpy as np
import pandas as pd
from markupsafe import Markup

from llrgeo.publish import palette
from llrgeo.publish.option_view import OptionView, journey_label
from llrgeo.publish.pages import number, people, share
from llrgeo.publish.report import drawing
from llrgeo.publish.report.drawing import Drawing, safe_name
from llrgeo.publish.report.ranking import assumption_label
from llrgeo.publish.wording import wording

# Okabe and Ito's colours, told apart with any colour vision; dashes tell them apart in print.
_LINES: Final = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_DASHES: Final = ("", "10 4", "3 3", "14 4 3 4", "6 6", "8 3 2 3 2 3", "18 6")
COVERAGE: Final = "chart-coverage"  # begins the names of all these charts
_WIDTH: Final = 480.0
_ROW: Final = 46.0  # height of a bar with its label
_BAR: Final = 18.0
_NUMBERS: Final = 70.0  # room for a number beside a bar
_LONGEST_MIN: Final = 60
_NEARLY_ALL: Final = 0.995


def coverage_curves(views: Sequence[OptionView]) -> Drawing:
    """Draw the share of residents within each number of minutes, one line an option."""
    words, left, top, size = wording(), 48.0, 14.0, (424.0, 260.0)
    end = _last_minute(views)
    parts = _curve_axes((left, top), size, end)
    for place, view in enumerate(views):
        look = (_LINES[place % len(_LINES)], _DASHES[place % len(_DASHES)])
        # One point a minute; up is more people, so heights are taken from the top.
        points = [
            (left + size[0] * x / end, top + size[1] * (1 - part))
            for x, part in enumerate(coverage(view)[: end + 1])
        ]
        y = top + size[1] + 62 + 22 * place
        parts.append(drawing.line(points, look[0], dashes=look[1]))
        parts.append(drawing.line([(8, y - 5), (50, y - 5)], look[0], dashes=look[1]))
        parts.append(drawing.words(58, y, view.option.label))
    # The same words as the explorer has for how and when people travel.
    label = words["chart_minutes"].format(journey=journey_label(views[0].journey))
    middle = left + size[0] / 2
    parts.append(drawing.words(middle, top + size[1] + 36, label, anchor="middle"))
    at_20 = "; ".join(f"{view.option.label}: {share(coverage(view)[20])}" for view in views)
    lose = [view.everyone["worsened"] + view.everyone["lost"] for view in views[1:]]
    longer = "; ".join(
        f"{view.option.label}: {people(count)}" for view, count in zip(views[1:], lose, strict=True)
    )
    return Drawing(
        f"{COVERAGE}-{safe_name(views[0].service.id)}",
        words["chart_coverage"].format(service=views[0].service.label),
        words["chart_coverage_text"].format(shares=at_20, longer=longer),
        _WIDTH,
        top + size[1] + 56 + 22 * len(views),
        tuple(parts),
    )


def coverage(view: OptionView) -> list[float]:
    """Return the share of all residents within 0, 1 ... 60 minutes (docs/methods 2)."""
    minutes, people = view.areas["after_min"].to_numpy(), view.areas["people"].to_numpy()
    # From the shortest journey to the longest: those within x minutes are the first of a sum.
    order = np.argsort(minutes)
    within = np.concatenate([[0], np.cumsum(people[order])])
    count = np.searchsorted(minutes[order], np.arange(_LONGEST_MIN + 1), side="right")
    shares: list[float] = (within[count] / within[-1]).tolist()
    return shares


def winners_chart(winners: pd.DataFrame) -> Drawing:
    """Draw the people whose journey becomes shorter (left) and longer (right), bar by bar.

    Parameters
    ----------
    winners
        People `shorter` and `longer`, one row an option, on what the option is called.
    """
    words = wording()
    gains, losses = winners["shorter"], winners["longer"]
    # One scale for both sides, so that bars to the left and right compare.
    scale = (_WIDTH - 2 * _NUMBERS) / max(gains.max() + losses.max(), 1)
    middle = _NUMBERS + scale * gains.max()
    parts = drawing.key(
        [words["chart_shorter"], words["chart_longer"]],
        [palette.CHANGE_COLOURS[0], palette.CHANGE_COLOURS[-1]],
        x=0,
        y=2,
    )
    for row, (label, gain, loss) in enumerate(zip(winners.index, gains, losses, strict=True)):
        y = 62 + row * _ROW
        start, stop = middle - gain * scale, middle + loss * scale
        parts.append(drawing.words(0, y, str(label)))
        parts.append(_bar(start, middle, y, palette.CHANGE_COLOURS[0]))
        parts.append(_bar(middle, stop, y, palette.CHANGE_COLOURS[-1]))
        parts.append(drawing.words(start - 5, y + 21, people(gain), anchor="end", size=13))
        parts.append(drawing.words(stop + 5, y + 21, people(loss), size=13))
    text = "; ".join(
        words["chart_winners_row"].format(option=label, gain=people(gain), loss=people(loss))
        for label, gain, loss in zip(winners.index, gains, losses, strict=True)
    )
    height = 50 + _ROW * len(winners)
    return Drawing("chart-winners", words["chart_winners"], f"{text}.", _WIDTH, height, (*parts,))


def ranks_chart(shares: pd.DataFrame) -> Drawing:
    """Draw how often each option comes first, second and so on over all weightings.

    Parameters
    ----------
    shares
        One row an option, on what it is called, and one column a place, 1 for the first.
    """
    words, scale = wording(), _WIDTH - 2
    # Darker is better; a touch of blue tells the greys from the page's own.
    greys = np.linspace(40, 235, len(shares.columns)).astype(int)
    colours = [f"#{level:02x}{level:02x}{min(level + 20, 255):02x}" for level in greys]
    parts: list[Markup] = []
    for row, (label, values) in enumerate(shares.iterrows()):
        y = 16 + row * _ROW
        parts.append(drawing.words(0, y, str(label)))
        # Each row fills the width: shares of all weightings, from first place to last.
        starts = [0.0, *accumulate(values)]
        parts += [
            _bar(1 + start * scale, 1 + (start + part) * scale, y, colour)
            for start, part, colour in zip(starts[:-1], values, colours, strict=True)
            if part > 0
        ]
    names = [words["chart_place"].format(place=place) for place in shares.columns]
    below = 16 + _ROW * len(shares)
    parts += drawing.key(names, colours, x=0, y=below)
    first = shares[shares.columns[0]]
    text = "; ".join(f"{label}: {share(part)}" for label, part in first.items())
    title, description = words["chart_ranks"], words["chart_ranks_text"].format(shares=text)
    height = below + 20 * len(names)
    return Drawing("chart-ranks", title, description, _WIDTH, height, tuple(parts))


def tornado_chart(tornado: pd.DataFrame) -> Drawing:
    """Draw how the lead of the best option changes with each assumption, the most telling first.

    Parameters
    ----------
    tornado
        `assumption`, `low_margin`, `high_margin` and `margin`, the lead as assumed;
        `low_leader` and `high_leader`, who leads then.
    """
    words = wording()
    ends = tornado[["low_margin", "high_margin", "margin"]]
    low, high = min(float(ends.min().min()), 0.0), float(ends.max().max())
    # The axis always holds 0, where the best option has no lead.
    scale = (_WIDTH - 40) / max(high - low, 1e-9)

    def at(margin: float) -> float:
        return 20 + (margin - low) * scale

    height = 26 + _ROW * len(tornado)
    assumed = float(tornado["margin"].iloc[0])
    lead = words["chart_lead"].format(lead=number(assumed, 3))
    anchor = "middle" if 2 * at(assumed) < _WIDTH else "end"
    parts = [drawing.rule(at(margin), 20, at(margin), height) for margin in (0.0, assumed)]
    parts.append(drawing.words(max(at(0) - 20, 0), 14, words["chart_equal"], size=13))
    parts.append(drawing.words(at(assumed), 14, lead, anchor=anchor, size=13))
    margins = tornado[["low_margin", "high_margin"]]
    for row, case in enumerate(tornado.itertuples(index=False)):
        y = 40 + row * _ROW
        # Low may be above high, where more of something helps the leader.
        start, stop = sorted(map(float, margins.iloc[row]))
        parts.append(drawing.words(0, y, assumption_label(str(case.assumption))))
        parts.append(_bar(at(start), max(at(stop), at(start) + 1), y, _LINES[1]))
    turns = tornado.loc[tornado["low_leader"] != tornado["high_leader"], "assumption"]
    key = "chart_tornado_turns" if len(turns) else "chart_tornado_holds"
    text = words[key].format(assumptions="; ".join(map(assumption_label, turns)))
    return Drawing("chart-tornado", words["chart_tornado"], text, _WIDTH, height, tuple(parts))


def _last_minute(views: Sequence[OptionView]) -> int:
    """Return the last minute to draw: of the tens, the first by which nearly all have arrived."""
    curves = [coverage(view) for view in views]
    return next(
        end
        for end in range(10, _LONGEST_MIN + 1, 10)
        if end == _LONGEST_MIN or all(curve[end] >= _NEARLY_ALL * curve[-1] for curve in curves)
    )


def _curve_axes(corner: tuple[float, float], size: tuple[float, float], end: int) -> list[Markup]:
    """Draw shares up the side and minutes along the foot of a chart."""
    (left, top), (width, height) = corner, size
    parts = []
    for percent in (0, 25, 50, 75, 100):
        y = top + height * (1 - percent / 100)
        parts.append(drawing.rule(left, y, left + width, y))
        parts.append(drawing.words(left - 6, y + 5, share(percent / 100), anchor="end", size=13))
    for minute in range(0, end + 1, 10):
        x = left + width * minute / end
        parts.append(drawing.rule(x, top, x, top + height))
        parts.append(drawing.words(x, top + height + 18, str(minute), anchor="middle", size=13))
    return parts


def _bar(start: float, stop: float, y: float, colour: str) -> Markup:
    """Return a bar under a label whose foot is at `y`."""
    return drawing.rectangle(start, y + 7, stop - start, _BAR, colour)
