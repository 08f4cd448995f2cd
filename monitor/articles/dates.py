"""Dates as publishers and people write them, read as moments in UTC."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.model.article import Article

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OLDEST_YEAR = 1000
_FRACTION = re.compile(r"(\.\d{1,6})\d*")
FUTURE_NOTE = "date in the future"
LEEWAY = timedelta(minutes=5)
"""How far ahead a publisher's clock may be before its date counts as one in the future."""


def parse_date(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 / RFC 3339 or RFC 5322 date names; None if it names none.

    Without a zone it is read as UTC; without a time as midnight. The first moment of 1970 and
    years before 1000 are what programs write for "no date", and are read so.
    """
    text = text.strip()
    moment = _iso(text) or _internet(text)
    if moment is None:
        return None
    try:
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return None if moment == _EPOCH or moment.year < _OLDEST_YEAR else moment


def _iso(text: str) -> datetime | None:
    if "." in text:
        text = _FRACTION.sub(r"\1", text, count=1)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _internet(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def clamp_published(article: Article, now: datetime) -> Article:
    """Return the article with a date in the future set to `now`, and a note that says so."""
    published, updated = article.published, article.updated
    latest = now + LEEWAY
    if updated is not None and updated > latest:
        updated = now
    if published is None or published <= latest:
        return article if updated == article.updated else replace(article, updated=updated)
    note = f"{FUTURE_NOTE}: {published:%Y-%m-%d %H:%M} UTC, taken as now"
    return replace(article, published=now, updated=updated, notes=(*article.notes, note))
