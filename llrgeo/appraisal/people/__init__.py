"""Residents: how many, in which groups, and how long each group travels.

`access` is one service's journeys (who is near, far, better or worse off); `people_by_service`
counts people over all services. `people_groups` says who lives in each area, `area_facts` which of
that a study knows. `counts`, `group_sums` and `wide_groups` add up people, each exactly once.
"""
