"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from monitor.articles.dates import parse_date
from monitor.articles.encoding import decode
from monitor.articles.prose import one_line
from monitor.errors import SourceError
from monitor.sources.entries import Entry, Markup
from monitor.sources.links import absolute


def read_json_feed(data: bytes, url: str) -> tuple[list[Entry], str | None]:
    """Return the entries and the language of a JSON Feed; raises `SourceError` if it is none.

    Values of the wrong type are left out, as the standard asks of readers.
    """
    decoded = decode(data)
    try:
        feed: object = json.loads(decoded.text) if decoded is not None else None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"is no feed: no valid JSON: {error}") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if (
        not isinstance(feed, dict)
        or not isinstance(items, list)
        or "jsonfeed.org" not in str(feed.get("version"))
    ):
        raise SourceError(
            "is no feed: JSON, but no JSON Feed (its `version` and `items` are missing)"
        )
    everybody = _authors(feed)
    entries = [_entry(item, url) for item in items if isinstance(item, dict)]
    entries = [replace(entry, author=entry.author or everybody) for entry in entries]
    return entries, _text(feed, "language") or None


def _entry(item: Mapping[str, object], url: str) -> Entry:
    id, tags = item.get("id"), item.get("tags")
    link = _text(item, "url") or _text(item, "external_url")
    html, text = _text(item, "content_html"), _text(item, "content_text")
    known = isinstance(id, (str, int, float)) and not isinstance(id, bool)
    return Entry(
        title=Markup(text=_text(item, "title"), plain=True),
        summary=Markup(text=_text(item, "summary"), plain=True),
        content=Markup(text=html) if html else Markup(text=text, plain=True),
        url=absolute(link, url),
        guid=(one_line(str(id)) or None) if known else None,
        published=parse_date(_text(item, "date_published")),
        updated=parse_date(_text(item, "date_modified")),
        author=_authors(item),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        lang=_text(item, "language") or None,
    )


def _text(item: Mapping[str, object], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _authors(item: Mapping[str, object]) -> str:
    """Return the names of an item's or feed's authors, by version 1.1 or 1."""
    listed = item.get("authors")
    people = listed if isinstance(listed, list) else [item.get("author")]
    names = (_text(person, "name") for person in people if isinstance(person, dict))
    return ", ".join(name for name in names if name)
