"""One decision an article: which story, why, and what no decision may do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.article import Article
from monitor.model.story import Joined
from monitor.stories.extraction import features
from monitor.stories.linking import (
    COPY_WINDOW,
    EVENT_WINDOW,
    MAX_CANDIDATES,
    SAME_EVENT,
    SAME_HEADLINE,
    STORY_SPAN,
    Known,
    link,
    needed_terms,
    story_time,
)
from monitor.stories.rarity import Rarity
from tests.stories.archive import Archive

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOME = Rarity(1_000, {})

BLAST = (
    "An explosion tore through the Severnaya coal mine in Shebol, killing 17 miners and trapping "
    "eight others 600 metres underground, the emergencies ministry said. Rescue chief Oleg Marchuk "
    "named methane as the most probable cause and said that smoke slows the search."
)
BLAST_AGAIN = (
    "Seventeen miners died when methane exploded at the Severnaya coal mine in Shebol. Eight are "
    "missing 600 metres below ground. Smoke hampers the search, said rescue chief Oleg Marchuk."
)
HARVEST = (
    "Farmers in the south expect the best wheat harvest for ten years after a rainy spring, and "
    "the grain union asks for cheaper railway wagons to the ports."
)


def article(title, body="", url="https://paper.example/1", lang="en", **more):
    return Article(title=title, body=body, url=url, lang=lang, **more)


def of(title, body="", **more):
    return features(article(title, body, **more))


def known(id, body, *, at=NOON, story=None, title="Explosion in coal mine kills 17", **more):
    return Known(
        article=id,
        story=id if story is None else story,
        at=at,
        features=of(title, body, url=f"https://paper{id}.example/"),
        text=more.pop("text", id),
        **more,
    )


# --- what it decides ---------------------------------------------------------------------------


def test_the_first_article_opens_a_story():
    decided = link(of("Explosion", BLAST), NOON, [], SOME)
    assert (decided.story, decided.joined) == (None, Joined.OPENED)
    assert decided.detail == "nothing like it is known"
    assert decided.keep_rows


def test_the_same_text_joins_as_a_copy_and_needs_no_rows():
    there = known(7, BLAST, text=3)
    decided = link(of("Explosion in coal mine kills 17", BLAST), NOON + HOUR, [there], SOME)
    assert (decided.story, decided.joined, decided.article) == (7, Joined.COPY, 7)
    assert decided.score == 1.0
    assert decided.text == 3  # the text that the known one copies itself
    assert not decided.keep_rows
    assert decided.detail == "the same text, 100% of the shorter one"


def test_a_new_headline_makes_no_new_story():
    there = known(7, BLAST)
    decided = link(of("At least 17 dead as pit blast traps miners", BLAST), NOON, [there], SOME)
    assert (decided.story, decided.joined) == (7, Joined.COPY)
    assert decided.keep_rows  # its headline leads others here


def test_other_words_join_with_the_terms_that_they_share():
    decided = link(of("Miners die underground", BLAST_AGAIN), NOON + HOUR, [known(7, BLAST)], SOME)
    assert (decided.story, decided.joined, decided.text) == (7, Joined.SAME_EVENT, None)
    assert decided.score >= SAME_EVENT
    assert decided.detail.startswith("shares: ")
    assert "Marchuk" in decided.detail
    assert decided.detail.endswith(f"; {decided.score:.2f}")


def test_another_event_opens_a_story_and_names_the_nearest():
    decided = link(of("Fire in Shebol coal mine", "All got out."), NOON, [known(7, BLAST)], SOME)
    assert decided.story is None
    assert decided.article == 7
    assert decided.detail.startswith("the nearest shares: ")
    assert decided.detail.endswith(f"; {SAME_HEADLINE:.2f} would join it")


QUAKE = "A {} earthquake shook {} at {} on {}, the seismic institute said. Depth: {} kilometres."


@pytest.mark.parametrize(
    ("other", "gap"),
    [
        (("4.9", "Velimor", "11:20", "Monday", 31), HOUR),  # another place
        (("4.9", "Shebol", "11:20", "Wednesday", 31), 48 * HOUR),  # another day
    ],
)
def test_a_short_form_is_known_by_its_terms_and_told_apart_by_its_facts(other, gap):
    """Too short for its passages to be alike: the figures are most of it."""
    first = known(7, QUAKE.format("5.1", "Shebol", "04:40", "Monday", 12), title="Earthquake")
    decided = link(of("Earthquake", QUAKE.format(*other)), NOON + gap, [first], SOME)
    assert decided.story is None
    assert decided.detail.endswith("; the same form with other facts")


def test_the_nearest_that_is_only_a_like_form_is_told_as_one():
    """Though it is not near enough to be compared by its text for any other reason."""
    form = "{} The forecast of the weather service comes with the usual advice to drive with care."
    first = known(7, form.format("Rain, 4 to 7 degrees, wind 30 on Monday."), title="Rain")
    other = of("Sunshine", form.format("Sun all day, 19 to 23 degrees, calm on Friday."))
    decided = link(other, NOON + 70 * HOUR, [first], SOME)
    assert decided.story is None
    assert decided.score < SAME_EVENT
    assert decided.detail.endswith("; the same form with other facts")


def test_two_short_reports_in_other_words_are_of_one_event_by_their_names_and_facts():
    """Two headlines with a first sentence, as feeds carry them."""
    first = known(
        7,
        "A court sentenced former transport minister Ihor Rudenko to five years for bribes.",
        title="Former minister Rudenko jailed over bribes",
    )
    second = of(
        "Five years for ex-minister",
        "Ihor Rudenko took bribes from a road builder when he ran the transport ministry, "
        "judges in Kalinsk found.",
    )
    assert link(second, NOON + HOUR, [first], SOME).story == 7
    other = of(
        "Minister Rudenko opens bridge",
        "Transport minister Ihor Rudenko opened a bridge over the Tisna that took five years to "
        "build.",
    )
    assert link(other, NOON + HOUR, [first], SOME).story is None


def test_a_few_shared_words_are_not_enough_however_short_the_reports_are():
    first = known(7, "", title="Former minister Rudenko jailed over railway bribes")
    decided = link(of("Minister Rudenko opens railway museum"), NOON, [first], SOME)
    assert decided.story is None
    assert decided.detail.endswith(f"; {SAME_HEADLINE:.2f} would join it")


def test_headlines_join_where_most_of_their_words_agree():
    first = known(7, "", title="Former minister Rudenko jailed over railway bribes")
    decided = link(of("Ex-minister Rudenko jailed for railway bribes"), NOON, [first], SOME)
    assert decided.story == 7


def test_what_shares_too_little_is_not_even_near():
    decided = link(of("Wheat", HARVEST), NOON, [known(7, BLAST)], SOME)
    assert (decided.story, decided.article) == (None, None)
    assert decided.detail == "nothing like it is known"


def test_a_few_common_terms_are_not_near():
    there = known(7, f"{BLAST} Railway wagons brought rescuers from the ports.")
    decided = link(of("Record wheat harvest", HARVEST), NOON, [there], SOME)
    assert decided.detail == "nothing like it is known"
    assert decided.score < 0.3


def test_the_closest_of_several_stories_is_taken():
    far, near = known(7, BLAST), known(8, BLAST_AGAIN, title="Miners die underground")
    decided = link(of("Miners die underground", BLAST_AGAIN + " Rain."), NOON, [near, far], SOME)
    assert decided.story == 8


def test_of_equally_close_ones_the_earliest_is_taken():
    both = [known(8, BLAST), known(7, BLAST), known(6, BLAST, at=NOON + HOUR)]
    assert link(of("Explosion in coal mine kills 17", BLAST), NOON, both, SOME).story == 7


# --- time --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "gap", "joined"),
    [
        (BLAST, timedelta(), Joined.COPY),
        (BLAST, COPY_WINDOW, Joined.COPY),
        (BLAST, COPY_WINDOW + HOUR, Joined.OPENED),
        (BLAST, -COPY_WINDOW, Joined.COPY),  # articles come late
        (BLAST_AGAIN, 12 * HOUR, Joined.SAME_EVENT),
        (BLAST_AGAIN, -12 * HOUR, Joined.SAME_EVENT),
        (BLAST_AGAIN, EVENT_WINDOW + HOUR, Joined.OPENED),
    ],
)
def test_copies_are_looked_for_in_thirty_days_other_words_in_three(text, gap, joined):
    there = known(7, BLAST)
    decided = link(of("Explosion in coal mine kills 17", text), NOON + gap, [there], SOME)
    assert decided.joined is joined


def test_likeness_fades_with_time():
    def score(gap):
        return link(of("Miners die", BLAST_AGAIN), NOON + gap, [known(7, BLAST)], SOME).score

    assert score(timedelta()) == score(12 * HOUR) > score(40 * HOUR) > score(72 * HOUR)
    assert score(72 * HOUR) == pytest.approx(0.8 * score(timedelta()), abs=1e-3)


def test_an_article_counts_as_told_by_its_own_date_unless_that_is_to_come():
    early, late = NOON - 9 * HOUR, NOON + 9 * HOUR
    assert story_time(article("x", published=early), NOON) == early
    assert story_time(article("x", published=late), NOON) == NOON
    assert story_time(article("x"), NOON) == NOON


# --- guards ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body", "few"),
    [("", "", "0 words are"), ("Live", "", "1 word is"), ("", "Watch the video", "3 words are")],
)
def test_articles_of_a_word_or_three_open_their_own_story(title, body, few):
    there = Known(article=1, story=1, at=NOON, features=of(title, body), text=1)
    decided = link(of(title, body), NOON, [there], SOME)
    assert decided.story is None
    assert decided.detail == f"{few} too few to compare"


def test_a_form_filled_in_anew_is_another_story():
    form = (
        "A tremor of magnitude {} struck near {}, at {} local time, the seismological institute "
        "said. Its depth was {} kilometres. There were no reports of damage or injuries. This "
        "report was generated from the data of the institute."
    )
    first = known(1, form.format("4.6", "Shebol", "03:12", 12), title="Magnitude 4.6 tremor")
    second = of("Magnitude 5.1 tremor", form.format("5.1", "Lower Orda", "21:47", 33))
    decided = link(second, NOON + HOUR, [first], SOME)
    assert decided.story is None
    assert decided.detail.endswith("; the same form with other facts")


@pytest.mark.parametrize(("gap", "joined"), [(1, Joined.COPY), (20, Joined.OPENED)])
def test_a_later_version_of_a_report_may_change_its_numbers_but_not_a_day_later(gap, joined):
    told = "The blast in the mine killed {} miners, the ministry said, and smoke slows the search."
    first = known(1, told.format(17), title="Miners killed in blast")
    later = of("Miners killed in blast", told.format(21))
    assert link(later, NOON + gap * HOUR, [first], SOME).joined is joined


def test_a_forecast_for_another_day_is_another_forecast():
    told = "Weather in Tarsk for {}: no rain, wind from the north, and frost at night on all roads."
    first = known(1, told.format("Tuesday"), title="Weather in Tarsk for Tuesday")
    second = of("Weather in Tarsk for Friday", told.format("Friday"))
    assert link(second, NOON + 72 * HOUR, [first], SOME).story is None
    assert link(second, NOON + HOUR, [first], SOME).story == 1  # a correction, not an issue


def told_by_all(*articles: tuple[str, str], lang: str = "en") -> list[int]:
    """Return how many articles each story has that other publishers' articles make in one hour."""
    archive = Archive()
    ids = [
        archive.add(article(title, body, f"https://host{n}.example/", published=NOON, lang=lang))
        for n, (title, body) in enumerate(articles)
    ]
    return sorted(Counter(archive.known[id].story for id in ids).values())


