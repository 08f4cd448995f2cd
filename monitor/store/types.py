"""Column types: aware UTC times, text that every database takes, and insert with conflicts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, DateTime, Integer, Text, bindparam
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.schema import Table
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_T = TypeVar("_T")
_AT_ONCE = 500
"""Ids in one statement."""
_LONGEST_KEY = 400
"""Characters; a PostgreSQL index entry holds at most 2,704 bytes."""

Id = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit row id that is SQLite's own rowid."""


class Utc(TypeDecorator[datetime]):
    """An aware UTC time with microseconds; a naive one is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring the time to UTC; SQLite gets it without the offset, so that it sorts as text."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put UTC on what comes back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Seconds(TypeDecorator[datetime]):
    """An aware UTC time to the second (rounded down) in eight bytes, for the largest tables."""

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def count(time: datetime) -> int:
        """Count the seconds since 1970."""
        if time.tzinfo is None:
            raise ValueError(f"a time without its zone cannot be stored: {time!r}")
        return (time - _EPOCH) // timedelta(seconds=1)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Count the seconds since 1970."""
        del dialect
        return None if value is None else self.count(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn seconds since 1970 into a time."""
        del dialect
        return None if value is None else _EPOCH + timedelta(seconds=value)


class Words(TypeDecorator[str]):
    """Free text that every database takes.

    What PostgreSQL or UTF-8 cannot hold (U+0000, lone surrogates) becomes U+FFFD, one character
    for one, so that offsets into the text keep their meaning.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        del dialect
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Return the text with each unstorable character replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", str(text))


def dump_json(value: object) -> str:
    """Write compact JSON, letters as they are; escaped only where UTF-8 could not hold them."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, separators=(",", ":")) if _UNSTORABLE.search(text) else text


def storable_id(number: int) -> bool:
    """Whether a number that a person typed can be the id of a row at all."""
    return 0 < number < 2**63


def index_key(text: str) -> str:
    """Return a text that fits into an index: itself, or, when long, a SHA-256 of it."""
    if len(text) <= _LONGEST_KEY and not _UNSTORABLE.search(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"sha256:{digest}"


def inline(value: str) -> ColumnElement[str]:
    """Return a value that is written into the statement, where a partial index asks for it."""
    return bindparam(None, value, Text(), literal_execute=True)


def batches(ids: Iterable[_T]) -> Iterator[list[_T]]:
    """Divide ids into lists that fit into one statement."""
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


def insert_into(table: Table[Any], dialect: str) -> Any:
    """Start an INSERT of the dialect that knows ON CONFLICT."""
    make: Any = postgresql_insert if dialect == "postgresql" else sqlite_insert
    statement: Insert = make(table)
    return statement
