"""The phrase that would have kept a rule from hitting costs the fewest other hits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.rule import Rule
from monitor.rules.exclusion import Exclusion, propose
from monitor.rules.phrases import Phrase, condition_of, phrases
from monitor.rules.telling import weigh
from monitor.stories.rarity import Rarity
from monitor.text import tokenize
from tests.conformance.making import NOW


def article(body: str, title: str = "Title") -> Article:
    return Article(title=title, body=body, lang="en")


def weights_of(text: str) -> dict[str, float]:
    return weigh(tokenize(text).words, article(text, ""), lambda _terms: Rarity())


def phrases_of(text: str, matched: str) -> list[Phrase]:
    return phrases([text], [matched], weights_of(text))


def proposed(
    text: str, *others: str, samples: tuple[str, ...] = (), matched: str = "curfew"
) -> Exclusion | None:
    return propose(
        phrases_of(text, matched),
        enumerate(map(article, others), 1),
        NOW,
        samples=map(article, samples),
    )


def test_a_phrase_of_two_words_that_touches_what_matched_comes_first() -> None:
    assert proposed("Yesterday the curfew lifted") == Exclusion(phrase="curfew lifted", removes=())


def test_the_phrase_that_removes_the_fewest_other_hits_wins() -> None:
    text = "The curfew lifted after protests"
    exclusion = proposed(text, "Once the curfew lifted, people came.", "The protests began.")
    assert exclusion is not None
    assert exclusion.phrase == "curfew lifted after protests"
    assert exclusion.removes == ()


def test_what_it_removes_is_named_when_nothing_is_free() -> None:
    text = "The curfew holds"
    exclusion = proposed(text, "The curfew holds.", "Nothing else.", "The curfew holds on.")
    assert exclusion == Exclusion(phrase="curfew holds", removes=(1, 3))


def test_other_hits_may_be_many() -> None:
    def others() -> Iterator[tuple[int, Article]]:
        for number in range(3000):
            yield 5000 - number, article("The curfew holds." if number % 7 == 0 else "A curfew.")

    exclusion = propose(phrases_of("The curfew holds", "curfew"), others(), NOW)
    assert exclusion is not None
    assert exclusion.removes == tuple(sorted(5000 - number for number in range(0, 3000, 7)))


def test_the_rules_own_samples_are_spared_before_other_hits() -> None:
    text = "The curfew holds tonight"
    exclusion = proposed(text, "A night: tonight it rains.", samples=("The curfew holds.",))
    assert exclusion is not None
    assert exclusion.breaks == 0
    assert "tonight" in exclusion.phrase


def test_how_many_samples_it_breaks_is_told() -> None:
    exclusion = proposed("The curfew holds", samples=("The curfew holds.", "A curfew holds."))
    assert exclusion == Exclusion(phrase="curfew holds", removes=(), breaks=2)


@pytest.mark.parametrize(
    "text",
    [
        "curfew",
        "The curfew",
        "curfew, curfew!",
        "a curfew of 100 to 20",
        "It is a curfew.",
        "When a curfew was said",
        "",
    ],
)
def test_without_a_usable_word_there_is_none(text: str) -> None:
    assert proposed(text) is None


def test_phrases_do_not_begin_or_end_with_small_words_nor_hold_operators() -> None:
    exclusion = proposed("the curfew or lockdown")
    assert exclusion is not None
    assert exclusion.phrase == "lockdown"
    found = proposed("a curfew in the city")
    assert found == Exclusion(phrase="curfew in the city", removes=())


@pytest.mark.parametrize(
    ("text", "matched", "phrase"),
    [
        ("Сегодня curfew отменили", "curfew", "curfew отменили"),
        ("大学生们昨天在北京抗议。", "学生", "学生们昨天"),
        ("昨日、東京で大きな地震がありました。", "東京", "東京で大"),
        ("我在北京", "北京", "我在北京"),
        ("ประท้วงใหญ่ในกรุงเทพ", "ประท้วง", "ประท้วงใหญ่"),
        ("शहर में बिजली नहीं है।", "बिजली", "शहर में बिजली"),
        ("정부 시위 금지", "시위", "정부 시위"),
        ("حرب في غزة", "غزة", "حرب في غزة"),
        ("A cat in the hat is on it.", "cat", "cat in the hat"),
        ("An AI 学生 paraded", "学生", "学生 paraded"),
    ],
)
def test_every_script_has_its_phrases(text: str, matched: str, phrase: str) -> None:
    exclusion = proposed(text, matched=matched)
    assert exclusion is not None
    assert exclusion.phrase == phrase
    assert _holds(article(text), exclusion.phrase)


@pytest.mark.parametrize(
    ("text", "matched", "phrase"),
    [
        ("Oil the pan before you begin.", ["oil"], "oil the pan"),
        ("The bank said its marathon run would begin.", ["bank", "run"], "marathon run"),
        ("The author has been dead for a century.", ["dead"], "dead for a century"),
        ("The museum scored a coup when it bought a song.", ["coup"], "museum scored a coup"),
        ("The striker will strike for Union Berlin.", ["striker", "Union"], "union berlin"),
        ("A satirical earthquake shook the hall.", ["earthquake"], "satirical earthquake"),
        ("A film about the internet blackout won.", ["internet", "blackout"], "film about"),
        ("The vaccine is cheap. Vaccines for sheep came.", ["vaccine", "Vaccines"], "vaccine is"),
        ("Our columnist says gas prices were a joke.", ["gas prices"], "columnist says gas prices"),
        ("The reporter likes chess. A curfew by night.", ["curfew"], "curfew by night"),
        ("The curfew novel of Carol Smith", ["curfew"], "curfew novel"),
        ("电影《学生日记》在上海上映。", ["学生"], "学生日记"),
        ("映画「地震雷火事親父」が東京で公開された。", ["地震"], "地震雷火事親父"),
        ("หนังเรื่องประท้วงรักเข้าฉาย", ["ประท้วง"], "เรื่องประท้วง"),
        ("La grève des gares et des trains", ["grève"], "greve des gares"),
    ],
)
def test_with_nothing_to_compare_a_phrase_tells_what_the_article_is_about(
    text: str, matched: list[str], phrase: str
) -> None:
    """No word that any news may have beside what the rule is for, and nothing across sentences."""
    found = phrases([text], matched, weights_of(text))
    assert found[0].text.startswith(phrase)


def test_of_two_words_the_one_that_fewer_articles_have_tells_more() -> None:
    text = "The carnival curfew, the harbour curfew"
    counts = {"carniv": 200, "harbour": 1}
    weights = weigh(tokenize(text).words, article(text, ""), lambda _terms: Rarity(1_000, counts))
    assert weights["harbour"] > weights["carnival"]
    assert phrases([text], ["curfew"], weights)[0].text == "harbour curfew"


def test_what_the_title_tells_and_what_comes_again_tells_more() -> None:
    told = article("A film and a prize. The film ends.", "Prize of the jury")
    weights = weigh(["film", "prize", "jury", "ends"], told, lambda _terms: Rarity())
    assert weights["ends"] < weights["film"] == weights["jury"] == weights["prize"]


def test_verbs_and_words_that_say_little_tell_less_or_nothing() -> None:
    words = ["said", "shook", "marched", "harbour", "the", "4x", "an", "о", "hat", "wird"]
    weights = weigh(words, article("", ""), lambda _terms: Rarity())
    assert set(weights) == {"shook", "marched", "harbour", "hat"}
    assert weights["shook"] == weights["marched"] == weights["harbour"] / 2
    foreign = weigh(["hat", "hafen"], replace(article("", ""), lang="de"), lambda _terms: Rarity())
    assert foreign["hat"] < foreign["hafen"] / 2


def test_no_phrase_lies_in_two_sentences() -> None:
    text = "Sheep are cheap. Vaccines came."
    found = phrases([text], ["vaccines"], weights_of(text))
    assert found
    assert not any("cheap" in phrase.text and "vaccines" in phrase.text for phrase in found)


def test_no_phrase_crosses_from_one_text_to_another() -> None:
    texts = ["Tennis tonight", "Curfew begins"]
    weights = dict.fromkeys(["tennis", "tonight", "begins"], 1.0)
    found = {phrase.text for phrase in phrases(texts, ["curfew"], weights)}
    assert "curfew begins" in found
    assert not any("tonight" in text and "curfew" in text for text in found)


@given(st.text(max_size=80), st.text(max_size=8))
def test_a_text_holds_each_of_its_phrases(text: str, matched: str) -> None:
    for phrase in phrases_of(text, matched):
        assert _holds(article(text, ""), phrase.text)


def _holds(text: Article, phrase: str) -> bool:
    rule = Rule(id="a", version="", title="", match=condition_of(phrase))
    return bool(compile_rules([rule]).match(text, NOW))
