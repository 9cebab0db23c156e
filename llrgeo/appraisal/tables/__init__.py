"""Tables of evidence: one declaration each, by subject, and one registry."""
