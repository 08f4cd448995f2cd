"""Stages: woken, never ended by an error, and stuck only when they make no progress."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from monitor.daemon.metrics import Metrics
from monitor.daemon.pulse import Pulse
from monitor.daemon.stages import Stage
from monitor.errors import StoreBusy
from tests.daemon.parts import Clock, metric, seconds, until


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def pulse(clock: Clock) -> Pulse:
    return Pulse(clock.monotonic)


@pytest.fixture
def start(pulse: Pulse, metrics: Metrics) -> Iterator[Callable[..., Stage]]:
    stages: list[Stage] = []

    def begin(turn: Callable[[], float | None], **values: float) -> Stage:
        stage = Stage("decide", turn, pulse=pulse, metrics=metrics, **values)
        stages.append(stage)
        stage.start()
        return stage

    yield begin
    for stage in stages:
        stage.stop()
        assert stage.join(300)


def test_a_stage_runs_at_once_and_again_when_it_is_woken(start):
    turns = []

    def turn():
        turns.append(1)

    stage = start(turn)
    until(lambda: len(turns) == 1)
    stage.wake()
    until(lambda: len(turns) == 2)


def test_a_wake_during_a_turn_is_not_lost(start):
    began, go_on = threading.Event(), threading.Event()
    turns = []

    def turn():
        turns.append(1)
        began.set()
        go_on.wait(300)

    stage = start(turn)
    assert began.wait(300)
    stage.wake()
    go_on.set()
    until(lambda: len(turns) == 2)


def test_a_stage_rests_as_long_as_it_asks(start):
    turns = []

    def turn():
        turns.append(1)
        return 0.0 if len(turns) < 50 else None

    start(turn)
    until(lambda: len(turns) == 50)


@pytest.mark.parametrize("error", [StoreBusy("locked"), ZeroDivisionError()])
def test_a_turn_that_raises_is_counted_logged_and_tried_again(start, metrics, error, capsys):
    turns = []

    def turn():
        turns.append(1)
        if len(turns) < 2:
            raise error

    stage = start(turn)
    until(lambda: turns)
    until(lambda: metric(metrics, "monitor_errors_total", stage="decide") == 1)
    stage.wake()
    until(lambda: len(turns) == 2)
    until(lambda: "turn-works-again" in capsys.readouterr().out)


def test_a_stage_that_rests_is_not_stuck_and_one_that_hangs_is(start, pulse, clock):
    hang = threading.Event()
    turns = []

    def turn():
        turns.append(1)
        if len(turns) == 2:
            hang.wait(300)
        return 30.0

    stage = start(turn, limit=100.0)
    until(lambda: turns)
    assert pulse.stuck() == ()
    stage.wake()
    until(lambda: len(turns) == 2)
    clock.go_on(seconds(99))
    assert pulse.stuck() == ()
    stage.progress()
    clock.go_on(seconds(99))
    assert pulse.stuck() == ()
    clock.go_on(seconds(2))
    assert [str(stuck) for stuck in pulse.stuck()] == ["decide has made no progress for 101 s"]
    hang.set()


def test_a_stage_that_ended_is_never_stuck(start, pulse, clock):
    turned = threading.Event()
    stage = start(lambda: turned.set() or None)
    assert turned.wait(300)
    assert not stage.stopping
    stage.stop()
    assert stage.join(300)
    assert stage.stopping
    clock.go_on(seconds(10_000))
    assert pulse.stuck() == ()


def test_a_stage_that_was_never_started_has_ended(pulse, metrics):
    stage = Stage("decide", lambda: None, pulse=pulse, metrics=metrics)
    stage.stop()
    assert stage.join(0)
