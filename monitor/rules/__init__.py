"""YAML rule files to a rulebook, or all their problems at once; rule tests; JSON Schema."""

from monitor.rules.lint import lint
from monitor.rules.loading import Rulebook, load_rules, parse_rule
from monitor.rules.samples import SampleResult, run_samples
from monitor.rules.schema import rules_schema

__all__ = [
    "Rulebook",
    "SampleResult",
    "lint",
    "load_rules",
    "parse_rule",
    "rules_schema",
    "run_samples",
]
