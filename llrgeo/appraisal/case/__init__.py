"""The case for and against each option: what an objector would find, found first."""
