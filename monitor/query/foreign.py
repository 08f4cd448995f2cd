"""Forms of other query languages: recognised, and explained with the form to write here."""

from __future__ import annotations

import re
from collections.abc import Callable

from monitor.query.scan import shorten

Explanation = tuple[str, str]
"""What was found, and what to write instead."""

_COUNTS_BETWEEN = (
    "Meltwater counts the words between, here neighbours are 1 apart: its {0} is {1} here"
)


def _words_between(number: str | None) -> int:
    """Return the distance here of what counts the words between (`~5`, Meltwater's NEAR)."""
    return int((number or "4")[:9]) + 1


def _meltwater(match: re.Match[str], operator: str) -> str:
    distance = _words_between(match["number"])
    return _COUNTS_BETWEEN.format(match.group(), f"{operator}/{distance}")


def _near(match: re.Match[str]) -> Explanation:
    if match["number"]:
        return "NEAR is written with a slash", f"write `NEAR/{shorten(match['number'])}`"
    return "NEAR needs a distance", f"write `NEAR/5`; {_meltwater(match, 'NEAR')}"


def _onear(match: re.Match[str]) -> Explanation:
    return "`ONEAR` is Meltwater's ordered NEAR", _meltwater(match, "BEFORE")


def _before(match: re.Match[str]) -> Explanation:
    return "BEFORE needs a distance", f"write `BEFORE/{match['number'] or 5}`"


_ORDERED = frozenset({"pre", "p", "onear", "adj", "before"})


def _without_distance(match: re.Match[str]) -> Explanation:
    operator = "NEAR" if match["name"] == "NEAR" else "BEFORE"
    what = f"`{shorten(match.group())}` has no distance in whole words"
    return what, f"write `{operator}/5`, `{operator}/S` (sentence) or `{operator}/P` (paragraph)"


def _within_words(match: re.Match[str]) -> Explanation:
    operator = "BEFORE" if match["name"].lower() in _ORDERED else "NEAR"
    unit = {"s": "S", "p": "P"}.get((match["reach"] or "")[:1].lower(), match["reach"])
    instead = f"write `{operator}/{unit}`"
    if match["name"].lower() == "w" and (match["reach"] or "").isdigit():
        instead += f"; for Factiva's, which wants this order, `BEFORE/{unit}`"
    return f"`{match.group()}` is an operator of another language", instead


def _joined(match: re.Match[str]) -> Explanation:
    operator = "BEFORE" if match["name"].lower() == "adj" else "NEAR"
    number = match["number"]
    return f"`{match.group()}` is an operator of Factiva or Dialog", f"write `{operator}/{number}`"


def _slash(match: re.Match[str]) -> Explanation:
    reach = match["reach"]
    unit = reach if reach.isdigit() else reach[0].upper()
    return f"`/{reach}` is a Lexis connector", f"write `NEAR/{unit}`"


def _count(match: re.Match[str]) -> Explanation:
    return "ATLEAST needs a number after a slash", f"write `ATLEAST/{match['number'] or 3} term`"


def _says(what: str, instead: str) -> Callable[[re.Match[str]], Explanation]:
    def explain(match: re.Match[str]) -> Explanation:
        found = {key: shorten(value or "…") for key, value in match.groupdict().items()}
        word = shorten(match.group())
        return what.format(word, **found), instead.format(word, **found)

    return explain


