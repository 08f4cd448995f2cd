"""How alike two articles are as reports of one event, in other words or the same ones.

A report tells its event first and its background after that, and reports of other events share
the background. So what one tells first is looked for in the other: of the shorter report, what its
headline and lead say; of both, what their headlines say beside names; the names that both tell
first; and the numbers. The weights are those of a logistic regression (docs/stories.md), in which
none may speak against its sense; so the score is how likely it is that both tell of one event.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import mul

from rapidfuzz import fuzz

from monitor.stories.fingerprint import Resemblance, resemblance
from monitor.stories.record import Features, sign

UNLIKE = -3.8
"""Where two articles start from: most are of different events (as log odds, as all these are)."""
TOLD, HEADLINES, NAMES = 9.1, 2.25, 2.7
"""For all of the shorter one's head, all words of both headlines, all names of the heads."""
SHARED_NUMBER, MOST_SHARED_NUMBERS = 0.9, 3
OTHER_NUMBER, MOST_OTHER_NUMBERS = -0.28, 4
"""For each number that both tell first, and each that only one knows at all."""
OTHER_NAME, MOST_OTHER_NAMES = -0.7, 2
"""For each name of a headline that the other article does not know: the same circle, another
event. So many count at most on either side."""
OTHER_DAYS = -0.8
ONE_PUBLISHER = -0.9
"""A house's own style makes its articles alike, and it seldom reports an event anew."""
TEMPLATE = -25.0
"""For the share of text that both print alike, times what the headlines say of which the other
article has no word: two laws signed in the same sentences, two banks' results."""
FEW_WORDS, FEW_NAMES = 40.0, 30.0
"""What every head is taken to have besides, about seven rare words and one name (whose weight is
squared): from few of them little is known."""
LEAST_ABOUT = 0.12
"""Cosine of the terms below which nothing else is looked at: no two reports of one event that would
have been joined had so little in common."""
FUZZY_FROM = 4
"""Title stems on both sides from which spelling is compared; shorter ones are alike by chance."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Features with what each term counts for now."""

    features: Features
    weight_of: Callable[[str], float]
    length: float
    """Of the weighed terms as a vector."""
    head: float
    """What all terms of the head count for."""


def weigh(features: Features, weight_of: Callable[[str], float]) -> Weighed:
    """Return the features weighed by how rare their terms are (`Rarity.weight`)."""
    values = list(map(mul, features.weights, map(weight_of, features.terms)))
    return Weighed(
        features=features,
        weight_of=weight_of,
        length=math.sqrt(math.fsum(map(mul, values, values))),
        head=math.fsum(map(weight_of, features.head)),
    )


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two articles are; symmetric."""

    score: float
    """How likely they are to tell of one event, 0 to 1, before time is looked at."""
    about: float
    """Cosine of the weighed terms."""
    products: Mapping[str, float]
    """What each term of both counts for."""

    @property
    def shared(self) -> tuple[str, ...]:
        """Terms of both, those that count most first."""
        return tuple(sorted(self.products, key=lambda term: (-self.products[term], term)))


def likeness(one: Weighed, two: Weighed) -> Likeness:
    """Compare two articles by what they tell first, by names, numbers and days; symmetric.

    Both are weighed alike.
    """
    mine, theirs, weight_of = one.features, two.features, one.weight_of
    both = mine.term_set & theirs.term_set
    products = {
        term: mine.weight_in[term] * rare * (theirs.weight_in[term] * rare)
        for term, rare in zip(both, map(weight_of, both), strict=True)
    }
    about = math.fsum(products.values()) / (one.length * two.length) if products else 0.0
    if about < LEAST_ABOUT:
        return Likeness(score=0.0, about=about, products=products)
    told = _told(one, two)
    headlines = _headlines(one, two)
    odds = (
        UNLIKE
        + TOLD * told
        + HEADLINES * (told if headlines is None else headlines)
        + NAMES * _names(mine, theirs, weight_of)
        + _numbers(mine, theirs)
        + OTHER_NAME * min(MOST_OTHER_NAMES, unknown_names(mine, theirs))
        + OTHER_NAME * min(MOST_OTHER_NAMES, unknown_names(theirs, mine))
        + OTHER_DAYS * other_days(mine, theirs)
        + ONE_PUBLISHER * (bool(mine.publisher) and mine.publisher == theirs.publisher)
        + TEMPLATE * _template(one, two)
    )
    return Likeness(
        score=1 / (1 + math.exp(-odds)),
        about=about,
        products=products,
    )


def unknown_names(one: Features, two: Features) -> int:
    """Return how many names of one's headline the other does not hold anywhere."""
    return len(one.title_name_signs - two.signs)


