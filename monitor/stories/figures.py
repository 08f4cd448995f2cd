"""Numbers as reports write them: digits, thousands and millions, words of three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from monitor.text.numbers import find_numbers

MAX_NUMBERS = 40

_WORDS = """
1 один одна одно одного одной одну одному одним одном одне однієї одній
2 два две двух двум двумя двое двоих дві двох двом двома двоє
3 три трех трем тремя трое троих трьох трьом трьома троє
4 четыре четырех четырем четырьмя четверо четверых чотири чотирьох чотирьом
5 пять пяти пятью пятеро пятерых пять пяти пятьох пятеро
6 шесть шести шестью шестеро шестерых шість шістьох
7 семь семи семеро семерых сім сімох
8 восемь восьми восемью вісім вісьмох
9 девять девяти девятью девятеро девять девяти девятьох
10 десять десяти десятью десятеро десятьох
11 одиннадцать одиннадцати одиннадцатью одинадцять одинадцяти одинадцятьох
12 двенадцать двенадцати двенадцатью дванадцять дванадцяти дванадцятьох
13 тринадцать тринадцати тринадцатью тринадцять тринадцяти тринадцятьох
14 четырнадцать четырнадцати четырнадцатью чотирнадцять чотирнадцяти чотирнадцятьох
15 пятнадцать пятнадцати пятнадцатью пятнадцять пятнадцяти пятнадцятьох
16 шестнадцать шестнадцати шестнадцатью шістнадцять шістнадцяти шістнадцятьох
17 семнадцать семнадцати семнадцатью сімнадцять сімнадцяти сімнадцятьох
18 восемнадцать восемнадцати восемнадцатью вісімнадцять вісімнадцяти вісімнадцятьох
19 девятнадцать девятнадцати девятнадцатью девятнадцять девятнадцяти девятнадцятьох
20 двадцать двадцати двадцатью двадцять двадцяти двадцятьох
30 тридцать тридцати тридцатью тридцять тридцяти тридцятьох
40 сорок сорока
50 пятьдесят пятидесяти пятдесят пятдесяти пятдесятьох
60 шестьдесят шестидесяти шістдесят шістдесяти шістдесятьох
70 семьдесят семидесяти сімдесят сімдесяти сімдесятьох
80 восемьдесят восьмидесяти вісімдесят вісімдесяти вісімдесятьох
90 девяносто девяноста девяносто
100 сто ста
200 двести двухсот двісті двохсот
300 триста трехсот трьохсот
400 четыреста четырехсот чотириста чотирьохсот
500 пятьсот пятисот пятсот
600 шестьсот шестисот шістсот шестисот
700 семьсот семисот сімсот
800 восемьсот восьмисот вісімсот
900 девятьсот девятисот девятсот
"""
_CARDINALS = {
    word: float(value)
    for line in _WORDS.strip().splitlines()
    for value, *words in [line.split()]
    for word in words
}
_BEFORE_APOSTROPHE = frozenset({"п", "дев"})
"""Of `п'ять` and `дев'ять`: apostrophes divide words."""
_MULTIPLIER = re.compile(
    r"(?P<thousand>т[иы]с(?:яч\w{0,2})?)|(?P<million>млн|миллион\w{0,2}|мільйон\w{0,2})"
    r"|(?P<billion>млрд|миллиард\w{0,2}|мільярд\w{0,2})"
    r"|(?P<trillion>трлн|триллион\w{0,2}|трильйон\w{0,2})"
)
_TIMES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_NEXT_WORD = re.compile(r"[ \u00a0\u202f]([^\W\d_]{3,10})(?![^\W_])")
_HALF = {("с", "половиной"), ("з", "половиною")}

_MAY_COUNT = _BEFORE_APOSTROPHE | _CARDINALS.keys()

NUMBER_WORDS = frozenset(_CARDINALS)
"""Folded Russian and Ukrainian cardinals, without apostrophes."""


def numbers_in(text: str, words: Sequence[str], lang: str | None) -> dict[str, str]:
    """Return the numbers of a text in one spelling, with how each was written first.

    `words` are the folded words of the same text. At most MAX_NUMBERS, those in digits first.
    Years are left out, as dates are, and so are *one* and *two* in words.
    """
    found: dict[str, str] = {}
    for value, written in chain(_in_digits(text, lang), _in_words(words)):
        year = value.is_integer() and 1900 <= value <= 2100 and len(written) == 4
        if year or (value <= 2 and not written[0].isdigit()):
            continue
        found.setdefault(f"{value:.10g}", written)
        if len(found) == MAX_NUMBERS:
            break
    return found


def _in_digits(text: str, lang: str | None) -> Iterator[tuple[float, str]]:
    for number in find_numbers(text, lang):
        after = _NEXT_WORD.match(text, number.end)
        times = _times(after[1].lower()) if after else 1.0
        end = after.end() if after and times > 1 else number.end
        yield number.value * times, text[number.start : end]


def _in_words(words: Sequence[str]) -> Iterator[tuple[float, str]]:
    """Yield what runs of cardinals say: `двадцать один миллион`."""
    if _MAY_COUNT.isdisjoint(words):
        return
    places = [
        place for place, word in enumerate(words) if word in _MAY_COUNT and _cardinal(words, place)
    ]
    end = 0
    for start in places:
        if start < end:
            continue
        value, smallest, end = 0.0, 1e3, start
        while (part := _cardinal(words, end)) and part < smallest:
            value += part
            smallest = 10.0 if part >= 20 and part % 100 else (100.0 if part >= 100 else 1.0)
            end += 2 if words[end] in _BEFORE_APOSTROPHE else 1
        if tuple(words[end : end + 2]) in _HALF:
            value += 0.5
            end += 2
        times = _times(words[end]) if end < len(words) else 1.0
        end += times > 1
        yield value * times, " ".join(words[start:end])


def _cardinal(words: Sequence[str], place: int) -> float:
    """Return what the word there counts, 0 if it is no cardinal."""
    if place >= len(words):
        return 0.0
    word = words[place]
    if word in _BEFORE_APOSTROPHE and place + 1 < len(words):
        word += words[place + 1]
    return _CARDINALS.get(word, 0.0)


def _times(word: str) -> float:
    found = _MULTIPLIER.fullmatch(word)
    return _TIMES[found.lastgroup or ""] if found else 1.0
