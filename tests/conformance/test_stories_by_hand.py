"""Stories parted and put together by hand: promises of `Desk`."""

from __future__ import annotations

from dataclasses import replace

from monitor.model.article import Article
from monitor.model.decision import GroupPast
from monitor.model.hit import Review
from monitor.model.rule import Level
from monitor.model.story import Joined
from monitor.store import SqlStore, open_store
from monitor.stories.extraction import features
from monitor.stories.rarity import Rarity
from tests.conformance.making import NOW, add_hit, at
from tests.conformance.telling import BODY, candidates, joining, pasts, put, tell_of, text


def members(store: SqlStore, story: int | None) -> set[int]:
    entry = store.story(story or 0)
    return set() if entry is None else {member.article for member in entry.articles}


def founders(store: SqlStore, story: int) -> set[int]:
    found = candidates(store, features(text()))
    return {known.article for known in found if known.story == story and known.founder}


def test_a_story_put_together_keeps_the_beginnings_of_all_its_parts(
    store: SqlStore, database_url: str
) -> None:
    """Over restarts, chains of merges, and a split of some of it afterwards."""
    a, first = put(store, text("One"))
    put(store, text("Two"), link=joining(first))
    b, second = put(store, text("Far", "Something else entirely."), when=at(-60 * 24 * 300))
    member, _ = put(store, text("Three"), link=joining(second))
    c, third = put(store, text("Four"), when=at(5))
    store.merge_stories(first, [second], NOW)
    store.merge_stories(third, [first], NOW)
    again = open_store(database_url)
    assert founders(again, third) == {a, b, c}
    again.close()

    new = store.split_story([member, b], NOW).story
    assert founders(store, third) == {a, c}
    assert founders(store, new or 0) == {b}
    other = store.split_story([a, c], NOW).story
    assert founders(store, other or 0) == {a, c}
    assert len(founders(store, third)) == 1


def test_of_a_great_many_beginnings_the_newest_are_kept(store: SqlStore) -> None:
    made = [put(store, text(f"T{n}"), when=at(n)) for n in range(70)]
    (_, first), *others = made
    store.merge_stories(first, [story for _, story in others], NOW)

    assert founders(store, first) == {article for article, _ in made[-64:]}


def test_a_split_moves_articles_to_a_new_story_for_good(store: SqlStore) -> None:
    first, story = put(store, text())
    wrong, _ = put(store, text("Other event", site="b"), link=joining(story), when=at(5))
    copy, _ = put(
        store,
        text("Copy", site="c"),
        link=joining(story, text=wrong, keep_rows=False),
        when=at(6),
        rows=(),
    )

    parting = store.split_story([wrong, copy, 999], at(10))

    assert (parting.articles, parting.copies) == ((wrong, copy), ())
    new = parting.story
    assert new not in {None, story}
    old_entry, new_entry = store.story(story), store.story(new or 0)
    assert old_entry is not None
    assert new_entry is not None
    assert [m.article for m in old_entry.articles] == [first]
    assert [m.article for m in new_entry.articles] == [copy, wrong]
    assert (old_entry.story.articles, old_entry.story.publishers) == (1, 1)
    assert (old_entry.story.opened, old_entry.story.last) == (NOW, NOW)
    assert (new_entry.story.articles, new_entry.story.publishers) == (2, 1)
    assert (new_entry.story.title, new_entry.story.opened) == ("Other event", at(5))
    assert new_entry.articles[0].joined is Joined.BY_HAND
    assert "by hand at 2026-03-01 12:10" in new_entry.articles[0].detail
    found = {k.article: k for k in candidates(store, features(text("Copy")))}
    assert found[copy].apart == found[wrong].apart == {story}
    assert found[wrong].founder
    assert found[first].founder
    assert not found[copy].founder


def copies(store: SqlStore, of: Article, first: int, story: int, number: int) -> list[int]:
    """Store copies of an article as detection does: without rows of their own."""
    link = joining(story, joined=Joined.COPY, text=first, keep_rows=False)
    return [
        put(store, replace(of, url=f"https://copy{n}.example/"), link=link, when=at(n))[0]
        for n in range(number)
    ]


def test_the_copies_of_a_text_go_along_with_one_that_is_parted(store: SqlStore) -> None:
    """And stay apart with it; those that are in another story meanwhile stay there."""
    first, story = put(store, text())
    agency = text("Airport stormed", "An armed crowd seized the airport of Almaty on Wednesday.")
    original, _ = put(store, agency, link=joining(story))
    one, two, elsewhere = copies(store, agency, original, story, 3)
    store.split_story([elsewhere], NOW, alone=True)

    parting = store.split_story([one], at(10))

    assert (parting.articles, parting.copies, parting.staying) == ((one,), (original, two), ())
    assert members(store, parting.story) == {original, one, two}
    assert members(store, story) == {first}
    found = {known.article: known for known in candidates(store, features(agency))}
    assert found[original].apart == found[one].apart == {story}