def other_days(one: Features, two: Features) -> bool:
    """Tell whether both name days of the week, and none of them is the same."""
    return bool(one.days) and bool(two.days) and one.days.isdisjoint(two.days)


def _told(one: Weighed, two: Weighed) -> float:
    """Return how much of the shorter article's head the other tells anywhere, 0 to 1."""
    if one.features.words == two.features.words:
        return (_found(one, two) + _found(two, one)) / 2
    shorter, longer = (one, two) if one.features.words < two.features.words else (two, one)
    return _found(shorter, longer)


def _found(one: Weighed, other: Weighed) -> float:
    signs = one.features.head_signs
    known = signs.keys() & other.features.signs
    return math.fsum(map(one.weight_of, map(signs.__getitem__, known))) / (one.head + FEW_WORDS)


def _headlines(one: Weighed, two: Weighed) -> float | None:
    """Return how much of the headlines the other's head has, names left out, or their spelling.

    None if they say nothing else.
    """
    names = one.features.names | two.features.names
    found = [
        _share(words, other.head, one.weight_of)
        for article, other in ((one.features, two.features), (two.features, one.features))
        if (words := article.title_set - names)
    ]
    return _spelled(one.features, two.features, sum(found) / len(found)) if found else None


def _template(one: Weighed, two: Weighed) -> float:
    """Return how much of a template's text two articles share, whose headlines differ: 0 to 1."""
    own = min(_unheard(one, two), _unheard(two, one))
    return own * shared_text(one.features, two.features).containment if own else 0.0


def shared_text(one: Features, two: Features) -> Resemblance:
    """Compare two articles by their shingles; symmetric."""
    return resemblance(
        one.print.shingles,
        two.print.shingles,
        first_thinning=one.print.thinning,
        second_thinning=two.print.thinning,
    )


def _unheard(one: Weighed, other: Weighed) -> float:
    """Return how much of a headline, names left out, the other article does not hold anywhere."""
    names = one.features.names | other.features.names
    words = one.features.title_set - names
    if not words:
        return 0.0
    of = one.weight_of
    held = [word for word in words if sign(word) in other.features.signs]
    return 1 - math.fsum(map(of, held)) / math.fsum(map(of, words))


def titles_agree(one: Weighed, two: Weighed) -> float:
    """Return the mean share of each title that the other article has, or the titles' likeness."""
    titled = [
        _share(article.title_set, other.anywhere, one.weight_of)
        for article, other in ((one.features, two.features), (two.features, one.features))
        if article.title
    ]
    return _spelled(one.features, two.features, sum(titled) / len(titled)) if titled else 0.0


def _spelled(one: Features, two: Features, covered: float) -> float:
    if min(len(one.title), len(two.title)) < FUZZY_FROM:
        return covered
    # What cannot come above the share found is not worked out.
    ratio = fuzz.token_set_ratio(one.title_text, two.title_text, score_cutoff=50 * (covered + 1))
    return max(covered, ratio / 50 - 1)


def _share(terms: frozenset[str], where: frozenset[str], of: Callable[[str], float]) -> float:
    """Return how much of some terms is found there, by weight: 0 to 1, 0 of none."""
    found = terms & where
    return math.fsum(map(of, found)) / math.fsum(map(of, terms)) if found else 0.0


def _names(one: Features, two: Features, weight_of: Callable[[str], float]) -> float:
    """Return how much of the names that are told first both have, of those with fewer."""
    names = one.names | two.names
    mine, theirs = one.head & names, two.head & names
    both = mine & theirs
    if not both:
        return 0.0

    def heavy(terms: frozenset[str]) -> float:
        weights = list(map(weight_of, terms))
        return math.fsum(map(mul, weights, weights))

    return heavy(both) / (min(heavy(mine), heavy(theirs)) + FEW_NAMES)


def _numbers(one: Features, two: Features) -> float:
    shared = len(one.lead_numbers & two.lead_numbers)
    others = len(one.lead_numbers - two.numbers) + len(two.lead_numbers - one.numbers)
    return SHARED_NUMBER * min(MOST_SHARED_NUMBERS, shared) + OTHER_NUMBER * min(
        MOST_OTHER_NUMBERS, others
    )
