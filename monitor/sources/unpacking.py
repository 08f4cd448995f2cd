"""Unpacking gzip and deflate under a cap on what comes out."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

_CHUNK = 65_536


class TooLarge(Exception):
    """More came out than the cap allows."""


class Broken(Exception):
    """What is packed is damaged or ends too early."""


def capped(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield the chunks; raises `TooLarge` once they are more than `limit` bytes together."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise TooLarge
        yield chunk


def gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip-packed chunks unpack to, in pieces of at most 64 KiB (RFC 1952).

    Several members may follow each other. Raises `Broken` for damaged or cut-off data.
    """
    return _inflated(chunks, 31, members=True)


def inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what deflate-packed chunks unpack to: zlib data, or raw as some servers send it."""
    pieces = iter(chunks)
    first = next(pieces, b"")
    # The first two bytes of zlib data are a multiple of 31, the method in the low bits is 8.
    wrapped = len(first) > 1 and first[0] & 15 == 8 and (first[0] << 8 | first[1]) % 31 == 0

    def again() -> Iterator[bytes]:
        yield first
        yield from pieces

    return _inflated(again(), 15 if wrapped else -15, members=False)


def _inflated(chunks: Iterable[bytes], window: int, *, members: bool) -> Iterator[bytes]:
    machine = zlib.decompressobj(window)
    started = False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if machine.eof:
                    # After the last member only padding may follow.
                    if not members or not data.strip(b"\0"):
                        break
                    machine = zlib.decompressobj(window)
                started = True
                piece = machine.decompress(data, _CHUNK)
                if piece:
                    yield piece
                data = machine.unused_data if machine.eof else machine.unconsumed_tail
        while not machine.eof and (piece := machine.decompress(b"", _CHUNK)):
            yield piece
    except zlib.error as error:
        raise Broken(str(error)) from error
    if started and not machine.eof:
        raise Broken("it ends too early")
