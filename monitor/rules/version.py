"""What a rule means, as one canonical text, and the hash of it that is the rule's version."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from monitor.model.condition import (
    And,
    AtLeast,
    Condition,
    Everything,
    Exact,
    Fuzzy,
    Near,
    Not,
    Number,
    Or,
    Phrase,
    Property,
    Regex,
    Some,
    Stem,
    Wildcard,
    Within,
    WordPattern,
)
from monitor.model.rule import Correlation, Only

_DIGITS = 12


def version_of(
    only: Only,
    match: Condition | None,
    correlate: Correlation | None,
    *,
    meanings: Meanings | None = None,
) -> str:
    """Return the version: the first 12 hexadecimal digits of the SHA-256 of the meaning.

    Two rules have the same version exactly if they have the same scope and the same condition or
    correlation, whatever the order of what is joined by AND, OR or in a list.
    """
    parts = [_scope(only)]
    if match is not None:
        parts.append((meanings or Meanings()).of(match))
    if correlate is not None:
        parts.append(_correlation(correlate))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


class Meanings:
    """Canonical texts of conditions; those of long word lists are made once and kept."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Condition, tuple[str, ...]]] = {}

    def of(self, condition: Condition) -> str:
        """Return the canonical text: equal for conditions that differ in order only."""
        return _WRITERS[type(condition)](self, condition)

    def joined(self, kind: type[And | Or], condition: Condition) -> tuple[str, ...]:
        """Return the different operands of nested ANDs or ORs, sorted."""
        if not isinstance(condition, kind):
            return (self.of(condition),)
        kept = self._kept.get(id(condition))
        if kept is not None:
            return kept[1]
        found = {text for operand in condition.operands for text in self.joined(kind, operand)}
        result = tuple(sorted(found))
        if len(condition.operands) > 8:
            self._kept[id(condition)] = (condition, result)
        return result


def _phrase(_: Meanings, phrase: Phrase) -> str:
    return "phrase(" + " ".join([_word(word) for word in phrase.words]) + ")"


def _word(word: WordPattern) -> str:
    if isinstance(word, Exact):
        return f"{'=' if word.case else ''}{word.text!r}"
    if isinstance(word, Wildcard):
        return f"{'=' if word.case else ''}wild{word.pattern!r}"
    if isinstance(word, Fuzzy):
        return f"{word.text!r}~{word.distance}"
    if isinstance(word, Stem):
        return f"stem{word.text!r}"
    return "*"


def _number(_: Meanings, number: Number) -> str:
    return f"number({number.low},{number.low_open},{number.high},{number.high_open})"


def _regex(_: Meanings, regex: Regex) -> str:
    return f"regex({regex.pattern!r},{regex.ignore_case})"


def _near(meanings: Meanings, near: Near) -> str:
    operands = [meanings.of(operand) for operand in near.operands]
    if not near.ordered:
        operands.sort()
    return f"near({near.distance},{near.ordered},{','.join(operands)})"


def _at_least(meanings: Meanings, node: AtLeast) -> str:
    return f"atleast({node.count},{meanings.of(node.operand)})"


def _group(kind: type[And | Or], name: str) -> Callable[[Meanings, And | Or], str]:
    def write(meanings: Meanings, node: And | Or) -> str:
        operands = meanings.joined(kind, node)
        return operands[0] if len(operands) == 1 else f"{name}({','.join(operands)})"

    return write


def _some(meanings: Meanings, node: Some) -> str:
    operands = sorted(set(map(meanings.of, node.operands)))  # only different ones count
    return f"some({node.count},{','.join(operands)})"


def _not(meanings: Meanings, node: Not) -> str:
    return f"not({meanings.of(node.operand)})"


def _within(meanings: Meanings, node: Within) -> str:
    return f"within({node.field},{meanings.of(node.operand)})"


def _property(_: Meanings, node: Property) -> str:
    return f"property({node.kind},{node.value!r},{node.words!r})"


def _everything(_: Meanings, __: Everything) -> str:
    return "everything"


_WRITERS: dict[type, Callable[[Meanings, Any], str]] = {
    Phrase: _phrase,
    Number: _number,
    Regex: _regex,
    Near: _near,
    AtLeast: _at_least,
    And: _group(And, "and"),
    Or: _group(Or, "or"),
    Some: _some,
    Not: _not,
    Within: _within,
    Property: _property,
    Everything: _everything,
}


def _texts(values: Iterable[str]) -> str:
    return repr(sorted(set(values)))


def _scope(only: Only) -> str:
    age = "" if only.max_age is None else str(only.max_age.total_seconds())
    return f"only({_texts(only.lang)},{_texts(only.source)},{_texts(only.source_tag)},{age})"


def _correlation(node: Correlation) -> str:
    return (
        f"correlate({_texts(node.rules)},{node.within.total_seconds()},{node.distinct},"
        f"{node.at_least},{_texts(node.group_by)},{node.burst})"
    )
