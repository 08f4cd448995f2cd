"""What a receiver said decides whether to try again, and how it is told."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.alert import Answer, DeliveryOutcome
from monitor.notify.answers import of_http, of_smtp, of_trouble
from tests.notify import hostile
from tests.notify.making import NOW

DELIVERED, RETRY, REJECTED = DeliveryOutcome


def http(*heads: tuple[int, str | None], body: str | bytes = "", accepted: bool = False) -> Answer:
    raw = body if isinstance(body, bytes) else None
    text = "Response Details:\r\n" + ("…" if raw is not None else str(body))
    return of_http(
        accepted=accepted,
        heads=heads,
        messages=[("noise", None), (text, raw), ("more noise", None)] if body else [],
        redact=lambda said: said.replace("secret", "•••"),
        now=NOW,
    )


@given(st.integers(100, 999), hostile.text, st.none() | hostile.text)
def test_whatever_is_said_gives_an_answer_on_one_bounded_line(
    status: int, body: str, header: str | None
) -> None:
    answer = http((status, header), body=body.encode("utf-8", "replace"))
    assert answer.outcome in DeliveryOutcome
    assert answer.outcome is not DELIVERED
    assert "\n" not in answer.detail
    assert len(answer.detail) < 400
    assert answer.retry_after is None or 0 <= answer.retry_after <= 86_400


@given(st.integers(200, 599), hostile.text)
def test_a_mail_servers_reply_is_told_on_one_bounded_line(code: int, text: str) -> None:
    answer = of_smtp(code, text.encode("utf-8", "replace"), lambda said: said, "for a@b.c")
    assert answer.detail.startswith(f"SMTP {code} for a@b.c")
    assert "\n" not in answer.detail
    assert len(answer.detail) < 250
    wanted = {2: DELIVERED, 5: REJECTED}.get(code // 100, RETRY)
    assert answer.outcome is wanted


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("b'plain words'", "HTTP 404 Not Found: plain words"),
        ('b\'{"error": "caf\\xc3\\xa9"}\'', "HTTP 404 Not Found: café"),
        ('{"message": "the secret word"}', "HTTP 404 Not Found: the ••• word"),
        ('{"error": {"message": "inner"}}', "HTTP 404 Not Found: inner"),
        ('{"errors": ["first", "second"]}', "HTTP 404 Not Found: first"),
        ('{"errors": []}', "HTTP 404 Not Found"),
        ('{"nothing": "known"}', "HTTP 404 Not Found"),
        ("[1, 2]", "HTTP 404 Not Found"),
        ("null", "HTTP 404 Not Found"),
        ("<!DOCTYPE html><title>no</title>", "HTTP 404 Not Found"),
        ("[" * 100_000, None),
        (b"\xff\xfe raw", "HTTP 404 Not Found: \ufffd\ufffd raw"),
    ],
)
def test_the_reason_is_what_the_body_says(body: str | bytes, detail: str | None) -> None:
    answer = http((404, None), body=body)
    assert answer.outcome is REJECTED
    if detail is not None:
        assert answer.detail == detail


@pytest.mark.parametrize(
    ("header", "body", "wait"),
    [
        ("5", "", 5.0),
        (" 5 ", "", 5.0),
        ("-5", "", None),
        ("5.5", "", None),
        ("Thu, 06 Jan 2022 09:29:00 GMT", "", 0.0),
        ("Thu, 06 Jan 2022 09:31:00 GMT", "", 60.0),
        ("Thu, 06 Jan 2032 09:31:00 GMT", "", 86_400.0),
        ("Thu, 99 Jan 2022 09:31:00 GMT", "", None),
        ("06 Jan 2022 09:31:00", "", None),
        ("7", '{"retry_after": 3}', 7.0),
        (None, '{"parameters": {"retry_after": 3}}', 3.0),
        (None, '{"error": {"retry_after_ms": 1500}}', 1.5),
        (None, '{"retry_after": -1}', None),
        (None, '{"retry_after": 1e300}', 86_400.0),
        (None, '{"retry_after": "soon"}', None),
        (None, '["retry_after"]', None),
    ],
)
def test_how_long_to_wait(header: str | None, body: str, wait: float | None) -> None:
    assert http((429, header), body=body).retry_after == wait


def test_the_last_response_counts() -> None:
    assert http((200, None), (500, None)).outcome is RETRY
    assert http((500, None), (403, None)).outcome is REJECTED


def test_a_plugin_that_says_yes_without_http_is_believed() -> None:
    assert http(accepted=True) == Answer(outcome=DELIVERED, detail="accepted")


def test_a_refusal_without_a_reason_is_tried_again() -> None:
    assert http() == Answer(outcome=RETRY, detail="not accepted, without a reason")
    assert http((200, None)) == Answer(outcome=RETRY, detail="refused with HTTP 200 OK")


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (TimeoutError("timed out"), "timed out"),
        (OSError(111, "Connection refused"), "connection refused"),
        (OSError(-2, "Name or service not known"), "name not found"),
        (OSError(101, "Network is unreachable"), "network unreachable"),
        (ConnectionResetError("Connection reset by peer"), "connection lost"),
        (ssl.SSLError("wrong version number"), "no TLS connection"),
        (OSError("secret path in here"), "connection failed"),
    ],
)
def test_a_failed_connection_is_told_in_words_of_our_own(error: OSError, detail: str) -> None:
    assert of_trouble(error) == Answer(outcome=RETRY, detail=detail)
