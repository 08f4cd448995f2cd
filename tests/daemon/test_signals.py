"""Signals are heard at once, by notes instead of locks, and only while somebody listens."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

import pytest

from monitor.daemon.signals import Ended, Signals
from tests.daemon.parts import until


@pytest.fixture
def signals():
    with Signals() as made:
        made.begin()
        yield made


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_end_ends_the_wait(signals, number):
    os.kill(os.getpid(), number)
    signals.wait(300)
    assert signals.ending == 1
    assert signals.interrupted is (number == signal.SIGINT)
    assert not signals.reload_asked()


def test_a_reload_is_told_once(signals):
    os.kill(os.getpid(), signal.SIGHUP)
    until(lambda: signals._reload)
    signals.wait(300)
    assert signals.reload_asked()
    assert not signals.reload_asked()
    assert signals.ending == 0


def test_asking_again_for_the_end_is_impatience(signals):
    impatient = []
    signals.on_impatience = lambda: impatient.append(1)
    os.kill(os.getpid(), signal.SIGTERM)
    until(lambda: signals.ending == 1)
    assert impatient == []
    os.kill(os.getpid(), signal.SIGINT)
    until(lambda: impatient == [1])
    assert not signals.interrupted


def test_without_a_signal_the_wait_ends_by_itself(signals):
    signals.wait(0.01)
    assert signals.ending == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_before_anything_has_begun_an_end_is_at_once(number, code):
    with pytest.raises(Ended) as caught, Signals():  # noqa: PT012 - it is raised where it may
        signal.raise_signal(number)
        raise AssertionError("nothing was raised")
    assert caught.value.code == code


def test_an_end_that_was_asked_for_is_not_forgotten_when_all_begins():
    """Python drops an exception that a handler raises inside a finalizer."""
    with Signals() as signals:
        with suppress(Ended):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Ended):
            signals.begin()


def test_a_reload_that_is_asked_for_before_is_done_afterwards():
    with Signals() as signals:
        signal.raise_signal(signal.SIGHUP)
        signals.begin()
        assert signals.reload_asked()


def test_afterwards_everything_is_as_before():
    before = signal.getsignal(signal.SIGTERM)
    with Signals():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
    wakeup = signal.set_wakeup_fd(-1)
    assert wakeup == -1
