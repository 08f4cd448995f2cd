"""`channels:`, `operator:` and `routes:` of monitor.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from monitor.config import wording
from monitor.config.filled import FilledReader
from monitor.errors import Location
from monitor.model.channel import Channel, GroupBy, Quiet, QuietThen, Route, When
from monitor.model.rule import Level
from monitor.yaml12 import Fields, Mapping, Node, Scalar, Sequence, did_you_mean, parse_duration

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_GROUPS = {choice.value: choice for choice in GroupBy}
_THEN = {choice.value: choice for choice in QuietThen}
_LEVELS = {level.label: level for level in Level}

CHANNEL = ("url", "fallback", "template")
WHEN = ("level", "tags", "rule", "source", "source_tag", "lang")
QUIET = ("from", "to", "timezone", "except", "then")
ROUTE = (
    "when",
    "to",
    "continue",
    "group_by",
    "repeat",
    "limit",
    "quiet",
    "confirm",
    "digest",
    "timezone",
)

CONSOLE = "console://"
CONSOLE_NAME = "console"


def channel_names(top: Fields) -> tuple[str, ...]:
    """Return the names of all channels, also of those that cannot be used as they are written."""
    node = top.get("channels")
    named = tuple(node.entries) if isinstance(node, Mapping) else ()
    return named or (CONSOLE_NAME,)


def read_channels(reader: FilledReader, top: Fields) -> tuple[Channel, ...]:
    """Read every channel; without any, the console is the only one."""
    named = top.mapping("channels")
    if named is None or not named.node.entries:
        return (Channel(name=CONSOLE_NAME, url=CONSOLE),)
    found = [_channel(reader, name, node) for name, node in named.node.entries.items()]
    channels = tuple(channel for channel in found if channel is not None)
    names = named.node.entries.keys()
    for channel in channels:
        if channel.fallback is not None and channel.fallback not in names:
            unknown(reader, "channel", channel.fallback, names, channel.location)
    _refuse_circles(reader, channels)
    return channels


def _channel(reader: FilledReader, name: str, node: Node) -> Channel | None:
    if not _NAME.fullmatch(name):
        hint = "letters, digits, `.`, `_` and `-`"
        reader.report("name", f"{name!r} is no name for a channel", node, hint)
        return None
    if isinstance(node, Scalar):
        holder = Mapping(node.document, node.start)
        holder.entries["url"] = node
        holder.keys["url"] = node
        node = holder
    fields = reader.mapping(node, f"the channel {name!r}", CHANNEL, ("url",))
    if fields is None:
        return None
    url = reader.address(fields, "url")
    if not url:
        return None
    if "://" not in url:
        hint = "console://, mailto://…, slack://…: https://appriseit.com/services/ lists them"
        message = f"the url of the channel {name!r} names no service"
        reader.report("url", message, fields.get("url") or node, hint)
        return None
    if url != CONSOLE:
        # The tokens of chat services stand anywhere in their URL: none of it is ever shown.
        reader.secrets.add(url)
    template = str(reader.path(fields, "template")) if fields.text("template") else None
    return Channel(
        name=name,
        url=url,
        fallback=fields.text("fallback") or None,
        template=template,
        location=node.location,
    )


def _refuse_circles(reader: FilledReader, channels: tuple[Channel, ...]) -> None:
    by_name = {channel.name: channel for channel in channels}
    for channel in channels:
        way = [channel.name]
        step = by_name.get(channel.fallback or "")
        while step is not None and step.name not in way:
            way.append(step.name)
            step = by_name.get(step.fallback or "")
        if step is not None and step.name == channel.name:
            shown = " → ".join([*way, channel.name])
            message = f"the fallbacks go round in a circle: {shown}"
            reader.report("fallback-circle", message, channel.location, "let one have none")


def read_routes(
    reader: FilledReader,
    top: Fields,
    *,
    channels: Collection[str],
    sources: Collection[str],
    timezone: str,
) -> tuple[Route, ...]:
    """Read the routes in order; none given is no routes: the policy then tells every channel."""
    found = [
        _route(reader, number, node, channels=channels, sources=sources, timezone=timezone)
        for number, node in enumerate(top.items("routes"), 1)
    ]
    return tuple(route for route in found if route is not None)


def _route(
    reader: FilledReader,
    number: int,
    node: Node,
    *,
    channels: Collection[str],
    sources: Collection[str],
    timezone: str,
) -> Route | None:
    fields = reader.mapping(node, "the route", ROUTE, ("to",))
    if fields is None:
        return None
    to = fields.texts("to")
    _refuse_unknown(reader, fields, "to", "channel", channels)
    zone = read_timezone(reader, fields, timezone)
    repeat = fields.duration("repeat", None, never="never")
    return Route(
        name=str(number),
        when=_when(reader, fields, sources),
        to=to,
        proceed=fields.flag("continue", default=False),
        group_by=fields.choice("group_by", _GROUPS, GroupBy.STORY),
        repeat=repeat,
        limit=_worded(reader, fields, "limit", lambda text: wording.limit(text, _duration)),
        quiet=_quiet(reader, fields, zone),
        confirm=_worded(reader, fields, "confirm", lambda text: wording.confirm(text, _duration)),
        digest=_worded(
            reader, fields, "digest", lambda text: wording.digest(text, _duration, zone)
        ),
        location=node.location,
    )


def _when(reader: FilledReader, fields: Fields, sources: Collection[str]) -> When:
    when = fields.mapping("when", WHEN)
    if when is None:
        return When()
    level = _worded(reader, when, "level", wording.levels) or wording.Levels()
    chosen = when.texts("source")
    _refuse_unknown(reader, when, "source", "source", sources)
    return When(
        min_level=level.lowest,
        max_level=level.highest,
        tags=when.texts("tags"),
        rule=when.texts("rule"),
        source=chosen,
        source_tag=when.texts("source_tag"),
        lang=tuple(lang.lower() for lang in when.texts("lang")),
    )


def _quiet(reader: FilledReader, fields: Fields, timezone: str) -> Quiet | None:
    quiet = fields.mapping("quiet", QUIET, ("from", "to"))
    if quiet is None:
        return None
    start, end = quiet.time("from"), quiet.time("to")
    if start is None or end is None:
        return None
    if start == end:
        message = "quiet hours that begin and end at the same time are no hours at all"
        reader.report("quiet", message, quiet.node, "for a whole day off, use `digest`")
        return None
    return Quiet(
        start=start,
        end=end,
        timezone=read_timezone(reader, quiet, timezone),
        exempt=quiet.choice("except", _LEVELS, None),
        then=quiet.choice("then", _THEN, QuietThen.HOLD),
    )


def read_timezone(reader: FilledReader, fields: Fields, default: str) -> str:
    """Read `timezone`, an IANA name."""
    name = fields.text("timezone", default)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = "an IANA name: Europe/Vienna, UTC"
        reader.report(
            "timezone", f"there is no time zone {name!r}", fields.key_location("timezone"), hint
        )
        return default
    return name


def _refuse_unknown(
    reader: FilledReader, fields: Fields, key: str, kind: str, known: Collection[str]
) -> None:
    node = fields.get(key)
    for item in node.items if isinstance(node, Sequence) else [node]:
        if isinstance(item, Scalar) and not item.null and item.raw not in known:
            unknown(reader, kind, item.raw, known, item)


def unknown(
    reader: FilledReader, kind: str, name: str, known: Collection[str], where: Node | Location
) -> None:
    """Report a name that nothing has, with those that are spelled alike."""
    hint = did_you_mean(name, sorted(known), all_too=True)
    reader.report(f"unknown-{kind}", f"there is no {kind} {name!r}", where, hint)


def _worded(reader: FilledReader, fields: Fields, key: str, read: Callable[[str], T]) -> T | None:
    node = fields.get(key)
    if node is None:
        return None
    text = fields.text(key)
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        reader.report(key, f"`{key}` cannot be {text!r}", node, str(error))
        return None


def _duration(text: str) -> timedelta:
    value = parse_duration(text)
    if not value:
        raise ValueError(f"{text!r} is no duration: write 90s, 15m, 1h, 3d")
    return value
