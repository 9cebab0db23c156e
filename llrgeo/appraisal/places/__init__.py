"""Places compared: authorities, and other places that residents belong to.

`authorities` compares them on access, `place_rankings` on more than means, with `rankings` (shared
ranks, and whether a difference is certain); `indicators` are a study's own figures of places.
"""
