"""Loading what a user wrote: configuration and rules, whole, before any of it is used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from monitor.config.reading import load_settings
from monitor.config.settings import Settings
from monitor.daemon.generation import Generation
from monitor.errors import InvalidRules, Problem
from monitor.matching import RuleSet, compile_rules
from monitor.model.rule import Rule
from monitor.rules import Rulebook, load_rules, run_samples


def load(path: Path, environ: Mapping[str, str], now: datetime) -> Generation:
    """Load everything; rules that cannot be used are left out, and told in `broken`.

    Raises:
        InvalidConfig: when the configuration itself cannot be used.

    """
    settings = load_settings(path, environ)
    rulebook, broken = read_rules(settings)
    return make_generation(settings, rulebook, broken, now)


def read_rules(settings: Settings) -> tuple[Rulebook, tuple[Problem, ...]]:
    """Return the rules that can be used, and everything wrong with the others."""
    names = [channel.name for channel in settings.channels]
    try:
        return load_rules(settings.rules, sources=settings.source_tags, channels=names), ()
    except InvalidRules as error:
        return error.usable, error.problems


def make_generation(
    settings: Settings,
    rulebook: Rulebook,
    broken: tuple[Problem, ...],
    now: datetime,
    former: Generation | None = None,
) -> Generation:
    """Compile the rules; of a `former` generation, what did not change is not compiled again."""
    rules = {rule.id: rule for rule in rulebook.rules}
    running = {
        rule.id: rule
        for rule in rulebook.rules
        if rule.match is not None and rule.runs_on(now.date())
    }
    return Generation(
        settings=settings,
        rules=rules,
        matcher=_matcher(running, former),
        loaded=now,
        broken=broken,
    )


def _matcher(running: Mapping[str, Rule], former: Generation | None) -> RuleSet:
    if former is None:
        return compile_rules(running.values())
    before = former.matcher.rules
    changed = [rule for id, rule in running.items() if before.get(id) != rule]
    removed = [id for id in before if id not in running]
    if not changed and not removed:
        return former.matcher
    if len(changed) + len(removed) > len(running) // 4:
        return compile_rules(running.values())
    return former.matcher.replace(changed, removed)


def failing_samples(generation: Generation, now: datetime) -> tuple[Problem, ...]:
    """Run the rules' own tests; return one problem for each sample that fails."""
    results = run_samples(generation.rules.values(), generation.matcher, now)
    return tuple(result.problem for result in results if result.problem is not None)
