"""How work is done: in this process or by a cluster, anew or recalled from an earlier run."""
