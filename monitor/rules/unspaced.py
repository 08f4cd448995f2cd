"""Where words may begin and end in scripts without spaces, as far as it shows."""

from __future__ import annotations

from monitor.rules.telling import script_of
from monitor.text import Tokens, is_unspaced

_PARTICLES = frozenset("的了是在和也就都而及与與或着著们們")
_IDEOGRAPHIC = frozenset({"CJK", "HIRAGANA", "KATAKANA"})
_WRITTEN_BEFORE = frozenset("เแโใไເແໂໃໄ")
"""Vowels that are written before the consonant that they follow: a syllable begins with them."""
_WRITTEN_BEHIND = frozenset("ะาำๅๆฯະາຳໆ")
"""Vowels and signs that belong to what stands before them, though they are letters."""


def is_particle(word: str) -> bool:
    """Tell whether a character is one that hardly begins or ends a phrase."""
    return word in _PARTICLES or script_of(word[0]) == "HIRAGANA"


def is_ideographic(word: str) -> bool:
    """Tell whether a character is Chinese or Japanese, where words have few."""
    return script_of(word[0]) in _IDEOGRAPHIC


def begins_word(tokens: Tokens, at: int) -> bool | None:
    """Tell whether a word may begin with this character; None if that cannot be told."""
    if at == 0 or not _joined(tokens, at):
        return True
    return _parts(tokens.words[at - 1], tokens.words[at])


def ends_word(tokens: Tokens, at: int) -> bool | None:
    """Tell whether a word may end with this character; None if that cannot be told."""
    if at + 1 == len(tokens) or not _joined(tokens, at + 1):
        return True
    return _parts(tokens.words[at], tokens.words[at + 1])


def _joined(tokens: Tokens, at: int) -> bool:
    """Tell whether a character directly follows one of the same kind of script."""
    words = tokens.words
    return tokens.ends[at - 1] == tokens.starts[at] and all(
        map(is_unspaced, words[at - 1 : at + 1])
    )


def _parts(left: str, right: str) -> bool | None:
    if left[-1] in _WRITTEN_BEFORE or right[0] in _WRITTEN_BEHIND:
        return False
    if right[0] in _WRITTEN_BEFORE:
        return True
    return True if is_particle(left) != is_particle(right) else None
