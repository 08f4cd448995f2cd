"""The engine and the brute-force reference agree, verdict and evidence, on whatever is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching import RuleSet, compile_rules
from monitor.model.article import Article
from monitor.model.condition import Exact, Near, Or, Phrase
from monitor.model.hit import Evidence
from monitor.model.rule import Rule
from tests.matching.reference.budget import EXAMPLES, bounded, briefly
from tests.matching.reference.conditions import conditions, counted, lists, nears
from tests.matching.reference.evaluator import evaluate
from tests.matching.reference.strategies import NOW, Scene, Trees, many_words, scenes

SIZE = 8
"""Rules, and articles, of one example: 64 cases."""

KINDS: dict[str, Trees] = {
    "whole trees": conditions,
    "shallow trees": lambda vocabulary: conditions(vocabulary, 1),
    "proximity": lambda vocabulary: st.one_of(nears(vocabulary), counted(vocabulary)),
}


def differences(
    ruleset: RuleSet, rules: Sequence[Rule], article: Article
) -> list[tuple[Rule, tuple[Evidence, ...] | None, tuple[Evidence, ...] | None]]:
    """Return the rules on which the two disagree: what the reference says, what the engine."""
    found = {match.rule: match.evidence for match in ruleset.match(article, NOW)}
    expected = {rule.id: evaluate(rule, article, NOW) for rule in rules}
    return [
        (rule, expected[rule.id], found.get(rule.id))
        for rule in rules
        if expected[rule.id] != found.get(rule.id)
    ]


def agree(scene: Scene, ruleset: RuleSet) -> int:
    """Hold every rule against every article; return how many match."""
    for article in scene.articles:
        assert not differences(ruleset, scene.rules, article), article
    return sum(len(ruleset.match(article, NOW)) for article in scene.articles)


@pytest.mark.parametrize("trees", KINDS.values(), ids=KINDS)
def test_engine_and_reference_agree_on_verdict_and_evidence(trees: Trees) -> None:
    cases = matched = 0

    @bounded
    @given(scenes(rules=SIZE, articles=SIZE, trees=trees))
    def hold(scene: Scene) -> None:
        nonlocal cases, matched
        matched += agree(scene, compile_rules(scene.rules))
        cases += SIZE * SIZE

    hold()
    assert cases >= EXAMPLES * SIZE * SIZE
    assert matched * 20 > cases, "too few hits to be worth anything"


@bounded
@given(scenes(rules=5, articles=3, trees=lists, vocabularies=many_words, longest=90))
def test_they_agree_on_long_lists_and_many_different_words(scene: Scene) -> None:
    agree(scene, compile_rules(scene.rules))


BYSTANDERS = compile_rules(
    Rule(
        id=text,
        version="v",
        title="",
        match=Phrase(tuple(map(Exact, text.split())), source="bystander"),
    )
    for number in range(1_200)
    for text in (f"bystander{number % 700}", f"the bystander{number}", f"sent the{number} troops")
)
"""Thousands of rules and phrases that no article has anything of."""


@bounded
@given(scenes(rules=16, articles=4))
def test_they_agree_on_few_rules_among_thousands(scene: Scene) -> None:
    agree(scene, BYSTANDERS.replace(scene.rules, []))


@briefly
@given(scenes(rules=12, articles=4))
def test_they_agree_after_hundreds_of_articles(scene: Scene) -> None:
    ruleset = BYSTANDERS.replace(scene.rules, [])
    for _ in range(80):
        for article in scene.articles:
            ruleset.match(article, NOW)
    agree(scene, ruleset)
    agree(scene, ruleset.replace(scene.rules[:3], []))


def test_they_agree_on_more_occurrences_than_are_shown() -> None:
    word, other = (Phrase((Exact(text),), source=text) for text in ("protest", "curfew"))
    conditions = [
        Near((word, word), 1),
        Near((word, Or((word, other))), 1, ordered=True),
        Near((Near((word, word), 1), other), 3),
    ]
    rules = [
        Rule(id=f"r{number}", version="v", title="", match=condition)
        for number, condition in enumerate(conditions)
    ]
    article = Article(title="protest " * 55, body="protest " * 120 + "curfew " + "protest " * 60)
    ruleset = compile_rules(rules)
    assert len(ruleset.match(article, NOW)) == 3
    assert not differences(ruleset, rules, article)
