"""Difference of two runs: settings, inputs and figures that changed, as tables and as a page."""
