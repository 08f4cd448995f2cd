"""Backtests on all cores: the past is cut into pieces, and each is read where it is tried."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import signal
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    as_completed,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO, cast

from monitor.articles.documents import MAX_DOCUMENT, DocumentKind, document_kind, read_document
from monitor.articles.records import read_json_line
from monitor.model.article import Article, StoredArticle
from monitor.model.firing import event_time as event_time_of
from monitor.model.source import Refusal
from monitor.pipeline.backtest import Looked, Outcome, Tally, Trial, event_time

SourceTags = Mapping[str, tuple[str, ...]]

_PIECE = 1_000_000
"""Bytes of a .jsonl file that are tried together."""
_SPAN = 500
"""Stored articles that are tried together."""
_WORTH = 2
"""Pieces for which it is worth to start another process."""


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
    """Cut a folder or file into pieces; raises OSError for a folder or file that is not there.

    A file of a folder that cannot be opened is a piece all the same: trying it says why.
    """
    if not path.is_dir():
        path.stat()
        yield from _of_one(path)
        return
    for folder, folders, names in os.walk(path, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and document_kind(name) is not None:
                yield from _of_one(Path(folder, name))


def _refuse(error: OSError) -> None:
    raise error


def _of_one(path: Path) -> Iterator[FilePiece]:
    lines = document_kind(str(path)) is DocumentKind.JSON_LINES
    if not lines or path.suffix.lower() == ".gz" or not path.exists():
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
    trial: Trial,
    pieces: Sequence[Piece],
    now: datetime,
    *,
    source_tags: SourceTags = MappingProxyType({}),
    advance: Callable[[int], object],
) -> Tally:
    """Try the rules on every piece and sum it up; `advance` hears of every piece done.

    Articles of files that name a source are given its tags, by `source_tags`.
    """
    tally = Tally(trial)
    tags = dict(source_tags)
    cores = min(len(pieces) // _WORTH, len(os.sched_getaffinity(0)))
    if cores <= 1:
        for piece in pieces:
            tally.add(_try(trial, piece, now, tags))
            advance(1)
        return tally
    # Spawned, not forked: a fork would copy the locks of whatever threads run here.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        cores, mp_context=context, initializer=_begin, initargs=(trial, now, tags)
    ) as pool:
        try:
            for outcome in _in_flight(pool, pieces, cores * 2):
                tally.add(outcome)
                advance(1)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tally


def _in_flight(pool: ProcessPoolExecutor, pieces: Iterable[Piece], most: int) -> Iterator[Outcome]:
    """Yield results as they come, with a bounded number of pieces under way."""
    waiting: set[Future[Outcome]] = set()
    for piece in pieces:
        if len(waiting) >= most:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
        with _uninterrupted():
            waiting.add(pool.submit(_try_here, piece))
    for future in as_completed(waiting):
        yield future.result()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let processes that begin here never hear of Ctrl-C, and this one only when they are there.

    It reaches every process of the terminal; this one ends the others. What is blocked stays so in
    a new process, from its first moment on.
    """
    heard: list[int] = []
    former = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, former)
        if heard:
            signal.raise_signal(signal.SIGINT)


_here: list[tuple[Trial, datetime, SourceTags]] = []


def _begin(trial: Trial, now: datetime, tags: SourceTags) -> None:
    _here.append((trial, now, tags))


def _try_here(piece: Piece) -> Outcome:
    trial, now, tags = _here[0]
    return _try(trial, piece, now, tags)


def _try(trial: Trial, piece: Piece, now: datetime, tags: SourceTags) -> Outcome:
    outcome = Outcome()
    looked = (
        _looked_at_stored(piece, outcome)
        if isinstance(piece, StoredPiece)
        else _looked_at_files(piece, outcome, now, tags)
    )
    outcome.found += trial.run(looked)
    return outcome


def _looked_at_stored(piece: StoredPiece, outcome: Outcome) -> Iterator[Looked]:
    for stored in _stored(piece):
        outcome.read += 1
        at = event_time(stored)
        yield Looked(stored.article, str(stored.id), at, stored.first_seen, stored.story)


def _looked_at_files(
    piece: FilePiece, outcome: Outcome, now: datetime, tags: SourceTags
) -> Iterator[Looked]:
    for item, reference in _of_file(piece):
        if isinstance(item, Refusal):
            outcome.refuse(item)
            continue
        outcome.read += 1
        source = item.source or ""
        article = replace(item, source_tags=tags[source]) if source in tags else item
        at = event_time_of(article.published, now)
        yield Looked(article, reference, at, at)


def _stored(piece: StoredPiece) -> Iterator[StoredArticle]:
    from monitor.store.database import open_store  # noqa: PLC0415 - files need no database

    store = open_store(piece.database)
    try:
        yield from store.articles_between(piece.first, piece.last, piece.since)
    finally:
        store.close()


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
    except (OSError, EOFError, zlib.error) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        yield Refusal(piece.path, reason), piece.path


def _lines(stream: IO[bytes], piece: FilePiece) -> Iterator[tuple[int, bytes]]:
    number, left = piece.line, piece.size
    while (left is None or left > 0) and (line := stream.readline(MAX_DOCUMENT)):
        yield number, line
        number += line.endswith(b"\n")
        if left is not None:
            left -= len(line)
