"""`monitor check` names what is wrong with a channel, where, and what to write instead."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import Location, Problem, Severity
from monitor.model.alert import AlertKind
from monitor.model.channel import Channel
from monitor.notify.check import check_channel, sample
from monitor.notify.render import MAIL, render
from tests.notify.making import NOW

HERE = Location("monitor.yaml", 12, 9)


def checked(url: str, template: Path | None = None) -> Problem | None:
    return check_channel(
        Channel(name="duty", url=url, template=str(template) if template else None, location=HERE)
    )


@pytest.mark.parametrize(
    "url",
    [
        "console://",
        "json://localhost/hook",
        "mailtos://user:pass@example.org?to=desk@example.org",
        "mailto://127.0.0.1:2525?from=a@example.org&to=b@example.org",
        "mailto://user:pass@127.0.0.1:2525?from=a@example.org&to=b@example.org",
        "mailto://user:pass@localhost:2525?from=a@example.org&to=b@example.org",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Q",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Q",
        "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
    ],
)
def test_a_channel_that_can_be_sent_to_has_no_problem(url: str) -> None:
    assert checked(url) is None


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("desk@example.org", "it is no URL of a service", "write SERVICE://"),
        ("maito://a@b.c", "there is no service maito://", "did you mean mailto://?"),
        ("consle://", "there is no service consle://", "did you mean console://?"),
        ("qqqqqqq://x", "there is no service qqqqqqq://", "see https://appriseit.com/services/"),
        ("slack://a/b", "Slack: An invalid Slack (third) Token", "see https://appriseit.com/"),
        ("tgram://nonsense", "it cannot be read as a URL of Telegram", "see https://appriseit"),
        ("https://example.org/hook", "no service is known by its https://", "write jsons://HOST"),
        ("http://localhost/hook", "no service is known by its http://", "write json://HOST"),
        ("mqtt://localhost/t", "MQTT Notification cannot be used", "install paho-mqtt"),
        ("mailto://x.example?from=a@b.org&to=nobody", "it has no recipient", "Dropped invalid To"),
    ],
)
def test_a_channel_that_cannot_be_sent_to_is_an_error(url: str, message: str, hint: str) -> None:
    problem = checked(url)
    assert problem is not None
    assert problem.severity is Severity.ERROR
    assert problem.code == "unusable-channel"
    assert problem.location == HERE
    assert problem.message.startswith(f"channel 'duty': {message}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("url", "code", "message"),
    [
        (
            "mailto://user:pass@mail.example?to=a@example.org",
            "password-in-clear",
            "it sends its password without encryption",
        ),
        (
            "mailtos://user:pass@mail.example?to=a@example.org,b@example.org",
            "several-recipients",
            "it has 2 recipients",
        ),
        ("tgram://123456789:abcdefg_hijklmnop/1/2/3/", "several-recipients", "it has 3 recipients"),
        (
            "mailtos://user:pass@mail.example?to=a@example.org&%2BMessage-ID=x",
            "header-not-sent",
            "the header Message-ID is not taken from the URL",
        ),
        (
            "json://localhost/?rto=long",
            "part-not-used",
            "a part of its URL is not used: Invalid socket read timeout",
        ),
    ],
)
def test_a_channel_that_works_otherwise_than_one_might_think_is_a_warning(
    url: str, code: str, message: str
) -> None:
    problem = checked(url)
    assert problem is not None
    assert problem.severity is Severity.WARNING
    assert problem.code == code
    assert message in problem.message
    assert problem.hint


def test_nobody_is_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        checked(f"json://127.0.0.1:{port}/")
        checked(f"mailto://127.0.0.1:{port}?from=a@example.org&to=b@example.org")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_folder_of_templates_that_work_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "alert.txt").write_text("{{ alert.headline }}")
    (tmp_path / "notes.md").write_text("{{ not a template")
    assert checked("console://", tmp_path) is None
    assert checked("json://localhost/", tmp_path) is None


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "overrides no template"),
        ({"alert.html.bak": "x"}, "overrides no template"),
        ({"alert.txt": "{{ alert.nothing }}"}, "this channel's own template failed"),
        ({"notice.txt": "{{ alert.story }}"}, "this channel's own template failed"),
        ({"digest.txt": b"\xff\xfe\xff"}, "cannot be read"),
        ({"alert.html": "{% extends 'nothing.html' %}"}, "this channel's own template failed"),
    ],
    ids=["empty", "other files", "unknown value", "no story in a notice", "bytes", "no parent"],
)
def test_templates_that_cannot_be_used_are_errors(
    tmp_path: Path, files: dict[str, str | bytes], message: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    problem = checked("mailtos://user:pass@mail.example?to=a@example.org", tmp_path)
    assert problem is not None
    assert problem.code == "bad-template"
    assert problem.severity is Severity.ERROR
    assert message in problem.message


def test_a_mistake_in_a_template_is_located(tmp_path: Path) -> None:
    (tmp_path / "alert.txt").write_text("first line\n{% if %}\n")
    problem = checked("console://", tmp_path)
    assert problem is not None
    assert problem.location == Location(str(tmp_path / "alert.txt"), 2)
    assert "Expected an expression" in problem.message


def test_a_missing_folder_of_templates_is_an_error(tmp_path: Path) -> None:
    problem = checked("console://", tmp_path / "missing")
    assert problem is not None
    assert "there is no folder of templates" in problem.message


@pytest.mark.parametrize("kind", list(AlertKind))
def test_the_sample_can_be_shown_as_every_kind(kind: AlertKind) -> None:
    rendered = render(replace(sample(kind)), MAIL, NOW)
    assert rendered.subject
    assert rendered.html
