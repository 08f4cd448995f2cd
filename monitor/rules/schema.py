"""The JSON Schema of a rule file, by which editors complete and check while one writes."""

from __future__ import annotations

from typing import Any

from monitor.model.rule import Distinct, OnEdit
from monitor.query import MAX_DISTANCE
from monitor.rules.correlating import GROUP_BY
from monitor.rules.entry import LEVELS, MAX_ID

Schema = dict[str, Any]

_DURATION: Schema = {
    "type": "string",
    "pattern": "^([0-9]+[smhdwy])+$",
    "description": "A number and its unit: 90s, 15m, 1h, 3d, 2w, 1y.",
}
_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}


def rules_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema, draft 2020-12) of one rule file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Watch rules",
        "description": "A file of watch rules; see docs/rules.md.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "lists": {
                "description": "Word lists, used as $name in any rule of the folder.",
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
                "additionalProperties": {"$ref": "#/$defs/list"},
            },
            "defaults": {
                "description": "For the rules of this file only.",
                "type": "object",
                "additionalProperties": False,
                "properties": _common(),
            },
            "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
        },
        "$defs": {
            "list": {
                "type": "array",
                "minItems": 1,
                "items": {"anyOf": [_TEXT, {"$ref": "#/$defs/list"}]},
            },
            "rule": _rule(),
            "only": _only(),
            "condition": _condition(),
            "conditions": {
                "anyOf": [
                    _TEXT,
                    {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/condition"}},
                ]
            },
            "sample": _sample(),
            "correlate": _correlate(),
        },
    }


def _common() -> Schema:
    return {
        "level": {"enum": list(LEVELS), "description": "How urgent a hit is."},
        "tags": {**_TEXTS, "description": "Added to the defaults' tags; routes choose by them."},
        "enabled": {"type": "boolean", "description": "false: kept, not run."},
        "expires": {
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "description": "The last day on which the rule is run.",
        },
        "only": {"$ref": "#/$defs/only"},
        "notify": {**_TEXTS, "description": "Channels told at once, beside what routes say."},
        "on_edit": {
            "enum": [choice.value for choice in OnEdit],
            "description": "What a hit on a changed version of a known article does.",
        },
        "catch_up": {**_DURATION, "description": "How far back a new or edited rule looks."},
    }


def _rule() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["id"],
        "oneOf": [{"required": ["match"]}, {"required": ["correlate"]}],
        "properties": {
            "id": {
                "description": "Unique in the folder.",
                "anyOf": [
                    {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]*$", "maxLength": MAX_ID},
                    {"type": "number"},
                ],
            },
            "title": {**_TEXT, "description": "What a hit is called in an alert."},
            "description": {**_TEXT, "description": "What it looks for, and why."},
            **_common(),
            "match": {
                "$ref": "#/$defs/condition",
                "description": "A query string, a list of them (any), or a tree.",
            },
            "correlate": {"$ref": "#/$defs/correlate"},
            "tests": {
                "description": "Texts tried by `monitor test` and `monitor check`.",
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "hit": {"type": "array", "items": {"$ref": "#/$defs/sample"}},
                    "miss": {"type": "array", "items": {"$ref": "#/$defs/sample"}},
                },
            },
        },
    }


def _only() -> Schema:
    return {
        "description": "The scope: cheap filters, looked at before any text.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "lang": {**_TEXTS, "description": "Language codes (ISO 639-1)."},
            "source": {**_TEXTS, "description": "Source ids."},
            "source_tag": {**_TEXTS, "description": "Tags of sources."},
            "max_age": {
                "anyOf": [_DURATION, {"const": "none"}],
                "description": "The oldest article, by its own date.",
            },
        },
    }


def _condition() -> Schema:
    conditions: Schema = {"$ref": "#/$defs/conditions"}
    return {
        "anyOf": [
            {**_TEXT, "description": "A query string."},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/condition"}},
            {
                "type": "object",
                "additionalProperties": False,
                "anyOf": [{"required": [key]} for key in ("all", "any", "at_least", "near")],
                "not": {"required": ["at_least", "near"]},
                "dependentSchemas": {
                    "of": {"anyOf": [{"required": ["at_least"]}, {"required": ["near"]}]}
                },
                "dependentRequired": {
                    "at_least": ["of"],
                    "near": ["of"],
                    "ordered": ["near"],
                },
                "properties": {
                    "all": {**conditions, "description": "Every item matches."},
                    "any": {**conditions, "description": "At least one item matches."},
                    "none": {**conditions, "description": "No item matches."},
                    "at_least": {
                        "type": "integer",
                        "minimum": 1,
                        "description": "This many different items of `of` match.",
                    },
                    "near": {
                        "anyOf": [
                            {"type": "integer", "minimum": 1, "maximum": MAX_DISTANCE},
                            {"enum": ["S", "P"]},
                        ],
                        "description": "All items of `of` within so many words, or in one "
                        "sentence (S) or paragraph (P).",
                    },
                    "of": {**conditions, "description": "The items of `at_least` or `near`."},
                    "ordered": {"type": "boolean", "description": "In the order of `of`."},
                },
            },
        ]
    }


def _sample() -> Schema:
    return {
        "anyOf": [
            _TEXT,
            {
                "type": "object",
                "additionalProperties": False,
                "oneOf": [
                    {"anyOf": [{"required": ["text"]}, {"required": ["title"]}]},
                    {"required": ["file"]},
                ],
                "properties": {
                    "title": _TEXT,
                    "text": _TEXT,
                    "file": {**_TEXT, "description": "An article's file, from this file's folder."},
                    "lang": _TEXT,
                    "source": _TEXT,
                    "url": _TEXT,
                    "author": _TEXT,
                    "tags": _TEXTS,
                },
            },
        ]
    }


def _correlate() -> Schema:
    return {
        "description": "A condition about hits instead of text.",
        "type": "object",
        "additionalProperties": False,
        "required": ["rules", "within", "at_least"],
        "properties": {
            "rules": {
                "anyOf": [_TEXT, {"type": "array", "minItems": 1, "items": _TEXT}],
                "description": "Rule ids, or tag:NAME.",
            },
            "within": _DURATION,
            "distinct": {"enum": [choice.value for choice in Distinct]},
            "at_least": {"type": "integer", "minimum": 1},
            "group_by": {
                "anyOf": [
                    {"enum": list(GROUP_BY)},
                    {"type": "array", "items": {"enum": list(GROUP_BY)}},
                ]
            },
            "burst": {
                "type": "number",
                "minimum": 1,
                "description": "So many times the usual rate over the last 28 windows.",
            },
        },
    }
