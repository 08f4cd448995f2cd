"""Leaves: what occurs in a text. Each is one object for all rules that look for the same."""

# ruff: noqa: D102 - what the methods promise stands at Leaf

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from monitor.matching.atoms import Atom
from monitor.matching.intervals import Interval
from monitor.matching.reading import BODY, LEAD_BODY, TITLE, WHOLE, Reading, Scope, Span
from monitor.matching.wildcards import expression
from monitor.model.condition import Exact, Number, Wildcard, WordPattern

_SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which no encoding has: RE2 would not take them."""


class Leaf(ABC):
    """Something that occurs in a text."""

    __slots__ = ()

    @abstractmethod
    def holds(self, reading: Reading, scope: Scope) -> bool:
        """Whether it occurs within the scope."""

    @abstractmethod
    def intervals(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        """Return the words of each occurrence within the scope, sorted, each once."""

    @abstractmethod
    def spans(self, reading: Reading, scope: Scope) -> Sequence[Span]:
        """Return the characters of each occurrence within the scope, in order."""

    @abstractmethod
    def spans_at(self, reading: Reading, scope: Scope, interval: Interval) -> Sequence[Span]:
        """Return the characters of the occurrences with exactly these words."""


class _Words(Leaf):
    """A leaf made of words."""

    __slots__ = ()

    @abstractmethod
    def everywhere(self, reading: Reading) -> Sequence[Interval]:
        """Return the occurrences in the whole article."""

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return bool(self.intervals(reading, scope))

    def intervals(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        found: Sequence[Interval] | None = reading.found.get(self)
        if found is None:
            found = reading.found[self] = self.everywhere(reading)
        if scope == WHOLE or not found:
            return found
        key = self, scope
        inside: Sequence[Interval] | None = reading.found.get(key)
        if inside is None:
            inside = reading.found[key] = reading.within(found, scope)
        return inside

    def spans(self, reading: Reading, scope: Scope) -> Sequence[Span]:
        return [reading.span(interval) for interval in self.intervals(reading, scope)]

    def spans_at(self, reading: Reading, scope: Scope, interval: Interval) -> Sequence[Span]:  # noqa: ARG002 - the interval is of this scope
        return (reading.span(interval),)


class Word(_Words):
    """One word, however it is written: exact, wildcard, fuzzy or stem, without regard to case."""

    __slots__ = ("atom",)

    def __init__(self, atom: Atom) -> None:
        self.atom = atom

    def holds(self, reading: Reading, scope: Scope) -> bool:
        if not reading.present[self.atom]:
            return False
        return scope == WHOLE or bool(self.intervals(reading, scope))

    def everywhere(self, reading: Reading) -> Sequence[Interval]:
        if not reading.present[self.atom]:
            return ()
        return [(at, at) for at in reading.positions(self.atom)]


class Series(_Words):
    """Several plain words in this order."""

    __slots__ = ("atom",)

    def __init__(self, atom: Atom) -> None:
        self.atom = atom

    def holds(self, reading: Reading, scope: Scope) -> bool:
        if not reading.present[self.atom]:
            return False
        return scope == WHOLE or bool(self.intervals(reading, scope))

    def everywhere(self, reading: Reading) -> Sequence[Interval]:
        return reading.run(self.atom)


class Sequel(_Words):
    """Words of any kind in this order; also a single word whose letter case counts."""

    __slots__ = ("_anchor", "_cased", "atoms")

    def __init__(self, patterns: Sequence[WordPattern], atoms: Sequence[Atom | None]) -> None:
        self.atoms = tuple(atoms)
        self._anchor = next(at for at, atom in enumerate(atoms) if atom is not None)
        self._cased = {
            number: expression(pattern.pattern)
            if isinstance(pattern, Wildcard)
            else re.compile(re.escape(pattern.text))
            for number, pattern in enumerate(patterns)
            if isinstance(pattern, Exact | Wildcard) and pattern.case
        }

    def everywhere(self, reading: Reading) -> Sequence[Interval]:
        present = reading.present
        if any(atom is not None and not present[atom] for atom in self.atoms):
            return ()
        anchor = self._anchor
        atom = self.atoms[anchor]
        assert atom is not None  # noqa: S101 - how the anchor was chosen
        end = len(reading) - len(self.atoms)
        more = len(self.atoms) - 1
        starts = [at - anchor for at in reading.positions(atom)]
        return [
            (at, at + more)
            for at in starts
            if 0 <= at <= end
            and reading.paragraph(at) == reading.paragraph(at + more)
            and all(self._fit(reading, number, at + number) for number in range(more + 1))
        ]

    def _fit(self, reading: Reading, number: int, position: int) -> bool:
        if cased := self._cased.get(number):
            fits = cased.fullmatch(reading.kept(position)) is not None
            return fits and not reading.silent(position)
        atom = self.atoms[number]
        return atom is None or reading.has(position, atom)


class _Characters(Leaf):
    """A leaf that is found by its characters."""

    __slots__ = ()

    @abstractmethod
    def everywhere(self, reading: Reading) -> Sequence[Span]:
        """Return the occurrences in the whole article."""

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return bool(self.spans(reading, scope))

    def spans(self, reading: Reading, scope: Scope) -> Sequence[Span]:
        found: Sequence[Span] | None = reading.found.get(self)
        if found is None:
            found = reading.found[self] = self.everywhere(reading)
        if scope == WHOLE or not found:
            return found
        end = reading.lead_end() if scope & LEAD_BODY else len(reading.article.body)
        body = scope & (LEAD_BODY | BODY)
        return [span for span in found if (body and span[2] <= end if span[0] else scope & TITLE)]

    def intervals(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        return self._touching(reading, scope)[0]

    def spans_at(self, reading: Reading, scope: Scope, interval: Interval) -> Sequence[Span]:
        return self._touching(reading, scope)[1].get(interval, ())

    def _touching(
        self, reading: Reading, scope: Scope
    ) -> tuple[list[Interval], dict[Interval, list[Span]]]:
        """Return the words that occurrences touch, sorted, and the occurrences by their words."""
        key = self, scope
        found: tuple[list[Interval], dict[Interval, list[Span]]] | None = reading.found.get(key)
        if found is None:
            by_words: dict[Interval, list[Span]] = {}
            for span in self.spans(reading, scope):
                if (interval := reading.touched(span)) is not None:
                    by_words.setdefault(interval, []).append(span)
            found = reading.found[key] = sorted(by_words), by_words
        return found


class Figure(_Characters):
    """A number within bounds."""

    __slots__ = ("number",)

    def __init__(self, number: Number) -> None:
        self.number = number

    def everywhere(self, reading: Reading) -> Sequence[Span]:
        return [span for span, found in reading.numbers() if self._fits(found.value)]

    def _fits(self, value: float) -> bool:
        low, high = self.number.low, self.number.high
        if low is not None and (value < low or (value == low and self.number.low_open)):
            return False
        return high is None or value < high or (value == high and not self.number.high_open)


class Expression(_Characters):
    """A regular expression over the text as stored."""

    __slots__ = ("_compiled",)

    def __init__(self, pattern: str, ignore_case: bool) -> None:  # noqa: FBT001 - as in the model
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 8 << 20
        self._compiled = re2.compile(f"(?i:{pattern})" if ignore_case else pattern, options)

    def everywhere(self, reading: Reading) -> Sequence[Span]:
        return [
            (in_body, *found.span())
            for in_body, text in ((False, reading.article.title), (True, reading.article.body))
            for found in self._compiled.finditer(_SURROGATES.sub("\ufffd", text))
            if found.end() > found.start()
        ]