def test_forms_of_one_hour_whose_facts_are_all_others_are_other_events():
    """However many publishers fill one in: no story of them all, and no false confirmation."""
    sizes = told_by_all(
        *(
            (
                f"Flood warning no. {101 + n} issued",
                f"A flood warning was issued for district {n + 1} by the ministry. The river stood "
                f"at {310 + 7 * n} cm at noon, and {40 + 3 * n} households were told to leave "
                "their homes.",
            )
            for n in range(60)
        )
    )
    assert sizes == [1] * 60  # though some share a number by chance


def test_a_series_of_short_forms_is_known_by_its_many_issues():
    """In two scripts, without any date of their own."""
    sizes = told_by_all(
        *(
            (
                f"Погода weather {n}",
                f"Flood наводнение в {n} районе было объявлено by the МЧС с осадками {n * 7} mm.",
            )
            for n in range(120)
        )
    )
    assert sizes[-1] <= 12


@pytest.mark.parametrize(
    ("lang", "places", "title", "body"),
    [
        (
            "en",
            "Paris Lyon Rome Madrid Berlin Vienna Prague Warsaw",
            "Breaking news",
            "{} flood: more follows soon.",
        ),
        (
            "en",
            "Paris Lyon Rome Madrid Berlin Vienna Prague Warsaw",
            "Flood in {}",
            "A flood hit {} today, the mayor said. More follows.",
        ),
        (
            "ru",
            "Тула Омск Томск Пермь Казань Самара Чита Псков",
            "Пожар в городе {}",
            "Сегодня в городе {} произошёл пожар, сообщили в МЧС. Пострадавших нет.",
        ),
    ],
)
def test_one_sentence_about_many_places_is_many_events(lang, places, title, body):
    articles = [(title.format(place), body.format(place)) for place in places.split()]
    assert told_by_all(*articles, lang=lang) == [1] * 8


