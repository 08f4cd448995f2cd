"""Hits and evidence as JSON carries them."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.cli.output import stamp
from monitor.model.firing import Fired
from monitor.model.hit import Evidence
from monitor.model.listing import HitEntry


def hit_object(entry: HitEntry) -> dict[str, object]:
    """Return a hit as `--json` and `export` show it."""
    hit = entry.hit
    return {
        "hit": hit.id,
        "at": stamp(hit.at),
        "rule": hit.rule,
        "version": hit.version,
        "level": hit.level.label,
        "tags": list(hit.tags),
        "state": hit.state.value,
        "review": hit.review.value,
        "note": hit.note,
        "title": entry.title,
        "source": entry.source,
        "url": entry.url,
        "lang": entry.lang,
        "published": stamp(entry.published),
        "story": entry.story,
        "article": hit.article,
        "evidence": evidence_objects(hit.evidence),
        "firing": firing_object(entry.fired),
    }


def firing_object(fired: Fired | None) -> dict[str, object] | None:
    """Return what a correlation fired for, with the hits that it counted; None of other rules."""
    if fired is None:
        return None
    return {
        "at": stamp(fired.firing.at),
        "group": fired.firing.group,
        "detail": fired.firing.detail,
        "counted": [
            {
                "hit": one.hit,
                "rule": one.rule,
                "article": one.article,
                "title": one.title,
                "source": one.source,
                "url": one.url,
                "at": stamp(one.at),
            }
            for one in fired.counted
        ],
        "more": fired.more,
    }


def evidence_objects(evidence: Iterable[Evidence]) -> list[dict[str, object]]:
    """Return evidence as the contract writes it."""
    return [
        {
            "field": found.field,
            "start": found.start,
            "end": found.end,
            "text": found.text,
            "query": found.query,
        }
        for found in evidence
    ]
