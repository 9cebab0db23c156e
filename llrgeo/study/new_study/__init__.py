"""New studies: a template to edit, or a whole study from official data.

`template` copies a study file to start from. `area` builds a whole study of integrated care boards
from official data, with `study_file` (its TOML), `timetables` and `years`.
"""
