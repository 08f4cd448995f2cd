"""New and changed rules meet the recent past: all of it, once, over crashes and beside polls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.daemon.catching_up import CatchUp
from monitor.errors import StoreBusy
from monitor.model.listing import HitFilter
from tests.daemon.parts import Force, article, core, generation, locked, metric, rule, seconds

DAY = timedelta(days=1)


class Bench:
    def __init__(self, store, clock, *rules) -> None:
        self.store = store
        self.force = Force(generation(*rules))
        self.core = core(store, self.force, clock)
        self.oldest: float | None = None
        self.woken: list[int] = []

    def start(self, default: timedelta | None = None) -> CatchUp:
        """The catching up of a daemon that has just started."""
        made = CatchUp(
            self.core,
            default=default,
            oldest_poll=lambda: self.oldest,
            on_hits=lambda: self.woken.append(1),
        )
        made.take_over(self.force.present.rules)
        return made

    def use(self, *rules) -> None:
        self.force.present = generation(*rules)

    def hits(self) -> list[tuple[str, str]]:
        return sorted((one.hit.rule, one.title) for one in self.store.hits(HitFilter(), 1000))


@pytest.fixture
def bench(store, clock):
    return lambda *rules: Bench(store, clock, *rules)


def add(store, clock, *titles: str) -> None:
    with store.writing() as writing:
        for title in titles:
            given = article(title)
            writing.add_article(given, [title], title, now=clock.now(), late=False)


def test_a_rule_with_catch_up_of_its_own_meets_the_past_when_it_is_new(bench, store, clock):
    add(store, clock, "troops arrive")
    one = bench(rule(catch_up=DAY), rule("other", "arrive"))
    past = one.start()
    assert past.waiting == 1
    assert past.turn() is None
    assert one.hits() == [("troops", "troops arrive")]
    assert (past.waiting, past.hits, one.woken) == (0, 1, [1])
    assert metric(one.core.metrics, "monitor_hits_total", rule="troops") == 1


def test_the_default_is_for_rules_that_say_nothing(bench, store, clock):
    add(store, clock, "troops arrive")
    one = bench(rule())
    one.start(DAY).turn()
    assert len(one.hits()) == 1


def test_a_known_rule_is_not_applied_again_and_a_changed_one_is(bench, store, clock):
    one = bench(rule(catch_up=DAY))
    one.start().turn()
    add(store, clock, "troops arrive", "soldiers arrive")
    assert one.start().waiting == 0
    one.use(rule("troops", "soldiers", catch_up=DAY))
    past = one.start()
    past.turn()
    assert one.hits() == [("troops", "soldiers arrive")]


def test_a_crash_before_the_end_loses_no_rule(bench, store, clock):
    add(store, clock, "troops arrive")
    one = bench(rule(catch_up=DAY))
    one.start()
    restarted = one.start()
    assert restarted.waiting == 1
    restarted.turn()
    assert len(one.hits()) == 1
    assert one.start().waiting == 0


def test_a_database_that_is_locked_at_the_start_loses_no_rule(bench, store, clock):
    add(store, clock, "troops arrive")
    one = bench(rule(catch_up=DAY))
    past = CatchUp(one.core, default=None)
    with locked(store), pytest.raises(StoreBusy):
        past.take_over(one.force.present.rules)
    past.take_over(one.force.present.rules)
    past.turn()
    assert len(one.hits()) == 1


def test_articles_of_polls_that_began_before_are_looked_at_when_those_have_ended(
    bench, store, clock
):
    """Such a poll matches by the rules before, and stores after the walk over the past."""
    add(store, clock, "troops arrive")
    one = bench(rule(catch_up=DAY))
    one.oldest = clock.monotonic() - 5
    past = one.start()
    assert past.turn() == 5.0
    assert (past.waiting, len(one.hits())) == (1, 1)
    add(store, clock, "troops late")
    clock.go_on(seconds(5))
    one.oldest = None
    assert past.turn() is None
    assert one.hits() == [("troops", "troops arrive"), ("troops", "troops late")]


def test_a_poll_that_began_afterwards_is_not_waited_for(bench, clock):
    one = bench(rule(catch_up=DAY))
    past = one.start()
    one.oldest = clock.monotonic() + 1
    assert past.turn() is None
    assert past.waiting == 0


def test_a_walk_that_is_told_to_stop_goes_on_after_the_restart(bench, store, clock):
    add(store, clock, *(f"troops {number}" for number in range(250)))
    one = bench(rule(catch_up=DAY))
    past = one.start()
    steps: list[int] = []
    past.progress = lambda: steps.append(1)
    past.stopping = lambda: len(steps) >= 1
    past.turn()
    assert (len(one.hits()), past.waiting) == (100, 1)
    one.start().turn()
    assert len(one.hits()) == 250


def test_a_rule_that_is_edited_or_gone_meanwhile(bench, store, clock):
    add(store, clock, "troops arrive", "soldiers arrive")
    one = bench(rule(catch_up=DAY), rule("gone", "arrive", catch_up=DAY))
    past = one.start()
    clock.go_on(seconds(1))
    one.use(rule("troops", "soldiers", catch_up=DAY))
    past.take_over(one.force.present.rules)
    assert past.waiting == 2
    past.turn()
    assert one.hits() == [("troops", "soldiers arrive")]
    assert past.waiting == 0
