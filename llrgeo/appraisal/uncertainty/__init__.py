"""Uncertainty: how far figures and the ranking of options can be trusted.

`robustness` varies the weights of criteria, `sensitivity` one assumption at a time
(`contact_changes` computes those of one service by difference), and `simulation` all at once:
`simulated_errors` draws what journeys are off by, `simulated_sums` adds up each draw, and
`simulated_journeys` finds what options have in common.
"""
