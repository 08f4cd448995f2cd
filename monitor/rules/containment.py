"""Rules that cannot hit without another rule hitting too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from monitor.errors import Problem, Severity
from monitor.model.condition import (
    And,
    AtLeast,
    Condition,
    Exact,
    Near,
    Number,
    Or,
    Phrase,
    Regex,
    Some,
    Wildcard,
    Within,
)
from monitor.model.rule import Only, Rule
from monitor.rules.implication import Implication
from monitor.rules.walk import positive_leaves
from monitor.text.fold import fold

_Key = tuple[str, object]
_TextLeaf = Phrase | Number | Regex


def contained(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Yield a warning for each rule that another, at least as urgent, makes needless.

    A more urgent rule inside a less urgent one is a common way to raise a part of it, and fine.
    """
    texts = [rule for rule in rules if rule.match is not None and rule.enabled]
    index = _Index(texts)
    implication = Implication()
    for number, rule in enumerate(texts):
        for other_number in sorted(index.candidates(rule)):
            other = texts[other_number]
            if other is rule or other.level < rule.level or not _inside(rule.only, other.only):
                continue
            if not implication.holds(_condition(rule), _condition(other)):
                continue
            same = _inside(other.only, rule.only) and implication.holds(
                _condition(other), _condition(rule)
            )
            if same and rule.level == other.level and number < other_number:
                continue  # told once, of the later one
            yield _problem(rule, other, same=same)
            break


def _problem(rule: Rule, other: Rule, *, same: bool) -> Problem:
    if same:
        message = f"{rule.id!r} looks for the same as {other.id!r} ({other.location})"
        return Problem("same-rule", message, rule.location, "keep one", Severity.WARNING)
    message = f"{other.id!r} ({other.location}) hits wherever {rule.id!r} does"
    hint = "remove one, or take the one out of the other with `none`"
    return Problem("contained-rule", message, rule.location, hint, Severity.WARNING)


def _condition(rule: Rule) -> Condition:
    if rule.match is None:  # pragma: no cover - only rules with a condition are compared
        raise TypeError
    return rule.match


def _inside(inner: Only, outer: Only) -> bool:
    """Whether a scope lies within another."""
    pairs = (
        (inner.lang, outer.lang),
        (inner.source, outer.source),
        (inner.source_tag, outer.source_tag),
    )
    named = all(not wide or (narrow and set(narrow) <= set(wide)) for narrow, wide in pairs)
    aged = outer.max_age is None or (inner.max_age is not None and inner.max_age <= outer.max_age)
    return named and aged


class _Index:
    """Finds the few rules that could contain a given one.

    Whatever a rule matches holds one of its anchors; a rule inside it must have a leaf that
    implies one. Of each anchor the word that the fewest rules use is looked up.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._uses = Counter(
            word
            for rule in rules
            for word in {
                word for leaf in positive_leaves(_condition(rule)) for word in _words(leaf)
            }
        )
        self._rules: dict[_Key, set[int]] = defaultdict(set)
        for number, rule in enumerate(rules):
            for leaf in _anchors(_condition(rule)) or ():
                self._rules[self._key(leaf)].add(number)

    def candidates(self, rule: Rule) -> set[int]:
        found: set[int] = set()
        for leaf in positive_leaves(_condition(rule)):
            for key in _offered(leaf):
                found |= self._rules.get(key, set())
        return found

    def _key(self, leaf: Condition) -> _Key:
        words = _words(leaf)
        if words:
            return "word", min(words, key=lambda word: (self._uses[word], word))
        for pattern in _patterns(leaf):
            if pattern[:1] not in "*?" and pattern[1:2] not in {"*", "?"}:
                return "begins", pattern[:2]
            if pattern[-1:] not in "*?" and pattern[-2:-1] not in {"*", "?"}:
                return "ends", pattern[-2:]
        return "leaf", leaf


def _words(leaf: Condition) -> list[str]:
    if not isinstance(leaf, Phrase):
        return []
    return [fold(word.text) for word in leaf.words if isinstance(word, Exact)]


def _patterns(leaf: Condition) -> list[str]:
    if not isinstance(leaf, Phrase):
        return []
    return [fold(word.pattern) for word in leaf.words if isinstance(word, Wildcard)]


def _offered(leaf: Condition) -> Iterator[_Key]:
    """Yield the keys of all anchors that a leaf may imply."""
    yield "leaf", leaf
    for word in _words(leaf):
        yield "word", word
        yield "begins", word[:2]
        yield "ends", word[-2:]
    for pattern in _patterns(leaf):
        yield "begins", pattern[:2]
        yield "ends", pattern[-2:]


def _anchors(condition: Condition) -> tuple[Condition, ...] | None:
    """Return leaves of which each match holds at least one; None if there are none such."""
    match condition:
        case Phrase() | Number() | Regex():
            return (condition,)
        case And() | Near():
            found = [anchors for it in condition.operands if (anchors := _anchors(it))]
            return min(found, key=len, default=None)
        case Or():
            return _together(condition.operands, len(condition.operands))
        case Some():
            return _together(condition.operands, len(condition.operands) - condition.count + 1)
        case Within() | AtLeast():
            return _anchors(condition.operand)
        case _:
            return None


def _together(operands: Sequence[Condition], count: int) -> tuple[Condition, ...] | None:
    """Return the anchors of the `count` operands that have the fewest, if so many have any."""
    found = sorted((anchors for it in operands if (anchors := _anchors(it))), key=len)
    if len(found) < count:
        return None
    return tuple(leaf for anchors in found[:count] for leaf in anchors)
