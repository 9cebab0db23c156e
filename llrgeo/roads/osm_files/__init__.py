"""OpenStreetMap files, read and merged: the streets as mapped, not yet interpreted."""
