"""What templates may use is documented, and what is documented exists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from monitor.notify.passages import Passage, Piece
from monitor.notify.render import MAIL, Templates
from monitor.notify.view import AlertView, ArticleView, CountedView, RuleView, SourceView, StoryView

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "templates.md").read_text("utf-8")


@pytest.mark.parametrize(
    "view", [AlertView, StoryView, ArticleView, RuleView, CountedView, SourceView, Passage, Piece]
)
def test_every_value_of_a_view_is_documented(view: type) -> None:
    names = {field.name for field in fields(view)}
    names |= {name for name, value in vars(view).items() if isinstance(value, property)}
    assert {name for name in names if f"`{name}`" not in TEXT} == set()


def test_every_function_of_a_template_is_documented_and_exists() -> None:
    known = set(Templates().get(MAIL, "alert.txt").environment.globals)
    documented = set(re.findall(r"^\| `(\w+)\(", TEXT, re.MULTILINE))
    assert documented <= known
    assert {"strong", "mark", "link", "styled", "when"} == documented


def test_every_shipped_template_is_documented() -> None:
    shipped = {path.name for path in (ROOT / "monitor/notify/templates").rglob("*.*")}
    assert {name for name in shipped if f"`{name}`" not in TEXT} == set()
