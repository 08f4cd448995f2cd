"""Markdown articles with YAML front matter, as static sites keep them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from monitor.articles.dates import parse_date
from monitor.articles.encoding import decode
from monitor.articles.language import detect_language, language_code
from monitor.articles.plain import BINARY, NO_TEXT
from monitor.articles.prose import body_of, clean, first_sentence, html_paragraphs, one_line
from monitor.articles.prose import paragraphs as plain_paragraphs
from monitor.model.article import Article
from monitor.model.source import Refusal

_FRONT = re.compile(
    r"\s*---[ \t]*\n(.{0,65536}?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class _Front:
    """What the front matter says."""

    title: str = ""
    date: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    lang: str = ""
    url: str = ""
    note: str = ""


def read_markdown(data: bytes, path: str = "", *, lang: str | None = None) -> Article | Refusal:
    """Return the article of a Markdown file, or why there is none.

    The front matter's `title`, `date`, `author`/`authors`, `tags`, `lang`/`language` and an
    absolute `url` are used. Without a title the first heading is it (and leaves the body), else
    the first sentence. Front matter that is no YAML is left out, with a note.
    """
    decoded = decode(data)
    if decoded is None:
        return Refusal(path, BINARY)
    text = clean(decoded.text)
    front = _Front()
    if (fit := _FRONT.match(text)) is not None:
        front, text = _front(fit.group(1)), text[fit.end() :]
    heading, parts = _read(text)
    title = front.title or heading
    if heading and heading != title:
        parts = [heading, *parts]
    if not parts and not title:
        return Refusal(path, NO_TEXT)
    title = title or first_sentence(parts[0])
    body = body_of(parts)
    return Article(
        title=title,
        body=body,
        url=front.url or None,
        published=parse_date(front.date),
        lang=language_code(front.lang)
        or language_code(lang)
        or detect_language(f"{title}\n{body}"),
        author=front.author,
        tags=front.tags,
        path=path or None,
        encoding=decoded.encoding,
        notes=tuple(note for note in (decoded.note, front.note) if note),
    )


def _front(text: str) -> _Front:
    """Return the front matter; every scalar is read as text, whatever it looks like."""
    try:
        # BaseLoader builds strings, lists and mappings only; an alias is shared, never expanded.
        value = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  # makes no objects
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 2}" if mark is not None else ""
        return _Front(note=f"front matter is not YAML{line}: left out")
    if not isinstance(value, Mapping):
        return _Front(note="front matter is no mapping: left out" if value else "")
    return _Front(
        title=one_line(_text(value.get("title"))),
        date=_text(value.get("date")),
        author=", ".join(_list(value.get("author")) or _list(value.get("authors"))),
        tags=_list(value.get("tags"), separator=","),
        lang=_text(value.get("lang")) or _text(value.get("language")),
        url=url if (url := _text(value.get("url"))).startswith(("http://", "https://")) else "",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object, separator: str | None = None) -> tuple[str, ...]:
    """Return a list of texts, whether written as a list or as one text."""
    if isinstance(value, str):
        value = value.split(separator) if separator else [value]
    items = value if isinstance(value, list) else []
    lines = (one_line(item) for item in items if isinstance(item, str))
    return tuple(line for line in lines if line)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _read(text: str) -> tuple[str, list[str]]:
    """Return the first top heading, when the text opens with one, and the other paragraphs."""
    heading, parts, level = "", list[str](), ""
    for token in _parser().parse(text):
        if token.type == "heading_open":
            level = token.tag
        elif token.type == "inline":
            found = html_paragraphs("".join(_inline(token)))
            if level == "h1" and not heading and not parts:
                heading = " ".join(found)
            else:
                parts.extend(found)
            level = ""
        elif token.type in {"fence", "code_block"}:
            parts.extend(plain_paragraphs(token.content))
        elif token.type == "html_block":
            parts.extend(html_paragraphs(token.content))
    return heading, parts


def _inline(token: Token) -> Iterator[str]:
    """Yield the content of a line as HTML: text escaped, tags that the author wrote kept."""
    for child in token.children or ():
        if child.type in {"text", "code_inline"}:
            yield child.content.replace("&", "&amp;").replace("<", "&lt;")
        elif child.type in {"softbreak", "hardbreak"}:
            yield "\n"
        elif child.type == "html_inline":
            yield child.content
