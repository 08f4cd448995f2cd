"""Routes, grouping, limits, quiet hours, digests, silences, corroboration, correlation. Pure."""
