"""Proximity against every combination tried: hulls, and what takes part in them."""

from __future__ import annotations

from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.intervals import (
    Interval,
    count_apart,
    minimal,
    ordered,
    split_by_unit,
    taking_part,
    unordered,
)

INTERVALS = st.lists(
    st.tuples(st.integers(0, 18), st.sampled_from([0, 0, 1, 3, 7])), min_size=1, max_size=5
).map(lambda pairs: sorted({(first, first + more) for first, more in pairs}))


@st.composite
def operand_lists(draw: st.DrawFn) -> list[list[Interval]]:
    operands = draw(st.lists(INTERVALS, min_size=1, max_size=4))
    if len(operands) > 1 and draw(st.booleans()):
        operands[1] = operands[0]
    return operands


def valid(chosen: tuple[Interval, ...], distance: int | None, *, in_order: bool) -> bool:
    if len(set(chosen)) < len(chosen):
        return False
    if in_order:
        return all(
            left[1] < right[0] and (distance is None or right[0] - left[1] <= distance)
            for left, right in pairwise(chosen)
        )
    reach = max(first for first, _ in chosen) - min(last for _, last in chosen)
    return distance is None or reach <= distance


def tried(
    operands: list[list[Interval]], distance: int | None, *, in_order: bool
) -> dict[Interval, list[list[Interval]]]:
    found: dict[Interval, list[tuple[Interval, ...]]] = {}
    for chosen in product(*operands):
        if valid(chosen, distance, in_order=in_order):
            hull = min(first for first, _ in chosen), max(last for _, last in chosen)
            found.setdefault(hull, []).append(chosen)
    return {
        hull: [sorted({each[at] for each in choices}) for at in range(len(operands))]
        for hull, choices in found.items()
        if not any(o != hull and hull[0] <= o[0] and o[1] <= hull[1] for o in found)
    }


@settings(max_examples=500, deadline=None)
@given(operand_lists(), st.sampled_from([None, 1, 2, 3, 6]), st.booleans())
def test_hulls_are_those_of_all_combinations(
    operands: list[list[Interval]], distance: int | None, in_order: bool
) -> None:
    wanted = tried(operands, distance, in_order=in_order)
    join = ordered if in_order else unordered
    assert sorted(wanted) == join(operands, distance)
    for hull, parts in wanted.items():
        assert parts == taking_part(operands, hull, distance, in_order=in_order)


@settings(max_examples=200, deadline=None)
@given(operand_lists(), st.integers(1, 8))
def test_what_is_near_is_near_within_more_words_too(
    operands: list[list[Interval]], distance: int
) -> None:
    if unordered(operands, distance):
        assert unordered(operands, distance + 1)
    if len(operands) == 2 and ordered(operands, distance):  # of more, the sums differ
        assert unordered(operands, distance)


def test_many_intervals_are_swept_without_comparing_all() -> None:
    left = [(at, at) for at in range(0, 60_000, 2)]
    right = [(at, at + 1) for at in range(1, 60_000, 5)]
    for distance in (3, 1_000, None):
        assert unordered([left, right], distance)
        assert ordered([left, right, left], distance)
    sparse = [(at + more, at + more + 2) for at in range(0, 60_000, 2_010) for more in range(900)]
    far = [(at + 1_995, at + 1_997) for at in range(0, 55_000, 2_010)]
    assert unordered([sparse, far], 1_000)


def test_intervals_in_two_units_are_in_none() -> None:
    parts = list(split_by_unit([[(0, 1), (3, 3)], [(1, 2), (2, 2), (4, 5)]], (0, 2, 3)))
    assert parts == [[[(3, 3)], [(4, 5)]]]


def test_occurrences_are_counted_apart() -> None:
    assert count_apart([(0, 2), (1, 3), (3, 4), (4, 9)]) == 2
    assert minimal([(0, 2), (1, 2), (1, 5), (3, 3), (3, 3)]) == [(1, 2), (3, 3)]
