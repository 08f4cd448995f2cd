"""Web pages: the article in them, without menus, advertisements and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from lxml import etree

from monitor.articles.dates import parse_date
from monitor.articles.encoding import decode, html_encoding
from monitor.articles.identity import canonical_url
from monitor.articles.language import detect_language, language_code
from monitor.articles.plain import BINARY, NO_TEXT
from monitor.articles.prose import (
    body_of,
    clean,
    first_sentence,
    html_paragraphs,
    html_tree,
    one_line,
    paragraphs,
    without_title,
)
from monitor.model.article import Article
from monitor.model.source import Refusal

MAX_PAGE = 3_000_000
"""Characters of a page that are looked at; what no publisher writes by hand is beyond it."""

_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "parsely-pub-date", "dc.date.issued", "dcterms.created", "dc.date", "sailthru.date", "pubdate",
    "publishdate", "date",
)  # fmt: skip
_JSON_LD_DATE = re.compile(r"\"datePublished\"\s*:\s*\"([^\"]{8,40})\"")
# htmldate compares with the clock unless told otherwise; future dates are clamped by the caller.
_DATE_PARAMETERS = {"max_date": "2999-12-31", "original_date": True, "extensive_search": False}


@dataclass(frozen=True, slots=True)
class Page:
    """What a web page tells of its article. `paragraphs` is empty when it holds no text."""

    title: str
    paragraphs: tuple[str, ...]
    author: str = ""
    published: datetime | None = None
    lang: str | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    """The address that the page calls its own (`rel=canonical`, `og:url`)."""


def read_html(
    data: bytes, path: str = "", *, charset: str | None = None, lang: str | None = None
) -> Article | Refusal:
    """Return the article of a web page, or why there is none.

    `charset` is what the transport declared; it goes before the page's own `<meta>`.
    """
    decoded = decode(data, charset or html_encoding(data))
    if decoded is None:
        return Refusal(path, BINARY)
    page = read_page(decoded.text)
    if not page.paragraphs and not page.title:
        return Refusal(path, NO_TEXT)
    title = page.title or first_sentence(page.paragraphs[0])
    body = body_of(page.paragraphs)
    return Article(
        title=title,
        body=body,
        url=page.url,
        published=page.published,
        lang=page.lang or language_code(lang) or detect_language(f"{title}\n{body}"),
        author=page.author,
        tags=page.tags,
        path=path or None,
        encoding=decoded.encoding,
        notes=(decoded.note,) if decoded.note else (),
    )


def read_page(markup: str, url: str | None = None) -> Page:
    """Return what a page holds, extracted with trafilatura, or all its visible text where it fails.

    `url` is where the page was found; relative addresses in it are resolved against it.
    """
    markup = clean(markup[:MAX_PAGE])
    tree = html_tree(markup)
    if tree is None:
        return Page("", ())
    facts = _Facts.of(tree)
    own = _absolute(facts.canonical, url)
    title, text, author, day, tags = _extracted(markup, url or own)
    found = tuple(paragraphs(text.replace("\n", "\n\n"))) or tuple(html_paragraphs(markup))
    ld_date = _JSON_LD_DATE.search(markup)
    title = title or facts.title
    return Page(
        title=title,
        paragraphs=tuple(without_title(found, title)),
        author=author,
        published=next(
            (
                moment
                for written in (*facts.dates, ld_date.group(1) if ld_date else "", day)
                if (moment := parse_date(written)) is not None
            ),
            None,
        ),
        lang=language_code(facts.lang),
        tags=tags,
        url=own,
    )


def _absolute(link: str, base: str | None) -> str | None:
    """Return a link as a web address, resolved against its page's; None if it is none."""
    try:
        whole = urljoin(base or "", link)
    except ValueError:
        return None
    return whole if link and canonical_url(whole) is not None else None


def _extracted(markup: str, url: str | None) -> tuple[str, str, str, str, tuple[str, ...]]:
    """Return title, text, author, day and tags as trafilatura finds them, or empty ones."""
    from trafilatura import bare_extraction  # noqa: PLC0415  # a third of a second, 30 MB

    found = bare_extraction(
        markup,
        url=url,
        fast=True,
        include_comments=False,
        with_metadata=True,
        date_extraction_params=_DATE_PARAMETERS,
    )
    if found is None or isinstance(found, dict):
        return "", "", "", "", ()
    split = [part for tag in found.tags or () for part in tag.split(",")]
    tags = tuple(dict.fromkeys(line for tag in split if (line := one_line(tag))))
    author = one_line((found.author or "").replace(";", ","))
    return one_line(found.title or ""), found.text or "", author, found.date or "", tags


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the head of a page says of it."""

    title: str
    lang: str
    canonical: str
    dates: tuple[str, ...]

    @classmethod
    def of(cls, tree: etree._Element) -> _Facts:
        """Return the facts of a parsed page."""
        named = dict(_metas(tree))
        times = [
            element.get("datetime", "")
            for element in tree.iter("time")
            if element.get("itemprop", "").lower() == "datepublished" or "pubdate" in element.attrib
        ]
        links = [
            element.get("href", "")
            for element in tree.iter("link")
            if "canonical" in element.get("rel", "").lower().split()
        ]
        titles = [
            one_line("".join(map(str, element.itertext())))
            for element in (*tree.iter("h1"), *tree.iter("title"))
        ]
        declared = [element.get("lang") or "" for element in tree.iter("html")]
        return cls(
            title=named.get("og:title") or next(filter(None, titles), ""),
            lang=next(filter(None, declared), "") or named.get("content-language", ""),
            canonical=next(filter(None, links), "") or named.get("og:url", ""),
            dates=(*(named[name] for name in _DATE_NAMES if name in named), *times[:1]),
        )


def _metas(tree: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield name and content of the page's `<meta>` elements, the last of a name first."""
    for element in reversed(list(tree.iter("meta"))):
        for key in ("property", "name", "itemprop", "http-equiv"):
            if (name := element.get(key)) and (content := element.get("content")):
                yield name.strip().lower(), one_line(content)
