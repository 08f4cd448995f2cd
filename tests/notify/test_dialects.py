"""Nothing of an article acts as markup, mentions anybody or links anywhere, in any service."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from monitor.notify import dialects
from monitor.notify.cleaning import clean, one_line
from monitor.notify.dialects import Dialect, Safe
from monitor.notify.passages import Passage, Piece
from tests.notify import hostile

ALL = [
    dialects.PLAIN,
    dialects.MAIL_TEXT,
    dialects.CHAT_TEXT,
    dialects.MAIL_HTML,
    dialects.CHAT_HTML,
    dialects.TELEGRAM,
    dialects.MARKDOWN,
    dialects.DISCORD,
    dialects.SLACK,
    dialects.CONSOLE,
]
CHATS = [
    dialects.CHAT_TEXT,
    dialects.CHAT_HTML,
    dialects.TELEGRAM,
    dialects.MARKDOWN,
    dialects.DISCORD,
    dialects.SLACK,
]
NO_MENTION = "\u200b"


class Tags(HTMLParser):
    """What a browser would make of a text: its tags, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.links: list[str | None] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


@hostile.few
@given(hostile.text)
@pytest.mark.parametrize(
    "dialect", [dialects.MAIL_HTML, dialects.CHAT_HTML, dialects.TELEGRAM], ids=lambda one: one.name
)
def test_html_shows_the_text_and_has_no_tag_of_it(dialect: Dialect, text: str) -> None:
    seen = Tags(dialect.literal(text))
    assert seen.tags == []
    assert seen.words.replace(NO_MENTION, "") == clean(text)


@hostile.few
@given(hostile.text)
@pytest.mark.parametrize("dialect", [dialects.MARKDOWN, dialects.DISCORD], ids=lambda one: one.name)
def test_markdown_shows_the_text_and_has_no_markup_of_it(dialect: Dialect, text: str) -> None:
    line = one_line(text)
    if dialect is dialects.DISCORD:
        line = line.replace("&", "")  # it knows no character references, the parser here does
    rendered = (
        MarkdownIt("commonmark").enable(["strikethrough", "table"]).render(dialect.literal(line))
    )
    seen = Tags(rendered)
    assert seen.tags == (["p"] if line else [])
    assert seen.words.strip().replace(NO_MENTION, "") == line


@given(hostile.text)
def test_slack_gets_no_control_sequence_and_no_formatting(text: str) -> None:
    said = dialects.SLACK.literal(text)
    assert not set(said) & set("<>*~`")
    assert not re.search(r"&(?!amp;|lt;|gt;)", said)
    assert not re.search(r"(?<!\w)_\w|\w_(?!\w)", said)
    plain = html.unescape(said).replace(NO_MENTION, "")
    looks = plain.translate(str.maketrans("∗∼ˋˍ", "*~`_"))
    assert looks == clean(text).translate(str.maketrans("∗∼ˋˍ", "*~`_"))


@hostile.few
@given(hostile.text)
@pytest.mark.parametrize("dialect", CHATS, ids=lambda one: one.name)
def test_no_chat_is_told_a_name_to_call(dialect: Dialect, text: str) -> None:
    assert not re.search(r"@\w|<[!@#]", dialect.literal(text))


@hostile.few
@given(hostile.text)
@pytest.mark.parametrize("dialect", ALL, ids=lambda one: one.name)
def test_text_is_the_same_whichever_way_it_goes_in(dialect: Dialect, text: str) -> None:
    said = dialect.literal(text)
    assert isinstance(said, Safe)
    assert dialect.literal(said) is said
    assert dialect.literal(clean(text)) == said


@pytest.mark.parametrize("dialect", ALL, ids=lambda one: one.name)
def test_only_the_web_is_linked(dialect: Dialect) -> None:
    for url in (None, "javascript:alert(1)", "data:text/html,x", "http://"):
        assert dialect.link(url, "label") == dialect.literal("label")
    assert "https://example.org/a" in dialect.link("https://example.org/a", "label")
    assert "https://example.org/a" in dialect.link("https://example.org/a")


