"""A notifier answers within its limit, whatever hangs, and never with an exception."""

from __future__ import annotations

import io
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.model.alert import AlertContent, Answer, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.notify.calls import Attempt, Call, Worker
from monitor.notify.notifier import AppriseNotifier
from tests.notify.making import NOW, alert, seed_alert
from tests.notify.serving import Postbox, Reply, http_receiver, mail_server

DELIVERED, RETRY, REJECTED = DeliveryOutcome


def hook(port: int, more: str = "") -> Channel:
    return Channel(name="hook", url=f"json://127.0.0.1:{port}/hook{more}")


@contextmanager
def hanging() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        yield silent.getsockname()[1]


def test_the_console_channel_prints(notifier: AppriseNotifier, console: io.StringIO) -> None:
    here = Channel(name="console", url="console://")
    assert notifier.send(here, seed_alert(), NOW) == Answer(outcome=DELIVERED, detail="printed")
    assert "HIGH  CSTO deployment\n" in console.getvalue()
    assert notifier.where(here) == "console://"


def test_a_console_that_is_closed_is_tried_again() -> None:
    closed = io.StringIO()
    closed.close()
    answer = AppriseNotifier(console=closed).send(
        Channel(name="console", url="console://"), seed_alert(), NOW
    )
    assert answer.outcome is RETRY
    assert answer.detail.startswith("the output cannot be written")


def test_the_console_channel_imports_no_apprise() -> None:
    code = (
        "import sys, io\n"
        "from monitor.notify.notifier import AppriseNotifier\n"
        "from monitor.model.channel import Channel\n"
        "from tests.notify.making import NOW, seed_alert\n"
        "notifier = AppriseNotifier(console=io.StringIO())\n"
        "notifier.send(Channel(name='c', url='console://'), seed_alert(), NOW)\n"
        "sys.exit(any(name in sys.modules for name in ('apprise', 'requests', 'urllib3')))\n"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def ended(before: Collection[threading.Thread]) -> bool:
    """Whether the threads of deliveries that were started since then come to their end."""
    since = [one for one in threading.enumerate() if one not in before and one.name == "delivery"]
    for thread in since:
        thread.join(10)
    return not any(thread.is_alive() for thread in since)


def test_what_is_closed_or_changed_leaves_no_thread_behind() -> None:
    before = threading.enumerate()
    notifier = AppriseNotifier()
    with http_receiver(Reply(200)) as receiver:
        for more in ("", "?cto=5"):
            notifier.send(hook(receiver.port, more), seed_alert(), NOW)
    notifier.close()
    assert ended(before)


@pytest.mark.parametrize("scheme", ["json", "mailto"])
def test_a_receiver_that_hangs_is_given_up_at_the_limit(scheme: str) -> None:
    before = threading.enumerate()
    notifier = AppriseNotifier(limit=0.3)
    with hanging() as port:
        url = f"{scheme}://127.0.0.1:{port}/?from=a@b.org&to=c@d.org"
        answer = notifier.send(Channel(name="x", url=url), seed_alert(), NOW)
    assert answer == Answer(outcome=RETRY, detail="no answer within 0.3 s")
    assert ended(before)  # its socket was shut under it


def test_a_yes_that_comes_late_counts_and_is_not_sent_again() -> None:
    before = threading.enumerate()
    hold = threading.Event()
    stream = Stubborn(hold)
    here = Channel(name="slow", url="console://")
    notifier = AppriseNotifier(limit=0.1, console=stream)
    content = seed_alert()
    first = notifier.send(here, content, NOW)
    hold.set()
    stream.done.wait(10)
    assert ended(before)
    second = notifier.send(here, content, NOW)
    assert first.outcome is RETRY
    assert second == Answer(outcome=DELIVERED, detail="printed")
    assert stream.written.count("CSTO deployment") == 1


class Stubborn(io.StringIO):
    """A stream that blocks its writer where no socket can be shut."""

    def __init__(self, hold: threading.Event) -> None:
        super().__init__()
        self.hold = hold
        self.done = threading.Event()
        self.written = ""

    def write(self, text: str, /) -> int:
        self.hold.wait(30)
        self.written += text
        return len(text)

    def flush(self) -> None:
        self.done.set()


def test_a_channel_on_which_attempts_hang_for_good_is_closed_until_one_comes_back() -> None:
    before = threading.enumerate()
    hold = threading.Event()
    stream = Stubborn(hold)
    notifier = AppriseNotifier(limit=0.05, console=stream)
    here = Channel(name="stuck", url="console://")
    contents = [seed_alert(id=f"{number:032x}") for number in range(6)]
    answers = [notifier.send(here, content, NOW) for content in contents[:4]]
    assert [answer.detail for answer in answers] == [
        "no answer within 0.05 s",
        "no answer within 0.05 s",
        "no answer within 0.05 s",
        "3 earlier attempts still hang",
    ]
    others = notifier.send(Channel(name="other", url="json://127.0.0.1:1/"), contents[4], NOW)
    assert others.detail == "connection refused"
    hold.set()
    notifier.close()  # the other channel's thread would wait for its next message
    assert ended(before)
    assert notifier.send(here, contents[5], NOW).outcome is DELIVERED


def test_an_attempt_cut_before_it_opened_a_socket_is_cut_then() -> None:
    call = Call()
    call.cut()
    closed: list[str] = []
    call.on_cut(lambda: closed.append("late"))
    assert closed == ["late"]


def test_an_answer_in_the_grace_after_the_cut_counts_only_if_it_is_a_yes() -> None:
    def until_cut(answer: Answer) -> Attempt:
        def work(call: Call) -> Answer:
            ended = threading.Event()
            call.on_cut(ended.set)
            ended.wait(10)
            return answer

        return Attempt(work)

    yes = Answer(outcome=DELIVERED, detail="yes")
    no = Answer(outcome=REJECTED, detail="no")
    assert until_cut(yes).within(0.05, Worker()) == yes
    attempt = until_cut(no)
    assert attempt.within(0.05, Worker()) is None
    late: list[Answer] = []
    attempt.when_late(late.append)
    assert late == [no]


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("nope://x", "there is no service nope://"),
        ("", "it is no URL of a service"),
        ("slack://abc", "Slack: "),
        ("mailto://x.example?from=a@b.org&to=not-an-address", "it has no recipient"),
    ],
)
def test_a_url_that_can_never_work_is_refused_for_good(
    notifier: AppriseNotifier, url: str, detail: str
) -> None:
    answer = notifier.send(Channel(name="bad", url=url), seed_alert(), NOW)
    assert answer.outcome is REJECTED
    assert answer.detail.startswith(detail)


