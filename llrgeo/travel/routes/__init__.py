"""Routes: along which roads the fastest journeys go, beside the times that they take.

`paths` is the line of one journey, `ways` the tree of roads that lead from many places to one
(`way_search` finds it), and `used_roads` the roads that any of some journeys needs.
"""
