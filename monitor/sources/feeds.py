"""Feeds of every kind, told apart by their content: RSS 0.9x/1.0/2.0, Atom, CDF, JSON Feed.

Two libraries read XML: fastfeedparser where a document is plain enough that it surely gives the
right answers, feedparser (a hundred times slower) for everything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import fastfeedparser  # type: ignore[import-untyped]  # ships no types
import feedparser  # type: ignore[import-untyped]  # ships no types

from monitor.articles.dates import parse_date
from monitor.articles.encoding import decode
from monitor.articles.prose import html_tree, one_line
from monitor.errors import SourceError
from monitor.sources.entries import NOTHING, Entry, Markup, told_apart
from monitor.sources.hints import NO_HINTS, Hints, hints_in
from monitor.sources.json_feeds import read_json_feed
from monitor.sources.links import absolute
from monitor.sources.plain_feeds import plain_enough

MAX_ENTRIES = 5_000
"""Of one document; more are counted and refused."""
MAX_TAGS = 200_000
"""Of a document that needs feedparser, which takes up to 50 microseconds for each."""
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read."""

    entries: tuple[Entry, ...]
    lang: str | None = None
    hints: Hints = NO_HINTS
    left_out: int = 0
    """Entries beyond `MAX_ENTRIES`."""


def read_feed(data: bytes, url: str, content_type: str = "") -> Feed:
    """Return the feed in a document that was found at `url`.

    Raises `SourceError` for what is no feed; for a web page the message names the feeds that the
    page links to.
    """
    if _JSON.match(data):
        entries, lang = read_json_feed(data, url)
    elif _HTML.match(data):
        raise SourceError(_html_instead(data, url))
    else:
        plain = _plain(data, url) if plain_enough(data, content_type) else None
        entries, lang = plain or _any(data, url, content_type)
    apart = told_apart(entries)
    return Feed(
        entries=tuple(apart[:MAX_ENTRIES]),
        lang=lang,
        hints=hints_in(data),
        left_out=max(0, len(apart) - MAX_ENTRIES),
    )


def _html_instead(data: bytes, url: str) -> str:
    """Return the message for a page where a feed should be."""
    decoded = decode(data[:500_000])
    tree = html_tree(decoded.text) if decoded is not None else None
    found = []
    for link in tree.iter("link") if tree is not None else ():
        kinds = (link.get("type") or "").lower().split(";")
        if "alternate" in (link.get("rel") or "").lower() and kinds[0].strip() in _FEED_TYPES:
            found.append(absolute(link.get("href") or "", url))
    named = [address for address in dict.fromkeys(found) if address]
    if named:
        these = "this feed" if len(named) == 1 else "these feeds"
        return f"is a web page, not a feed; the page links to {these}: {', '.join(named[:5])}"
    return "is a web page, not a feed, and it links to none; `type: page` reads listing pages"


# --- XML ----------------------------------------------------------------------------------------

_FIRST = re.compile(rb"<(?:item|entry)\b")
_DESCRIPTION = re.compile(rb"<(?:dc:)?(?:description|summary)\b")
_LANGUAGE = re.compile(
    rb"<(?:dc:)?language>\s*([A-Za-z-]{2,20})\s*<|<(?:rss|feed)\b[^>]*?\sxml:lang=[\"']([A-Za-z-]{2,20})[\"']"
)


def _plain(data: bytes, url: str) -> tuple[list[Entry], str | None] | None:
    """Read a document that `plain_enough` let pass; None if nothing is found in it all the same."""
    try:
        feed = fastfeedparser.parse(data, include_media=False, include_enclosures=False)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not feed["entries"]:
        return None
    # The language is in the head, before the first item.
    start = _FIRST.search(data)
    end = start.start() if start is not None else len(data)
    declared = _LANGUAGE.search(data, 0, end)
    lang = (declared.group(1) or declared.group(2)).decode() if declared else None
    # Where there is no description, the parser makes one out of the content.
    described = _DESCRIPTION.search(data, end) is not None
    return [_plain_entry(item, url, described=described) for item in feed["entries"]], lang


def _plain_entry(item: Mapping[str, Any], url: str, *, described: bool) -> Entry:
    content = item.get("content") or ()
    link, guid = (item.get("link") or "").strip(), one_line(item.get("id") or "")
    links = item.get("links") or ()
    if links and not any(one.get("rel") in (None, "", "alternate") for one in links):
        link = ""  # an enclosure or a related page, not the article
    return Entry(
        title=Markup(text=item.get("title") or ""),
        summary=Markup(text=item.get("description") or "") if described or not content else NOTHING,
        content=Markup(text=content[0].get("value") or "") if content else NOTHING,
        url=absolute(link or guid, url if link else ""),
        guid=guid if guid and guid != link else None,
        published=parse_date(item.get("published") or ""),
        updated=parse_date(item.get("updated") or ""),
        author=item.get("author") or "",
        tags=_tags(item.get("tags") or ()),
    )


def _any(data: bytes, url: str, content_type: str) -> tuple[list[Entry], str | None]:
    """Read whatever feedparser makes of a document."""
    if data.count(b"<") > MAX_TAGS:
        raise SourceError(f"is no feed that can be read: it holds more than {MAX_TAGS:,} tags")
    headers = {"content-location": url}
    if content_type:
        headers["content-type"] = content_type
    # A stream, since feedparser would open a text that is the name of a file. Sanitising and links
    # inside the markup do not matter: only the plain text is kept.
    try:
        feed = feedparser.parse(
            BytesIO(data),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    # On malformed documents it raises a dozen kinds of exception, none of them promised.
    except Exception as error:
        raise SourceError(_no_feed(data, error)) from error
    if not feed.entries and not feed.get("version"):
        raise SourceError(_no_feed(data, feed.get("bozo_exception")))
    lang = feed.feed.get("language")
    return [_any_entry(item, url) for item in feed.entries], lang


def _no_feed(data: bytes, error: object) -> str:
    if not data.strip():
        return "is no feed: the answer is empty"
    why = one_line(str(error))[:200] if error else "neither RSS nor Atom nor JSON Feed"
    # expat's name of a document that has none
    return f"is no feed: {why.removeprefix('<unknown>:')}"


def _any_entry(item: Any, url: str) -> Entry:
    contents: Sequence[Any] = item.get("content") or ()
    content = max(contents, key=lambda one: len(one.get("value") or ""), default=None)
    detail = item.get("summary_detail") or {}
    title = item.get("title_detail") or {}
    link, guid = (item.get("link") or "").strip(), one_line(item.get("id") or "")
    return Entry(
        title=_markup(title, item.get("title")),
        summary=_markup(detail, item.get("summary")),
        content=_markup(content, content.get("value")) if content else NOTHING,
        url=absolute(link or guid, url if link else ""),
        guid=guid if guid and guid != link else None,
        published=_moment(item, "published"),
        updated=_moment(item, "updated"),
        author=item.get("author") or "",
        tags=_tags(item.get("tags") or ()),
        lang=title.get("language"),
    )


def _markup(detail: Mapping[str, Any], text: str | None) -> Markup:
    return Markup(text=text or "", plain=detail.get("type") == "text/plain")


def _moment(item: Any, name: str) -> datetime | None:
    # Its own `get` gives one date for the other, with a warning.
    parsed = dict.get(item, f"{name}_parsed")
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    return parse_date(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{min(second, 59):02}Z")


def _tags(tags: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    terms = (one_line(tag.get("label") or tag.get("term") or "") for tag in tags)
    return tuple(dict.fromkeys(term for term in terms if term))
