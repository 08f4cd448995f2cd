"""Proximity over intervals of words: minimal intervals (Clarke, Cormack & Burkowski, 1995).

An interval is `(first, last)`, both inclusive; a list of them is sorted and has no duplicates.
What an operator finds is the list of its hulls that hold no smaller hull. Time is linear in the
number of intervals, apart from sorting, unless intervals are long beside the distance.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

Interval = tuple[int, int]
Intervals = Sequence[Interval]


def minimal(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the intervals that hold no other, sorted."""
    kept: list[Interval] = []
    for first, last in sorted(set(intervals), key=lambda interval: (interval[1], -interval[0])):
        if not kept or first > kept[-1][0]:
            kept.append((first, last))
    return kept


def count_apart(intervals: Iterable[Interval]) -> int:
    """Return how many intervals do not overlap, taken greedily by their end."""
    count = 0
    free = -1
    for first, last in sorted(intervals, key=lambda interval: (interval[1], interval[0])):
        if first > free:
            count += 1
            free = last
    return count


def split_by_unit(
    operands: Sequence[Intervals], starts: Sequence[int]
) -> Iterator[list[list[Interval]]]:
    """Yield the operands' intervals unit by unit, where every operand has some.

    `starts` are the first words of the units; an interval that lies in two is in none.
    """
    units: list[dict[int, list[Interval]]] = []
    for intervals in operands:
        found: dict[int, list[Interval]] = {}
        for interval in intervals:
            unit = bisect_right(starts, interval[0])
            if unit == len(starts) or interval[1] < starts[unit]:
                found.setdefault(unit, []).append(interval)
        units.append(found)
    for unit in sorted(set(units[0]).intersection(*units[1:])):
        yield [found[unit] for found in units]


# --- any order ---------------------------------------------------------------------------------


def unordered(operands: Sequence[Intervals], distance: int | None) -> list[Interval]:
    """Return the minimal hulls of one interval of each operand, no two of them identical.

    With a distance, the last start is at most so many words behind the first end.
    """
    if len(operands) == 2 and distance is not None and len(operands[0]) * len(operands[1]) <= 64:
        return _pairs(operands[0], operands[1], distance)
    return _Sweep(operands, distance).hulls()


def _pairs(left: Intervals, right: Intervals, distance: int) -> list[Interval]:
    hulls = [
        (min(a, c), max(b, d))
        for a, b in left
        for c, d in right
        if max(a, c) - min(b, d) <= distance and not (a == c and b == d)
    ]
    return minimal(hulls) if len(hulls) > 1 else hulls


class _Sweep:
    """Two ends of a window over the text: for each start the nearest end that suffices."""

    def __init__(self, operands: Sequence[Intervals], distance: int | None) -> None:
        self.distance = distance
        self.size = len(operands)
        self.inside: list[dict[Interval, None]] = [{} for _ in operands]
        self.shared = sum(map(len, operands)) > len(set().union(*operands))
        self.by_start = sorted(
            (interval, number)
            for number, intervals in enumerate(operands)
            for interval in intervals
        )
        self.longest = max(last - first for (first, last), _ in self.by_start)

    def hulls(self) -> list[Interval]:
        by_end = sorted(self.by_start, key=lambda entry: entry[0][1])
        found: list[Interval] = []
        start = at = 0
        end = -1
        while start < len(self.by_start):
            left = self.by_start[start][0][0]
            while not (enough := self._enough(left, end)) and at < len(by_end):
                if self._too_wide(left, end):
                    break
                end = by_end[at][0][1]
                while at < len(by_end) and by_end[at][0][1] == end:
                    interval, number = by_end[at]
                    if interval[0] >= left:
                        self.inside[number][interval] = None
                    at += 1
            if enough:
                if found and found[-1][1] == end:
                    found.pop()  # the same end from further left: not minimal
                found.append((left, end))
            while start < len(self.by_start) and self.by_start[start][0][0] == left:
                interval, number = self.by_start[start]
                self.inside[number].pop(interval, None)
                start += 1
        return found

    def _too_wide(self, left: int, end: int) -> bool:
        """Whether no choice within the distance can reach from `left` to `end`."""
        return self.distance is not None and end - left > self.distance + 2 * self.longest

    def _enough(self, left: int, end: int) -> bool:
        """Whether the intervals inside the window hold a valid choice."""
        if not all(self.inside):
            return False
        if self.distance is None or end - left <= self.distance:
            return not self.shared or distinct_choice(self.inside)
        if not self.longest or self._too_wide(left, end):
            return False
        return choice_within([list(found) for found in self.inside], self.distance)


def distinct_choice(operands: Sequence[Iterable[Interval]]) -> bool:
    """Whether every operand can be given an interval that no other has (Hall; Kuhn's algorithm)."""
    size = len(operands)
    choices = [list(islice(intervals, size)) for intervals in operands]
    # Whoever has the fewest chooses first: if it has more than have chosen before, no one lacks.
    if all(count > before for before, count in enumerate(sorted(map(len, choices)))):
        return True
    owner: dict[Interval, int] = {}

    def give(operand: int, tried: set[Interval]) -> bool:
        for interval in choices[operand]:
            if interval not in tried:
                tried.add(interval)
                if interval not in owner or give(owner[interval], tried):
                    owner[interval] = operand
                    return True
        return False

    return all(give(operand, set()) for operand in range(size))


