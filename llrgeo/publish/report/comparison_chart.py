"""Modelled minutes against a reference's, pair by pair, as a drawing."""

import math
from typing import Final

from markupsafe import Markup

from llrgeo.publish.report import drawing
from llrgeo.publish.report.drawing import Drawing
from llrgeo.publish.wording import wording
from llrgeo.travel.compare import TravelTimeComparison

_SIDE: Final = 520.0
_LEFT: Final = 60.0
_TOP: Final = 20.0
_CLOSE: Final = 0.15  # of the reference, as `share_close` of the comparison (DfT, TAG unit M3.1)
_STEPS_MIN: Final = (5, 10, 20, 30, 60)
_MOST_STEPS: Final = 8


def comparison_chart(compared: TravelTimeComparison) -> Drawing:
    """Draw a point a pair; lines of equal times, of 15 % of the reference, and the fitted one."""
    words, pairs, fit = wording(), compared.pairs, compared.fit
    longest = float(pairs[["modelled_min", "reference_min"]].to_numpy().max())
    # The smallest round step that needs no more than eight grid lines.
    step = next((step for step in _STEPS_MIN if longest / step <= _MOST_STEPS), _STEPS_MIN[-1])
    end = step * math.ceil(longest / step)
    # Both axes have one scale, so that equal times lie on the diagonal.
    scale = _SIDE / end
    dots = [
        Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3" fill="{}" fill-opacity="0.5"/>').format(
            _LEFT + scale * modelled, _TOP + _SIDE - scale * reference, drawing.INK
        )
        for modelled, reference in zip(pairs["modelled_min"], pairs["reference_min"], strict=True)
    ]
    row = compared.overall.iloc[0]
    text = words["comparison_text"].format(
        count=words.number(len(pairs)),
        bias=words.number(row["bias_min"], 1),
        error=words.number(row["mae_min"], 1),
        r2="-" if math.isnan(row["r2"]) else words.number(row["r2"], 3),
        close=words.share(row["share_close"]),
        delay=words.number(fit.delay_min, 1),
        factor=words.number(fit.factor, 3),
    )
    if compared.is_rough:
        text += " " + words["comparison_rough"]
    parts = (
        *_axes(end, step),
        _straight(1 / (1 + _CLOSE), 0.0, end, dashes="6 4"),
        _straight(1 / (1 - _CLOSE), 0.0, end, dashes="6 4"),
        _straight(1.0, 0.0, end),
        _straight(fit.factor, fit.delay_min, end, dashes="2 4"),
        *dots,
    )
    title = words["comparison_title"]
    return Drawing("comparison", title, text, _LEFT + _SIDE + 20, _TOP + _SIDE + 60, parts)


def _straight(slope: float, delay: float, end: float, *, dashes: str = "") -> Markup:
    """Draw reference = delay + slope x modelled, as far as it lies within the axes."""
    last = min(end, (end - delay) / slope) if slope > 0 else end
    scale = _SIDE / end
    points = [(_LEFT + scale * x, _TOP + _SIDE - scale * (delay + slope * x)) for x in (0.0, last)]
    return drawing.line(points, drawing.QUIET, dashes=dashes)


def _axes(end: int, step: int) -> list[Markup]:
    words, parts = wording(), []
    for minute in range(0, end + 1, step):
        # Both axes have one scale, so that equal minutes lie on the diagonal.
        along = _SIDE * minute / end
        parts.append(drawing.rule(_LEFT + along, _TOP, _LEFT + along, _TOP + _SIDE))
        parts.append(drawing.rule(_LEFT, _TOP + along, _LEFT + _SIDE, _TOP + along))
        low, left = _TOP + _SIDE + 18, _TOP + _SIDE - along + 5
        parts.append(drawing.words(_LEFT + along, low, str(minute), anchor="middle", size=12))
        parts.append(drawing.words(_LEFT - 8, left, str(minute), anchor="end", size=12))
    middle = _LEFT + _SIDE / 2
    parts.append(
        drawing.words(
            middle, _TOP + _SIDE + 40, words["comparison_modelled"], anchor="middle", size=13
        )
    )
    parts.append(drawing.words(_LEFT + 6, _TOP + 14, words["comparison_reference"], size=13))
    return parts
