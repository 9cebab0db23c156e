"""Travel times of other tools: matrices read from files, and routers over a server of the user's.

`matrices` reads tables of any shape and `server_answers` the JSON that servers give; `matrix_ids`
compares their ids with the study's. `servers` sends requests to OSRM and Valhalla.
"""
