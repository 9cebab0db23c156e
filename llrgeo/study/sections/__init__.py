"""Sections of a study file, as pydantic models: their keys, bounds and faults.

One module for each table of the file (`services`, `options`, `criteria`, `modes`, `transit`,
`indicators`, `appraisal`, `quality`, `capacity`); `capacity_faults` checks those that state
capacity against each other.
"""
