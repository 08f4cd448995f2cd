"""How alike two articles are as reports of one event, in other words or the same ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from monitor.stories.record import Features

ABOUT, TITLE, NAMES = 0.60, 0.25, 0.15
"""What each view counts for. What an article does not have (names, a title) is left out and the
rest counts for more."""
SOME_NUMBERS, MORE_NUMBERS, OTHER_NUMBERS = 0.02, 0.04, -0.04
OTHER_DAYS = -0.06
ONE_PUBLISHER = -0.05
"""A house's own style makes its articles alike, and it seldom reports an event anew."""
FUZZY_FROM = 4
"""Title stems on both sides from which spelling is compared; shorter ones are alike by chance."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Features with what each term counts for now."""

    features: Features
    terms: Mapping[str, float]
    title: Mapping[str, float]
    names: Mapping[str, float]
    length: float
    """Of `terms` as a vector."""
    names_length: float


def weigh(features: Features, weight_of: Callable[[str], float]) -> Weighed:
    """Return the features weighed by how rare their terms are (`Rarity.weight`)."""
    rare = {term: weight_of(term) for term in {*features.terms, *features.title}}
    terms = {
        term: weight * rare[term]
        for term, weight in zip(features.terms, features.weights, strict=True)
    }
    names = {term: rare[term] for term in features.names}
    return Weighed(
        features=features,
        terms=terms,
        title={term: rare[term] for term in features.title},
        names=names,
        length=_length(terms),
        names_length=_length(names),
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
    shared: tuple[str, ...]
    """Terms of both, those that count most first."""


def likeness(one: Weighed, two: Weighed) -> Likeness:
    """Compare two articles by terms, titles, names, numbers and days; symmetric."""
    products = {
        term: weight * two.terms[term] for term, weight in one.terms.items() if term in two.terms
    }
    about = math.fsum(products.values()) / (one.length * two.length) if products else 0.0
    title = _titles(one, two)
    views = [(ABOUT, about)]
    if title is not None:
        views.append((TITLE, title))
    if one.names and two.names:
        shared = math.fsum(
            one.names[term] * two.names[term] for term in one.names.keys() & two.names
        )
        views.append((NAMES, shared / (one.names_length * two.names_length)))
    score = math.fsum(share * view for share, view in views) / math.fsum(
        share for share, _ in views
    )
    if products:
        score += _numbers(one.features, two.features) + _days(one.features, two.features)
        if one.features.publisher and one.features.publisher == two.features.publisher:
            score += ONE_PUBLISHER
    return Likeness(
        score=min(1.0, max(0.0, score)),
        about=about,
        title=title or 0.0,
        shared=tuple(sorted(products, key=lambda term: (-products[term], term))),
    )


def _length(vector: Mapping[str, float]) -> float:
    return math.sqrt(math.fsum(weight * weight for weight in vector.values()))


def _titles(one: Weighed, two: Weighed) -> float | None:
    """Return the mean share of each title that the other article has, or the titles' likeness.

    None if neither has a title that says anything.
    """
    covers = [
        cover for cover in (_cover(one.title, two), _cover(two.title, one)) if cover is not None
    ]
    if not covers:
        return None
    covered = math.fsum(covers) / len(covers)
    if min(len(one.features.title), len(two.features.title)) < FUZZY_FROM:
        return covered
    ratio = fuzz.token_set_ratio(" ".join(one.features.title), " ".join(two.features.title))
    return max(covered, ratio / 50 - 1)


def _cover(title: Mapping[str, float], other: Weighed) -> float | None:
    whole = math.fsum(title.values())
    if not whole:
        return None
    found = math.fsum(
        weight for term, weight in title.items() if term in other.terms or term in other.title
    )
    return found / whole


def _numbers(one: Features, two: Features) -> float:
    if not one.numbers or not two.numbers:
        return 0.0
    shared = len(one.numbers & two.numbers)
    if not shared:
        return OTHER_NUMBERS if min(len(one.numbers), len(two.numbers)) > 1 else 0.0
    return MORE_NUMBERS if shared > 1 else SOME_NUMBERS


def _days(one: Features, two: Features) -> float:
    return OTHER_DAYS if one.days and two.days and one.days.isdisjoint(two.days) else 0.0