def test_reports_of_a_rising_toll_stay_one_story():
    title = "Death toll in Shebol mine blast rises to {}"
    body = (
        "The death toll of the methane blast at the Shebol mine rose to {} on Monday, the "
        "emergencies ministry said."
    )
    tolls = (3, 5, 8, 11, 14, 17, 19)
    assert told_by_all(*((title.format(n), body.format(n)) for n in tolls)) == [7]


def test_headlines_of_feeds_without_text_are_one_event_by_most_of_their_words():
    sizes = told_by_all(
        ("Quake of magnitude 6.5 hits northern Chile", ""),
        ("6.5 quake strikes northern Chile", ""),
        ("Putin signs decree on pensions", ""),
        ("Putin signs decree on mobilisation", ""),
    )
    assert sizes == [1, 1, 2]


def test_a_passage_that_a_site_prints_on_each_page_is_no_copy():
    passage = (
        "To continue reading this article, please subscribe. Subscribers read all articles, "
        "archives and newsletters on every device, and can cancel at any moment. Already a "
        "subscriber? Sign in here. Need help? Our customer service answers on weekdays, and by "
        "mail at weekends. A trial month costs one crown, and gift vouchers are sold in our shop."
    )
    first = known(1, passage, title="Explosion in coal mine kills 17")
    decided = link(of("Farmers expect record wheat harvest", passage), NOON, [first], SOME)
    assert decided.story is None


