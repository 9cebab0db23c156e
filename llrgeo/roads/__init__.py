"""Road networks: built from OpenStreetMap or others' graphs, saved, and prepared for searches.

Begin with `network`: a `RoadNetwork` is two tables with a description; `network_files` saves and
loads it, and `network_checks` refuses values that no road has. `osm` builds one, in the order of
`osm_files/` (files are read), `streets` with `rules/` and `speeds` (tags are interpreted for a
mode), `sections` with `way_nodes` and `junction_barriers` (ways are cut where roads meet),
`timing` with `urban` and `private_roads` (each direction gets its times), `restrictions` and
`turns` (turns are put into the graph), `coverage` and `landmarks` (what maps need besides).

`snap` joins points to roads, with `piece_grid` and `edge_lines` for the geometry, and `water` notes
points joined across a river. Networks in other forms: `exchange` and `osmnx_graph` (OSMnx and
networkx graphs), `packed` with `packed_streets` (for web pages), `part` (some of the roads),
`walking` (a driving network on foot), `main_roads` (lines for maps).
"""
