"""The names of objectives, apart: the command line tells them before anything heavy is loaded."""

from typing import Final

OBJECTIVE_NAMES: Final = (
    "p-median",
    "mclp",
    "kolm-pollak",
    "mix",
    "lscp",
    "lscp-b",
    "p-centre",
)
"""In the order of `OBJECTIVES`, whose classes they are the names of; a test compares them."""
