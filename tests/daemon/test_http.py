"""Metrics and health over HTTP: right codes and reasons, and no way to hold the daemon up."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.config.settings import Listen
from monitor.daemon.http import StatusServer
from monitor.daemon.metrics import Metrics
from monitor.errors import UsageError
from tests.daemon.parts import until


class Answers:
    unhealthy: tuple[str, ...] = ()
    unready: tuple[str, ...] = ()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def server(answers) -> Iterator[StatusServer]:
    made = StatusServer(
        Listen("127.0.0.1", 0),
        registry=Metrics().registry,
        unhealthy=lambda: answers.unhealthy,
        unready=lambda: answers.unready,
    )
    made.start()
    yield made
    made.stop()


def ask(server: StatusServer, path: str, method: str = "GET") -> tuple[int, bytes, str]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers["Content-Type"]


def test_metrics_are_what_prometheus_reads(server):
    status, body, kind = ask(server, "/metrics?x=1")
    names = {family.name for family in text_string_to_metric_families(body.decode())}
    assert (status, kind.partition(";")[0]) == (200, "text/plain")
    assert {"monitor_build_info", "monitor_alert_age_seconds", "process_open_fds"} <= names


@pytest.mark.parametrize(("path", "field"), [("/healthz", "unhealthy"), ("/readyz", "unready")])
def test_health_and_readiness_come_with_reasons(server, answers, path, field):
    status, body, kind = ask(server, path)
    assert (status, json.loads(body)) == (200, {"ok": True, "reasons": []})
    assert kind == "application/json; charset=utf-8"
    setattr(answers, field, ("Abstürze häufen sich",))
    status, body, _ = ask(server, path)
    assert (status, json.loads(body)) == (503, {"ok": False, "reasons": ["Abstürze häufen sich"]})


def test_a_head_request_gets_no_body_and_an_unknown_path_the_list(server):
    assert ask(server, "/healthz", "HEAD")[:2] == (200, b"")
    assert ask(server, "/etc/passwd")[:2] == (404, b"/metrics, /healthz, /readyz\n")


def test_nothing_can_be_changed(server):
    assert ask(server, "/metrics", "POST")[0] == 501


def test_a_port_in_use_is_a_clear_error(server):
    with pytest.raises(UsageError, match=r"http: 127\.0\.0\.1:\d+ cannot be listened on: Address"):
        StatusServer(
            Listen("127.0.0.1", server.port),
            registry=Metrics().registry,
            unhealthy=lambda: (),
            unready=lambda: (),
        )


def test_an_ipv6_address_can_be_listened_on():
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        made = StatusServer(
            Listen("::1", 0), registry=Metrics().registry, unhealthy=tuple, unready=tuple
        )
    except UsageError:
        pytest.skip("this machine has no address ::1")
    made.start()
    connection = HTTPConnection("::1", made.port, timeout=300)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    made.stop()


def test_silent_clients_are_bounded_and_others_are_served_when_they_leave(server):
    silent = [socket.create_connection(("127.0.0.1", server.port), 20) for _ in range(16)]
    turned_away = socket.create_connection(("127.0.0.1", server.port), 20)
    turned_away.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
    assert _refused(turned_away)
    for connection in (*silent, turned_away):
        connection.close()

    def served() -> bool:
        try:
            return ask(server, "/healthz")[0] == 200
        except OSError:
            return False

    until(served)


def test_a_client_that_hangs_up_is_nobody_s_trouble(server, capfd):
    connection = socket.create_connection(("127.0.0.1", server.port), 20)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.sendall(b"GET /metrics HTTP/1.0\r\n")
    connection.close()
    assert ask(server, "/healthz")[0] == 200
    assert "Traceback" not in capfd.readouterr().err


def _refused(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
