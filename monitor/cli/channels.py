"""`monitor channels`: where alerts can go, and whether they arrive."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import click

from monitor.cli.opening import now, open_settings
from monitor.cli.output import common, emit, printing, say, table
from monitor.config.settings import Settings
from monitor.errors import UsageError
from monitor.model.alert import Alert, AlertContent, AlertKind, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.model.rule import Level


@click.group(
    "channels",
    invoke_without_command=True,
    epilog="Examples: `monitor channels`; `monitor channels test desk duty`",
)
@printing
@click.pass_context
def command(context: click.Context, config: str | None, *, as_json: bool) -> None:
    """List the channels, without their secrets; send a test alert."""
    if context.invoked_subcommand is not None:
        return
    from monitor.daemon.wiring import make_notifier  # noqa: PLC0415 - loads templates

    settings = open_settings(config)
    notifier = make_notifier()
    shown = [(channel, notifier.where(channel)) for channel in settings.channels]
    if as_json:
        for channel, where in shown:
            emit({"channel": channel.name, "where": where, "fallback": channel.fallback})
        return
    table(
        ("channel", "where", "fallback"),
        ((channel.name, where, channel.fallback or "–") for channel, where in shown),
        empty="No channels.",
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    channel: Channel
    delivered: bool
    detail: str
    where: str


@command.command("test", epilog="Example: `monitor channels test desk`")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@common
def test(config: str | None, *, names: tuple[str, ...]) -> int:
    """Send a test alert to each channel now, past the outbox, and show what it answered."""
    settings = open_settings(config)
    tried = [_try(settings, name) for name in names]
    for one in tried:
        verdict = "delivered" if one.delivered else "NOT delivered"
        say(f"{one.channel.name} ({one.where}): {verdict}: {one.detail}")
    return 0 if all(one.delivered for one in tried) else 1


def _try(settings: Settings, name: str) -> _Tried:
    from monitor.daemon.wiring import make_notifier  # noqa: PLC0415 - loads templates

    channel = settings.channel(name)
    if channel is None:
        known = ", ".join(channel.name for channel in settings.channels)
        raise UsageError(f"there is no channel {name!r}; there are: {known}")
    moment = now()
    alert = Alert(
        id=uuid4().hex,
        channel=name,
        kind=AlertKind.TEST,
        level=Level.INFORMATIONAL,
        hits=(),
        created=moment,
        due=moment,
        subject="Test",
        text="This is a test of the channel. Nothing has happened.",
    )
    notifier = make_notifier()
    try:
        answer = notifier.send(channel, AlertContent(alert, ()), moment)
        where = notifier.where(channel)
    finally:
        notifier.close()
    good = answer.outcome is DeliveryOutcome.DELIVERED
    return _Tried(channel, good, answer.detail, where)