def test_copies_stay_where_only_the_named_articles_are_to_go(store: SqlStore) -> None:
    first, story = put(store, text())
    one, two = copies(store, text(), first, story, 2)

    parting = store.split_story([one], at(10), alone=True)

    assert (parting.articles, parting.copies, parting.staying) == ((one,), (), (first, two))
    assert (members(store, parting.story), members(store, story)) == ({one}, {first, two})


def test_of_the_text_that_a_story_began_with_the_nearer_copies_go_along(store: SqlStore) -> None:
    """Two issues of one form that were taken for copies of each other can be told apart."""
    monday = text("Forecast", BODY)
    tuesday = text("Forecast", BODY.replace("Thursday", "Friday").replace("protesters", "crowds"))
    first, story = put(store, monday)
    same, *_ = copies(store, monday, first, story, 1)
    later, again = copies(store, tuesday, first, story, 2)

    parting = store.split_story([later], at(10))

    assert (parting.copies, parting.staying) == ((again,), (first, same))


def test_a_beginning_goes_along_with_a_copy_of_itself(store: SqlStore) -> None:
    first, story = put(store, text())
    other, _ = put(store, text("Other words", "Troops of six states land."), link=joining(story))
    (copy,) = copies(store, text(), first, story, 1)

    parting = store.split_story([copy], at(10))

    assert parting.copies == (first,)
    assert members(store, story) == {other}
    entry = store.story(parting.story or 0)
    assert entry is not None
    assert entry.story.title == text().title


def test_a_story_does_not_keep_the_title_of_what_was_parted_from_it(store: SqlStore) -> None:
    first, story = put(store, text("One"))
    put(store, text("Two", "Troops of six states land."), link=joining(story))
    _, second = put(store, text("Three", "Quite another matter."), when=at(-5))
    last, third = put(store, text("Four", "The weather stays fine."), when=at(5))
    store.merge_stories(story, [second, third], NOW)

    for parted, title in ((last, "One"), (first, "Three")):
        store.split_story([parted], NOW, alone=True)
        entry = store.story(story)
        assert entry is not None
        assert entry.story.title == title


def test_a_split_that_would_part_nothing_changes_nothing(store: SqlStore) -> None:
    first, story = put(store, text())
    (copy,) = copies(store, text(), first, story, 1)
    alone, other = put(store, text("Alone", "Quite another matter: the weather stays fine."))

    parting = store.split_story([copy], at(1))
    assert (parting.story, parting.copies, parting.emptied) == (None, (first,), (story,))
    assert store.split_story([first, copy], at(1)).emptied == (story,)
    parting = store.split_story([alone, first, copy], at(1))
    assert (parting.story, parting.emptied) == (None, (story, other))
    assert (members(store, story), members(store, other)) == ({first, copy}, {alone})
    put(store, text("Wrong", "Troops of six states land."), link=joining(other))
    parting = store.split_story([alone, copy], at(1))  # its copy, gone along, would empty the story
    assert (parting.story, parting.copies, parting.emptied) == (None, (first,), (story,))
    for nothing in ([999], [], [2**70]):
        parting = store.split_story(nothing, at(2))
        assert (parting.story, parting.articles, parting.emptied) == (None, (), ())


def test_a_split_leaves_no_empty_story(store: SqlStore) -> None:
    first, story = put(store, text())
    wrong, _ = put(store, text("Wrong", "Troops of six states land."), link=joining(story))
    alone, other = put(store, text("Alone", "Quite another matter: the weather stays fine."))

    parting = store.split_story([wrong, alone], at(1))

    assert members(store, parting.story) == {wrong, alone}
    assert members(store, story) == {first}
    assert store.story(other) is None


def test_a_merge_makes_one_story_of_several(store: SqlStore) -> None:
    a, first = put(store, text("One", site="a"))
    b, second = put(store, text("Two", site="b"), when=at(-5))
    c, third = put(store, text("Three", site="c"), when=at(5))
    put(store, text("Five"), link=joining(third))
    store.split_story([c], at(6))

    assert store.merge_stories(first, [second, first], at(10))

    entry = store.story(first)
    assert entry is not None
    assert {m.article for m in entry.articles} == {a, b}
    assert (entry.story.articles, entry.story.publishers) == (2, 2)
    assert (entry.story.opened, entry.story.last) == (at(-5), NOW)
    assert store.story(second) is None
    assert founders(store, first) == {a, b}


