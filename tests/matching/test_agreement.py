"""The engine and the brute-force reference agree, verdict and evidence, on whatever is drawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching import compile_rules
from monitor.model.condition import Condition
from tests.matching.reference.budget import EXAMPLES, bounded
from tests.matching.reference.conditions import conditions, counted, nears
from tests.matching.reference.evaluator import evaluate
from tests.matching.reference.strategies import NOW, Scene, scenes

SIZE = 6
"""Rules, and articles, of one example: 36 cases."""

Trees = Callable[[tuple[str, ...]], st.SearchStrategy[Condition]]

KINDS: dict[str, Trees] = {
    "whole trees": conditions,
    "shallow trees": lambda vocabulary: conditions(vocabulary, 1),
    "proximity": lambda vocabulary: st.one_of(nears(vocabulary), counted(vocabulary)),
}


@pytest.mark.parametrize("trees", KINDS.values(), ids=KINDS)
def test_engine_and_reference_agree_on_verdict_and_evidence(trees: Trees) -> None:
    cases = matched = 0

    @bounded
    @given(scenes(rules=SIZE, articles=SIZE, trees=trees))
    def agree(scene: Scene) -> None:
        nonlocal cases, matched
        ruleset = compile_rules(scene.rules)
        for article in scene.articles:
            found = {match.rule: match.evidence for match in ruleset.match(article, NOW)}
            for rule in scene.rules:
                expected = evaluate(rule, article, NOW)
                assert expected == found.get(rule.id), (rule, article)
                cases += 1
                matched += expected is not None

    agree()
    assert cases >= EXAMPLES * SIZE * SIZE
    assert matched * 20 > cases, "too few hits to be worth anything"
