"""What is told once, what joins, what is news, and what is repeated."""

from __future__ import annotations

from datetime import timedelta

from monitor.model.channel import Confirm, GroupBy, Quiet, Route, When
from monitor.model.decision import StoryFacts
from monitor.model.rule import Level
from monitor.policy.grouping import MOST_WAITING
from tests.policy.model import MONDAY
from tests.policy.worlds import HOUR, MINUTE, World

CSTO = {"rule": "csto", "story": 12}
CURFEW = {"rule": "curfew", "story": 12, "level": Level.HIGH}


def world(*routes: Route, channels=("desk",)) -> World:
    return World(routes, MONDAY, channels=channels)


def route(name="1", **given) -> Route:
    return Route(**{"name": name, "when": When(), "to": ("desk",), **given})


def test_all_hits_of_a_story_that_come_together_are_one_alert_and_later_ones_join_it():
    it = world(route())
    it.arrive(CSTO, CURFEW, CSTO, {"story": 13})
    it.arrive(CSTO, at=MONDAY + HOUR)
    assert it.told() == [
        ("02 12:00", "desk", "hit", (2, 1, 3)),
        ("02 12:00", "desk", "hit", (4,)),
    ]
    assert it.why(1) == [("routed", "route 1; first of story:12")]
    assert it.why(5) == [("joined", "a hit of story:12 was told at 2026-03-02 12:00 UTC")]
    assert it.memory.standing[5, "1", "desk"].alert == "a0"


def test_another_rule_about_a_story_is_a_follow_up_to_the_first_alert():
    it = world(route())
    it.arrive(CSTO)
    it.arrive(CSTO, CURFEW, at=MONDAY + HOUR)
    assert it.told()[1:] == [("02 13:00", "desk", "follow-up", (3, 2))]
    assert it.memory.outbox[1].alert.follows == "a0"
    assert it.why(3) == [
        (
            "follow-up",
            "route 1; new about story:12: 1 rule more: curfew; level high after medium",
        )
    ]
    it.arrive({**CSTO, "level": Level.LOW}, CURFEW, at=MONDAY + 2 * HOUR)
    assert [reason for hit in (4, 5) for reason, _ in it.why(hit)] == ["joined", "joined"]


def test_a_higher_level_of_the_same_rule_is_news():
    it = world(route())
    it.arrive(CSTO)
    it.arrive({**CSTO, "level": Level.CRITICAL}, at=MONDAY + HOUR)
    assert it.told()[1:] == [("02 13:00", "desk", "follow-up", (2,))]


def test_each_channel_is_told_of_a_story_on_its_own():
    it = world(route(when=When(min_level=Level.HIGH), proceed=True), route("2", to=("duty",)))
    it.channels = ("desk", "duty")
    it.arrive(CSTO)
    it.arrive(CURFEW, at=MONDAY + HOUR)
    assert it.told() == [
        ("02 12:00", "duty", "hit", (1,)),
        ("02 13:00", "desk", "hit", (2,)),
        ("02 13:00", "duty", "follow-up", (2,)),
    ]


def test_a_channel_that_knows_a_story_by_one_route_knows_it_by_all():
    it = world(route(when=When(min_level=Level.HIGH)), route("2"))
    it.arrive({"rule": "curfew", "story": 12}, CURFEW)
    it.arrive({"rule": "curfew", "story": 12}, at=MONDAY + HOUR)
    assert it.told() == [("02 12:00", "desk", "hit", (2, 1))]
    assert it.why(1) == [("routed", "route 2; with the alert that tells story:12 now")]
    assert it.why(3)[0][0] == "joined"


def test_a_hit_without_a_story_stands_for_itself():
    it = world(route())
    it.arrive({}, {})
    assert it.told() == [("02 12:00", "desk", "hit", (1,)), ("02 12:00", "desk", "hit", (2,))]


def test_group_by_none_tells_every_hit_by_itself_the_highest_level_first():
    it = world(route(group_by=GroupBy.NONE))
    it.arrive(CSTO, CSTO, CURFEW)
    assert [hits for *_, hits in it.told()] == [(3,), (1,), (2,)]


def test_group_by_rule_tells_a_rule_once_and_anew_a_day_after_its_last_alert():
    it = world(route(group_by=GroupBy.RULE))
    it.arrive({"story": 1}, {"story": 2}, {"rule": "curfew", "story": 2})
    it.arrive({"story": 3}, at=MONDAY + 24 * HOUR - MINUTE)
    it.arrive({"story": 4}, at=MONDAY + 24 * HOUR)
    assert it.told() == [
        ("02 12:00", "desk", "hit", (1, 2)),
        ("02 12:00", "desk", "hit", (3,)),
        ("03 12:00", "desk", "hit", (5,)),
    ]


