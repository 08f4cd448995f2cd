"""Rules and articles that have much in common, so that many of them match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.model.condition import Condition, Everything
from monitor.model.rule import Level, Only, Rule
from tests.matching.reference.conditions import conditions

NOW = datetime(2022, 1, 6, 12, tzinfo=UTC)

POOL = (
    *("protest", "protests", "Protesting", "curfew", "CURFEW", "internet", "blackout", "troops"),
    *("WHO", "who", "US", "us", "U.S.", "C.S.T.O.", "CSTO", "e.g.", "peacekeepers", "forces"),
    *("café", "cafe\u0301", "CAFE", "Kyiv", "Kiev", "Austria", "Australia", "Nur-Sultan", "nur"),
    *("president's", "president’s", "president", "O'Neill", "and", "or", "not", "near", "the"),
    *("протест", "протесты", "ПРОТЕСТОВ", "миротворец", "миротворцы", "ёлка", "елка", "йод"),
    *("И\u0306од", "Қазақстан", "Казахстана", "С.Ш.А.", "北京", "封锁", "東京タワー", "ประท้วง"),
    *("हिन्दी", "विरोध", "احتجاج", "احتجاجات", "대한민국", "Straße", "STRASSE", "İstanbul"),
    *("soft\u00adware", "soft\u200bware", "software", "ﬁre", "fire", "ＣＳＴＯ", "foo_bar", "x²"),
    *("1,000", "1.000", "3.5", "12", "twelve", "dozens", "5 million", "5m", "½", "10-20", "2021"),
    *(
        "manifestations",
        "manifestation",
        "Demonstrationen",
        "प्रदर्शनों",
        "प्रदर्शन",
        "مظاهرات",
        "مظاهرة",
    ),
    *(
        "ОДКБ",
        "каф́е",
        "то\u0301лько",
        "п'ять",
        "пʼять",
        "нет-нет",
        "12 000",
        "1\u202f000",
        "२०",
        "１２",
    ),
    *(
        "ﬃ",
        "ΟΔΟΣ",
        "οδός",
        "가다",
        "ﾊﾟﾝ",
        "パン",
        "ကမ္ဘာ",
        'צה"ל',
        "l·l",
        "㎏",
        "㏞",
        "№5",
        "21st",
        "e\u0301\u0323",
    ),
    *(
        "#1",
        "20",
        "thousands",
        "CVE-2021-44228",
        "/",
        "🔥",
        "H5N1",
        "example.org",
        "a",
        "aa",
        "aaa",
    ),
)
"""Words of several scripts, and what is hard about words."""

ENDS = ("", "", "", "", ".", ". ", "!", ",", " —", "\n", "\n\n", "\n \n\n", "। ", "。", "'s", "-")
"""What may follow a word before the blank."""


@dataclass(frozen=True)
class Scene:
    """Some rules and some articles of one small vocabulary."""

    rules: tuple[Rule, ...]
    articles: tuple[Article, ...]


few_words = st.lists(st.sampled_from(POOL), min_size=2, max_size=4, unique=True).map(tuple)
many_words = st.just((*(f"word{number}" for number in range(50)), *POOL[::7]))

Trees = Callable[[tuple[str, ...]], st.SearchStrategy[Condition]]
"""What makes conditions over a vocabulary."""


@st.composite
def scenes(
    draw: st.DrawFn,
    *,
    rules: int = 6,
    articles: int = 6,
    trees: Trees = conditions,
    vocabularies: st.SearchStrategy[tuple[str, ...]] = few_words,
    longest: int = 20,
) -> Scene:
    """Draw so many rules and articles over one vocabulary."""
    vocabulary = draw(vocabularies)
    some_rules = draw(st.lists(rules_of(trees(vocabulary)), min_size=rules, max_size=rules))
    return Scene(
        tuple(numbered(some_rules)),
        tuple(
            draw(st.lists(articles_of(vocabulary, longest), min_size=articles, max_size=articles))
        ),
    )


def numbered(rules: list[Rule]) -> list[Rule]:
    """Give every rule an id of its own."""
    return [
        Rule(id=f"r{number}", version=f"v{number}", title="", only=rule.only, match=rule.match)
        for number, rule in enumerate(rules)
    ]


def rules_of(trees: st.SearchStrategy[Condition]) -> st.SearchStrategy[Rule]:
    """Give rules of these conditions; some have a scope, and `*` always has."""
    plain = st.builds(_rule, trees, st.just(Only()))
    scoped = st.builds(_rule, trees, scopes)
    every = st.builds(_rule, st.just(Everything()), scopes)
    return st.integers(0, 19).flatmap(
        lambda die: every if die == 19 else scoped if die > 13 else plain
    )


def _rule(match: Condition, only: Only) -> Rule:
    return Rule(id="r", version="v", title="", level=Level.HIGH, only=only, match=match)


scopes = st.builds(
    Only,
    lang=st.sampled_from(((), (), ("en",), ("ru",), ("en", "ru"), ("de",), ("fr-CA",), ("ar",))),
    source=st.sampled_from(((), (), ("bbc",), ("bbc", "tass"))),
    source_tag=st.sampled_from(((), (), ("wire",))),
    max_age=st.sampled_from((None, timedelta(days=3))),
)


odd_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\x0bſ\u212a")
"""Anything but surrogates, and what `re` and RE2 think differently of."""


@st.composite
def passages(draw: st.DrawFn, vocabulary: tuple[str, ...], longest: int) -> str:
    """Draw words of the vocabulary with what stands between them; sometimes a long run of one."""
    words = st.sampled_from((*vocabulary, *vocabulary, "the", "sent"))
    least = draw(st.sampled_from((0, 0, longest // 2)))
    drawn = draw(st.lists(words, min_size=least, max_size=longest))
    text = " ".join(word + draw(st.sampled_from(ENDS)) for word in drawn)
    style = draw(st.integers(0, 29))
    if style == 29:
        text = " ".join([vocabulary[0]] * draw(st.integers(49, 60)) + [text])
    elif style == 28:
        text = draw(st.text(odd_letters, max_size=12)) + text
    elif style in (26, 27):
        text = text.upper()
    elif style == 25:
        text = text.replace(" ", "")
    elif style == 24:
        text = text.swapcase()
    elif style == 23:
        text = text.replace(" ", "\n\n")
    return text


def articles_of(vocabulary: tuple[str, ...], longest: int = 20) -> st.SearchStrategy[Article]:
    """Give articles of this vocabulary: either part may be empty, a title may be capitals."""
    title = passages(vocabulary, 5).map(lambda text: " ".join(text.split()))
    shouting = title.map(str.upper)
    return st.builds(
        Article,
        title=st.one_of(title, title, shouting),
        body=passages(vocabulary, longest),
        lang=st.sampled_from(
            (None, None, "en", "en-GB", "ru", "de", "kk", "fr", "es", "tr", "ar", "hi")
        ),
        source=st.sampled_from((None, "bbc", "tass")),
        source_tags=st.sampled_from(((), ("wire",), ("world", "wire"))),
        url=st.sampled_from((None, "https://www.example.org/World/a?b=1", "http://example.org.uk")),
        published=st.sampled_from((None, NOW - timedelta(days=1), NOW - timedelta(days=9))),
        author=st.sampled_from(("", "Jane O'Neill", "By JANE Doe and Éva Nagy")),
        tags=st.sampled_from(((), ("Kazakhstan",), ("kazakhstan", "Security"))),
    )
