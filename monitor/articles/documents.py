"""A file's articles, by the kind of file that its name says it is."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from monitor.articles.html import read_html
from monitor.articles.markdown import read_markdown
from monitor.articles.plain import NO_TEXT, read_text
from monitor.articles.records import read_json, read_jsonl
from monitor.model.article import Article
from monitor.model.source import Refusal

MAX_DOCUMENT = 10_000_000
"""Bytes of one document, or one line of a `.jsonl`; beyond it nothing is an article."""


class DocumentKind(StrEnum):
    """The kinds of file that a corpus may hold."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    JSON_LINES = "jsonl"


_SUFFIXES = {
    ".txt": DocumentKind.TEXT,
    ".md": DocumentKind.MARKDOWN,
    ".markdown": DocumentKind.MARKDOWN,
    ".html": DocumentKind.HTML,
    ".htm": DocumentKind.HTML,
    ".json": DocumentKind.JSON,
    ".jsonl": DocumentKind.JSON_LINES,
}
ALLOWED = ".txt .md .html .json .jsonl, or one of them with .gz"


def document_kind(path: str) -> DocumentKind | None:
    """Return the kind that a file's name says, `.gz` left aside; None for any other file."""
    name = path.lower().removesuffix(".gz")
    return next((kind for suffix, kind in _SUFFIXES.items() if name.endswith(suffix)), None)


def read_document(
    data: bytes, path: str, *, charset: str | None = None, lang: str | None = None
) -> Iterator[Article | Refusal]:
    """Yield the articles of a file already unpacked, or a refusal for each that is none.

    The suffix of `path` says how it is read. `charset` is a declared encoding (HTML only), `lang`
    the language to assume where an article declares none; None has it detected. Nothing is raised,
    and a document of more than `MAX_DOCUMENT` bytes is refused (a `.jsonl` only by its lines).
    """
    kind = document_kind(path)
    if kind is None:
        yield Refusal(path, f"is no kind of file that is read here ({ALLOWED})")
    elif not data.strip():
        yield Refusal(path, NO_TEXT)
    elif kind is DocumentKind.JSON_LINES:
        yield from read_jsonl(data, path, lang=lang)
    elif len(data) > MAX_DOCUMENT:
        yield Refusal(path, f"is too large: more than {MAX_DOCUMENT:,} bytes; divide it")
    elif kind is DocumentKind.JSON:
        yield from read_json(data, path, lang=lang)
    elif kind is DocumentKind.HTML:
        yield read_html(data, path, charset=charset, lang=lang)
    elif kind is DocumentKind.MARKDOWN:
        yield read_markdown(data, path, lang=lang)
    else:
        yield read_text(data, path, lang=lang)
