"""Condition trees over a small vocabulary: every kind of node, in every place that it may have."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import strategies as st

from monitor.model.condition import (
    And,
    AnyWord,
    AtLeast,
    Condition,
    Exact,
    Field,
    Fuzzy,
    Near,
    Not,
    Number,
    Or,
    Phrase,
    Property,
    PropertyKind,
    Regex,
    Some,
    Stem,
    Unit,
    Wildcard,
    Within,
    WordPattern,
)
from tests.matching.reference.reading import Text, Word

EXPRESSIONS = (
    *(r"[A-Z]{2,4}", r"CVE-\d{4}-\d{4,}", r"\d+", r"pro\w+", r"test", r"c.rfew", r"tro+ps"),
    *(
        r"пр[а-я]+",
        r"[.!?]",
        r"s\b",
        r"internet[ \n]+blackout",
        r"(?:pro|anti)test",
        r"a|aa",
        r"\n+",
    ),
    *(r"^[a-z]", r"北.", r"\bU\.S\.", r"[^\w \n]", r"the (\w+) (\w+)"),
)
"""Expressions that RE2 and `re` (with its ASCII flag) understand alike."""

BOUNDS = (0.5, 1.0, 3.5, 5.0, 10.0, 12.0, 20.0, 100.0, 1000.0, 2021.0, 5_000_000.0)


@cache
def conditions(vocabulary: tuple[str, ...], depth: int = 2) -> st.SearchStrategy[Condition]:
    """Give trees of at most so many Boolean levels above what occurs in the text."""
    flat = st.one_of(leaves(vocabulary), nears(vocabulary), counted(vocabulary))
    if depth == 0:
        return flat
    deeper = conditions(vocabulary, depth - 1)
    several = st.lists(deeper, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        flat,
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(_again, phrases(vocabulary), deeper, st.integers(1, 3)),
        st.builds(_excepting, deeper, deeper),
        st.builds(Not, deeper),
        st.builds(Some, st.integers(1, 3), several),
        st.builds(Within, st.sampled_from(list(Field)), deeper),
        st.builds(_together, deeper, properties),
    )


def _excepting(wanted: Condition, unwanted: Condition) -> Condition:
    return And((wanted, Not(unwanted)))


def _again(leaf: Phrase, other: Condition, count: int) -> Condition:
    """Give one term twice, written in two ways."""
    return Some(count, (leaf, replace(leaf, source="again"), other))


def _together(left: Condition, right: Condition) -> Condition:
    return And((left, right))


@cache
def lists(vocabulary: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    """Give trees with lists of many terms, some of them the same list in several places."""
    words = [phrase_of(entry) for entry in vocabulary]
    group = st.integers(1, len(words)).flatmap(
        lambda size: st.integers(0, len(words) - size).map(
            lambda start: Or(tuple(words[start : start + size]))
        )
    )
    shared = Or(tuple(words[: len(words) // 2]))
    lists = st.one_of(group, group, st.just(shared))
    operands = st.tuples(lists, st.one_of(lists, leaves(vocabulary)))
    distance = st.one_of(st.integers(1, 4), st.sampled_from(list(Unit)))
    return st.one_of(
        lists,
        st.builds(AtLeast, st.integers(2, 6), lists),
        st.builds(Near, operands, distance, st.booleans()),
        st.builds(Near, st.just((shared, shared)), distance, st.booleans()),
        st.builds(_excepting, lists, leaves(vocabulary)),
        st.builds(_excepting, leaves(vocabulary), lists),
        st.builds(Within, st.sampled_from(list(Field)), lists),
        group.map(lambda some: And(some.operands[:9])),
        st.builds(lambda some, n: Some(n, some.operands), group, st.integers(2, 12)),
    )


def phrase_of(entry: str) -> Phrase:
    """Give the plain phrase of an entry of the vocabulary."""
    words = Text.of("query", entry, None).words or Text.of("query", "the", None).words
    return Phrase(tuple(Exact(word.folded) for word in words), source=entry)


# --- leaves ------------------------------------------------------------------------------------


@cache
def leaves(vocabulary: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    """Give phrases mostly, numbers and regular expressions too."""
    return st.one_of(
        phrases(vocabulary),
        phrases(vocabulary),
        phrases(vocabulary),
        phrases(vocabulary),
        number_ranges,
        st.builds(Regex, st.sampled_from(EXPRESSIONS), st.booleans()).map(_labelled),
    )


def _labelled(leaf: Regex | Number) -> Condition:
    return replace(leaf, source=f"<{leaf}>"[:60])


@st.composite
def _number_ranges(draw: st.DrawFn) -> Condition:
    low, high = draw(st.sampled_from(BOUNDS)), draw(st.sampled_from(BOUNDS))
    open_end = draw(st.booleans())
    return draw(
        st.sampled_from(
            (
                Number(low, None, low_open=open_end, source="#>"),
                Number(None, high, high_open=open_end, source="#<"),
                Number(low, low, source="#="),
                Number(min(low, high), max(low, high), source="#.."),
            )
        )
    )


number_ranges = _number_ranges()


@st.composite
def phrases(draw: st.DrawFn, vocabulary: tuple[str, ...]) -> Phrase:
    """Draw a phrase of the words of one or two entries, perhaps with one word left open."""
    entries = draw(st.lists(st.sampled_from(vocabulary), min_size=1, max_size=2))
    words = [word for entry in entries for word in Text.of("query", entry, None).words][:4]
    kind = draw(st.integers(0, 9))
    if not words:
        words = list(Text.of("query", "the", None).words)
    patterns = [draw(word_patterns(word, kind)) for word in words]
    if len(patterns) > 1 and draw(st.integers(0, 4)) == 4:
        patterns.insert(draw(st.integers(0, len(patterns))), AnyWord())
    label = "{" + " ".join(map(str, patterns)) + "}" + draw(st.sampled_from(("", "", "'")))
    return Phrase(tuple(patterns), source=label)


def word_patterns(word: Word, kind: int) -> st.SearchStrategy[WordPattern]:
    """Give patterns that the word fits, or nearly; `kind` is one of ten."""
    if kind == 5:
        return st.just(Exact(word.kept, case=True))
    if kind == 6:
        return wildcards(word.folded, case=False)
    if kind == 7:
        return st.one_of(wildcards(word.kept, case=True), wildcards(word.folded, case=False))
    if kind == 8:
        return fuzzies(word.folded)
    if kind == 9:
        return st.just(Stem(word.folded))
    return st.just(Exact(word.folded))


@st.composite
def wildcards(draw: st.DrawFn, word: str, *, case: bool) -> WordPattern:
    """Draw a pattern with at least two literal characters."""
    if len(word) < 2:
        return Exact(word, case=case)
    start = draw(st.integers(0, len(word)))
    end = draw(st.integers(start, min(len(word), start + 3)))
    sign = draw(st.sampled_from(("*", "?", "*", "**", "?*")))
    pattern = word[:start] + sign + word[end:]
    if sum(letter not in "*?" for letter in pattern) < 2:
        pattern = word + "*"
    return Wildcard(pattern, case=case)


@st.composite
def fuzzies(draw: st.DrawFn, word: str) -> WordPattern:
    """Draw a word that is up to three edits away from the given one."""
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(word) - 1))
        word = draw(
            st.sampled_from(
                (
                    word[:at] + word[at + 1 :] or word,
                    word[:at] + "e" + word[at:],
                    word[:at] + "o" + word[at + 1 :],
                    word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
                )
            )
        )
    return Fuzzy(word, draw(st.integers(0, 2)))


# --- proximity and counting --------------------------------------------------------------------


@cache
def near_operands(vocabulary: tuple[str, ...], depth: int = 1) -> st.SearchStrategy[Condition]:
    """Give what may stand beside NEAR: leaves, groups of them, further NEARs."""
    plain = leaves(vocabulary)
    group = st.lists(plain, min_size=1, max_size=3).map(lambda some: Or(tuple(some)))
    if depth == 0:
        return st.one_of(plain, plain, group)
    return st.one_of(plain, plain, plain, group, nears(vocabulary, depth - 1))


@cache
def nears(vocabulary: tuple[str, ...], depth: int = 1) -> st.SearchStrategy[Condition]:
    """Give NEARs of two operands, sometimes three."""
    operand = near_operands(vocabulary, depth)
    several = st.one_of(
        st.tuples(operand, operand),
        st.tuples(operand, operand),
        st.tuples(operand, operand, operand),
        st.tuples(operand, operand, operand, operand),
        operand.map(lambda same: (same, same)),
    )
    distance = st.one_of(
        st.integers(1, 8), st.integers(1, 3), st.sampled_from((*Unit, *Unit, 20, 1_000))
    )
    return st.builds(Near, several, distance, st.booleans())


@cache
def counted(vocabulary: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    """Give ATLEASTs."""
    return st.builds(AtLeast, st.integers(1, 4), near_operands(vocabulary))


# --- facts -------------------------------------------------------------------------------------

properties: st.SearchStrategy[Condition] = st.sampled_from(
    (
        Property(PropertyKind.LANG, "en", source="lang:en"),
        Property(PropertyKind.LANG, "ru", source="lang:ru"),
        Property(PropertyKind.SOURCE, "bbc", source="source:bbc"),
        Property(PropertyKind.SITE, "example.org", source="site:example.org"),
        Property(PropertyKind.SITE, "www.example.org", source="site:www.example.org"),
        Property(PropertyKind.URL, "example.org/world", source="url:example.org/world"),
        Property(PropertyKind.TAG, "kazakhstan", source="tag:kazakhstan"),
        Property(PropertyKind.TAG, "wire", source="tag:wire"),
        Property(PropertyKind.AUTHOR, "jane", ("jane",), source="author:jane"),
        Property(PropertyKind.AUTHOR, "eva nagy", ("eva", "nagy"), source='author:"Éva Nagy"'),
    )
)
