"""One generation of what a user wrote: configuration, rules, and the matcher made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor.config.settings import Settings
from monitor.errors import Problem
from monitor.matching import RuleSet
from monitor.model.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What is in force. Replaced as a whole, so that no thread ever sees half of a reload."""

    settings: Settings
    rules: Mapping[str, Rule]
    """Every rule that can be used, by its id, and the canary's."""
    matcher: RuleSet
    """The rules that run on articles today."""
    day: date
    """The day (UTC) that the matcher was made for: rules expire."""
    loaded: datetime
    broken: tuple[Problem, ...] = ()
    """What is wrong with the rules that could not be used."""
    changes: int = 0
    """How often the matcher was changed since it was compiled whole."""
