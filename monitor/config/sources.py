"""`sources:` and `defaults:` of monitor.yaml."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

import cssselect

from monitor.config.filled import FilledReader
from monitor.errors import Location
from monitor.model.source import FullText, Source, SourceKind
from monitor.yaml12 import Fields, Node

_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
_KINDS = {kind.value: kind for kind in SourceKind}
_FULL_TEXT = {choice.value: choice for choice in FullText}

DEFAULTS = ("every", "max_age", "lang", "tags", "full_text")
_SHARED = ("id", "type", "title", *DEFAULTS)
KEYS = {
    SourceKind.CORPUS: (*_SHARED, "path"),
    SourceKind.FEED: (*_SHARED, "url"),
    SourceKind.PAGE: (*_SHARED, "url", "links"),
    SourceKind.SITEMAP: (*_SHARED, "url"),
}


def read_sources(reader: FilledReader, top: Fields) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Read every source, and report each whose id is another's; return also all their ids."""
    fallback = Source(id="", kind=SourceKind.FEED)
    if defaults := top.mapping("defaults", DEFAULTS):
        fallback = _common(reader, defaults, fallback)
    taken: dict[str, Location] = {}
    found = (_source(reader, node, fallback, taken) for node in top.items("sources"))
    return tuple(source for source in found if source is not None), tuple(taken)


def _source(
    reader: FilledReader, node: Node, fallback: Source, taken: dict[str, Location]
) -> Source | None:
    """Read a source; one fault in it keeps no other from being told."""
    fields = reader.mapping(node, "the source", None, ("id", "type"))
    if fields is None:
        return None
    name = _id(reader, fields, node, taken)
    kind = fields.choice("type", _KINDS, None)
    if kind is not None:
        reader.mapping(node, f"a source of type {kind.value}", KEYS[kind])
    source = _common(
        reader,
        fields,
        replace(fallback, id=name or "", kind=kind or fallback.kind, location=node.location),
    )
    source = replace(source, title=fields.text("title"))
    whole = None
    if kind is SourceKind.CORPUS:
        whole = _corpus(reader, fields, source)
    elif kind is not None:
        whole = _remote(reader, fields, source)
    return whole if name else None


def _id(reader: FilledReader, fields: Fields, node: Node, taken: dict[str, Location]) -> str | None:
    if "id" not in fields:
        return None
    name = fields.text("id")
    if not _ID.fullmatch(name):
        message = f"{name!r} is no source id"
        hint = "small letters, digits, `.`, `_` and `-`, beginning with a letter or digit"
        reader.report("id", message, fields.get("id") or node, hint)
        return None
    if name in taken:
        message = f"the source id {name!r} is taken: line {taken[name].line}"
        reader.report("duplicate-id", message, node.location, "give each source its own id")
        return None
    taken[name] = node.location
    return name


def _common(reader: FilledReader, fields: Fields, source: Source) -> Source:
    every = fields.duration("every", source.every) or source.every
    lang = fields.text("lang", source.lang or "").lower() or None
    if lang is not None and not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", lang):
        hint = "a language code: en, ru, kk, pt-br"
        reader.report("lang", f"{lang!r} is no language", fields.key_location("lang"), hint)
    max_age = fields.duration("max_age", source.max_age, never="none")
    return replace(
        source,
        every=every,
        max_age=max_age,
        lang=lang,
        tags=fields.texts("tags", source.tags),
        full_text=fields.choice("full_text", _FULL_TEXT, source.full_text),
    )


def _corpus(reader: FilledReader, fields: Fields, source: Source) -> Source | None:
    if not fields.text("path"):
        if "path" not in fields:
            hint = "path: the folder that holds the articles"
            reader.report("missing-key", f"{_named(source)} needs `path`", source.location, hint)
        return None
    return replace(source, path=reader.path(fields, "path"))


def _remote(reader: FilledReader, fields: Fields, source: Source) -> Source:
    url = reader.address(fields, "url")
    if not url and "url" not in fields:
        message = f"{_named(source)} needs `url`"
        reader.report("missing-key", message, source.location, "url: https://…")
    elif url and not _usable(url):
        message = f"the `url` of {source.id!r} is no address of a web server"
        if not source.id:
            message = "the `url` is no address of a web server"
        where = fields.get("url") or source.location
        reader.report("url", message, where, "write it whole: https://example.org/feed.xml")
    links = fields.text("links")
    if source.kind is SourceKind.PAGE:
        if not links:
            message = f"{_named(source)} needs `links`"
            hint = 'links: "main a.headline", a CSS selector of the article links'
            reader.report("missing-key", message, source.location, hint)
        elif fault := _selector_fault(links):
            where = fields.get("links") or source.location
            reader.report("selector", f"`links` is no CSS selector: {fault}", where)
    return replace(source, url=url, links=links)


def _named(source: Source) -> str:
    return f"the source {source.id!r}" if source.id else f"a source of type {source.kind.value}"


def _usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _selector_fault(selector: str) -> str:
    try:
        cssselect.HTMLTranslator().css_to_xpath(selector)
    except (cssselect.SelectorError, ValueError) as error:
        return str(error)
    return ""
