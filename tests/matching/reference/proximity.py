"""What is near what: every combination of intervals, tried one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from monitor.model.condition import Near, Unit
from tests.matching.reference.occurrences import Proof
from tests.matching.reference.reading import Text


@dataclass(frozen=True)
class Interval:
    """Words `first` to `last` of a text, and everything that this interval is made of."""

    text: Text
    first: int
    last: int
    proofs: frozenset[Proof]


def combinations(
    near: Near, choices: list[list[Interval]], chosen: list[Interval]
) -> Iterator[list[Interval]]:
    """List every choice of one interval for each operand that is close enough."""
    if len(chosen) == len(choices):
        yield chosen
        return
    for interval in choices[len(chosen)]:
        so_far = [*chosen, interval]
        if close(near, so_far):  # what is too far apart is no nearer with one more
            yield from combinations(near, choices, so_far)


def close(near: Near, chosen: list[Interval]) -> bool:
    """Return whether intervals (of the first operands) are in one text, apart and near enough."""
    text = chosen[0].text
    if any(interval.text is not text for interval in chosen):
        return False
    if len({(interval.first, interval.last) for interval in chosen}) < len(chosen):
        return False
    neighbours = list(pairwise(chosen))
    if near.ordered and any(left.last >= right.first for left, right in neighbours):
        return False
    if isinstance(near.distance, Unit):
        paragraph = near.distance is Unit.PARAGRAPH
        units = {
            text.words[at].paragraph if paragraph else text.words[at].sentence
            for interval in chosen
            for at in (interval.first, interval.last)
        }
        return len(units) == 1
    if near.ordered:
        return all(right.first - left.last <= near.distance for left, right in neighbours)
    return max(i.first for i in chosen) - min(i.last for i in chosen) <= near.distance


def hull(chosen: list[Interval]) -> Interval:
    """Return the smallest interval that holds all of them."""
    return Interval(
        chosen[0].text,
        min(interval.first for interval in chosen),
        max(interval.last for interval in chosen),
        frozenset().union(*(interval.proofs for interval in chosen)),
    )


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return each interval once, with the proofs of all that are at the same words."""
    proofs: dict[tuple[Text, int, int], set[Proof]] = {}
    for interval in intervals:
        key = (interval.text, interval.first, interval.last)
        proofs.setdefault(key, set()).update(interval.proofs)
    return [Interval(*key, frozenset(found)) for key, found in proofs.items()]


def minimal(intervals: list[Interval]) -> list[Interval]:
    """Return the intervals that hold no other."""
    return [
        outer
        for outer in intervals
        if not any(
            inner is not outer
            and inner.text is outer.text
            and outer.first <= inner.first
            and inner.last <= outer.last
            for inner in intervals
        )
    ]
