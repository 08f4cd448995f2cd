"""Numbers in a text: digits with grouping, decimals and multipliers, and English number words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_MULTIPLIERS = {
    "k": 1e3,
    "m": 1e6,
    "bn": 1e9,
    "dozen": 12.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
}
_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {
    **{word: float(value) for value, word in enumerate(_UNITS)},
    **{word: float(value) for value, word in zip(range(20, 100, 10), _TENS, strict=True)},
}
_GROUP_SPACE = "\u00a0\u2009\u202f"
_FRACTIONS = "¼½¾\u2150-\u215e"
_GAP = rf"(?:[ {_GROUP_SPACE}]|-)"

_BLANK_GROUPED = frozenset(
    "be bg cs et fi fr hu hy ka kk ky lt lv nb nn no pl ru sk sl sv tg tk uk uz".split()  # noqa: SIM905 - one row
)
"""Languages whose writers group digits by spaces: there a common one counts as well."""


def _digits_grouped_by(spaces: str) -> re.Pattern[str]:
    # What may be left out is left out only where it is not: a possessive group would say so more
    # simply, but Python 3.11 before 3.11.5 takes it wrongly.
    three = rf"[{spaces}]\d{{3}}"
    threes = rf"(?:(?:{three}){{5}}|(?:{three}){{1,4}}(?!{three}))"
    # The counts in braces bound the work on hostile chains of digits.
    return re.compile(
        rf"(?=[\d{_FRACTIONS}])"  # first, because most characters fail it
        r"(?<![^\W_])(?<!\d[.,])"  # not inside a word, nor inside a chain that was no number
        rf"(?:(?P<digits>\d{{1,3}}{threes}(?!\d)(?:[.,]\d++|(?![.,]\d))"
        rf"|\d++(?:[.,\u066b\u066c]\d++)*(?![.,\u066b\u066c]\d))(?P<fraction>[{_FRACTIONS}])?"
        rf"|(?P<alone>[{_FRACTIONS}]))"
        r"(?:(?P<attached>bn|[km])(?![^\W_])"
        rf"|{_GAP}?(?P<word>thousand|million|billion|trillion|bn|dozen|hundred)s?+(?![^\W_])"
        r"|(?![^\W_]))",
        re.IGNORECASE,
    )


_DIGITS = _digits_grouped_by(_GROUP_SPACE)
_SPACED_DIGITS = _digits_grouped_by(f" {_GROUP_SPACE}")
_ONES = "|".join(_UNITS[1:10])
_TIMES = "dozen|hundred|thousand|million|billion|trillion"
_SPELLED = re.compile(
    rf"(?<![^\W_])(?:(?:(?P<tens>{'|'.join(_TENS)})(?:{_GAP}(?P<ones>{_ONES})|(?!{_GAP}(?:{_ONES})))"
    rf"|(?P<small>{'|'.join(sorted(_UNITS, key=len, reverse=True))}))"
    rf"(?:{_GAP}(?P<times>{_TIMES})s?+|(?!{_GAP}(?:{_TIMES})))"
    rf"|(?P<alone>{_TIMES})s?+)(?![^\W_])",
    re.IGNORECASE,
)
_SPELLED_SMALL = re.compile(_SPELLED.pattern)
"""For text in small letters, which is twice as quick."""
_INDIAN = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number that stands in `text[start:end]`."""

    start: int
    end: int
    value: float


def find_numbers(text: str, lang: str | None) -> tuple[FoundNumber, ...]:
    """Return the numbers of a text in order.

    `lang` decides what `1.000` is: one in English; and whether `1 000` is a thousand: in Russian.
    A sign is not read; `10-20` is two numbers. Digits that belong to a word (`B52`, `21st`) or to a
    chain like a date or an address (`10.5.2020`, `192.168.0.1`) are no number.
    """
    spaced = lang is not None and lang.partition("-")[0] in _BLANK_GROUPED
    expression = _SPACED_DIGITS if spaced else _DIGITS
    found = [
        FoundNumber(*match.span(), value)
        for match in expression.finditer(text)
        if (value := _digits(match, lang)) is not None
    ]
    small = text.lower()
    spelled = _SPELLED_SMALL.finditer(small) if len(small) == len(text) else _SPELLED.finditer(text)
    found += [FoundNumber(*match.span(), _spelled(match)) for match in spelled]
    found.sort(key=lambda number: number.start)
    return tuple(
        number
        for before, number in zip([None, *found], found, strict=False)
        if before is None or before.end <= number.start  # the `million` of `5 million`
    )


def _digits(match: re.Match[str], lang: str | None) -> float | None:
    digits, fraction, alone, attached, word = match.groups()
    value: float | None = 0.0 if digits is None else _value(digits, lang)
    if value is None:
        return None
    if fraction or alone:
        value += unicodedata.numeric(fraction or alone)
    multiplier = attached or word
    return value * _MULTIPLIERS[multiplier.lower()] if multiplier else value


def _value(digits: str, lang: str | None) -> float | None:
    """Return what a run of digits and separators says, None if it is no number."""
    if digits.isdecimal():
        return float(digits[:_LONGEST]) if len(digits) <= _LONGEST else None
    text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in digits)
    text = text.replace("\u066b", ".").replace("\u066c", ",")
    for space in _GROUP_SPACE:
        text = text.replace(space, " ")
    if len(text) > _LONGEST:
        return None
    return _western(text, lang)


def _western(text: str, lang: str | None) -> float | None:
    signs = {sign for sign in text if not sign.isdecimal()}
    last = max(text.rfind(sign) for sign in signs)
    if len(signs) > 2 or (len(signs) == 2 and text.count(text[last]) > 1):
        return None
    if len(signs) == 2:  # the last sign is the decimal one: 1,000.50 and 1.000,50
        whole, decimals = text[:last], text[last + 1 :]
        grouped = _grouped(whole, next(iter(signs - {text[last]})))
        return None if grouped is None or text[last] == " " else float(f"{grouped}.{decimals}")
    sign = signs.pop()
    if sign == " " or text.count(sign) > 1:
        grouped = _grouped(text, sign)
        return None if grouped is None else float(grouped)
    whole, decimals = text.split(sign)
    english = lang is None or lang.partition("-")[0] == "en"
    groups = len(decimals) == 3 and len(whole) <= 3 and whole[0] != "0"
    if groups and (sign == "," or not english):
        return float(whole + decimals)
    return float(f"{whole}.{decimals}")


def _grouped(text: str, sign: str) -> str | None:
    first, *rest = text.split(sign)
    if 1 <= len(first) <= 3 and all(len(group) == 3 for group in rest):
        return "".join((first, *rest))
    if sign == "," and _INDIAN.fullmatch(text):
        return text.replace(",", "")
    return None


def _spelled(match: re.Match[str]) -> float:
    tens, ones, small, times, alone = match.groups()
    if alone:
        return _MULTIPLIERS[alone.lower()]
    value = _WORDS[small.lower()] if small else _WORDS[tens.lower()]
    if ones:
        value += _WORDS[ones.lower()]
    return value * _MULTIPLIERS[times.lower()] if times else value
