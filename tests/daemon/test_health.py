"""Health: what keeps the daemon from working, and why a silence is not to be trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.daemon.health import Health
from monitor.errors import Location, Problem, StoreBusy
from monitor.model.channel import Channel
from monitor.model.source import SourceState
from monitor.pipeline.notice import notice
from tests.daemon.parts import NOW, Force, core, generation, metric, seconds, source

MINUTE = timedelta(minutes=1)


def state(id: str, **values) -> SourceState:
    given = {"last_success": NOW, "last_poll": NOW, **values}
    return replace(SourceState(source=id), **given)


@pytest.fixture
def force() -> Force:
    return Force(generation(sources=(source("a"), source("b"), source("c"))))


@pytest.fixture
def states() -> dict[str, SourceState]:
    return {"a": state("a"), "b": state("b"), "c": state("c"), "former": state("former")}


@pytest.fixture
def health(store, force, clock, states) -> Health:
    return Health(core(store, force, clock), states=lambda: states)


def enqueue(store, at, channel="desk"):
    store.enqueue(notice(channel, key="k", subject="s", text="t", now=at))


def test_a_daemon_that_is_well_says_so_in_one_line(health, clock):
    assert health.line() == "starting"
    health.measure(clock.now())
    assert (health.reasons(), health.doubts()) == ((), ())
    assert health.line() == "3 sources good, 1 rule"


def test_sources_are_counted_by_how_they_do(health, clock, states):
    states["b"] = state("b", failures=2)
    states["c"] = state("c", gone=True)
    health.measure(clock.now())
    assert health.line() == "1 source good, 1 bad, 1 gone, 1 rule"
    metrics = health._core.metrics
    counts = {
        name: metric(metrics, "monitor_sources", state=name) for name in ("good", "bad", "gone")
    }
    assert counts == {"good": 1, "bad": 1, "gone": 1}


def test_stages_that_are_stuck_and_faults_are_reasons_and_go_away_again(health, clock):
    health._core.pulse.beat("decide", 10.0)
    clock.go_on(seconds(11))
    health.fault("store", "the disk is full")
    assert health.reasons() == ("decide has made no progress for 11 s", "the disk is full")
    assert health.doubts() == health.reasons()
    health.measure(clock.now())
    assert metric(health._core.metrics, "monitor_stages_stuck") == 1
    health.fault("store", "")
    health.fault("store", "")
    health._core.pulse.retire("decide")
    assert health.reasons() == ()


def test_alerts_that_wait_too_long_are_a_doubt(health, clock, store):
    enqueue(store, clock.now())
    clock.go_on(30 * MINUTE)
    health.measure(clock.now())
    assert health.doubts() == ()
    clock.go_on(MINUTE)
    health.measure(clock.now())
    assert health.doubts()[-1] == (
        "1 alert waits for channel desk, the oldest since 2026-03-01 12:00 UTC"
    )
    assert metric(health._core.metrics, "monitor_alert_age_seconds") == 31 * 60
    assert metric(health._core.metrics, "monitor_alerts_pending", channel="desk") == 1


def test_alerts_for_a_channel_that_is_gone_say_so(health, clock, store, force):
    enqueue(store, clock.now(), channel="desk")
    force.present = generation(channels=(Channel(name="other", url="json://other"),), operator=None)
    clock.go_on(31 * MINUTE)
    health.measure(clock.now())
    assert "for channel desk, which is not configured any more," in health.doubts()[-1]


def test_no_source_read_for_longer_than_the_shortest_interval_is_a_doubt(health, clock):
    clock.go_on(30 * MINUTE)
    health.measure(clock.now())
    assert health.doubts() == ()
    clock.go_on(MINUTE)
    health.measure(clock.now())
    assert health.doubts() == ("no source has been read since 2026-03-01 12:00 UTC",)


def test_after_a_start_the_polls_have_time_whenever_the_last_one_was(store, force, clock, states):
    clock.go_on(timedelta(days=3))
    restarted = Health(core(store, force, clock), states=lambda: states)
    clock.go_on(29 * MINUTE)
    restarted.measure(clock.now())
    assert restarted.doubts() == ()
    states.clear()
    clock.go_on(2 * MINUTE)
    restarted.measure(clock.now())
    assert restarted.doubts() == ("no source has been read since the start",)


def test_without_sources_no_poll_is_missed(store, clock):
    none = Health(core(store, generation(sources=()), clock), states=dict)
    clock.go_on(timedelta(days=1))
    none.measure(clock.now())
    assert none.doubts() == ()


def test_the_report_says_what_is_wrong_and_how_much_of_it(health):
    problems = [
        Problem("bad", f"mistake {number}", Location("rules/a.yaml", number, 3))
        for number in range(1, 31)
    ]
    health.problems = tuple(problems)
    health.doubt("canary", "the canary has not arrived")
    health.measure(NOW)
    report = json.loads(health.report())
    assert report["problem_count"] == 30
    assert report["problems"][0] == "rules/a.yaml:1:3: error: mistake 1"
    assert len(report["problems"]) == 20
    assert report["doubts"] == ["the canary has not arrived"]
    assert report["rules"] == 1
    assert "30 problems in what was edited, the canary has not arrived" in health.line()
    assert metric(health._core.metrics, "monitor_rules", state="broken") == 30


def test_a_store_that_refuses_is_left_to_the_caller(health, clock):
    class Away:
        def channel_figures(self):
            raise StoreBusy("locked")

    away = Health(replace(health._core, store=Away()), states=dict)
    with pytest.raises(StoreBusy):
        away.measure(clock.now())
