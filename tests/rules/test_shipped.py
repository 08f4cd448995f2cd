"""The rules that ship: they pass their own tests, warn of nothing, and hit the seed."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.matching import RuleSet, compile_rules
from monitor.model.rule import Rule
from monitor.rules import Rulebook, lint, load_rules, rules_schema, run_samples

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROMISED = {
    "csto-deployment", "internet-blackout", "state-of-emergency", "curfew", "airport-seizure",
    "government-resignation", "fuel-price-protest", "casualties", "kazakhstan-escalation",
}  # fmt: skip


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rules(ROOT / "rules", sources={}, channels=set())


@pytest.fixture(scope="module")
def compiled(rulebook: Rulebook) -> RuleSet:
    return compile_rules(rulebook.rules)


def texts(rulebook: Rulebook) -> list[Rule]:
    return [rule for rule in rulebook.rules if rule.match is not None]


def test_all_that_is_promised_ships(rulebook: Rulebook) -> None:
    assert {rule.id for rule in rulebook.rules} == PROMISED


def test_there_is_nothing_to_warn_of(rulebook: Rulebook, compiled: RuleSet) -> None:
    assert rulebook.warnings == ()
    assert lint(rulebook.rules, unindexed=compiled.unindexed) == ()


def test_every_sample_passes(rulebook: Rulebook, compiled: RuleSet) -> None:
    results = run_samples(rulebook.rules, compiled, NOW)
    assert [(it.rule, it.sample.body, it.reason) for it in results if not it.passed] == []
    assert Counter(result.hit for result in results)[True] > 30


def test_each_rule_hits_the_seed_and_has_hard_misses(rulebook: Rulebook) -> None:
    for rule in texts(rulebook):
        assert any("seeds/" in (sample.file or "") for sample in rule.hit_samples), rule.id
        assert len(rule.miss_samples) >= 2, rule.id


def test_each_rule_is_tried_in_three_languages(rulebook: Rulebook) -> None:
    """One hit sample each has the letters of English, of Russian, and letters of Kazakh alone."""
    for rule in texts(rulebook):
        bodies = [sample.body for sample in rule.hit_samples]
        assert any(body and body.isascii() for body in bodies), rule.id
        assert any(set(body) & set("ыэё") or "и" in body for body in bodies), rule.id
        assert any(set(body.casefold()) & set("әғқңөұүһі") for body in bodies), rule.id


def test_the_shipped_schema_is_the_one_that_the_program_prints() -> None:
    shipped = json.loads((ROOT / "rules/rules.schema.json").read_text(encoding="utf-8"))
    assert shipped == rules_schema(), "run: monitor schema rules > rules/rules.schema.json"


@pytest.mark.parametrize("path", sorted((ROOT / "rules").glob("*.yaml")), ids=lambda it: it.stem)
def test_each_file_names_the_schema_in_its_first_line(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=rules.schema.json"