@hostile.few
@given(hostile.text, hostile.text)
@pytest.mark.parametrize(
    "dialect", [dialects.MAIL_HTML, dialects.CHAT_HTML, dialects.TELEGRAM], ids=lambda one: one.name
)
def test_a_link_in_html_is_one_link_to_where_it_says(
    dialect: Dialect, path: str, label: str
) -> None:
    seen = Tags(dialect.link(f"https://example.org/{path}", label))
    if seen.tags:
        assert seen.tags == ["a"]
        assert str(seen.links[0]).startswith("https://example.org/")


@given(hostile.text, hostile.text)
def test_a_link_in_markdown_is_one_link_to_where_it_says(path: str, label: str) -> None:
    said = dialects.MARKDOWN.link(f"https://example.org/{path}", label)
    seen = Tags(MarkdownIt("commonmark").render(said))
    assert seen.tags in ([], ["p"], ["p", "a"])
    assert all(str(link).startswith("https://example.org/") for link in seen.links)


@given(hostile.text, hostile.text)
def test_a_link_in_slack_is_one_link_to_where_it_says(path: str, label: str) -> None:
    said = dialects.SLACK.link(f"https://example.org/{path}", label)
    assert re.fullmatch(r"<https://example\.org/[^<>|\s]*\|[^<>|]*>|[^<>]*", said)


@pytest.mark.parametrize(
    ("dialect", "marked"),
    [
        (dialects.PLAIN, "…the CSTO (bloc) …"),
        (dialects.MAIL_TEXT, "…the *CSTO* (bloc) …"),
        (
            dialects.MAIL_HTML,
            '…the <mark style="background: #ffe066; color: #1a1a1a">CSTO</mark> (bloc) …',
        ),
        (dialects.TELEGRAM, "…the <b>CSTO</b> (bloc) …"),
        (dialects.MARKDOWN, "…the **CSTO** \\(bloc\\) …"),
        (dialects.DISCORD, "…the **CSTO** \\(bloc\\) …"),
        (dialects.SLACK, "…the *CSTO* (bloc) …"),
        (dialects.CONSOLE, "…the \x0ematch\x1fCSTO\x0f (bloc) …"),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_what_matched_is_highlighted(dialect: Dialect, marked: str) -> None:
    passage = Passage(
        (Piece("the", marked=False), Piece(" CSTO ", marked=True), Piece("(bloc)", marked=False)),
        before=True,
        after=True,
    )
    assert dialect.marked(passage) == marked


@pytest.mark.parametrize(
    ("dialect", "text", "length"),
    [
        (dialects.TELEGRAM, "a😀", 3),
        (dialects.DISCORD, "a😀", 3),
        (dialects.CHAT_TEXT, "aé😀", 7),
        (dialects.SLACK, "a😀", 2),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_length_is_counted_as_the_service_does(dialect: Dialect, text: str, length: int) -> None:
    assert dialect.measure(text) == length


@pytest.mark.parametrize(
    "text", ["&lt;b&gt;", "&#x3c;b", "&amp;", "a & b", "1. one", "- item", "= x"]
)
def test_markdown_shows_what_looks_like_a_reference_or_a_list_as_it_is(text: str) -> None:
    seen = Tags(MarkdownIt("commonmark").render(dialects.MARKDOWN.literal(text)))
    assert seen.tags == ["p"]
    assert seen.words.strip() == text


def test_strong_text_is_escaped_and_nothing_is_not_strong() -> None:
    assert dialects.MARKDOWN.strong("a*b") == "**a\\*b**"
    assert dialects.MARKDOWN.strong("") == ""
    assert dialects.CONSOLE.styled("high", "HIGH") == "\x0ehigh\x1fHIGH\x0f"
    assert dialects.SLACK.styled("high", "HIGH") == "HIGH"