def test_articles_that_share_only_what_surrounds_them_are_no_copies():
    """One headline for each day's news, and half of the page printed by the site."""
    around = " ".join(f"menu{number} link{number}" for number in range(110))
    blast = " ".join(f"blast{number} " * 4 for number in range(30))
    wheat = " ".join(f"wheat{number} " * 4 for number in range(30))
    first = known(1, f"{blast} {around}", title="News of the region today")
    mine = of("News of the region today", f"{wheat} {around}")
    assert link(mine, NOON, [first], SOME).story is None


@pytest.mark.parametrize("order", list(permutations(("digest", "blast", "again", "harvest"))))
def test_a_digest_does_not_pull_the_stories_that_it_prints_together(order):
    rest = " ".join(f"topic{number}" for number in range(90))
    texts = {
        "digest": ("The day in brief", f"{BLAST}\n\n{HARVEST}\n\n{rest}"),
        "blast": ("Explosion in coal mine kills 17", BLAST),
        "again": ("Miners die underground", BLAST_AGAIN),
        "harvest": ("Farmers expect record wheat harvest", HARVEST),
    }
    archive = Archive()
    ids = {
        name: archive.add(article(*texts[name], f"https://{name}.example/", published=NOON))
        for name in order
    }
    story = {name: archive.known[id].story for name, id in ids.items()}
    assert story["harvest"] not in {story["blast"], story["again"]}


