"""A folder of articles: new and changed files only, each read whole or refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path

from monitor.articles.documents import MAX_DOCUMENT, DocumentKind, document_kind, read_document
from monitor.articles.plain import NO_TEXT
from monitor.articles.records import read_json_line
from monitor.errors import SourceError
from monitor.model.article import Article
from monitor.model.source import FileRead, PollItem, Refusal, Source
from monitor.ports import FileMemory
from monitor.sources.unpacking import Broken, TooLarge, capped, gunzipped

_BLOCK = 65_536
_CHANGED = "changed while it was read; it is read again by the next poll"


@dataclass(frozen=True, slots=True)
class _File:
    """A file to be read, with the signature that it had when the folder was listed."""

    path: Path
    signature: str
    size: int


@dataclass(frozen=True, slots=True)
class Folder:
    """What has changed in a folder."""

    files: tuple[_File, ...]
    refusals: tuple[Refusal, ...]


def changed_files(source: Source, memory: FileMemory) -> Folder:
    """Return the files of a corpus that were never read, or not as they are now.

    Sub-folders are included, hidden files and folders are not; symbolic links to files are
    followed, those to folders are not. Raises `SourceError` when there is no such folder or file.
    """
    root = source.path
    if root is None:
        raise SourceError("there is no `path`: it names a folder of articles, or one file")
    refusals: list[Refusal] = []
    files: list[_File] = []
    paths = [root] if _is_file(root) else _listed(root, refusals)
    for path in paths:
        try:
            found = path.stat()
        except OSError as error:
            refusals.append(Refusal(str(path), _said(error)))
            continue
        if not stat.S_ISREG(found.st_mode):
            continue
        signature = _signature(found)
        if memory.signature(source.id, str(path)) != signature:
            files.append(_File(path, signature, found.st_size))
    return Folder(tuple(files), tuple(refusals))


def _is_file(root: Path) -> bool:
    """Whether a corpus is one file; raises `SourceError` when nothing can be read there."""
    try:
        found = root.stat()
        if stat.S_ISREG(found.st_mode):
            root.open("rb").close()
    except FileNotFoundError:
        message = f"{root} does not exist: `path` names a folder of articles, or one file"
        raise SourceError(message) from None
    except OSError as error:
        raise SourceError(f"{root} {_said(error)}") from error
    return stat.S_ISREG(found.st_mode)


def _listed(root: Path, refusals: list[Refusal]) -> Iterator[Path]:
    """Yield the article files below a folder, in the order of their names."""

    def unreadable(error: OSError) -> None:
        if error.filename == str(root):
            raise SourceError(f"{root} {_said(error)}")
        refusals.append(Refusal(str(error.filename or root), _said(error)))

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and document_kind(name) is not None:
                yield Path(folder, name)


def read_files(source: Source, files: tuple[_File, ...]) -> Iterator[PollItem]:
    """Yield the articles of each file, then that it was read; or why it was not.

    What will not be better until the file changes (too large, no text) is refused and counts as
    read; a file that cannot be opened or that changes meanwhile is tried again by the next poll.
    """
    for file in files:
        where = str(file.path)
        try:
            yield from _read(source, file, where)
        except OSError as error:
            yield Refusal(where, _said(error))
        except (TooLarge, Broken) as error:
            yield Refusal(where, _damage(error))
            yield FileRead(where, file.signature)


def _read(source: Source, file: _File, where: str) -> Iterator[PollItem]:
    """Yield the items of one file; OSError, `TooLarge` and `Broken` come through."""
    packed = where.lower().endswith(".gz")
    by_line = document_kind(where) is DocumentKind.JSON_LINES
    if not by_line and not packed and file.size > MAX_DOCUMENT:
        yield Refusal(where, _too_large(file.size))
        yield FileRead(where, file.signature)
        return
    with file.path.open("rb") as stream:
        blocks = _blocks(stream)
        blocks = gunzipped(blocks) if packed else blocks
        if by_line:
            yield from _lines(source, blocks, where)
        else:
            data = b"".join(capped(blocks, MAX_DOCUMENT))
            if _signature(os.fstat(stream.fileno())) != file.signature:
                yield Refusal(where, _CHANGED)
                return
            yield from (_of(source, item) for item in read_document(data, where, lang=source.lang))
        if _signature(os.fstat(stream.fileno())) != file.signature:
            yield Refusal(where, _CHANGED)
            return
    yield FileRead(where, file.signature)


def _lines(source: Source, blocks: Iterator[bytes], where: str) -> Iterator[PollItem]:
    """Yield the articles of a `.jsonl` file, holding one line at a time."""
    empty = True
    for number, line in enumerate(_split(blocks), start=1):
        if line is None:
            item: Article | Refusal | None = Refusal(f"{where}:{number}", _too_large(None))
        else:
            item = read_json_line(line, where, number, lang=source.lang)
        if item is not None:
            empty = False
            yield _of(source, item)
    if empty:
        yield Refusal(where, NO_TEXT)


def _split(blocks: Iterator[bytes]) -> Iterator[bytes | None]:
    """Yield lines; None for one that is longer than any article."""
    rest: list[bytes] = []
    size = 0
    for block in blocks:
        *ended, tail = block.split(b"\n")
        for part in ended:
            size += len(part)
            yield b"".join([*rest, part]) if size <= MAX_DOCUMENT else None
            rest, size = [], 0
        size += len(tail)
        if size <= MAX_DOCUMENT:
            rest.append(tail)
    if size:
        yield b"".join(rest) if size <= MAX_DOCUMENT else None


def _blocks(stream: BufferedReader) -> Iterator[bytes]:
    read: Callable[[], bytes] = lambda: stream.read(_BLOCK)  # noqa: E731  # iter() wants a callable
    return iter(read, b"")


def _of(source: Source, item: Article | Refusal) -> Article | Refusal:
    """Return an article as this source's; what the file calls its source becomes a tag."""
    if isinstance(item, Refusal):
        return item
    tags = item.tags if item.source is None else (*item.tags, item.source)
    return replace(item, source=source.id, source_tags=source.tags, tags=tags)


def _signature(found: os.stat_result) -> str:
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"


def _too_large(size: int | None) -> str:
    more = f"{size:,} bytes, " if size is not None else ""
    return f"is too large: {more}at most {MAX_DOCUMENT:,} are read"


def _damage(error: Exception) -> str:
    if isinstance(error, TooLarge):
        return f"is too large: more than {MAX_DOCUMENT:,} bytes unpacked"
    return f"is no gzip file that can be unpacked: {error}"


def _said(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"
