"""The whole daemon: what it promises while everything around it goes wrong."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from monitor.daemon import logs
from monitor.errors import AlreadyRunning, UsageError
from monitor.model.alert import Answer, DeliveryOutcome
from monitor.model.listing import HitFilter
from monitor.store import open_store
from tests.daemon.parts import metric, until
from tests.daemon.running import CONFIG, RULES, Daemon, Manager, held, once


@pytest.fixture
def make(sqlite_url: str, tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    with ExitStack() as stack:

        def daemon(**values: object) -> Daemon:
            given = {"folder": tmp_path, "database": sqlite_url, **values}
            return stack.enter_context(Daemon(**given))  # type: ignore[arg-type] # its own fields

        yield daemon


@pytest.fixture
def manager() -> Iterator[Manager]:
    made = Manager()
    yield made
    made.close()


def ask(daemon: Daemon, path: str) -> tuple[int, dict[str, object]]:
    connection = HTTPConnection("127.0.0.1", daemon.service._server.port, timeout=300)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body


def test_a_new_article_is_alerted_and_everything_is_committed_at_the_end(make, sqlite_url):
    daemon = make().start()
    daemon.answer(once("troops arrive"))
    until(lambda: daemon.notifier.titles() == ["troops arrive"])
    assert daemon.service.stop() == ()
    daemon.store.close()
    again = open_store(sqlite_url)
    (figures,) = again.channel_figures()
    assert (figures.pending, figures.dead) == (0, 0)
    assert again.daemon() is None
    again.close()


def test_a_second_daemon_is_refused_and_says_who_is_there(make):
    make().start()
    second = make()
    with pytest.raises(AlreadyRunning, match="works on it"):
        second.service.start()


def test_a_start_that_fails_leaves_the_database_free(make):
    with socket.socket() as blocker:
        blocker.bind(("127.0.0.1", 0))
        blocker.listen()
        listen = f"http: 127.0.0.1:{blocker.getsockname()[1]}\n"
        config = make().config
        good = config.read_text()
        config.write_text(good + listen)
        with pytest.raises(UsageError, match="cannot be listened on"):
            make().start()
    config.write_text(good)
    make().start()


def test_readiness_follows_the_start_and_the_end(make):
    first = make()
    first.config.write_text(first.config.read_text() + "http: 127.0.0.1:0\n")
    daemon = make().start()
    assert ask(daemon, "/readyz")[0] == 200
    daemon.service._ready = False
    assert ask(daemon, "/readyz") == (503, {"ok": False, "reasons": ["starting or stopping"]})


def test_a_database_locked_by_somebody_else_is_told_and_nothing_is_lost(make, tmp_path, capsys):
    first = make()
    first.config.write_text(first.config.read_text() + "http: 127.0.0.1:0\n")
    daemon = make().start()
    until(lambda: daemon.polled)
    with held(tmp_path / "monitor.db"):
        daemon.answer(once("troops arrive"))
        until(lambda: "is locked by another program" in capsys.readouterr().out)
        with pytest.raises(Exception, match="locked"):
            daemon.service._beat()
        status, body = ask(daemon, "/healthz")
        assert status == 503
        assert "is locked by another program" in body["reasons"][0]
    daemon.service._beat()
    assert ask(daemon, "/healthz")[0] == 200
    until(lambda: daemon.notifier.titles() == ["troops arrive"])


def test_a_channel_that_comes_back_gets_everything_in_order(make):
    daemon = make().start()
    daemon.notifier.answer = lambda *_: Answer(outcome=DeliveryOutcome.RETRY, detail="busy")
    daemon.answer(once("troops 0", "troops 1", "troops 2"))
    until(lambda: len(daemon.store.hits(HitFilter(), 10)) == 3)
    until(lambda: metric_of(daemon, "monitor_deliveries_total", channel="desk", outcome="retry"))
    daemon.notifier.answer = lambda *_: Answer(outcome=DeliveryOutcome.DELIVERED, detail="yes")
    daemon.clock.wall += timedelta(hours=2)
    daemon.service.look_at_clock()
    until(lambda: daemon.notifier.titles() == ["troops 0", "troops 1", "troops 2"])


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_jumps_stops_nothing(make, hours, capsys):
    daemon = make().start()
    until(lambda: daemon.polled)
    daemon.clock.wall += timedelta(hours=hours)
    daemon.service.look_at_clock()
    assert f"seconds={hours * 3600}" in capsys.readouterr().out.replace("\x1b[0m", "")
    count = len(daemon.polled)
    daemon.answer(once("troops arrive"))
    until(lambda: daemon.notifier.titles() == ["troops arrive"])
    until(lambda: len(daemon.polled) > count + 1)


def test_a_clock_that_goes_right_is_left_alone(make, capsys):
    daemon = make().start()
    daemon.service.look_at_clock()
    assert "clock-was-set" not in capsys.readouterr().out


def test_a_stage_that_hangs_stops_the_watchdog_and_others_go_on(make, manager):
    environ = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000"}
    began, hang = threading.Event(), threading.Event()
    yes = Answer(outcome=DeliveryOutcome.DELIVERED, detail="yes")

    def answer(*_) -> Answer:
        began.set()
        hang.wait(300)
        return yes

    daemon = make(environ=environ)
    daemon.notifier.answer = answer
    daemon.start()
    until(lambda: len(manager.all("WATCHDOG")) >= 3)
    daemon.answer(once("troops arrive"))
    assert began.wait(300)
    daemon.clock.steady += 301.0
    daemon.service._timers.realign()
    until(lambda: [one.stage for one in daemon.service.core.pulse.stuck()] == ["deliver desk"])
    silent = len(manager.all("WATCHDOG"))
    polled = len(daemon.polled)
    until(lambda: len(daemon.polled) > polled)
    assert len(manager.all("WATCHDOG")) == silent
    hang.set()
    until(lambda: len(manager.all("WATCHDOG")) > silent)


def test_what_does_not_end_is_left_behind_when_somebody_is_impatient(make, capsys):
    began, hang = threading.Event(), threading.Event()
    daemon = make().start()

    def answer(*_):
        began.set()
        hang.wait(300)
        return ()

    daemon.answer(answer)
    assert began.wait(300)
    daemon.service.hurry()
    assert "poll of wire" in daemon.service.stop()
    assert "left-behind" in capsys.readouterr().out
    hang.set()


def test_the_report_is_what_status_shows(make):
    daemon = make().start()
    until(lambda: daemon.store.daemon() and daemon.store.daemon().report)
    report = json.loads(daemon.store.daemon().report)
    assert report["rules"] == 1
    assert report["doubts"] == []


def test_a_daemon_that_crashed_is_noticed_and_its_database_checked(make, capsys):
    crashed = make().start()
    until(lambda: crashed.polled)
    crashed.service.stop()
    # As after `kill -9`: the lock is gone, the row is there.
    crashed.store.claim("host", 4711, crashed.clock.now())
    crashed.store._held.give_back()
    crashed.store._held = None
    make().start()
    said = ""

    def checked() -> bool:
        nonlocal said
        said += capsys.readouterr().out
        return "database-checked" in said

    until(checked)
    assert "daemon-before-ended-without-order" in said


def test_sources_redefined_while_it_did_not_run_are_polled_at_once(make):
    first = make().start()
    until(lambda: first.polled)
    first.service.stop()
    first.config.write_text(first.config.read_text().replace("every: 1s", "every: 1h"))
    second = make().start()
    until(lambda: second.polled == ["wire"])


def metric_of(daemon: Daemon, name: str, **labels: str) -> float:
    return metric(daemon.service.core.metrics, name, **labels)


def test_a_reload_puts_everything_new_in_force(make, manager):
    daemon = make(environ={"NOTIFY_SOCKET": manager.path, "TOKEN": "very-secret-token"}).start()
    until(lambda: daemon.polled)
    daemon.config.write_text(
        CONFIG.format(database=daemon.database).replace(
            "  desk: json://desk.example/", "  desk: json://desk.example/\n  ops: json://${TOKEN}/"
        )
        + "http: 127.0.0.1:0\ncontact: me@example.org\n"
    )
    daemon.rules.write_text(RULES.replace("match: troops", "match: soldiers"))
    until(lambda: daemon.service._server is not None)
    daemon.answer(once("soldiers arrive"))
    until(lambda: daemon.notifier.titles() == ["soldiers arrive"])
    assert sorted(one.name for one in daemon.service.outgoing.stages()) == [
        "deliver desk",
        "deliver ops",
    ]
    assert len(daemon.readers) == 3
    daemon.service._beat()
    until(lambda: daemon.readers[1].closed or daemon.service._beat())
    assert "very-secret-token" in logs._SECRETS.texts
    # `http` moves, and goes.
    daemon.config.write_text(CONFIG.format(database=daemon.database))
    until(lambda: daemon.service._server is None)
