"""Secrets of many shapes come back in no detail, no address and no message."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.channel import Channel
from monitor.notify.check import check_channel
from monitor.notify.notifier import AppriseNotifier
from monitor.notify.redaction import HIDDEN, Redactor, secret_parts
from tests.notify.making import NOW, seed_alert
from tests.notify.serving import Reply, http_receiver

secrets = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf", "Cn"]),
    min_size=5,
    max_size=30,
).filter(lambda text: quote(text, safe="") != text or not text.isalpha())
tokens = st.text(
    "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789-_", min_size=8, max_size=40
)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("json://user:pass@host/path/token?x=val", {"user", "pass", "path", "token", "val"}),
        ("slack://TokenA/TokenB/TokenC/#chan", {"TokenA", "TokenB", "TokenC"}),
        ("tgram://123:abc/chat", {"123:abc", "chat"}),
        ("json://host?%2BAuthorization=Bearer%20abc", {"Bearer abc"}),
        ("json://host/?secretflag", {"secretflag"}),
        ("json://host/#fragment", {"fragment"}),
        ("mailto://user:pass@host?to=a@b.c&%2BX-Key=k1", {"pass", "k1", "user:pass"}),
        ("discord://id/token?format=markdown", {"id", "token"}),
    ],
)
def test_every_part_that_may_be_a_secret_counts_as_one(url: str, parts: set[str]) -> None:
    assert parts <= secret_parts(url)


@pytest.mark.parametrize("url", ["mailto://user:pw@host?to=a@b.c&from=d@e.f", "json://h?verify=no"])
def test_what_is_no_secret_is_not_hidden(url: str) -> None:
    assert not {"a@b.c", "d@e.f", "no", "verify"} & secret_parts(url)


@given(secrets, st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_hidden_in_every_encoding(secret: str, before: str, after: str) -> None:
    redact = Redactor(f"json://user:{quote(secret, safe='')}@host/")
    for form in (secret, quote(secret, safe=""), quote(secret), secret.upper()):
        if form.lower() == secret.lower() or form != secret.upper():
            assert secret not in redact(f"{before} {form} {after}").replace(HIDDEN, "")
    basic = b64encode(f"user:{secret}".encode()).decode().rstrip("=")
    assert basic not in redact(f"Authorization: Basic {basic}==")


def test_a_secret_that_a_web_page_repeats_is_hidden() -> None:
    redact = Redactor("json://user:p%26ss%3Cw%3Eord@host/")
    assert redact("<p>p&amp;ss&lt;w&gt;ord</p>") == f"<p>{HIDDEN}</p>"


def test_short_secrets_are_hidden_as_words_only() -> None:
    redact = Redactor("json://u:it@host/")
    assert redact("it is a bit of it.") == f"{HIDDEN} is a bit of {HIDDEN}."


def test_what_is_shown_on_purpose_stays() -> None:
    redact = Redactor("json://host.example/secret-path", ["host.example"])
    assert redact("host.example said secret-path") == f"host.example said {HIDDEN}"


def test_a_url_without_secrets_hides_nothing() -> None:
    assert Redactor("json://")("all of it") == "all of it"


@settings(max_examples=25)
@given(user=tokens, password=secrets, path=tokens, value=tokens, header=tokens)
def test_a_receiver_that_echoes_everything_betrays_nothing(
    user: str, password: str, path: str, value: str, header: str
) -> None:
    query = f":key={value}&%2BX-Key={header}"
    with http_receiver() as receiver:
        login = f"{user}:{quote(password, safe='')}"
        url = f"json://{login}@127.0.0.1:{receiver.port}/{path}?{query}"
        basic = b64encode(f"{user}:{password}".encode()).decode()
        echo = f"POST /{path} {login} {user} {password} {value} {header} {basic}"
        channel = Channel(name="hook", url=url)
        notifier = AppriseNotifier()
        for body in (echo.encode(), json.dumps({"error": echo}).encode(), path.encode() * 20):
            receiver.replies[:] = [Reply(500, body)]
            answer = notifier.send(channel, seed_alert(), NOW)
            for secret in (user, password, path, value, header, basic.rstrip("=")):
                assert secret.lower() not in answer.detail.lower()
        shown = notifier.where(channel)
    for secret in (user, password, path, value, header):
        assert secret not in shown


@settings(max_examples=40)
@given(
    secret=tokens,
    template=st.sampled_from(
        [
            "slack://{0}",
            "slack://{0}/{0}/{0}",
            "slack://xoxb-1-{0}/#c",
            "discord://{0}",
            "discord://{0}/{0}",
            "tgram://{0}",
            "tgram://123456789:{0}/1",
            "matrix://user:{0}@localhost",
            "matrix://{0}",
            "ntfy://{0}",
            "ntfy://{0}@localhost/topic",
            "gotify://localhost/{0}",
            "mmost://localhost/{0}",
            "rocket://{0}@localhost/room",
            "mailto://user:{0}@mail.example?to=a@b.org",
            "mailto://user:{0}@",
            "json://u:{0}@h/{0}?%2BA={0}",
            "pover://{0}@{0}",
            "nope://{0}",
            "{0}",
            "https://hooks.slack.com/services/{0}/{0}/{0}",
            "https://discord.com/api/webhooks/123/{0}",
            "https://example.org/{0}",
            "twilio://{0}:{0}@12345678901",
        ]
    ),
)
def test_no_address_and_no_complaint_holds_a_secret(secret: str, template: str) -> None:
    channel = Channel(name="duty", url=template.format(secret))
    said = [AppriseNotifier().where(channel)]
    problem = check_channel(channel)
    if problem is not None:
        said += [problem.message, problem.hint, str(problem)]
    assert not [text for text in said if secret.lower() in text.lower()]
    assert secret not in repr(channel)
