"""What is taken from an article: terms, names, numbers, days, in bounded time."""

from __future__ import annotations

import json
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.stories.extraction import MAX_LENGTH, MAX_TERMS, _Terms, features
from monitor.stories.figures import MAX_NUMBERS
from monitor.stories.linking import MAX_KEYS, keys
from monitor.stories.rarity import RAREST, Rarity
from monitor.stories.words import STOP_WORDS, ukrainian_stem

NAUGHTY = Path(__file__).parents[3] / "shared" / "data" / "adversarial" / "blns.json"


def of(title="", body="", lang="en", **more):
    return features(Article(title=title, body=body, lang=lang, **more))


def test_terms_are_stems_without_words_that_say_little():
    found = of("Peacekeepers were sent to the airport", "They had been asked for.")
    assert found.terms == ("peacekeep", "sent", "airport")
    assert found.shown == ("peacekeepers", "sent", "airport")
    assert found.title == ("peacekeep", "sent", "airport")


def test_the_title_weighs_most_then_the_lead_then_the_rest():
    filler = "of the " * 40
    found = of("earthquake", f"tremor {filler} aftershock")
    assert dict(zip(found.terms, found.weights, strict=True)) == {
        "earthquak": 20,
        "tremor": 15,
        "aftershock": 8,
    }


def test_words_that_come_again_weigh_more():
    found = of("", "tremor tremor rubble")
    assert dict(zip(found.terms, found.weights, strict=True)) == {"tremor": 25, "rubbl": 15}


@pytest.mark.parametrize(
    ("title", "body", "names"),
    [
        ("", "The alliance asked Tokayev to wait.", {"tokayev"}),
        ("", "Soldiers left. Tokayev stayed. He thanked the CSTO.", {"csto"}),  # starts say nothing
        ("", "NATO agreed.", {"nato"}),  # but initials do
        ("", "Polish goods. They polish Polish silver.", set()),  # small letters elsewhere
        ("Soldiers leave Almaty", "", {"almati"}),
        ("Soldiers Leave Almaty After Talks", "", set()),  # capitals on most words
        ("SOLDIERS LEAVE ALMATY", "", set()),  # capitals throughout
        ("", "SOLDIERS LEAVE ALMATY TODAY\n\nThey drove to Astana.", {"astana"}),
    ],
)
def test_names_are_capitals_that_mean_something(title, body, names):
    assert of(title, body).names == names


def test_names_are_told_in_russian_and_ukrainian_too():
    assert of("", "Солдаты покинули Алматы, сообщил Токаев.", "ru").names == {"алмат", "тока"}
    assert of("", "Солдати залишили Шебол, а Марчук лишився.", "uk").names == {"шебол", "марчук"}


@pytest.mark.parametrize(
    "body", ["Её нашла А.Щетинина.", "Её нашла А. Щетинина.", "Нашли. А. С. Щетинина вернулась."]
)
def test_a_name_after_initials_is_one(body):
    assert "щетини" in of("", body, "ru").names


def test_numbers_have_one_spelling_and_no_years():
    found = of("", "In 2022 seventeen of 1,250 miners, 2.5 million in cash; two or 2 of them.")
    assert found.numbers == {"17", "1250", "2500000", "2"}


def test_numbers_that_are_particular_are_terms():
    found = of("", "The dollar rose to 486.5, up 12.")
    assert "#486.5" in found.terms
    assert "#12" not in found.terms
    assert "#600" not in of("", "About 600 people came.").terms  # round: half the texts have it


def test_days_are_told_in_three_languages():
    assert of("On Monday", "and on Friday.").days == {0, 4}
    assert of("", "В среду и в пятницу.", "ru").days == {2, 4}
    assert of("", "У п'ятницю та в неділю.", "uk").days == {4, 6}
    assert "friday" not in of("Friday prayers").terms


@pytest.mark.parametrize(
    ("body", "term"),
    [
        ("Солдаты покинули аэропорты", "аэропо"),  # Russian without a language
        ("Солдати залишили аеропорти її", "аеропо"),  # Ukrainian by its letters
        ("Soldiers left the airports", "airport"),
        ("机场 関係", "机"),
    ],
)
def test_without_a_language_words_are_stemmed_by_their_letters(body, term):
    assert (term in of("", body, lang=None).terms) is (len(term) > 1)


def test_words_of_another_script_are_stemmed_by_their_own():
    assert "peacekeep" in of("", "Генерал сказал: peacekeepers", "ru").terms
    assert "peacekeep" in of("", "Генерал сказав: peacekeepers", "uk").terms
    assert "солдат" in of("", "The general said: солдаты", "en").terms


def test_regional_language_codes_stem_like_their_language():
    assert of("Airports", "", "en-gb").terms == ("airport",)


def test_a_publisher_comes_from_the_url_or_the_source():
    assert of(url="https://www.example.co.uk/1", source="s").publisher == "example.co.uk"
    assert of(source="s").publisher == "s"


def test_empty_articles_have_nothing():
    found = of()
    assert (found.terms, found.title, found.names, found.words) == ((), (), frozenset(), 0)
    assert found.bands == ()
    assert keys(found, Rarity()) == ()


