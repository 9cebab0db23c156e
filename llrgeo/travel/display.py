"""How travel times are shown in a notebook: a corner of the matrix, and a coverage curve."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from llrgeo.execution.extras import require_plotting
from llrgeo.html_repr import card, heat_table
from llrgeo.schema import counted

if TYPE_CHECKING:  # drawn by pandas when it is asked for
    from matplotlib.axes import Axes

_SHOWN: Final = (8, 6)  # areas and sites


def minutes_card(minutes: pd.DataFrame, facts: Mapping[str, str]) -> str:
    """Return a card of facts about minutes, areas by sites, over a corner of them."""
    areas, sites = minutes.shape
    size = {
        "shape": f"{areas:,} areas x {sites:,} sites",
        "pairs without a way": int(np.isinf(minutes.to_numpy()).sum()),
    }
    corner = heat_table(minutes.iloc[: _SHOWN[0], : _SHOWN[1]])
    return card("Travel times in minutes", {**size, **facts}, corner)


def minutes_line(minutes: pd.DataFrame, journey: str) -> str:
    """Return a line about minutes, areas by sites: the journey, the size, pairs without a way."""
    areas, sites = minutes.shape
    size = f"{counted(areas, 'area')} x {counted(sites, 'site')}"
    without = int(np.isinf(minutes.to_numpy()).sum())
    return f"<TravelTimes {journey}: {size}, {counted(without, 'pair')} without a way>"


def plot_coverage(minutes: pd.DataFrame, journey: str, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of areas within each number of minutes of their nearest site.

    Parameters
    ----------
    minutes
        Areas by sites; +inf where there is no way. Every area counts once, whatever its residents:
        the curve ends below 1 where some have no way.
    journey
        The mode and period, for the axis.
    ax
        Where to draw; a new figure if not given.
    """
    require_plotting()
    nearest = np.sort(minutes.min(axis=1).to_numpy())
    share = pd.Series(np.arange(1, len(nearest) + 1) / max(len(nearest), 1), index=nearest)
    axes: Axes = share[np.isfinite(nearest)].plot(
        ax=ax, drawstyle="steps-post", xlim=(0, None), ylim=(0, 1.02)
    )
    where = journey.replace("_", " ")
    axes.set(xlabel=f"minutes to the nearest site ({where})", ylabel="share of areas")
    return axes
