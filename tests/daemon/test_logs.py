"""Logs: one line an event with stable keys, JSON for machines, and never a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog

from monitor.daemon import logs


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    kept = logs._SECRETS.texts
    yield
    logs._SECRETS.texts = kept
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_of_json_begins_with_time_level_part_and_event(capsys):
    logs.configure(json=True, quiet=False, debug=False)
    structlog.get_logger(part="poll").info("polled", source="wire", new=3)
    (line,) = lines(capsys)
    assert list(line) == ["timestamp", "level", "part", "event", "source", "new"]
    assert (line["level"], line["event"], line["new"]) == ("info", "polled", 3)
    assert str(line["timestamp"]).endswith("Z")


def test_an_exception_stays_in_its_line(capsys):
    logs.configure(json=True, quiet=False, debug=False)
    structlog.get_logger().error("turn-failed", exc_info=ValueError("no\nway"))
    (line,) = lines(capsys)
    assert "ValueError: no\nway" in str(line["exception"])


def test_secrets_reach_no_line_whoever_logs_them(capsys):
    logs.configure(json=True, quiet=False, debug=False)
    logs.keep_secret(frozenset({"hunter2secret"}))
    logs.keep_secret(frozenset({"another-one"}))
    structlog.get_logger().error(
        "x",
        exc_info=ValueError("login with hunter2secret refused"),
        url="https://u:hunter2secret@h/",
        nested={"a": ["another-one", ("hunter2secret", 3)]},
        object=timedelta(seconds=1),
        nothing=None,
    )
    logging.getLogger("elsewhere").error("token %s", "hunter2secret")
    said = capsys.readouterr().err
    assert "hunter2secret" not in said
    assert "another-one" not in said
    assert '"url": "https://u:•••@h/"' in said


def test_libraries_log_in_the_same_form_and_only_their_troubles(capsys):
    logs.configure(json=True, quiet=False, debug=False)
    logging.getLogger("httpx").info("GET https://example.org")
    logging.getLogger("apscheduler.executors").warning("skipped")
    logging.getLogger("httpx").warning("slow")
    (line,) = lines(capsys)
    assert (line["level"], line["event"]) == ("warning", "slow")


def test_quiet_tells_only_what_is_broken_in_the_program(capsys):
    logs.configure(json=False, quiet=True, debug=False)
    structlog.get_logger().error("poll-failed")
    structlog.get_logger().critical("defect")
    said = capsys.readouterr().err
    assert "poll-failed" not in said
    assert "defect" in said


def test_debug_tells_more_and_a_terminal_gets_text(capsys):
    logs.configure(json=False, quiet=False, debug=True)
    structlog.get_logger(part="poll").debug("polled", source="wire")
    said = capsys.readouterr().err
    assert "polled" in said
    assert "source=wire" in said
    assert "\x1b" not in said
