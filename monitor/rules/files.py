"""Which files of a folder are rule files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_SUFFIXES = (".yaml", ".yml")


def rule_files(folder: Path) -> tuple[Path, ...]:
    """Return the rule files of a folder and its sub-folders, sorted; of a file, itself.

    These are `*.yaml` and `*.yml`, not hidden, not `*.bak` or `*~`. Sub-folders that are symbolic
    links are not followed.

    Raises:
        OSError: if a folder cannot be listed.

    """
    if folder.is_file():
        return (folder,)
    return tuple(sorted(_walk(folder)))


def _walk(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path))
            elif entry.name.lower().endswith(_SUFFIXES) and entry.is_file():
                yield Path(entry.path)
