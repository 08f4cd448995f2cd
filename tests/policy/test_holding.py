"""Limits, quiet hours and digests: what waits, and how it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

from monitor.model.channel import Confirm, Digest, GroupBy, Limit, Quiet, QuietThen, Route, When
from monitor.model.decision import Plan, StoryFacts
from monitor.model.rule import Level
from tests.policy.model import MONDAY, candidate
from tests.policy.worlds import HOUR, MINUTE, World

CRITICAL = {"level": Level.CRITICAL}
NIGHT = Quiet(time(22), time(7), "Europe/Vienna", exempt=Level.CRITICAL)
EVENING = MONDAY.replace(hour=23)
MORNING = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)  # 07:00 in Vienna


def world(**given) -> World:
    return World((route(**given),), MONDAY, channels=("desk", "duty"))


def route(name="1", **given) -> Route:
    values = {"name": name, "when": When(), "to": ("desk",), "group_by": GroupBy.NONE}
    return Route(**{**values, **given})


def night(then: QuietThen) -> Quiet:
    return Quiet(NIGHT.start, NIGHT.end, NIGHT.timezone, NIGHT.exempt, then)


# --- limit ---------------------------------------------------------------------------------------


def test_what_is_beyond_the_limit_leaves_as_one_summary_when_the_window_allows():
    it = world(limit=Limit(2, HOUR))
    it.arrive({}, CRITICAL, {}, {})
    it.arrive({}, at=MONDAY + 10 * MINUTE)
    assert it.told() == [("02 12:00", "desk", "hit", (2,)), ("02 12:00", "desk", "hit", (1,))]
    waiting = ("wait-limit", "beyond 2 alerts per 1h; room again at 2026-03-02 13:00 UTC")
    assert it.why(3) == it.why(5) == [waiting]
    it.wait_until(MONDAY + 2 * HOUR)
    assert it.told()[2:] == [("02 13:00", "desk", "summary", (3, 4, 5))]
    assert it.memory.outbox[2].alert.held_back == 3
    assert it.why(3) == [
        (
            "limit-summary",
            "route 1; first of hit:3; in one summary of 3 alerts beyond 2 alerts per 1h",
        )
    ]


def test_with_a_summary_due_whatever_would_be_beyond_the_limit_leaves_in_it():
    it = world(limit=Limit(1, HOUR))
    it.arrive({}, {})
    it.wait_until(MONDAY + 59 * MINUTE)
    it.now = MONDAY + HOUR
    it.arrive(CRITICAL)
    assert it.told()[1:] == [("02 13:00", "desk", "summary", (3, 2))]
    assert it.memory.outbox[1].alert.held_back == 2
    assert it.memory.outbox[1].alert.level is Level.CRITICAL


def test_a_summary_tells_its_stories_so_that_later_hits_join():
    it = world(limit=Limit(1, HOUR), group_by=GroupBy.STORY)
    it.arrive({"story": 1}, {"story": 2}, {"story": 2})
    it.wait_until(MONDAY + 2 * HOUR)
    it.arrive({"story": 2})
    assert it.told()[1:] == [("02 13:00", "desk", "summary", (2, 3))]
    assert it.memory.outbox[1].alert.held_back == 1
    assert it.why(4) == [("joined", "a hit of story:2 was told at 2026-03-02 13:00 UTC")]
    assert it.memory.standing[4, "1", "desk"].alert == "a1"


def test_hits_of_another_route_join_the_summary_that_tells_their_story_now():
    routes = (
        route(limit=Limit(1, HOUR), group_by=GroupBy.STORY, when=When(rule=("csto",))),
        route("2", group_by=GroupBy.STORY),
    )
    it = World(routes, MONDAY, channels=("desk",))
    it.arrive({"story": 1}, {"story": 2})
    it.wait_until(MONDAY + 59 * MINUTE)
    it.now = MONDAY + HOUR
    it.arrive({"story": 2, "rule": "curfew"})
    assert it.told()[1:] == [("02 13:00", "desk", "summary", (2, 3))]
    assert it.why(3) == [("limit-summary", "route 2; with the alert that tells story:2 now")]


def test_a_limit_counts_each_channel_by_itself():
    it = world(limit=Limit(1, HOUR), to=("desk", "duty"))
    it.arrive({})
    assert [channel for _, channel, *_ in it.told()] == ["desk", "duty"]


def test_what_waits_for_a_limit_that_is_gone_after_a_reload_still_leaves_as_one():
    it = world(limit=Limit(1, HOUR))
    it.arrive({}, {}, {})
    it.routes = (route(),)
    it.wait_until(MONDAY + HOUR)
    assert it.told()[1:] == [("02 13:00", "desk", "summary", (2, 3))]
    assert it.why(2)[0][1] == "route 1; first of hit:2; in one summary of 2 alerts beyond no limit"


def test_a_clock_put_back_closes_a_limit_for_no_longer_than_its_window():
    it = world(limit=Limit(1, HOUR))
    it.arrive({})
    it.now = MONDAY - 24 * HOUR
    it.arrive({})
    assert it.memory.standing[2, "1", "desk"].decision.until == it.now + HOUR


# --- quiet hours ---------------------------------------------------------------------------------


def test_hold_tells_each_one_after_quiet_hours_and_the_exempt_at_once():
    it = world(quiet=night(QuietThen.HOLD))
    it.arrive({}, {}, CRITICAL, at=EVENING)
    detail = "within quiet hours until 2026-03-03 07:00 Europe/Vienna"
    assert it.why(1) == [("wait-quiet", detail)]
    it.wait_until(MORNING + HOUR)
    assert it.told() == [
        ("02 23:00", "desk", "hit", (3,)),
        ("03 06:00", "desk", "hit", (1,)),
        ("03 06:00", "desk", "hit", (2,)),
    ]
    assert it.why(1) == [("quiet-over", "route 1; first of hit:1")]


def test_a_follow_up_held_for_quiet_hours_is_still_a_follow_up():
    it = world(quiet=night(QuietThen.HOLD), group_by=GroupBy.STORY)
    it.arrive({"story": 1})
    it.arrive({"story": 1, "rule": "curfew"}, at=EVENING)
    it.wait_until(MORNING)
    assert it.told()[1:] == [("03 06:00", "desk", "follow-up", (2,))]
    assert it.why(2)[0][0] == "follow-up"


def test_what_is_held_for_quiet_hours_leaves_within_the_limit():
    it = world(quiet=night(QuietThen.HOLD), limit=Limit(2, HOUR))
    it.arrive({}, {}, {}, {}, at=EVENING)
    it.wait_until(MORNING + 2 * HOUR)
    assert it.told() == [
        ("03 06:00", "desk", "hit", (1,)),
        ("03 06:00", "desk", "hit", (2,)),
        ("03 07:00", "desk", "summary", (3, 4)),
    ]


def test_digest_tells_all_in_one_after_quiet_hours():
    it = world(quiet=night(QuietThen.DIGEST), group_by=GroupBy.STORY)
    it.arrive({"story": 1}, {"story": 2}, at=EVENING)
    it.arrive({"story": 2, "level": Level.HIGH}, at=EVENING + HOUR)
    it.wait_until(MORNING + HOUR)
    assert it.told() == [("03 06:00", "desk", "digest", (3, 2, 1))]
    assert it.why(2) == [
        ("quiet-over", "route 1; first of story:2; in one digest after quiet hours")
    ]
    it.arrive({"story": 2}, {"story": 3})
    assert it.told()[1:] == [("03 07:00", "desk", "hit", (5,))]
    assert it.why(4)[0][0] == "joined"


def test_a_full_limit_takes_the_nights_digest_into_its_summary():
    it = world(quiet=night(QuietThen.DIGEST), limit=Limit(1, 24 * HOUR))
    it.arrive({}, {}, at=MONDAY - HOUR)
    it.arrive({}, at=EVENING)
    it.wait_until(MORNING)
    assert it.why(3)[0][0] == "wait-limit"
    it.wait_until(MONDAY + 48 * HOUR)
    assert it.told()[1:] == [("03 11:00", "desk", "summary", (2, 3))]


def test_drop_ends_what_was_detected_in_quiet_hours_and_holds_what_was_before():
    it = world(quiet=night(QuietThen.DROP), limit=Limit(1, HOUR))
    it.arrive({}, {}, at=datetime(2026, 3, 2, 20, 30, tzinfo=UTC))
    it.arrive({}, CRITICAL, at=EVENING)
    it.wait_until(MORNING)
    assert it.why(3) == [
        (
            "quiet-dropped",
            "detected within quiet hours (until 2026-03-03 07:00 Europe/Vienna)",
        )
    ]
    assert it.told() == [
        ("02 20:30", "desk", "hit", (1,)),
        ("02 23:00", "desk", "hit", (4,)),
        ("03 06:00", "desk", "hit", (2,)),
    ]


def test_an_exempt_hit_takes_its_story_with_it():
    it = world(quiet=night(QuietThen.HOLD), group_by=GroupBy.STORY)
    it.arrive({"story": 1}, {"story": 1, **CRITICAL}, at=EVENING)
    assert it.told() == [("02 23:00", "desk", "hit", (2, 1))]


def test_quiet_hours_without_exception_hold_everything():
    it = world(quiet=Quiet(time(22), time(7), "Europe/Vienna"))
    it.arrive(CRITICAL, at=EVENING)
    assert it.told() == []


# --- digests -------------------------------------------------------------------------------------


def test_a_digest_leaves_at_its_time_with_everything_since_the_last_by_story():
    it = world(digest=Digest(at=time(7), timezone="Europe/Vienna"))
    it.arrive({"story": 1}, {"story": 2, "level": Level.HIGH})
    assert it.why(1) == [("wait-digest", "for the digest at 2026-03-03 07:00 Europe/Vienna")]
    it.arrive({"story": 1, "level": Level.CRITICAL}, {"story": 2}, at=EVENING)
    it.wait_until(MORNING)
    it.arrive({"story": 2})
    it.wait_until(MORNING + 30 * HOUR)
    assert it.told() == [
        ("03 06:00", "desk", "digest", (3, 1, 2, 4)),
        ("04 06:00", "desk", "digest", (5,)),
    ]
    assert it.why(1) == [
        ("digest-sent", "route 1; in the digest of 2026-03-03 07:00 Europe/Vienna")
    ]


def test_digests_missed_while_the_daemon_was_down_leave_as_one():
    it = world(digest=Digest(every=HOUR))
    it.arrive({}, at=MONDAY + 10 * MINUTE)
    it.now = MONDAY + 5 * HOUR + 10 * MINUTE
    it.decide()
    assert it.told() == [("02 17:10", "desk", "digest", (1,))]


def test_a_hit_decided_after_its_digests_time_is_in_it_unless_it_has_been_made():
    it = world(digest=Digest(every=HOUR))
    it.arrive({}, at=MONDAY + 10 * MINUTE)
    it.wait_until(MONDAY + HOUR)
    it.memory.add(candidate(2, MONDAY + 50 * MINUTE))
    it.decide()
    assert it.why(2)[0][0] == "wait-digest"
    it.wait_until(MONDAY + 3 * HOUR)
    it.now = MONDAY + 3 * HOUR + MINUTE
    it.memory.add(candidate(3, MONDAY + 2 * HOUR + 59 * MINUTE))
    it.decide()
    assert [(when, hits) for when, _, _, hits in it.told()] == [
        ("02 13:00", (1,)),
        ("02 14:00", (2,)),
        ("02 15:01", (3,)),
    ]


def test_a_clock_put_back_keeps_no_digest_from_leaving():
    it = world(digest=Digest(every=HOUR))
    it.arrive()
    it.wait_until(MONDAY + HOUR)
    it.arrive()
    it.memory.add(candidate(3, MONDAY + HOUR))
    it.now = MONDAY - 48 * HOUR
    it.arrive({})
    assert it.told()[1:] == [("28 12:00", "desk", "digest", (3,))]
    it.wait_until(MONDAY - 47 * HOUR)
    assert it.told()[2:] == [("28 13:00", "desk", "digest", (4,))]


def test_what_was_confirmed_too_late_for_a_digest_is_not_sent_between_two():
    it = world(digest=Digest(every=HOUR), confirm=Confirm(2, 6 * HOUR))
    it.arrive({"story": 1}, at=MONDAY + 10 * MINUTE)
    it.wait_until(MONDAY + 90 * MINUTE)
    it.memory.change_story(1, StoryFacts(2))
    it.decide()
    assert it.why(1) == [("wait-digest", "for the digest at 2026-03-02 14:00 UTC")]
    it.memory.add(candidate(2, MONDAY + 91 * MINUTE, story=1))
    sooner = MONDAY + 100 * MINUTE  # as a schedule of before a reload had it
    held = replace(it.memory.standing[1, "1", "desk"].decision, hit=2, until=sooner)
    it.memory.commit_plan(Plan(decisions=(held,), alerts=()), it.now)
    it.wait_until(MONDAY + 3 * HOUR)
    assert it.told() == [("02 14:00", "desk", "digest", (1, 2))]


def test_a_digest_due_in_quiet_hours_leaves_after_them_but_for_the_exempt():
    quiet = night(QuietThen.HOLD)
    it = world(digest=Digest(at=time(23), timezone="Europe/Vienna"), quiet=quiet)
    it.arrive({}, CRITICAL)
    it.wait_until(MORNING)
    assert it.told() == [
        ("02 22:00", "desk", "digest", (2,)),
        ("03 06:00", "desk", "digest", (1,)),
    ]


def test_a_digest_counts_against_the_limit_and_waits_for_it():
    it = world(digest=Digest(every=HOUR), limit=Limit(1, 90 * MINUTE))
    it.arrive({}, at=MONDAY + MINUTE)
    it.arrive({}, at=MONDAY + 61 * MINUTE)
    it.arrive({}, at=MONDAY + 119 * MINUTE)
    it.wait_until(MONDAY + 4 * HOUR)
    assert [(when, hits) for when, _, _, hits in it.told()] == [
        ("02 13:00", (1,)),
        ("02 14:30", (2, 3)),
    ]


def test_a_route_that_gets_a_digest_takes_what_waited_for_something_else_into_the_next():
    it = world(repeat=6 * HOUR, group_by=GroupBy.STORY)
    it.arrive({"story": 1})
    it.arrive({"story": 1}, at=MONDAY + HOUR)
    it.routes = (route(digest=Digest(every=4 * HOUR)),)
    it.wait_until(MONDAY + 24 * HOUR)
    assert it.told()[1:] == [("02 20:00", "desk", "digest", (2,))]


def test_a_route_that_loses_its_digest_tells_what_waited_for_it():
    it = world(digest=Digest(every=4 * HOUR))
    it.arrive({}, {}, at=MONDAY + HOUR)
    it.routes = (route(),)
    it.wait_until(MONDAY + 24 * HOUR)
    assert it.told() == [("02 16:00", "desk", "hit", (1,)), ("02 16:00", "desk", "hit", (2,))]
