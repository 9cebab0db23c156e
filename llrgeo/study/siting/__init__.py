"""Siting in a study: a siting file read, its sites found, and the plan written."""
