"""Adding sources to monitor.yaml as a person would: below the last one, nothing else touched."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.errors import UsageError
from monitor.model.source import Source
from monitor.yaml12 import Mapping, Sequence, load
from monitor.yaml12.editing import add_items, insert, scalar


def source_lines(source: Source) -> list[str]:
    """Return the lines of a source's entry, without indentation and dash."""
    lines = [
        f"id: {scalar(source.id)}",
        f"type: {source.kind.value}",
        f"url: {scalar(source.url)}",
    ]
    if source.title:
        lines.append(f"title: {scalar(source.title)}")
    if source.lang:
        lines.append(f"lang: {scalar(source.lang)}")
    if source.tags:
        lines.append(f"tags: [{', '.join(scalar(tag) for tag in source.tags)}]")
    return lines


def with_sources(text: str, file: str, sources: Iterable[Source]) -> str:
    """Return the configuration's text with these sources below its last one.

    Raises UsageError when `sources` is not a list with an item on each line.
    """
    root = load(text, file)
    listed = root.entries.get("sources") if isinstance(root, Mapping) else None
    added = None
    if isinstance(listed, Sequence):
        added = add_items(listed, [source_lines(source) for source in sources])
    if added is None:
        raise UsageError(
            f"{file}: `sources` is no list with an item on each line, so nothing can be added to "
            "it; print the entries with --print and put them in by hand"
        )
    return insert(text, [added])
