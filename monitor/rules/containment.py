"""Rules that cannot hit without another rule hitting too."""

from __future__ import annotations

import re
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
from monitor.rules.walk import Leaf, positive_leaves
from monitor.text.fold import fold

_Key = tuple[str, object]
_SIGNS = re.compile(r"[*?]+")


def contained(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Yield a warning for each rule that another, at least as urgent, makes needless.

    A more urgent rule inside a less urgent one is a common way to raise a part of it, and fine.
    """
    texts = [rule for rule in rules if rule.match is not None and rule.enabled]
    index = _Index(texts)
    implication = Implication()
    for number, rule in enumerate(texts):
        for other_number in index.candidates(rule):
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
    implies one. Of each anchor the word that the fewest rules use is looked up, or the literal
    beginning or end of a wildcard.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._uses = Counter(
            key
            for rule in rules
            for key in {key for leaf in positive_leaves(_condition(rule)) for key in _keys(leaf)}
        )
        self._needs = [self._clauses(_condition(rule)) for rule in rules]
        self._rules: dict[_Key, list[int]] = defaultdict(list)
        for number, needs in enumerate(self._needs):
            for key in min(needs, key=self._weight, default=()):
                self._rules[key].append(number)

    def candidates(self, rule: Rule) -> list[int]:
        """Return the numbers of the rules that may contain this one."""
        clauses = [
            [_offers(branch) for branch in (it.operands if isinstance(it, Or) else (it,))]
            for it in _operands(_condition(rule))
        ]
        keys = {key for branches in clauses for offers in branches for key in offers}
        found = {number for key in keys for number in self._rules.get(key, ())}
        return sorted(
            number
            for number in found
            if all(
                any(not any(map(needed.isdisjoint, branches)) for branches in clauses)
                for needed in self._needs[number]
            )
        )

    def _clauses(self, condition: Condition) -> list[frozenset[_Key]]:
        """Return sets of keys; a rule inside this one offers one key of each."""
        found = map(self._anchors, _operands(condition))
        return [frozenset(map(self._rarest, anchors)) for anchors in found if anchors]

    def _weight(self, keys: frozenset[_Key]) -> int:
        return sum(self._uses[key] for key in keys)

    def _rarest(self, leaf: Leaf) -> _Key:
        return min(_keys(leaf), key=lambda key: (self._uses[key], str(key)))

    def _anchors(self, condition: Condition) -> tuple[Leaf, ...]:
        """Return leaves of which each match holds at least one; none if there are no such."""
        match condition:
            case Phrase() | Number() | Regex():
                return (condition,)
            case And() | Near():
                found = filter(None, map(self._anchors, condition.operands))
                return min(found, key=self._cost, default=())
            case Or():
                return self._together(condition.operands, len(condition.operands))
            case Some():
                count = len(condition.operands) - condition.count + 1
                return self._together(condition.operands, count)
            case Within() | AtLeast():
                return self._anchors(condition.operand)
            case _:
                return ()

    def _together(self, operands: Sequence[Condition], count: int) -> tuple[Leaf, ...]:
        """Return the anchors of the `count` cheapest operands, if so many have any."""
        found = sorted(filter(None, map(self._anchors, operands)), key=self._cost)
        if len(found) < count:
            return ()
        return tuple(leaf for anchors in found[:count] for leaf in anchors)

    def _cost(self, anchors: tuple[Leaf, ...]) -> int:
        return sum(self._uses[self._rarest(leaf)] for leaf in anchors)


def _operands(condition: Condition) -> tuple[Condition, ...]:
    return condition.operands if isinstance(condition, And) else (condition,)


def _offers(condition: Condition) -> set[_Key]:
    return {key for leaf in positive_leaves(condition) for key in _offered(leaf)}


def _keys(leaf: Leaf) -> list[_Key]:
    """Return the keys by which a leaf can be found as an anchor; any one will do."""
    if not isinstance(leaf, Phrase):
        return [("leaf", leaf)]
    words: list[_Key] = [("word", fold(it.text)) for it in leaf.words if isinstance(it, Exact)]
    return words or _literals(leaf) or [("leaf", leaf)]


def _literals(leaf: Phrase) -> list[_Key]:
    found: list[_Key] = []
    for word in leaf.words:
        if isinstance(word, Wildcard):
            parts = _SIGNS.split(fold(word.pattern))
            found.append(("begins", parts[0]) if parts[0] else ("ends", parts[-1]))
    return [key for key in found if key[1]]


def _offered(leaf: Leaf) -> Iterator[_Key]:
    """Yield the keys of all anchors that a leaf may imply."""
    yield "leaf", leaf
    for word in leaf.words if isinstance(leaf, Phrase) else ():
        if isinstance(word, Exact):
            text = fold(word.text)
            yield "word", text
            head = tail = text
        elif isinstance(word, Wildcard):
            parts = _SIGNS.split(fold(word.pattern))
            head, tail = parts[0], parts[-1]
        else:
            continue
        for length in range(1, len(head) + 1):
            yield "begins", head[:length]
        for length in range(1, len(tail) + 1):
            yield "ends", tail[-length:]
