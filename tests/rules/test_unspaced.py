"""Where words may begin and end without spaces, as far as that shows."""

from __future__ import annotations

import pytest

from monitor.rules.unspaced import begins_word, ends_word
from monitor.text import tokenize


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("学|生日", None, None),
        ("《|学生", True, True),
        ("で|大き", True, True),
        ("大|きな", True, True),
        ("我在|北京", True, True),
        ("AI|学生", True, True),
        ("เ|รื่อง", False, False),  # a vowel written before its consonant
        ("ร|ะท้วง", False, False),
        ("รัก|เข้า", True, True),
        ("ประ|ท้วง", None, None),
        ("|学生", True, None),
    ],
)
def test_a_word_ends_at_signs_particles_and_syllables(
    text: str, begins: bool | None, ends: bool | None
) -> None:
    before, _, after = text.partition("|")
    tokens = tokenize(before + after)
    at = len(tokenize(before).words)
    assert begins_word(tokens, at) is begins
    if at:
        assert ends_word(tokens, at - 1) is ends
    assert ends_word(tokens, len(tokens) - 1) is True
