"""The background check: facts, verbs, sources, records and desks."""
