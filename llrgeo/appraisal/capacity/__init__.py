"""Can the places cope? Beds, rooms, teams, staff and estate, over the years.

Every module takes and returns arrays and frames; none reads a study or publishes. The definitions
and their sources are those of `docs/methods`. Default parameters are data with a source and a date
(`data/capacity`), never constants here.
"""
