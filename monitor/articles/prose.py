"""Plain text out of what publishers write: clean characters, paragraphs, a title where none is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import unescape

from lxml import etree

from monitor.text.sentences import sentence_starts
from monitor.text.words import tokenize

MAX_TITLE = 300
"""Characters; a longer first sentence is cut at a word to make a title."""

# C0 and C1 controls but tab and line ends, and lone surrogates: PostgreSQL stores no NUL, UTF-8
# has no surrogates, and a terminal must never be sent an escape sequence by a publisher.
_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# What was written in windows-1252 and declared as ISO 8859-1: the curly quotes of many feeds.
_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNUSUAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\u2028]")
# Thin and no-break spaces stay: they group the digits of numbers.
_BLANKS = re.compile(r"[ \t\n]+")
_INVISIBLE = " \u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n\s*|\u2029")
_OPENING = re.compile(r"\s+[\"'“‘«(\[¿¡]*\Z")


def clean(text: str) -> str:
    """Return the text with line feeds as line ends, no control characters, no lone surrogates."""
    if not _UNUSUAL.search(text):
        return text
    text = _LINE_END.sub("\n", text).translate(_C1)
    text = _UNWANTED.sub("", text)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """Return the text cleaned, on one line, runs of blanks as one space."""
    return _joined(clean(text).replace("\u2029", " "))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, divided by blank lines; each is cleaned and on one line."""
    parts = (_joined(part) for part in _PARAGRAPH_END.split(clean(text)))
    return [part for part in parts if part.strip(_INVISIBLE)]


def _joined(text: str) -> str:
    """Return the text with every run of blanks as one space; most texts have none to change."""
    if "  " in text or "\n" in text or "\t" in text:
        text = _BLANKS.sub(" ", text)
    return text.strip()


def unrepeated(parts: Iterable[str]) -> list[str]:
    """Return the paragraphs without those that only repeat an earlier one (photo captions)."""
    return list(dict.fromkeys(parts))


def without_title(parts: Sequence[str], title: str) -> Sequence[str]:
    """Return the paragraphs of a page without its headline, where it stands before the text."""
    return parts[1:] if len(parts) > 1 and parts[0].casefold() == title.casefold() else parts


def body_of(parts: Iterable[str]) -> str:
    """Return paragraphs as an article's body: repeats dropped, one blank line between."""
    return "\n\n".join(unrepeated(parts))


def shortened(line: str, limit: int = MAX_TITLE) -> str:
    """Return a line of at most `limit` characters, cut at a word and marked with an ellipsis."""
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    at_word = cut.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > limit // 2 else cut).rstrip(" ,;:-–—") + "…"


def first_sentence(paragraph: str) -> str:
    """Return the first sentence of a paragraph, at most `MAX_TITLE` characters long."""
    # Looked for in a bounded part: nothing longer can be a title.
    tokens = tokenize(paragraph[: 4 * MAX_TITLE])
    _, *later = sentence_starts(tokens)
    if later:
        # An opening quote belongs to the next sentence.
        paragraph = _OPENING.sub("", paragraph[: tokens.starts[later[0]]])
    return shortened(paragraph)


# --- HTML --------------------------------------------------------------------------------------

_BLOCKS = (
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
)  # fmt: skip
_SILENT = (
    "script", "style", "template", "noscript", "svg", "math",
    "head", "select", "textarea", "button", "title",
)  # fmt: skip
_PAGE = re.compile(r"<(?:html|head|body)[\s>]", re.IGNORECASE)
_MARKUP = re.compile(r"[<&]")


_PARSER = etree.HTMLParser(
    no_network=True,
    recover=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    encoding="utf-8",
)


def html_tree(markup: str) -> etree._Element | None:
    """Return the tree of an HTML page or fragment, however broken; None where there is none.

    Nothing is fetched, and libxml2's own bounds on depth and size stay on.
    """
    if not _PAGE.search(markup):
        # A body around a fragment keeps libxml2 from dropping what stands before its first tag.
        markup = f"<html><body>{markup}</body></html>"
    return etree.fromstring(clean(markup).encode() or b"<p>", _PARSER)


def html_paragraphs(markup: str) -> list[str]:
    """Return the text of an HTML fragment or page as paragraphs; scripts and styles left out."""
    if not _MARKUP.search(markup):
        return paragraphs(markup)
    simple = _simple_text(markup)
    if simple is not None:
        return paragraphs(simple)
    root = html_tree(markup)
    if root is None:
        return []
    etree.strip_elements(root, *_SILENT, with_tail=False)
    for block in root.iter(*_BLOCKS):
        block.text = f"\n\n{block.text or ''}"
        block.tail = f"\n\n{block.tail or ''}"
    for line_end in root.iter("br"):
        line_end.tail = f"\n{line_end.tail or ''}"
    return paragraphs(etree.tostring(root, method="text", encoding="unicode"))


_SIMPLE_BLOCK = re.compile(
    r"</?(?:p|div|ul|ol|li|blockquote|h[1-6])(?: [a-z-]+=\"[^<>\"]*\")*>", re.IGNORECASE
)
_SIMPLE_INLINE = re.compile(
    r"</?(?:b|i|u|em|strong|span|a)(?: [a-z-]+=\"[^<>\"]*\")*>", re.IGNORECASE
)
_SIMPLE_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)


def _simple_text(markup: str) -> str | None:
    """Return the text of markup with none but the commonest tags; None if it may hold more.

    Most of what feeds hold is so, and a parser takes three times as long for it.
    """
    text, blocks = _SIMPLE_BLOCK.subn("\n\n", markup)
    text, spans = _SIMPLE_INLINE.subn("", text)
    text, breaks = _SIMPLE_BREAK.subn("\n", text)
    if "<" in text or blocks + spans + breaks != markup.count(">"):
        return None
    return unescape(text) if "&" in text else text


def html_line(markup: str) -> str:
    """Return the text of a fragment on one line: a title that may hold tags or entities."""
    if not _MARKUP.search(markup):
        return one_line(markup)
    return " ".join(html_paragraphs(markup))


def folded(text: str) -> str:
    """Return the text as compared for sameness: NFC, blanks collapsed, ends trimmed."""
    line = unicodedata.normalize("NFC", text).replace("\n", " ").replace("\t", " ")
    while "  " in line:  # many times quicker than an expression, and halved each time
        line = line.replace("  ", " ")
    return line.strip()
