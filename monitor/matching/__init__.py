"""Which rules match an article, where, and why. Pure."""

from monitor.matching.explain import ExplainedPart, ExplainedScope, Explanation, explain
from monitor.matching.ruleset import RuleSet, compile_rules

__all__ = [
    "ExplainedPart",
    "ExplainedScope",
    "Explanation",
    "RuleSet",
    "compile_rules",
    "explain",
]
