"""Talking to systemd: on a real datagram socket, in UTF-8, and never in the way of the work."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.daemon.systemd import Notify, one_line


@pytest.fixture
def place() -> Iterator[str]:
    # Socket paths are short: pytest's own folders are not.
    with tempfile.TemporaryDirectory() as folder:
        yield f"{folder}/notify"


@pytest.fixture
def listener(place) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(place)
        channel.settimeout(300)
        yield channel


def heard(listener: socket.socket) -> list[str]:
    return listener.recv(65536).decode().split("\n")


def test_every_message_has_the_form_of_sd_notify(listener, place):
    notify = Notify({"NOTIFY_SOCKET": place})
    assert notify.present
    notify.ready("3 Quellen gut,\n Абай")
    assert heard(listener) == ["READY=1", "STATUS=3 Quellen gut, Абай"]
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notify.reloading()
    first, second, _ = heard(listener)
    assert first == "RELOADING=1"
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= after
    notify.status("läuft")
    assert heard(listener) == ["STATUS=läuft"]
    notify.alive()
    assert heard(listener) == ["WATCHDOG=1"]
    notify.waiting("the database is\naway", 5.0)
    first, second = heard(listener)
    assert first == "STATUS=Waiting: the database is away"
    assert int(second.removeprefix("EXTEND_TIMEOUT_USEC=")) > 5_000_000
    notify.stopping()
    assert heard(listener) == ["STOPPING=1", "STATUS=Stopping"]


def test_an_abstract_socket_is_reached():
    name = f"monitor-test-{os.getpid()}-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(f"\0{name}")
        channel.settimeout(300)
        Notify({"NOTIFY_SOCKET": f"@{name}"}).alive()
        assert channel.recv(100) == b"WATCHDOG=1"


def test_without_a_manager_nothing_is_said():
    notify = Notify({})
    notify.ready("well")
    assert not notify.present


def test_a_manager_that_went_away_takes_nothing_down(place):
    Notify({"NOTIFY_SOCKET": str(Path(place).with_name("gone"))}).ready("well")


def test_the_watchdog_s_time_is_this_process_s_own():
    assert Notify({"WATCHDOG_USEC": "120000000"}).watchdog_seconds == 120
    own = {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}
    assert Notify(own).watchdog_seconds == 3
    assert Notify({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}).watchdog_seconds is None
    assert Notify({"WATCHDOG_USEC": "soon"}).watchdog_seconds is None
    assert Notify({}).watchdog_seconds is None


def test_a_line_break_starts_no_assignment():
    assert one_line("a\nREADY=1\r\n b") == "a READY=1 b"
