"""Sitemaps (https://www.sitemaps.org/protocol.html) and Google-News sitemaps, packed or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO

from lxml import etree

from monitor.articles.dates import parse_date
from monitor.articles.prose import one_line
from monitor.errors import SourceError
from monitor.sources.entries import Entry, Markup
from monitor.sources.links import absolute
from monitor.sources.unpacking import Broken, TooLarge, capped, gunzipped

MAX_ADDRESSES = 50_000
"""Of one sitemap, as the protocol has it."""
_MANY = 10
_UNDATED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap as read: entries, or the sitemaps that an index lists. Newest first."""

    entries: tuple[Entry, ...] = ()
    children: tuple[tuple[str, datetime | None], ...] = ()
    """Addresses, and when each changed, as far as it is said."""
    left_out: int = 0
    """Addresses beyond `MAX_ADDRESSES`."""
    damage: str = ""
    """Why the rest of it could not be read; empty when it was read whole."""


def read_sitemap(data: bytes, url: str, limit: int) -> Sitemap:
    """Return what a sitemap lists; `limit` caps its unpacked bytes.

    Raises `SourceError` when it is none.
    """
    if data.startswith(b"\x1f\x8b"):
        try:
            data = b"".join(capped(gunzipped([data]), limit))
        except TooLarge:
            raise SourceError(f"is too large: more than {limit:,} bytes unpacked") from None
        except Broken as error:
            raise SourceError(f"is damaged: {error}") from error
    entries: list[Entry] = []
    children: list[tuple[str, datetime | None]] = []
    left_out, damage = 0, ""
    try:
        for tag, facts in _records(data):
            address = absolute(facts.get("loc", ""), url)
            changed = parse_date(facts.get("lastmod", ""))
            if address is None:
                continue
            if len(entries) + len(children) >= MAX_ADDRESSES:
                left_out += 1
            elif tag == "sitemap":
                children.append((address, changed))
            else:
                entries.append(_entry(address, facts, changed))
    except etree.XMLSyntaxError as error:
        damage = one_line(str(error))[:200]
        if not entries and not children:
            raise SourceError(f"is no sitemap: {damage}") from error
    if len(entries) >= _MANY and len({entry.updated for entry in entries}) == 1:
        # A date that all have is that of the sitemap, not of any article.
        entries = [replace(entry, updated=None) for entry in entries]
    entries.sort(key=lambda entry: entry.published or entry.updated or _UNDATED, reverse=True)
    children.sort(key=lambda child: child[1] or _UNDATED, reverse=True)
    return Sitemap(tuple(entries), tuple(children), left_out, damage)


def _entry(address: str, facts: dict[str, str], changed: datetime | None) -> Entry:
    words = facts.get("keywords", "").split(",")
    return Entry(
        title=Markup(text=facts.get("title", ""), plain=True),
        url=address,
        published=parse_date(facts.get("publication_date", "")),
        updated=changed,
        tags=tuple(dict.fromkeys(tag for word in words if (tag := one_line(word)))),
        lang=facts.get("language") or None,
    )


_FACTS = frozenset({"loc", "lastmod", "title", "publication_date", "keywords", "language"})
_NEWS = frozenset({"title", "publication_date", "keywords", "language"})


def _records(data: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each `<url>` or `<sitemap>` with its facts; nothing of the tree is kept."""
    root = ""
    facts: dict[str, str] = {}
    walk = etree.iterparse(
        BytesIO(data),
        events=("start", "end"),
        no_network=True,
        resolve_entities=False,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for event, element in walk:
        name = etree.QName(element)
        if event == "start":
            root = root or name.localname
            if root not in {"urlset", "sitemapindex"}:
                raise SourceError(f"is no sitemap: it starts with <{root[:40]}>")
        elif name.localname in {"url", "sitemap"}:
            yield name.localname, facts
            facts = {}
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        elif name.localname in _FACTS and _belongs(name):
            facts.setdefault(name.localname, (element.text or "").strip())


def _belongs(name: etree.QName) -> bool:
    """Whether a fact is the sitemap's own or of its news extension, not an image's or video's."""
    space = name.namespace or ""
    return "news" in space if name.localname in _NEWS else "image" not in space
