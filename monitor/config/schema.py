"""The JSON Schema of monitor.yaml, for editors that complete and validate while typing."""

from __future__ import annotations

from typing import Any

from monitor.config import reading, routing, sources
from monitor.model.channel import GroupBy, QuietThen
from monitor.model.rule import Level
from monitor.model.source import FullText, SourceKind

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": {"type": ["string", "number"]}}]}
_DURATION: Schema = {"type": "string", "pattern": r"^(\d+[smhdwy])+$", "examples": ["15m", "6h"]}
_CLOCK: Schema = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}
_LEVEL = [level.label for level in Level]


def _or(word: str, schema: Schema) -> Schema:
    return {"anyOf": [{"const": word}, schema]}


def _object(
    properties: dict[str, Schema], required: tuple[str, ...] = (), about: str = ""
) -> Schema:
    made: Schema = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {**made, "description": about} if about else made


def _about(schema: Schema, text: str) -> Schema:
    return {**schema, "description": text}


_SOURCE: dict[str, Schema] = {
    "id": _about({"type": ["string", "number"]}, "Unique; small letters, digits, . _ -"),
    "type": {"enum": [kind.value for kind in SourceKind]},
    "title": _about(_TEXT, "How people call it."),
    "every": _about(_DURATION, "How often it is read; a server may ask for more patience."),
    "max_age": _about(
        _or("none", _DURATION), "Older articles are stored and matched, never alerted on."
    ),
    "lang": _about(_TEXT, "Its articles' language, where they do not say."),
    "tags": _about(_TEXTS, "For `only.source_tag`, `tag:` and routes."),
    "full_text": _about(
        {"enum": [choice.value for choice in FullText]},
        "Whether the article's own page is fetched: auto does where the feed gives a teaser.",
    ),
    "path": _about(_TEXT, "The folder of a corpus."),
    "url": _about(_TEXT, "The address of a feed, page or sitemap."),
    "links": _about(_TEXT, "A CSS selector of the article links of a page."),
}

_WHEN = _object(
    {
        "level": _about(_TEXT, "high, >=high, <=low"),
        "tags": _about(_TEXTS, "The rule has any of these tags."),
        "rule": _about(_TEXTS, "Rule ids; * stands for anything."),
        "source": _about(_TEXTS, "Source ids."),
        "source_tag": _about(_TEXTS, "The source has any of these tags."),
        "lang": _about(_TEXTS, "Languages of the article."),
    },
    about="Every given part must fit.",
)

_QUIET = _object(
    {
        "from": _CLOCK,
        "to": _CLOCK,
        "timezone": _TEXT,
        "except": _about({"enum": _LEVEL}, "This level and above are sent all the same."),
        "then": {"enum": [choice.value for choice in QuietThen]},
    },
    ("from", "to"),
)

_ROUTE = _object(
    {
        "when": _WHEN,
        "to": _about(_TEXTS, "Channels."),
        "continue": _about({"type": "boolean"}, "Go on to the routes below."),
        "group_by": {"enum": [choice.value for choice in GroupBy]},
        "repeat": _about(_or("never", _DURATION), "Remind while new articles join the story."),
        "limit": _about(_TEXT, "10 per 1h; the rest arrive as one summary."),
        "quiet": _QUIET,
        "confirm": _about(_TEXT, "3 publishers within 6h"),
        "digest": _about(_TEXT, "immediate, every 30m, daily at 07:00, mon-fri at 07:00"),
        "timezone": _about(_TEXT, "Of this route's times; an IANA name."),
    },
    ("to",),
)

_CHANNEL: Schema = {
    "anyOf": [
        _TEXT,
        _object(
            {
                "url": _about(_TEXT, "console:// or any address of apprise."),
                "fallback": _about(_TEXT, "The channel that takes over after the last attempt."),
                "template": _about(_TEXT, "A folder with templates that override the shipped."),
            },
            ("url",),
        ),
    ]
}


def config_schema() -> Schema:
    """Return the schema (JSON Schema draft 2020-12)."""
    top: dict[str, Schema] = {
        "database": _about(_TEXT, "sqlite:///path or postgresql+psycopg://user@host/name"),
        "rules": _about(_TEXT, "The folder of watch rules."),
        "defaults": _object({key: _SOURCE[key] for key in sources.DEFAULTS}),
        "sources": {"type": "array", "items": _object(_SOURCE, ("id", "type"))},
        "channels": {"type": "object", "additionalProperties": _CHANNEL},
        "operator": _about(_TEXT, "The channel that hears of troubles."),
        "heartbeat": {
            "anyOf": [
                _TEXT,
                _object({"url": _TEXT, "every": _DURATION}, ("url",)),
            ]
        },
        "routes": {"type": "array", "items": _ROUTE},
        "http": _about(_TEXT, "Where metrics and health are served: 127.0.0.1:8787"),
        "canary": _about(
            _or("never", _DURATION), "How often a made-up article goes the whole way."
        ),
        "contact": _about(_TEXT, "Who runs this, for the User-Agent."),
        "timezone": _about(_TEXT, "Of times of day that name no zone: an IANA name."),
        "workers": {"type": "integer", "minimum": 1, "maximum": 500},
        "retention": _about(_or("never", _DURATION), "How long articles are kept."),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "monitor.yaml",
        **_object({key: top[key] for key in reading.TOP}, ("sources",)),
    }


def keys() -> dict[str, tuple[str, ...]]:
    """Return every key of monitor.yaml by the section that it stands in."""
    return {
        "": reading.TOP,
        "defaults": sources.DEFAULTS,
        "sources": tuple(_SOURCE),
        "heartbeat": reading.HEARTBEAT,
        "channels": routing.CHANNEL,
        "routes": routing.ROUTE,
        "when": routing.WHEN,
        "quiet": routing.QUIET,
    }
