"""Polling 1,000 feeds of 50 items: a cold round, and one in which nothing has changed.

A server in a process of its own answers on loopback, gzip-packed and with an ETag, at 1,000
addresses (127.0.x.y), so that spacing by host plays no part, as with 1,000 publishers.
`Reader.poll` is measured with everything that it does: request, checks, parsing, plain text, the
memory that tells known items. Beside it the plain loop that one writes first, `httpx.Client.get`
and `feedparser.parse`, each round the same; and that loop with conditional requests. Nothing is
stored by either.

BENCH_FEEDS=100 chooses another number of feeds.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import feedparser
import httpx

from benchmarks import report
from benchmarks.timing import memory_mb
from monitor.model.source import PollOutcome, Source, SourceKind, SourceState
from monitor.sources import Reader

FEEDS = int(os.environ.get("BENCH_FEEDS", "1000"))
ITEMS = 50
THREADS = 10
NOW = datetime(2026, 1, 2, tzinfo=UTC)
WORDS = [
    "protest", "police", "curfew", "government", "airport", "president", "minister", "troops",
    "blackout", "fuel", "prices", "city", "residence", "demonstrators", "internet", "emergency",
    "region", "capital", "border", "alliance", "the", "of", "and", "in", "to",
]  # fmt: skip


def sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."


def feed(number: int) -> bytes:
    """Return a feed as WordPress writes it, about 70 KB."""
    chance = random.Random(number)
    items = []
    for item in range(ITEMS):
        at = NOW - timedelta(minutes=13 * item + chance.randrange(13))
        paragraphs = "".join(f"<p>{sentence(chance, 60)}</p>\n" for _ in range(3))
        items.append(
            f"<item><title>{sentence(chance, 9)}</title>"
            f"<link>https://site-{number}.example/2026/01/01/story-{item}/?utm_source=rss</link>"
            f"<dc:creator><![CDATA[Writer {item}]]></dc:creator>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
            f"<category><![CDATA[World]]></category>"
            f'<guid isPermaLink="false">https://site-{number}.example/?p={item}</guid>'
            f"<description><![CDATA[<p>{sentence(chance, 40)} [&#8230;]</p>]]></description>"
            f"<content:encoded><![CDATA[{paragraphs}]]></content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Site {number}</title><link>https://site-{number}.example/</link>"
        f"<language>en</language>{''.join(items)}</channel></rss>"
    ).encode()


def serve(told: Connection) -> None:
    """Answer for all feeds until told to end; run in a process of its own."""
    packed = [gzip.compress(feed(number)) for number in range(FEEDS)]

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            number = int(head.split(b" ", 2)[1].strip(b"/"))
            etag = b'"%d"' % number
            if b"\r\nif-none-match: " + etag in head.lower():
                writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n")
                continue
            body = packed[number]
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=UTF-8\r\n"
                b"Content-Encoding: gzip\r\nETag: %b\r\nContent-Length: %d\r\n\r\n%b"
                % (etag, len(body), body)
            )

    async def quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await connection(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(quiet, "0.0.0.0", 0, backlog=2_000)
        told.send(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, told.recv)

    asyncio.run(run())


def address(number: int, port: int) -> str:
    return f"http://127.0.{number // 250 + 1}.{number % 250 + 1}:{port}/{number}"


class NoFiles:
    def signature(self, _source: str, _path: str) -> str | None:
        return None


@dataclass
class Round:
    """What one round over all feeds took."""

    name: str
    seconds: float
    cpu: float
    memory: float
    articles: int


def measured(name: str, work: Callable[[], int]) -> Round:
    before, cpu = time.perf_counter(), time.process_time()
    articles = work()
    return Round(
        name,
        time.perf_counter() - before,
        time.process_time() - cpu,
        memory_mb(),
        articles,
    )


def our_rounds(port: int, threads: int) -> list[Round]:
    sources = [
        Source(id=f"s{number}", kind=SourceKind.FEED, url=address(number, port))
        for number in range(FEEDS)
    ]
    states = {source.id: SourceState(source=source.id) for source in sources}
    with (
        Reader(files=NoFiles(), trusted=[source.url for source in sources]) as reader,
        ThreadPoolExecutor(threads) as pool,
    ):

        def one(source: Source) -> tuple[PollOutcome, int]:
            poll = reader.poll(source, states[source.id], NOW)
            count = sum(1 for _ in poll.items)
            states[source.id] = poll.state
            return poll.outcome, count

        def all_of(expected: PollOutcome) -> int:
            done = list(pool.map(one, sources))
            assert {outcome for outcome, _ in done} == {expected}
            return sum(count for _, count in done)

        name = f"monitor, {threads} thread{'s' if threads > 1 else ''}"
        cold = measured(f"{name}, cold", lambda: all_of(PollOutcome.READ))
        again = measured(f"{name}, 304", lambda: all_of(PollOutcome.UNCHANGED))
    assert (cold.articles, again.articles) == (FEEDS * ITEMS, 0)
    return [cold, again]


def plain_rounds(port: int) -> list[Round]:
    validators: dict[int, str] = {}

    def rounds(headers: Callable[[int], Mapping[str, str]]) -> int:
        articles = 0
        with httpx.Client() as client:
            for number in range(FEEDS):
                answer = client.get(address(number, port), headers=headers(number))
                if answer.status_code == 304:
                    continue
                validators[number] = answer.headers["etag"]
                articles += len(feedparser.parse(answer.content).entries)
        return articles

    cold = measured("plain loop, every round", lambda: rounds(lambda _: {}))
    assert cold.articles == FEEDS * ITEMS
    again = measured(
        "plain loop with conditional requests, 304",
        lambda: rounds(lambda number: {"If-None-Match": validators[number]}),
    )
    return [cold, again]


def main() -> None:
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        port = int(here.recv())
        # What is loaded and set up once is not part of a round.
        with Reader(files=NoFiles()) as reader:
            first = Source(id="first", kind=SourceKind.FEED, url=address(0, port))
            assert list(reader.poll(first, SourceState(source="first"), NOW).items)
        threaded, single, plain = our_rounds(port, THREADS), our_rounds(port, 1), plain_rounds(port)
    finally:
        here.send("end")
        server.join(10)
    loop = plain[0]
    rows = [
        (
            one.name, one.seconds, FEEDS / one.seconds, 1_000 * one.cpu / FEEDS, one.memory,
            loop.seconds / one.seconds,
        )
        for one in (*single, *threaded, *plain)
    ]  # fmt: skip
    text = (
        f"{FEEDS:,} feeds of {ITEMS} items, {len(feed(1)):,} bytes each, gzip-packed.\n\n"
        + report.table(
            (
                "round",
                "seconds",
                "requests a second",
                "CPU ms a feed",
                "memory MB",
                "times the loop",
            ),
            rows,
        )
        + "\n\nMemory is what the process holds after the round, all before included. The server "
        "runs beside it on the same machine."
    )
    report.write("polling", "Polling 1,000 feeds", text)
    print(text)


if __name__ == "__main__":
    main()
