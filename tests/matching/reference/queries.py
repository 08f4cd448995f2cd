"""Query strings together with the tree that they mean, both made by hand of the same parts.

The tree does not come from the parser: what the parser and the engine make of the string is
compared with what the reference makes of this tree.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from monitor.model.condition import (
    And,
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
    Regex,
    Some,
    Stem,
    Unit,
    Wildcard,
    Within,
)
from tests.matching.reference.conditions import properties
from tests.matching.reference.reading import Text

ATOM, NEAR, NOT, AND, OR = range(5)
"""How tightly a written part binds; the tightest first."""

ENTRIES = (
    *("protest", "protests", "Protesting", "curfew", "internet blackout", "troops", "who", "us"),
    *("café", "cafe\u0301", "Kyiv", "Kiev", "Austria", "Australia", "Nur-Sultan", "nur sultan"),
    *("president's", "president’s", "president", "O'Neill", "U.S.", "C.S.T.O.", "CSTO", "e.g."),
    *("протест", "протесты", "миротворец", "ёлка", "йод", "И\u0306од", "Қазақстан", "北京", "封锁"),
    *("ประท้วง", "हिन्दी", "احتجاج", "대한민국", "Straße", "STRASSE", "İstanbul", "soft\u00adware"),
    *("ＣＳＴＯ", "ﬁre", "H5N1", "foo_bar", "example.org", "state of emergency"),
)
"""What a person may write as it stands, without quotes."""

NUMBERS = (
    (Number(100.0, None), "#>=100"),
    (Number(None, 20.0, high_open=True), "#<20"),
    (Number(12.0, 12.0), "#=12"),
    (Number(10.0, 20.0), "#10..20"),
    (Number(3.5, None, low_open=True), "#>3.5"),
    (Number(None, 1000.0), "#<=1000"),
)


@dataclass(frozen=True)
class Written:
    """A part of a query: what it means, how it is written, how tightly that binds."""

    tree: Condition
    text: str
    binding: int

    def within(self, binding: int) -> str:
        """Return the text, in parentheses where it binds too loosely."""
        return self.text if self.binding <= binding else f"({self.text})"


@st.composite
def terms(  # noqa: PLR0911 - one for each form
    draw: st.DrawFn, vocabulary: tuple[str, ...]
) -> Written:
    """Draw a word or phrase in one of the forms of section 2."""
    entry = draw(st.sampled_from(vocabulary))
    words = Text.of("query", entry, None).words
    first = words[0]
    phrase = Phrase(tuple(Exact(word.folded) for word in words))
    match draw(st.integers(0, 11)):
        case 0 | 1 | 2 | 3:
            return Written(phrase, entry, ATOM)
        case 4:
            return Written(phrase, f'"{entry}"', ATOM)
        case 5:
            kept = Phrase(tuple(Exact(word.kept, case=True) for word in words))
            return Written(kept, f'case:"{entry}"', ATOM)
        case 6 if len(first.folded) > 2 and first.folded.isalpha():
            at = draw(st.integers(2, len(first.folded)))
            pattern = first.folded[:at] + "*"
            return Written(Phrase((Wildcard(pattern),)), pattern, ATOM)
        case 7 if len(first.folded) > 3 and first.folded.isalpha():
            at = draw(st.integers(1, len(first.folded) - 1))
            pattern = first.folded[:at] + "?" + first.folded[at + 1 :]
            return Written(Phrase((Wildcard(pattern),)), pattern, ATOM)
        case 8 if first.folded.isalpha():
            size = len(first.folded)
            distance = 0 if size < 3 else 1 if size < 6 else 2
            return Written(Phrase((Fuzzy(first.folded, distance),)), first.folded + "~", ATOM)
        case 9 if first.folded.isalpha():
            return Written(Phrase((Fuzzy(first.folded, 1),)), first.folded + "~1", ATOM)
        case 10 if first.folded.isalpha():
            return Written(Phrase((Stem(first.folded),)), f"stem:{first.folded}", ATOM)
        case 11:
            number, text = draw(st.sampled_from(NUMBERS))
            return Written(number, text, ATOM)
    return Written(phrase, entry, ATOM)


expressions = st.sampled_from(
    (
        Written(Regex(r"[A-Z]{2,4}"), r"/[A-Z]{2,4}/", ATOM),
        Written(Regex(r"pro\w+", ignore_case=True), r"/pro\w+/i", ATOM),
        Written(Regex(r"\d+"), r"/\d+/", ATOM),
    )
)


@st.composite
def near_operands(draw: st.DrawFn, vocabulary: tuple[str, ...], depth: int = 1) -> Written:
    """Draw a term, a group of terms, or a further NEAR."""
    kind = draw(st.integers(0, 9))
    if kind >= 8 and depth:
        return draw(nears(vocabulary, depth - 1))
    if kind >= 6:
        return disjunction(draw(st.lists(terms(vocabulary), min_size=2, max_size=3)))
    return draw(terms(vocabulary))


@st.composite
def nears(draw: st.DrawFn, vocabulary: tuple[str, ...], depth: int = 1) -> Written:
    """Draw `a NEAR/5 b` in all its forms."""
    left = draw(near_operands(vocabulary, depth))
    right = draw(near_operands(vocabulary, depth))
    distance = draw(st.one_of(st.integers(1, 6), st.sampled_from(list(Unit))))
    ordered = draw(st.booleans())
    word = "BEFORE" if ordered else "NEAR"
    label = distance.value if isinstance(distance, Unit) else distance
    return Written(
        Near((left.tree, right.tree), distance, ordered),
        f"{left.within(ATOM)} {word}/{label} {right.within(ATOM)}",
        NEAR,
    )


@st.composite
def counts(draw: st.DrawFn, vocabulary: tuple[str, ...]) -> Written:
    """Draw `ATLEAST/3 …`."""
    counted = draw(near_operands(vocabulary))
    count = draw(st.integers(2, 4))
    return Written(AtLeast(count, counted.tree), f"ATLEAST/{count} ({counted.text})", ATOM)


@st.composite
def written(  # noqa: PLR0911 - one for each form
    draw: st.DrawFn, vocabulary: tuple[str, ...], depth: int = 2
) -> Written:
    """Draw a query with so many Boolean levels."""
    kind = draw(st.integers(0, 15)) if depth else draw(st.integers(0, 5))
    if kind < 3:
        return draw(terms(vocabulary))
    if kind == 3:
        return draw(nears(vocabulary))
    if kind == 4:
        return draw(counts(vocabulary))
    if kind == 5:
        return draw(expressions)
    parts = draw(st.lists(written(vocabulary, depth - 1), min_size=2, max_size=3))
    if kind < 9:
        return conjunction(parts)
    if kind < 11:
        return disjunction(parts)
    if kind == 11:
        return Written(
            And((parts[0].tree, Not(parts[1].tree))),
            f"{parts[0].within(NEAR)} NOT {parts[1].within(NEAR)}",
            NOT,
        )
    if kind == 12:
        denied = Written(Not(parts[1].tree), f"NOT {parts[1].within(NEAR)}", NOT)
        return conjunction([parts[0], denied, *parts[2:]])
    if kind == 13:
        different = len({part.tree for part in parts})
        items = ", ".join(part.within(ATOM) for part in parts)
        count = min(2, different)
        return Written(Some(count, tuple(p.tree for p in parts)), f"ANY/{count} ({items})", ATOM)
    if kind == 14:
        field = draw(st.sampled_from(list(Field)))
        inner = draw(written(vocabulary, 0))
        return Written(Within(field, inner.tree), f"{field.value}:({inner.text})", ATOM)
    fact = draw(properties)
    return conjunction([Written(fact, getattr(fact, "source", ""), ATOM), *parts])


def conjunction(parts: list[Written]) -> Written:
    """Join by AND."""
    text = " AND ".join(part.within(NOT) for part in parts)
    return Written(And(tuple(part.tree for part in parts)), text, AND)


def disjunction(parts: list[Written]) -> Written:
    """Join by OR."""
    text = " OR ".join(part.within(AND) for part in parts)
    return Written(Or(tuple(part.tree for part in parts)), text, OR)
