"""Networks, timetables and matrices of other tools turned into travel times.

Begin with `times`: `TravelTimes` is what every router gives and all later rooms work from, and
`Router` the one method that a router needs. Routers are in `routers` (over a road network),
`transit/` (timetables), `imported/` (matrices and servers of others) and `straight_lines`.

`search/` has the shortest-path searches below `routers`; `isochrones/` and `routes/` answer what
a matrix cannot. Around the matrix: `dataset` computes one larger than memory, `cache` and
`known_matrices` find earlier ones again, `accuracy`, `compare` and `edge_effects` say how far
to trust one.
"""
