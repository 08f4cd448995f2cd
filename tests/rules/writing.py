"""Rule folders for tests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.errors import InvalidRules, Problem
from monitor.model.rule import Rule
from monitor.rules import Rulebook, load_rules

SOURCES: Mapping[str, tuple[str, ...]] = {"bbc-world": ("world", "wire"), "tass": ("wire",)}
CHANNELS = {"desk", "duty"}


def folder(tmp_path: Path, text: str = "", **files: str) -> Path:
    """Write `r.yaml` and further files (`a__b` for `a/b`), and return the folder."""
    texts = {"r": text, **files} if text else files
    for name, content in texts.items():
        path = tmp_path / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def book(tmp_path: Path, text: str = "", **files: str) -> Rulebook:
    return load_rules(folder(tmp_path, text, **files), sources=SOURCES, channels=CHANNELS)


def rule(tmp_path: Path, text: str) -> Rule:
    """Return the only rule; `text` is what follows its id."""
    indented = "".join(f"    {line}\n" for line in text.splitlines())
    [found] = book(tmp_path, f"rules:\n  - id: rule\n{indented}").rules
    return found


def problems(tmp_path: Path, text: str = "", **files: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidRules) as caught:
        book(tmp_path, text, **files)
    return caught.value.problems
