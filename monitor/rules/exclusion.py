"""What would have kept a rule from hitting a text, at the least cost in its other hits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.rule import Rule
from monitor.rules.phrases import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A phrase for `none:`, and the other hits that it would have removed."""

    phrase: str
    removes: tuple[int, ...]
    """Ids of the other hits."""
    breaks: int = 0
    """How many of the rule's own `hit` samples hold it."""


def propose(
    candidates: Sequence[Phrase],
    others: Iterable[tuple[int, Article]],
    now: datetime,
    *,
    samples: Iterable[Article] = (),
) -> Exclusion | None:
    """Return the phrase whose exclusion removes the fewest other hits; None if there is none.

    `others` are ids of hits with their articles, of which only a few are held at a time.
    `samples` are the rule's own `hit` samples: a phrase that leaves them alone comes before any
    other. Among equals the most telling comes first.
    """
    removed = _Removed(candidates, others, now)
    broken = _Removed(candidates, enumerate(samples), now)

    def cost(number: int) -> tuple[int, int, float]:
        return broken.count(number), removed.count(number), -candidates[number].telling

    best = min(range(len(candidates)), key=cost, default=None)
    if best is None:
        return None
    return Exclusion(
        phrase=candidates[best].text,
        removes=tuple(sorted(removed.ids(best))),
        breaks=broken.count(best),
    )


class _Removed:
    """Which articles hold which phrase: a bit each, so that a hundred thousand have room."""

    def __init__(
        self, candidates: Sequence[Phrase], articles: Iterable[tuple[int, Article]], now: datetime
    ) -> None:
        self._ids: list[int] = []
        self._bits = [bytearray() for _ in candidates]
        matcher = compile_rules(
            Rule(id=str(number), version="", title="", match=phrase.condition)
            for number, phrase in enumerate(candidates)
        )
        for place, matches in enumerate(matcher.match_all(self._noted(articles, now))):
            for match in matches:
                bits = self._bits[int(match.rule)]
                bits.extend(bytes(max(0, place // 8 + 1 - len(bits))))
                bits[place // 8] |= 1 << place % 8

    def _noted(
        self, articles: Iterable[tuple[int, Article]], now: datetime
    ) -> Iterator[tuple[Article, datetime]]:
        for id, article in articles:
            self._ids.append(id)
            yield article, now

    def count(self, number: int) -> int:
        return int.from_bytes(self._bits[number]).bit_count()

    def ids(self, number: int) -> Iterator[int]:
        bits = self._bits[number]
        return (
            id
            for place, id in zip(range(len(bits) * 8), self._ids, strict=False)
            if bits[place // 8] >> place % 8 & 1
        )
