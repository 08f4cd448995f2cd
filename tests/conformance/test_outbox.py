"""Delivery's side of the store: promises of `ports.Store`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from monitor.errors import StoreError
from monitor.model.alert import Alert, AlertKind, AlertState, DeliveryOutcome, Settlement
from monitor.model.listing import AlertFilter
from monitor.model.rule import Level
from monitor.store import SqlStore
from tests.conformance.making import NOW, add_article, add_hit, alert, article, at, attempt, rule


def lease(store: SqlStore, minute: float = 0, *, limit: int = 10, worker: str = "w") -> list[str]:
    leased = store.lease("desk", at(minute), until=at(minute + 5), limit=limit, worker=worker)
    return [one.id for one in leased]


def every(store: SqlStore) -> list[Alert]:
    return [entry.alert for entry in store.alerts(AlertFilter(), 100)]


def test_an_alert_comes_out_of_the_outbox_as_it_went_in(store: SqlStore) -> None:
    hits = (add_hit(store), add_hit(store))
    given = alert(
        "a1",
        kind=AlertKind.FOLLOW_UP,
        level=Level.CRITICAL,
        hits=hits[::-1],
        created=at(-1),
        due=at(-1),
        route="2",
        group="story:1",
        follows="a0",
        stands_in_for="b1",
        subject="Тема",
        text="x\n\ny",
        held_back=1,
        confirmed=2,
    )
    store.enqueue(given)

    assert store.lease("desk", NOW, until=at(5), limit=1, worker="w") == [given]


def test_an_alert_enters_the_outbox_once(store: SqlStore) -> None:
    store.enqueue(alert("a", text="first"))
    store.enqueue(alert("a", text="second"))

    (leased,) = store.lease("desk", NOW, until=at(5), limit=9, worker="w")
    assert leased.text == "first"


def test_alerts_are_leased_by_channel_in_the_order_made_when_due(store: SqlStore) -> None:
    for id, values in {
        "c": {},
        "b": {"due": at(10)},
        "a": {},
        "other": {"channel": "duty"},
        "d": {},
    }.items():
        store.enqueue(alert(id, **values))

    assert lease(store, limit=2) == ["c", "a"]
    assert lease(store) == ["d"]
    assert lease(store, 4) == []


def test_a_lease_that_ran_out_gives_its_alerts_back(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    assert lease(store, 0) == ["a"]
    assert lease(store, 4.9) == []

    assert lease(store, 5, worker="other") == ["a"]


def test_an_alert_is_leased_to_one_of_many_workers(store: SqlStore) -> None:
    for n in range(40):
        store.enqueue(alert(f"a{n:02}"))

    with ThreadPoolExecutor(8) as workers:
        taken = list(workers.map(lambda n: lease(store, limit=5, worker=f"w{n}"), range(8)))

    assert sorted(id for some in taken for id in some) == [f"a{n:02}" for n in range(40)]


def test_a_worker_gives_back_what_it_leased(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    store.enqueue(alert("b"))
    lease(store, limit=1, worker="one")
    lease(store, limit=1, worker="two")

    store.release("duty", "one")
    assert lease(store) == []
    store.release("desk", "one")
    assert lease(store, worker="three") == ["a"]
    store.release("desk")
    assert lease(store) == ["a", "b"]


def test_a_delivered_alert_is_settled(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    lease(store)

    store.record(attempt("a"), retry_at=None, dead=False)

    assert lease(store, 1_000) == []
    (found,) = every(store)
    assert (found.state, found.attempts) == (AlertState.SENT, 1)


def test_a_failed_alert_is_due_again_when_it_was_said_to_be(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    lease(store)

    failed = attempt("a", outcome=DeliveryOutcome.RETRY, detail="451 later")
    store.record(failed, retry_at=at(2), dead=False)

    assert lease(store, 1) == []
    (leased,) = store.lease("desk", at(2), until=at(5), limit=9, worker="w")
    assert leased == alert("a", attempts=1, due=at(2))


def test_a_failure_without_a_time_to_try_again_leaves_the_alert_due(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    lease(store)

    store.record(attempt("a", outcome=DeliveryOutcome.RETRY), retry_at=None, dead=False)

    assert lease(store) == ["a"]


def test_a_dead_alert_is_not_tried_again_and_what_follows_is(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    lease(store)
    rejected = attempt("a", outcome=DeliveryOutcome.REJECTED, detail="550 no such user")
    stand_in = alert("b", stands_in_for="a")

    store.record(rejected, retry_at=None, dead=True, follow=[stand_in, alert("c", channel="duty")])
    store.record(rejected, retry_at=None, dead=True, follow=[stand_in])

    assert lease(store, 100) == ["b"]
    states = {one.id: one.state for one in every(store)}
    assert states == {
        "a": AlertState.DEAD,
        "b": AlertState.PENDING,
        "c": AlertState.PENDING,
    }


def test_each_attempt_is_logged_once(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    first = attempt("a", outcome=DeliveryOutcome.RETRY, detail="451 later", duration=1.5)
    repeated = replace(first, at=at(1), detail="452 later")  # by another worker, same attempt
    second = attempt("a", attempt=2, at=at(2))

    for one in (first, first, repeated, second):
        store.record(one, retry_at=at(2), dead=False)

    (entry,) = store.alerts(AlertFilter(ids=("a",)), 10)
    assert entry.deliveries == (first, repeated, second)


def test_a_delivery_counts_even_of_an_alert_given_up_meanwhile(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    lease(store)
    store.drop(["a"], NOW)

    store.record(attempt("a"), retry_at=None, dead=False)

    assert [one.state for one in every(store)] == [AlertState.SENT]


def test_a_failure_does_not_revive_an_alert_given_up_meanwhile(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    lease(store)
    store.drop(["a"], NOW)

    failed = attempt("a", outcome=DeliveryOutcome.RETRY)
    store.record(failed, retry_at=at(1), dead=False)

    assert [one.state for one in every(store)] == [AlertState.DROPPED]
    assert lease(store, 100) == []


def test_a_slower_workers_failure_does_not_undo_a_delivery(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    store.record(attempt("a"), retry_at=None, dead=False)

    rejected = attempt("a", at=at(1), outcome=DeliveryOutcome.REJECTED)
    store.record(rejected, retry_at=None, dead=True)
    store.record(replace(rejected, at=at(2)), retry_at=at(3), dead=False)

    assert [one.state for one in every(store)] == [AlertState.SENT]


def test_attempts_recorded_together_are_each_settled_in_their_order(store: SqlStore) -> None:
    for id in ("sent", "later", "dead", "twice", "untouched"):
        store.enqueue(alert(id))
    lease(store)
    retry, rejected = DeliveryOutcome.RETRY, DeliveryOutcome.REJECTED
    again = Settlement(delivery=attempt("twice", outcome=retry), retry_at=at(1))

    store.record_all([])
    store.record_all(
        [
            Settlement(delivery=attempt("sent")),
            again,
            Settlement(delivery=attempt("later", outcome=retry), retry_at=at(7)),
            Settlement(
                delivery=attempt("dead", outcome=rejected), dead=True, follow=(alert("stand-in"),)
            ),
            Settlement(delivery=attempt("twice", attempt=2, at=at(1)), follow=(alert("next"),)),
        ]
    )

    found = {one.id: (one.state, one.attempts, one.due) for one in every(store)}
    assert found == {
        "sent": (AlertState.SENT, 1, NOW),
        "later": (AlertState.PENDING, 1, at(7)),
        "dead": (AlertState.DEAD, 1, NOW),
        "twice": (AlertState.SENT, 2, at(1)),
        "untouched": (AlertState.PENDING, 0, NOW),
        "stand-in": (AlertState.PENDING, 0, NOW),
        "next": (AlertState.PENDING, 0, NOW),
    }
    assert lease(store) == ["stand-in", "next"]
    (entry,) = store.alerts(AlertFilter(ids=("twice",)), 9)
    assert [one.attempt for one in entry.deliveries] == [1, 2]


def test_nothing_of_attempts_recorded_together_is_kept_when_one_cannot_be(store: SqlStore) -> None:
    store.enqueue(alert("a"))
    with pytest.raises(StoreError):
        store.record_all(
            [Settlement(delivery=attempt("a")), Settlement(delivery=attempt("unknown"))]
        )

    assert [(one.state, one.attempts) for one in every(store)] == [(AlertState.PENDING, 0)]


def test_a_retry_holds_up_the_alerts_behind_it(store: SqlStore) -> None:
    assert store.held_until("desk") is None
    for id in ("a", "b", "c"):
        store.enqueue(alert(id))
    assert store.held_until("desk") is None

    retry = attempt("a", outcome=DeliveryOutcome.RETRY)
    store.record(retry, retry_at=at(7), dead=False)
    assert store.held_until("desk") == at(7)
    assert store.held_until("duty") is None

    store.record(attempt("b"), retry_at=None, dead=False)  # a later one got through
    assert store.held_until("desk") is None

    store.record(replace(retry, alert="c"), retry_at=at(9), dead=False)
    assert store.held_until("desk") == at(9)


# --- content


def test_content_shows_each_hit_with_its_article_in_the_alerts_order(store: SqlStore) -> None:
    first, second = add_article(store, title="One"), add_article(store, title="Two")
    hits = (add_hit(store, on=first), add_hit(store, on=second))
    asked = alert("a", hits=(hits[1], 999, hits[0]))

    content = store.content(asked)

    assert content.alert == asked
    assert [item.hit.id for item in content.items] == [hits[1], hits[0]]
    assert [item.article.article.title for item in content.items] == ["Two", "One"]
    assert [item.article.id for item in content.items] == [second, first]
    assert [(i.story_size, i.publishers, i.others) for i in content.items] == [(1, 1, ())] * 2


def test_content_shows_the_version_that_was_hit(store: SqlStore) -> None:
    id = add_article(store, title="One")
    hit = add_hit(store, on=id)
    with store.writing() as writing:
        for n in (2, 3):
            writing.add_revision(id, article(f"Version {n}"), [], f"h{n}", now=at(n))
    newer = add_hit(store, rule("b"), on=id, revision=3)

    items = store.content(alert("a", hits=(hit, newer))).items

    assert [i.article.article.title for i in items] == ["One", "Version 3"]
    assert [i.article.revision for i in items] == [1, 3]
    assert [i.article.first_seen for i in items] == [NOW, NOW]


def test_a_notice_tells_no_hits(store: SqlStore) -> None:
    assert store.content(alert("a", text="Disk full")).items == ()
