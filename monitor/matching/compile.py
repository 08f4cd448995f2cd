"""From conditions to nodes."""

from __future__ import annotations

from monitor.matching.leaves import Expression, Figure, Leaf, Run, Sequel, Word
from monitor.matching.nodes import (
    All,
    Always,
    Any,
    AnyWordOf,
    AtLeast,
    Fact,
    Inside,
    Lacks,
    Near,
    Node,
    Occurring,
    Several,
    as_placed,
)
from monitor.matching.terms import Terms
from monitor.model import condition as model
from monitor.model.condition import AnyWord, Condition, Exact, Wildcard, WordPattern

_LONG = 8
"""Ors of more plain words look at what the article has, instead of at each word."""


class Compiler:
    """Makes nodes of conditions, with one leaf for all that look for the same.

    Threads may share it: at worst a leaf is made twice.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._leaves: dict[object, Leaf] = {}
        self._long: dict[tuple[int, str | None], tuple[Condition, Node]] = {}

    def node(self, condition: Condition, lang: str | None) -> Node:  # noqa: PLR0911 - one a kind
        """Return the node of a condition; `lang` is the rule's own language, for stems."""
        match condition:
            case model.Phrase() | model.Number() | model.Regex():
                return Occurring(self._leaf(condition, lang), condition.source)
            case model.Near() | model.AtLeast():
                return self._placed(condition, lang)
            case model.Or():
                return self._any(condition, lang)
            case model.And(operands):
                return All([self.node(operand, lang) for operand in operands])
            case model.Some(count, operands):
                different = dict.fromkeys(operands)
                return Several(count, [self.node(operand, lang) for operand in different])
            case model.Not(operand):
                return Lacks(self.node(operand, lang))
            case model.Within(field, operand):
                return Inside(field, self.node(operand, lang))
            case model.Property():
                return Fact(condition)
            case model.Everything():
                return Always()

    def _placed(self, condition: model.Near | model.AtLeast, lang: str | None) -> Node:
        if isinstance(condition, model.AtLeast):
            return AtLeast(condition.count, as_placed(self.node(condition.operand, lang)))
        parts = [as_placed(self.node(operand, lang)) for operand in condition.operands]
        return Near(parts, condition.distance, in_order=condition.ordered)

    def _leaf(self, condition: model.Phrase | model.Number | model.Regex, lang: str | None) -> Leaf:
        if isinstance(condition, model.Phrase):
            return self._phrase(condition.words, lang)
        if isinstance(condition, model.Number):
            return self._shared(condition, Figure(condition))
        known = self._leaves.get(condition)
        expression = condition.pattern, condition.ignore_case
        return known or self._shared(condition, Expression(*expression))

    def _any(self, condition: model.Or, lang: str | None) -> Node:
        if len(condition.operands) <= _LONG:
            return Any([self.node(operand, lang) for operand in condition.operands])
        key = id(condition), lang
        known = self._long.get(key)  # which keeps the condition, so that its id stays its own
        if known is None:
            known = self._long[key] = condition, self._any_of_many(condition, lang)
        return known[1]

    def _any_of_many(self, condition: model.Or, lang: str | None) -> Node:
        nodes = [self.node(operand, lang) for operand in condition.operands]
        words = [
            (node.leaf.atom, node)
            for node in nodes
            if isinstance(node, Occurring) and isinstance(node.leaf, Word)
        ]
        return AnyWordOf(words) if len(words) == len(nodes) else Any(nodes)

    def _phrase(self, words: tuple[WordPattern, ...], lang: str | None) -> Leaf:
        stemmed = any(isinstance(word, model.Stem) for word in words)
        key = (words, lang) if stemmed else words
        leaf = self._leaves.get(key)
        return leaf or self._shared(key, self._new_phrase(words, lang))

    def _new_phrase(self, words: tuple[WordPattern, ...], lang: str | None) -> Leaf:
        atoms = [
            None if isinstance(word, AnyWord) else self._terms.atom(word, lang) for word in words
        ]
        if any(isinstance(word, Exact | Wildcard) and word.case for word in words):
            return Sequel(words, atoms)
        if len(atoms) == 1 and atoms[0] is not None:
            return Word(atoms[0])
        plain = [word.text for word in words if isinstance(word, Exact)]
        if len(plain) == len(words):
            return Run(plain, frozenset(atom for atom in atoms if atom is not None))
        return Sequel(words, atoms)

    def _shared(self, key: object, leaf: Leaf) -> Leaf:
        return self._leaves.setdefault(key, leaf)
