"""The explorer: one page that works from disk and asks for nothing."""
