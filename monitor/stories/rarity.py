"""How telling a term is: inverse document frequency over what is stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
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
        seen = self.counts.get(term, 0) + PRIOR_DOCUMENTS * prior
        share = seen / (max(self.documents, 0) + PRIOR_DOCUMENTS)
        return -math.log(min(1.0, max(RAREST, share)))
