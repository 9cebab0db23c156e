"""How work is executed: in one process or on a cluster, compiled, or reused from an earlier run.

`tasks` distributes work among processes or workers, `machine_code` compiles functions that loop
over numbers, `computed_once` stores results of functions in the object that they belong to,
`memory` reuses what an earlier run computed (`--watch`), `checked_files` caches what a later
process may read, `free_memory` returns freed memory to the
system, and `extras` says which extra installs a missing package.
"""
