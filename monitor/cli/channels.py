"""`monitor channels`: where alerts can go, and whether they arrive."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TextIO
from uuid import uuid4

import click

from monitor.cli.opening import now, open_settings
from monitor.cli.output import emit, printing, refuse_list_options, say, table
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
        refuse_list_options(context)
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
    delivered: bool
    detail: str
    where: str


@command.command("test", epilog="Example: `monitor channels test desk`")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@printing
def test(config: str | None, *, names: tuple[str, ...], as_json: bool) -> int:
    """Send a test alert to each channel now, past the outbox, and show what it answered.

    The exit code is 1 when one was not delivered.
    """
    settings = open_settings(config)
    channels = [_known(settings, name) for name in dict.fromkeys(names)]
    good = True
    for channel in channels:
        one = _try(channel, sys.stderr if as_json else sys.stdout)
        good = good and one.delivered
        if as_json:
            emit(
                {
                    "channel": channel.name,
                    "where": one.where,
                    "delivered": one.delivered,
                    "detail": one.detail,
                }
            )
        else:
            verdict = "delivered" if one.delivered else "NOT delivered"
            say(f"{channel.name} ({one.where}): {verdict}: {one.detail}")
    return 0 if good else 1


def _known(settings: Settings, name: str) -> Channel:
    from monitor.yaml12 import did_you_mean  # noqa: PLC0415 - only a mistake needs it

    channel = settings.channel(name)
    if channel is None:
        hint = did_you_mean(name, [channel.name for channel in settings.channels])
        raise UsageError(f"there is no channel {name!r} ({hint})")
    return channel


def _try(channel: Channel, console: TextIO) -> _Tried:
    from monitor.daemon.wiring import make_notifier  # noqa: PLC0415 - loads templates

    moment = now()
    alert = Alert(
        id=uuid4().hex,
        channel=channel.name,
        kind=AlertKind.TEST,
        level=Level.INFORMATIONAL,
        hits=(),
        created=moment,
        due=moment,
        subject="Test",
        text="This is a test of the channel. Nothing has happened.",
    )
    notifier = make_notifier(console)
    try:
        answer = notifier.send(channel, AlertContent(alert, ()), moment)
        where = notifier.where(channel)
    finally:
        notifier.close()
    good = answer.outcome is DeliveryOutcome.DELIVERED
    return _Tried(good, answer.detail, where)