def test_repeat_reminds_of_a_story_that_goes_on_and_only_then():
    it = world(route(repeat=6 * HOUR))
    it.arrive(CSTO)
    it.arrive(CSTO, at=MONDAY + HOUR)
    assert it.why(2) == [
        (
            "wait-repeat",
            "a hit of story:12 was told at 2026-03-02 12:00 UTC; repeated every 6h, "
            "next at 2026-03-02 18:00 UTC",
        )
    ]
    it.arrive(CSTO, at=MONDAY + 2 * HOUR)
    it.wait_until(MONDAY + 30 * HOUR)
    assert it.told()[1:] == [("02 18:00", "desk", "reminder", (2, 3))]
    assert it.memory.outbox[1].alert.follows == "a0"
    assert it.why(2) == [("reminder", "route 1; story:12 goes on 6h after it was last told")]


def test_with_repeat_a_rule_is_reminded_of_instead_of_told_anew():
    it = world(route(group_by=GroupBy.RULE, repeat=48 * HOUR))
    it.arrive()
    it.arrive(at=MONDAY + 30 * HOUR)
    it.wait_until(MONDAY + 72 * HOUR)
    assert it.told()[1:] == [("04 12:00", "desk", "reminder", (2,))]


def test_news_takes_what_waits_for_a_reminder_with_it_and_moves_the_next():
    it = world(route(repeat=6 * HOUR))
    it.arrive(CSTO)
    it.arrive(CSTO, at=MONDAY + HOUR)
    it.arrive(CURFEW, at=MONDAY + 2 * HOUR)
    it.arrive(CSTO, at=MONDAY + 3 * HOUR)
    it.wait_until(MONDAY + 30 * HOUR)
    assert it.told()[1:] == [
        ("02 14:00", "desk", "follow-up", (3, 2)),
        ("02 20:00", "desk", "reminder", (4,)),
    ]


def test_a_reminder_tells_so_many_hits_at_most_and_later_ones_join_it():
    it = world(route(repeat=6 * HOUR))
    it.arrive(CSTO)
    first = tuple(range(2, 2 + MOST_WAITING))
    it.arrive(*[CSTO] * (MOST_WAITING - 1), at=MONDAY + HOUR)
    it.arrive(CSTO, CSTO, CSTO, at=MONDAY + 2 * HOUR)
    assert len(it.memory.candidates(MONDAY + 6 * HOUR)) == MOST_WAITING
    beyond = it.why(MOST_WAITING + 2)
    assert beyond == [
        (
            "joined",
            "a hit of story:12 was told at 2026-03-02 12:00 UTC; repeated every 6h, next at "
            f"2026-03-02 18:00 UTC, with the {MOST_WAITING} hits that it tells at most",
        )
    ]
    it.wait_until(MONDAY + 30 * HOUR)
    assert it.told()[1:] == [("02 18:00", "desk", "reminder", first)]


def test_acknowledging_a_story_ends_its_repeats_and_not_its_news():
    it = world(route(repeat=6 * HOUR))
    it.arrive(CSTO)
    it.arrive(CSTO, at=MONDAY + HOUR)
    it.memory.change_story(12, StoryFacts(1, acknowledged=True))
    it.decide()
    detail = "a hit of story:12 was told at 2026-03-02 12:00 UTC, and acknowledged since"
    assert it.why(2) == [("acknowledged", detail)]
    it.arrive(CSTO, at=MONDAY + 8 * HOUR)
    it.arrive(CURFEW, at=MONDAY + 9 * HOUR)
    assert it.why(3)[0][0] == "acknowledged"
    assert it.told()[1:] == [("02 21:00", "desk", "follow-up", (4,))]


def test_an_acknowledged_story_leaves_the_others_of_its_rule_repeated():
    it = world(route(group_by=GroupBy.RULE, repeat=6 * HOUR))
    it.arrive({"story": 1})
    it.arrive({"story": 1}, {"story": 2}, {}, at=MONDAY + HOUR)
    it.memory.change_story(1, StoryFacts(1, acknowledged=True))
    it.wait_until(MONDAY + 12 * HOUR)
    assert it.told()[1:] == [("02 18:00", "desk", "reminder", (3, 4))]
    assert it.why(2)[0][0] == "acknowledged"


def test_a_clock_put_back_delays_no_reminder_by_more_than_its_time():
    it = world(route(repeat=6 * HOUR))
    it.arrive(CSTO)
    it.now = MONDAY - timedelta(days=30)
    it.arrive(CSTO)
    held = it.memory.standing[2, "1", "desk"].decision
    assert held.until == it.now + 6 * HOUR


def test_a_clock_put_back_does_not_keep_a_rule_from_being_told():
    it = world(route(group_by=GroupBy.RULE))
    it.arrive()
    it.now = MONDAY - timedelta(days=30)
    it.arrive()
    assert it.told() == [("02 12:00", "desk", "hit", (1,)), ("31 12:00", "desk", "hit", (2,))]


