"""What a backtest tries: the rules, those that correlations count, and the versions that run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.cli.opening import now, open_database
from monitor.cli.output import say
from monitor.config.settings import Settings
from monitor.errors import InvalidRules, StoreError
from monitor.model.rule import Distinct, Rule
from monitor.pipeline.backtest import Trial
from monitor.pipeline.backtest_firings import counting
from monitor.rules import parse_rule
from monitor.store.database import SqlStore


def trial_of(settings: Settings, chosen: Sequence[Rule], every: Iterable[Rule]) -> Trial:
    """Return the trial of these rules among all rules.

    A correlation counts the rules that would run today, and those that are on trial with it.
    """
    ids = {rule.id for rule in chosen}
    day = now().date()
    texts = {rule.id: rule for rule in every if rule.match is not None}
    on_trial = [rule for rule in chosen if rule.match is not None]
    correlations = [rule for rule in chosen if rule.correlate is not None]
    running = running_versions(settings, [*chosen, *(texts.values() if correlations else ())])
    counted = counting(
        correlations,
        {id: rule for id, rule in running.items() if rule.correlate is not None},
        {id: rule for id, rule in texts.items() if id in ids or rule.runs_on(day)},
        {id: it for id, it in running.items() if it.match is not None and it.runs_on(day)},
    )
    tried = {rule.id: rule for rule in on_trial} | dict(counted.rules)
    former = {
        id: rule
        for id, rule in running.items()
        if (id in tried or id in counted.running) and texts.get(id) != rule
    }
    others = [rule for id, rule in texts.items() if id not in tried] if on_trial else []
    return Trial(on_trial, former, others, counted)


def counts_stories(rule: Rule) -> bool:
    """Whether a correlation asks to which stories articles belong."""
    counts = rule.correlate
    return counts is not None and (
        counts.distinct is Distinct.STORIES or "story" in counts.group_by
    )


def counts_sources(rule: Rule) -> bool:
    """Whether a correlation asks which sources articles come from."""
    counts = rule.correlate
    return counts is not None and (
        counts.distinct is Distinct.SOURCES
        or not {"source", "source_tag"}.isdisjoint(counts.group_by)
    )


def running_versions(settings: Settings, rules: Iterable[Rule]) -> dict[str, Rule]:
    """Return the running version of each rule that has one: the rule itself where it is the same.

    With the rules that running correlations name and that are not among these any more.
    """
    by_id = {rule.id: rule for rule in rules}
    try:
        with open_database(settings) as store:
            versions = store.current_versions()
            found = _as_they_run(store, by_id, by_id, versions)
            correlations = [rule.correlate for rule in found.values() if rule.correlate is not None]
            named = {name for correlation in correlations for name in correlation.rules}
            return found | _as_they_run(store, named - found.keys(), by_id, versions)
    except StoreError:
        # Without a database nothing runs, and there is nothing to compare with.
        return {}


def _as_they_run(
    store: SqlStore, ids: Iterable[str], rules: Mapping[str, Rule], versions: Mapping[str, str]
) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for id in ids:
        if id not in versions:
            continue
        if id in rules and rules[id].version == versions[id]:
            found[id] = rules[id]
            continue
        text = next(it.text for it in store.rule_versions(id) if it.version == versions[id])
        try:
            found[id] = parse_rule(text, f"{id}, as it runs")
        except InvalidRules as error:
            say(f"{id}: the running version cannot be read any more: {error}")
    return found
