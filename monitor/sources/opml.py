"""Lists of feeds as OPML (http://opml.org/spec2.opml), in and out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from lxml import etree

from monitor.articles.identity import canonical_url
from monitor.articles.language import language_code
from monitor.articles.prose import clean, one_line
from monitor.errors import SourceError
from monitor.model.source import Refusal, Source, SourceKind

MAX_BYTES = 10_000_000
MAX_FEEDS = 20_000
_DEPTH = 32
_BARE = re.compile(rb"&(?![A-Za-z]\w{0,31};|#\w{1,8};)")
_NO_ID = re.compile(r"[^a-z0-9]+")
_HOST = re.compile(r"^\w+://(?:(?:www|rss|feeds?)\.)?")
_LEAST = 4
"""Characters that a title's Latin letters and digits must give where it holds others, too."""
# Outline attributes are matched whatever their case: programs disagree on `xmlUrl`.
_ADDRESS = ("xmlurl", "url")


@dataclass(frozen=True, slots=True)
class Imported:
    """The sources of an OPML file, and the outlines that could not be used."""

    sources: tuple[Source, ...]
    refusals: tuple[Refusal, ...]


def import_opml(data: bytes, file: str, taken: Collection[str] = ()) -> Imported:
    """Return the feeds of an OPML file as sources; the outlines around them become their tags.

    Each gets an id (see `source_id`) different from all others and from those in `taken`. A feed
    listed twice is taken once, with the tags of both. Raises `SourceError` when it is no OPML.
    """
    body, told = _body(data, file)
    found: dict[str, Source] = {}
    refusals = list(told)
    ids = set(taken)
    todo = [(outline, tuple[str, ...]()) for outline in reversed(body.findall("outline"))]
    while todo:
        outline, tags = todo.pop()
        facts = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
        title = one_line(facts.get("text") or facts.get("title") or "")
        where = f"{file}:{outline.sourceline}"
        url = next((facts[name].strip() for name in _ADDRESS if facts.get(name, "").strip()), "")
        children = outline.findall("outline")
        kind = facts.get("type", "").lower()
        if (url and kind in {"", "rss", "atom", "feed"}) or (kind == "rss" and not children):
            key = canonical_url(url)
            if key is None:
                refusals.append(Refusal(where, f"{title or 'an outline'} has no web address"))
            elif key in found:
                kept = found[key]
                found[key] = _tagged(kept, tags + _categories(facts))
            elif len(found) >= MAX_FEEDS:
                refusals.append(Refusal(where, f"only the first {MAX_FEEDS:,} feeds are taken"))
            else:
                id = source_id(title or key.removeprefix("https://"), ids, key)
                ids.add(id)
                source = Source(
                    id=id,
                    kind=SourceKind.FEED,
                    url=url,
                    title=title,
                    lang=language_code(facts.get("language")),
                )
                found[key] = _tagged(source, tags + _categories(facts))
        inner = (*tags, title) if title and not url else tags
        if len(inner) <= _DEPTH:
            todo.extend((child, inner) for child in reversed(children))
    return Imported(tuple(found.values()), tuple(refusals))


def export_opml(sources: Iterable[Source], title: str = "Sources of monitor") -> bytes:
    """Return the feeds among the sources as an OPML 2.0 file; their tags as categories."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _attribute(title)
    body = etree.SubElement(root, "body")
    for source in sources:
        if source.kind is not SourceKind.FEED:
            continue
        facts = {
            "type": "rss",
            "text": source.title or source.id,
            "xmlUrl": source.url,
            "category": ",".join(source.tags),
            "language": source.lang or "",
        }
        shown = {name: _attribute(value) for name, value in facts.items() if value}
        etree.SubElement(body, "outline", attrib=shown)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def source_id(title: str, taken: Collection[str], url: str) -> str:
    """Return an id like those that people write (`bbc-world`), different from all in `taken`.

    It is made of the title; of the address where the title, in another script than Latin, leaves
    too little.
    """
    base = _slug(title)
    if len(base) < _LEAST and any(letter.isalpha() and not letter.isascii() for letter in title):
        base = ""
    base = base or _slug(_HOST.sub("", url).partition("/")[0]) or "feed"
    candidate, number = base, 1
    while candidate in taken:
        number += 1
        candidate = f"{base}-{number}"
    return candidate


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NO_ID.sub("-", plain).strip("-")[:60].rstrip("-")


def _body(data: bytes, file: str) -> tuple[etree._Element, tuple[Refusal, ...]]:
    """Return the outlines of an OPML file; damage that can be mended is told, not hidden."""
    if len(data) > MAX_BYTES:
        raise SourceError(f"{file} is too large: at most {MAX_BYTES:,} bytes are read")
    told: tuple[Refusal, ...] = ()
    # What most programs get wrong can be put right without a loss.
    data = _BARE.sub(b"&amp;", data)
    try:
        root: etree._Element | None = _parsed(data, recover=False)
    except (etree.XMLSyntaxError, ValueError) as error:
        damage = one_line(getattr(error, "msg", None) or str(error))[:200]
        told = (Refusal(file, f"is no well-formed XML, some of it may be lost: {damage}"),)
        try:
            root = _parsed(data, recover=True)
        except (etree.XMLSyntaxError, ValueError):
            root = None
        if root is None:
            raise SourceError(f"{file} is not OPML: {damage}") from error
    body = root.find("body") if root is not None else None
    if root is None or str(root.tag).lower() != "opml" or body is None:
        raise SourceError(f"{file} is not OPML: an <opml> element with a <body> is missing")
    return body, told


def _parsed(data: bytes, *, recover: bool) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    return etree.fromstring(data, parser)


def _categories(facts: dict[str, str]) -> tuple[str, ...]:
    """Return the categories of an outline: `/World/Asia,wire` is world, asia and wire."""
    found: list[str] = []
    for category in facts.get("category", "").split(","):
        path = category.strip()
        found.extend(path.split("/") if path.startswith("/") else [path])
    return tuple(one_line(part) for part in found)


def _tagged(source: Source, tags: tuple[str, ...]) -> Source:
    lower = (tag.lower() for tag in (*source.tags, *tags))
    return replace(source, tags=tuple(dict.fromkeys(tag for tag in lower if tag)))


def _attribute(text: str) -> str:
    return clean(text)
