"""Road networks: read, built, saved, and points snapped to them."""
