"""Words that look like operators: told of, and looked for as the words that they are."""

from __future__ import annotations

LOWER_CASE = frozenset({"and", "or", "not", "And", "Or", "Not"})
TRANSLATED = {
    **dict.fromkeys(("ИЛИ", "или", "АБО", "або", "НЕМЕСЕ", "немесе", "ODER", "oder", "أو"), "OR"),
    **dict.fromkeys(("И", "ТА", "ЖӘНЕ", "UND", "VE"), "AND"),
    **dict.fromkeys(("НЕ", "ЕМЕС", "NICHT", "ليس"), "NOT"),
}
"""By what they mean, of people who search in Russian, Ukrainian, Kazakh, German, Turkish, Arabic.
Words that phrases often hold count only in upper case."""
