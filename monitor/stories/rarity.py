"""How telling a term is: inverse document frequency over what is stored."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.stories.words import COMMON_TERMS

PRIOR_DOCUMENTS = 300
"""What an empty store is taken to have seen, so that its first articles are weighed sensibly."""
RAREST = 0.004
"""The share of articles below which terms are alike: one in 250 is as rare as a name needs to be.

Without this floor the weight of names would grow with the store, until any two articles about
one person were one story.
"""

COMMON = 0.06
"""The share that is taken for a term of every newsroom until there are counts."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """Document frequencies: in how many of `documents` articles each term occurs.

    A term that is not in `counts` was never seen. Counts may be those of a moment ago: weights
    move with their logarithm.
    """

    documents: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def weight(self, term: str) -> float:
        """Return -ln of the share of articles with the term: 0 (everywhere) to 5.5 (rare)."""
        prior = COMMON if term in COMMON_TERMS else RAREST
        return self.of(self.counts.get(term, 0), prior)

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return `weight` of each term; quicker than one after the other, as most counts recur."""
        count_of = self.counts.get
        of_count = _WeightOfCount(self)
        found = {term: of_count[count_of(term, 0)] for term in terms}
        for term in COMMON_TERMS.intersection(found):
            found[term] = self.weight(term)
        return found

    def of(self, count: int, prior: float) -> float:
        """Return the weight of a term with this count, and this share before it was counted."""
        seen = count + PRIOR_DOCUMENTS * prior
        share = seen / (max(self.documents, 0) + PRIOR_DOCUMENTS)
        return -math.log(min(1.0, max(RAREST, share)))


class _WeightOfCount(dict[int, float]):
    """The weight of a term by its count, worked out once for each count."""

    def __init__(self, rarity: Rarity) -> None:
        super().__init__()
        self._rarity = rarity

    def __missing__(self, count: int) -> float:
        weight = self[count] = self._rarity.of(count, RAREST)
        return weight
