"""Full-text search over stored articles: what people type becomes what each database asks."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select, text

from monitor.store.tables import articles
from monitor.store.types import storable

_TERMS = re.compile(r'"([^"]*)"?|(\S+)')
_LETTERS = re.compile(r"\w")
_POSTGRESQL_DOCUMENT: ColumnElement[str] = literal_column(
    "to_tsvector('simple', translate(left(articles.title || ' ' || articles.body, 150000), "
    "'-/_.:@', '      '))"
)
"""As the index of the migration says it, so that it is used."""
_DIVIDERS = str.maketrans("-/_.:@", "      ")


def search_terms(query: str) -> list[str]:
    """Divide what a person typed into words and quoted phrases, those without letters aside."""
    found = (
        quoted or word for quoted, word in _TERMS.findall(storable(query).replace("\ufffd", " "))
    )
    return [term for term in found if _LETTERS.search(term.replace("_", " "))]


def articles_with(query: str, dialect: str) -> Select[int]:
    """Select the ids of the articles whose title or body hold every term of the query.

    Words are compared without case, on SQLite without Latin accents too. A query without any
    word finds nothing.
    """
    terms = search_terms(query)
    if not terms:
        return select(articles.c.id).where(text("1 = 0"))
    if dialect == "sqlite":
        matching = text(
            "SELECT rowid AS id FROM articles_fts WHERE articles_fts MATCH :match"
        ).columns(articles.c.id)
        phrases = " AND ".join(f'"{term}"' for term in terms)
        return select(matching.bindparams(match=phrases).subquery().c.id)
    asked: ColumnElement[str] | None = None
    for term in terms:
        phrase = func.phraseto_tsquery(text("'simple'"), bindparam(None, term.translate(_DIVIDERS)))
        asked = phrase if asked is None else asked.op("&&")(phrase)
    return select(articles.c.id).where(_POSTGRESQL_DOCUMENT.op("@@")(asked))
