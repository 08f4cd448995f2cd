"""Leaves of a query: phrases, numbers, expressions, properties, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

import re2  # type: ignore[import-untyped]  # google-re2 ships no types
from rapidfuzz import process
from rapidfuzz.distance import OSA

from monitor.model.condition import (
    AnyWord,
    Condition,
    Everything,
    Number,
    Or,
    Phrase,
    Property,
    PropertyKind,
    Regex,
    WordPattern,
)
from monitor.query.operators import LOWER_CASE, TRANSLATED
from monitor.query.scan import Scan, shorten
from monitor.query.terms import Misuse, Mode, read_words
from monitor.text import tokenize

Piece = tuple[int, int, Mode]
"""A run of characters of a term, from start to end in the query, and how its words are compared."""

_ALTERNATIVES = re.compile(r"\s+OR\s+|\s*,\s*")
_NUMBER = re.compile(
    r"#(?P<sign>>=|<=|>|<|=)?(?P<low>\d(?:[\d,]|\.\d)*[a-z]*)"
    r"(?:\.\.(?P<high>\d(?:[\d,]|\.\d)*[a-z]*))?",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?P<digits>\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?)"
    r"(?P<times>k|m|bn|thousand|million|billion|trillion)?",
    re.IGNORECASE,
)
_TIMES = {
    "k": 1e3,
    "m": 1e6,
    "bn": 1e9,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
}
_QUIET = re2.Options()
_QUIET.log_errors = False
_QUIET.max_mem = 8 << 20


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return `did you mean …?` for a known name spelled nearly so, else what is known."""
    best = process.extractOne(name, known, scorer=OSA.normalized_similarity, score_cutoff=0.6)
    if best:
        return f"did you mean `{best[0]}`?"
    shown = ", ".join(f"`{entry}`" for entry in list(known)[:12])
    return f"known: {shown}" if shown else "no list is defined"


def read_term(
    scan: Scan, pieces: Sequence[Piece], start: int, end: int, *, quoted: bool = False
) -> Condition:
    """Read words side by side: a phrase in this order."""
    words: list[WordPattern] = []
    for first, last, mode in pieces:
        text = scan.text[first:last]
        try:
            words += read_words(text, mode)
        except Misuse as misuse:
            scan.report(first, misuse.code, misuse.message, misuse.hint)
            return Phrase(())
        if text in LOWER_CASE and not quoted:
            _warn_lower_case(scan, text, first, pieces)
        elif text in TRANSLATED and not quoted:
            _warn_translated(scan, text, first, pieces)
    source = scan.text[start:end]
    if all(isinstance(word, AnyWord) for word in words):
        return _without_words(scan, words, source, start)
    return Phrase(tuple(words), source, scan.at(start))


def _without_words(scan: Scan, words: Sequence[WordPattern], source: str, start: int) -> Condition:
    if words and source == "*" and scan.text.strip() == "*":
        return Everything()
    if words:
        message = "`*` matches everything only as the whole query, and one word inside a phrase"
        scan.report(start, "lone-star", message, "leave it out, or put words beside it")
    else:
        message = f"there is no word to look for in `{shorten(source)}`"
        scan.report(start, "no-word", message, "write letters or digits; `/…/` finds other signs")
    return Phrase(())


def _warn_lower_case(scan: Scan, text: str, first: int, pieces: Sequence[Piece]) -> None:
    between = pieces[0][0] < first < pieces[-1][0]
    if between or (text.lower() == "not" and first < pieces[-1][0]):
        message = f"`{text}` in lower case is an ordinary word of the phrase"
        hint = f"write `{text.upper()}` if you mean the operator; quote the phrase if not"
        scan.warn(first, "lower-case-operator", message, hint)


def _warn_translated(scan: Scan, text: str, first: int, pieces: Sequence[Piece]) -> None:
    operator = TRANSLATED[text]
    if pieces[0][0] < first < pieces[-1][0] or (operator == "NOT" and first < pieces[-1][0]):
        message = f"`{text}` is an ordinary word of the phrase: operators are English"
        hint = f"write `{operator}` if you mean the operator; quote the phrase if not"
        scan.warn(first, "translated-operator", message, hint)


def read_number(scan: Scan, start: int, end: int) -> Condition:
    """Read `#>=100`, `#<5`, `#=20`, `#10..20`."""
    source = scan.text[start:end]
    match = _NUMBER.fullmatch(source)
    low = _value(match["low"]) if match else None
    high = _value(match["high"]) if match and match["high"] else None
    sign = match["sign"] if match else None
    ranged = bool(match and match["high"])
    if low is None or (ranged and high is None) or bool(sign) is ranged:
        message = f"`{shorten(source)}` is not a condition on a number"
        scan.report(start, "number", message, "write `#>=100`, `#<5`, `#=20` or `#10..20`")
        return Phrase(())
    if ranged:
        if high is not None and high < low:
            scan.report(
                start, "number-range", f"`{shorten(source)}` is empty", "put the smaller one first"
            )
        return Number(low, high, source=source, location=scan.at(start))
    bounds: dict[str, tuple[float | None, float | None]] = {
        "=": (low, low),
        ">": (low, None),
        ">=": (low, None),
        "<": (None, low),
        "<=": (None, low),
    }
    low_bound, high_bound = bounds[sign or "="]
    return Number(
        low_bound,
        high_bound,
        low_open=sign == ">",
        high_open=sign == "<",
        source=source,
        location=scan.at(start),
    )


