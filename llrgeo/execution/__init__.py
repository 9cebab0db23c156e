"""How work is done: in this process or by a cluster, computed or recalled from an earlier run."""
