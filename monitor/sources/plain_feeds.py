"""Which feeds are plain enough for the fast parser.

fastfeedparser knows the usual feed and nothing else: entities of a document type, other
encodings, markup as child elements, base64, `xml:base`, elements of foreign vocabularies with the
names of its own. Each of these is looked for; a document with any of them goes to feedparser. The
tests hold the bargain: what passes here gives what feedparser gives.
"""

from __future__ import annotations

import re
from xml.parsers import expat

_DECLARED = re.compile(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_ROOT = re.compile(
    rb"<rss\b|<feed\b[^>]*\sxmlns\s*=\s*[\"']http://www\.w3\.org/2005/Atom[\"']"
    rb"|<rdf:RDF\b[^>]*\sxmlns\s*=\s*[\"']http://purl\.org/rss/1\.0/[\"']"
)
_TEXTS = (
    rb"title|link|guid|id|description|summary|content|encoded|pubDate|published|updated|category"
)
# Any of these is answered wrongly, or not surely rightly. Each is looked for by itself: one regular
# expression of all of them takes five times as long.
_UNUSUAL = (b"xml:base", b"<fullitem", b"<body", b":body", b"&#X")
_SUSPECT = (
    (b"mode", re.compile(rb"\smode\s*=")),
    # Characters of windows-1252 by number.
    (b"&#", re.compile(rb"&#(?:1[2-5]\d|x[89][\da-f]);")),
    # Texts that are neither HTML nor plain (XHTML, base64); an escaped tag in one that is plain.
    (b"type", re.compile(
        rb"<(?:atom:)?(?:title|summary|content)\b[^<>]*\stype\s*=\s*[\"']"
        rb"(?:(?!(?:text/)?(?:html|plain|text)[\"'])|text(?:/plain)?[\"'][^<>]*>[^<]*&lt;)"
    )),
    # Markup as child elements of a text.
    (b"<", re.compile(rb"<(?:\w+:)?(?:" + _TEXTS + rb")\b[^<>]*(?<!/)>[^<]*<[^/]")),
)  # fmt: skip
# What belongs into Atom, in RSS; and a vocabulary of its own.
_NOT_RSS = re.compile(rb"<(?:link\s[^<>]*href|id\b|updated\b|published\b|summary\b)")
_UNPREFIXED = re.compile(rb"xmlns\s*=")
_NAMESPACE = re.compile(rb"\sxmlns:([\w.-]+)\s*=\s*[\"']([^\"']*)[\"']")
_PREFIXED = re.compile(
    rb"<([\w.-]+):(" + _TEXTS + rb"|author|creator|name|date|issued|modified|created)\b"
)
# Vocabularies by their usual prefix, and which of their names are taken for nothing else.
_KNOWN = {
    b"dc": (b"http://purl.org/dc/elements/1.1/", {b"title", b"creator", b"date", b"description"}),
    b"content": (b"http://purl.org/rss/1.0/modules/content/", {b"encoded"}),
    b"atom": (b"http://www.w3.org/2005/Atom", {b"link"}),
    b"atom10": (b"http://www.w3.org/2005/Atom", {b"link"}),
    b"media": (b"http://search.yahoo.com/mrss/", {b"content", b"category"}),
    b"itunes": (b"http://www.itunes.com/dtds/podcast-1.0.dtd", {b"category", b"name"}),
}


def plain_enough(data: bytes, content_type: str = "") -> bool:
    """Tell whether fastfeedparser surely gives the right answers for a document."""
    charset = _CHARSET.search(content_type)
    declared = _DECLARED.match(data)
    named = {charset.group(1).lower() if charset else "utf-8"}
    named.add(declared.group(1).decode("latin-1").lower() if declared else "utf-8")
    if not named <= {"utf-8", "utf8"} or not _well_formed(data):
        return False
    # What stands in CDATA sections is text, and most of a feed.
    first, *rest = data.split(b"<![CDATA[")
    skeleton = b"".join([first, *(part.partition(b"]]>")[2] for part in rest)])
    root = _ROOT.search(skeleton[:5_000])
    if root is None or any(sign in skeleton for sign in _UNUSUAL):
        return False
    if any(sign in skeleton and pattern.search(skeleton) for sign, pattern in _SUSPECT):
        return False
    if root.group().startswith(b"<rss") and (
        _NOT_RSS.search(skeleton) or _UNPREFIXED.search(skeleton)
    ):
        return False
    spaces = dict(_NAMESPACE.findall(skeleton))
    return all(
        prefix in _KNOWN and spaces.get(prefix) == _KNOWN[prefix][0] and name in _KNOWN[prefix][1]
        for prefix, name in set(_PREFIXED.findall(skeleton))
    )


def _well_formed(data: bytes) -> bool:
    """Tell whether a document is XML, without building anything of it."""
    if b"<!DOCTYPE" in data:
        return False
    try:
        expat.ParserCreate().Parse(data, True)  # noqa: FBT003  # the library's own parameter
    except (expat.ExpatError, ValueError):
        return False
    return True
