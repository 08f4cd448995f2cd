"""Alerts a second to a webhook and to a mail server, beside a bare apprise loop; poll to inbox.

The receivers are processes of their own on the loopback interface. The outbox is a SQLite file,
synced to the disk: every alert is leased, rendered from its stored hit and article, sent and
recorded. The bare loop sends one text, rendered before, with apprise's pauses between messages
turned off. The ways take turns, 500 alerts at a time. Wall clock.

BENCH_DELIVERY=1000 chooses another number of alerts.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apprise import Apprise, NotifyFormat

from benchmarks import report
from monitor.model.alert import AlertKind, DeliveryOutcome
from monitor.model.article import Article
from monitor.model.channel import Channel
from monitor.model.decision import Decision, NewAlert, Outcome, Plan, Reason
from monitor.model.hit import Evidence, Match
from monitor.model.rule import Level, Rule
from monitor.notify.notifier import AppriseNotifier
from monitor.notify.render import MAIL, render
from monitor.pipeline.deliver import deliver
from monitor.store import SqlStore, open_store, upgrade

SEED = Path(__file__).parents[1] / "seeds" / "000_4e3ab1504b592172.txt"
CHANNELS = 4
ROUND = 500
"""Alerts that one way is measured with before it is the next one's turn."""
LATENCIES = 30
BARE_MOST = {"mail": 500}
"""apprise takes so long for a mail (it makes the plain part from the HTML) that fewer tell."""
RULE = Rule(id="csto-deployment", version="1", title="CSTO sends peacekeepers", level=Level.HIGH)
HTTP_SERVER = """
import asyncio, sys
DELAY = float(sys.argv[1]) if len(sys.argv) > 1 else 0
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok"
class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        head, _, body = self.data.partition(b"\\r\\n\\r\\n")
        for line in head.lower().split(b"\\r\\n"):
            if line.startswith(b"content-length:") and len(body) >= int(line[15:]):
                asyncio.get_running_loop().call_later(DELAY, self.answer)
    def answer(self):
        self.transport.write(ANSWER)
        self.transport.close()
async def main():
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
MAIL_SERVER = """
import asyncio, sys, time
from aiosmtpd.smtp import SMTP
class Box:
    async def handle_DATA(self, server, session, envelope):
        if len(sys.argv) > 1:
            print(time.time(), flush=True)
        return "250 taken"
