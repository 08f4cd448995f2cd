"""The nodes that have places in the text, for NEAR and ATLEAST: where they hold."""

# ruff: noqa: D102 - what the methods promise stands at Node and Placed

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import Sequence

from monitor.matching.atoms import Atom
from monitor.matching.intervals import (
    Interval,
    count_apart,
    ordered,
    split_by_unit,
    taking_part,
    unordered,
)
from monitor.matching.leaves import Leaf, Word
from monitor.matching.nodes import Node
from monitor.matching.reading import BODY, LEAD_BODY, WHOLE, Proofs, Reading, Scope, Span
from monitor.model.condition import Unit
from monitor.model.hit import Evidence

MOST_SPANS = 50
"""Pieces of evidence that one leaf of a rule gives at most, the first ones by position."""

_FEW_PAIRS = 64
"""Pairs of words that NEAR compares one by one."""
MOST_PAIRS = 24
"""A list of more terms is asked what the article has, instead of term by term."""

Path = tuple[int, ...]
Taking = dict[Path, tuple["Occurring", set[Span]]]
"""The leaves within a NEAR, by their place in it, with the spans that take part."""


class Placed(Node):
    """A node that has places in the text: an operand of NEAR and ATLEAST."""

    __slots__ = ()

    @abstractmethod
    def intervals(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        """Return the words of each occurrence, sorted, each once."""

    def points(self, reading: Reading) -> Sequence[int] | None:  # noqa: ARG002 - some can tell
        """Return where it occurs if that is single words and quickly told, in any order."""
        return None

    @abstractmethod
    def take(
        self, reading: Reading, scope: Scope, interval: Interval, path: Path, taking: Taking
    ) -> None:
        """Add the leaves' spans that make up the occurrence at an interval."""

    @abstractmethod
    def take_all(self, reading: Reading, scope: Scope, path: Path, taking: Taking) -> None:
        """Add the leaves' spans of every occurrence."""


def prove_taken(reading: Reading, taking: Taking, proofs: Proofs) -> None:
    """Add the evidence of leaves, the first spans of each."""
    for leaf, spans in taking.values():
        proofs.update(reading.prove(span, leaf.source) for span in sorted(spans)[:MOST_SPANS])


class Occurring(Placed):
    """A leaf as written: one object for all rules that write it the same."""

    __slots__ = ("leaf", "source")

    def __init__(self, leaf: Leaf, source: str) -> None:
        self.leaf = leaf
        self.source = source

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return self.leaf.holds(reading, scope)

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        key = self if scope == WHOLE else (self, scope)
        found: list[Evidence] | None = reading.found.get(key)
        if found is None:
            spans = self.leaf.spans(reading, scope)[:MOST_SPANS]
            found = reading.found[key] = [reading.prove(span, self.source) for span in spans]
        proofs.update(found)

    def intervals(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        return self.leaf.intervals(reading, scope)

    def points(self, reading: Reading) -> Sequence[int] | None:
        leaf = self.leaf
        return reading.positions(leaf.atom) if isinstance(leaf, Word) else None

    def take(
        self, reading: Reading, scope: Scope, interval: Interval, path: Path, taking: Taking
    ) -> None:
        taken = taking.setdefault(path, (self, set()))[1]
        taken.update(self.leaf.spans_at(reading, scope, interval))
        if len(taken) > 20 * MOST_SPANS:  # occurrences come in order: later ones are not shown
            for span in sorted(taken)[MOST_SPANS:]:
                taken.remove(span)

    def take_all(self, reading: Reading, scope: Scope, path: Path, taking: Taking) -> None:
        spans = self.leaf.spans(reading, scope)[:MOST_SPANS]
        taking.setdefault(path, (self, set()))[1].update(spans)


class AnyPlaced(Placed):
    """At least one operand holds, and each has places in the text."""

    __slots__ = ("operands",)

    def __init__(self, operands: Sequence[Placed]) -> None:
        self.operands = tuple(operands)

    def possible(self, reading: Reading) -> Sequence[Placed]:  # noqa: ARG002 - others ask it
        """Return the operands that may hold."""
        return self.operands

    def holds(self, reading: Reading, scope: Scope) -> bool:
        return any(operand.holds(reading, scope) for operand in self.possible(reading))

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        for operand in self.possible(reading):
            if operand.holds(reading, scope):
                operand.prove(reading, scope, proofs)

    def intervals(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        key = self, scope
        found: Sequence[Interval] | None = reading.found.get(key)
        if found is None:
            found = reading.found[key] = self._united(reading, scope)
        return found

    def _united(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        operands = self.possible(reading)
        if len(operands) == 1:
            return operands[0].intervals(reading, scope)
        return sorted({it for operand in operands for it in operand.intervals(reading, scope)})

    def take(
        self, reading: Reading, scope: Scope, interval: Interval, path: Path, taking: Taking
    ) -> None:
        for operand in self._by_words(reading, scope).get(interval, ()):
            operand.take(reading, scope, interval, (*path, id(operand)), taking)

    def _by_words(self, reading: Reading, scope: Scope) -> dict[Interval, list[Placed]]:
        """Return for the words of each occurrence the operands that occur there."""
        key = self, scope, "by words"
        found: dict[Interval, list[Placed]] | None = reading.found.get(key)
        if found is None:
            found = reading.found[key] = {}
            for operand in self.possible(reading):
                for interval in operand.intervals(reading, scope):
                    found.setdefault(interval, []).append(operand)
        return found

    def take_all(self, reading: Reading, scope: Scope, path: Path, taking: Taking) -> None:
        for operand in self.possible(reading):
            operand.take_all(reading, scope, (*path, id(operand)), taking)


class Listed(AnyPlaced):
    """Terms of which the article knows at once whether it has them."""

    __slots__ = ("_atoms", "_by_atom", "pairs")

    def __init__(self, pairs: Sequence[tuple[Atom, Occurring]]) -> None:
        super().__init__([operand for _, operand in pairs])
        self.pairs = tuple(pairs)
        self._atoms = array("i", (atom for atom, _ in pairs))
        self._by_atom: dict[Atom, list[Occurring]] = {}
        if len(pairs) > MOST_PAIRS:
            for atom, operand in pairs:
                self._by_atom.setdefault(atom, []).append(operand)

    def possible(self, reading: Reading) -> Sequence[Placed]:
        by_atom = self._by_atom
        if by_atom:
            return [each for atom in reading.atoms for each in by_atom.get(atom, ())]
        present, operands = reading.present, self.operands
        return [operands[at] for at, atom in enumerate(self._atoms) if present[atom]]

    def points(self, reading: Reading) -> Sequence[int] | None:
        found: list[int] = []
        for operand in self.possible(reading):
            points = operand.points(reading)
            if points is None:
                return None
            found += points
        return found

    def holds(self, reading: Reading, scope: Scope) -> bool:
        possible = self.possible(reading)
        if scope == WHOLE:
            return bool(possible)
        return any(operand.holds(reading, scope) for operand in possible)


class Near(Placed):
    """All operands within some words of each other, or within one sentence or paragraph."""

    __slots__ = ("distance", "operands", "ordered", "unit")

    def __init__(self, operands: Sequence[Placed], distance: int | Unit, *, in_order: bool) -> None:
        self.operands = tuple(operands)
        self.unit = distance if isinstance(distance, Unit) else None
        self.distance = None if isinstance(distance, Unit) else distance
        self.ordered = in_order

    def holds(self, reading: Reading, scope: Scope) -> bool:
        if scope == WHOLE and self.distance is not None and len(self.operands) == 2:
            left = self.operands[0].points(reading)
            right = self.operands[1].points(reading)
            if left is not None and right is not None and len(left) * len(right) <= _FEW_PAIRS:
                return self._close(left, right, reading.split)
        return bool(self.intervals(reading, scope))

    def _close(self, left: Sequence[int], right: Sequence[int], split: int) -> bool:
        """Whether a word on the left and one on the right are near: the usual case, made quick."""
        most = self.distance or 0
        least = 1 if self.ordered else -most
        for one in left:
            for other in right:
                near = least <= other - one <= most and one != other
                if near and (one < split) == (other < split):
                    return True
        return False

    def intervals(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        key = self, scope
        found: Sequence[Interval] | None = reading.found.get(key)
        if found is None:
            found = reading.found[key] = self._hulls(reading, scope)
        return found

    def _hulls(self, reading: Reading, scope: Scope) -> Sequence[Interval]:
        operands = []
        for operand in self.operands:
            intervals = operand.intervals(reading, scope)
            if not intervals:
                return ()
            operands.append(intervals)
        join = ordered if self.ordered else unordered
        if self.unit is None and all(intervals[0][0] >= reading.split for intervals in operands):
            return join(operands, self.distance)
        found: list[Interval] = []
        for unit in split_by_unit(operands, reading.units(self.unit)):
            found += join(unit, self.distance)
        return found

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        taking: Taking = {}
        self.take_all(reading, scope, (), taking)
        prove_taken(reading, taking, proofs)

    def take(
        self, reading: Reading, scope: Scope, interval: Interval, path: Path, taking: Taking
    ) -> None:
        self._take(reading, scope, (interval,), path, taking)

    def take_all(self, reading: Reading, scope: Scope, path: Path, taking: Taking) -> None:
        self._take(reading, scope, self.intervals(reading, scope), path, taking)

    def _take(
        self, reading: Reading, scope: Scope, hulls: Sequence[Interval], path: Path, taking: Taking
    ) -> None:
        operands = [
            (operand, (*path, number), operand.intervals(reading, scope))
            for number, operand in enumerate(self.operands)
        ]
        intervals = [found for _, _, found in operands]
        for hull in hulls:
            parts = taking_part(intervals, hull, self.distance, in_order=self.ordered)
            for (operand, inner, _), part in zip(operands, parts, strict=True):
                for each in part:
                    operand.take(reading, scope, each, inner, taking)


class AtLeast(Node):
    """So many occurrences of the operand that do not overlap, title and body together.

    What stands in a title that was taken from the body is not counted twice.
    """

    __slots__ = ("count", "operand")

    def __init__(self, count: int, operand: Placed) -> None:
        self.count = count
        self.operand = operand

    def holds(self, reading: Reading, scope: Scope) -> bool:
        intervals = self.operand.intervals(reading, scope)
        if scope & (LEAD_BODY | BODY) and reading.repeated():
            split = reading.split
            intervals = [interval for interval in intervals if interval[0] >= split]
        return len(intervals) >= self.count and count_apart(intervals) >= self.count

    def prove(self, reading: Reading, scope: Scope, proofs: Proofs) -> None:
        taking: Taking = {}
        self.operand.take_all(reading, scope, (), taking)
        prove_taken(reading, taking, proofs)
