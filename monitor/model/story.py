"""Stories: articles that tell the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Joined(StrEnum):
    """Why an article belongs to its story."""

    OPENED = "opened"  # nothing like it was known
    COPY = "copy"  # nearly the same text
    SAME_EVENT = "same-event"  # other words, same event
    BY_HAND = "by-hand"  # `monitor stories merge` or `split`


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLink:
    """Which story an article joined, why, and how sure (0 to 1)."""

    story: int | None
    """None: it opens one."""
    joined: Joined
    score: float
    detail: str
    """For people: `shares: Tokayev, CSTO, peacekeepers; 0.81`."""
    article: int | None = None
    """The known article that it is most like."""
    text: int | None = None
    """The article whose text it copies, resolved to the first of them; None: its own text."""
    keep_rows: bool = True
    """False: practically the same text is known and is found in its stead; no rows to search by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as stored."""

    id: int
    title: str
    opened: datetime
    last: datetime
    articles: int
    publishers: int
    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """What parting articles from their stories by hand did, or why it did nothing."""

    story: int | None
    """The new story; None: nothing was moved, as no article is in a story or none would stay."""
    articles: tuple[int, ...]
    """Those of the named that are in a story."""
    copies: tuple[int, ...] = ()
    """Copies of their texts in the same stories, which go along."""
    staying: tuple[int, ...] = ()
    """Copies of their texts that stay where they are."""
    emptied: tuple[int, ...] = ()
    """Stories that nothing would stay in."""
