"""Reload: what was edited is read whole, and used only if all of it, its tests too, is sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from monitor.config.reading import load_settings
from monitor.config.settings import Settings
from monitor.daemon.canary import NAME
from monitor.daemon.generation import Generation
from monitor.daemon.loading import errors_of, failing_samples, make_generation, read_rules
from monitor.errors import InvalidConfig, InvalidRules, Location, Problem


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of reading everything anew."""

    generation: Generation | None
    """The new generation; None when something is wrong, and the former one keeps running."""
    problems: tuple[Problem, ...] = ()


def reload(
    path: Path,
    environ: Mapping[str, str],
    former: Generation,
    now: datetime,
    goes_on: Callable[[], bool] = lambda: True,
) -> Reloaded:
    """Read configuration and rules anew and try the changed rules, before anything changes.

    `goes_on` is asked now and then; at the first no, nothing changes and nothing is wrong.
    """
    try:
        settings = load_settings(path, environ)
        refused = _unchangeable(settings, former.settings)
        if refused:
            return Reloaded(None, refused)
        rulebook = read_rules(settings)
        if not rulebook.rules and former.rules.keys() - {NAME}:
            return Reloaded(None, (_all_gone(settings),))
        changed = [rule for rule in rulebook.rules if former.rules.get(rule.id) != rule]
        failing = failing_samples(changed, now, goes_on)
        if failing or not goes_on():
            return Reloaded(None, failing)
        return Reloaded(make_generation(settings, rulebook.rules, now, former=former))
    except InvalidConfig as error:
        return Reloaded(None, error.problems)
    except InvalidRules as error:
        return Reloaded(None, errors_of(error))


def renewed(former: Generation, now: datetime) -> Generation | None:
    """Return the same generation for another day, or None: rules may have expired since."""
    if now.date() == former.day:
        return None
    rules = [rule for id, rule in former.rules.items() if id != NAME]
    made = make_generation(former.settings, rules, now, broken=former.broken, former=former)
    return replace(made, loaded=former.loaded)


def _unchangeable(settings: Settings, former: Settings) -> tuple[Problem, ...]:
    if settings.database == former.database:
        return ()
    message = "`database` cannot change while the monitor runs"
    where = Location(str(settings.path))
    return (Problem("database", message, where, "restart the monitor"),)


def _all_gone(settings: Settings) -> Problem:
    message = "there is no rule any more: the folder is empty, or just being written"
    hint = "if that is meant, restart the monitor"
    return Problem("no-rules", message, Location(str(settings.rules)), hint)
