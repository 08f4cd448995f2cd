"""monitor.yaml, read whole: settings, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from monitor.config.filled import FilledReader
from monitor.config.routing import channel_names, read_channels, read_routes, read_timezone, unknown
from monitor.config.secrets import secrets_in_url
from monitor.config.settings import Heartbeat, Listen, Retention, Settings
from monitor.config.sources import read_sources
from monitor.errors import InvalidConfig, InvalidInput, Location, Problem, UsageError
from monitor.model.channel import Channel
from monitor.yaml12 import Fields, load_bytes
from monitor.yaml12 import Mapping as YamlMapping

DEFAULT_DATABASE = "sqlite:///var/monitor.db"
DEFAULT_RULES = "rules/"
DATABASES = ("sqlite:///", "postgresql+psycopg://")

TOP = (
    "database",
    "rules",
    "defaults",
    "sources",
    "channels",
    "operator",
    "heartbeat",
    "routes",
    "http",
    "canary",
    "contact",
    "timezone",
    "workers",
    "retention",
)
HEARTBEAT = ("url", "every")

# A configuration is written by hand; anything larger is the wrong file.
_LARGEST = 50_000_000
_LISTEN = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\s]+):(?P<port>\d{1,5})")


def find_config(given: str | None, environ: Mapping[str, str]) -> Path:
    """Return the configuration to use: as given, ./monitor.yaml, $MONITOR_CONFIG, /etc/monitor.

    Raises:
        UsageError: when there is none.

    """
    if given is not None:
        return Path(given)
    named = environ.get("MONITOR_CONFIG")
    places = [Path("monitor.yaml"), *([Path(named)] if named else [])]
    places.append(Path("/etc/monitor/monitor.yaml"))
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    raise UsageError(
        f"there is no configuration (looked for {looked}): "
        "name one with --config FILE, or write one with `monitor init`"
    )


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read the configuration.

    Raises:
        InvalidConfig: with every problem of the file.

    """
    shown = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        hint = "name another with --config FILE, or write one with `monitor init`"
        message = f"the configuration cannot be read: {error.strerror}"
        raise InvalidConfig([Problem("unreadable", message, Location(shown), hint)]) from None
    if len(data) > _LARGEST:
        message = "the configuration is larger than 50 MB: this is some other file"
        raise InvalidConfig([Problem("too-large", message, Location(shown))])
    reader = FilledReader(environ, path.resolve().parent)
    try:
        node = load_bytes(data, shown)
    except InvalidInput as error:
        raise InvalidConfig(error.problems) from None
    top = reader.mapping(node, "the configuration", TOP, ("sources",))
    settings = None if top is None else _settings(reader, top, path)
    if reader.problems or settings is None:
        raise InvalidConfig(sorted(reader.problems, key=lambda problem: problem.location))
    return settings


def sound_channels(path: Path, environ: Mapping[str, str]) -> tuple[Channel, ...]:
    """Return the channels of a configuration that cannot be used as a whole, so far as they can."""
    reader = FilledReader(environ, path.resolve().parent)
    try:
        node = load_bytes(path.read_bytes(), str(path))
    except (OSError, InvalidInput):
        return ()
    top = reader.mapping(node, "the configuration", TOP)
    return () if top is None else read_channels(reader, top)


def _settings(reader: FilledReader, top: Fields, path: Path) -> Settings:
    timezone = read_timezone(reader, top, "UTC")
    sources, source_ids = read_sources(reader, top)
    channels = read_channels(reader, top)
    operator = top.text("operator") or None
    names = channel_names(top)
    if operator is not None and operator not in names:
        where = top.get("operator") or top.node
        unknown(reader, "channel", operator, names, where)
    canary = top.duration("canary", None, never="never")
    keep = top.duration("retention", None, never="never")
    return Settings(
        path=path.resolve(),
        database=_database(reader, top),
        rules=reader.path(top, "rules", DEFAULT_RULES),
        sources=sources,
        channels=channels,
        routes=read_routes(reader, top, channels=names, sources=source_ids, timezone=timezone),
        operator=operator,
        heartbeat=_heartbeat(reader, top),
        http=_listen(reader, top),
        canary=canary,
        contact=top.text("contact"),
        timezone=timezone,
        workers=top.integer("workers", 10, least=1, most=500),
        retention=Retention(keep),
        secrets=frozenset(reader.secrets),
    )


def _database(reader: FilledReader, top: Fields) -> str:
    url = reader.address(top, "database") or DEFAULT_DATABASE
    if url.startswith("sqlite:///") and url != "sqlite:///:memory:":
        return "sqlite:///" + str(reader.folder / url.removeprefix("sqlite:///"))
    if not url.startswith(DATABASES) or url == "sqlite:///:memory:":
        hint = "sqlite:///var/monitor.db or postgresql+psycopg://user@host/name"
        where = top.key_location("database")
        reader.report("database", "`database` names no database that can be used", where, hint)
    reader.secrets |= secrets_in_url(url)
    return url


def _heartbeat(reader: FilledReader, top: Fields) -> Heartbeat | None:
    node = top.get("heartbeat")
    if node is None:
        return None
    every = timedelta(minutes=5)
    if not isinstance(node, YamlMapping):
        url = reader.address(top, "heartbeat")
    else:
        fields = reader.mapping(node, "`heartbeat`", HEARTBEAT, ("url",)) or top
        url = reader.address(fields, "url")
        every = fields.duration("every", every) or every
    if not url.startswith(("http://", "https://")):
        reader.report("url", "the heartbeat's `url` is no web address", node, "https://…")
        return None
    return Heartbeat(url, every)


def _listen(reader: FilledReader, top: Fields) -> Listen | None:
    text = top.text("http")
    if not text:
        return None
    match = _LISTEN.fullmatch(text)
    if match is None or int(match["port"]) > 65_535:
        hint = "a host and a port: 127.0.0.1:8787"
        reader.report("http", f"`http` cannot be {text!r}", top.key_location("http"), hint)
        return None
    return Listen(match["host"].strip("[]"), int(match["port"]))
