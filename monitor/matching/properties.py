"""Facts of an article that are not its text, and a rule's scope."""

from __future__ import annotations

from datetime import datetime

from monitor.matching.reading import Reading
from monitor.matching.terms import primary
from monitor.model.article import Article
from monitor.model.condition import Property, PropertyKind
from monitor.model.rule import Only
from monitor.text import tokenize


def has_property(reading: Reading, wanted: Property) -> bool:
    """Whether the article has a property."""
    article = reading.article
    value = wanted.value
    match wanted.kind:
        case PropertyKind.LANG:
            return primary(article.lang) == primary(value)
        case PropertyKind.SOURCE:
            return article.source == value
        case PropertyKind.URL:
            return article.url is not None and value.lower() in article.url.lower()
        case PropertyKind.TAG:
            tags = (*article.tags, *article.source_tags)
            return value.casefold() in {tag.casefold() for tag in tags}
        case PropertyKind.SITE:
            return reading.host == value or reading.host.endswith(f".{value}")
        case _:
            name = f" {' '.join(tokenize(article.author).words)} "
            return f" {' '.join(wanted.words)} " in name


def within_scope(only: Only, article: Article, now: datetime) -> bool:
    """Whether an article is within a rule's `only`; one without a date is of any age."""
    return (
        (not only.lang or primary(article.lang) in map(primary, only.lang))
        and (not only.source or article.source in only.source)
        and (not only.source_tag or not set(only.source_tag).isdisjoint(article.source_tags))
        and (
            only.max_age is None
            or article.published is None
            or now - article.published <= only.max_age
        )
    )
