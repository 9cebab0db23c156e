"""How work is done: in this process or by a cluster, compiled, or recalled from an earlier run.

`tasks` shares work among processes or workers, `machine_code` compiles the functions that loop
over numbers, and `memory` finds again what an earlier run worked out.
"""
