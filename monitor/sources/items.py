"""From a source's entries to articles: what is new, with the text of its page where that is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from monitor.model.article import Article
from monitor.model.source import FullText as Wanted
from monitor.model.source import Refusal, SourceKind
from monitor.sources.cursor import Cursor
from monitor.sources.documents import Asking
from monitor.sources.entries import Entry, FullText, Listing, article_of, is_teaser, text_of
from monitor.sources.fetching import shown
from monitor.sources.full_text import Budget, NoPage, Pages

ATTEMPTS = 3
"""How often an article's page is asked for, one poll after another, before its text is given up."""


@dataclass(frozen=True, slots=True)
class Items:
    """What is new of a listing, oldest first; and the memory that makes it known next time."""

    items: tuple[Article | Refusal, ...]
    cursor: Cursor
    complete: bool
    """False when pages are still to be read: by the next poll."""


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Turns the entries of one poll into articles; used once."""

    asking: Asking
    pages: Pages
    budget: Budget

    def read(self, listing: Listing, cursor: Cursor) -> Items:
        """Return the articles of the entries that are new or say something else than before."""
        found: list[Article | Refusal] = []
        seen: set[str] = set()
        again: dict[str, int] = {}
        passed_over = 0
        stale: list[Entry] = []
        complete = True
        for entry in listing.entries:
            digest = entry.digest(cursor.configured, dated=not self._lists_texts)
            if digest in cursor.seen or digest in seen:
                seen.add(digest)
                continue
            if self._stale(entry):
                stale.append(entry)
                continue
            attempts = cursor.again.get(digest, 0)
            text = text_of(entry)
            outcome = self._page(entry, text)
            if outcome is _EXHAUSTED:
                if self.asking.first and not self._lists_texts and entry.published is None:
                    # Of a long undated list, the first look takes in only so much.
                    passed_over += 1
                    seen.add(digest)
                    continue
                complete = False
                if not self._lists_texts or attempts:
                    again[digest] = attempts
                    continue
                outcome = _LATER
            if isinstance(outcome, NoPage) and outcome.again and attempts + 1 < ATTEMPTS:
                again[digest] = attempts + 1
                complete = False
            else:
                seen.add(digest)
            make = partial(article_of, entry, self.asking.source, text=text, feed_lang=listing.lang)
            item = self._item(entry, outcome, make, done=digest in seen)
            if item is not None and (attempts == 0 or digest in seen):
                found.append(item)
        found.reverse()
        new = replace(cursor, seen=frozenset(seen), again=again)
        return Items((*listing.refusals, *self._told(stale, passed_over), *found), new, complete)

    @property
    def _lists_texts(self) -> bool:
        """Whether the source's own document holds texts, and not only addresses."""
        return self.asking.source.kind is SourceKind.FEED

    def _late(self, entry: Entry) -> bool:
        """Whether an entry is beyond the source's `max_age`, so that nobody is alerted of it."""
        date = _date(entry)
        oldest = self.asking.source.max_age
        return oldest is not None and date is not None and self.asking.now - date > oldest

    def _stale(self, entry: Entry) -> bool:
        """Whether an entry is too old to be fetched, and nothing but an address without that."""
        return not self._lists_texts and not entry.title.text and self._late(entry)

    def _page(self, entry: Entry, text: Sequence[str]) -> FullText | NoPage | None:
        """Return what the entry's page says, or why not; None where it is not wanted."""
        wanted = self.asking.source.full_text
        if wanted is Wanted.NEVER or entry.url is None or self._late(entry):
            return None
        if self._lists_texts and wanted is Wanted.AUTO and not is_teaser(entry, text):
            return None
        if not self.budget.spend():
            return _EXHAUSTED
        return self.pages.read(entry.url, self.asking.named, self.asking.now)

    def _item(
        self,
        entry: Entry,
        page: FullText | NoPage | None,
        make: Callable[..., Article | None],
        *,
        done: bool,
    ) -> Article | Refusal | None:
        """Return the article of an entry; a refusal if it has none; None to wait for its page."""
        if isinstance(page, NoPage):
            note = f"its page was not read: {page.why}"
            article = make()
            if article is not None:
                return replace(article, notes=(*article.notes, note))
            return Refusal(_where(entry), note) if done else None
        return make(page=page) or Refusal(_where(entry), "has neither title nor text")

    def _told(self, stale: Sequence[Entry], passed_over: int) -> Iterator[Refusal]:
        """Yield what the first poll leaves out, and so that its owner sees what was understood."""
        if stale and self.asking.first:
            many = f"{len(stale):,} addresses are" if len(stale) > 1 else "one address is"
            newest = max(stale, key=lambda entry: _date(entry) or _UNDATED)
            date = _date(newest) or _UNDATED
            yield Refusal(
                self.asking.source.id,
                f"{many} older than `max_age` and not read; the newest is {_where(newest)}"
                f" of {date:%Y-%m-%d}",
            )
        if passed_over and self.asking.first:
            yield Refusal(
                self.asking.source.id,
                f"{passed_over:,} addresses beyond what a first poll reads are left out",
            )


_EXHAUSTED = NoPage("the poll had no time left for it", again=True)
_UNDATED = datetime.min.replace(tzinfo=UTC)
_LATER = NoPage("it is read by the next poll", again=True)


def _date(entry: Entry) -> datetime | None:
    return entry.published or entry.updated


def _where(entry: Entry) -> str:
    return shown(entry.url) if entry.url else (entry.guid or "an item without link")
