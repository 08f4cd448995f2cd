"""Wildcard terms against one word: by prefix and suffix where they can, one by one where not."""

from __future__ import annotations

import re
from collections.abc import Iterable

_Table = dict[int, dict[str, list[int]]]


def expression(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a wildcard pattern, to be matched fully.

    Stars after the first are taken at the first place that fits what follows, so that time is at
    most quadratic in the word's length.
    """
    parts = pattern.split("*")
    head, *rest = [re.escape(part).replace(r"\?", ".") for part in parts]
    if not rest:
        return re.compile(head, re.DOTALL)
    *middle, tail = rest
    steps = "".join(f"(?>.*?{part})" for part in middle if part)
    return re.compile(f"{head}{steps}.*{tail}", re.DOTALL)


class WildcardTerms:
    """Folded patterns with `*` and `?`, arranged for the question which of them fit a word."""

    __slots__ = ("_others", "_prefixes", "_suffixes")

    def __init__(self, patterns: Iterable[tuple[str, int]]) -> None:
        """Take terms as (pattern, atom)."""
        self._prefixes: _Table = {}
        self._suffixes: _Table = {}
        self._others: dict[str, list[tuple[re.Pattern[str], int]]] = {}
        for pattern, atom in patterns:
            self._add(pattern, atom)

    def _add(self, pattern: str, atom: int) -> None:
        literal = pattern.replace("*", "").replace("?", "")
        if pattern == f"{literal}*":
            table, key = self._prefixes, literal
        elif pattern == f"*{literal}":
            table, key = self._suffixes, literal
        else:
            first = pattern[0] if pattern[0] not in "*?" else ""
            self._others.setdefault(first, []).append((expression(pattern), atom))
            return
        table.setdefault(len(key), {}).setdefault(key, []).append(atom)

    def matching(self, word: str) -> list[int]:
        """Return the atoms of the patterns that fit the whole word."""
        found: list[int] = []
        for length, prefixes in self._prefixes.items():
            if atoms := prefixes.get(word[:length]):
                found += atoms
        for length, suffixes in self._suffixes.items():
            if length <= len(word) and (atoms := suffixes.get(word[-length:])):
                found += atoms
        for first in (word[0], ""):
            for fits, atom in self._others.get(first, ()):
                if fits.fullmatch(word):
                    found.append(atom)
        return found
