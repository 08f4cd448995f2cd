"""Numbers of reports: digits with thousands and millions, and words in Russian and Ukrainian."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.figures import MAX_NUMBERS, numbers_in
from monitor.stories.record import particular
from monitor.text.words import tokenize


def numbers(text, lang="ru"):
    return numbers_in(text, tokenize(text).words, lang)


@pytest.mark.parametrize(
    ("text", "lang", "found"),
    [
        ("14,5 млн и 1,2 тыс.", "ru", {"14500000": "14,5 млн", "1200": "1,2 тыс"}),
        ("21 миллион, 48 миллиардов", "ru", {"21000000": "21 миллион", "4.8e+10": "48 миллиардов"}),
        ("280 тис. і 70 мільйонів", "uk", {"280000": "280 тис", "70000000": "70 мільйонів"}),
        ("9 мільярдів, 3 трлн", "uk", {"9000000000": "9 мільярдів", "3e+12": "3 трлн"}),
        ("60 тысячелистников", "ru", {"60": "60"}),  # another word
        ("одиннадцать горняков", "ru", {"11": "одиннадцать"}),
        ("сто двадцать три дома", "ru", {"123": "сто двадцать три"}),
        ("двадцать один миллион", "ru", {"21000000": "двадцать один миллион"}),
        (
            "четырнадцать с половиной миллионов",
            "ru",
            {"14500000": "четырнадцать с половиной миллионов"},
        ),
        ("п'ятнадцять людей", "uk", {"15": "п ятнадцять"}),
        ("дев’яносто дев’ять", "uk", {"99": "дев яносто дев ять"}),
        ("шістсот п'ять", "uk", {"605": "шістсот п ять"}),
        ("двадцать двадцать", "ru", {"20": "двадцать"}),  # two runs
        ("пятнадцать пять", "ru", {"15": "пятнадцать", "5": "пять"}),
        ("одна, две", "ru", {}),
        ("две тысячи домов", "ru", {"2000": "две тысячи"}),
        ("в 1998 году, 2 дома", "ru", {"2": "2"}),
        ("пять", "ru", {"5": "пять"}),  # the last word
        ("пес і п", "uk", {}),
        ("seventeen of 1,250", "en", {"17": "seventeen", "1250": "1,250"}),
    ],
)
def test_numbers_are_read_as_they_are_meant(text, lang, found):
    assert numbers(text, lang) == found


def test_what_is_told_in_digits_and_in_words_is_one_number():
    assert set(numbers("ущерб 3,4 млн, погибли 11")) == set(numbers("3,4 миллиона и 11 жертв"))
    assert numbers("жертвами стали одиннадцать").keys() == numbers("погибли 11 человек").keys()


WORDS = """
один два пять одиннадцать двадцать сорок сто двести шестьсот п ять дев ятнадцять с половиной тысяч
миллион млрд 7 12,5 1 000 дом
"""
WORD = st.sampled_from(WORDS.split())


@given(st.lists(WORD, max_size=60).map(" ".join), st.sampled_from(["ru", "uk", None]))
def test_any_run_of_words_gives_numbers_in_one_spelling_and_bounded(text, lang):
    found = numbers(text, lang)
    assert len(found) <= MAX_NUMBERS
    assert all(f"{float(value):.10g}" == value for value in found)
    assert all(
        written in " ".join(tokenize(text).words) or written in text for written in found.values()
    )


@pytest.mark.parametrize(
    ("number", "says_much"),
    [("121", True), ("486.5", True), ("3.2", True), ("12", False), ("600", False),
     ("60000", False), ("0.5", False), ("4.8e+10", True), ("11e+10", True), ("3e+12", False)],
)  # fmt: skip
def test_numbers_that_few_texts_share_are_neither_small_nor_round(number, says_much):
    assert particular(number) is says_much
