"""Loading what a user wrote: configuration and rules, whole, before any of it is used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

import structlog

from monitor.config.reading import load_settings
from monitor.config.settings import Settings
from monitor.daemon.canary import own_rules
from monitor.daemon.generation import Generation
from monitor.daemon.heap import lasting
from monitor.errors import InvalidRules, Problem, Severity
from monitor.matching import RuleSet, compile_rules
from monitor.model.rule import Rule
from monitor.rules import Rulebook, load_rules, load_usable, run_samples

log = structlog.get_logger(part="rules")

# After so many changes to a matcher it is compiled whole: what gone rules left behind goes, too.
_MOST_CHANGES = 50
# Rules whose samples are tried together: a sample is matched against all of them.
_TOGETHER = 100


def load(path: Path, environ: Mapping[str, str], now: datetime) -> Generation:
    """Load everything; rules that cannot be used are left out, and told in `broken`.

    Raises:
        InvalidConfig: when the configuration itself cannot be used.

    """
    settings = load_settings(path, environ)
    rulebook = load_usable(
        settings.rules, sources=settings.source_tags, channels=names_of(settings)
    )
    _log_doubts(rulebook)
    with lasting():
        return make_generation(settings, rulebook.rules, now, broken=rulebook.errors)


def read_rules(settings: Settings) -> Rulebook:
    """Read the rules; what is doubtful is logged. Raises InvalidRules."""
    rulebook = load_rules(settings.rules, sources=settings.source_tags, channels=names_of(settings))
    _log_doubts(rulebook)
    return rulebook


def names_of(settings: Settings) -> list[str]:
    """Return the names of the channels, which rules' `notify` may name."""
    return [channel.name for channel in settings.channels]


def _log_doubts(rulebook: Rulebook) -> None:
    for warning in rulebook.warnings:
        log.warning("doubtful", problem=str(warning))


def errors_of(error: InvalidRules) -> tuple[Problem, ...]:
    """Return what is wrong, without what is only doubtful."""
    return tuple(it for it in error.problems if it.severity is Severity.ERROR)


def make_generation(
    settings: Settings,
    rules: Iterable[Rule],
    now: datetime,
    *,
    broken: tuple[Problem, ...] = (),
    former: Generation | None = None,
) -> Generation:
    """Compile the rules; of a `former` generation, what did not change is not compiled again.

    Raises InvalidConfig where the canary cannot be.
    """
    found = {rule.id: rule for rule in rules}
    found.update((rule.id, rule) for rule in own_rules(settings, found))
    running = {
        rule.id: rule
        for rule in found.values()
        if rule.match is not None and rule.runs_on(now.date())
    }
    matcher, changes = _matcher(running, former)
    return Generation(
        settings=settings,
        rules=found,
        matcher=matcher,
        day=now.date(),
        loaded=now,
        broken=broken,
        changes=changes,
    )


def _matcher(running: Mapping[str, Rule], former: Generation | None) -> tuple[RuleSet, int]:
    if former is None:
        return compile_rules(running.values()), 0
    before = former.matcher.rules
    changed = [rule for id, rule in running.items() if before.get(id) != rule]
    removed = [id for id in before if id not in running]
    if not changed and not removed:
        return former.matcher, former.changes
    if former.changes >= _MOST_CHANGES or len(changed) + len(removed) > len(running) // 4:
        with lasting():
            return compile_rules(running.values()), 0
    return former.matcher.replace(changed, removed), former.changes + 1


def failing_samples(
    rules: Collection[Rule], now: datetime, goes_on: Callable[[], bool] = lambda: True
) -> tuple[Problem, ...]:
    """Run these rules' own tests; return one problem for each sample that fails.

    `goes_on` is asked now and then; at the first no, the rest is left out.
    """
    left = iter(rules)
    failing: list[Problem] = []
    while goes_on() and (some := list(islice(left, _TOGETHER))):
        results = run_samples(some, None, now)
        failing += [result.problem for result in results if result.problem is not None]
    return tuple(failing)