def test_a_copy_cut_short_is_still_a_copy():
    there = known(1, f"{BLAST} {HARVEST}")
    assert link(of("Explosion in coal mine kills 17", BLAST), NOON, [there], SOME).story == 1


def test_texts_without_terms_are_compared_by_their_text_alone():
    """A script without spaces gives no terms; its copies are still found."""
    text = "东京地震后交通中断当局呼吁居民保持冷静"
    there = Known(article=1, story=1, at=NOON, features=of("", text, lang="ja"), text=1)
    assert link(of("", text, lang="ja"), NOON, [there], SOME).joined is Joined.COPY


def test_a_story_takes_no_other_words_after_its_span():
    first = known(1, BLAST, founder=True)
    recent = known(2, BLAST, story=1, at=NOON + STORY_SPAN)
    at = NOON + STORY_SPAN + HOUR
    decided = link(of("Miners die underground", BLAST_AGAIN), at, [first, recent], SOME)
    assert decided.story is None
    assert decided.detail.endswith("; its story began too long ago")


def test_a_story_ends_even_for_copies_of_its_copies():
    first = known(1, BLAST, founder=True)
    recent = known(2, BLAST, story=1, at=NOON + COPY_WINDOW)
    decided = link(
        of("Explosion in coal mine kills 17", BLAST),
        NOON + COPY_WINDOW + HOUR,
        [first, recent],
        SOME,
    )
    assert decided.story is None


def test_a_story_does_not_drift_away_from_its_beginning():
    first = known(1, HARVEST, title="Farmers expect record harvest", founder=True)
    drifted = known(2, BLAST, story=1)
    decided = link(of("Miners die underground", BLAST_AGAIN), NOON, [first, drifted], SOME)
    assert decided.story is None
    assert decided.detail.endswith("; its story began with something else")
    assert link(of("Miners die", BLAST_AGAIN), NOON, [drifted], SOME).story == 1


def test_only_the_newest_candidates_are_compared():
    old = known(1, BLAST, at=NOON - HOUR)
    many = [
        known(number, BLAST_AGAIN + f" Day {number}.", story=number)
        for number in range(2, MAX_CANDIDATES + 2)
    ]
    decided = link(of("Explosion in coal mine kills 17", BLAST), NOON, [old, *many], SOME)
    assert decided.story != 1
    assert (
        link(of("Explosion in coal mine kills 17", BLAST), NOON, [old, *many[1:]], SOME).story == 1
    )


# --- by hand -----------------------------------------------------------------------------------


def test_an_article_does_not_go_back_to_the_story_that_it_was_parted_from():
    mine = of("Explosion in coal mine kills 17", BLAST)
    decided = link(mine, NOON, [known(7, BLAST)], SOME, apart=frozenset({7}))
    assert decided.story is None
    assert decided.detail.endswith("; parted from it by hand")


def test_copies_of_a_parted_article_follow_it():
    stayed = known(1, BLAST, founder=True)
    parted = known(2, BLAST_AGAIN, title="Miners die", apart=frozenset({1}), founder=True)
    decided = link(of("Miners die", BLAST_AGAIN), NOON, [stayed, parted], SOME)
    assert (decided.story, decided.joined) == (2, Joined.COPY)


def test_the_former_story_is_closed_to_copies_even_when_the_parted_ones_cannot_take_them():
    """The article was parted from both: what resembles it most may join neither."""
    stayed = known(1, BLAST_AGAIN, title="Miners die underground", founder=True)
    parted = known(2, BLAST, apart=frozenset({1}), founder=True)
    mine = of("Explosion in coal mine kills 17", BLAST)
    decided = link(mine, NOON, [stayed, parted], SOME, apart=frozenset({2}))
    assert decided.story is None


def test_the_former_story_stays_open_to_what_is_closer_to_it():
    stayed = known(1, BLAST, founder=True)
    parted = known(2, BLAST_AGAIN, title="Miners die", apart=frozenset({1}), founder=True)
    decided = link(of("Explosion in coal mine kills 17", BLAST), NOON, [stayed, parted], SOME)
    assert decided.story == 1


