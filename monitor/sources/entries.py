"""An entry of a feed, page or sitemap, and the article that it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from monitor.articles.identity import canonical_url
from monitor.articles.language import detect_language, language_code
from monitor.articles.prose import (
    body_of,
    first_sentence,
    html_line,
    html_paragraphs,
    one_line,
    paragraphs,
    shortened,
    without_title,
)
from monitor.model.article import Article
from monitor.model.source import Refusal, Source

MAX_TITLE = 500
"""Characters; longer titles are bodies in the wrong place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """A text as a publisher wrote it: HTML, or plain."""

    text: str = ""
    plain: bool = False

    def line(self) -> str:
        """Return it as plain text on one line."""
        return one_line(self.text) if self.plain else html_line(self.text)

    def paragraphs(self) -> list[str]:
        """Return it as paragraphs of plain text."""
        return paragraphs(self.text) if self.plain else html_paragraphs(self.text)


NOTHING = Markup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as its source lists it; every text still as written."""

    title: Markup = NOTHING
    summary: Markup = NOTHING
    content: Markup = NOTHING
    url: str | None = None
    """Absolute."""
    guid: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    author: str = ""
    tags: tuple[str, ...] = ()
    lang: str | None = None
    """Declared for this item itself."""
    shared_link: bool = False
    notes: tuple[str, ...] = ()

    def digest(self, salt: str, *, dated: bool) -> str:
        """Return what changes when the entry says something else.

        Unless `dated` (an address without text, of which only the date tells that it changed),
        dates do not count: some servers write the present one every time.
        """
        date = self.updated.isoformat() if dated and self.updated is not None else ""
        said = (
            salt, date, self.url, self.title.text, self.summary.text, self.content.text,
            self.author,
        )  # fmt: skip
        data = "\0".join(part or "" for part in said).encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source lists at the moment."""

    entries: Sequence[Entry]
    """Newest first, as far as the source says."""
    lang: str | None = None
    refusals: tuple[Refusal, ...] = ()


def told_apart(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries without repeats; what several of them share identifies none of them.

    A link on several entries is marked as shared, a guid on several is left out.
    """
    kept = list(dict.fromkeys(entries))
    addresses = [_bare(entry.url) for entry in kept if entry.url]
    named = [entry.guid for entry in kept if entry.guid]
    if len(set(addresses)) == len(addresses) and len(set(named)) == len(named):
        return kept
    links = Counter(canonical_url(entry.url) for entry in kept if entry.url)
    guids = Counter(named)
    return [
        replace(
            entry,
            shared_link=bool(entry.url) and links[canonical_url(entry.url or "")] > 1,
            guid=entry.guid if guids[entry.guid or ""] <= 1 else None,
        )
        for entry in kept
    ]


def _bare(url: str) -> str:
    """Return an address without what may differ between links to one article."""
    return url.partition("#")[0].partition("?")[0]


@dataclass(frozen=True, slots=True)
class FullText:
    """What an entry's own page adds to it."""

    title: str
    paragraphs: Sequence[str]
    published: datetime | None
    lang: str | None
    author: str
    tags: tuple[str, ...]
    encoding: str | None


def text_of(entry: Entry) -> list[str]:
    """Return the text that a source's document gives for an entry: the longer of its two."""
    content = entry.content.paragraphs()
    # Markup is never shorter than its text, so that most summaries need not be read.
    if _length(content) >= len(entry.summary.text):
        return content
    summary = entry.summary.paragraphs()
    return content if _length(content) >= _length(summary) else summary


def article_of(
    entry: Entry,
    source: Source,
    *,
    text: Sequence[str],
    feed_lang: str | None = None,
    page: FullText | None = None,
) -> Article | None:
    """Return the article that an entry with this `text` makes, with its page's where that is more.

    None when there is neither title nor text. The language is the entry's own, else the
    source's, else the feed's or the page's, else detected.
    """
    title = shortened(entry.title.line(), MAX_TITLE)
    if page is not None:
        title = title or page.title
        if _length(page.paragraphs) > _length(text):
            text = without_title(page.paragraphs, title)
    if not title and not text:
        return None
    title = title or first_sentence(text[0])
    body = body_of(text)
    declared = (entry.lang, source.lang, feed_lang, page.lang if page else None)
    lang = next((code for tag in declared if (code := language_code(tag))), None)
    return Article(
        title=title,
        body=body,
        source=source.id,
        source_tags=source.tags,
        url=entry.url,
        guid=entry.guid,
        published=entry.published or entry.updated or (page.published if page else None),
        updated=entry.updated,
        lang=lang or detect_language(f"{title}\n{body}"),
        author=one_line(entry.author) or (page.author if page else ""),
        tags=entry.tags or (page.tags if page else ()),
        encoding=page.encoding if page else None,
        shared_link=entry.shared_link,
        notes=entry.notes,
    )


def _length(parts: Sequence[str]) -> int:
    return sum(map(len, parts))


_TEASER = 500  # characters: what is shorter is seldom a whole article
_CUT = ("…", "...", "[…]", "[...]", "[…", "read more", "continue reading", "weiterlesen", "»")


def is_teaser(entry: Entry, text: Sequence[str]) -> bool:
    """Tell whether a feed gives only the beginning of an article: short, or visibly cut off."""
    if not entry.url or entry.shared_link:
        return False
    if _length(text) < _TEASER:
        return True
    ends = (part[-40:].casefold() for part in text[-2:])
    return any(end.endswith(_CUT) or end.rstrip(" .)]>").endswith(_CUT) for end in ends)
