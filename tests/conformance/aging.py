"""Databases as another version of the program left them: features in a form of before."""

from __future__ import annotations

import json
import struct

from sqlalchemy import create_engine
from sqlalchemy import text as sql

from monitor.stories.record import Features


def former(of: Features, *, without: str = "", instead: str = "") -> bytes:
    """Features in form 2, with another term in the place of one."""
    told = json.dumps(
        [
            [instead if term == without else term for term in of.terms],
            of.shown,
            of.weights,
            of.title,
            sorted(of.names),
            sorted(of.numbers),
            sorted(of.days),
            of.publisher,
            of.words,
        ]
    ).encode()
    keys = struct.pack(f"<{len(of.bands)}q", *of.bands)
    shingles = of.print.shingles
    head = struct.pack("<BBHII", 2, of.print.thinning, len(keys), len(told), len(shingles))
    return b"".join((head, keys, told, shingles))


def make_former(url: str, *ids: int, term: str = "", was: str = "") -> None:
    """Let these articles (all, if none is named) be as another version stored them.

    There `term` was spelled otherwise: as `was`, by which it was found and counted, too; and the
    keys of bands were others.
    """
    engine = create_engine(url)
    with engine.begin() as connection:
        rows = connection.execute(sql("SELECT article, features FROM story_members")).all()
        for article, data in rows:
            if ids and article not in ids:
                continue
            made = former(Features.from_bytes(bytes(data)), without=term, instead=was)
            connection.execute(
                sql("UPDATE story_members SET features = :made WHERE article = :of"),
                {"made": made, "of": article},
            )
        if term:
            for table in ("story_terms", "term_counts"):
                connection.execute(
                    sql(f"UPDATE {table} SET term = :was WHERE term = :term"),
                    {"was": was, "term": term},
                )
            connection.execute(sql("UPDATE story_bands SET key = -key"))
    engine.dispose()


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All that articles are compared and found by."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table: sorted(
                tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
                for row in connection.execute(sql(f"SELECT {columns} FROM {table}"))
            )
            for table, columns in (
                ("story_members", "article, features"),
                ("story_bands", "key, at, article"),
                ("story_terms", "term, at, article"),
                ("term_counts", "term, count"),
            )
        }
    engine.dispose()
    return found
