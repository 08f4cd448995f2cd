"""A mail's headers are ours, whatever an article is called."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ChannelError
from monitor.model.alert import AlertContent, AlertItem, AlertKind
from monitor.model.article import Article
from monitor.model.rule import Level
from monitor.notify.mail import Envelope, Mailbox, message_of, refused_headers
from monitor.notify.render import MAIL, Rendered, render
from tests.notify import hostile
from tests.notify.making import NOW, about, alert, hit, seed_alert, stored

DESK = Envelope(sender=Mailbox("", "a@example.org"), to=[Mailbox("", "b@example.org")])
ENCODED = st.sampled_from(
    [
        "=?utf-8?q?=0ABcc:_victim@example.org?=",
        "=?utf-8?b?CkJjYzogdmljdGltQGV4YW1wbGUub3JnCg==?=",
        "=?us-ascii?Q?=0D=0A=0D=0Abody?=",
        "=?",
        "?=",
    ]
)


def parsed(message: EmailMessage) -> EmailMessage:
    made = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(made, EmailMessage)
    return made


@hostile.few
@given(st.lists(ENCODED | hostile.text, max_size=5).map("".join), hostile.text | ENCODED)
def test_no_text_adds_a_header(title: str, rule: str) -> None:
    article = stored(Article(title=title, body="Body.", source=title))
    item = AlertItem(hit(article, "Body", rule=rule, title=title), article)
    content = AlertContent(alert(), (item,))
    made = parsed(message_of(content, render(content, MAIL, NOW), DESK, NOW))
    plain = parsed(message_of(seed_alert(), Rendered("s", "t", "h"), DESK, NOW))
    assert set(made.keys()) <= set(plain.keys())
    assert all(len(made.get_all(name, [])) == 1 for name in made.keys())  # noqa: SIM118 - repeats
    assert made["To"] == "b@example.org"
    assert made.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]


@hostile.few
@given(hostile.text | ENCODED, hostile.text | ENCODED)
def test_no_name_adds_a_header_or_a_recipient(name: str, value: str) -> None:
    envelope = Envelope(
        sender=Mailbox(name, "a@example.org"),
        to=[Mailbox(name, "b@example.org")],
        headers={"X-Ours": value, name: value},
    )
    made = parsed(message_of(seed_alert(), Rendered("s", "t", "h"), envelope, NOW))
    assert made["Bcc"] is None
    assert [address.addr_spec for address in made["To"].addresses] == ["b@example.org"]
    assert [address.addr_spec for address in made["From"].addresses] == ["a@example.org"]
    assert made.get_content_type() == "multipart/alternative"


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=200))
def test_a_subject_arrives_as_it_was(title: str) -> None:
    subject = " ".join(f"[HIGH] {title}".replace("=?", "= ?").split())
    made = parsed(message_of(seed_alert(), Rendered(subject, "t"), DESK, NOW))
    assert " ".join(made["Subject"].split()) == " ".join(
        subject.replace("\u00ad", "").replace("\u2060", "").split()
    )


def test_levels_below_high_are_not_marked_important() -> None:
    content = AlertContent(alert(level=Level.MEDIUM), about("t", "b").items)
    made = message_of(content, Rendered("s", "t"), DESK, NOW)
    assert made["Importance"] is None
    assert made["X-Monitor-Level"] == "medium"
    assert made.get_content_type() == "text/plain"


def test_only_what_follows_is_threaded() -> None:
    first = seed_alert(kind=AlertKind.HIT, follows="0" * 32)
    reminder = seed_alert(kind=AlertKind.REMINDER, follows="0" * 32)
    assert message_of(first, Rendered("s", "t"), DESK, NOW)["References"] is None
    made = message_of(reminder, Rendered("s", "t"), DESK, NOW)
    assert made["References"] == made["In-Reply-To"] == f"<{'0' * 32}@monitor.invalid>"


@pytest.mark.parametrize(
    "address", ["no address", "a@", "@b", "a@b@c", "", "a b@c.d", "юрий@example.org"]
)
def test_an_address_that_cannot_be_written_is_a_clear_error(address: str) -> None:
    envelope = Envelope(sender=Mailbox("", "a@example.org"), to=[Mailbox("", address)])
    with pytest.raises(ChannelError, match="an address cannot be used in a mail"):
        message_of(seed_alert(), Rendered("s", "t"), envelope, NOW)


def test_refused_headers_are_named() -> None:
    headers = {"X-Team": "a", "message-id": "b", "Bad Name": "c", "": "d", "Subject ": "e"}
    headers["X" * 100] = "f"
    assert refused_headers(headers) == ("message-id", "Bad Name", "", "Subject ", "X" * 100)


def test_an_empty_header_of_the_url_does_not_stop_the_mail() -> None:
    envelope = Envelope(sender=DESK.sender, to=DESK.to, headers={"X" * 60: ""})
    assert parsed(message_of(seed_alert(), Rendered("s", "t"), envelope, NOW))["X" * 60] == "-"