def test_a_story_put_together_takes_what_each_of_its_parts_would_have_taken():
    """And no more: what is like none of its beginnings stays out."""
    one = known(1, HARVEST, title="Farmers expect record harvest", founder=True)
    two = known(2, BLAST, story=1, founder=True)
    mine = of("Miners die underground", BLAST_AGAIN)
    assert link(mine, NOON, [one, two], SOME).story == 1
    drifted = known(3, BLAST, story=1)
    others = [one, known(2, HARVEST, title="Harvest begins", story=1, founder=True), drifted]
    decided = link(mine, NOON, others, SOME)
    assert decided.story is None
    assert decided.detail.endswith("; its story began with something else")


@pytest.mark.parametrize(
    ("title", "body", "span"),
    [
        ("Miners die underground", BLAST_AGAIN, STORY_SPAN),
        ("Explosion in coal mine kills 17", BLAST, COPY_WINDOW),
    ],
)
def test_each_part_of_a_story_put_together_is_as_old_as_its_own_beginning(
    title: str, body: str, span: timedelta
):
    """The younger part keeps the story open, for what is like that part."""
    at = NOON + span + HOUR
    old = known(1, HARVEST, title="Farmers expect record harvest", founder=True)
    young = known(2, BLAST, story=1, at=NOON + 2 * HOUR, founder=True)
    recent = known(3, BLAST, story=1, at=at - HOUR)
    assert link(of(title, body), at, [old, young, recent], SOME).story == 1
    later = link(of(title, body), at + 2 * HOUR, [old, young, recent], SOME)
    assert later.story is None
    assert later.detail.endswith("; its story began too long ago")


def test_a_part_that_is_too_old_stays_closed_though_the_story_has_a_younger_one():
    at = NOON + STORY_SPAN + HOUR
    old = known(1, BLAST, founder=True)
    young = known(
        2, HARVEST, title="Farmers expect record harvest", story=1, at=at - HOUR, founder=True
    )
    recent = known(3, BLAST, story=1, at=at - HOUR)
    decided = link(of("Miners die underground", BLAST_AGAIN), at, [old, young, recent], SOME)
    assert decided.story is None
    assert decided.detail.endswith("; its story began with something else")


AIRPORT = (
    "Вооружённые люди захватили аэропорт Алматы в среду вечером, сообщил акимат. По данным "
    "полиции, ранены 14 человек, все рейсы отменены до пятницы. Военные готовы освободить здание."
)
AIRPORT_AGAIN = (
    "Аэропорт Алматы захвачен вооружёнными людьми в среду. Полиция сообщила о 14 раненых, рейсы "
    "отменены до пятницы, военные готовятся освободить терминал."
)
AIRPORT_IN_ENGLISH = (
    "Gunmen stormed the airport in Almaty on Wednesday evening, forcing staff to evacuate the "
    "terminal. Police said 14 people were wounded and all flights had been cancelled until Friday."
)


def test_later_articles_follow_stories_that_were_put_together():
    """Through a chain of merges and a split afterwards, in each of the languages."""
    archive = Archive()
    harvest = archive.add(article("Farmers expect record harvest", HARVEST, published=NOON))
    english = archive.add(article("Gunmen storm airport", AIRPORT_IN_ENGLISH, published=NOON))
    russian = archive.add(
        article("Вооружённые люди захватили аэропорт", AIRPORT, published=NOON + HOUR, lang="ru")
    )
    story = archive.known[english].story
    archive.merge(story, archive.known[russian].story)
    archive.merge(archive.known[harvest].story, story)

    def later(site: str) -> int:
        return archive.add(
            article(
                "Вооружённые люди захватили аэропорт Алматы, ранены 14 человек",
                AIRPORT_AGAIN,
                f"https://{site}.example/1",
                published=NOON + 2 * HOUR,
                lang="ru",
            )
        )

    assert archive.known[later("s")].story == archive.known[harvest].story
    parted = archive.split(harvest)
    assert archive.known[later("t")].story == archive.known[russian].story != parted


