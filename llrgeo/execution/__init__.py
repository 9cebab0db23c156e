"""How work is done: in one process or a cluster, compiled, or recalled from an earlier run.

`tasks` shares work among processes or workers, `machine_code` compiles the functions that loop
over numbers, `computed_once` stores results of functions in the object that they are of,
`memory` finds again what an earlier run computed (`--watch`), and `free_memory` gives back to the
system what steps leave free.
"""