def test_a_merge_with_a_story_that_does_not_exist_changes_nothing(store: SqlStore) -> None:
    _, first = put(store, text())
    _, second = put(store, text("Two"))

    assert not store.merge_stories(first, [second, 999], NOW)
    assert not store.merge_stories(999, [second], NOW)
    assert not store.merge_stories(first, [2**70], NOW)
    assert store.story(second) is not None


def test_what_was_parted_stays_parted_from_the_merged_story(store: SqlStore) -> None:
    _, story = put(store, text())
    parted, _ = put(store, text("Two"), link=joining(story))
    store.split_story([parted], NOW)
    _, other = put(store, text("Three"))

    store.merge_stories(other, [story], NOW)

    found = {k.article: k for k in candidates(store, features(text()))}
    assert found[parted].apart == {other}


def test_merging_what_was_parted_takes_it_back(store: SqlStore) -> None:
    first, story = put(store, text())
    parted, _ = put(store, text("Two"), link=joining(story))
    new = store.split_story([parted], NOW).story

    assert store.merge_stories(story, [new or 0], NOW)

    found = {k.article: k for k in candidates(store, features(text()))}
    assert (found[parted].story, found[parted].apart) == (story, frozenset())
    assert found[first].apart == frozenset()


def test_a_merged_story_is_acknowledged_only_if_all_were(store: SqlStore) -> None:
    stories = [put(store, text(f"T{n}")) for n in range(3)]
    hits = [add_hit(store, on=article) for article, _ in stories]
    store.review(hits[:2], Review.ACKNOWLEDGED, NOW)
    (_, a), (_, b), (_, c) = stories

    store.merge_stories(a, [b], NOW)
    entry = store.story(a)
    assert entry is not None
    assert entry.story.acknowledged

    store.merge_stories(a, [c], NOW)
    entry = store.story(a)
    assert entry is not None
    assert not entry.story.acknowledged


def test_what_was_told_of_merged_stories_was_told_of_the_one(store: SqlStore) -> None:
    a, first = put(store, text("One"))
    b, second = put(store, text("Two"))
    tell_of(store, a, first, "low", Level.LOW)
    newest = tell_of(store, b, second, "high", Level.HIGH)

    store.merge_stories(first, [second], NOW)

    assert pasts(store, b) == {
        ("desk", f"story:{first}"): GroupPast(
            first_alert=newest,
            last_at=NOW,
            rules=frozenset({"low", "high"}),
            level=Level.HIGH,
        )
    }


def test_a_story_that_was_put_into_others_is_found_by_what_was_told_of_it(store: SqlStore) -> None:
    _, first = put(store, text("One"))
    b, second = put(store, text("Two"))
    c, _ = put(store, text("Three"), link=joining(second))
    _, untold = put(store, text("Four"))
    tell_of(store, b, second, "low", Level.LOW)
    tell_of(store, c, second, "high", Level.HIGH)
    store.merge_stories(first, [second, untold], NOW)
    assert (store.successors(second), store.successors(untold)) == ([first], [])
    new = store.split_story([c], NOW).story
    assert store.successors(second) == [first, new]


def test_what_was_told_of_a_parted_article_was_told_of_its_new_story(store: SqlStore) -> None:
    a, story = put(store, text("One"))
    b, _ = put(store, text("Two"), link=joining(story))
    kept = tell_of(store, a, story, "low", Level.LOW)
    moved = tell_of(store, b, story, "high", Level.HIGH)

    new = store.split_story([b], NOW).story

    of_new = pasts(store, b)["desk", f"story:{new}"]
    assert (of_new.first_alert, of_new.rules, of_new.level) == (moved, {"high"}, Level.HIGH)
    of_old = pasts(store, a)["desk", f"story:{story}"]
    assert (of_old.first_alert, of_old.rules, of_old.level) == (kept, {"low"}, Level.LOW)


def test_terms_are_counted_by_the_stories_that_began_with_them(store: SqlStore) -> None:
    assert store.rarity(["harbour"]) == Rarity(0, {"harbour": 0})
    _, story = put(store, text("Harbour of Aktau", "Ships."))
    put(store, text("Harbour of Aktau", "More ships."), link=joining(story))
    put(store, text("Harbour of Riga", "Snow."))
    assert store.rarity(["harbour", "riga", "x"]) == Rarity(2, {"harbour": 2, "riga": 1, "x": 0})
