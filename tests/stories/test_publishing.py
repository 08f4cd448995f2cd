"""Who published, and how many independent voices a story has."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.stories.publishing import publisher_of, publishers


@pytest.mark.parametrize(
    ("url", "publisher"),
    [
        ("https://www.example.com/a", "example.com"),
        ("https://edition.news.example.com/a", "example.com"),
        ("https://example.com:8443/a", "example.com"),
        ("https://EXAMPLE.com./a", "example.com"),
        ("https://www.example.co.uk/a", "example.co.uk"),
        ("https://m.pravda.com.ua/x", "pravda.com.ua"),
        ("https://city.kiev.ua/x", "city.kiev.ua"),
        ("https://com.ua/x", "com.ua"),
        ("https://rus.example.kz/x", "example.kz"),
        ("https://someone.livejournal.com/1.html", "someone.livejournal.com"),
        ("https://t.me/s/some_channel/123", "t.me/some_channel"),
        ("https://t.me/Some_Channel/124", "t.me/some_channel"),
        ("https://t.me/", "t.me"),
        ("https://t.me/s/", "t.me"),
        ("https://medium.com/@writer/post", "medium.com/@writer"),
        ("http://192.0.2.7/feed/1", "192.0.2.7"),
        ("http://[2001:db8::1]/feed/1", "2001:db8::1"),
        ("http://localhost/feed", "localhost"),
        ("urn:uuid:60a76c80", "the-source"),
        ("http://[broken", "the-source"),
        (None, "the-source"),
    ],
)
def test_a_host_is_reduced_to_its_publisher(url, publisher):
    assert publisher_of(Article(title="", body="", url=url, source="the-source")) == publisher


def test_nobody_published_what_has_neither_url_nor_source():
    assert publisher_of(Article(title="", body="")) == ""
    assert publisher_of(Article(title="", body="", url="http://[broken")) == ""


@pytest.mark.parametrize(
    ("members", "count"),
    [
        ([], 0),
        ([("a", 1)], 1),
        ([("a", 1), ("b", 1), ("c", 1)], 1),  # one agency text in three papers
        ([("a", 1), ("a", 2), ("a", 3)], 1),  # one paper three times
        ([("a", 1), ("b", 1), ("b", 2)], 2),  # the agency's text, and one of b's own
        ([("a", 1), ("b", 2), ("c", 3)], 3),
        ([("", 1), ("", 2)], 0),  # nobody knows who
        ([("a", 1), ("b", 1), ("b", 2), ("c", 2), ("c", 3)], 3),  # a longer way to make room
        ([("a", 1), ("a", 2), ("b", 1), ("c", 2)], 2),
    ],
)
def test_independent_publishers_have_a_text_each(members, count):
    for order in permutations(members):
        assert publishers(order) == count


def test_fifty_thousand_members_are_counted_at_once():
    members = [(f"paper{number % 900}", number // 3) for number in range(50_000)]
    assert publishers(members) == 900


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(1, 5)), max_size=12))
def test_it_is_the_largest_matching(members):
    def largest(left, taken):
        if not left:
            return 0
        free = {text for name, text in members if name == left[0]} - taken
        with_it = [1 + largest(left[1:], taken | {text}) for text in free]
        return max([largest(left[1:], taken), *with_it])

    assert publishers(members) == largest(sorted({name for name, _ in members}), frozenset())
