"""Whether an article is new, known, changed, or another one under a known name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.articles.identity import (
    canonical_url,
    content_hash,
    identity_keys,
    names_one_article,
)
from monitor.articles.prose import folded
from monitor.model.article import Article, KnownArticle

_WORDS = re.compile(r"\w+")
_NAMES = frozenset({"id", "guid", "path", "file"})
_LONG_TEXT = 200  # characters that two articles do not share by chance


class Verdict(StrEnum):
    """What an article is to what is known of its source."""

    NEW = "new"
    SAME = "same"  # known, and unchanged in title and text
    REVISION = "revision"  # known, changed
    ANOTHER = "another"  # new, though something that it is known by was used before


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, the known article that it is (SAME, REVISION), and why, in words.

    `keys` are those to be stored for it. A key that another article has so far goes over to this
    one: an identifier used anew means the newer article from then on.
    """

    verdict: Verdict
    id: int | None
    reason: str
    keys: tuple[str, ...]


def judge(article: Article, keys: Sequence[str], known: Mapping[str, KnownArticle]) -> Judgement:
    """Return what the article is, given its `identity_keys` and what is known under any of them.

    In doubt it is another article: an alert too many joins its story, one swallowed is lost.
    """
    candidates: dict[int, KnownArticle] = {}
    kinds: dict[int, set[str]] = {}
    for key in keys:
        if key in known:
            candidates.setdefault(known[key].id, known[key])
            kinds.setdefault(known[key].id, set()).add(_kind(key))
    if not candidates:
        return Judgement(
            Verdict.NEW, None, "nothing known has its identifiers or its text", tuple(keys)
        )
    digest = content_hash(article)
    # An unchanged article is looked for first; then the surest key decides.
    for candidate in sorted(candidates.values(), key=lambda one: one.content_hash != digest):
        unchanged = candidate.content_hash == digest
        likeness = _Likeness.of(article, candidate, frozenset(kinds[candidate.id]), unchanged)
        reason = next((why for why, applies in _REASONS if applies(likeness)), "")
        if reason:
            verdict = Verdict.SAME if unchanged else Verdict.REVISION
            missing = tuple(key for key in keys if key not in known)
            return Judgement(verdict, candidate.id, reason, missing)
    used = ", ".join(dict.fromkeys(_kind(key) for key in keys if key in known))
    return Judgement(Verdict.ANOTHER, None, f"used before for another: {used}", tuple(keys))


def _kind(key: str) -> str:
    return key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What an article has in common with a known one."""

    kinds: frozenset[str]
    """Of the identity keys that they share."""
    alike: bool
    """Their titles."""
    same_date: bool
    moved: bool
    """Both have a date, another one each."""
    unchanged: bool
    """Title and text are the same."""
    own_link: bool
    """They share a link that looks like one article's own."""
    same_link: bool
    other_link: bool
    """Both have a link, another one each."""
    guid: bool
    named: bool
    """The article has an identifier, address or file of its own."""
    long: bool
    """Its text is longer than what two articles share by chance."""

    @classmethod
    def of(
        cls,
        article: Article,
        known: KnownArticle,
        kinds: frozenset[str],
        unchanged: bool,  # noqa: FBT001  # private, called once
    ) -> _Likeness:
        dated = article.published is not None and known.published is not None
        if article.shared_link:
            kinds -= {"url"}
        link, other = article.url or "", known.url or ""
        linked = bool(link and other)
        same_link = linked and canonical_url(link) == canonical_url(other)
        return cls(
            kinds=kinds,
            alike=titles_alike(article.title, known.title),
            same_date=dated and article.published == known.published,
            moved=dated and article.published != known.published,
            unchanged=unchanged,
            own_link="url" in kinds and names_one_article(link),
            same_link=same_link,
            other_link=linked and not same_link,
            guid=bool(article.guid),
            named=any(_kind(key) in _NAMES for key in identity_keys(article)),
            long=len(article.body) >= _LONG_TEXT,
        )

    @property
    def undated(self) -> bool:
        """One of them has no date."""
        return not self.same_date and not self.moved

    @property
    def renamed(self) -> bool:
        """The identifier is a new one and the date too: a link alone is too little then."""
        return self.moved and self.guid and "guid" not in self.kinds

    def by(self, *kinds: str) -> bool:
        """Whether they share a key of one of these kinds."""
        return not self.kinds.isdisjoint(kinds)


# The first that applies says that both are one article.
_REASONS: tuple[tuple[str, Callable[[_Likeness], bool]], ...] = (
    ("same id", lambda it: it.by("id")),
    ("same guid", lambda it: it.by("guid") and it.alike),
    ("same guid and date, new headline", lambda it: it.by("guid") and it.same_date),
    ("same guid and link, new headline", lambda it: it.by("guid") and it.own_link),
    (
        "same guid, new headline",
        lambda it: it.by("guid") and it.undated and not it.other_link,
    ),
    ("same file", lambda it: it.by("file") and (it.alike or it.same_date)),
    ("same link", lambda it: it.by("url") and it.alike and (it.own_link or not it.renamed)),
    ("same link and date, new headline", lambda it: it.by("url") and it.same_date),
    ("same link, new headline", lambda it: it.own_link and not it.renamed),
    ("same link, no date", lambda it: it.by("url") and it.undated and not it.guid),
    ("same address on another host", lambda it: it.by("path") and it.alike and not it.moved),
    (
        "same title and date",
        lambda it: it.by("head") and (it.same_link or not (it.named or it.other_link)),
    ),
    (
        "same text",
        lambda it: it.unchanged and not it.moved and (it.long or not it.named or it.by("head")),
    ),
)


def titles_alike(one: str, other: str) -> bool:
    """Tell whether two titles look like versions of one.

    They share more than half of the words of the shorter, and a quarter of those of the longer;
    compared case-folded, as sets.
    """
    mine, theirs = _words(one), _words(other)
    if not mine or not theirs:
        return mine == theirs
    shared = len(mine & theirs)
    # More than half: two short headlines share "in the" by chance.
    return 2 * shared > min(len(mine), len(theirs)) and 4 * shared >= max(len(mine), len(theirs))


def _words(title: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(folded(title).casefold()))