_REACH = r"(?P<reach>\d+|s|p|sent(?:ence)?|para(?:graph)?|seg)"
_WORDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Explanation]], ...] = (
    (re.compile(r"NEAR/?(?P<number>\d+)?/?"), _near),
    (re.compile(r"ONEAR/?(?P<number>\d+)?", re.IGNORECASE), _onear),
    (re.compile(r"BEFORE/?(?P<number>\d+)?/?"), _before),
    (re.compile(r"ATLEAST/?(?P<number>\d+)?"), _count),
    (re.compile(r"atl(?:east)?/?(?P<number>\d+)", re.IGNORECASE), _count),
    (
        re.compile(r"AROUND(?P<number>)"),
        _says("`AROUND(n)` is Google's operator", "write `NEAR/n`"),
    ),
    (
        re.compile(rf"(?P<name>w|n|pre|p|near|within|adj|onear|before)/{_REACH}", re.IGNORECASE),
        _within_words,
    ),
    (re.compile(r"(?P<name>near|adj)(?P<number>\d+)", re.IGNORECASE), _joined),
    (
        re.compile(r"NEAR/(?P<number>\d+)f"),
        _says("`{0}` is Brandwatch's ordered NEAR", "write `BEFORE/{number}`"),
    ),
    (re.compile(r"(?P<name>O?NEAR|BEFORE)/.+"), _without_distance),
    (re.compile(r"ATLEAST/.+"), _says("`{0}` has no whole number", "write `ATLEAST/3 term`")),
    (
        re.compile(r"any/?(?P<number>\d+)", re.IGNORECASE),
        _says("`{0}` is written in capitals, with a slash", "write `ANY/{number} (a, b, c)`"),
    ),
    (
        re.compile("XOR"),
        _says("`XOR` is not an operator here", "write `(a NOT b) OR (b NOT a)`"),
    ),
    (
        re.compile(r"(?:AND|BUT)[-_]?NOT"),
        _says("`{0}` is an operator of another language", "write `NOT`"),
    ),
    (re.compile(r"&&|&"), _says("`{0}` is not an operator here", "write `AND`")),
    (re.compile(r"\|\|?"), _says("`{0}` is not an operator here", "write `OR`")),
    (
        re.compile(r"ANY|ANY/\S*"),
        _says("ANY needs a number after a slash", "write `ANY/2 (a, b, c)`"),
    ),
)
_DASHES = "-\u2010-\u2015\u2212"
"""The hyphen, the other dashes, and the minus sign."""
_STARTS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Explanation]], ...] = (
    (
        # Word processors make other dashes of the hyphen.
        re.compile(rf"(?P<dash>[{_DASHES}])(?P<word>\w+).*"),
        _says(
            "`{dash}` does not exclude a word here", "write `NOT {word}`; for a hyphen, use quotes"
        ),
    ),
    (
        re.compile(r"\+(?P<word>\w+).*"),
        _says("`+` does not require a word here", "join what must be there with `AND`"),
    ),
    (
        re.compile(r"!+(?P<word>\w*).*"),
        _says(
            "`!` is not an operator here",
            "for the exact letter case write `case:{word}`, to exclude it `NOT {word}`",
        ),
    ),
    (
        re.compile(r"\{(?P<word>[^{}]*)\}?.*"),
        _says("braces mean letter case in Brandwatch", "write `case:{word}`"),
    ),
    (
        re.compile(r"\[(?P<word>.*)"),
        _says("ranges in brackets are Lucene's", "for numbers write `#10..100`"),
    ),
    (
        re.compile(r"[^\[\]{}|^\\]*[\]}].*"),
        _says("brackets and braces mean nothing here", "group with `(` and `)`"),
    ),
    (
        re.compile(r".*\^(?P<word>[\d.]*)"),
        _says("`^{word}` weights a term, but a rule matches or does not", "leave `^{word}` out"),
    ),
    (
        re.compile(r".*\|.*"),
        _says("`|` is not an operator here", "write `OR`"),
    ),
    (
        re.compile(r".*\\.*"),
        _says("a backslash escapes nothing here", "put text with special characters in quotes"),
    ),
    (
        re.compile(r"[<>=]+.*"),
        _says("`{0}` compares nothing here", "for numbers write `#>=100`"),
    ),
)
_SUSPICIOUS = re.compile(rf"^[{_DASHES}+!<>=]" + r"|[\[\]{}|^\\]")

FIELDS = {
    "allintitle": "title",
    "hd": "title",
    "headline": "title",
    "subject": "title",
    "hl": "title",
    "hlead": "lead",
    "intitle": "title",
    "hlp": "lead",
    "lp": "lead",
    "lede": "lead",
    "allintext": "body",
    "content": "body",
    "intext": "body",
    "text": "body",
    "by": "author",
    "byline": "author",
    "domain": "site",
    "host": "site",
    "insite": "site",
    "publication": "source",
    "rst": "source",
    "inurl": "url",
    "allinurl": "url",
    "la": "lang",
    "language": "lang",
    "category": "tag",
    "hashtag": "tag",
    "keyword": "tag",
}
"""What other languages call the fields and properties."""
_OWN_FIELDS = frozenset({"title", "body", "lead", "site", "source", "author", "lang", "tag", "url"})

LEXIS_CONNECTOR = re.compile(rf"/{_REACH}(?=\s)", re.IGNORECASE)
"""A Lexis connector where a regular expression might begin."""
_SLASHED = re.compile(rf"/{_REACH}", re.IGNORECASE)
_BEHIND = re.compile(r"~\d*")


_EQUALS = re.compile(r"(?P<name>[^\W\d_]+)=(?P<value>.*)", re.DOTALL)
_CAPITALS = frozenset({"caps", "allcaps"})
_FORMS = frozenset({"nocaps", "singular", "plural"})


def explain_function(name: str) -> Explanation | None:
    """Return what `name(…)` means in Lexis and what to write here; None for an ordinary word."""
    name = name.lower()
    what = f"`{name}(…)` is Lexis's"
    if name in _CAPITALS:
        return what, "write `case:AIDS`, or `case:(AIDS OR WHO)`"
    if name in _FORMS:
        return (
            what,
            "write the word as it is: only `case:` looks at capitals, only `stem:` at forms",
        )
    if name in FIELDS or name in _OWN_FIELDS:
        return what, f"write `{FIELDS.get(name, name)}:(…)`, with a colon"
    return None


def explain_word(word: str) -> Explanation | None:
    """Return what a word means elsewhere and what to write here; None for an ordinary word."""
    for pattern, explain in _WORDS:
        match = pattern.fullmatch(word)
        if match:
            return explain(match)
    if slashed := _SLASHED.fullmatch(word):
        return _slash(slashed)
    if _BEHIND.fullmatch(word):
        what = f"`{shorten(word)}` behind a phrase or group is proximity in Lucene and Brandwatch"
        return what, f"write `NEAR/{_words_between(word[1:])}` between the parts"
    equals = _EQUALS.fullmatch(word)
    if equals and (name := equals["name"].lower()) in FIELDS.keys() | _OWN_FIELDS:
        what = f"`{shorten(equals['name'])}=` is Factiva's"
        return what, f"write `{FIELDS.get(name, name)}:{shorten(equals['value']) or '…'}`"
    if _SUSPICIOUS.search(word):
        for pattern, explain in _STARTS:
            match = pattern.fullmatch(word)
            if match:
                return explain(match)
    return None
