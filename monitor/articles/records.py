"""Articles as JSON: `.json` with one or a list of them, `.jsonl` with one a line (config.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from monitor.articles.dates import parse_date
from monitor.articles.encoding import decode
from monitor.articles.language import detect_language, language_code
from monitor.articles.plain import BINARY, NO_TEXT
from monitor.articles.prose import first_sentence, one_line, paragraphs
from monitor.model.article import Article
from monitor.model.source import Refusal

_KINDS = {
    str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list",
    dict: "an object", type(None): "null",
}  # fmt: skip


class _Unusable(Exception):
    """A record is no article; the message says why."""


def read_json(
    data: bytes, path: str = "", *, lang: str | None = None
) -> Iterator[Article | Refusal]:
    """Yield the articles of a JSON document: one object, or a list of objects."""
    decoded = decode(data)
    if decoded is None:
        yield Refusal(path, BINARY)
        return
    try:
        value = _parsed(decoded.text)
    except _Unusable as why:
        yield Refusal(path, str(why))
        return
    records = value if isinstance(value, list) else [value]
    if not records:
        yield Refusal(path, NO_TEXT)
    for number, record in enumerate(records, start=1):
        where = path if record is value else f"{path} item {number}"
        yield _article(record, path, where, lang, decoded.encoding)


def read_json_line(
    line: bytes, path: str = "", number: int = 1, *, lang: str | None = None
) -> Article | Refusal | None:
    """Return the article of one line of a `.jsonl` file; None for a blank line."""
    where = f"{path}:{number}"
    decoded = decode(line)
    if decoded is None:
        return Refusal(where, BINARY)
    if not decoded.text.strip():
        return None
    try:
        record = _parsed(decoded.text)
    except _Unusable as why:
        return Refusal(where, str(why))
    return _article(record, path, where, lang, decoded.encoding)


def read_jsonl(
    data: bytes, path: str = "", *, lang: str | None = None
) -> Iterator[Article | Refusal]:
    """Yield the articles of a `.jsonl` document; a bad line costs only itself."""
    empty = True
    for number, line in enumerate(data.split(b"\n"), start=1):
        item = read_json_line(line, path, number, lang=lang)
        if item is not None:
            empty = False
            yield item
    if empty:
        yield Refusal(path, NO_TEXT)


def _parsed(text: str) -> object:
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise _Unusable(f"is not JSON: {error.msg} at {place}") from error
    except RecursionError as error:
        raise _Unusable("is not JSON that can be read: nested too deep") from error
    except ValueError as error:
        raise _Unusable("is not JSON that can be read: a number is too long") from error
    return value


def _article(
    record: object, path: str, where: str, lang: str | None, encoding: str | None
) -> Article | Refusal:
    """Return the article of one record, or why it is none."""
    if not isinstance(record, dict):
        return Refusal(where, f"an article is an object, found {_kind(record)}")
    if "text" not in record:
        return Refusal(where, "has no `text`")
    try:
        parts = paragraphs(_text(record, "text"))
        title = one_line(_text(record, "title"))
        if not parts and not title:
            return Refusal(where, NO_TEXT)
        title = title or first_sentence(parts[0])
        body = "\n\n".join(parts)  # as given: what a program writes has no captions to drop
        return Article(
            title=title,
            body=body,
            source=one_line(_text(record, "source")) or None,
            url=one_line(_text(record, "url")) or None,
            published=_published(record),
            lang=language_code(_text(record, "lang"))
            or language_code(lang)
            or detect_language(f"{title}\n{body}"),
            author=one_line(_text(record, "author")),
            tags=_tags(record),
            path=path or None,
            external_id=_id(record),
            numbered=isinstance(record.get("id"), int),
            encoding=encoding,
        )
    except _Unusable as why:
        return Refusal(where, str(why))


def _published(record: dict[str, object]) -> datetime | None:
    written = _text(record, "published")
    moment = parse_date(written)
    if written and moment is None:
        shown = written[:40]
        raise _Unusable(f"`published` is no date: {shown!r}; write it like 2022-01-06T08:00:00Z")
    return moment


def _kind(value: object) -> str:
    return _KINDS[type(value)]


def _text(record: dict[str, object], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Unusable(f"`{key}` must be a text, found {_kind(value)}")
    return value


def _id(record: dict[str, object]) -> str | None:
    value = record.get("id")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _Unusable(f"`id` must be a text or a whole number, found {_kind(value)}")
    return one_line(str(value)) or None


def _tags(record: dict[str, object]) -> tuple[str, ...]:
    value = record.get("tags")
    items = [value] if isinstance(value, str) else value
    if items is None:
        return ()
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise _Unusable("`tags` must be a list of texts")
    return tuple(line for item in items if (line := one_line(item)))
