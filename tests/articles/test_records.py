"""Articles in JSON keep their facts; a bad record costs only itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.articles.plain import BINARY, NO_TEXT
from monitor.articles.records import read_json, read_json_line, read_jsonl
from monitor.model.article import Article
from monitor.model.source import Refusal

FULL = {
    "id": 17, "title": "Curfew\nin Almaty", "text": "One.\n\nTwo.", "url": "https://example.org/a",
    "published": "2022-01-06T00:00:00Z", "lang": "en-GB", "source": "wire", "author": "A. Writer",
    "tags": ["x", " ", "y"], "unknown": {"is": "ignored"},
}  # fmt: skip


def line(**record: object) -> Article | Refusal | None:
    return read_json_line(json.dumps(record).encode(), "a.jsonl", 3, lang="en")


def test_every_fact_of_a_record_is_kept():
    assert list(read_json(json.dumps(FULL).encode(), "a.json")) == [
        Article(
            title="Curfew in Almaty",
            body="One.\n\nTwo.",
            source="wire",
            url="https://example.org/a",
            published=datetime(2022, 1, 6, tzinfo=UTC),
            lang="en",
            author="A. Writer",
            tags=("x", "y"),
            path="a.json",
            external_id="17",
        )
    ]


def test_all_but_text_may_be_left_out_or_null():
    found = line(text="First sentence. Second.", title=None, tags=None, id=None)
    assert found == Article(
        title="First sentence.", body="First sentence. Second.", lang="en", path="a.jsonl"
    )
    assert line(text="", title="Only a title") == Article(
        title="Only a title", body="", lang="en", path="a.jsonl"
    )
    tagged = line(text="x", tags="one")
    assert isinstance(tagged, Article)
    assert tagged.tags == ("one",)


def test_a_text_keeps_what_it_says_twice():
    """Offsets of evidence fit the text as given, and ATLEAST counts every mention."""
    found = line(title="x", text="Protest.\n\nMore.\n\nProtest.")
    assert isinstance(found, Article)
    assert found.body == "Protest.\n\nMore.\n\nProtest."


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"title": "x"}, "has no `text`"),
        ({"text": 5}, "`text` must be a text, found a number"),
        ({"text": "x", "title": True}, "`title` must be a text, found true or false"),
        ({"text": " "}, NO_TEXT),
        ({"text": "x", "published": "soon"},
         "`published` is no date: 'soon'; write it like 2022-01-06T08:00:00Z"),
        ({"text": "x", "id": [1]}, "`id` must be a text or a whole number, found a list"),
        ({"text": "x", "id": True}, "`id` must be a text or a whole number, found true or false"),
        ({"text": "x", "tags": {"a": 1}}, "`tags` must be a list of texts"),
        ({"text": "x", "tags": [1]}, "`tags` must be a list of texts"),
    ],
)  # fmt: skip
def test_a_record_that_is_no_article_is_refused_with_its_place(
    record: dict[str, object], reason: str
):
    assert line(**record) == Refusal("a.jsonl:3", reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON: Expecting property name enclosed in double quotes at line 1 column 2"),
        ("[" * 100_000, "is not JSON that can be read: nested too deep"),
        ("9" * 5000, "is not JSON that can be read: a number is too long"),
        ("3", "an article is an object, found a number"),
        ("\0", BINARY),
    ],
)
def test_what_is_not_json_is_refused(text: str, reason: str):
    assert list(read_json(text.encode(), "a.json")) == [Refusal("a.json", reason)]
    assert read_json_line(text.encode(), "a.json", 1) == Refusal("a.json:1", reason)


def test_a_list_gives_its_articles_and_names_the_bad_ones():
    data = json.dumps([{"text": "A."}, 5, {"text": "B."}]).encode()
    first, second, third = read_json(data, "a.json")
    assert isinstance(first, Article)
    assert second == Refusal("a.json item 2", "an article is an object, found a number")
    assert isinstance(third, Article)
    assert list(read_json(b"[]", "a.json")) == [Refusal("a.json", NO_TEXT)]


def test_a_bad_line_costs_only_itself():
    data = b'{"text": "A."}\n\n{broken\n{"text": "B."}\r\n'
    first, second, third = read_jsonl(data, "a.jsonl")
    assert isinstance(first, Article)
    assert isinstance(second, Refusal)
    assert second.where == "a.jsonl:3"
    assert isinstance(third, Article)
    assert list(read_jsonl(b"\n\n", "a.jsonl")) == [Refusal("a.jsonl", NO_TEXT)]


def test_lone_surrogates_cannot_reach_the_database():
    found = line(text="a\ud800b\x00c", title="t\udfff")
    assert isinstance(found, Article)
    assert (found.title, found.body) == (
        "t\N{REPLACEMENT CHARACTER}",
        "a\N{REPLACEMENT CHARACTER}bc",
    )
