"""Mail as it arrives at a real server, and what the monitor makes of each answer."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

import lxml.html
import pytest

from monitor.model.alert import AlertContent, AlertKind, Answer, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.notify.notifier import AppriseNotifier
from tests.notify.making import NOW, about, notice, seed_alert
from tests.notify.serving import Postbox, mail_server, scripted_server

DELIVERED, RETRY, REJECTED = DeliveryOutcome


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def desk(postbox: Postbox) -> Iterator[Channel]:
    """A channel that ends at the postbox."""
    with mail_server(postbox) as port:
        yield channel(port)


def channel(port: int, to: str = "desk@example.org", more: str = "") -> Channel:
    url = f"mailto://127.0.0.1:{port}?from=monitor@example.org&to={to}{more}"
    return Channel(name="desk", url=url)


def send(notifier: AppriseNotifier, to: Channel, content: AlertContent | None = None) -> Answer:
    return notifier.send(to, content or seed_alert(), NOW)


def test_the_mail_that_arrives_is_whole(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox
) -> None:
    content = about(
        "Troops land in Almaty", "The CSTO sent troops.", "CSTO", url="https://news.example/a?b=c"
    )
    answer = send(notifier, desk, content)
    (mail,) = postbox.mails
    message = mail.message
    assert answer == Answer(outcome=DELIVERED, detail="SMTP 250: taken")
    assert mail.recipients == ("desk@example.org",)
    assert mail.sender == "monitor@example.org"
    assert message["Subject"] == "[HIGH] CSTO deployment: Troops land in Almaty"
    assert message["To"] == "desk@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Importance"] == "high"
    assert message["X-Monitor-Rule"] == "csto-deployment"
    assert message["Date"].datetime == NOW
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert "The *CSTO* sent troops." in plain.get_content()
    assert "https://news.example/a?b=c" in plain.get_content()
    page = lxml.html.fromstring(html.get_content())
    assert page.xpath("//mark/text()") == ["CSTO"]
    assert page.xpath("//h1/a/@href") == ["https://news.example/a?b=c"]


def test_the_message_id_stands_there_once_and_is_the_same_at_each_attempt(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox
) -> None:
    content = seed_alert()
    send(notifier, desk, content)
    send(notifier, desk, content)
    ids = [re.findall(rb"(?im)^message-id: *(.*?)\r?$", mail.raw) for mail in postbox.mails]
    assert ids == [[content.alert.message_id.encode()]] * 2


def test_headers_of_the_url_come_too_but_none_of_ours(
    notifier: AppriseNotifier, postbox: Postbox
) -> None:
    more = "&%2BX-Team=duty&%2BMessage-ID=%3Cother@x%3E&%2BSubject=other&%2BX-Bad%0ABcc=x@y.z"
    with mail_server(postbox) as port:
        send(notifier, channel(port, more=more))
    message = postbox.mails[0].message
    assert message["X-Team"] == "duty"
    assert message.get_all("Message-ID") == [seed_alert().alert.message_id]
    assert message.get_all("Subject") is not None
    assert len(message.get_all("Subject", [])) == 1
    assert message["Bcc"] is None


def test_a_follow_up_threads_under_the_first(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox
) -> None:
    first = seed_alert()
    send(notifier, desk, first)
    send(notifier, desk, seed_alert(kind=AlertKind.FOLLOW_UP, id="f" * 32, follows=first.alert.id))
    message = postbox.mails[1].message
    assert message["References"] == first.alert.message_id
    assert message["In-Reply-To"] == first.alert.message_id
    assert message["Message-ID"] != first.alert.message_id


@pytest.mark.parametrize(
    "title",
    [
        "A title\r\nBcc: victim@example.org",
        "Über 日本 😀 \ud800",
        "x" * 10_000,
        "=?utf-8?q?=0ABcc:x?=",
    ],
)
def test_no_title_adds_a_header_or_stops_a_mail(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox, title: str
) -> None:
    wanted = {"X-Peer", "X-MailFrom", "X-RcptTo"}
    send(notifier, desk, notice("plain"))
    assert send(notifier, desk, about(title, "Body.", "Body")).outcome is DELIVERED
    plain, hostile = (set(mail.message.keys()) - wanted for mail in postbox.mails)
    assert hostile - plain <= {"X-Monitor-Rule", "Importance"}
    assert len(postbox.mails[1].recipients) == 1
    assert len(postbox.mails[1].message["Subject"]) <= 200


def test_lines_stay_within_what_mail_allows(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox
) -> None:
    send(notifier, desk, about("Füße " * 40, "日本語" * 2_000 + " .\n.\n", "日本語"))
    assert max(len(line) for line in postbox.mails[0].raw.splitlines()) <= 998
    assert postbox.mails[0].raw.isascii()


def test_names_copies_and_replies_are_as_the_url_says(
    notifier: AppriseNotifier, postbox: Postbox
) -> None:
    more = "&cc=chief@example.org&bcc=log@example.org&reply=team@example.org&name=Watch%20Desk"
    with mail_server(postbox) as port:
        answer = send(notifier, channel(port, more=more))
    (mail,) = postbox.mails
    assert answer.outcome is DELIVERED
    assert set(mail.recipients) == {"desk@example.org", "chief@example.org", "log@example.org"}
    assert mail.message["From"] == "Watch Desk <monitor@example.org>"
    assert mail.message["Cc"] == "chief@example.org"
    assert mail.message["Reply-To"] == "team@example.org"
    assert b"log@example.org" not in mail.raw


def test_starttls_and_login(
    notifier: AppriseNotifier, postbox: Postbox, server_tls: ssl.SSLContext
) -> None:
    with mail_server(postbox, starttls=server_tls, password="s3cret-pässword") as port:
        url = (
            f"mailtos://watch:s3cret-p%C3%A4ssword@example.org:{port}"
            "?smtp=localhost&to=desk@example.org"
        )
        answer = send(notifier, Channel(name="desk", url=url))
    assert answer.outcome is DELIVERED
    assert ("watch", "s3cret-pässword") in postbox.logins
    assert len(postbox.mails) == 1


def test_tls_from_the_first_byte(
    notifier: AppriseNotifier, postbox: Postbox, server_tls: ssl.SSLContext
) -> None:
    with mail_server(postbox, tls=server_tls) as port:
        url = f"mailtos://localhost:{port}?mode=ssl&from=a@example.org&to=desk@example.org"
        assert send(notifier, Channel(name="desk", url=url)).outcome is DELIVERED


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    notifier: AppriseNotifier,
    postbox: Postbox,
    server_tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(postbox, tls=server_tls) as port:
        url = f"mailtos://localhost:{port}?mode=ssl&from=a@example.org&to=desk@example.org"
        answer = send(notifier, Channel(name="desk", url=url))
    assert answer.outcome is RETRY
    assert answer.detail.startswith("the TLS certificate is not accepted")
    assert postbox.mails == []


def test_a_certificate_is_not_looked_at_where_the_url_says_so(
    notifier: AppriseNotifier,
    postbox: Postbox,
    server_tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(postbox, starttls=server_tls) as port:
        url = f"mailtos://localhost:{port}?from=a@example.org&to=desk@example.org&verify=no"
        assert send(notifier, Channel(name="desk", url=url)).outcome is DELIVERED


@pytest.mark.parametrize("password", ["wrong-one", "wröng-one"])
def test_a_wrong_password_is_refused_for_good_and_not_repeated(
    notifier: AppriseNotifier, postbox: Postbox, server_tls: ssl.SSLContext, password: str
) -> None:
    with mail_server(postbox, starttls=server_tls, password="right") as port:
        url = f"mailtos://watch:{password}@example.org:{port}?smtp=localhost&to=desk@example.org"
        answer = send(notifier, Channel(name="desk", url=url))
    assert answer.outcome is REJECTED
    assert answer.detail.startswith("SMTP 535 at the login")
    assert password not in answer.detail


def test_a_server_without_starttls_is_not_given_the_password(
    notifier: AppriseNotifier, postbox: Postbox
) -> None:
    with mail_server(postbox) as port:
        url = f"mailtos://watch:secret@example.org:{port}?smtp=localhost&to=desk@example.org"
        answer = send(notifier, Channel(name="desk", url=url))
    assert answer.outcome is REJECTED
    assert "STARTTLS" in answer.detail
    assert postbox.logins == []


def test_greylisting_is_tried_again_and_then_arrives_once(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox
) -> None:
    postbox.rcpt["desk@example.org"] = ["451 4.7.1 Greylisted, come back in 5 minutes"]
    first = send(notifier, desk)
    second = send(notifier, desk)
    assert first.outcome is RETRY
    assert first.detail == (
        "SMTP 451 for desk@example.org: 4.7.1 Greylisted, come back in 5 minutes"
    )
    assert second.outcome is DELIVERED
    assert len(postbox.mails) == 1


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("550 5.1.1 no such user", REJECTED),
        ("452 4.2.2 mailbox full", RETRY),
        ("421 4.3.2 going down", RETRY),
    ],
)
def test_a_refused_recipient(
    notifier: AppriseNotifier,
    desk: Channel,
    postbox: Postbox,
    reply: str,
    outcome: DeliveryOutcome,
) -> None:
    postbox.rcpt["desk@example.org"] = [reply]
    detail = f"SMTP {reply[:3]} for desk@example.org: {reply[4:]}"
    assert send(notifier, desk) == Answer(outcome=outcome, detail=detail)
    assert postbox.mails == []
    assert send(notifier, desk).outcome is DELIVERED


def test_a_refused_sender(notifier: AppriseNotifier, desk: Channel, postbox: Postbox) -> None:
    postbox.mail = ["553 5.1.8 sender not allowed"]
    answer = send(notifier, desk)
    assert answer.outcome is REJECTED
    assert answer.detail == "SMTP 553 after MAIL FROM: 5.1.8 sender not allowed"


@pytest.mark.parametrize(
    ("reply", "outcome"), [("554 5.7.1 spam", REJECTED), ("451 4.3.0 try later", RETRY)]
)
def test_a_refused_message(
    notifier: AppriseNotifier,
    desk: Channel,
    postbox: Postbox,
    reply: str,
    outcome: DeliveryOutcome,
) -> None:
    postbox.data = [reply]
    answer = send(notifier, desk)
    assert answer.outcome is outcome
    assert answer.detail == f"SMTP {reply[:3]} after the message: {reply[4:]}"


def test_a_connection_lost_in_the_message_is_tried_again_later_and_not_at_once(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox
) -> None:
    send(notifier, desk)
    postbox.data = ["drop"]
    answer = send(notifier, desk)
    assert answer == Answer(outcome=RETRY, detail="connection lost")
    assert len(postbox.mails) == 1
    assert send(notifier, desk).outcome is DELIVERED


def test_while_one_recipient_is_refused_for_now_nobody_gets_a_copy(
    notifier: AppriseNotifier, postbox: Postbox
) -> None:
    postbox.rcpt["b@example.org"] = ["451 later"]
    with mail_server(postbox) as port:
        two = channel(port, to="a@example.org,b@example.org")
        first = send(notifier, two)
        kept = len(postbox.mails)
        second = send(notifier, two)
    assert first.outcome is RETRY
    assert kept == 0
    assert second.outcome is DELIVERED
    assert [set(mail.recipients) for mail in postbox.mails] == [{"a@example.org", "b@example.org"}]


def test_one_bad_address_does_not_keep_the_others_from_their_mail(
    notifier: AppriseNotifier, postbox: Postbox
) -> None:
    postbox.rcpt["b@example.org"] = ["550 no such user"]
    with mail_server(postbox) as port:
        answer = send(notifier, channel(port, to="a@example.org,b@example.org"))
    assert [mail.recipients for mail in postbox.mails] == [("a@example.org",)]
    assert answer.outcome is REJECTED
    assert answer.detail == (
        "delivered to the other recipients, but SMTP 550 for b@example.org: no such user"
    )


def test_all_addresses_bad_is_said_once(notifier: AppriseNotifier, postbox: Postbox) -> None:
    postbox.rcpt = {"a@example.org": ["550 gone"], "b@example.org": ["551 moved"]}
    with mail_server(postbox) as port:
        answer = send(notifier, channel(port, to="a@example.org,b@example.org"))
    assert answer == Answer(outcome=REJECTED, detail="SMTP 550 for a@example.org: gone")


def test_a_message_refused_after_a_bad_address_is_what_counts(
    notifier: AppriseNotifier, postbox: Postbox
) -> None:
    postbox.rcpt["b@example.org"] = ["550 no such user"]
    postbox.data = ["451 later"]
    with mail_server(postbox) as port:
        answer = send(notifier, channel(port, to="a@example.org,b@example.org"))
    assert answer.outcome is RETRY


def test_the_connection_is_kept_for_the_next_mail(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox
) -> None:
    for number in range(55):
        content = seed_alert(id=f"{number:032x}")
        assert send(notifier, desk, content).outcome is DELIVERED
    assert len({mail.peer for mail in postbox.mails}) == 2  # made anew after 50


@pytest.mark.parametrize("farewell", ["drop", "421 4.4.2 idle too long"])
def test_a_kept_connection_that_the_server_closed_is_made_anew_at_once(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox, farewell: str
) -> None:
    send(notifier, desk)
    postbox.mail = [farewell]
    assert send(notifier, desk).outcome is DELIVERED
    assert len({mail.peer for mail in postbox.mails}) == 2


def test_a_server_that_never_lets_one_speak_is_tried_twice_and_then_later(
    notifier: AppriseNotifier, desk: Channel, postbox: Postbox
) -> None:
    send(notifier, desk)
    postbox.mail = ["drop"] * 5
    assert send(notifier, desk) == Answer(outcome=RETRY, detail="connection lost")
    assert len(postbox.mail) == 3


def test_a_server_that_is_not_there_is_tried_again(notifier: AppriseNotifier) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = send(notifier, channel(unused.getsockname()[1]))
    assert answer == Answer(outcome=RETRY, detail="connection refused")


@pytest.mark.parametrize(
    ("greeting", "outcome", "detail"),
    [
        (b"554 5.7.1 not you\r\n", REJECTED, "SMTP 554 on connecting: 5.7.1 not you"),
        (b"421 busy\r\n", RETRY, "SMTP 421 on connecting: busy"),
        (b"", RETRY, "connection lost"),
        (b"garbage\r\n" * 10, RETRY, "SMTP -1 on connecting"),
    ],
)
def test_a_server_that_does_not_let_one_in(
    notifier: AppriseNotifier, greeting: bytes, outcome: DeliveryOutcome, detail: str
) -> None:
    with scripted_server(greeting) as port:
        answer = send(notifier, channel(port))
    assert answer.outcome is outcome
    assert answer.detail.startswith(detail)


def test_a_server_that_refuses_before_the_message(notifier: AppriseNotifier) -> None:
    ok = b"250 OK\r\n"
    with scripted_server(b"220 hi\r\n", ok, ok, ok, b"451 4.3.0 not now\r\n", b"221\r\n") as port:
        answer = send(notifier, channel(port))
    assert answer == Answer(outcome=RETRY, detail="SMTP 451 after DATA: 4.3.0 not now")
