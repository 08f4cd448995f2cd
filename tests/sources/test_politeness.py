"""Hosts are asked in turn, and pages only where robots.txt allows."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.sources.fetching import Fetcher, Limits
from monitor.sources.robots import Permission, Robots
from monitor.sources.spacing import Spacing
from tests.sources.server import FakeTime, Reply, Server, resolve_here

NOW = datetime(2022, 1, 6, tzinfo=UTC)
NAMED = frozenset({"127.0.0.1"})


def test_requests_to_a_host_are_spaced_and_hosts_do_not_wait_for_each_other():
    time = FakeTime()
    spacing = Spacing(2.0, time.monotonic, time.wait)
    assert [spacing.take_turn(host) for host in ("a", "b", "a", "a")] == [0, 0, 0, 0]
    assert time.waited == [2.0, 2.0]
    time.seconds += 60
    spacing.take_turn("a")
    assert time.waited == [2.0, 2.0]


def test_a_host_may_ask_for_longer_spacing():
    time = FakeTime()
    spacing = Spacing(1.0, time.monotonic, time.wait)
    spacing.take_turn("a", at_least=5.0)
    spacing.take_turn("a")
    assert time.waited == [5.0]


def test_who_has_no_patience_is_told_how_long_it_would_take_and_takes_no_turn():
    time = FakeTime()
    spacing = Spacing(10.0, time.monotonic, time.wait)
    spacing.take_turn("a")
    assert spacing.take_turn("a", patience=5.0) == 10.0
    assert spacing.take_turn("a", patience=10.0) == 0
    assert time.waited == [10.0]


def test_hosts_long_past_are_forgotten():
    time = FakeTime()
    spacing = Spacing(1.0, time.monotonic, time.wait)
    for number in range(10_001):
        time.seconds += 2
        spacing.take_turn(str(number))
    assert len(spacing._next) == 1


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def robots() -> Iterator[Robots]:
    time = FakeTime()
    with Fetcher(limits=Limits(), resolve=resolve_here) as fetcher:
        yield Robots(fetcher, Spacing(1.0, time.monotonic, time.wait))


RULES = b"""\
User-agent: *
Disallow: /private/
Crawl-delay: 3

User-agent: monitor
Disallow: /not-for-monitors
Crawl-delay: 99999
"""


def may(robots: Robots, url: str, now: datetime = NOW) -> Permission:
    return robots.permission(url, NAMED, now)


def test_the_rules_for_this_program_count(server: Server, robots: Robots):
    server.on("/robots.txt", Reply(RULES))
    assert may(robots, server.url + "/private/x") == Permission(allowed=True, delay=10.0)
    assert not may(robots, server.url + "/not-for-monitors/x?y=1").allowed
    assert server.paths() == ["/robots.txt"]


def test_rules_are_asked_for_once_a_day(server: Server, robots: Robots):
    server.on("/robots.txt", Reply(b""), Reply(b"User-agent: *\nDisallow: /"))
    hours = [0, 1, 23, 24, 25]
    answers = [
        may(robots, server.url + "/a", NOW + timedelta(hours=hour)).allowed for hour in hours
    ]
    assert answers == [True, True, True, False, False]
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_host_without_rules_allows_everything(server: Server, robots: Robots, status: int):
    server.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /", status))
    assert may(robots, server.url + "/a") == Permission(allowed=True)


@pytest.mark.parametrize(
    "reply", [Reply(b"", 500), Reply(b"", 503), Reply(b"", 429), Reply(raw=[b"nonsense\r\n\r\n"])]
)
def test_a_host_whose_rules_cannot_be_had_allows_nothing_for_an_hour(
    server: Server, robots: Robots, reply: Reply
):
    server.on("/robots.txt", reply, Reply(b""))
    assert may(robots, server.url + "/a") == Permission(allowed=False, certain=False)
    assert not may(robots, server.url + "/a", NOW + timedelta(minutes=59)).allowed
    assert may(robots, server.url + "/a", NOW + timedelta(hours=1)).allowed


@pytest.mark.parametrize(
    "body",
    [b"\0\1\2\3" * 99, b"Disallow: /\n" * 9, b"User-agent: *\nCrawl-delay: no\n", b"%" * 999],
)  # fmt: skip
def test_rules_that_are_none_forbid_nothing(server: Server, robots: Robots, body: bytes):
    server.on("/robots.txt", Reply(body))
    assert may(robots, server.url + "/a") == Permission(allowed=True)


def test_rules_that_unfold_without_end_allow_nothing(server: Server, robots: Robots):
    bomb = gzip.compress(bytes(5_000_000))
    server.on("/robots.txt", Reply(bomb, headers={"Content-Encoding": "gzip"}))
    assert not may(robots, server.url + "/a").allowed


def test_the_number_of_hosts_remembered_is_bounded(robots: Robots):
    # Nothing listens there: each is remembered as unreachable.
    for number in range(2_001):
        robots.permission(f"http://127.0.0.1:1/{number}", NAMED, NOW)
        robots._known[f"http://host-{number}"] = robots._known["http://127.0.0.1:1"]
    assert len(robots._known) == 2_002
    robots.permission("http://127.0.0.1:2/", NAMED, NOW)
    assert len(robots._known) == 1
