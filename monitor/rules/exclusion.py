"""What would have kept a rule from hitting a text, at the least cost in its other hits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import Location
from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.hit import Evidence
from monitor.model.rule import Rule
from monitor.query import parse
from monitor.text import sentence_starts, tokenize

_LONGEST = 3
"""Words of a proposed exclusion."""
_SHORT = 3
"""Letters; an exclusion neither begins nor ends with a word that is not longer (of, the, was)."""
_JOINING = frozenset({"and", "or", "not"})
"""Words that look like operators, and are warned of in a query."""
_MOST = 400
"""Characters of a passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A phrase for `none:`, and the other hits that it would have removed."""

    phrase: str
    removes: tuple[int, ...]
    """Ids of the other hits."""
    breaks: int = 0
    """How many of the rule's own `hit` samples it would make miss."""


def passage(article: Article, evidence: Sequence[Evidence]) -> str:
    """Return the sentence that the first evidence stands in, on one line; else the title."""
    in_body = next((found for found in evidence if found.field == "body"), None)
    if in_body is None:
        return " ".join(article.title.split())[:_MOST]
    tokens = tokenize(article.body)
    starts = [tokens.starts[index] for index in sentence_starts(tokens)]
    begin = max((start for start in starts if start <= in_body.start), default=0)
    end = min((start for start in starts if start > in_body.start), default=len(article.body))
    return " ".join(article.body[begin:end].split())[:_MOST]


def propose(
    text: str,
    evidence: Iterable[Evidence],
    others: Mapping[int, Article],
    now: datetime,
    *,
    samples: Sequence[Article] = (),
) -> Exclusion | None:
    """Return the phrase of the text whose exclusion removes the fewest other hits.

    `samples` are the rule's own `hit` samples: one that leaves them alone comes before any other.
    Among equals, one that touches what matched comes first (`curfew lifted` says more than
    `lifted`), then one of two words, then the earlier one. None when the text has no usable word.
    """
    matched = {word for found in evidence for word in tokenize(found.text).words}
    phrases = [it for it in _phrases(tokenize(text).words) if not matched.issuperset(it)]
    removed = _removed(phrases, others, now)
    broken = _removed(phrases, dict(enumerate(samples)), now)

    def cost(phrase: tuple[str, ...]) -> tuple[int, int, bool, int, int]:
        touches = any(word in matched for word in phrase)
        size = abs(len(phrase) - 2)
        return (
            len(broken[phrase]), len(removed[phrase]), not touches, size, phrases.index(phrase)
        )  # fmt: skip

    best = min(phrases, key=cost, default=None)
    if best is None:
        return None
    return Exclusion(
        phrase=" ".join(best), removes=tuple(sorted(removed[best])), breaks=len(broken[best])
    )


def _phrases(words: Sequence[str]) -> list[tuple[str, ...]]:
    found: dict[tuple[str, ...], None] = {}
    for start in range(len(words)):
        for length in range(1, _LONGEST + 1):
            phrase = tuple(words[start : start + length])
            ends = (phrase[0], phrase[-1])
            if (
                len(phrase) == length
                and all(len(end) > _SHORT and end.isalpha() for end in ends)
                and _JOINING.isdisjoint(phrase)
            ):
                found[phrase] = None
    return list(found)


def _removed(
    phrases: Sequence[tuple[str, ...]], others: Mapping[int, Article], now: datetime
) -> Mapping[tuple[str, ...], set[int]]:
    """Return which of the other articles hold each phrase."""
    rules = []
    for number, phrase in enumerate(phrases):
        quoted = f'"{" ".join(phrase)}"'
        condition = parse(quoted, at=lambda _offset: Location(""), lists={}).condition
        rules.append(Rule(id=str(number), version="", title="", match=condition))
    matcher = compile_rules(rules)
    removed: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    for id, article in others.items():
        for match in matcher.match(article, now):
            removed[phrases[int(match.rule)]].add(id)
    return removed
