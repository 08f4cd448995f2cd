"""Characters: which are plain, and which stand for plain ones."""

from __future__ import annotations

import re

# Typographic punctuation and the ASCII that stands for it: most English texts are ASCII then.
_PUNCTUATION = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"))
_SPACES = ("\u00a0", "…", "•", "€", "£")
# Apostrophes that are letters to Unicode, and signs that NFKC would glue to the word beside them.
_APOSTROPHES = ("ʼ", "ʻ", "＇")
_GLUED = ("™", "℠", "℡", "№")

EUROPEAN = "A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0400-\u0481\u048a-\u052f"
"""Digits, Latin and Cyrillic letters: with these alone, the quicker expressions will do."""
BEYOND_EUROPEAN = re.compile(
    rf"[^\x00-\x7f{EUROPEAN}\u00a1-\u00a7\u00a9\u00ab\u00ac\u00ae\u00b0\u00b1\u00b6\u00bb\u00bf\u00d7\u00f7"
    "\u2010-\u2027\u2030-\u203e\u2042\u2043\u2045-\u205e\u20a0-\u20bf\u2190-\u2bff]"
)


def aligned(text: str) -> str:
    """Return the text with signs replaced one for one, so that offsets stay."""
    if text.isascii():
        return text
    for sign, ascii_sign in _PUNCTUATION:
        text = text.replace(sign, ascii_sign)
    for sign in _SPACES:
        text = text.replace(sign, " ")
    if text.isascii():
        return text
    for sign in _APOSTROPHES:
        text = text.replace(sign, "'")
    for sign in _GLUED:
        text = text.replace(sign, " ")
    return text
