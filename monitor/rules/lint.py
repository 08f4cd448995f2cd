"""What is allowed in rules, and probably not meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from monitor.errors import Problem, Severity
from monitor.model.condition import And, Condition, Not, Or, Phrase, Property, PropertyKind
from monitor.model.rule import Rule
from monitor.query import inside
from monitor.rules.containment import contained
from monitor.rules.coverage import covered_terms
from monitor.rules.implication import Implication
from monitor.rules.terms import Vocabulary, doubtful_terms
from monitor.rules.walk import location_of, nodes
from monitor.yaml12 import did_you_mean


def lint(
    rules: Iterable[Rule],
    *,
    vocabulary: Iterable[str] = (),
    unindexed: Collection[str] = (),
    today: date | None = None,
    sources: Collection[str] | None = None,
) -> tuple[Problem, ...]:
    """Return warnings about the rules, by place.

    `vocabulary` holds known words, folded (of the stored articles, say): with it wildcards and
    fuzzy terms are tried on them. `unindexed` are the ids of rules for which every article must be
    read (`RuleSet.unindexed`). `today` (UTC) tells which rules have expired: those are named, and
    make no other rule needless. `sources` are the ids that `source:` can name; None: any.
    """
    rules = list(rules)
    words = Vocabulary(vocabulary)
    found: list[Problem] = list(_expired(rules, today))
    found += contained([rule for rule in rules if today is None or rule.runs_on(today)])
    implication = Implication()
    ors: set[int] = set()
    terms: set[int] = set()
    for rule in rules:
        found.extend(_of_rule(rule, unindexed))
        if rule.match is None:
            continue
        found.extend(covered_terms(rule.match, ors))
        found.extend(_removals(rule.match, implication))
        for node in nodes(rule.match, terms):
            if isinstance(node, Phrase):
                found.extend(doubtful_terms(node, words))
            elif isinstance(node, Property) and sources is not None:
                found.extend(_unknown_source(node, sources))
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda it: (it.location, it.code, it.message)))


def _unknown_source(node: Property, sources: Collection[str]) -> Iterator[Problem]:
    if node.kind is PropertyKind.SOURCE and node.value not in sources:
        message = f"there is no source {node.value!r}"
        hint = did_you_mean(node.value, sources)
        yield Problem("unknown-source", message, node.location, hint, Severity.WARNING)


def _expired(rules: Iterable[Rule], today: date | None) -> Iterator[Problem]:
    for rule in rules:
        if today is not None and rule.enabled and not rule.runs_on(today):
            message = f"{rule.id!r} has expired, and is not run: its last day was {rule.expires}"
            hint = "give a later `expires`, or remove the rule"
            yield Problem("expired", message, rule.location, hint, Severity.WARNING)


def _of_rule(rule: Rule, unindexed: Collection[str]) -> Iterator[Problem]:
    if rule.match is not None and not rule.hit_samples and not rule.miss_samples:
        message = f"{rule.id!r} has no tests"
        hint = "add `tests:` with a text that it must hit, and one that it must miss"
        yield Problem("no-tests", message, rule.location, hint, Severity.WARNING)
    if rule.id in unindexed:
        message = f"{rule.id!r} names no word that must be there, so every article is read for it"
        hint = "add a word that each way to match needs, or limit it with `only`"
        yield Problem("unindexed", message, rule.location, hint, Severity.WARNING)


def _removals(condition: Condition, implication: Implication) -> Iterator[Problem]:
    """Yield warnings about what a NOT takes away altogether."""
    for node in nodes(condition):
        if isinstance(node, And):
            operands = list(_joined(node))
            wanted = [operand for operand in operands if not isinstance(operand, Not)]
            for operand in operands:
                if isinstance(operand, Not):
                    yield from _removed(wanted, operand, implication)


def _joined(node: And) -> Iterator[Condition]:
    for operand in node.operands:
        if isinstance(operand, And):
            yield from _joined(operand)
        else:
            yield operand


def _removed(
    wanted: Sequence[Condition], negation: Not, implication: Implication
) -> Iterator[Problem]:
    unwanted = negation.operand
    for condition in wanted:
        if implication.holds(condition, unwanted):
            message = "the exclusion removes everything that this can match"
            place = location_of(unwanted)
            yield Problem("removes-all", message, place, "narrow it", Severity.WARNING)
            return
    for condition in wanted:
        for branch in condition.operands if isinstance(condition, Or) else ():
            if implication.holds(branch, unwanted):
                message = f"`{_source(branch)}` can never count: the exclusion removes it"
                hint = "remove it here, or narrow the exclusion"
                yield Problem("excluded-term", message, location_of(branch), hint, Severity.WARNING)


def _source(condition: Condition) -> str:
    for node in nodes(condition):
        if isinstance(node, Phrase | Property) or not inside(node):
            return str(getattr(node, "source", ""))
    return ""  # pragma: no cover - every condition has a leaf
