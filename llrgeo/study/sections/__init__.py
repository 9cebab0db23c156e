"""Sections of a study file: what each may say, and what is wrong with it."""
