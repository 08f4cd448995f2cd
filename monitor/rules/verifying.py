"""Whether an edit of a rule file does what it should, and nothing beside."""

from __future__ import annotations

from datetime import datetime

from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.rule import Rule, Sample
from monitor.rules.loading import Rulebook
from monitor.rules.samples import run_samples

_Failure = tuple[str, bool, Sample]


def is_kept_from(
    article: Article,
    at: datetime,
    rule: str,
    *,
    before: Rulebook,
    after: Rulebook,
    sample: Sample | None,
) -> bool:
    """Tell whether rules as edited keep one of them from hitting an article at that time.

    The sample must be among those that the rule must miss (None: there is no new one). No test may
    fail that passed before, `hit` samples of this rule apart; no other rule may mean something
    else, and there may be nothing new to complain of.
    """
    old = {one.id: one for one in before.rules}
    new = {one.id: one for one in after.rules}
    if old.keys() != new.keys() or _complaints(before) != _complaints(after):
        return False
    if any(new[id].version != one.version for id, one in old.items() if id != rule):
        return False
    amended = new[rule]
    if sample is not None and sample not in amended.miss_samples:
        return False
    if compile_rules([amended]).match(article, at):
        return False
    touched = [id for id, one in old.items() if id == rule or not _same_samples(one, new[id])]
    failed = _failures([old[id] for id in touched], at)
    return all(
        failure in failed or failure[:2] == (rule, True)
        for failure in _failures([new[id] for id in touched], at)
    )


def broken_samples(before: Rule, after: Rule, now: datetime) -> int:
    """Return how many `hit` samples of a rule pass before an edit, and fail after it."""
    failed = _failures([before], now)
    return sum(hit for _, hit, _ in _failures([after], now) - failed)


def _failures(rules: list[Rule], now: datetime) -> set[_Failure]:
    results = run_samples(rules, None, now)
    return {(it.rule, it.hit, it.sample) for it in results if not it.passed}


def _same_samples(one: Rule, other: Rule) -> bool:
    return (one.hit_samples, one.miss_samples) == (other.hit_samples, other.miss_samples)


def _complaints(rulebook: Rulebook) -> tuple[int, int]:
    return len(rulebook.errors), len(rulebook.warnings)