def test_ten_megabytes_give_no_more_than_a_long_article():
    found = of("t " * 5_000_000, "Unerhört 12345 " + "x" * 5_000_000 + " word" * 2_000_000)
    assert len(found.terms) <= MAX_TERMS
    assert len(found.title) <= MAX_TERMS
    assert len(found.to_bytes()) < 10_000


def test_numbers_without_end_are_bounded():
    found = of("", " ".join(str(number) for number in range(3_000, 4_000)))
    assert len(found.numbers) == MAX_NUMBERS


def test_long_words_are_cut():
    assert of("", "x" * 500).terms == ("x" * MAX_LENGTH,)


@given(st.text(max_size=400), st.text(max_size=2_000), st.sampled_from(["en", "ru", "uk", None]))
def test_any_text_gives_terms_that_a_database_takes(title, body, lang):
    found = of(title, body, lang)
    assert found == of(title, body, lang)
    assert len(set(found.terms)) == len(found.terms) == len(found.shown) == len(found.weights)
    assert all(term and len(term) <= MAX_LENGTH for term in found.terms)
    # Control characters and lone surrogates are what PostgreSQL or UTF-8 refuse.
    assert not any(category(char) in {"Cc", "Cs"} for term in found.terms for char in term)
    assert found.names <= set(found.terms)
    assert len(keys(found, Rarity(10, {}))) <= MAX_KEYS


@pytest.mark.skipif(not NAUGHTY.exists(), reason="../shared/data is not here")
def test_hostile_strings_are_read_like_any_other():
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        found = of(text, f"{text}\n\n{text}", None)
        assert type(found).from_bytes(found.to_bytes()) == found


def test_names_are_keys_before_words_that_another_desk_may_not_choose():
    body = "The rescuers and Marchuk reached the shaft. " + " ".join(f"word{n}x" for n in range(20))
    assert "marchuk" in keys(of("", body), Rarity())
    assert keys(of("", body), Rarity())[0] == "marchuk"
    assert "marchuk" not in keys(of("", body.replace("Marchuk", "zmarchuk")), Rarity())


def test_keys_are_the_rarest_of_the_heaviest():
    found = of("Parliament of Karvenia meets", "Deputies debate wheat.")
    common = Rarity(1_000, {"karvenia": 900, "parliament": 500})
    assert keys(found, common)[-2:] == ("parliament", "karvenia")


@pytest.mark.parametrize(
    ("rarity", "term", "weight"),
    [
        (Rarity(), "csto", 5.5215),  # never seen: as rare as anything
        (Rarity(), "presid", 2.8134),  # every newsroom's word
        (Rarity(), "правит", 2.8134),  # cut as terms are: правительство
        (Rarity(), "моност", 2.8134),  # міністр, as Ukrainian stems are told
        (Rarity(1_000_000, {"csto": 3}), "csto", 5.5215),
        (Rarity(1_000_000, {"csto": 100_000}), "csto", 2.3029),
        (Rarity(1_000, {"csto": 1_000}), "csto", 0.2614),
        (Rarity(10, {"csto": 5_000}), "csto", 0.0),  # counts that outran the total
        (Rarity(-5, {}), "csto", 5.5215),
    ],
)
def test_weights_fall_with_the_share_of_articles(rarity, term, weight):
    assert rarity.weight(term) == pytest.approx(weight, abs=1e-3)
    assert RAREST > 0


@pytest.mark.parametrize(
    ("forms", "stem"),
    [
        (("шебол", "шеболі", "шеболом", "шеболу"), "шебол"),
        (("марчук", "марчука", "марчуком", "марчукові"), "марчук"),
        (("шахта", "шахти", "шахті", "шахтою", "шахтами"), "шахт"),
        (("львів", "львова", "львову", "львовом", "львові"), "львов"),
        (("київ", "києва", "києву", "києвом", "києві"), "києв"),
        (("міст", "мосту", "мостом", "мости"), "мост"),
        (("кравець", "кравця", "кравцю", "кравцем"), "кравц"),
        (("ринок", "ринку", "ринком", "ринки"), "ринк"),
        (("вітер", "вітру", "вітром"), "вотр"),
        (("дим", "рік"), None),  # too short to cut
    ],
)
def test_ukrainian_cases_come_together(forms, stem):
    found = {ukrainian_stem(form) for form in forms}
    assert found == ({stem} if stem else set(forms))


def test_stop_words_are_folded():
    assert "еще" in STOP_WORDS
    assert "ещё" not in STOP_WORDS


def test_what_is_remembered_of_words_is_bounded_and_changes_nothing(monkeypatch):
    body = " ".join(f"airports{number}x arrivals" for number in range(30))
    before = of("", body).terms
    monkeypatch.setattr("monitor.stories.extraction._MOST_CACHED", 5)
    fresh = _Terms("en")
    monkeypatch.setattr("monitor.stories.extraction._terms_in", lambda _lang: fresh)
    assert of("", body).terms == before
    assert len(fresh) <= 5
