"""Road networks turned into travel times."""
