"""What every peer is asked, and the text that all of them are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from benchmarks.watchlist import Watch
from monitor.model.article import Article

GAP = "\n\n" + "zzgap " * 12 + "\n\n"
"""Between title and body, so that no phrase or NEAR is found across them."""

Verdicts = list[set[str]]
"""For each article the ids of the rules that match."""


class Peer(Protocol):
    """A way to run rules, compiled from them."""

    name: str
    cannot: str
    """What of the generated rules it cannot express."""
    batched: bool
    """Whether it needs articles together to be at its best."""

    @staticmethod
    def can(watch: Watch) -> bool:
        """Return whether the rule can be expressed with the same meaning."""

    def __init__(self, watches: Sequence[Watch]) -> None: ...

    def run(self, articles: Sequence[Article]) -> Verdicts:
        """Return the verdicts on one batch."""


def joined(article: Article) -> str:
    """Return an article's text in lower case, title and body kept apart."""
    return (article.title + GAP + article.body).lower()
