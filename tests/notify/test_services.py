"""What chat services and webhooks are sent, over the wire, and what their answers mean."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote_plus

import pytest

from monitor.model.alert import AlertContent, Answer, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.model.rule import Level
from monitor.notify.notifier import AppriseNotifier
from tests.notify.making import NOW, about, alert, seed_alert
from tests.notify.serving import HttpReceiver, Reply, http_receiver

DELIVERED, RETRY, REJECTED = DeliveryOutcome
Internet = Callable[..., AbstractContextManager[HttpReceiver]]
HOSTILE = about(
    "<!channel> @everyone *loud*\r\nX: y",
    "Now <b>bold</b> @here [x](javascript:alert(1)) & <!here> CSTO said.",
    "CSTO",
    url="https://news.example/a?b=1&c=(2)",
)


def send(notifier: AppriseNotifier, url: str, content: AlertContent | None = None) -> Answer:
    return notifier.send(Channel(name="duty", url=url), content or HOSTILE, NOW)


def test_slack(notifier: AppriseNotifier, instead_of_the_internet: Internet) -> None:
    with instead_of_the_internet(Reply(body=b"ok")) as receiver:
        answer = send(notifier, "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Q?footer=no")
    (request,) = receiver.requests
    (attachment,) = request.json["attachments"]
    assert answer == Answer(outcome=DELIVERED, detail="HTTP 200 OK")
    assert request.headers["Host"] == "hooks.slack.com"
    assert request.json["mrkdwn"] is True
    assert "icon_url" not in request.json
    title = "[HIGH] CSTO deployment: &lt;\u200b!channel&gt; @\u200beveryone"
    assert attachment["title"].startswith(title)
    assert "*CSTO* said." in attachment["text"]
    assert "<https://news.example/a?b=1&c=%282%29|wire>" in attachment["text"]
    assert "&lt;\u200b!here&gt;" in attachment["text"]
    assert "@\u200bhere" in attachment["text"]
    assert not re.search(r"<(?!https://news\.example)", attachment["text"])


def test_slack_in_blocks(notifier: AppriseNotifier, instead_of_the_internet: Internet) -> None:
    with instead_of_the_internet(Reply(body=b"ok")) as receiver:
        send(notifier, "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Q?blocks=yes")
    header, section, _ = receiver.requests[0].json["attachments"][0]["blocks"]
    assert header["text"]["type"] == "plain_text"
    assert len(header["text"]["text"]) <= 150
    assert section["text"]["type"] == "mrkdwn"
    assert len(section["text"]["text"]) <= 3_000


@pytest.mark.parametrize(
    ("error", "outcome"), [("channel_not_found", REJECTED), ("ratelimited", RETRY)]
)
def test_a_slack_bot_that_answers_200_and_refuses(
    notifier: AppriseNotifier,
    instead_of_the_internet: Internet,
    error: str,
    outcome: DeliveryOutcome,
) -> None:
    with instead_of_the_internet(Reply(body={"ok": False, "error": error})):
        answer = send(notifier, "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#alerts")
    assert answer == Answer(outcome=outcome, detail=f"refused with HTTP 200 OK: {error}")


def test_discord(notifier: AppriseNotifier, instead_of_the_internet: Internet) -> None:
    with instead_of_the_internet(Reply(204)) as receiver:
        answer = send(notifier, "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js")
    (request,) = receiver.requests
    said = request.json["content"]
    assert answer.outcome is DELIVERED
    assert said.startswith("**\\[HIGH\\] CSTO deployment**\n[")
    assert "**CSTO** said" in said
    assert "](<https://news.example/a?b=1&c=%282%29>)" in said
    assert "@everyone" not in said
    assert "@here" not in said
    assert "avatar_url" not in request.json
    assert len(said) <= 2_000


def test_discord_embeds_call_nobody(
    notifier: AppriseNotifier, instead_of_the_internet: Internet
) -> None:
    with instead_of_the_internet(Reply(204)) as receiver:
        send(notifier, "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?format=markdown")
    request = receiver.requests[0]
    assert "content" not in request.json
    assert request.json["embeds"][0]["description"].startswith("**\\[HIGH\\]")


def test_telegram(notifier: AppriseNotifier, instead_of_the_internet: Internet) -> None:
    with instead_of_the_internet(Reply(body={"ok": True, "result": {}})) as receiver:
        answer = send(notifier, "tgram://123456789:abcdefg_hijklmnop/12315544/")
    (request,) = receiver.requests
    assert answer.outcome is DELIVERED
    assert request.json["parse_mode"] == "HTML"
    assert request.json["text"].startswith("<b>[HIGH] CSTO deployment</b>\n")
    assert "<b>CSTO</b> said" in request.json["text"]
    assert "&lt;b&gt;bold&lt;/b&gt;" in request.json["text"]
    assert '<a href="https://news.example/a?b=1&amp;c=%282%29">' in request.json["text"]
    assert not re.search(r"@\w", request.json["text"])
    assert set(re.findall(r"</?(\w+)", request.json["text"])) == {"a", "b"}


def test_telegram_says_how_long_to_wait(
    notifier: AppriseNotifier, instead_of_the_internet: Internet
) -> None:
    body = {"ok": False, "description": "Too Many Requests: retry after 41"}
    body["parameters"] = {"retry_after": 41}  # type: ignore[assignment]  # a nested object
    with instead_of_the_internet(Reply(429, body)):
        answer = send(notifier, "tgram://123456789:abcdefg_hijklmnop/12315544/")
    assert answer.outcome is RETRY
    assert answer.retry_after == 41
    assert answer.detail == "HTTP 429 Too Many Requests: Too Many Requests: retry after 41"


def test_a_blocked_telegram_bot_is_refused_for_good(
    notifier: AppriseNotifier, instead_of_the_internet: Internet
) -> None:
    body = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
    with instead_of_the_internet(Reply(403, body)):
        answer = send(notifier, "tgram://123456789:abcdefg_hijklmnop/12315544/")
    assert answer == Answer(
        outcome=REJECTED, detail="HTTP 403 Forbidden: Forbidden: bot was blocked by the user"
    )


def test_matrix(notifier: AppriseNotifier) -> None:
    paths = {
        "/_matrix/client/v3/login": Reply(
            body={"access_token": "abcd1234", "user_id": "@u:localhost", "home_server": "localhost"}
        ),
        "/_matrix/client/v3/join": Reply(body={"room_id": "!room:localhost"}),
    }
    with http_receiver(
        Reply(body={"event_id": "$1", "room_id": "!room:localhost"}), paths=paths
    ) as receiver:
        url = f"matrix://user:pass@localhost:{receiver.port}/!room:localhost?e2ee=no"
        answer = send(notifier, url)
    assert answer.outcome is DELIVERED
    said = next(one.json for one in receiver.requests if "formatted_body" in one.body.decode())
    assert said["format"] == "org.matrix.custom.html"
    assert "<b>CSTO</b> said" in said["formatted_body"]
    assert "<script" not in said["formatted_body"]
    assert "@here" not in said["body"]
    assert "CSTO said" in said["body"]


def test_ntfy(notifier: AppriseNotifier) -> None:
    with http_receiver(Reply(body={"id": "x"})) as receiver:
        answer = send(notifier, f"ntfy://127.0.0.1:{receiver.port}/alerts")
    (request,) = receiver.requests
    assert answer.outcome is DELIVERED
    assert request.json["topic"] == "alerts"
    assert request.json["title"].startswith("[HIGH] CSTO deployment: <\u200b!channel>")
    assert "CSTO said." in request.json["message"]
    assert "https://news.example/a?b=1&c=%282%29" in request.json["message"]


@pytest.mark.parametrize(
    "url",
    [
        "mmosts://chat.example.org/3ccdd113474722377935511fc85d3dd4",
        "nctalks://user:pass@chat.example.org/roomid",
        "revolt://" + "b" * 64 + "/01" + "A" * 24,
        "ryver://org/ckhrjW8w672m6HG",
        "twist://user@example.org/password/12345:67890",
        "workflows://prod-1.logic.azure.com:443/643e69f83c8944/iz8m1CYqn",
        "zulip://bot@org/4db3cc3d2c2a4e2bb6b4d7c31e8dd7a4/general",
        "guilded://123456789012345678/" + "a" * 40,
    ],
    ids=lambda url: url.partition(":")[0],
)
def test_markdown_of_an_article_stays_text_where_a_service_reads_any_text_as_markdown(
    notifier: AppriseNotifier, instead_of_the_internet: Internet, url: str
) -> None:
    yes = {"token": "t", "id": 1, "result": "success", "default_workspace": 1, "channels": []}
    with instead_of_the_internet(Reply(body=yes)) as receiver:
        send(notifier, url)
    said = [one.body.decode() for one in receiver.requests]
    told = next(one for one in said if "said" in one)
    text = str(json.loads(told)) if told.startswith("{") else unquote_plus(told)
    text = text.replace("\\\\", "\\").replace("\\u200b", "\u200b")
    assert "CSTO" in text
    assert not re.search(r"@(?:here|everyone)", text)
    assert not re.search(r"<!(?:here|channel)", text)
    assert not re.search(r"(?<!\\)\[x", text)
    assert re.search(r"\\\[x\\\]\\\(", text)


def test_a_webhook_gets_json(notifier: AppriseNotifier) -> None:
    with http_receiver(Reply(201)) as receiver:
        answer = send(notifier, f"json://127.0.0.1:{receiver.port}/hook/x?%2BX-Key=k", seed_alert())
    (request,) = receiver.requests
    assert answer == Answer(outcome=DELIVERED, detail="HTTP 201 Created")
    assert request.path == "/hook/x"
    assert request.headers["X-Key"] == "k"
    assert request.json["title"].startswith("[HIGH] CSTO deployment: A Russia-led")
    assert request.json["type"] == "failure"
    assert "peacekeepers, said Armenian Prime Minister" in request.json["message"]


def test_a_webhook_gets_a_form(notifier: AppriseNotifier) -> None:
    with http_receiver() as receiver:
        assert send(notifier, f"form://127.0.0.1:{receiver.port}/hook").outcome is DELIVERED
    form = parse_qs(receiver.requests[0].body.decode())
    assert form["title"][0].startswith("[HIGH] CSTO deployment")
    assert "CSTO said." in form["message"][0]


@pytest.mark.parametrize(
    ("url", "reply", "key"),
    [
        ("mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", Reply(body=b"ok"), "text"),
        ("gotify://127.0.0.1:{port}/abcdefghijklmno", Reply(body={"id": 1}), "message"),
    ],
    ids=["mattermost", "gotify"],
)
def test_other_chats_get_their_markup(
    notifier: AppriseNotifier, url: str, reply: Reply, key: str
) -> None:
    with http_receiver(reply) as receiver:
        answer = send(notifier, url.format(port=receiver.port))
    assert answer.outcome is DELIVERED
    said = receiver.requests[0].json[key]
    assert "CSTO" in said
    assert "@here" not in said
    assert "<!here>" not in said


@pytest.mark.parametrize(
    ("level", "type_"),
    [(Level.CRITICAL, "failure"), (Level.MEDIUM, "warning"), (Level.LOW, "info")],
)
def test_the_level_colours_the_message(notifier: AppriseNotifier, level: Level, type_: str) -> None:
    content = AlertContent(alert(level=level), HOSTILE.items)
    with http_receiver() as receiver:
        send(notifier, f"json://127.0.0.1:{receiver.port}/", content)
    assert receiver.requests[0].json["type"] == type_


@pytest.mark.parametrize(
    ("reply", "outcome", "detail", "wait"),
    [
        (Reply(429, headers={"Retry-After": "17"}), RETRY, "HTTP 429 Too Many Requests", 17.0),
        (
            Reply(503, headers={"Retry-After": format_datetime(NOW + timedelta(seconds=90))}),
            RETRY,
            "HTTP 503 Service Unavailable",
            90.0,
        ),
        (Reply(429, headers={"Retry-After": "soon"}), RETRY, "HTTP 429 Too Many Requests", None),
        (Reply(429, headers={"Retry-After": "9" * 9}), RETRY, "HTTP 429 Too Many Requests", 86400),
        (Reply(429, {"retry_after": 2.5}), RETRY, "HTTP 429 Too Many Requests", 2.5),
        (Reply(429, {"retry_after_ms": 2500}), RETRY, "HTTP 429 Too Many Requests", 2.5),
        (Reply(500, {"error": "oops"}), RETRY, "HTTP 500 Internal Server Error: oops", None),
        (Reply(502, b"<html><h1>Bad"), RETRY, "HTTP 502 Bad Gateway", None),
        (Reply(408), RETRY, "HTTP 408 Request Timeout", None),
        (Reply(599), RETRY, "HTTP 599", None),
        (
            Reply(400, {"errors": [{"message": "too long"}]}),
            REJECTED,
            "HTTP 400 Bad Request: too long",
            None,
        ),
        (Reply(401, b"who are you"), REJECTED, "HTTP 401 Unauthorized: who are you", None),
        (Reply(404), REJECTED, "HTTP 404 Not Found", None),
        (Reply(410), REJECTED, "HTTP 410 Gone", None),
        (Reply(404, b'[[[["deep"]]]]'), REJECTED, "HTTP 404 Not Found", None),
        (
            Reply(404, {"description": "\x1b[31mred\nline"}),
            REJECTED,
            "HTTP 404 Not Found: red line",
            None,
        ),
    ],
)
def test_what_an_answer_means(
    notifier: AppriseNotifier,
    reply: Reply,
    outcome: DeliveryOutcome,
    detail: str,
    wait: float | None,
) -> None:
    with http_receiver(reply) as receiver:
        answer = send(notifier, f"json://127.0.0.1:{receiver.port}/hook")
    assert answer == Answer(outcome=outcome, detail=detail, retry_after=wait)


def test_a_redirect_is_not_followed(notifier: AppriseNotifier) -> None:
    with http_receiver() as elsewhere:
        to = {"Location": f"http://127.0.0.1:{elsewhere.port}/"}
        with http_receiver(Reply(302, headers=to)) as receiver:
            answer = send(notifier, f"json://127.0.0.1:{receiver.port}/hook?redirect=yes")
    assert elsewhere.requests == []
    assert answer.outcome is REJECTED
    assert "put the new address into the channel's URL" in answer.detail


def test_nobody_there_is_tried_again(notifier: AppriseNotifier) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = send(notifier, f"json://127.0.0.1:{unused.getsockname()[1]}/secret-path")
    assert answer == Answer(outcome=RETRY, detail="connection refused")


def test_a_slow_answer_is_a_time_out(notifier: AppriseNotifier) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = send(notifier, f"json://127.0.0.1:{silent.getsockname()[1]}/hook?rto=0.2")
    assert answer == Answer(outcome=RETRY, detail="timed out")


def test_an_endless_answer_is_not_read_to_its_end(notifier: AppriseNotifier) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def pour() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n")
                while True:
                    connection.sendall(b"x" * 65_536)

        thread = threading.Thread(target=pour)
        thread.start()
        answer = send(notifier, f"json://127.0.0.1:{server.getsockname()[1]}/hook")
        thread.join()
    assert answer.outcome is RETRY
    assert answer.detail.startswith("HTTP 500 Internal Server Error: xxx")


def test_messages_follow_each_other_without_a_pause() -> None:
    """apprise waits 5.5 s between two messages of one object: longer than the limit here."""
    notifier = AppriseNotifier(limit=3.0)
    with http_receiver(Reply(body={"id": "x"})) as receiver:
        url = f"ntfy://127.0.0.1:{receiver.port}/alerts"
        answers = [send(notifier, url) for _ in range(3)]
    assert {answer.outcome for answer in answers} == {DELIVERED}
    assert len(receiver.requests) == 3
