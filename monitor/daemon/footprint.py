"""What files looked like, so that an edit is seen wherever it comes from, and when it has ended."""

from __future__ import annotations

from pathlib import Path

from monitor.rules.files import files_in

Footprint = frozenset[tuple[str, int, int, int]]


def footprint(config: Path, rules: Path) -> Footprint:
    """Return path, size, time of change and inode of the configuration and of every rule file.

    What is missing or cannot be looked at is part of it, too, and so is what is only named nearly
    like a rule file: reading anew, a reload tells of it.
    """
    try:
        found = files_in(rules)
    except OSError:
        return frozenset(map(_trace, (config, rules)))
    unread = (it.path for it in found.unread)
    return frozenset(map(_trace, (config, rules, *found.rules, *unread)))


def _trace(path: Path) -> tuple[str, int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        return str(path), -1, error.errno or 0, 0
    if path.is_dir():
        return str(path), 0, 0, found.st_ino
    return str(path), found.st_size, found.st_mtime_ns, found.st_ino
