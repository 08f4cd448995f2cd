"""Backtests on all cores: the past is cut into pieces, and each is read where it is tried."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from monitor.articles.documents import MAX_DOCUMENT, DocumentKind, document_kind, read_document
from monitor.articles.records import read_json_line
from monitor.model.article import Article
from monitor.model.source import Refusal
from monitor.pipeline.backtest import Tally, Trial, Tried, event_time

_PIECE = 4_000_000
"""Bytes of a .jsonl file that are tried together."""
_SPAN = 2_000
"""Stored articles that are tried together."""


@dataclass(frozen=True, slots=True)
class StoredPiece:
    """Stored articles by id, both ends included."""

    database: str
    first: int
    last: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class FilePiece:
    """A file, or of a .jsonl file the lines between two bytes."""

    path: str
    start: int = 0
    size: int | None = None
    """Bytes; None is to the end."""
    line: int = 1
    """The number of the first line."""


Piece = StoredPiece | FilePiece


def stored_pieces(
    database: str, first: int, last: int, since: datetime | None
) -> Iterator[StoredPiece]:
    """Cut stored articles into pieces."""
    for start in range(first, last + 1, _SPAN):
        yield StoredPiece(database, start, min(start + _SPAN - 1, last), since)


def file_pieces(path: Path) -> Iterator[FilePiece]:
    """Cut a folder or file into pieces; raises OSError as the file system does."""
    if path.is_dir():
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith(".") and document_kind(name) is not None:
                    yield from file_pieces(Path(folder, name))
        return
    if document_kind(str(path)) is not DocumentKind.JSON_LINES or str(path).endswith(".gz"):
        yield FilePiece(str(path))
        return
    with path.open("rb") as stream:
        start, line = 0, 1
        while block := stream.read(_PIECE):
            block += stream.readline(MAX_DOCUMENT)
            yield FilePiece(str(path), start, len(block), line)
            start += len(block)
            line += block.count(b"\n")


def try_pieces(
    trial: Trial, pieces: Sequence[Piece], now: datetime, *, advance: Callable[[int], object]
) -> Tally:
    """Try the rules on every piece and sum it up; `advance` hears of every piece done."""
    tally = Tally(trial)
    cores = max(1, min(len(pieces), os.cpu_count() or 1))
    if cores == 1:
        for piece in pieces:
            tally.add(*_try(trial, piece, now))
            advance(1)
        return tally
    # Spawned, not forked: a fork would copy the locks of whatever threads run here.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        cores, mp_context=context, initializer=_begin, initargs=(trial, now)
    ) as pool:
        for read, found in _in_flight(pool, pieces, cores * 2):
            tally.add(read, found)
            advance(1)
    return tally


def _in_flight(
    pool: ProcessPoolExecutor, pieces: Iterable[Piece], most: int
) -> Iterator[tuple[int, list[Tried]]]:
    """Yield results as they come, with a bounded number of pieces under way."""
    waiting: set[Future[tuple[int, list[Tried]]]] = set()
    for piece in pieces:
        if len(waiting) >= most:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
        waiting.add(pool.submit(_try_here, piece))
    for future in waiting:
        yield future.result()


_here: list[tuple[Trial, datetime]] = []


def _begin(trial: Trial, now: datetime) -> None:
    _here.append((trial, now))


def _try_here(piece: Piece) -> tuple[int, list[Tried]]:
    trial, now = _here[0]
    return _try(trial, piece, now)


def _try(trial: Trial, piece: Piece, now: datetime) -> tuple[int, list[Tried]]:
    read = 0
    found: list[Tried] = []
    for article, reference, at in _articles(piece, now):
        read += 1
        tried = trial.run(article, reference, at)
        if tried is not None:
            found.append(tried)
    return read, found


def _articles(piece: Piece, now: datetime) -> Iterator[tuple[Article, str, datetime]]:
    if isinstance(piece, StoredPiece):
        from monitor.store.database import open_store  # noqa: PLC0415 - files need no database

        store = open_store(piece.database)
        try:
            for stored in store.articles_between(piece.first, piece.last, piece.since):
                yield stored.article, str(stored.id), event_time(stored)
        finally:
            store.close()
        return
    for item, reference in _of_file(piece):
        if isinstance(item, Article):
            yield item, reference, item.published or now


def _of_file(piece: FilePiece) -> Iterator[tuple[Article | Refusal, str]]:
    path = Path(piece.path)
    packed = piece.path.lower().endswith(".gz")
    try:
        with cast("IO[bytes]", gzip.open(path) if packed else path.open("rb")) as stream:
            if document_kind(piece.path) is DocumentKind.JSON_LINES:
                if not packed:
                    stream.seek(piece.start)
                for number, line in _lines(stream, piece):
                    item = read_json_line(line, piece.path, number)
                    if item is not None:
                        yield item, f"{piece.path}:{number}"
                return
            data = stream.read(MAX_DOCUMENT + 1)
        for item in read_document(data, piece.path):
            yield item, piece.path
    except (OSError, EOFError, zlib.error):
        # What went away, or cannot be read, since the pieces were cut has no verdict.
        return


def _lines(stream: IO[bytes], piece: FilePiece) -> Iterator[tuple[int, bytes]]:
    number, left = piece.line, piece.size
    while (left is None or left > 0) and (line := stream.readline(MAX_DOCUMENT)):
        yield number, line
        number += 1
        if left is not None:
            left -= len(line)
