"""`monitor routes`: which way a hit would take, by the routes as they are."""

from __future__ import annotations

from collections.abc import Sequence

import click

from monitor.cli.choices import LEVELS
from monitor.cli.opening import open_settings, open_usable_rules
from monitor.cli.output import emit, printing, say, table
from monitor.config.settings import Settings
from monitor.errors import UsageError
from monitor.model.decision import NOTIFY_ROUTE
from monitor.model.rule import Level, Rule
from monitor.policy.routing import HitTraits, RouteVerdict, default_routes, which_routes
from monitor.yaml12 import did_you_mean


@click.group(
    "routes", epilog="Example: `monitor routes test --level high --tag security --source tass`"
)
def command() -> None:
    """Say which route and channels a hit would take."""


@command.command(
    "test", epilog="Example: `monitor routes test --level high --tag security --source tass`"
)
@click.option(
    "--rule", default="", metavar="ID", help="Its level, tags and channels come with it, if known."
)
@click.option("--level", metavar="LEVEL", help=f"{LEVELS}  [default: the rule's, else medium]")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Instead of the rule's own.")
@click.option("--source", default="", metavar="ID", help="Its tags and language come with it.")
@click.option(
    "--source-tag", "source_tags", multiple=True, metavar="TAG", help="Instead of the source's own."
)
@click.option("--lang", metavar="CODE", help="The language of the article.")
@printing
def test(
    config: str | None,
    *,
    rule: str,
    level: str | None,
    tags: tuple[str, ...],
    source: str,
    source_tags: tuple[str, ...],
    lang: str | None,
    as_json: bool,
) -> int:
    """Show what each route says to a hit with these traits, and where it would go."""
    settings = open_settings(config)
    levels = {known.label: known for known in Level}
    if level is not None and level not in levels:
        raise UsageError(f"--level cannot be {level!r}: it is one of {LEVELS}")
    reads = settings.source(source) if source else None
    if source and reads is None:
        hint = did_you_mean(source, [known.id for known in settings.sources])
        raise UsageError(f"there is no source {source!r} ({hint})")
    known = _known(settings, rule)
    traits = HitTraits(
        rule=rule,
        level=levels[level] if level is not None else known.level if known else Level.MEDIUM,
        tags=tags or (known.tags if known else ()),
        source=source,
        source_tags=source_tags or settings.source_tags.get(source, ()),
        lang=lang or (reads.lang if reads else None),
    )
    names = [channel.name for channel in settings.channels]
    verdicts = which_routes(traits, default_routes(settings.routes, names))
    if known and known.notify:
        own = RouteVerdict(
            route=NOTIFY_ROUTE,
            channels=known.notify,
            fits=True,
            reached=True,
            why=f"rule {rule} says `notify`",
        )
        verdicts = (own, *verdicts)
    return _show(verdicts, as_json=as_json)


def _known(settings: Settings, rule: str) -> Rule | None:
    """Return a rule of the configuration; None for one that is made up, or cannot be read."""
    if not rule:
        return None
    return next((one for one in open_usable_rules(settings).rules if one.id == rule), None)


def _show(verdicts: Sequence[RouteVerdict], *, as_json: bool) -> int:
    taken = [verdict for verdict in verdicts if verdict.reached and verdict.fits]
    if as_json:
        for verdict in verdicts:
            emit(
                {
                    "route": verdict.route,
                    "channels": list(verdict.channels),
                    "fits": verdict.fits,
                    "reached": verdict.reached,
                    "taken": verdict in taken,
                    "why": verdict.why,
                }
            )
        return 0 if taken else 1
    table(
        ("route", "", "channels", "why"),
        (
            (
                verdict.route,
                "✓" if verdict in taken else "✗",
                ", ".join(verdict.channels),
                verdict.why,
            )
            for verdict in verdicts
        ),
        empty="No routes.",
    )
    channels = dict.fromkeys(name for verdict in taken for name in verdict.channels)
    if not taken:
        say("No route takes such a hit: it would be stored, and nobody told.")
        return 1
    click.echo(f"Goes to: {', '.join(channels)}")
    return 0
