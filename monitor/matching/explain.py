"""Why a rule matches an article, or why it does not: its tree, node by node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.matching.batch import read
from monitor.matching.compile import Compiler
from monitor.matching.necessary import Deriver
from monitor.matching.properties import within_scope
from monitor.matching.reading import WHOLE, Proofs, Reading, Scope, in_order, narrowed
from monitor.matching.ruleset import own_language
from monitor.matching.terms import Terms
from monitor.matching.vocabulary import Vocabulary
from monitor.model.article import Article
from monitor.model.condition import (
    And,
    AtLeast,
    Condition,
    Everything,
    Near,
    Not,
    Or,
    Some,
    Unit,
    Within,
)
from monitor.model.hit import Evidence
from monitor.model.rule import Only, Rule
from monitor.yaml12 import write_duration

_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """One node of a rule's condition, and what became of it.

    `label` is the part as written, or what joins its parts (`all of`, `any of`). `evidence` is what
    the node itself gives; a NOT gives none, its operand shows what stands in the way.
    """

    label: str
    matched: bool
    evidence: tuple[Evidence, ...]
    children: tuple[ExplainedPart, ...]


@dataclass(frozen=True, slots=True)
class ExplainedScope:
    """One part of a rule's `only`: what it wants, what the article has, and whether they agree."""

    label: str
    wanted: str
    found: str
    matched: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a rule matches an article, and why.

    The tree is worked out even where the scope leaves the article out; it is None for a rule
    without a text condition (a correlation).
    """

    matched: bool
    scope: tuple[ExplainedScope, ...]
    tree: ExplainedPart | None


def explain(rule: Rule, article: Article, now: datetime) -> Explanation:
    """Explain a rule's verdict on an article; `now` is for `only.max_age`."""
    scope = tuple(_scope(rule.only, article, now))
    if rule.match is None:
        return Explanation(matched=False, scope=scope, tree=None)
    terms = Terms()
    lang = own_language(rule)
    Deriver(terms).of(rule.match, lang)
    explainer = _Explainer(Compiler(terms), read(article, Vocabulary(terms)), lang)
    tree = explainer.part(rule.match, WHOLE)
    matched = tree.matched and all(part.matched for part in scope)
    return Explanation(matched=matched, scope=scope, tree=tree)


class _Explainer:
    def __init__(self, compiler: Compiler, reading: Reading, lang: str | None) -> None:
        self._compiler = compiler
        self._reading = reading
        self._lang = lang

    def part(self, condition: Condition, scope: Scope) -> ExplainedPart:
        node = self._compiler.node(condition, self._lang)
        matched = node.holds(self._reading, scope)
        proofs: Proofs = set()
        if matched:
            node.prove(self._reading, scope, proofs)
        inner = narrowed(scope, condition.field) if isinstance(condition, Within) else scope
        children = tuple(self.part(child, inner) for child in _children(condition))
        return ExplainedPart(_label(condition), matched, in_order(proofs), children)


def _children(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case And(operands) | Or(operands) | Some(_, operands) | Near(operands):
            return operands
        case Not(operand) | Within(_, operand) | AtLeast(_, operand):
            return (operand,)
        case _:
            return ()


def _label(condition: Condition) -> str:  # noqa: PLR0911 - one for each kind of node
    match condition:
        case And():
            return "all of"
        case Or():
            return "any of"
        case Some(count, operands):
            return f"at least {count} different ones of {len(operands)}"
        case Not():
            return "not"
        case Within(field):
            return f"in the {field}"
        case Everything():
            return "*"
        case Near() | AtLeast():
            return condition.source or _unwritten(condition)
        case _:
            return condition.source


def _unwritten(condition: Near | AtLeast) -> str:
    """Return words for what is not a query string but keys of a rule file."""
    if isinstance(condition, AtLeast):
        return f"at least {condition.count} times"
    order = " in this order" if condition.ordered else ""
    if condition.distance is Unit.SENTENCE:
        return f"in one sentence{order}"
    if condition.distance is Unit.PARAGRAPH:
        return f"in one paragraph{order}"
    return f"within {condition.distance} words of each other{order}"


def _rounded(age: timedelta) -> str:
    """Return an age as `40s`, `12m`, `13h` or `5d`: whole units of the largest that fit twice."""
    for unit in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)):
        if age >= 2 * unit:
            return write_duration(age // unit * unit)
    return write_duration(age)


def _scope(only: Only, article: Article, now: datetime) -> Iterator[ExplainedScope]:
    age = "no date" if article.published is None else _rounded(now - article.published)
    parts = (
        ("lang", ", ".join(only.lang), article.lang or "not known", Only(lang=only.lang)),
        ("source", ", ".join(only.source), article.source or "none", Only(source=only.source)),
        (
            "source_tag",
            ", ".join(only.source_tag),
            ", ".join(article.source_tags) or "none",
            Only(source_tag=only.source_tag),
        ),
        ("max_age", write_duration(only.max_age or _NONE), age, Only(max_age=only.max_age)),
    )
    for label, wanted, found, part in parts:
        if part != Only():
            matched = within_scope(part, article, now)
            yield ExplainedScope(label, wanted, found, matched)