def test_split_and_merge_stay_so_in_an_archive():
    archive = Archive()
    told = article("Explosion in coal mine kills 17", BLAST, published=NOON)
    first = archive.add(told)
    second = archive.add(article("Miners die underground", BLAST_AGAIN, "https://b.example/1"))
    assert archive.known[second].story != first  # without a date it counts as told when first seen
    second = archive.add(replace(told, url="https://c.example/1"))
    assert archive.known[second].story == first
    new = archive.split(second)
    copy = archive.add(replace(told, title="17 killed by explosion in coal mine"))
    assert archive.known[copy].story == archive.known[second].story == new
    archive.merge(first, new)
    again = archive.add(replace(told, title="Coal mine explosion: 17 killed"))
    assert archive.known[again].story == first


# --- whatever the input --------------------------------------------------------------------------

BODIES = st.lists(
    st.sampled_from([*BLAST.split(), *BLAST_AGAIN.split(), *HARVEST.split()]), max_size=60
).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(BODIES, min_size=1, max_size=8), BODIES, st.data())
def test_the_order_of_candidates_does_not_matter_and_decisions_repeat(bodies, body, data):
    there = [
        known(id + 1, text, at=NOON + id * HOUR, story=id // 2 + 1, title=text[:30])
        for id, text in enumerate(bodies)
    ]
    mine = of(body[:30], body)
    decided = link(mine, NOON, there, SOME)
    assert decided == link(mine, NOON, data.draw(st.permutations(there)), SOME)
    assert decided.story in {None, *(one.story for one in there)}
    assert (decided.story is None) is (decided.joined is Joined.OPENED)
    assert 0 <= decided.score <= 1


@settings(max_examples=60, deadline=None)
@given(BODIES, st.integers(-29, 29), st.lists(BODIES, max_size=4))
def test_identical_text_always_joins_the_same_story(body, days, others):
    text = f"{BLAST[:60]} {body}"
    there = known(1, text, at=NOON + timedelta(days=days), founder=True)
    more = [known(id + 2, other, title=other[:20]) for id, other in enumerate(others)]
    mine = features(article("Explosion in coal mine kills 17", text))
    twin = link(mine, NOON, [there, *more], SOME)
    assert (twin.joined, twin.score) == (Joined.COPY, 1.0)
    assert {one.article: one.story for one in [there, *more]}[twin.article or 0] == twin.story


def test_needed_terms_are_those_of_both_sides():
    found = needed_terms(of("Airport"), [known(1, "curfew", title="Protest")])
    assert found == {"airport", "protest", "curfew"}


def test_news_on_one_template_is_as_many_events_as_its_headlines_name():
    """Laws signed on one day, results of a season: nearly the same sentences about other things."""
    laws = told_by_all(
        (
            "Президент подписал закон о масс-медиа",
            "Глава государства Касым-Жомарт Токаев подписал закон «О масс-медиа». Документ принят "
            "Парламентом 20 ноября, сообщает Акорда. Закон вводит единую карточку журналиста и "
            "сокращает срок ответа на запросы до пяти рабочих дней.",
        ),
        (
            "Президент подписал Водный кодекс",
            "Глава государства Касым-Жомарт Токаев подписал новый Водный кодекс. Документ принят "
            "Парламентом 20 ноября, сообщает Акорда. Кодекс вводит бассейновый принцип управления "
            "и запрещает стройку в водоохранных полосах.",
        ),
        (
            "Водный кодекс подписан президентом",
            "Новый Водный кодекс подписал Касым-Жомарт Токаев, сообщает Акорда. Документ принят "
            "Парламентом 20 ноября. Он вводит бассейновый принцип управления и запрещает стройку "
            "в водоохранных полосах.",
        ),
        lang="ru",
    )
    form = (
        "{} reported a third-quarter net profit of {} billion tenge, up {}% from a year earlier, "
        "on higher net interest income. The lender kept its full-year guidance. The central bank "
        "of Kazakhstan has held its base rate at 18%."
    )
    banks = (("Halyk Bank", 245, 12), ("ForteBank", 61, 9), ("Bank CenterCredit", 58, 21))
    results = told_by_all(
        *(
            (f"{name} profit up {rise}% in third quarter", form.format(name, profit, rise))
            for name, profit, rise in banks
        )
    )
    assert laws == [1, 2]
    assert results == [1, 1, 1]