def _value(text: str) -> float | None:
    match = _VALUE.fullmatch(text)
    if match is None or len(text) > 40:
        return None
    times = _TIMES[match["times"].lower()] if match["times"] else 1.0
    return float(match["digits"].replace(",", "")) * times


def read_regex(scan: Scan, start: int, end: int) -> Condition:
    """Read `/…/` or `/…/i`; RE2 must take it, and it must not fit the empty string."""
    source = scan.text[start:end]
    ignore_case = source.endswith("i")
    pattern = source[1 : -2 if ignore_case else -1].replace("\\/", "/")
    try:
        compiled = re2.compile(f"(?i:{pattern})" if ignore_case else pattern, _QUIET)
    except (re2.error, UnicodeEncodeError) as error:  # the latter: half a character
        reason = error.args[0]
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        hint = "RE2 knows no lookaround and no back-references; see docs/rules.md"
        scan.report(start, "regex", f"not a regular expression for RE2: {reason}", hint)
        return Phrase(())
    if compiled.search(""):
        message = "this expression fits the empty string, so it would match everywhere"
        scan.report(start, "regex-empty", message, "make a part of it mandatory: `+`, not `*`")
        return Phrase(())
    return Regex(pattern, ignore_case, source, scan.at(start))


def read_list(scan: Scan, start: int, end: int) -> Condition:
    """Read `$name`: the list's own condition."""
    name = scan.text[start + 1 : end]
    found = scan.lists.get(name)
    if found is None:
        message = f"there is no list `${shorten(name)}`"
        scan.report(start, "unknown-list", message, suggestion(name, list(scan.lists)))
        return Phrase(())
    return found


def read_property(scan: Scan, kind: PropertyKind, start: int, value: int, end: int) -> Condition:
    """Read `site:x` or `site:(x OR y)`; the value is `scan.text[value:end]`."""
    text = scan.text[value:end]
    source = scan.text[start:end]
    location = scan.at(start)
    values = _ALTERNATIVES.split(text[1:-1].strip()) if text.startswith("(") else [text]
    read: list[Condition] = []
    for entry in values:
        found, fault = _normal(kind, entry.strip().strip(_QUOTES).strip())
        if fault:
            scan.report(start, "property", *fault)
        words = tuple(found.split(" ")) if kind is PropertyKind.AUTHOR else ()
        read.append(Property(kind, found, words, source, location))
    return read[0] if len(read) == 1 else Or(tuple(read))


def _normal(kind: PropertyKind, value: str) -> tuple[str, tuple[str, str] | None]:
    """Return a property's value as it is compared, and what is wrong with it."""
    fault = None
    if not value:
        fault = f"`{kind}:` needs a value", f"write `{kind}:{_EXAMPLES[kind]}`, without a space"
    elif "*" in value and kind is not PropertyKind.URL:
        hint = "a site covers its sub-domains; for a part of the address write `url:`"
        fault = f"wildcards mean nothing in `{kind}:`", hint
    elif kind is PropertyKind.SITE:
        value = value.lower().removeprefix("www.")
        if "/" in value or ":" in value:
            fault = "`site:` is a host alone", "for a part of the address write `url:`"
    elif kind is PropertyKind.LANG:
        value, code = value.lower().replace("_", "-").partition("-")[0], value
        if not _LANGUAGE.fullmatch(value):
            what = f"`{shorten(code)}` is not a language code"
            fault = what, "write its two letters of ISO 639-1: `lang:en`, `lang:ru`, `lang:uk`"
    elif kind is PropertyKind.TAG:
        value = value.casefold()
    elif kind is PropertyKind.URL:
        value = value.lower()
    elif kind is PropertyKind.AUTHOR:
        value, name = " ".join(tokenize(value).words), value
        if not value:
            fault = f"there is no word in `{shorten(name)}`", "write `author:Smith`"
    return value, fault


_LANGUAGE = re.compile("[a-z]{2,3}")
_QUOTES = '"“”„‟«»'
_EXAMPLES = {
    PropertyKind.SITE: "example.org",
    PropertyKind.SOURCE: "bbc-world",
    PropertyKind.AUTHOR: '"Jane Doe"',
    PropertyKind.LANG: "ru",
    PropertyKind.TAG: "politics",
    PropertyKind.URL: "/world/",
}