def test_confirmation_waits_for_publishers_and_tells_when_they_are_enough():
    it = world(route(confirm=Confirm(3, 6 * HOUR)))
    it.arrive(CSTO)
    assert it.why(1) == [("wait-confirm", "1 of 3 publishers; waits until 2026-03-02 18:00 UTC")]
    it.memory.change_story(12, StoryFacts(2))
    it.wait_until(MONDAY + HOUR)
    it.decide()
    assert it.told() == []
    it.memory.change_story(12, StoryFacts(3))
    it.decide()
    assert it.told() == [("02 13:00", "desk", "hit", (1,))]
    assert it.memory.outbox[0].alert.confirmed == 3
    it.arrive(CSTO, at=MONDAY + 2 * HOUR)
    assert it.why(2)[0][0] == "joined"


def test_what_is_not_confirmed_in_time_is_suppressed_and_a_later_hit_may_still_be():
    it = world(route(confirm=Confirm(3, 6 * HOUR)))
    it.arrive(CSTO)
    it.wait_until(MONDAY + 7 * HOUR)
    assert it.why(1) == [("unconfirmed", "1 of 3 publishers within 6h")]
    it.memory.change_story(12, StoryFacts(3))
    it.arrive(CSTO)
    assert it.told() == [("02 19:00", "desk", "hit", (2,))]


def test_a_hit_without_a_story_has_one_publisher():
    it = world(route(confirm=Confirm(1, HOUR)), channels=("desk",))
    it.arrive({})
    assert it.told() == [("02 12:00", "desk", "hit", (1,))]


def test_a_corroboration_that_is_reached_after_the_first_alert_is_a_follow_up_once():
    at_once = route(proceed=True)
    it = world(at_once, route("2", confirm=Confirm(3, 6 * HOUR)))
    it.arrive(CSTO)
    it.memory.change_story(12, StoryFacts(3))
    it.wait_until(MONDAY + HOUR)
    it.decide()
    it.arrive(CSTO, at=MONDAY + 2 * HOUR)
    assert it.told() == [
        ("02 12:00", "desk", "hit", (1,)),
        ("02 13:00", "desk", "follow-up", (1,)),
    ]
    assert it.why(1)[1] == (
        "follow-up",
        "route 2; new about story:12: carried by 3 publishers or more",
    )


def test_a_story_corroborated_from_the_start_is_told_once():
    it = world(route(proceed=True), route("2", confirm=Confirm(3, 6 * HOUR)))
    it.memory.change_story(12, StoryFacts(3))
    it.arrive(CSTO)
    it.arrive(CSTO, at=MONDAY + HOUR)
    assert it.told() == [("02 12:00", "desk", "hit", (1,))]
    assert it.why(1) == [
        ("routed", "route 1; first of story:12"),
        ("joined", "in the alert of route 1 that leaves now"),
    ]
    assert {reason for reason, _ in it.why(2)} == {"joined"}


def test_a_rules_own_notify_tells_every_hit_at_once_whatever_the_routes_do():
    it = world(route(quiet=Quiet(start=MONDAY.time(), end=(MONDAY + HOUR).time())))
    it.channels = ("desk", "duty")
    it.arrive({**CSTO, "notify": ("duty",)}, {**CSTO, "notify": ("duty",)})
    assert it.told() == [("02 12:00", "duty", "hit", (1,)), ("02 12:00", "duty", "hit", (2,))]
    assert it.why(1) == [
        ("notify", "route notify; first of hit:1"),
        ("wait-quiet", "within quiet hours until 2026-03-02 13:00 UTC"),
    ]


def test_a_hit_that_a_channel_is_told_of_already_is_not_sent_there_again():
    it = world(route(proceed=True), route("2"))
    it.arrive(CSTO)
    assert it.told() == [("02 12:00", "desk", "hit", (1,))]
    assert ("same-channel", "desk is told of it through route 1") in it.why(1)


def test_late_hits_ignored_edits_and_hits_without_a_route_end_with_their_reason():
    it = world(route(when=When(min_level=Level.HIGH)))
    it.arrive({"late": True}, {"edit_ignored": True}, {})
    assert it.told() == []
    assert [it.why(hit) for hit in (1, 2, 3)] == [
        [("late", "older than its source's max_age when first seen")],
        [
            (
                "edit-ignored",
                "on a changed version of a known article; the rule says `on_edit: ignore`",
            )
        ],
        [("no-route", "no route fits it")],
    ]


def test_without_routes_every_hit_is_told_at_once_to_every_channel():
    it = world(channels=("desk", "duty"))
    it.arrive(CSTO, CSTO)
    assert it.told() == [
        ("02 12:00", channel, "hit", (hit,)) for channel in ("desk", "duty") for hit in (1, 2)
    ]
