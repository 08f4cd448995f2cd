"""Catching up: rules meet the recent past once, in steps that can be ended and begun anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.article import Article
from monitor.model.rule import Correlation, Distinct
from monitor.pipeline.catch_up import BATCH, CaughtUp, catch_up, reaching_back
from monitor.store import SqlStore, open_store
from tests.daemon.parts import NOW, rule

DAY = timedelta(days=1)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def add(store: SqlStore, count: int, text: str = "troops arrive", now: datetime = NOW) -> None:
    with store.writing() as writing:
        for number in range(count):
            given = Article(title=f"{text} {number}", body="", source="wire")
            key = f"{text} {number} {now}"
            writing.add_article(given, [key], key, now=now, late=False)


def test_how_far_a_rule_reaches_is_its_own_word_or_else_the_default():
    counted = Correlation(rules=("a",), within=DAY, distinct=Distinct.ARTICLES, at_least=2)
    rules = [
        rule("own", catch_up=2 * DAY),
        rule("silent"),
        rule("off", catch_up=DAY, enabled=False),
        rule("over", catch_up=DAY, expires=(NOW - DAY).date()),
        rule("correlation", match=None, correlate=counted, catch_up=DAY),
    ]
    assert reaching_back(rules, None, NOW) == {"own": 2 * DAY}
    assert reaching_back(rules, DAY, NOW) == {"own": 2 * DAY, "silent": DAY}


def test_articles_since_then_are_hit_and_older_ones_are_not(store):
    add(store, 2, now=NOW - 3 * DAY)
    add(store, 3, now=NOW - DAY)
    done = catch_up(store, [rule()], since=NOW - 2 * DAY, now=NOW)
    assert done == CaughtUp(5, whole=True, by_rule={"troops": 3})
    assert done.hits == 3


def test_what_was_hit_before_is_not_hit_again(store):
    add(store, 3)
    catch_up(store, [rule()], since=NOW - DAY, now=NOW)
    assert catch_up(store, [rule()], since=NOW - DAY, now=NOW).hits == 0


def test_articles_up_to_an_id_are_passed_over(store):
    add(store, 3)
    assert catch_up(store, [rule()], since=NOW - DAY, now=NOW, after=2).hits == 1
    assert catch_up(store, [rule()], since=NOW - DAY, now=NOW, after=3) == CaughtUp(3, whole=True)


def test_an_empty_past_is_caught_up_with(store):
    assert catch_up(store, [rule()], since=NOW - DAY, now=NOW) == CaughtUp(0, whole=True)


def test_what_nothing_matches_leaves_no_hit(store):
    add(store, 2, "calm day")
    assert catch_up(store, [rule()], since=NOW - DAY, now=NOW) == CaughtUp(2, whole=True)


def test_a_walk_ends_between_batches_and_goes_on_where_it_ended(store):
    add(store, 2 * BATCH + 7)
    steps: list[int] = []
    first = catch_up(
        store,
        [rule()],
        since=NOW - DAY,
        now=NOW,
        progress=lambda: steps.append(1),
        stopping=lambda: len(steps) == 1,
    )
    assert first == CaughtUp(BATCH, whole=False, by_rule={"troops": BATCH})
    rest = catch_up(store, [rule()], since=NOW - DAY, now=NOW, after=first.last)
    assert rest == CaughtUp(2 * BATCH + 7, whole=True, by_rule={"troops": BATCH + 7})


def test_a_hit_of_the_past_is_decided_like_any_other(store):
    add(store, 1)
    catch_up(store, [rule()], since=NOW - DAY, now=NOW)
    (candidate,) = store.candidates(NOW, 10)
    assert (candidate.rule, candidate.edit_ignored) == ("troops", False)
    assert candidate.at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
