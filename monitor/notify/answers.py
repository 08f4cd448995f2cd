"""What a receiver meant: delivered, try again, or never, with a reason without secrets. Pure."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from monitor.model.alert import Answer, DeliveryOutcome
from monitor.notify.cleaning import one_line

_LATER = frozenset({408, 409, 421, 423, 425, 429})
"""Client errors that say `later`: RFC 9110 (408, 409, 421), 4918 (423), 8470 (425), 6585 (429)."""
_REASON = 160
_LONGEST_WAIT = 24 * 3600.0
"""Seconds of Retry-After that are obeyed."""
_REASON_KEYS = (
    "error_description",
    "description",
    "message",
    "error",
    "errors",
    "detail",
    "reason",
)
_WAIT_KEYS = {"retry_after": 1.0, "retry_after_ms": 0.001, "retryAfter": 1.0}
_SLACK_LATER = frozenset(
    {
        "fatal_error",
        "internal_error",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
_TROUBLES = (
    (r"timed out|Timeout", "timed out"),
    (r"Connection refused|Errno 111", "connection refused"),
    (r"name resolution|Name or service not known|getaddrinfo|NameResolution", "name not found"),
    (r"CERTIFICATE_VERIFY_FAILED|certificate verify", "the TLS certificate is not accepted"),
    (r"SSL|TLS", "no TLS connection"),
    (r"unreachable", "network unreachable"),
    (r"Connection (?:reset|aborted)|RemoteDisconnected|IncompleteRead", "connection lost"),
    (r"Socket Exception|Connection error|connection error", "connection failed"),
)

Redact = Callable[[str], str]


def delivered(detail: str = "accepted") -> Answer:
    """Return the answer for a message that was taken."""
    return Answer(outcome=DeliveryOutcome.DELIVERED, detail=detail)


def retry(detail: str, retry_after: float | None = None) -> Answer:
    """Return the answer for what may work later."""
    return Answer(outcome=DeliveryOutcome.RETRY, detail=detail, retry_after=retry_after)


def rejected(detail: str) -> Answer:
    """Return the answer for what will never work."""
    return Answer(outcome=DeliveryOutcome.REJECTED, detail=detail)


def of_http(
    *,
    accepted: bool,
    heads: Sequence[tuple[int, str | None]],
    messages: Iterable[tuple[str, bytes | None]],
    redact: Redact,
    now: datetime,
) -> Answer:
    """Return what a service answered that apprise spoke to.

    `heads` are status and Retry-After of each response in order, `messages` what apprise logged
    with the bytes of a response's body.
    """
    status, header = heads[-1] if heads else (None, None)
    if accepted:
        return delivered(_status(status) if status else "accepted")
    logged = list(messages)
    body = _body(logged)
    said = _reason(body, redact)
    if status is None:
        return retry(_trouble(text for text, _ in logged))
    if status < 300:
        return _of_refusal(status, body, said)
    failed = _status(status) + (f": {said}" if said else "")
    if 300 <= status < 400:
        return rejected(f"{failed}; it moved: put the new address into the channel's URL")
    if status < 500 and status not in _LATER:
        return rejected(failed)
    wait = _seconds(header, now)
    return retry(failed, _wait_in(body) if wait is None else wait)


def of_smtp(code: int, text: bytes | str, redact: Redact, phase: str = "") -> Answer:
    """Return what a mail server's reply means (RFC 5321, section 4.2.1)."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    said = _own_words(words, redact)
    detail = f"SMTP {code}" + (f" {phase}" if phase else "") + (f": {said}" if said else "")
    if 200 <= code < 300:
        return delivered(detail)
    return rejected(detail) if 500 <= code < 600 else retry(detail)


def of_trouble(error: BaseException) -> Answer:
    """Return the answer for a connection that failed; its own words are not repeated."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return retry(f"the TLS certificate is not accepted: {one_line(error.verify_message, 80)}")
    return retry(_trouble([f"{type(error).__name__} {error}"], "connection failed"))


def _status(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _of_refusal(status: int, body: object, said: str) -> Answer:
    """Return the answer for a success by its status that is a refusal by its words, as Slack's."""
    failed = f"refused with {_status(status)}" + (f": {said}" if said else "")
    if isinstance(body, dict) and body.get("ok") is False:
        later = str(body.get("error", "")) in _SLACK_LATER
        return retry(failed, _wait_in(body)) if later else rejected(failed)
    return retry(failed)


def _body(logged: Iterable[tuple[str, bytes | None]]) -> object:
    """Return the last response body that was logged: as JSON says, else as text, else None."""
    for text, raw in reversed(list(logged)):
        head, _, tail = text.partition("Response Details:")
        if raw is None and (not tail or head):
            continue
        said = raw.decode("utf-8", "replace") if raw is not None else _unrepr(tail.strip())
        try:
            found: object = json.loads(said)
        except (ValueError, RecursionError):
            return said
        return found
    return None


def _unrepr(text: str) -> str:
    """Return what a Python bytes literal (`b'…'`) stands for; anything else as it is."""
    if not re.fullmatch(r"b(['\"]).*\1", text, re.DOTALL):
        return text
    raw = text[2:-1].encode("latin-1", "replace")
    return (
        raw.decode("unicode_escape", "replace")
        .encode("latin-1", "replace")
        .decode("utf-8", "replace")
    )


def _reason(body: object, redact: Redact) -> str:
    """Return what a body gives as the reason; a web page gives none."""
    text = body if isinstance(body, str) else _words(body)
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.IGNORECASE):
        return ""
    return _own_words(text, redact)


def _own_words(text: str, redact: Redact) -> str:
    """Return a receiver's words, redacted as they came and as they are shown, before the cut."""
    return one_line(redact(one_line(redact(text))), _REASON)


def _words(body: object, depth: int = 3) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, list) and body and depth:
        return _words(body[0], depth - 1)
    if isinstance(body, dict) and depth:
        for key in _REASON_KEYS:
            if body.get(key):
                return _words(body[key], depth - 1)
    return ""


def _wait_in(body: object) -> float | None:
    """Return the seconds to wait that a body asks for, as Discord's, Telegram's and Matrix's."""
    if not isinstance(body, dict):
        return None
    for place in (body, body.get("parameters"), body.get("error")):
        for key, unit in _WAIT_KEYS.items():
            value = place.get(key) if isinstance(place, dict) else None
            if isinstance(value, int | float) and value >= 0:
                return min(float(value) * unit, _LONGEST_WAIT)
    return None


def _seconds(header: str | None, now: datetime) -> float | None:
    """Read Retry-After (RFC 9110, section 10.2.3): seconds, or a date."""
    if header is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}\s*", header, re.ASCII):
        return min(float(header), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
        seconds = (moment - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), _LONGEST_WAIT)


def _trouble(said: Iterable[str], otherwise: str = "not accepted, without a reason") -> str:
    """Return what went wrong in words of our own: the texts name addresses with their secrets."""
    text = "\n".join(said)
    for pattern, words in _TROUBLES:
        if re.search(pattern, text):
            return words
    return otherwise
