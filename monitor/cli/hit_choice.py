"""The options that choose hits, for lists and exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from monitor.cli.choices import LEVELS, STATES, levels_of, since_of, states_of
from monitor.cli.opening import now
from monitor.model.listing import HitFilter
from monitor.model.rule import CANARY

R = TypeVar("R")

CHOOSING = frozenset({"rules", "level", "sources", "since", "states", "search"})
"""The options' names."""


def choosing(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the options that choose hits."""
    for option in (
        click.option(
            "--search", metavar="TEXT", default="", help='Words of the article; "a phrase".'
        ),
        click.option(
            "--state",
            "states",
            multiple=True,
            type=click.Choice(STATES),
            help="What the policy made of it, or a person; several: any of them.",
        ),
        click.option("--since", metavar="WHEN", help="30d, or a date: 2026-01-31."),
        click.option("--source", "sources", multiple=True, metavar="ID", help="Source ids."),
        click.option("--level", metavar="LEVEL", help=f"{LEVELS}; also >=high."),
        click.option(
            "--rule", "rules", multiple=True, metavar="GLOB", help="Rule ids; * for anything."
        ),
    ):
        function = option(function)
    return function


def filter_of(chosen: Mapping[str, Any]) -> HitFilter:
    """Return what these options choose. Raises UsageError."""
    policy, people = states_of(chosen["states"] or ())
    named = chosen["rules"] or chosen["sources"]
    return HitFilter(
        rules=chosen["rules"] or (),
        # What the monitor makes up to test itself is no news.
        without=() if named else (CANARY,),
        levels=levels_of(chosen["level"]),
        sources=chosen["sources"] or (),
        since=since_of(chosen["since"], now()),
        states=policy,
        reviews=people,
        search=chosen["search"] or "",
    )
