"""How alike two articles are as reports of one event, in other words or the same ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import mul

from rapidfuzz import fuzz

from monitor.stories.record import Features, particular

ABOUT, TITLE, NAMES = 0.40, 0.28, 0.32
"""What each view counts for. What an article does not have (names, a title) is left out and the
rest counts for more."""
PLAIN_NUMBER, PARTICULAR_NUMBER, OTHER_NUMBERS = 0.05, 0.12, -0.06
"""For each number that both have. A particular one (`record.particular`) is seldom shared by
chance: 2,418 points, 3.2 million."""
MOST_PLAIN, MOST_NUMBERS = 0.10, 0.20
OTHER_DAYS = -0.07
OTHER_NAME, MOST_OTHER_NAMES = -0.04, 2
"""For each name of a headline that the other article does not know: the same circle, another
event. So many count at most on either side."""
ONE_PUBLISHER = -0.12
"""A house's own style makes its articles alike, and it seldom reports an event anew."""
FUZZY_FROM = 4
"""Title stems on both sides from which spelling is compared; shorter ones are alike by chance."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Features with what each term counts for now."""

    features: Features
    weight_of: Callable[[str], float]
    length: float
    """Of the weighed terms as a vector."""
    title: float
    """What all terms of the title count for."""
    names: float
    """Length of the names as a vector."""


def weigh(features: Features, weight_of: Callable[[str], float]) -> Weighed:
    """Return the features weighed by how rare their terms are (`Rarity.weight`)."""
    values = list(map(mul, features.weights, map(weight_of, features.terms)))
    names = list(map(weight_of, features.names))
    return Weighed(
        features=features,
        weight_of=weight_of,
        length=math.sqrt(math.fsum(map(mul, values, values))),
        title=math.fsum(map(weight_of, features.title_set)),
        names=math.sqrt(math.fsum(map(mul, names, names))),
    )


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two articles are; symmetric."""

    score: float
    """0 to 1, before time is looked at."""
    about: float
    """Cosine of the weighed terms."""
    title: float
    """How far the titles agree, or are found in the other article's terms."""
    products: Mapping[str, float]
    """What each term of both counts for."""

    @property
    def shared(self) -> tuple[str, ...]:
        """Terms of both, those that count most first."""
        return tuple(sorted(self.products, key=lambda term: (-self.products[term], term)))


def likeness(one: Weighed, two: Weighed) -> Likeness:
    """Compare two articles by terms, titles, names, numbers and days; symmetric.

    Both are weighed alike.
    """
    mine, theirs, weight_of = one.features, two.features, one.weight_of
    both = mine.term_set & theirs.term_set
    products = {
        term: mine.weight_in[term] * rare * (theirs.weight_in[term] * rare)
        for term, rare in zip(both, map(weight_of, both), strict=True)
    }
    about = math.fsum(products.values()) / (one.length * two.length) if products else 0.0
    title = _titles(one, two)
    score, whole = ABOUT * about, ABOUT
    if title is not None:
        score += TITLE * title
        whole += TITLE
    if one.names and two.names:
        shared = list(map(weight_of, mine.names & theirs.names))
        score += NAMES * (math.fsum(map(mul, shared, shared)) / (one.names * two.names))
        whole += NAMES
    score /= whole
    if products:
        score += _numbers(mine, theirs) + _days(mine, theirs)
        score += OTHER_NAME * (_unknown(mine, theirs) + _unknown(theirs, mine))
        if mine.publisher and mine.publisher == theirs.publisher:
            score += ONE_PUBLISHER
    return Likeness(
        score=min(1.0, max(0.0, score)), about=about, title=title or 0.0, products=products
    )


def _titles(one: Weighed, two: Weighed) -> float | None:
    """Return the mean share of each title that the other article has, or the titles' likeness.

    None if neither has a title that says anything.
    """
    covers = [cover for cover in (_cover(one, two), _cover(two, one)) if cover is not None]
    if not covers:
        return None
    covered = math.fsum(covers) / len(covers)
    if min(len(one.features.title), len(two.features.title)) < FUZZY_FROM:
        return covered
    # What cannot come above the share found is not worked out.
    ratio = fuzz.token_set_ratio(
        one.features.title_text, two.features.title_text, score_cutoff=50 * (covered + 1)
    )
    return max(covered, ratio / 50 - 1)


def _cover(one: Weighed, other: Weighed) -> float | None:
    """Return how much of a title stands in the other article."""
    if not one.title:
        return None
    found = one.features.title_set & other.features.anywhere
    return math.fsum(map(one.weight_of, found)) / one.title


def _numbers(one: Features, two: Features) -> float:
    if not one.numbers or not two.numbers:
        return 0.0
    shared = one.numbers & two.numbers
    if not shared:
        return OTHER_NUMBERS if min(len(one.numbers), len(two.numbers)) > 1 else 0.0
    telling = sum(map(particular, shared))
    plain = min(MOST_PLAIN, PLAIN_NUMBER * (len(shared) - telling))
    return min(MOST_NUMBERS, plain + PARTICULAR_NUMBER * telling)


def _unknown(one: Features, two: Features) -> int:
    """Return how many names of one's headline the other does not have, as far as they count."""
    return min(MOST_OTHER_NAMES, len(one.title_names - two.anywhere))


def _days(one: Features, two: Features) -> float:
    return OTHER_DAYS if one.days and two.days and one.days.isdisjoint(two.days) else 0.0
