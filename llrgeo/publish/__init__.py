"""Evidence turned into pages, maps and tables."""
