"""Alerts on a terminal: matches highlighted, nothing of an article acts, plain text elsewhere."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from hypothesis import given
from rich.console import Console

from monitor.model.alert import AlertContent
from monitor.model.article import Article
from monitor.notify.console import ConsoleWriter, plain_text, styled_text
from monitor.notify.render import TERMINAL, render
from tests.notify import hostile
from tests.notify.making import NOW, about, alert, seed_alert, seed_item, stored

ANSI = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")


def written(text: str, *, terminal: bool, width: int = 60) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=terminal, width=width, highlight=False, color_system="standard"
    )
    ConsoleWriter(stream, console).write(text)
    return stream.getvalue()


def test_a_terminal_shows_level_and_matches_in_colour() -> None:
    said = written(render(seed_alert(), TERMINAL, NOW).text, terminal=True)
    assert "\x1b[1;37;41m HIGH \x1b[0m \x1b[1mCSTO deployment\x1b[0m\n" in said
    assert re.search("\x1b\\[1;30;103mCSTO\x1b\\[0m", said)


def test_anything_else_gets_plain_text() -> None:
    stream = io.StringIO()
    ConsoleWriter(stream).write(render(seed_alert(), TERMINAL, NOW).text)
    said = stream.getvalue()
    assert "\x1b" not in said
    assert said.startswith(" HIGH  CSTO deployment\nA Russia-led military alliance said it will")
    assert "  │ Hours later, the CSTO’s council approved sending" in said
    assert said.endswith("\n\n")


def test_each_other_source_is_named_once() -> None:
    """There are no links here by which articles of one source would differ."""
    others = tuple(
        stored(Article(title=f"Other {number}", body="", source=source), id=100 + number)
        for number, source in enumerate(("b", "c", "b"))
    )
    content = AlertContent(alert(), (replace(seed_item(), others=others),))
    stream = io.StringIO()
    ConsoleWriter(stream).write(render(content, TERMINAL, NOW).text)
    assert " · also: b, c · 7 articles, 4 publishers\n" in stream.getvalue()


def test_a_passage_keeps_its_bar_on_every_line() -> None:
    said = ANSI.sub("", written(render(seed_alert(), TERMINAL, NOW).text, terminal=True))
    lines = said.splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("  │ President"))
    assert lines[first + 1].startswith("  │ ")
    assert max(len(line) for line in lines) <= 60


def test_a_link_can_be_clicked_and_leads_where_it_says() -> None:
    content = about("Title", "Body.", "Body", url="https://example.org/a")
    said = written(render(content, TERMINAL, NOW).text, terminal=True)
    assert re.search("\x1b\\]8;id=\\d+;https://example.org/a\x1b\\\\", said)


def test_a_stream_that_knows_ascii_only_gets_what_it_can_write() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    ConsoleWriter(stream).write(render(about("Füße", "Body.", "Body"), TERMINAL, NOW).text)
    assert b"F??e" in raw.getvalue()


@hostile.few
@given(hostile.text, hostile.text, hostile.text)
def test_no_article_controls_the_terminal(title: str, body: str, url: str) -> None:
    content = about(title, body, "a", url=f"https://example.org/{url}")
    text = render(content, TERMINAL, NOW).text
    shown = written(text, terminal=True)
    left = ANSI.sub("", shown)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", left)
    for link in re.findall("\x1b\\]8;[^;]*;([^\x1b]*)\x1b", shown):
        assert not link or link.startswith("https://example.org/")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", written(text, terminal=False))


def test_styles_nest_and_unknown_ones_and_loose_ends_do_no_harm() -> None:
    text = "\x0estrong\x1fa\x0ematch\x1fb\x0fc\x0f\x0f\x0enosuch\x1fd\x0f\x0edim\x1fe"
    assert styled_text(text).plain == "abcde"
    assert plain_text(text) == "abcde"
