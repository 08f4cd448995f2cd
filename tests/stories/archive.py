"""An archive in memory that keeps and finds rows as the store is asked to (docs/stories.md)."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from monitor.model.article import Article
from monitor.model.story import StoryLink
from monitor.stories.extraction import features
from monitor.stories.linking import (
    COPY_WINDOW,
    EVENT_WINDOW,
    MAX_CANDIDATES,
    ROWS_A_KEY,
    Known,
    keys,
    link,
    needed_terms,
    story_time,
)
from monitor.stories.rarity import Rarity
from monitor.stories.record import Features

WEEKS = Path(__file__).parents[1] / "data" / "stories"


@dataclass
class Told:
    """An article of a fixture: its name, the story that it really belongs to, and the text."""

    name: str
    story: str
    kind: str
    article: Article


def _article(row: dict[str, str]) -> Article:
    return Article(
        title=row["title"],
        body=row["text"],
        url=row["url"],
        source=row["source"],
        lang=row["lang"],
        published=datetime.fromisoformat(row["published"]),
    )


def week(name: str) -> list[Told]:
    """Read a fixture, oldest first."""
    told = []
    for line in (WEEKS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        article = _article(row)
        told.append(Told(row["id"], row["story"], row["kind"], article))
    return sorted(told, key=lambda one: str(one.article.published))


@dataclass(frozen=True)
class Report:
    """What one desk wrote of an event, and the half of the set that it is in."""

    name: str
    event: str
    half: str
    article: Article


def desks(name: str = "desks") -> list[Report]:
    """Read the reports that two desks wrote of each event.

    Events come in twos (or threes) that are easily taken for one another: the same people, place or
    kind of accident. The half goes by a hash of their cluster's name: `tune`, or `kept` apart from
    tuning. `later_desks` are longer reports, which share background; `newsrooms` are as long as
    newsrooms write, some events of them told once.
    """
    found = []
    for line in (WEEKS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        article = _article(row)
        odd = sha256(row["cluster"].encode()).digest()[0] & 1
        found.append(Report(row["id"], row["event"], "kept" if odd else "tune", article))
    return found


@dataclass
class Archive:
    """Articles, stories, and the rows that lead to candidates."""

    known: dict[int, Known] = field(default_factory=dict)
    bands: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    terms: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    links: dict[int, StoryLink] = field(default_factory=dict)

    def learn(self, many: Iterable[Features]) -> None:
        """Count the terms of articles that are otherwise not kept."""
        for one in many:
            self.documents += 1
            self.counts.update(one.terms)

    def rarity(self, terms: Iterable[str]) -> Rarity:
        return Rarity(self.documents, {term: self.counts[term] for term in terms})

    def add(self, article: Article, now: datetime = datetime(2030, 1, 1, tzinfo=UTC)) -> int:
        """Decide an article and keep it; return its id."""
        mine = features(article)
        at = story_time(article, now)
        searched = keys(mine, self.rarity(mine.terms))
        known = self.candidates(mine, searched, at)
        decided = link(mine, at, known, self.rarity(needed_terms(mine, known)))
        return self.keep(mine, at, searched, decided)

    def keep(
        self, mine: Features, at: datetime, searched: Sequence[str], decided: StoryLink
    ) -> int:
        id = len(self.known) + 1
        founder = decided.story is None
        story = id if decided.story is None else decided.story
        self.known[id] = Known(
            article=id,
            story=story,
            at=at,
            features=mine,
            text=decided.text or id,
            founder=founder,
        )
        self.links[id] = decided
        if decided.keep_rows:
            self.find_by(id, searched)
            if founder:
                self.learn([mine])
        return id

    def find_by(self, id: int, searched: Sequence[str]) -> None:
        for band in self.known[id].features.bands:
            self.bands[band].append(id)
        for term in searched:
            self.terms[term].append(id)

    def candidates(self, mine: Features, searched: Sequence[str], at: datetime) -> list[Known]:
        found: Counter[tuple[bool, int]] = Counter()
        for band in mine.bands:
            for id in self._newest(self.bands.get(band, []), at, COPY_WINDOW):
                found[True, id] += 1
        for term in searched:
            for id in self._newest(self.terms.get(term, []), at, EVENT_WINDOW):
                found[False, id] += 1
        order = sorted(found, key=lambda key: (not key[0], -found[key], -key[1]))
        ids = list(dict.fromkeys(id for _, id in order))[:MAX_CANDIDATES]
        stories = {self.known[id].story for id in ids}
        ids += [id for id, one in self.known.items() if one.founder and one.story in stories]
        return [self.known[id] for id in dict.fromkeys(ids)]

    def _newest(self, ids: list[int], at: datetime, window: object) -> list[int]:
        near = [id for id in ids if abs(self.known[id].at - at) <= window]  # type: ignore[operator]
        return near[-ROWS_A_KEY:]

    def split(self, id: int) -> int:
        """Part an article from its story by hand; return the new story."""
        one = self.known[id]
        story = 1_000_000 + id
        self.known[id] = replace(one, story=story, founder=True, apart=one.apart | {one.story})
        self.find_by(id, keys(one.features, self.rarity(one.features.terms)))
        left = [known for known in self.known.values() if known.story == one.story]
        if left and not any(known.founder for known in left):
            oldest = min(left, key=lambda known: (known.at, known.article))
            self.known[oldest.article] = replace(oldest, founder=True)
        return story

    def merge(self, kept: int, gone: int) -> None:
        """Move all articles of one story to another by hand; founders stay founders."""
        for id, one in self.known.items():
            if one.story == gone:
                self.known[id] = replace(one, story=kept)


def merged_pairs(
    archive: Archive, told: Sequence[Told], ids: Sequence[int]
) -> Iterable[tuple[Told, Told, bool]]:
    """Yield each two articles of a week and whether the archive has them in one story."""
    for index, one in enumerate(told):
        for other_index in range(index):
            same = archive.known[ids[index]].story == archive.known[ids[other_index]].story
            yield told[other_index], one, same
