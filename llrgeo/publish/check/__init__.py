"""Checks of a published page: what it loads, who can use it, whether its figures agree."""
