"""Isochrones: the roads and the areas from which a site is reached within some minutes.

`reachable` has the two functions that callers use. An area is drawn in steps: `site_search` finds
times along the edges of the network, `rough_times` which cells of a grid may be in reach,
`time_surface` the exact time between any point and the site, `contours` where that equals the
limit (marching squares), and `border_rings` the polygons that these borders enclose.
"""