def choice_within(operands: Sequence[Intervals], distance: int) -> bool:
    """Whether one different interval of each operand can be chosen within the distance.

    Some end must be the first of all: all others end no earlier, and start at most `distance`
    behind it.
    """
    reaches = []
    for intervals in operands:
        by_end = sorted(intervals, key=lambda interval: interval[1])
        earliest = [first for first, _ in by_end]
        for at in range(len(earliest) - 2, -1, -1):
            earliest[at] = min(earliest[at], earliest[at + 1])
        reaches.append(([last for _, last in by_end], earliest))
    for end in sorted({last for intervals in operands for _, last in intervals}):
        if all(
            (at := bisect_left(ends, end)) < len(ends) and earliest[at] <= end + distance
            for ends, earliest in reaches
        ) and distinct_choice(
            [
                [it for it in intervals if it[1] >= end and it[0] <= end + distance]
                for intervals in operands
            ]
        ):
            return True
    return False


# --- in this order -----------------------------------------------------------------------------


def ordered(operands: Sequence[Intervals], distance: int | None) -> list[Interval]:
    """Return the minimal hulls of intervals that each end before the next one starts.

    With a distance, each starts at most so many words behind the end of the one before.
    """
    chains = [(last, first) for first, last in operands[0]]
    for intervals in operands[1:]:
        chains = _continued(sorted(chains), intervals, distance)
    return minimal((first, last) for last, first in chains)


def _continued(
    chains: list[tuple[int, int]], intervals: Intervals, distance: int | None
) -> list[tuple[int, int]]:
    """Return the chains `(end, start)` that go on to an interval, each from the latest start."""
    found = []
    window: deque[tuple[int, int]] = deque()  # chains that may precede, latest start first
    at = 0
    for first, last in intervals:
        while at < len(chains) and chains[at][0] < first:
            while window and window[-1][1] <= chains[at][1]:
                window.pop()
            window.append(chains[at])
            at += 1
        while window and distance is not None and first - window[0][0] > distance:
            window.popleft()
        if window:
            found.append((last, window[0][1]))
    return found


# --- what takes part ---------------------------------------------------------------------------


def taking_part(
    operands: Sequence[Intervals], hull: Interval, distance: int | None, *, in_order: bool
) -> list[list[Interval]]:
    """Return the intervals of each operand that are in a valid choice within a minimal hull.

    A hull is minimal, so every valid choice within it has exactly this hull.
    """
    inside = [_inside(intervals, hull) for intervals in operands]
    if in_order:
        forward = _reachable(inside, distance, backwards=False)
        return _reachable(forward, distance, backwards=True)
    near = distance is None or hull[1] - hull[0] <= distance
    if near and _all_choosable(inside):
        return inside
    return [
        [
            interval
            for interval in intervals
            if _with_fixed(inside, number, interval, None if near else distance)
        ]
        for number, intervals in enumerate(inside)
    ]


def _all_choosable(operands: Sequence[Sequence[Interval]]) -> bool:
    """Whether each interval is in some choice, if that is quickly told: plenty, or all differ."""
    if min(map(len, operands)) >= len(operands):
        return True
    return sum(map(len, operands)) == len(set().union(*operands))


def _inside(intervals: Intervals, hull: Interval) -> list[Interval]:
    begin = bisect_left(intervals, (hull[0], -1))
    end = bisect_right(intervals, (hull[1], hull[1]))
    return [interval for interval in intervals[begin:end] if interval[1] <= hull[1]]


def _with_fixed(
    operands: Sequence[list[Interval]], number: int, interval: Interval, distance: int | None
) -> bool:
    fixed = [[interval] if at == number else found for at, found in enumerate(operands)]
    return distinct_choice(fixed) if distance is None else choice_within(fixed, distance)


def _reachable(
    operands: Sequence[list[Interval]], distance: int | None, *, backwards: bool
) -> list[list[Interval]]:
    """Return the intervals that a chain from the first operand (or the last) arrives at."""
    steps = list(reversed(operands)) if backwards else list(operands)
    kept = [steps[0]]
    for intervals in steps[1:]:
        ends = sorted(first if backwards else last for first, last in kept[-1])
        kept.append([it for it in intervals if _follows(it, ends, distance, backwards=backwards)])
    return kept[::-1] if backwards else kept


def _follows(
    interval: Interval, ends: Sequence[int], distance: int | None, *, backwards: bool
) -> bool:
    first, last = interval
    if backwards:  # a next one starts behind `last`
        at = bisect_right(ends, last)
        return at < len(ends) and (distance is None or ends[at] - last <= distance)
    at = bisect_left(ends, first) - 1
    return at >= 0 and (distance is None or first - ends[at] <= distance)
