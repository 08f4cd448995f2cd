"""Rules that cannot hit without another rule hitting too."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from monitor.errors import Problem, Severity
from monitor.model.condition import (
    And,
    AtLeast,
    Condition,
    Exact,
    Fuzzy,
    Near,
    Number,
    Or,
    Phrase,
    Property,
    Regex,
    Some,
    Stem,
    Wildcard,
    Within,
)
from monitor.model.rule import Only, Rule
from monitor.query.terms import MAX_LENGTH
from monitor.rules.implication import Implication
from monitor.rules.walk import Leaf, positive_parts
from monitor.text.fold import fold

_Key = tuple[str, object]
_LONG = 2_000
_MOST_PAIRS = 100_000
_SIGNS = re.compile(r"[*?]+")


def contained(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Yield a warning for each rule that another, at least as urgent, makes needless.

    A more urgent rule inside a less urgent one is a common way to raise a part of it, and fine.
    """
    texts = [rule for rule in rules if rule.match is not None and rule.enabled]
    index = _Index(texts)
    implication = Implication()
    for number, rule in enumerate(texts):
        for other_number in index.candidates(number, rule):
            other = texts[other_number]
            if other.level < rule.level or not _inside(rule.only, other.only):
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
    beginning or end of a wildcard. What long ORs give is worked out once: rules share lists.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._own_keys = _Kept(_keys)
        self._offers = _Kept(_offered)
        self._anchored: dict[int, frozenset[_Key]] = {}
        self._uses = Counter(key for rule in rules for key in self._own_keys.of(_condition(rule)))
        self._needs = [
            [keys for it in _clauses(_condition(rule)) if (keys := self._anchors(it))]
            for rule in rules
        ]
        self._rules: dict[_Key, list[int]] = defaultdict(list)
        for number, needs in enumerate(self._needs):
            for key in min(needs, key=self._weight, default=()):
                self._rules[key].append(number)

    def candidates(self, own: int, rule: Rule) -> list[int]:
        """Return the numbers of the other rules that may contain this one, which is number `own`.

        Rules of thousands of clauses each are not compared: that would take hours.
        """
        clauses = [self._offers.each(clause) for clause in _clauses(_condition(rule))]
        keys = self._offers.of(_condition(rule))
        found = {number for key in keys for number in self._rules.get(key, ())}
        return sorted(
            number
            for number in found
            if number != own
            and len(clauses) * len(self._needs[number]) <= _MOST_PAIRS
            and all(
                any(not any(map(needed.isdisjoint, branches)) for branches in clauses)
                for needed in self._needs[number]
            )
        )

    def _anchors(self, condition: Condition) -> frozenset[_Key]:
        """Return keys of which a rule inside this condition offers one; none if there are none."""
        if not isinstance(condition, Or):
            return self._anchors_anew(condition)
        if id(condition) not in self._anchored:
            keys = self._together(condition.operands, len(condition.operands))
            own: frozenset[_Key] = frozenset({("list", id(condition))})
            self._anchored[id(condition)] = keys | own if keys else keys
        return self._anchored[id(condition)]

    def _anchors_anew(self, condition: Condition) -> frozenset[_Key]:
        match condition:
            case Phrase() | Number() | Regex():
                return frozenset((min(_keys(condition), key=self._use),))
            case And() | Near():
                found = filter(None, map(self._anchors, condition.operands))
                return min(found, key=self._weight, default=frozenset())
            case Some():
                count = len(condition.operands) - condition.count + 1
                return self._together(condition.operands, count)
            case Within() | AtLeast():
                return self._anchors(condition.operand)
            case _:
                return frozenset()

    def _together(self, operands: Sequence[Condition], count: int) -> frozenset[_Key]:
        """Return the keys of the `count` cheapest operands, if so many have any."""
        found = sorted(filter(None, map(self._anchors, operands)), key=self._weight)
        return frozenset().union(*found[:count]) if len(found) >= count else frozenset()

    def _use(self, key: _Key) -> tuple[int, str]:
        return self._uses[key], str(key)

    def _weight(self, keys: frozenset[_Key]) -> int:
        return sum(self._uses[key] for key in keys)


class _Kept:
    """Sets of keys of the leaves of conditions; those of ORs are kept."""

    def __init__(self, read: Callable[[Leaf], Iterable[_Key]]) -> None:
        self._read = read
        self._sets: dict[int, frozenset[_Key]] = {}
        self._lists: dict[int, list[frozenset[_Key]]] = {}

    def of(self, condition: Condition) -> frozenset[_Key]:
        """Return the keys of all leaves that are not under a NOT."""
        if isinstance(condition, Phrase | Number | Regex | Property):
            return frozenset(self._read(condition))
        if isinstance(condition, Or):
            if id(condition) not in self._sets:
                self._sets[id(condition)] = frozenset().union(*self.each(condition))
            return self._sets[id(condition)]
        return frozenset().union(*map(self.of, positive_parts(condition)))

    def each(self, condition: Condition) -> list[frozenset[_Key]]:
        """Return the keys of each branch of an OR; of anything else, of the one branch it is.

        A very long OR offers itself alone: that all of it lies in another rule cannot be told.
        """
        if not isinstance(condition, Or):
            return [self.of(condition)]
        if id(condition) not in self._lists:
            own: frozenset[_Key] = frozenset({("list", id(condition))})
            branches = [own]
            if len(condition.operands) <= _LONG:
                branches = [self.of(operand) | own for operand in condition.operands]
            self._lists[id(condition)] = branches
        return self._lists[id(condition)]


def _clauses(condition: Condition) -> tuple[Condition, ...]:
    return condition.operands if isinstance(condition, And) else (condition,)


def _keys(leaf: Leaf) -> list[_Key]:
    """Return the keys by which a leaf can be found as an anchor; any one will do."""
    if not isinstance(leaf, Phrase):
        return [("number", "")] if isinstance(leaf, Number) else [("leaf", leaf)]
    words: list[_Key] = [
        ("word", fold(it.text)) for it in leaf.words if isinstance(it, Exact | Stem)
    ]
    fuzzy: list[_Key] = [("fuzzy", it.text) for it in leaf.words if isinstance(it, Fuzzy)]
    return words or _literals(leaf) or fuzzy or [("leaf", leaf)]


def _literals(leaf: Phrase) -> list[_Key]:
    found: list[_Key] = []
    for word in leaf.words:
        if isinstance(word, Wildcard):
            parts = _SIGNS.split(fold(word.pattern))
            found.append(("begins", parts[0]) if parts[0] else ("ends", parts[-1]))
    return [key for key in found if key[1]]


def _offered(leaf: Leaf) -> Iterator[_Key]:
    """Yield the keys of all anchors that a leaf may imply.

    A word that a fuzzy term of another rule fits is not looked for: that would be nearly any.
    """
    yield ("number", "") if isinstance(leaf, Number) else ("leaf", leaf)
    for word in leaf.words if isinstance(leaf, Phrase) else ():
        if isinstance(word, Exact | Stem):
            text = fold(word.text)
            yield "word", text
            head = tail = text
        elif isinstance(word, Wildcard):
            parts = _SIGNS.split(fold(word.pattern))
            head, tail = parts[0], parts[-1]
        else:
            if isinstance(word, Fuzzy):
                yield "fuzzy", word.text
            continue
        for length in range(1, min(len(head), MAX_LENGTH) + 1):
            yield "begins", head[:length]
        for length in range(1, min(len(tail), MAX_LENGTH) + 1):
            yield "ends", tail[-length:]
