"""YAML rule files to a rulebook, or all their problems at once; rule tests; JSON Schema."""

from monitor.rules.files import rule_files
from monitor.rules.lint import lint
from monitor.rules.loading import Rulebook, load_rules, load_usable, parse_rule
from monitor.rules.samples import SampleResult, run_samples
from monitor.rules.schema import rules_schema
from monitor.rules.version import version_of

__all__ = [
    "Rulebook",
    "SampleResult",
    "lint",
    "load_rules",
    "load_usable",
    "parse_rule",
    "rule_files",
    "rules_schema",
    "run_samples",
    "version_of",
]
