"""Accessibility: further measures of how well people reach services, one module each.

`catchments` (two-step floating catchments), `equity` (do long journeys fall on the deprived),
`walking` (journeys without a car), `home_visits` (whom teams reach in time), `cross_border` (flows
from and to neighbours) and `site_choice` (what changes if people choose sites by another rule).
"""
