"""Siting: where services should be, with a certificate of how good the answer is."""