async def main():
    make = lambda: SMTP(Box(), hostname="bench")
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@contextmanager
def server(code: str, *arguments: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run a receiver; give its port."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process
    finally:
        process.kill()
        process.wait()


def webhook(port: int, number: int = 0) -> Channel:
    return Channel(
        name=f"hook-{number}", url=f"json://127.0.0.1:{port}/hook-{number}?rto=60&cto=60"
    )


def mailbox(port: int, number: int = 0) -> Channel:
    url = f"mailto://127.0.0.1:{port}?from=monitor@example.org&to=desk-{number}@example.org&rto=60&cto=60"
    return Channel(name=f"desk-{number}", url=url)


def outbox(folder: Path, channels: Sequence[Channel], alerts: int) -> SqlStore:
    """Fill an outbox; every hundredth alert is about another article."""
    url = f"sqlite:///{folder / 'bench.db'}"
    upgrade(url)
    store = open_store(url)
    now = datetime.now(UTC) - timedelta(minutes=1)
    body = SEED.read_text("utf-8")
    start = body.index("CSTO")
    match = Match(
        "csto-deployment",
        "1",
        Level.HIGH,
        ("security",),
        (Evidence("body", start, start + 4, "CSTO", "CSTO"),),
    )
    for number in range(max(1, alerts // 100)):
        article = Article(
            title=f"Peacekeepers leave for Kazakhstan, part {number}",
            body=body,
            source="wire",
            url=f"https://wire.example/{number}",
            published=now,
        )
        with store.writing() as writing:
            id = writing.add_article(article, [f"k{number}"], f"h{number}", now=now, late=False)
            writing.add_hits(id, 1, [match], {RULE.id: RULE}, now=now, edit=False)
    hits = [candidate.hit for candidate in store.candidates(now, alerts)]
    made, decided = [], []
    for number in range(alerts):
        channel, hit = channels[number % len(channels)].name, hits[number % len(hits)]
        made.append(
            NewAlert(
                channel=channel,
                route=str(number),
                kind=AlertKind.HIT,
                level=Level.HIGH,
                hits=(hit,),
                group=f"hit:{hit}",
            )
        )
        decided.append(
            Decision(
                hit=hit,
                channel=channel,
                route=str(number),
                outcome=Outcome.ALERT,
                reason=Reason.ROUTED,
                detail="",
                alert=number,
            )
        )
    store.commit_plan(Plan(decisions=tuple(decided), alerts=tuple(made)), now)
    return store


def ours(channels: Sequence[Channel], alerts: int) -> float:
    """Return alerts a second with all guarantees, a thread a channel."""
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        store = outbox(Path(folder), channels, alerts)
        notifier = AppriseNotifier()

        def work(channel: Channel) -> None:
            again: datetime | None = datetime.now(UTC)
            while again is not None:
                done = deliver(store, notifier, channel, Now(), worker=channel.name)
                again = done.again
                failed.extend(
                    one.detail
                    for one in done.deliveries
                    if one.outcome is not DeliveryOutcome.DELIVERED
                )

        threads = [threading.Thread(target=work, args=(channel,)) for channel in channels]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = time.perf_counter() - start
        left = sum(figures.pending for figures in store.channel_figures())
        notifier.close()
        store.close()
    if failed or left:
        raise RuntimeError(f"{len(failed)} failed ({failed[:3]}), {left} are left")
    return alerts / taken


def bare(channel: Channel, alerts: int) -> float:
    """Return messages a second of a loop around Apprise.notify()."""
    with tempfile.TemporaryDirectory() as folder:
        store = outbox(Path(folder), [channel], 1)
        (alert,) = store.lease(
            channel.name, datetime.now(UTC), until=datetime.now(UTC), limit=1, worker="b"
        )
        rendered = render(store.content(alert), MAIL, datetime.now(UTC))
        store.close()
    html = channel.url.startswith("mailto")
    service = Apprise()
    service.add(channel.url)
    service[0].request_rate_per_sec = 0
    body = rendered.html if html else rendered.text
    kind = NotifyFormat.HTML if html else NotifyFormat.TEXT
    start = time.perf_counter()
    for _ in range(alerts):
        if not service.notify(title=rendered.subject, body=body, body_format=kind):
            raise RuntimeError("the bare loop failed")
    return alerts / (time.perf_counter() - start)


def latencies() -> list[float]:
    """Return seconds from a file's appearance in a watched folder to its mail's arrival."""
    with tempfile.TemporaryDirectory() as folder, server(MAIL_SERVER, "tell") as (port, mail):
        home = Path(folder)
        (home / "corpus").mkdir()
        (home / "rules").mkdir()
        (home / "rules" / "r.yaml").write_text(
            "rules:\n  - id: csto\n    title: CSTO\n    level: high\n    match: CSTO\n"
        )
        (home / "monitor.yaml").write_text(
            "database: sqlite:///monitor.db\nrules: rules/\n"
            "sources:\n  - {id: corpus, type: corpus, path: corpus/, every: 1s, max_age: none}\n"
            f"channels:\n  desk: '{mailbox(port).url}'\n"
            "routes:\n  - {when: {}, to: [desk], group_by: none}\n"
        )
        daemon = subprocess.Popen(
            [sys.executable, "-m", "monitor.cli.main", "run", "--config", home / "monitor.yaml"],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        assert mail.stdout is not None
        found = []
        try:
            for number in range(LATENCIES + 1):
                made = home / "corpus" / f"{number}.txt"
                fresh = home / f"{number}.tmp"
                fresh.write_text(f"Report {number}.\n\nThe CSTO council met for day {number}.\n")
                if number == 0:
                    fresh.rename(made)  # waits for the daemon to be up
                    mail.stdout.readline()
                    continue
                time.sleep(0.3)
                start = time.time()
                fresh.rename(made)
                found.append(float(mail.stdout.readline()) - start)
        finally:
            daemon.terminate()
            daemon.wait(30)
    return found


def measure(
    name: str, make: Callable[[int, int], Channel], alerts: int, code: str, *arguments: str
) -> list[list[object]]:
    """Measure the ways in turn, some alerts at a time, so that what else runs slows down all."""
    rounds = max(1, alerts // ROUND)
    of_bare = min(alerts, BARE_MOST.get(name, alerts)) // rounds
    taken = [0.0, 0.0, 0.0]
    with server(code, *arguments) as (port, _):
        one, several = [make(port, 0)], [make(port, number) for number in range(CHANNELS)]
        for _ in range(rounds):
            taken[0] += 1 / bare(one[0], of_bare)
            taken[1] += 1 / ours(one, alerts // rounds)
            taken[2] += 1 / ours(several, alerts // rounds)
    alone, single, many = (rounds / seconds for seconds in taken)
    print(f"{name}: bare {alone:.0f}, one channel {single:.0f}, {CHANNELS} channels {many:.0f}")
    return [
        [f"{name}: bare apprise loop", alone, 1.0],
        [f"{name}: one channel, all guarantees", single, single / alone],
        [f"{name}: {CHANNELS} channels, all guarantees", many, many / alone],
    ]


def main() -> None:
    alerts = int(os.environ.get("BENCH_DELIVERY", "10000"))
    socket.setdefaulttimeout(60)
    rows = measure("webhook", webhook, alerts, HTTP_SERVER)
    rows += measure("webhook that takes 20 ms", webhook, min(alerts, 2_000), HTTP_SERVER, "0.02")
    rows += measure("mail", mailbox, alerts, MAIL_SERVER)
    waits = sorted(latencies())
    text = (
        f"{(__doc__ or '').partition('BENCH_')[0].split(chr(10), 2)[2].strip()}\n\n"
        f"{alerts:,} alerts each; {min(alerts, 2_000):,} to the webhook that takes 20 ms, "
        f"{min(alerts, BARE_MOST['mail']):,} in the bare mail loop.\n\n"
        f"{report.table(['way', 'alerts a second', 'times the bare loop'], rows)}\n\n"
        "Poll to inbox: a file dropped into a folder that a running daemon polls every second, "
        f"until its mail has arrived, {len(waits)} times: median {statistics.median(waits):.2f} s, "
        f"slowest {waits[-1]:.2f} s."
    )
    report.write("delivery", "Delivery", text)
    print(text)


if __name__ == "__main__":
    main()
