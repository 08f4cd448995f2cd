"""Volume: what is unlike a rule is told, on the day it becomes so; what is usual is not."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.policy.volume import ENOUGH, WINDOW, Unusual, Volume, unusual

DAY = date(2026, 3, 31)


def judge(counts, day: date = DAY, rule: str = "csto") -> Unusual | None:
    """Judge the last of these days."""
    first = day - timedelta(days=len(counts) - 1)
    hits = {first + timedelta(number): count for number, count in enumerate(counts) if count}
    return unusual(rule, hits, watched=first, day=day)


def told(counts) -> list[int]:
    """Return on which days of these something is told, the first day being 0."""
    days = [DAY + timedelta(number) for number in range(len(counts))]
    return [at for at, day in enumerate(days) if judge(counts[: at + 1], day)]


def test_ten_times_the_usual_is_loud():
    found = judge([4, 5, 6, 5] * 7 + [50])
    assert found is not None
    assert (found.volume, found.hits, found.usual) == (Volume.LOUD, 50, 5)
    assert str(found) == "csto was loud: 50 hits on 2026-03-31, usual is 5"


def test_a_little_more_than_usual_is_usual():
    assert judge([4, 5, 6, 5] * 7 + [15]) is None


def test_few_hits_are_never_loud_however_quiet_the_rule():
    assert judge([0] * 28 + [9]) is None
    assert judge([0] * 28 + [10]) is not None


def test_one_burst_in_the_month_hides_no_other():
    quiet = [2] * 28
    quiet[10] = 400
    assert judge([*quiet, 40]) is not None


def test_a_loud_weekday_is_usual_and_a_burst_a_week_ago_is_no_weekday():
    mondays = ([30] + [2] * 6) * 5
    assert judge([*mondays, 30]) is None
    burst = [2] * 28
    burst[21] = 60
    assert judge([*burst, 60]) is not None


def test_the_silence_of_a_frequent_rule_is_told_after_a_day_once():
    assert told([20] * 28 + [0] * 10) == [28]
    found = judge([20] * 28 + [0])
    assert found is not None
    assert (found.volume, found.hits, found.usual, found.since) == (Volume.QUIET, 0, 20, DAY)
    assert str(found) == "csto has had no hit since 2026-03-31, usual are 20.0 a day"


def test_the_silence_of_a_rare_rule_is_told_when_chance_no_longer_explains_it():
    """One hit a day: nine days without any come by chance once in 8,000 times."""
    assert told([1] * 28 + [0] * 20) == [28 + 8]


def test_weekends_without_hits_are_usual():
    week = [20, 22, 19, 21, 20, 0, 0]
    assert told(week * 6) == []
    # A third day without any is not.
    assert told([*week * 5, 0]) == [35]


def test_a_rule_that_never_hits_is_not_quiet():
    assert judge([0] * 60) is None


def test_a_new_rule_is_not_judged():
    assert judge([5] * (ENOUGH - 1) + [500]) is None
    assert judge([5] * ENOUGH + [500]) is not None
    assert judge([5] * (ENOUGH - 1) + [0] * 30) is None
    assert unusual("csto", {}, watched=DAY + timedelta(days=3), day=DAY) is None


def test_bursts_do_not_make_an_ordinary_silence_look_long():
    """One burst of 500 hits in a month of single ones must not call two quiet days unusual."""
    past = [1] * 28
    past[5] = 500
    assert told([*past, 0, 0]) == []


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=ENOUGH, max_size=3 * WINDOW), st.integers(1, 60))
def test_a_silence_is_told_at_most_once(past, silence):
    days = [*past, 1, *[0] * silence]
    start = len(past) + 1
    quiet = []
    for at in range(start, len(days)):
        found = judge(days[: at + 1])
        if found is not None and found.volume is Volume.QUIET:
            quiet.append(at)
            assert found.since == DAY - timedelta(days=at - start)
    assert len(quiet) <= 1


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=3 * WINDOW), st.integers(1, 40))
def test_what_is_louder_than_a_loud_day_is_loud(past, more):
    found = judge(past)
    louder = judge([*past[:-1], past[-1] + more])
    if found is not None and found.volume is Volume.LOUD:
        assert louder is not None
