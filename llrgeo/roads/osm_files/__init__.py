"""OpenStreetMap files, read and merged: the streets as mapped, not yet interpreted.

`extract` merges files, `osm_file` reads one of them, and `elements` has what it holds. Files in
XML are read by osmium (`osm_text` finds their deleted elements). PBF files are checked by `pbf` to
be complete, and read as arrays by `pbf_blocks` and `pbf_arrays` where they are written as extracts
usually are, else by osmium. `ids` looks up ids.
"""
