"""Numbers, sentences, paragraphs and capitals, written down by hand from the specification."""

from __future__ import annotations

import pytest

from monitor.text import capital_paragraphs, find_numbers, sentence_starts, tokenize

THIN, NARROW = "\u2009", "\u202f"

NUMBERS = {
    # text, language: what stands there and its value
    "digits": ("in 2021.", None, [("2021", 2021.0)]),
    "a decimal": ("3.5 percent", None, [("3.5", 3.5)]),
    "grouped by commas": ("1,000.50", None, [("1,000.50", 1000.5)]),
    "several groups": ("1,234,567", None, [("1,234,567", 1234567.0)]),
    "grouped by thin spaces": (f"12{THIN}000", None, [(f"12{THIN}000", 12000.0)]),
    "grouped by narrow spaces": (
        f"1{NARROW}000{NARROW}000",
        "fr",
        [(f"1{NARROW}000{NARROW}000", 1e6)],
    ),
    "grouped by blanks in Russian": (
        "1 200 000,5 и 2022 300",
        "ru",
        [("1 200 000,5", 1200000.5), ("2022", 2022.0), ("300", 300.0)],
    ),
    "grouped by blanks in Swiss French": ("12 000 gens", "fr-CH", [("12 000", 12000.0)]),
    "no groups by blanks in English": ("12 300", "en", [("12", 12.0), ("300", 300.0)]),
    "no groups by blanks, language unknown": ("12 300", None, [("12", 12.0), ("300", 300.0)]),
    "blanks between what is no group": (
        "5 12 1 0000",
        "ru",
        [("5", 5.0), ("12", 12.0), ("1", 1.0), ("0000", 0.0)],
    ),
    "a point and three digits in English": ("1.000", "en", [("1.000", 1.0)]),
    "a point and three digits in British English": ("1.000", "en-GB", [("1.000", 1.0)]),
    "a point and three digits, language unknown": ("1.000", None, [("1.000", 1.0)]),
    "a point and three digits in German": ("1.000", "de", [("1.000", 1000.0)]),
    "points as groups in any language": ("1.000.000", "en", [("1.000.000", 1e6)]),
    "groups by points, decimals by comma": ("1.234,5", "de", [("1.234,5", 1234.5)]),
    "a comma and three digits": ("1,000", "en", [("1,000", 1000.0)]),
    "a comma and one digit": ("1,5", "de", [("1,5", 1.5)]),
    "a range is two numbers": ("10-20", None, [("10", 10.0), ("20", 20.0)]),
    "a list is several": ("1, 2 and 3", None, [("1", 1.0), ("2", 2.0), ("3", 3.0)]),
    "thousand": ("5 thousand", None, [("5 thousand", 5e3)]),
    "million": ("some 5 million people", None, [("5 million", 5e6)]),
    "capital million": ("5 MILLION", None, [("5 MILLION", 5e6)]),
    "billion with a decimal": ("3.2 billion", None, [("3.2 billion", 3.2e9)]),
    "trillion": ("2 trillion", None, [("2 trillion", 2e12)]),
    "bn": ("€3.2bn", None, [("3.2bn", 3.2e9)]),
    "m": ("$5m", None, [("5m", 5e6)]),
    "k": ("10k", None, [("10k", 1e4)]),
    "a number word": ("Twelve men", None, [("Twelve", 12.0)]),
    "zero": ("zero", None, [("zero", 0.0)]),
    "a tens word": ("ninety", None, [("ninety", 90.0)]),
    "a compound word": ("twenty-five", None, [("twenty-five", 25.0)]),
    "one hundred": ("one hundred", None, [("one hundred", 100.0)]),
    "a dozen": ("dozen", None, [("dozen", 12.0)]),
    "dozens": ("dozens of them", None, [("dozens", 12.0)]),
    "hundreds": ("hundreds", None, [("hundreds", 100.0)]),
    "thousands": ("Thousands", None, [("Thousands", 1000.0)]),
    "not within a word": ("someone tense H5N1", None, []),
    "a fraction": ("½", None, [("½", 0.5)]),
    "a whole and a fraction": ("2½", None, [("2½", 2.5)]),
    "full-width digits": ("１２", None, [("１２", 12.0)]),
    "no number": ("none at all", None, []),
    "percent sign": ("50%", None, [("50", 50.0)]),
    "at a sentence's end": ("It was 5. Then", None, [("5", 5.0)]),
    "before a comma": ("5, then", None, [("5", 5.0)]),
}


