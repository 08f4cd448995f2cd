"""What the policy is given and what becomes of its plans: promises of `ports.Store`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model.alert import AlertKind
from monitor.model.decision import Candidate, GroupPast, Hold, Outcome, Reason
from monitor.model.hit import HitState
from monitor.model.rule import Level
from monitor.store import SqlStore
from tests.conformance.making import (
    NOW,
    add_article,
    add_hit,
    alert,
    at,
    decision,
    hold,
    match,
    new_alert,
    plan,
    rule,
    told,
)


def ids(candidates: object) -> list[int]:
    return [candidate.hit for candidate in candidates]  # type: ignore[attr-defined] # candidates


def state_of(store: SqlStore, hit: int) -> HitState:
    (item,) = store.content(alert("x", hits=(hit,))).items
    return item.hit.state


def test_a_new_hit_is_a_candidate_with_what_the_policy_needs(store: SqlStore) -> None:
    of = rule(level=Level.HIGH, tags=("security",), notify=("duty",))
    article = add_article(
        store, source="tass", source_tags=("wire",), lang="ru", published=at(-60), late=True
    )
    hit = add_hit(store, of, on=article, now=at(1))

    assert store.candidates(at(2), 10) == [
        Candidate(
            hit=hit,
            rule="csto",
            level=Level.HIGH,
            tags=("security",),
            source="tass",
            source_tags=("wire",),
            lang="ru",
            story=None,
            at=at(1),
            event_at=at(-60),
            late=True,
            notify=("duty",),
        )
    ]


def test_new_hits_come_oldest_first_up_to_the_limit(store: SqlStore) -> None:
    hits = [add_hit(store) for _ in range(4)]

    assert ids(store.candidates(NOW, 3)) == hits[:3]


def test_a_decided_hit_is_no_candidate_any_more(store: SqlStore) -> None:
    hit, other = add_hit(store), add_hit(store)

    store.commit_plan(plan(decision(hit)), NOW)

    assert ids(store.candidates(at(600), 10)) == [other]


def test_a_held_hit_is_up_when_it_is_due_and_not_before(store: SqlStore) -> None:
    hit = add_hit(store)
    store.commit_plan(plan(hold(hit, at(10)), decision(hit, channel="duty")), NOW)

    assert store.candidates(at(9), 10) == []
    (candidate,) = store.candidates(at(10), 10)
    assert candidate.holds == (
        Hold(channel="desk", route="1", reason=Reason.WAIT_DIGEST, until=at(10)),
    )
    assert candidate.settled == {"duty"}
    assert store.next_hold() == at(10)


def test_holds_with_the_same_destination_and_reason_are_up_together(store: SqlStore) -> None:
    early, late, other_route, other_reason, other_channel = (add_hit(store) for _ in range(5))
    store.commit_plan(
        plan(
            hold(early, at(10)),
            hold(late, at(500)),
            hold(other_route, at(500), route="2"),
            hold(other_reason, at(500), reason=Reason.WAIT_QUIET),
            hold(other_channel, at(500), channel="duty"),
        ),
        NOW,
    )

    assert ids(store.candidates(at(10), 10)) == [early, late]


@pytest.mark.parametrize("reason", [Reason.WAIT_CONFIRM, Reason.WAIT_REPEAT])
def test_what_waits_for_its_own_story_is_not_up_with_that_of_others(
    store: SqlStore, reason: Reason
) -> None:
    early, late = add_hit(store), add_hit(store)
    store.commit_plan(
        plan(hold(early, at(10), reason=reason), hold(late, at(500), reason=reason)), NOW
    )

    assert ids(store.candidates(at(10), 10)) == [early]
    assert ids(store.candidates(at(500), 10)) == [early, late]


def test_the_limit_does_not_cut_what_is_waiting(store: SqlStore) -> None:
    held = [add_hit(store) for _ in range(3)]
    store.commit_plan(plan(*(hold(hit, at(1)) for hit in held)), NOW)
    new = [add_hit(store) for _ in range(2)]

    assert ids(store.candidates(at(5), 1)) == [new[0], *held]


def test_a_channel_that_a_hit_was_rerouted_from_is_not_settled(store: SqlStore) -> None:
    hit = add_hit(store)
    gone = decision(hit, channel="old", reason=Reason.REROUTED)
    store.commit_plan(plan(gone, hold(hit, at(1))), NOW)

    (candidate,) = store.candidates(at(1), 10)
    assert candidate.settled == frozenset()


def test_a_plan_puts_its_alerts_into_the_outbox_in_order(store: SqlStore) -> None:
    first, second, third = (add_hit(store) for _ in range(3))
    made = store.commit_plan(
        plan(
            new_alert(
                second,
                first,
                kind=AlertKind.SUMMARY,
                level=Level.CRITICAL,
                group="story:4",
                follows="f00",
                held_back=7,
                confirmed=3,
                text="12 sources read",
            ),
            new_alert(third),
            told(first, 0),
            told(second, 0),
            told(third, 1),
        ),
        NOW,
    )

    leased = store.lease("desk", NOW, until=at(5), limit=10, worker="w")
    assert [one.id for one in leased] == list(made)
    assert leased[0] == alert(
        made[0],
        kind=AlertKind.SUMMARY,
        level=Level.CRITICAL,
        hits=(second, first),
        route="1",
        group="story:4",
        follows="f00",
        held_back=7,
        confirmed=3,
        text="12 sources read",
    )
    assert leased[1].hits == (third,)


def test_committing_a_plan_twice_changes_nothing(store: SqlStore) -> None:
    hit, held = add_hit(store), add_hit(store)
    given = plan(new_alert(hit, group="rule:csto"), told(hit, group="rule:csto"), hold(held, at(9)))

    assert len(store.commit_plan(given, NOW)) == 1
    assert store.commit_plan(given, at(1)) == []

    assert len(store.lease("desk", at(2), until=at(5), limit=10, worker="w")) == 1
    assert len(store.decisions_of(hit)) == 1
    assert len(store.decisions_of(held)) == 1


def test_a_settled_hit_is_not_decided_again_for_another_destination(store: SqlStore) -> None:
    hit = add_hit(store)
    store.commit_plan(plan(decision(hit)), NOW)

    late = plan(new_alert(hit, channel="duty"), told(hit, channel="duty", route="2"))
    assert store.commit_plan(late, at(1)) == []

    assert store.lease("duty", at(2), until=at(5), limit=10, worker="w") == []
    assert state_of(store, hit) is HitState.SUPPRESSED


def test_an_alert_without_hits_is_made_by_every_plan(store: SqlStore) -> None:
    empty = new_alert(kind=AlertKind.DIGEST, text="nothing happened")

    assert len(store.commit_plan(plan(empty), NOW)) == 1
    assert len(store.commit_plan(plan(empty), at(60))) == 1


def test_a_later_decision_replaces_the_hold_of_its_destination_only(store: SqlStore) -> None:
    hit = add_hit(store)
    store.commit_plan(plan(hold(hit, at(1)), hold(hit, at(90), channel="duty")), NOW)

    store.commit_plan(plan(new_alert(hit), told(hit)), at(1))

    assert store.candidates(at(2), 10) == []
    assert store.next_hold() == at(90)
    (candidate,) = store.candidates(at(90), 10)
    assert [h.channel for h in candidate.holds] == ["duty"]
    assert candidate.settled == {"desk"}


def test_every_decision_is_kept_for_why(store: SqlStore) -> None:
    hit = add_hit(store)
    store.commit_plan(plan(hold(hit, at(1), detail="until 07:00")), NOW)
    (made,) = store.commit_plan(plan(new_alert(hit), told(hit, group="story:1")), at(1))

    found = store.decisions_of(hit)

    assert [(d.outcome, d.detail, d.until, d.alert, d.group, d.at) for d in found] == [
        (Outcome.HOLD, "until 07:00", at(1), None, "", NOW),
        (Outcome.ALERT, "because", None, made, "story:1", at(1)),
    ]


def test_an_unchanged_hold_is_kept_once(store: SqlStore) -> None:
    hit = add_hit(store)
    store.commit_plan(plan(hold(hit, at(60))), NOW)
    store.commit_plan(plan(hold(hit, at(60))), at(1))
    store.commit_plan(plan(hold(hit, at(61))), at(2))

    assert [d.until for d in store.decisions_of(hit)] == [at(60), at(61)]


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ((Outcome.SUPPRESS,), HitState.SUPPRESSED),
        ((Outcome.SUPPRESS, Outcome.HOLD), HitState.HELD),
        ((Outcome.SUPPRESS, Outcome.HOLD, Outcome.DIGEST), HitState.DIGESTED),
        ((Outcome.DIGEST, Outcome.HOLD, Outcome.ALERT), HitState.ALERTED),
    ],
)
def test_a_hits_state_is_the_most_that_became_of_it(
    store: SqlStore, outcomes: tuple[Outcome, ...], state: HitState
) -> None:
    hit = add_hit(store)
    decisions = [
        decision(
            hit,
            channel=f"c{n}",
            outcome=outcome,
            until=at(9) if outcome is Outcome.HOLD else None,
        )
        for n, outcome in enumerate(outcomes)
    ]

    store.commit_plan(plan(*decisions), NOW)

    assert state_of(store, hit) is state


def test_decisions_about_hits_that_are_gone_are_left_out(store: SqlStore) -> None:
    hit = add_hit(store)

    made = store.commit_plan(plan(new_alert(hit, 999), told(hit), told(999)), NOW)

    (leased,) = store.lease("desk", NOW, until=at(5), limit=10, worker="w")
    assert [leased.id] == list(made)
    assert leased.hits == (hit,)


def test_thousands_of_hits_are_decided_at_once(store: SqlStore) -> None:
    rules = {f"r{n}": rule(f"r{n}") for n in range(1_100)}
    article = add_article(store)
    with store.writing() as writing:
        writing.add_hits(article, 1, [match(r) for r in rules.values()], rules, now=NOW, edit=False)
    hits = ids(store.candidates(NOW, 5_000))
    assert len(hits) == 1_100

    store.commit_plan(plan(*(hold(hit, at(1)) for hit in hits)), NOW)
    assert ids(store.candidates(at(1), 0)) == hits
    store.commit_plan(
        plan(
            new_alert(*hits, kind=AlertKind.DIGEST),
            *(told(hit, outcome=Outcome.DIGEST, reason=Reason.DIGEST_SENT) for hit in hits),
        ),
        at(1),
    )

    (leased,) = store.lease("desk", at(1), until=at(5), limit=10, worker="w")
    assert list(leased.hits) == hits
    assert store.next_hold() is None


# --- history


def past(store: SqlStore, hit: int, **destinations: float) -> object:
    """The history for one candidate, taken as an unsettled hit of its rule."""
    of = [c for c in store.candidates(at(100_000), 1_000) if c.hit == hit]
    return store.history(of, {("1", k): v for k, v in destinations.items()}, at(100))


def test_alerts_made_at_a_destination_are_told_within_its_time(store: SqlStore) -> None:
    for minute, channel, route in [
        (0, "desk", "1"),
        (50, "desk", "1"),
        (60, "desk", "2"),
        (70, "duty", "1"),
        (90, "desk", "1"),
    ]:
        store.commit_plan(plan(new_alert(channel=channel, route=route)), at(minute))

    found = store.history([], {("1", "desk"): 3_000.0, ("3", "desk"): 9_000.0}, at(100))

    assert found.sent == {("1", "desk"): (at(50), at(90))}


def test_the_last_digest_of_a_destination_is_known_however_old(store: SqlStore) -> None:
    for minute in (0, 10):
        store.commit_plan(plan(new_alert(kind=AlertKind.DIGEST)), at(minute))
    store.commit_plan(plan(new_alert()), at(20))

    found = store.history([], {("1", "desk"): 0.0, ("2", "desk"): 0.0}, at(100_000))

    assert found.digests == {("1", "desk"): at(10)}


def test_what_a_channel_was_told_of_a_group_is_known_by_any_route(store: SqlStore) -> None:
    low, high = rule("a", level=Level.LOW), rule("b", level=Level.HIGH)
    first, second, third = add_hit(store, low), add_hit(store, high), add_hit(store, low)
    (one,) = store.commit_plan(
        plan(new_alert(first, confirmed=2), told(first, group="rule:a")), at(1)
    )
    (two,) = store.commit_plan(
        plan(
            new_alert(second, kind=AlertKind.FOLLOW_UP, route="2"),
            told(second, group="rule:a", route="2"),
        ),
        at(2),
    )

    (candidate,) = [c for c in store.candidates(at(3), 10) if c.hit == third]
    found = store.history([candidate], {}, at(3))

    assert found.groups == {
        ("desk", "rule:a"): GroupPast(
            first_alert=one,
            last_at=at(2),
            rules=frozenset({"a", "b"}),
            level=Level.HIGH,
            confirmed=2,
        )
    }
    assert two != one


def test_a_newer_alert_of_its_own_becomes_the_first_of_a_group(store: SqlStore) -> None:
    hits = [add_hit(store) for _ in range(4)]
    kinds = [AlertKind.FOLLOW_UP, AlertKind.HIT, AlertKind.HIT]
    made = [
        store.commit_plan(plan(new_alert(hit, kind=kind), told(hit, group="rule:csto")), at(n))[0]
        for n, (hit, kind) in enumerate(zip(hits[:3], kinds, strict=True))
    ]

    found = store.history(store.candidates(at(9), 10), {}, at(9))

    assert found.groups["desk", "rule:csto"].first_alert == made[2]


def test_the_oldest_alert_stays_the_first_where_none_is_the_groups_own(store: SqlStore) -> None:
    hits = [add_hit(store) for _ in range(3)]
    made = [
        store.commit_plan(
            plan(new_alert(hit, kind=AlertKind.FOLLOW_UP), told(hit, group="rule:csto")), at(n)
        )[0]
        for n, hit in enumerate(hits[:2])
    ]

    found = store.history(store.candidates(at(9), 10), {}, at(9))

    assert found.groups["desk", "rule:csto"].first_alert == made[0]


def test_a_hit_that_joined_an_alert_counts_as_told_by_it(store: SqlStore) -> None:
    first, second, third = add_hit(store), add_hit(store, rule("b")), add_hit(store)
    (made,) = store.commit_plan(plan(new_alert(first), told(first, group="rule:csto")), at(1))
    store.commit_plan(plan(told(second, made, group="rule:csto")), at(2))

    (candidate,) = store.candidates(at(3), 10)
    found = store.history([candidate], {}, at(3))

    assert candidate.hit == third
    past = found.groups["desk", "rule:csto"]
    assert (past.first_alert, past.last_at, past.rules) == (made, at(1), {"csto", "b"})


def test_suppressed_hits_and_digests_without_a_group_tell_nothing_of_a_group(
    store: SqlStore,
) -> None:
    first, second, third = (add_hit(store) for _ in range(3))
    store.commit_plan(
        plan(
            decision(first, group="rule:csto"),
            new_alert(second, kind=AlertKind.DIGEST),
            told(second, outcome=Outcome.DIGEST),
        ),
        NOW,
    )

    assert third in ids(store.candidates(NOW, 10))
    assert store.history(store.candidates(NOW, 10), {}, NOW).groups == {}


# --- silences


def test_silences_that_run_or_are_not_announced_are_returned(store: SqlStore) -> None:
    over = store.add_silence(rule="a*", start=at(0), end=at(10), comment="maintenance")
    running = store.add_silence(tags=("x", "y"), start=at(0), end=at(60))
    store.announce(over, alert("n1"))

    assert [s.id for s in store.silences(at(20))] == [running]
    (first, second) = store.silences(at(5))
    assert (first.id, first.rule, first.tags, first.comment) == (over, "a*", (), "maintenance")
    assert (first.start, first.end, first.covered, first.announced) == (at(0), at(10), 0, True)
    assert (second.rule, second.tags, second.announced) == ("*", ("x", "y"), False)
    assert [s.id for s in store.silences(at(90))] == [running]


def test_the_end_of_a_silence_is_announced_once(store: SqlStore) -> None:
    silence = store.add_silence(start=at(0), end=at(10))

    store.announce(silence, alert("n1"))
    store.announce(silence, alert("n2"))
    store.announce(12345, alert("n3"))

    leased = store.lease("desk", at(20), until=at(30), limit=10, worker="w")
    assert [one.id for one in leased] == ["n1"]


def test_a_silence_counts_each_hit_that_it_covered_once(store: SqlStore) -> None:
    silence = store.add_silence(start=at(0), end=at(10))
    first, second = add_hit(store), add_hit(store)
    held = hold(second, at(1), channel="duty", silence=silence)
    store.commit_plan(
        plan(
            decision(first, silence=silence),
            decision(first, silence=silence, channel="duty"),
            held,
        ),
        NOW,
    )
    store.commit_plan(plan(decision(second, channel="duty", silence=silence)), at(1))

    assert [s.covered for s in store.silences(at(5))] == [2]


def test_next_hold_is_none_when_nothing_waits(store: SqlStore) -> None:
    assert store.next_hold() is None


def test_waiting_longer_than_a_day_is_waiting(store: SqlStore) -> None:
    hit = add_hit(store)
    store.commit_plan(plan(hold(hit, NOW + timedelta(days=400))), NOW)

    assert store.next_hold() == NOW + timedelta(days=400)
