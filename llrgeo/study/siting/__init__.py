"""Siting in a study: read a siting file, find the best sites, and write the plan.

`config` is the siting file, `services` sets up and solves its problem (with `proposed_sites` as
candidates), `summary` words the answer and `files` writes it. `beds` answers how many sites a
number of beds needs.
"""
