"""Which parser reads feeds rightly, and what that costs.

feedparser's own 2,100 cases say what is right (`Expect:` lines of the form `entries[0]['title'] ==
'…'`). Each answer is compared after the same normalisation: texts as plain text, dates as moments.
Beside feedparser and fastfeedparser alone stands `read_feed`, which uses one where it is surely
right and the other elsewhere. The cases are in ../shared/data; without them nothing is measured.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastfeedparser
import feedparser

from benchmarks import report
from benchmarks.polling import feed
from benchmarks.timing import best
from monitor.articles.dates import parse_date
from monitor.articles.prose import html_line, html_paragraphs
from monitor.errors import SourceError
from monitor.sources.feeds import read_feed
from monitor.sources.plain_feeds import plain_enough

CASES = Path(__file__).parents[2] / "shared" / "data" / "feeds" / "feedparser"
EXPECT = re.compile(
    r"Expect:\s*(?:not bozo and )?entries\[(\d)\]\[['\"](\w+)['\"]\](?:\[0\]\[['\"]value['\"]\])?"
    r"\s*==\s*(u?(?:'[^'\n]*'|\"[^\"\n]*\")|\([\d, ]+\))\s*$",
    re.MULTILINE,
)
FIELDS = {
    "title": "title", "link": "link", "id": "id", "guid": "id", "author": "author",
    "summary": "summary", "description": "summary", "content": "content",
    "published_parsed": "dates", "updated_parsed": "dates",
}  # fmt: skip
URL = "http://127.0.0.1:8097/feed"


@dataclass(frozen=True)
class Case:
    """A document, the entry and field that are asked for, and the right answer."""

    data: bytes
    content_type: str
    entry: int
    field: str
    expected: object


def cases() -> Iterator[Case]:
    for file in sorted(CASES.rglob("*.xml")):
        data = file.read_bytes()
        fit = EXPECT.search(data.decode("utf-8", "replace"))
        if fit is None or fit[2] not in FIELDS:
            continue
        header = re.search(rb"Header:\s*Content-type:\s*(.*)", data, re.IGNORECASE)
        content_type = header.group(1).decode().strip() if header else ""
        field = FIELDS[fit[2]]
        yield Case(data, content_type, int(fit[1]), field, plain(field, ast.literal_eval(fit[3])))


def plain(field: str, value: Any) -> object:
    """Return a value as all answers are compared."""
    if field == "dates":
        if isinstance(value, str):
            return parse_date(value)
        return datetime(*value[:6], tzinfo=UTC) if value else None
    if field in {"summary", "content"}:
        return tuple(html_paragraphs(value or ""))
    return html_line(value or "") if field in {"title", "author"} else (value or "").strip()


def by_feedparser(case: Case) -> set[object]:
    headers = {"content-location": URL}
    if case.content_type:
        headers["content-type"] = case.content_type
    entry = feedparser.parse(case.data, response_headers=headers).entries[case.entry]
    return from_entry(case.field, entry, "summary", ("published_parsed", "updated_parsed"))


def by_fastfeedparser(case: Case) -> set[object]:
    entry = fastfeedparser.parse(case.data)["entries"][case.entry]
    return from_entry(case.field, entry, "description", ("published", "updated"))


def from_entry(field: str, entry: Any, summary: str, dates: tuple[str, str]) -> set[object]:
    if field == "dates":
        return {plain(field, entry.get(name)) for name in dates}
    if field == "content":
        content = entry.get("content") or [{"value": entry.get(summary)}]
        return {plain(field, content[0].get("value"))}
    return {plain(field, entry.get(summary if field == "summary" else field))}


def by_monitor(case: Case) -> set[object]:
    entry = read_feed(case.data, URL, case.content_type).entries[case.entry]
    if case.field == "dates":
        return {entry.published, entry.updated}
    if case.field in {"summary", "content"}:
        first, second = entry.summary, entry.content
        if case.field == "content":
            first, second = second, first
        return {tuple(first.paragraphs() or second.paragraphs())}
    if case.field == "title":
        return {entry.title.line()}
    return {{"link": entry.url, "id": entry.guid or entry.url, "author": entry.author}[case.field]}


def shares() -> str:
    asked: Counter[str] = Counter()
    right: dict[str, Counter[str]] = {}
    ways: dict[str, Callable[[Case], set[object]]] = {
        "feedparser": by_feedparser,
        "fastfeedparser": by_fastfeedparser,
        "monitor": by_monitor,
    }
    quick = 0
    for case in cases():
        asked[case.field] += 1
        quick += plain_enough(case.data, case.content_type)
        for name, answer in ways.items():
            # Whatever a parser raises is a wrong answer.
            with suppress(Exception, SourceError):
                right.setdefault(name, Counter())[case.field] += case.expected in answer(case)
    rows = [
        (field, count, *(f"{100 * right[name][field] / count:.1f} %" for name in ways))
        for field, count in sorted(asked.items())
    ]
    total = asked.total()
    rows.append(("all", total, *(f"{100 * right[name].total() / total:.1f} %" for name in ways)))
    return (
        report.table(("field", "cases", *ways), rows)
        + f"\n\n{100 * quick / total:.0f} % of these documents, made to be unusual, are plain "
        "enough for the fast parser; monitor keeps the text of a headline declared as plain where "
        "feedparser's normalised answer loses what looks like a tag."
    )


def speed() -> str:
    data = feed(1)
    rows = [
        (name, 1_000 * best(work))
        for name, work in (
            ("feedparser", lambda: feedparser.parse(data)),
            ("fastfeedparser", lambda: fastfeedparser.parse(data)),
            ("monitor: read_feed", lambda: read_feed(data, URL)),
        )
    ]
    title = f"One feed of 50 items ({len(data):,} bytes):\n\n"
    return title + report.table(("parser", "milliseconds"), rows)


def main() -> None:
    warnings.simplefilter("ignore")
    parts = [speed()]
    if CASES.is_dir():
        parts.insert(0, "Share of feedparser's own cases answered as they expect:\n\n" + shares())
    text = "\n\n".join(parts)
    report.write("feeds", "Reading feeds", text)
    print(text)


if __name__ == "__main__":
    main()
