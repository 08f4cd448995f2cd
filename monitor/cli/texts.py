"""Articles from files, folders and standard input, one at a time however large they are."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, cast

from monitor.articles.documents import (
    ALLOWED,
    MAX_DOCUMENT,
    DocumentKind,
    document_kind,
    read_document,
)
from monitor.articles.records import read_json_line
from monitor.errors import UsageError
from monitor.model.article import Article
from monitor.model.source import Refusal

STDIN = "-"
_READ = MAX_DOCUMENT + 1


def read_texts(
    paths: Iterable[str], source_tags: Mapping[str, tuple[str, ...]]
) -> Iterator[Article | Refusal]:
    """Yield the articles of files, folders and `-` (standard input), or why there is none.

    Standard input is JSON Lines when it begins with `{`, else text. An article that names a
    configured source is given that source's tags.
    """
    for path in paths:
        for item in _items(path):
            if isinstance(item, Article) and item.source in source_tags:
                item = replace(item, source_tags=source_tags[item.source or ""])  # noqa: PLW2901
            yield item


def _items(path: str) -> Iterator[Article | Refusal]:
    if not path:
        raise UsageError("an empty name names no file; `.` is this folder")
    if path == STDIN:
        yield from _standard_input(sys.stdin.buffer)
    elif Path(path).is_dir():
        yield from _folder(Path(path))
    else:
        yield from _file(path)


def _folder(folder: Path) -> Iterator[Article | Refusal]:
    barred: list[OSError] = []
    empty = True
    for place, folders, names in os.walk(folder, onerror=barred.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and document_kind(name) is not None:
                empty = False
                yield from _file(str(Path(place) / name))
    for error in barred:
        yield Refusal(str(error.filename), f"cannot be read: {error.strerror}")
    if empty and not barred:
        yield Refusal(str(folder), f"holds no file that is read here ({ALLOWED})")


def _file(path: str) -> Iterator[Article | Refusal]:
    packed = path.lower().endswith(".gz")
    try:
        with cast("IO[bytes]", gzip.open(path) if packed else Path(path).open("rb")) as stream:
            if document_kind(path) is DocumentKind.JSON_LINES:
                yield from _lines(stream, path)
            else:
                # A name that says nothing is taken for text: people match what they have at hand.
                name = path if document_kind(path) is not None else f"{path}.txt"
                for item in read_document(stream.read(_READ), name):
                    yield _named(item, path)
    except (OSError, EOFError, zlib.error) as error:
        yield Refusal(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")


def _standard_input(stream: IO[bytes]) -> Iterator[Article | Refusal]:
    number, first = 1, stream.readline(_READ)
    while first and not first.strip():
        number, first = number + 1, stream.readline(_READ)
    if first.lstrip().startswith(b"{"):
        yield from _lines(_Joined(first, stream), STDIN, number)
        return
    for item in read_document(first + stream.read(_READ), "stdin.txt"):
        yield _named(item, STDIN)


class _Joined:
    """A first line that was read to look at it, and the rest of its stream."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first = first
        self._rest = rest

    def readline(self, size: int) -> bytes:
        first, self._first = self._first, b""
        return first or self._rest.readline(size)


def _lines(stream: IO[bytes] | _Joined, path: str, first: int = 1) -> Iterator[Article | Refusal]:
    number = first - 1
    while line := stream.readline(_READ):
        number += 1
        if len(line) >= _READ and not line.endswith(b"\n"):
            yield Refusal(f"{path}:{number}", f"is longer than {MAX_DOCUMENT:,} bytes")
            while (line := stream.readline(_READ)) and not line.endswith(b"\n"):
                pass
            continue
        item = read_json_line(line, path, number)
        if item is not None:
            yield item


def _named(item: Article | Refusal, path: str) -> Article | Refusal:
    if isinstance(item, Refusal):
        return replace(item, where=path)
    return replace(item, path=path)
