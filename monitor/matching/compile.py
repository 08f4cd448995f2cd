"""From conditions to nodes."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.matching.atoms import Atom
from monitor.matching.leaves import Expression, Figure, Leaf, Sequel, Series, Word
from monitor.matching.nodes import All, Always, Any, Fact, Inside, Lacks, Node, Several
from monitor.matching.placed import AnyPlaced, AtLeast, Listed, Near, Occurring, Placed
from monitor.matching.terms import Terms, plain_words
from monitor.model import condition as model
from monitor.model.condition import AnyWord, Condition, Exact, Wildcard, WordPattern

_LONG = 8
"""Ors of more operands are shared by all rules that use the same list."""


class Compiler:
    """Makes nodes of conditions, with one leaf for all that look for the same.

    Threads may share it: at worst a leaf is made twice.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._leaves: dict[object, Leaf] = {}
        self._occurrings: dict[tuple[Leaf, str], Occurring] = {}
        self._long: dict[tuple[int, str | None], tuple[Condition, Node]] = {}

    def node(self, condition: Condition, lang: str | None) -> Node:  # noqa: PLR0911 - one a kind
        """Return the node of a condition; `lang` is the rule's own language, for stems."""
        match condition:
            case model.Phrase() | model.Number() | model.Regex():
                return self._occurring(self._leaf(condition, lang), condition.source)
            case model.Near() | model.AtLeast():
                return self._near(condition, lang)
            case model.Or():
                return self._any(condition, lang)
            case model.And(operands):
                return All([self.node(operand, lang) for operand in operands])
            case model.Some(count, operands):
                nodes = [self.node(operand, lang) for operand in operands]
                different = dict(zip(operands, nodes, strict=True)).values()
                return Several(count, nodes, tuple(different))
            case model.Not(operand):
                return Lacks(self.node(operand, lang))
            case model.Within(field, operand):
                return Inside(field, self.node(operand, lang))
            case model.Property():
                return Fact(condition)
            case _:
                return Always()

    def _occurring(self, leaf: Leaf, source: str) -> Occurring:
        key = leaf, source
        known = self._occurrings.get(key)
        return known or self._occurrings.setdefault(key, Occurring(leaf, source))

    def _near(self, condition: model.Near | model.AtLeast, lang: str | None) -> Node:
        if isinstance(condition, model.AtLeast):
            return AtLeast(condition.count, _placed(self.node(condition.operand, lang)))
        parts = [_placed(self.node(operand, lang)) for operand in condition.operands]
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
            return self._new_any(condition, lang)
        key = id(condition), lang
        known = self._long.get(key)  # which keeps the condition, so that its id stays its own
        if known is None:
            known = self._long[key] = condition, self._new_any(condition, lang)
        return known[1]

    def _new_any(self, condition: model.Or, lang: str | None) -> Node:
        nodes = [self.node(operand, lang) for operand in condition.operands]
        pairs = [pair for node in nodes for pair in settled_pairs(node)]
        if len(pairs) == len(nodes):
            return Listed(pairs)
        placed = [node for node in nodes if isinstance(node, Placed)]
        return AnyPlaced(placed) if len(placed) == len(nodes) else Any(nodes)

    def _phrase(self, words: tuple[WordPattern, ...], lang: str | None) -> Leaf:
        stemmed = any(isinstance(word, model.Stem) for word in words)
        key = (words, lang) if stemmed else words
        leaf = self._leaves.get(key)
        return leaf or self._shared(key, self._new_phrase(words, lang))

    def _new_phrase(self, words: tuple[WordPattern, ...], lang: str | None) -> Leaf:
        plain = plain_words(words)
        if plain is not None and len(plain) > 1:
            return Series(self._terms.run(plain).atom)
        atoms = [
            None if isinstance(word, AnyWord) else self._terms.atom(word, lang) for word in words
        ]
        [first, *more] = words
        cased = isinstance(first, Exact | Wildcard) and first.case
        if more or cased or atoms[0] is None:
            return Sequel(words, atoms)
        return Word(atoms[0])

    def _shared(self, key: object, leaf: Leaf) -> Leaf:
        return self._leaves.setdefault(key, leaf)


def settled_pairs(node: Node) -> Sequence[tuple[Atom, Occurring]]:
    """Return the terms that a node is any of, if each is an atom of the article; else nothing."""
    if isinstance(node, Listed):
        return node.pairs
    if isinstance(node, Occurring) and isinstance(node.leaf, Word | Series):
        return ((node.leaf.atom, node),)
    return ()


def _placed(node: Node) -> Placed:
    if isinstance(node, Placed):
        return node
    raise TypeError(f"{type(node).__name__} has no place in the text: no operand of NEAR")
