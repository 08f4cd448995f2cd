"""Which routes a hit takes, and what is said of those that it does not."""

from __future__ import annotations

import pytest

from monitor.model.channel import Confirm, Digest, GroupBy, Route, When
from monitor.model.rule import Level
from monitor.policy.routing import HitTraits, default_routes, targets, which_routes
from tests.policy.model import candidate
from tests.policy.worlds import HOUR

HIT = HitTraits(
    rule="csto-deployment",
    level=Level.HIGH,
    tags=("Security",),
    source="bbc-world",
    source_tags=("wire",),
    lang="en-GB",
)


def route(name: str, *to: str, when: When = When(), **given) -> Route:  # noqa: B008  (frozen)
    return Route(name=name, when=when, to=to or ("desk",), **given)


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (When(), "takes every hit"),
        (When(min_level=Level.HIGH), "level high is at least high"),
        (When(max_level=Level.HIGH), "level high is at most high"),
        (When(tags=("security", "x")), "tags Security: among security, x"),
        (When(rule=("x", "csto-*")), "rule csto-deployment: among x, csto-*"),
        (When(source=("bbc-world",)), "source bbc-world: among bbc-world"),
        (When(source_tag=("WIRE",)), "source tags wire: among WIRE"),
        (When(lang=("en",)), "language en-GB: among en"),
        (When(lang=("EN-gb",)), "language en-GB: among EN-gb"),
        (
            When(min_level=Level.LOW, lang=("en",)),
            "level high is at least low; language en-GB: among en",
        ),
    ],
)
def test_a_condition_fits_by_every_part_and_says_so(when, why):
    (verdict,) = which_routes(HIT, [route("1", when=when)])
    assert (verdict.fits, verdict.reached, verdict.why) == (True, True, why)
    assert (verdict.route, verdict.channels) == ("1", ("desk",))


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (When(min_level=Level.CRITICAL), "level high, not at least critical"),
        (When(max_level=Level.LOW), "level high, not at most low"),
        (When(tags=("energy",)), "tags Security: none of energy"),
        (When(rule=("csto",)), "rule csto-deployment: none of csto"),
        (When(source=("BBC-World",)), "source bbc-world: none of BBC-World"),
        (When(source_tag=("world",)), "source tags wire: none of world"),
        (When(lang=("ru", "e")), "language en-GB: none of ru, e"),
        (When(min_level=Level.LOW, lang=("ru",)), "language en-GB: none of ru"),
    ],
)
def test_a_condition_that_does_not_fit_names_the_parts_that_do_not(when, why):
    (verdict,) = which_routes(HIT, [route("1", when=when)])
    assert (verdict.fits, verdict.why) == (False, why)


def test_a_hit_of_which_nothing_is_known_fits_no_condition_about_it():
    when = When(tags=("a",), rule=("a",), source=("a",), source_tag=("a",), lang=("en",))
    (verdict,) = which_routes(HitTraits(), [route("1", when=when)])
    assert verdict.why == (
        "tags (none): none of a; rule (none): none of a; source (none): none of a; "
        "source tags (none): none of a; language unknown: none of en"
    )


def test_routes_after_the_first_that_fits_are_judged_and_marked_as_not_reached():
    high = When(min_level=Level.CRITICAL)
    routes = [route("1", when=high), route("2", proceed=True), route("3"), route("4", when=high)]
    verdicts = which_routes(HIT, routes)
    assert [(it.fits, it.reached) for it in verdicts] == [
        (False, True),
        (True, True),
        (True, True),
        (False, False),
    ]
    assert verdicts[3].why == (
        "level high, not at least critical; not reached: route 3 fits and does not continue"
    )


def test_the_route_that_ended_the_search_is_the_one_that_is_named():
    verdicts = which_routes(HIT, [route("1"), route("2"), route("3")])
    assert [it.why for it in verdicts[1:]] == [
        "takes every hit; not reached: route 1 fits and does not continue"
    ] * 2


def test_without_routes_every_hit_goes_at_once_and_by_itself_to_every_channel():
    (only,) = default_routes([], ["duty", "desk"])
    assert (only.to, only.when, only.group_by) == (("desk", "duty"), When(), GroupBy.NONE)
    assert default_routes([route("1")], ["duty"]) == (route("1"),)


def chosen(hit, routes, channels=("desk", "duty")):
    return [(it.route.name, it.channel, it.told_by) for it in targets(hit, routes, channels)]


def test_the_first_route_that_fits_is_the_last_unless_it_continues():
    routes = [route("1", "desk", proceed=True), route("2", "duty"), route("3", "desk")]
    assert chosen(candidate(), routes) == [("1", "desk", ""), ("2", "duty", "")]


def test_a_route_none_of_whose_channels_is_configured_is_passed_over():
    routes = [route("1", "gone"), route("2", "gone", "desk"), route("3", "duty")]
    assert chosen(candidate(), routes) == [("2", "desk", "")]


def test_a_route_that_does_not_fit_is_passed_over():
    routes = [route("1", when=When(min_level=Level.HIGH)), route("2", "duty")]
    assert chosen(candidate(), routes) == [("2", "duty", "")]


def test_a_rule_notifies_its_own_channels_beside_the_routes():
    hit = candidate(notify=("duty", "gone"))
    assert chosen(hit, [route("1")]) == [("notify", "duty", ""), ("1", "desk", "")]


def test_a_channel_is_told_at_once_of_a_hit_through_one_route_only():
    hit = candidate(notify=("duty",))
    routes = [route("1", "desk", "duty", proceed=True), route("2", "desk", "desk")]
    assert chosen(hit, routes) == [
        ("notify", "duty", ""),
        ("1", "desk", ""),
        ("1", "duty", "notify"),
        ("2", "desk", "1"),
    ]


def test_a_digest_or_a_confirmation_says_something_else_to_the_same_channel():
    routes = [
        route("1", proceed=True, digest=Digest(every=HOUR)),
        route("2", proceed=True, confirm=Confirm(2, HOUR)),
        route("3", proceed=True),
        route("4", proceed=True, digest=Digest(every=2 * HOUR)),
        route("5"),
    ]
    assert chosen(candidate(), routes) == [
        ("1", "desk", ""),
        ("2", "desk", ""),
        ("3", "desk", ""),
        ("4", "desk", ""),
        ("5", "desk", "3"),
    ]
