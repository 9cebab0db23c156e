"""Journeys: which site each area uses for a service, and what follows for people and sites.

`nearest_sites` chooses the sites and `use_arrays` computes with them, as arrays over the areas: the
evaluation computes nowhere else. `service_use` shares this between options, `service_result`
makes frames of it. `activity` is the load of sites and the flows between them, `burden` trips,
hours, kilometres and carbon, `staff_travel` the rounds of teams; `assignment` fills limited room.
"""
