"""Reload: what was edited is read whole, and used only if all of it, its tests too, is sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.config.reading import load_settings
from monitor.daemon.generation import Generation
from monitor.daemon.loading import failing_samples, make_generation, read_rules
from monitor.errors import InvalidConfig, Location, Problem


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of reading everything anew."""

    generation: Generation | None
    """The new generation; None when something is wrong, and the former one keeps running."""
    problems: tuple[Problem, ...] = ()


def reload(path: Path, environ: Mapping[str, str], former: Generation, now: datetime) -> Reloaded:
    """Read configuration and rules anew and run the rules' tests, before anything changes."""
    try:
        settings = load_settings(path, environ)
    except InvalidConfig as error:
        return Reloaded(None, error.problems)
    if settings.database != former.settings.database:
        message = "`database` cannot change while the monitor runs"
        place = Problem("database", message, Location(str(path)), "restart the monitor")
        return Reloaded(None, (place,))
    rulebook, broken = read_rules(settings)
    if broken:
        return Reloaded(None, broken)
    generation = make_generation(settings, rulebook, (), now, former)
    failing = failing_samples(generation, now)
    return Reloaded(None, failing) if failing else Reloaded(generation)
