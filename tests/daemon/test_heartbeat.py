"""The heartbeat: asked while there is nothing to doubt, and nowhere that nobody configured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.config.settings import Heartbeat as HeartbeatSettings
from monitor.daemon.health import Health
from monitor.daemon.heartbeat import Heartbeat
from tests.daemon.parts import Force, core, generation, metric, seconds

EVERY = timedelta(minutes=5)


class Listener:
    """A server that notes what it is asked, and answers as told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, str]] = {}
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener.asked.append(self.path)
                status, location = listener.answers.get(self.path, (200, ""))
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def force(listener) -> Force:
    return Force(generation(heartbeat=HeartbeatSettings(f"{listener.url}/ping/s3cr3t", EVERY)))


@pytest.fixture
def health(store, force, clock) -> Health:
    return Health(core(store, force, clock), states=dict)


@pytest.fixture
def heartbeat(health) -> Iterator[Heartbeat]:
    made = Heartbeat(health._core, health=health)
    yield made
    made.close()


def beats(heartbeat, outcome) -> float:
    return metric(heartbeat._metrics, "monitor_heartbeats_total", outcome=outcome)


def test_it_is_asked_at_its_interval(heartbeat, listener, clock):
    assert heartbeat.turn() == 300
    clock.go_on(seconds(299))
    assert heartbeat.turn() == 1
    clock.go_on(seconds(1))
    heartbeat.turn()
    assert listener.asked == ["/ping/s3cr3t"] * 2
    assert beats(heartbeat, "answered") == 2
    assert metric(heartbeat._metrics, "monitor_heartbeat_seconds") == clock.now().timestamp()


def test_it_is_withheld_while_there_is_a_doubt_and_goes_on_after(
    heartbeat, health, listener, clock, capsys
):
    health.doubt("outbox", "3 alerts wait")
    heartbeat.turn()
    clock.go_on(EVERY)
    heartbeat.turn()
    assert listener.asked == []
    assert beats(heartbeat, "withheld") == 2
    health.doubt("outbox", "")
    clock.go_on(EVERY)
    heartbeat.turn()
    assert len(listener.asked) == 1
    said = capsys.readouterr().out
    assert said.count("heartbeat-withheld") == 1
    assert "heartbeat-goes-on" in said


def test_an_error_answer_and_no_answer_are_failures_without_the_secret(
    heartbeat, listener, clock, capsys
):
    listener.answers["/ping/s3cr3t"] = (500, "")
    heartbeat.turn()
    listener.close()
    clock.go_on(EVERY)
    heartbeat.turn()
    assert beats(heartbeat, "failed") == 2
    said = capsys.readouterr().out
    assert said.count("heartbeat-failed") == 2
    assert "s3cr3t" not in said


def test_a_redirect_to_another_private_address_is_not_followed(heartbeat, listener):
    port = listener.server.server_address[1]
    listener.answers["/ping/s3cr3t"] = (302, f"http://localhost:{port}/inside")
    heartbeat.turn()
    assert listener.asked == ["/ping/s3cr3t"]
    assert beats(heartbeat, "failed") == 1


def test_a_redirect_on_the_configured_host_is_followed(heartbeat, listener):
    listener.answers["/ping/s3cr3t"] = (302, "/pong")
    heartbeat.turn()
    assert listener.asked == ["/ping/s3cr3t", "/pong"]
    assert beats(heartbeat, "answered") == 1


def test_a_new_address_is_asked_at_once_and_none_is_left_alone(heartbeat, listener, force):
    heartbeat.turn()
    force.present = generation(heartbeat=HeartbeatSettings(f"{listener.url}/other", EVERY))
    heartbeat.turn()
    assert listener.asked == ["/ping/s3cr3t", "/other"]
    force.present = generation()
    assert heartbeat.turn() is None
    assert len(listener.asked) == 2


def test_one_that_was_never_asked_can_be_closed(health):
    Heartbeat(health._core, health=health).close()
