"""Timed jobs: run at intervals, never piled up, ended by no error, whatever the wall clock does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon.clock import ClockWatch, SystemClock
from monitor.daemon.timers import Timers
from monitor.errors import StoreBusy
from tests.daemon.parts import Clock, core, generation, metric, seconds, until


@pytest.fixture
def parts(store):
    return core(store, generation(), Clock())


@pytest.fixture
def timers(parts) -> Iterator[Timers]:
    made = Timers(parts)
    yield made
    made.stop()


def test_a_job_runs_at_once_and_then_at_its_interval(timers):
    runs = []
    timers.every("poll", 0.05, lambda: runs.append(1))
    timers.start()
    until(lambda: len(runs) >= 3)


def test_a_job_that_is_waited_for_runs_before_its_time(timers):
    runs = []
    timers.every("beat", 3600, lambda: runs.append(1))
    timers.soon("beat")
    assert runs == []
    timers.start()
    until(lambda: len(runs) == 1)
    timers.soon("beat")
    until(lambda: len(runs) == 2)
    timers.stop()
    timers.soon("beat")
    assert len(runs) == 2


def test_a_job_that_raises_is_counted_and_goes_on(timers, parts, capsys):
    runs = []

    def job():
        runs.append(1)
        if len(runs) <= 5:
            raise StoreBusy("locked") if len(runs) % 2 else ZeroDivisionError

    timers.every("poll", 0.02, job)
    timers.start()
    until(lambda: len(runs) >= 7)
    timers.stop()
    assert metric(parts.metrics, "monitor_errors_total", stage="poll") == 5
    said = capsys.readouterr().out
    # The first, second and fourth failure: a job a second would fill the log.
    assert said.count("run-failed") == 3
    assert "run-works-again" in said


def test_a_job_that_does_not_come_back_is_stuck_and_runs_once(timers, parts):
    began, end = threading.Event(), threading.Event()
    runs = []

    def job():
        runs.append(1)
        began.set()
        end.wait(300)

    others = []
    timers.every("poll", 0.02, job)
    timers.every("beat", 0.02, lambda: others.append(1))
    timers.start()
    assert began.wait(300)
    until(lambda: len(others) >= 10)
    parts.clock.go_on(seconds(119))
    assert parts.pulse.stuck() == ()
    parts.clock.go_on(seconds(2))
    until(lambda: [stuck.stage for stuck in parts.pulse.stuck()] == ["poll"])
    assert len(runs) == 1
    end.set()


def test_a_wall_clock_that_was_set_back_does_not_stop_the_jobs(timers):
    """The scheduler plans by the wall clock: after a jump its plan lies an hour ahead."""
    runs = []
    timers.every("poll", 0.05, lambda: runs.append(1))
    timers.start()
    until(lambda: runs)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    timers._scheduler.modify_job("poll", next_run_time=ahead)
    timers.realign()
    count = len(runs)
    until(lambda: len(runs) >= count + 3)


def test_timers_that_never_started_can_be_stopped(parts):
    Timers(parts).stop()


def test_a_clock_that_is_set_is_noticed_and_one_that_drifts_is_not():
    clock = Clock()
    watch = ClockWatch(clock, clock.monotonic)
    clock.go_on(timedelta(hours=1))
    assert watch.jump() is None
    clock.set(seconds(4))
    assert watch.jump() is None
    clock.set(-timedelta(hours=2))
    assert watch.jump() == -timedelta(hours=2)
    assert watch.jump() is None
    clock.set(timedelta(days=1))  # a machine that was suspended
    assert watch.jump() == timedelta(days=1)


def test_the_machine_s_clock_is_aware_and_utc():
    assert SystemClock().now().utcoffset() == timedelta(0)
