"""What would have been sent in the past is what a daemon would have sent then."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.channel import Confirm, Digest, Route, When
from monitor.policy.rehearsal import rehearse
from tests.policy.model import MONDAY, candidate
from tests.policy.worlds import (
    CHANNELS,
    HOUR,
    MINUTE,
    STARTS,
    World,
    arrivals,
    configurations,
    weeks,
)

DESK = Route(name="1", when=When(), to=("desk",))


@settings(max_examples=150, deadline=None)
@given(configurations(), st.sampled_from(STARTS), weeks(arrivals))
def test_a_rehearsal_sends_what_a_daemon_does(routes, start, week):
    world = World(routes, start)
    world.live([(gap + MINUTE, False, event) for gap, _, event in week])
    expected = [(it.created, _named(it.alert)) for it in world.memory.outbox]
    found = rehearse(reversed(world.memory.hits.values()), routes=routes, channels=CHANNELS)
    assert [(it.at, _named(it.alert)) for it in found] == expected


def test_publishers_are_the_sources_of_a_storys_hits():
    routes = (Route(name="1", when=When(), to=("desk",), confirm=Confirm(2, 6 * HOUR)),)
    hits = [
        candidate(1, MONDAY, story=1),
        candidate(2, MONDAY + HOUR, story=1, source="tass"),
        candidate(3, MONDAY + 2 * HOUR, story=1, source="bbc"),
    ]
    (only,) = rehearse(hits, routes=routes, channels=["desk"])
    assert (only.at, only.alert.hits) == (MONDAY + 2 * HOUR, (1, 2, 3))


def test_follow_ups_name_the_first_alert_by_its_index():
    hits = [
        candidate(1, MONDAY, story=1),
        candidate(2, MONDAY + HOUR, story=2),
        candidate(3, MONDAY + 2 * HOUR, story=2, rule="curfew"),
    ]
    found = rehearse(hits, routes=[DESK], channels=["desk"])
    assert [(it.alert.kind.value, it.alert.follows) for it in found] == [
        ("hit", None),
        ("hit", None),
        ("follow-up", "1"),
    ]


def test_what_waits_at_one_destination_and_is_told_at_another_is_both():
    digest = Route(name="2", when=When(), to=("desk",), digest=Digest(every=HOUR))
    now = Route(name="1", when=When(), to=("duty",), proceed=True)
    found = rehearse([candidate(1, MONDAY)], routes=[now, digest], channels=CHANNELS)
    assert [(it.at, it.alert.channel) for it in found] == [
        (MONDAY, "duty"),
        (MONDAY + HOUR, "desk"),
    ]


def test_without_hits_nothing_is_sent():
    assert rehearse([], routes=[DESK], channels=["desk"]) == ()


def _named(alert):
    """The model names alerts `a0`, `a1`, …: a rehearsal by their index alone."""
    names = [name for name in alert.__slots__ if name != "follows"]
    follows = alert.follows.removeprefix("a") if alert.follows else None
    return {name: getattr(alert, name) for name in names} | {"follows": follows}
