"""What waits at a destination that a reload took away is decided anew: nothing lost, none twice."""

from __future__ import annotations

from dataclasses import replace

from monitor.model.channel import Digest, GroupBy, Quiet, Route, When
from monitor.model.rule import Level
from tests.policy.model import MONDAY
from tests.policy.worlds import HOUR, World

HOURLY = Digest(every=HOUR)


def route(name="1", *to: str, **given) -> Route:
    values = {"name": name, "when": When(), "to": to or ("desk",), "group_by": GroupBy.NONE}
    return Route(**{**values, **given})


def world(*routes: Route, channels=("desk", "duty")) -> World:
    return World(routes, MONDAY, channels=channels)


def test_a_hit_held_at_a_route_that_is_gone_is_told_by_the_one_that_fits_now():
    it = world(route(when=When(min_level=Level.HIGH)), route("2", digest=HOURLY))
    it.arrive()
    it.routes = (route("1", "duty"),)
    it.wait_until(MONDAY + HOUR)
    assert it.told() == [("02 13:00", "duty", "hit", (1,))]
    assert it.why(1) == [
        ("rerouted", "route 2 leads it to desk no more; decided anew for duty (route 1)"),
        ("routed", "route 1; first of hit:1"),
    ]


def test_a_hit_held_at_a_channel_that_is_gone_goes_where_its_route_leads_now():
    it = world(route("1", "duty", digest=HOURLY))
    it.arrive()
    it.routes, it.channels = (route("1", "desk", digest=HOURLY),), ("desk",)
    it.wait_until(MONDAY + HOUR)
    assert it.told() == [("02 13:00", "desk", "digest", (1,))]


def test_a_channel_that_was_told_is_not_told_again_when_another_is_gone():
    it = world(route("1", "desk", proceed=True), route("2", "duty", digest=HOURLY))
    it.arrive()
    it.routes, it.channels = (route("1", "desk"),), ("desk",)
    it.wait_until(MONDAY + HOUR)
    assert it.told() == [("02 12:00", "desk", "hit", (1,))]
    detail = "route 2 leads it to duty no more, and no route anywhere new"
    assert it.why(1)[1] == ("no-route", detail)


def test_a_hit_held_at_two_channels_of_which_one_is_gone_keeps_waiting_at_the_other():
    it = world(route("1", "desk", digest=HOURLY, proceed=True), route("2", "duty", digest=HOURLY))
    it.arrive()
    it.channels = ("desk",)
    it.wait_until(MONDAY + HOUR)
    assert it.told() == [("02 13:00", "desk", "digest", (1,))]
    assert it.why(1)[1][0] == "no-route"


def test_a_hit_held_where_it_would_now_only_be_told_again_goes_the_first_way_and_once():
    it = world(route("1", "duty", digest=HOURLY), route("2", when=When(min_level=Level.HIGH)))
    it.arrive()
    it.routes = (route("1", proceed=True), route("2"))
    it.wait_until(MONDAY + HOUR)
    assert it.told() == [("02 13:00", "desk", "hit", (1,))]
    assert [(it.route, it.reason.value) for it in it.memory.decisions(1)] == [
        ("1", "rerouted"),
        ("1", "routed"),
    ]


def test_a_hit_held_at_a_destination_that_now_tells_it_again_is_told_by_the_first_route():
    it = world(route("1", when=When(min_level=Level.HIGH)), route("2", digest=HOURLY))
    it.arrive()
    it.routes = (route("1", proceed=True), route("2"))
    it.wait_until(MONDAY + HOUR)
    assert [sent.alert.route for sent in it.memory.outbox] == ["1"]


def test_a_hit_rerouted_twice_is_still_told():
    it = world(route("1", digest=HOURLY))
    it.arrive()
    it.routes = (replace(it.routes[0], name="2", digest=Digest(every=3 * HOUR)),)
    it.wait_until(MONDAY + HOUR)
    it.routes = (replace(it.routes[0], name="3"),)
    it.wait_until(MONDAY + 12 * HOUR)
    assert [reason for reason, _ in it.why(1)] == ["rerouted", "rerouted", "digest-sent"]
    assert it.told() == [("02 15:00", "desk", "digest", (1,))]


def test_a_hold_that_is_not_up_is_left_alone_while_another_of_its_hit_is_decided():
    quiet = Quiet(start=MONDAY.time(), end=(MONDAY + HOUR).time())
    it = world(
        route("1", "desk", quiet=quiet, proceed=True),
        route("2", "duty", digest=Digest(every=6 * HOUR)),
    )
    it.arrive()
    it.wait_until(MONDAY + HOUR)
    assert it.told() == [("02 13:00", "desk", "hit", (1,))]
    assert it.memory.standing[1, "2", "duty"].at == MONDAY
    (_, plan), *_ = [entry for entry in it.plans if entry[1].alerts]
    assert plan.wake == MONDAY + 6 * HOUR
    it.wait_until(MONDAY + 6 * HOUR)
    assert it.told()[1:] == [("02 18:00", "duty", "digest", (1,))]


def test_channels_that_come_later_are_told_without_routes_only_of_what_waits_nowhere():
    it = world(route("1", digest=HOURLY))
    it.arrive()
    it.routes = ()
    it.wait_until(MONDAY + HOUR)
    assert [(channel, kind) for _, channel, kind, _ in it.told()] == [
        ("desk", "hit"),
        ("duty", "hit"),
    ]
