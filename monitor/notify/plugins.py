"""Finding the one plugin of apprise that a URL needs, without importing the others.

The first `Apprise.add()` imports 217 plugins, 25 MB and 0.17 s here (with their bytecode cached),
beside the 19 MB and 0.09 s of apprise itself. Which module declares a scheme stands in its source
text: reading all of them takes 0.03 s, and a plugin takes about 0.05 s and 6 MB, most of it
requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import apprise.plugins
from apprise import NotifyBase

_DECLARED = re.compile(r"protocol\s*=\s*(?=([^=]{0,200}))")
_QUOTED = re.compile(r"[\"']([a-z0-9+-]+)[\"']")


def schemes() -> frozenset[str]:
    """Return every scheme that the installed apprise has a plugin for; imports all of them."""
    return frozenset().union(*(_schemes_of(found) for found in _all_classes()))


@cache
def _sources() -> dict[str, str]:
    """Return the source text of each plugin module, by name: reading is faster than importing."""
    folder = Path(apprise.plugins.__file__).parent
    texts: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).parts[0].removesuffix(".py")
        if name not in {"__init__", "base"}:
            texts[name] = texts.get(name, "") + path.read_text("utf-8")
    return texts


@cache
def _declared() -> dict[str, frozenset[str]]:
    """Return the schemes that each plugin module declares."""
    return {
        name: frozenset(
            schema
            for found in _DECLARED.finditer(text)
            for schema in _QUOTED.findall(found[1].split("\n\n", 1)[0])
        )
        for name, text in _sources().items()
    }


@cache
def plugin_class(schema: str) -> type[NotifyBase] | None:
    """Return the plugin of a scheme, importing its module only; None if there is none."""
    for name, schemas in _declared().items():
        if schema in schemas:
            for found in _classes(name):
                if schema in _schemes_of(found):
                    return found
    # Some compute their schemes when they are imported: dbus.
    return next((found for found in _all_classes() if schema in _schemes_of(found)), None)


def native_classes(url: str) -> Iterator[type[NotifyBase]]:
    """Yield the plugins that may know a service's own web address."""
    labels = (urlsplit(url).hostname or "").split(".")
    name = re.compile(rf"{re.escape(labels[-2])}\\?\.", re.IGNORECASE) if len(labels) > 1 else None
    for module, text in _sources().items():
        if name is not None and "def parse_native_url" in text and name.search(text):
            yield from _classes(module)


def _classes(name: str) -> list[type[NotifyBase]]:
    module = import_module(f"apprise.plugins.{name}")
    return [
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, NotifyBase) and _schemes_of(found)
    ]


def _all_classes() -> Iterator[type[NotifyBase]]:
    for name in _sources():
        yield from _classes(name)


def _schemes_of(found: type[NotifyBase]) -> frozenset[str]:
    schemes: set[str] = set()
    for value in (getattr(found, name) for name in ("protocol", "secure_protocol")):
        schemes |= {value} if isinstance(value, str) else set(value or ())
    return frozenset(schemes)
