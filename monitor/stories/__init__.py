"""Near-duplicates and same-event clustering. Pure."""
