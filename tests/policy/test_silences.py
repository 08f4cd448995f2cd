"""Silences: what they cover, that it stays covered, and what is said at their end."""

from __future__ import annotations

from datetime import time

import pytest

from monitor.model.channel import Digest, Quiet, QuietThen, Route, Silence, When
from monitor.policy.silence import covering, ended, ended_notice
from tests.policy.model import MONDAY, candidate
from tests.policy.worlds import HOUR, MINUTE, World

DESK = Route(name="1", when=When(), to=("desk",))


def silence(id=1, **given) -> Silence:
    values = {"id": id, "start": MONDAY, "end": MONDAY + 2 * HOUR}
    return Silence(**{**values, **given})


def world(*silences: Silence, route: Route = DESK) -> World:
    it = World((route,), MONDAY, channels=("desk",))
    it.memory.quieted += silences
    return it


def test_hits_in_a_silence_are_suppressed_for_good_and_counted():
    it = world(silence(comment="known exercise"))
    it.arrive({}, {}, at=MONDAY + HOUR)
    it.wait_until(MONDAY + 10 * HOUR)
    it.arrive()
    assert it.told() == [("02 22:00", "desk", "hit", (3,))]
    assert it.why(1) == [("silenced", "silence 1 (known exercise) until 2026-03-02 14:00 UTC")]
    assert it.memory.silences(MONDAY)[0].covered == 2


def test_a_hit_detected_in_a_silence_and_decided_after_its_end_is_covered():
    it = world(silence())
    it.memory.add(candidate(1, MONDAY + HOUR))
    it.now = MONDAY + 3 * HOUR
    it.decide()
    assert it.why(1) == [("silenced", "silence 1 until 2026-03-02 14:00 UTC")]


def test_a_hit_detected_before_a_silence_and_decided_in_it_is_covered():
    it = world(silence())
    it.memory.add(candidate(1, MONDAY - HOUR))
    it.decide()
    assert it.told() == []


@pytest.mark.parametrize(
    ("at", "covered"),
    [
        (MONDAY - MINUTE, False),
        (MONDAY, True),
        (MONDAY + 2 * HOUR - MINUTE, True),
        (MONDAY + 2 * HOUR, False),
    ],
)
def test_a_silence_is_active_from_its_start_until_before_its_end(at, covered):
    assert (covering([silence()], candidate(), at) is not None) == covered


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        ({"rule": "cs*"}, True),
        ({"rule": "cs"}, False),
        ({"tags": ("Security", "x")}, True),
        ({"tags": ("x",)}, False),
        ({"rule": "cs*", "tags": ("x",)}, False),
    ],
)
def test_a_silence_covers_what_fits_its_rules_and_its_tags(given, covered):
    hit = candidate(rule="csto", tags=("security",))
    assert (covering([silence(**given)], hit, MONDAY) is not None) == covered


def test_of_several_silences_the_oldest_is_named():
    both = [silence(2), silence(1)]
    assert covering(both, candidate(), MONDAY) == both[1]


def test_what_would_leave_in_a_silence_after_waiting_is_covered():
    quiet = Quiet(time(12), time(13), then=QuietThen.HOLD)
    it = world(silence(start=MONDAY + MINUTE), route=Route(**{**_values(DESK), "quiet": quiet}))
    it.arrive()
    it.wait_until(MONDAY + 10 * HOUR)
    assert it.told() == []
    assert it.why(1)[0][0] == "silenced"
    assert it.memory.silences(MONDAY)[0].covered == 1


def test_what_waits_on_past_a_silence_is_told_then():
    digest = Digest(at=time(20))
    it = world(silence(start=MONDAY + MINUTE), route=Route(**{**_values(DESK), "digest": digest}))
    it.arrive()
    it.wait_until(MONDAY + 10 * HOUR)
    assert it.told() == [("02 20:00", "desk", "digest", (1,))]


def test_what_was_detected_before_a_silence_and_leaves_after_it_is_told():
    digest = Digest(at=time(20))
    it = world(silence(), route=Route(**{**_values(DESK), "digest": digest}))
    it.memory.add(candidate(1, MONDAY - MINUTE, event_at=MONDAY + MINUTE))
    it.decide()
    it.wait_until(MONDAY + 10 * HOUR)
    assert it.told() == [("02 20:00", "desk", "digest", (1,))]


def test_a_digest_in_a_silence_leaves_without_what_it_covers():
    digest = Digest(at=time(13))
    hushed = silence(start=MONDAY + MINUTE, rule="csto")
    it = world(hushed, route=Route(**{**_values(DESK), "digest": digest}))
    it.arrive({}, {"rule": "curfew"})
    it.wait_until(MONDAY + 10 * HOUR)
    assert it.told() == [("02 13:00", "desk", "digest", (2,))]


def test_ended_silences_are_announced_once_in_the_order_of_their_ends():
    longer, shorter = silence(1, end=MONDAY + HOUR), silence(2, end=MONDAY + MINUTE)
    over = [longer, shorter, silence(3, end=MONDAY, announced=True), silence(4)]
    assert ended(over, MONDAY + HOUR) == (shorter, longer)


def test_the_notice_says_what_was_suppressed_and_that_it_stays_so():
    told = silence(7, rule="csto*", tags=("a", "b"), comment="known exercise", covered=3)
    assert ended_notice(told) == (
        "Silence 7 has ended: 3 hits suppressed",
        "Silence 7 over rules csto* with a tag of a, b ended at 2026-03-02 14:00 UTC.\n"
        "Its comment: known exercise\n"
        "It suppressed 3 hits; they stay suppressed, and `monitor hits` lists them.",
    )
    subject, text = ended_notice(silence(8, covered=1))
    assert subject == "Silence 8 has ended: 1 hit suppressed"
    assert text.startswith("Silence 8 over rules * ended at 2026-03-02 14:00 UTC.\nIt suppressed")


def _values(route: Route) -> dict[str, object]:
    return {name: getattr(route, name) for name in route.__slots__}
