"""Shortest paths: searches of a graph for the fastest way from many places to many others.

Begin with `graph` (what is searched: directed arcs whose time and length are one integer) and
`od_matrix` (what is asked: origins and destinations joined to nodes). `engines` chooses between:

- `dijkstra` (Dijkstra 1959, by scipy) on a graph made smaller by `chains` and `forced_arcs`;
- `hierarchy`, a contraction hierarchy (`contraction` builds it, `phast` reads matrices from it).

`search_trees` and `bucket_search` find whole trees, for routes as well as times. `compiled` has
the work arrays and the heap that compiled searches share. All engines give the same integers.
"""