def test_an_alert_that_cannot_be_rendered_is_an_answer_too(notifier: AppriseNotifier) -> None:
    broken = AlertContent(replace(alert(), level="high"), seed_alert().items)  # type: ignore[arg-type]  # on purpose
    answer = notifier.send(Channel(name="c", url="console://"), broken, NOW)
    assert answer == Answer(outcome=RETRY, detail="the message could not be made: AttributeError")


def test_an_outlet_that_raises_is_an_answer_too(notifier: AppriseNotifier) -> None:
    url = f"mailto://example.org?smtp={'a' * 70}.example&from=a@example.org&to=b@example.org"
    answer = notifier.send(Channel(name="desk", url=url), seed_alert(), NOW)
    assert answer == Answer(outcome=RETRY, detail="the service's plugin failed: UnicodeError")


def test_a_channel_that_was_configured_anew_is_used_anew(notifier: AppriseNotifier) -> None:
    with http_receiver() as first, http_receiver() as second:
        notifier.send(hook(first.port), seed_alert(), NOW)
        notifier.send(hook(second.port), seed_alert(), NOW)
        assert notifier.where(hook(second.port)) == f"JSON (json://127.0.0.1:{second.port})"
    assert (len(first.requests), len(second.requests)) == (1, 1)


def test_closing_leaves_the_mail_server(notifier: AppriseNotifier) -> None:
    postbox = Postbox()
    with mail_server(postbox) as port:
        url = f"mailto://127.0.0.1:{port}?from=a@example.org&to=b@example.org"
        desk = Channel(name="desk", url=url)
        notifier.send(desk, seed_alert(), NOW)
        notifier.close()
        notifier.close()
        notifier.send(desk, seed_alert(), NOW)
    assert len({mail.peer for mail in postbox.mails}) == 2


def test_nothing_that_apprise_or_urllib3_log_gets_through(
    notifier: AppriseNotifier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    with http_receiver(Reply(404)) as receiver:
        notifier.send(hook(receiver.port, "/very-secret-path"), seed_alert(), NOW)
    assert caplog.records == []
