"""The study as one thing: its file, its inputs, its run. Start with `run`."""
