"""Which files of a folder are rule files, and which only look as if they were."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SUFFIXES = (".yaml", ".yml")
# What editors and file managers make of `.yaml`, and what hands do.
_NEARLY = re.compile(r"(.+?)(?:\.ya?ml\.(?:txt|text|rtf|docx?|odt|md)|\.(?:ymal|yalm|yam|ylm))")


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or folder that somebody may take for rules, and that is not read."""

    path: Path
    why: str
    hint: str


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The rule files of a folder, sorted, and what looks like rules beside them."""

    rules: tuple[Path, ...]
    unread: tuple[Unread, ...] = ()


def is_rule_file(name: str) -> bool:
    """Whether a file of this name holds rules: `*.yaml`, `*.yml`, in any case, not hidden."""
    return name.lower().endswith(_SUFFIXES) and not name.startswith(".")


def may_hold_rules(name: str) -> bool:
    """Whether a file of this name holds rules or is named nearly so."""
    return is_rule_file(name) or bool(_NEARLY.fullmatch(name.lower()) and name[0] != ".")


def rule_files(folder: Path) -> tuple[Path, ...]:
    """Return the rule files of a folder and its sub-folders as `files_in` does."""
    return files_in(folder).rules


def files_in(folder: Path) -> FolderFiles:
    """Return the rule files of a folder and its sub-folders; of a file, itself.

    These are `*.yaml` and `*.yml`, not hidden, not `*.bak` or `*~`. Sub-folders that are symbolic
    links are not followed.

    Raises:
        OSError: if a folder cannot be listed.

    """
    if folder.is_file():
        return FolderFiles((folder,))
    found = list(_walk(folder))
    unread = (it for it in found if isinstance(it, Unread))
    return FolderFiles(
        tuple(sorted(it for it in found if isinstance(it, Path))),
        tuple(sorted(unread, key=lambda it: it.path)),
    )


def _walk(folder: Path) -> Iterator[Path | Unread]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(path)
            elif path.is_dir():
                hint = "link the files in it, or move the folder here"
                yield Unread(path, "a folder that is a symbolic link is not followed", hint)
            elif not is_rule_file(entry.name):
                if nearly := _NEARLY.fullmatch(entry.name.lower()):
                    why = "the file is not read: names of rule files end in .yaml or .yml"
                    name = entry.name[: nearly.end(1)]
                    yield Unread(path, why, f"rename it to {name}.yaml")
            elif path.is_file():
                yield path
            else:
                why = "the link leads nowhere" if entry.is_symlink() else "this is no file"
                yield Unread(path, f"{why}, so no rule is read from it", "remove or mend it")
