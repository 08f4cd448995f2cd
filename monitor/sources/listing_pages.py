"""Listing pages: the links that a CSS selector picks become entries."""

from __future__ import annotations

from cssselect import SelectorError
from lxml import etree

from monitor.articles.encoding import decode, html_encoding
from monitor.articles.identity import canonical_url
from monitor.articles.language import language_code
from monitor.articles.prose import html_tree, one_line
from monitor.errors import SourceError
from monitor.sources.entries import Entry, Listing, Markup
from monitor.sources.links import absolute

MAX_LINKS = 500


def read_listing(data: bytes, url: str, charset: str | None, selector: str) -> Listing:
    """Return the links of a page that `selector` picks, in the page's order, each address once.

    The selector may pick links or what holds them. Raises `SourceError` when it is no selector,
    when the page is no text, and when nothing is picked: then the page has changed.
    """
    decoded = decode(data, charset or html_encoding(data))
    tree = html_tree(decoded.text) if decoded is not None else None
    if tree is None:
        raise SourceError("is no web page")
    base = next((element.get("href", "") for element in tree.iter("base")), "")
    base = absolute(base, url) or url
    found: dict[str, Entry] = {}
    for element in _picked(tree, selector):
        link = _link(element)
        address = absolute(link.get("href", ""), base) if link is not None else None
        if link is None or address is None or len(found) >= MAX_LINKS:
            continue
        title = one_line(" ".join(map(str, link.itertext()))) or one_line(link.get("title", ""))
        key = canonical_url(address) or address
        if key not in found or not found[key].title.text:
            found[key] = Entry(title=Markup(text=title, plain=True), url=address)
    if not found:
        raise SourceError(f"no link fits `links: {selector}`: the page may have changed")
    lang = next((element.get("lang") for element in tree.iter("html")), None)
    return Listing(list(found.values()), language_code(lang))


def _picked(tree: etree._Element, selector: str) -> list[etree._Element]:
    try:
        return tree.cssselect(selector)
    except SelectorError as error:
        raise SourceError(f"`links: {selector}` is no CSS selector: {error}") from error


def _link(element: etree._Element) -> etree._Element | None:
    """Return the link that an element is, holds, or stands in."""
    if element.tag == "a":
        return element
    inside = next(element.iter("a"), None)
    return inside if inside is not None else next(element.iterancestors("a"), None)
