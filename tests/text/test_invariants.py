"""What holds for every text: offsets cut it, folding settles, quick ways agree with slow ones."""

from __future__ import annotations

import json
import unicodedata
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.text import (
    STEMMED_LANGUAGES,
    capital_paragraphs,
    find_numbers,
    fold,
    language_of_script,
    sentence_starts,
    stem,
    tokenize,
)
from monitor.text.characters import aligned
from monitor.text.fold import folded
from monitor.text.offsets import Composed
from monitor.text.words import _expressions, _folded_raw, _joined

NAUGHTY = Path(__file__).parents[3] / "shared/data/adversarial/blns.json"
PIECES = st.sampled_from(
    [
        *("president's", "U.S.", "e.g.", "1,000.50", "½", "café", "cafe\u0301", "ｶﾞ", "ﾡￂ", "＃"),
        *(
            "soft\u00adware",
            "हिन्दी",
            "北京",
            "ประเทศ",
            "Ёлка",
            "Кие\u0301в",
            "s",
            "S",
            "'s",
            "’s",
            "_",
        ),
        *(
            "\n",
            "\n\n",
            " \n \n",
            ". ",
            ", ",
            " ",
            "-",
            "'",
            "™",
            "№5",
            "ı",
            "İ",
            "ß",
            "…",
            "“",
            "·",
        ),
        *(
            "3.",
            "a.b",
            "abc.d.e",
            "10k",
            "five million",
            "WHO",
            "col·lecció",
            'צה"ל',
            "\u200b",
            "\ufeff",
        ),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="aAsS.'’1,0 \n-_é", max_size=60),
    st.lists(PIECES, max_size=20).map("".join),
)


def check(text: str) -> None:
    tokens = tokenize(text)
    assert len(tokens) == len(tokens.starts) == len(tokens.ends) == len(tokens.kept)
    end = 0
    for word, kept, start, stop in zip(
        tokens.words, tokens.kept, tokens.starts, tokens.ends, strict=True
    ):
        assert 0 <= start < stop <= len(text)
        shared = text[start:end]  # one sign may be two words: `㏞0` is `V∕m0`
        assert not shared or unicodedata.normalize("NFKC", shared) != shared
        end = stop
        assert fold(kept) == word
        cut = tokenize(text[start:stop])
        assert (
            word in cut.words or unicodedata.normalize("NFKC", text[start:stop]) != text[start:stop]
        )
    assert tokens.paragraphs[0] == 0
    assert sorted(tokens.paragraphs) == list(tokens.paragraphs)
    assert sentence_starts(tokens)[0] == 0
    assert all(0 <= number < len(tokens.paragraphs) for number in capital_paragraphs(tokens))
    for number in (*find_numbers(text, "de"), *find_numbers(text, "ru")):
        assert 0 <= number.start < number.end <= len(text)
        assert number.value >= 0


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("㏞0")
def test_offsets_cut_the_text_into_its_words(text: str) -> None:
    check(text)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(text) == fold(fold(text))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_composing_piece_by_piece_is_nfkc(text: str) -> None:
    composed = Composed(text)
    assert unicodedata.normalize("NFKC", text) == composed.text
    assert len(composed.text) == len(composed.starts) == len(composed.ends)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("it's's")
@example("5.000's s's s.")
def test_words_located_quickly_are_where_a_search_finds_them(text: str) -> None:
    tokens = tokenize(text)
    quick = tokens.located()
    slow = tokens._searched()
    assert [list(bounds) for bounds in quick] == [list(bounds) for bounds in slow]
    for first, last in combinations_with_replacement(range(len(tokens)), 2):
        assert tokens.span(first, last) == (tokens.starts[first], tokens.ends[last])


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_words_are_the_same_whether_or_not_groups_are_possessive(text: str) -> None:
    for kept, loose in zip(
        _expressions("[A-Za-z0-9]", "[A-Za-z]", rest="[̀-ͯ]", keep="+"),
        _expressions("[A-Za-z0-9]", "[A-Za-z]", rest="[̀-ͯ]", keep=""),
        strict=True,
    ):
        assert kept.findall(text) == loose.findall(text)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(alphabet="abAS.'1,0 \n-_%", max_size=60),
        st.text(alphabet="aS.'1, \néЁяІґс’ʼſş…Ø", max_size=60),
        st.lists(PIECES, max_size=12).map("".join),
    )
)
@example("U.S.'s it's.b a.b.c1 Inc.'s a.b x's's's 1.a.b.5 o'n.y")
@example("С.Ш.А.'s É.É ſ'ſ я’s ё.'S ş'ş 1.5я ﬁ")
def test_plain_texts_are_divided_like_any_other(text: str) -> None:
    quick = tokenize(text)
    before = quick.paragraphs if aligned(text).strip() else ()
    # One letter more, and an expression is asked: the one for Europe, the one for all.
    for more, word in (("ß", "ss"), ("ह", "ह")):
        slow = tokenize(f"{text}\n\n{more}")
        assert slow.blanked is None
        assert [*quick.words, word] == slow.words
        assert [*quick.kept, more] == slow.kept
        assert [*quick.starts, len(text) + 2] == slow.starts
        assert [*quick.ends, len(text) + 3] == slow.ends
        assert (*before, len(quick)) == slow.paragraphs


