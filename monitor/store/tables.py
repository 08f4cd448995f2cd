"""The schema as the queries see it, in one place. The migrations bring a database to it."""

from monitor.store.alert_tables import (
    alert_hits,
    alerts,
    daemons,
    deliveries,
    notices,
    told_groups,
)
from monitor.store.article_tables import (
    article_keys,
    articles,
    refusals,
    revisions,
    sightings,
    source_files,
    sources,
)
from monitor.store.hit_tables import decisions, firings, hits, rule_versions, silences
from monitor.store.metadata import metadata
from monitor.store.story_tables import (
    stories,
    story_apart,
    story_bands,
    story_members,
    story_publishers,
    story_terms,
    term_counts,
)

__all__ = [
    "alert_hits",
    "alerts",
    "article_keys",
    "articles",
    "daemons",
    "decisions",
    "deliveries",
    "firings",
    "hits",
    "metadata",
    "notices",
    "refusals",
    "revisions",
    "rule_versions",
    "sightings",
    "silences",
    "source_files",
    "sources",
    "stories",
    "story_apart",
    "story_bands",
    "story_members",
    "story_publishers",
    "story_terms",
    "term_counts",
    "told_groups",
]
