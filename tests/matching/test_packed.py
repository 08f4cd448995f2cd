"""The table of short words: it answers what it was told, or that it does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching import compile_rules
from monitor.matching import packed as room
from monitor.matching.packed import LONGEST, Packed
from monitor.text import bounds, tokenize
from tests.matching.reference.strategies import NOW, POOL, Scene, scenes

WORDS = st.text("ab.1", min_size=1, max_size=LONGEST + 2)


def looked_up(packed: Packed, words: list[str]) -> list[int | None]:
    """The code of each word, None for those not known."""
    text = f" {' '.join(words)} ".encode("ascii")
    starts, ends = bounds(text)
    codes, unknown = packed.codes(text, starts + 1, ends - starts)
    found: list[int | None] = list(codes.tolist())
    for at in unknown.tolist():
        found[at] = packed.get(words[at].encode())
    return found


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(WORDS, st.integers(-(2**40), 2**40)), st.lists(WORDS), st.sampled_from([1, 256])
)
def test_what_is_added_is_known_and_nothing_else(
    told: dict[str, int], others: list[str], few: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_FEW", few)
        packed = Packed()
        for word, code in told.items():
            packed.add(word.encode(), code)
    words = [*told, *others]
    assert looked_up(packed, words) == [told.get(word) for word in words]


def test_most_words_come_into_the_table_and_none_is_lost() -> None:
    packed = Packed()
    words = [f"w{number}" for number in range(20_000)]
    for number, word in enumerate(words):
        packed.add(word.encode(), number)
    assert looked_up(packed, words) == list(range(20_000))
    assert sum(packed.get(word.encode()) is None for word in words) > 0.8 * len(words)


PLAIN = [word for word in POOL if tokenize(word).blanked is not None]
plain_words = st.lists(st.sampled_from(PLAIN), min_size=2, max_size=4, unique=True).map(tuple)


@settings(max_examples=300, deadline=None)
@given(scenes(rules=6, articles=3, vocabularies=plain_words))
def test_articles_match_alike_with_and_without_it(scene: Scene) -> None:
    """A sign that is two in NFKC, and an article is read without the table."""
    ruleset = compile_rules(scene.rules)
    for article in scene.articles:
        with_it, without = (
            [
                (match.rule, [each[:3] for each in match.evidence])
                for match in ruleset.match(replace(article, body=f"{article.body}\n\n{sign}"), NOW)
            ]
            for sign in "=⁇"
        )
        assert with_it == without


@pytest.mark.parametrize("text", ["", " ", "...", "a", "U.S. 1,000.50 it's", "С.Ш.А. «Ёлка»"])
def test_a_text_begins_and_ends_as_it_may(text: str) -> None:
    tokens = tokenize(text)
    assert tokens.blanked is not None
    starts, ends = bounds(tokens.blanked)
    assert [text[a:b] for a, b in zip(starts, ends, strict=True)] == [
        text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)
    ]