def test_every_character_is_divided_alike_quickly_and_slowly() -> None:
    for code in (*range(0x600), *range(0x1E00, 0x2E00), *range(0xFB00, 0x10000)):
        text = f"a{chr(code)}b {chr(code)} 1{chr(code)}2 c{chr(code)}s"
        quick, slow = tokenize(text), tokenize(f"{text}\n\nß")
        assert [*quick.words, "ss"] == slow.words, hex(code)
        assert [*quick.kept, "ß"] == slow.kept, hex(code)
        assert [*quick.ends, len(text) + 3] == slow.ends, hex(code)


def test_every_character_folds_to_something_stable() -> None:
    for code in [*range(0x3000), *range(0xA640, 0xABFF), *range(0xF900, 0xFFFF)]:
        assert fold(chr(code)) == fold(fold(chr(code)))


def test_a_paragraph_is_told_by_its_words_and_ends() -> None:
    tokens = tokenize("One two.\n\n***\n \nThree\nfour")
    assert tokens.paragraphs == (0, 2, 2)
    assert [tokens.paragraph(at) for at in range(4)] == [0, 0, 2, 2]
    assert tokens.paragraph_ends == (8, 13, 26)


def test_very_long_words_are_divided_and_not_kept() -> None:
    long = "é" * 5_000
    assert tokenize(long).words == ["e" * 5_000]
    assert fold(long) == "e" * 5_000


def test_many_different_words_do_not_fill_the_memory() -> None:
    for number in range(101_000):
        _folded_raw[f"é{number}"]
    assert len(_folded_raw) <= 100_000
    assert len(folded) <= 100_000


def test_hostile_texts_take_time_in_proportion() -> None:
    for piece in (
        "a.",
        "1.",
        "1,",
        ".",
        "!",
        "\n",
        "\n ",
        "1\u00a0",
        "e\u0301",
        "'s",
        "a'",
        "é.",
        "._",
    ):
        text = piece * 50_000 + "x"
        tokens = tokenize(text)
        assert len(tokens.starts) == len(tokens)
        sentence_starts(tokens)
        find_numbers(text, None)
        assert len(Composed(text).text) <= len(text)


def test_stems_are_of_the_language() -> None:
    assert stem("protesting", "en") == "protest"
    assert stem("протестами", "ru") == stem("протесты", "ru")
    assert stem("protesting", "kk") is None
    assert {"en", "ru", "ar", "tr"} <= STEMMED_LANGUAGES
    assert all(stem("a", language) for language in STEMMED_LANGUAGES)


def test_a_word_of_no_known_language_goes_by_its_script() -> None:
    assert [language_of_script(w) for w in ("1a", "ёж", "北", "12")] == ["en", "ru", None, None]


def test_numbers_that_are_none_are_left_out() -> None:
    for text in ("1.2.3", "1,2,3", "10.5.2020", "1" * 50, "1,00,00", "B52", "1.000,5,6"):
        assert [n for n in find_numbers(text, None) if n.end - n.start == len(text)] == []
    assert [n.value for n in find_numbers("0,500 1,00,000 ١٫٥", None)] == [0.5, 1e5, 1.5]
    assert [n.value for n in find_numbers("12,345 1\u202f234,5", "fr")] == [12345.0, 1234.5]
    assert [
        (n.value, "3½ or ½ million"[n.start : n.end]) for n in find_numbers("3½ or ½ million", "en")
    ] == [(3.5, "3½"), (5e5, "½ million")]


def test_joined_words_lose_what_stands_between_initials_only() -> None:
    assert [_joined("u.s"), _joined("3.5m"), _joined('צה"ל')] == ["us", "3.5m", "צהל"]


@pytest.mark.skipif(not NAUGHTY.exists(), reason="needs the shared data")
def test_naughty_strings_are_divided() -> None:
    for text in json.loads(NAUGHTY.read_text("utf-8")):
        tokens = tokenize(text)
        assert all(0 <= s < e <= len(text) for s, e in zip(tokens.starts, tokens.ends, strict=True))
        assert fold(text) == fold(fold(text))


def test_ends_may_be_asked_for_first() -> None:
    assert tokenize("an apple's").ends == [2, 8]
