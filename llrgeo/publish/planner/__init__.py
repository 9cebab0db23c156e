"""The planner: a page on which a place is tried anywhere, and all figures follow at once."""
