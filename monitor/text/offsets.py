"""Where the characters of a composed text (NFKC) come from."""

from __future__ import annotations

import re
import unicodedata
from array import array

_RUN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")


class Composed:
    """A text in NFKC with the place in the original of each of its characters.

    Character `i` of `text` comes from `original[starts[i]:ends[i]]`.
    """

    __slots__ = ("ends", "starts", "text")

    def __init__(self, original: str) -> None:
        self.starts = array("I")
        self.ends = array("I")
        parts = []
        done = 0
        for found in _RUN.finditer(original):
            start, end = found.span()
            run = found.group()
            if unicodedata.is_normalized("NFKC", run):
                continue
            parts.append(self._unchanged(original, done, start))
            parts += self._clusters(run, start)
            done = end
        parts.append(self._unchanged(original, done, len(original)))
        self.text = "".join(parts)

    def _unchanged(self, original: str, start: int, end: int) -> str:
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))
        return original[start:end]

    def _clusters(self, run: str, offset: int) -> list[str]:
        parts = []
        start = 0
        for end in range(1, len(run) + 1):
            if end < len(run) and _joins(run[end]):
                continue
            part = unicodedata.normalize("NFKC", run[start:end])
            self.starts.extend([offset + start] * len(part))
            self.ends.extend([offset + end] * len(part))
            parts.append(part)
            start = end
        return parts


def _joins(character: str) -> bool:
    """Whether NFKC may change this character together with the one before it.

    Marks, the vowels and finals of Hangul (also in their compatibility and half-width forms), and
    the half-width voicing marks of Katakana.
    """
    return (
        unicodedata.category(character)[0] == "M"
        or "\u1160" <= character <= "\u11ff"
        or "\u3131" <= character <= "\u318e"
        or "\uff9e" <= character <= "\uffdc"
    )
