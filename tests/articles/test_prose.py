"""Clean plain text out of whatever publishers write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.articles.prose import (
    MAX_TITLE,
    body_of,
    clean,
    first_sentence,
    html_line,
    html_paragraphs,
    html_tree,
    one_line,
    paragraphs,
    shortened,
)


def test_clean_drops_controls_and_surrogates_and_keeps_line_ends():
    assert clean("a\x00b\x1b[31mc\ud800d\r\ne\rf\x0bg\tß\u2009ẞ") == (
        "ab[31mc\N{REPLACEMENT CHARACTER}d\ne\nf\ng\tß\u2009ẞ"
    )


@given(st.text())
def test_paragraphs_hold_no_line_ends_no_controls_and_are_stable(text: str):
    parts = paragraphs(text)
    assert all("\n" not in part and part == part.strip(" ") and part for part in parts)
    assert paragraphs("\n\n".join(parts)) == parts
    body_of(parts).encode("utf-8")


@given(st.text())
def test_one_line_is_one_line_and_stable(text: str):
    line = one_line(text)
    assert "\n" not in line
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("paragraph", "sentence"),
    [
        ("Police fired. They fled.", "Police fired."),
        ("Is it over? No.", "Is it over?"),
        ("“We go.” He said so.", "“We go.”"),
        ("Mr. Tokayev met Gen. Petrov on Jan. 5. They talked.",
         "Mr. Tokayev met Gen. Petrov on Jan. 5."),
        ("U.S. troops left. Others came.", "U.S. troops left."),
        ("It costs 3.50 dollars. Too much.", "It costs 3.50 dollars."),
        ("He said… and went. Then.", "He said… and went."),
        ("Президент РК К. Токаев выступил. Затем ушёл.", "Президент РК К. Токаев выступил."),
        ("政府が辞任した。抗議が続く。", "政府が辞任した。"),
        ("No full stop at all", "No full stop at all"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_first_sentence_ends_where_a_reader_ends_it(paragraph: str, sentence: str):
    assert first_sentence(paragraph) == sentence


def test_a_sentence_too_long_for_a_title_is_cut_at_a_word():
    title = first_sentence("word " * 200)
    assert len(title) <= MAX_TITLE
    assert title.endswith("word…")
    assert shortened("x" * 400, 10) == "xxxxxxxxx…"
    assert shortened("short", 10) == "short"


def test_html_becomes_paragraphs_without_scripts_and_with_entities_read():
    markup = (
        "lead &amp; more<!-- no --><script>alert(1)</script><style>p{}</style><p>One <b>bo</b>ld"
        "<br>line<br><br>Two</p><ul><li>a<li>b</ul>end<?php x ?>"
    )
    assert html_paragraphs(markup) == ["lead & more", "One bold line", "Two", "a", "b", "end"]
    assert html_paragraphs("<svg><title>x</title></svg>") == []
    assert html_paragraphs("<!-- only a comment -->") == []
    assert html_paragraphs("<!-- <html> -->") == []
    assert html_paragraphs("<noscript><p>a</p>b</noscript><p>c") == ["c"]
    assert html_paragraphs("<html><body>a<!-- b --><?c d?>e</body></html>") == ["ae"]
    assert html_paragraphs("no markup\n\nat all") == ["no markup", "at all"]


def test_a_title_with_markup_becomes_one_line():
    assert html_line("A &lt;b&gt; <i>c</i>\n d") == "A <b> c d"
    assert html_line(" plain \n title ") == "plain title"


def test_deeply_nested_html_is_read_within_bounds():
    assert "x" in " ".join(html_paragraphs("<div>" * 100 + "x" + "</div>" * 100))
    html_paragraphs("<div>" * 100_000 + "x")
    assert html_tree("") is not None


@given(st.text(alphabet="<>&/ab \"'!-=\x00\ud800é", max_size=60))
def test_no_markup_raises(markup: str):
    for part in html_paragraphs(markup):
        part.encode("utf-8")


WORDS = [
    "word ",
    "two words",
    "\n",
    "\n\n",
    " ",
    "&amp;",
    "&lt;b&gt;",
    "&#233;",
    "&nbsp;",
    "é",
    "&#146;",
]
ATTRIBUTES = st.sampled_from(["", ' class="a"', ' style="color: red" id="x"', ' href="/x?a=1"'])


def within(names: list[str], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = st.lists(inner, max_size=4).map("".join)
    return st.builds("<{0}{1}>{2}</{0}>".format, st.sampled_from(names), ATTRIBUTES, inside)


SPANS = st.recursive(
    st.sampled_from([*WORDS, "<br>", "<BR />"]),
    lambda inner: within(["b", "a", "span", "EM"], inner),
    max_leaves=6,
)
# As publishers nest them: the parser mends a paragraph in a paragraph otherwise than browsers do.
MARKS = st.recursive(
    SPANS | within(["p", "P", "h2", "li"], SPANS),
    lambda inner: within(["div", "ul", "blockquote"], inner),
    max_leaves=8,
)


@given(st.lists(MARKS, max_size=4).map("".join))
def test_simple_markup_gives_what_the_parser_gives(markup: str):
    # A tag that is none of the simple ones, and changes nothing, takes it to the parser.
    assert html_paragraphs(markup) == html_paragraphs(f"{markup}<wbr>")