@pytest.mark.parametrize(("text", "lang", "wanted"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_read_as_written_down(
    text: str, lang: str | None, wanted: list[tuple[str, float]]
) -> None:
    found = [(text[n.start : n.end], n.value) for n in find_numbers(text, lang)]
    assert wanted == found


SENTENCES = {
    # text: the first word of each sentence
    "one": ("just one", "just"),
    "none": ("", ""),
    "a full stop": ("So it is. Then it was.", "So Then"),
    "question and exclamation": ("Who? You! Why", "Who You Why"),
    "a decimal point is none": ("It rose 3.5 percent. Then fell.", "It Then"),
    "inside quotes": ("“Go.” They went.", "Go They"),
    "ideographic": ("北京。東京！", "北 東"),
    "Hindi": ("विरोध हुआ। फिर", "विरोध फिर"),
    "Arabic question mark": ("من؟ نعم", "من نعم"),
    "a last letter after a mark is no initial": ("رأى المَدِينَة. ثم غادر", "رأى ثم"),
    "nor after a vowel sign": ("यह मदीन. फिर", "यह फिर"),
    "an ellipsis before a small letter": ("He … went. So", "He So"),
    "initials are no end": ("The U.S. Army left. So", "The So"),
    "a title is no end": ("Then Mr. Tokayev spoke. So", "Then So"),
    "a paragraph ends it": ("no stop\n\nnext one", "no next"),
    "a line does not": ("no stop\nsame one. Next", "no Next"),
}


@pytest.mark.parametrize(("text", "firsts"), SENTENCES.values(), ids=SENTENCES)
def test_sentences_begin_where_written_down(text: str, firsts: str) -> None:
    tokens = tokenize(text)
    found = [tokens.kept[at] for at in sentence_starts(tokens) if at < len(tokens)]
    assert firsts.split() == found


PARAGRAPHS = {
    # text: the words of each paragraph
    "none": ("", []),
    "one": ("a b", ["a b"]),
    "a line is none": ("a\nb", ["a b"]),
    "a blank line": ("a b\n\nc", ["a b", "c"]),
    "several blank lines": ("a\n\n\n\nb", ["a", "b"]),
    "blanks in the blank line": ("a\n \t \nb", ["a", "b"]),
    "blank lines around": ("\n\na\n\nb\n\n", ["a", "b"]),
    "carriage returns": ("a\r\n\r\nb", ["a", "b"]),
    "an indented paragraph": ("a\n\n  b", ["a", "b"]),
}


@pytest.mark.parametrize(("text", "wanted"), PARAGRAPHS.values(), ids=PARAGRAPHS)
def test_paragraphs_hold_the_words_written_down(text: str, wanted: list[str]) -> None:
    tokens = tokenize(text)
    found: dict[int, list[str]] = {}
    for at, word in enumerate(tokens.words):
        found.setdefault(tokens.paragraph(at), []).append(word)
    assert wanted == [" ".join(words) for words in found.values()]


CAPITALS = {
    # text: the paragraphs wholly in capitals
    "a headline": ("WHO WARNS OF FLU", [0]),
    "a headline with numbers and signs": ("WHO: 500 DEAD, 3 MISSING!", [0]),
    "one word": ("WHO", []),
    "one word and an article": ("A WHO", []),
    "one word beside numbers": ("WHO 2021", []),
    "one small letter": ("WHO WARNS of FLU", []),
    "small letters": ("who warns", []),
    "no cased letters": ("北京 2021", []),
    "Cyrillic": ("ПРОТЕСТЫ В АЛМАТЫ", [0]),
    "full-width": ("ＷＨＯ ＷＡＲＮＳ", [0]),
    "a paragraph among others": ("The WHO said.\n\nBREAKING NEWS\n\nMore.", [1]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("text", "wanted"), CAPITALS.values(), ids=CAPITALS)
def test_passages_in_capitals_are_those_written_down(text: str, wanted: list[int]) -> None:
    assert wanted == sorted(capital_paragraphs(tokenize(text)))
