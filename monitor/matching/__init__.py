"""Which rules match an article, where, and why. Pure."""

from monitor.matching.ruleset import RuleSet, compile_rules

__all__ = ["RuleSet", "compile_rules"]
