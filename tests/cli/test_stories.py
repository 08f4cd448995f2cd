"""`monitor stories`: articles that tell the same thing, and putting wrong joins right."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import CONFIG, write

TEXT = (
    "The internet blackout began at noon in Almaty, the network watchdog said on Monday. "
    "Banks, airports and news sites could not be reached for hours, and Kazakhtelecom gave no "
    "reason. President Tokayev is to speak in the evening."
)


@pytest.fixture
def told(worked: Path, run: Run) -> Path:
    """A story of two articles that copy each other, beside the three others."""
    write(
        worked / "articles",
        {
            "a.json": f'{{"title": "Almaty goes offline", "text": "{TEXT}",'
            ' "url": "https://one.example/a", "published": "2026-01-08T10:00:00Z"}',
            "b.json": f'{{"title": "Offline in Almaty", "text": "{TEXT}",'
            ' "url": "https://two.example/b", "published": "2026-01-08T11:00:00Z"}',
        },
    )
    run("run", "--once")
    return worked


@pytest.mark.usefixtures("told")
def test_people_see_stories_with_their_articles_and_why_they_belong(run: Run) -> None:
    said = run("stories", "--rule", "blackout", "--limit", "1")
    assert said.code == 0
    assert said.lines[0] == "4  Almaty goes offline"
    assert said.lines[1] == (
        "    2026-01-08 10:00 – 2026-01-08 11:00, 2 articles, 1 publisher; rules: blackout (2)"
    )
    assert said.lines[2].startswith(
        "         5  2026-01-08 11:00  desk: Offline in Almaty  [copy: "
    )
    assert said.lines[2].endswith("; most like article 4, “Almaty goes offline”]")
    assert said.lines[3].startswith(
        "         4  2026-01-08 10:00  desk: Almaty goes offline  [opened: "
    )


@pytest.mark.usefixtures("told")
def test_json_has_a_story_a_line_with_its_members(run: Run) -> None:
    row = run("stories", "--story", "4", "--json").row
    assert (row["story"], row["articles"], row["publishers"]) == (4, 2, 1)
    assert row["rules"] == {"blackout": 2}
    assert row["acknowledged"] is False
    assert [member["article"] for member in row["members"]] == [5, 4]
    assert list(row["members"][0]) == [
        "article", "title", "source", "url", "at", "joined", "score", "detail",
        "most_like",
    ]  # fmt: skip
    assert row["members"][0]["joined"] == "copy"
    like = {"article": 4, "title": "Almaty goes offline", "story": 4}
    assert [member["most_like"] for member in row["members"]] == [like, None]
    assert len(run("stories", "--json").rows) == 4


NEAR = (
    "Banks in Almaty were without the internet for a second day, and Kazakhtelecom gave no reason. "
    "Shops took cash alone, and the mayor asked for patience while engineers looked for a fault."
)


def test_the_nearest_article_of_another_story_is_named_with_it(run: Run, worked: Path) -> None:
    for title, text, hour in (("Almaty goes offline", TEXT, 10), ("Banks closed", NEAR, 12)):
        article = {"title": title, "text": text, "published": f"2026-01-08T{hour}:00:00Z"}
        write(worked / "articles", {f"{hour}.json": json.dumps(article)})
        run("run", "--once")
    like = {"article": 4, "title": "Almaty goes offline", "story": 4}
    row = run("stories", "--story", "5", "--json").row
    assert row["members"][0]["most_like"] == like
    (step,) = [step for step in run("why", "5", "--json").row["steps"] if step["stage"] == "story"]
    assert step["most_like"] == like
    assert step["text"].startswith("5, opened: the nearest shares: ")
    assert step["text"].endswith("; it is article 4 of story 4, “Almaty goes offline”")
    with sqlite3.connect(worked / "monitor.db") as connection:
        connection.execute("DELETE FROM story_members WHERE article = 4")
        connection.execute("DELETE FROM articles WHERE id = 4")
    said = run("stories", "--story", "5")
    assert said.lines[2].endswith("; it is article 4, which is not stored any more]")


@pytest.mark.usefixtures("told")
def test_what_was_moved_by_hand_is_compared_with_nothing(run: Run) -> None:
    run("stories", "split", "--alone", "5")
    (member,) = run("stories", "--story", "5", "--json").row["members"]
    assert (member["joined"], member["most_like"]) == ("by-hand", None)
    (step,) = [step for step in run("why", "5", "--json").row["steps"] if step["stage"] == "story"]
    assert "most_like" not in step


@pytest.mark.usefixtures("worked")
def test_stories_are_chosen_by_rule_and_time(run: Run) -> None:
    assert len(run("stories", "--json", "--rule", "curfew").rows) == 1
    assert len(run("stories", "--json", "--since", "2026-01-06").rows) == 2
    said = run("stories", "--rule", "nothing")
    assert (said.code, said.out, said.err) == (0, "", "No stories.\n")
    said = run("stories", "--story", "77")
    assert said.code == 2
    assert "there is no story 77" in said.err


def test_of_a_long_story_the_newest_articles_are_shown(run: Run, told: Path) -> None:
    for number in range(5):
        article = (
            f'{{"title": "Offline, part {number}", "text": "{TEXT}", '
            f'"url": "https://n.example/{number}", "published": "2026-01-08T1{number}:30:00Z"}}'
        )
        write(told / "articles", {f"n{number}.json": article})
    run("run", "--once")
    assert run("stories", "--limit", "1").lines[-1] == (
        "    … and 2 more: monitor stories --story 4"
    )
    assert len(run("stories", "--story", "4").lines) == 9


@pytest.mark.usefixtures("told")
def test_a_wrong_join_is_parted_and_put_together_again(run: Run) -> None:
    said = run("stories", "split", "5")
    assert (said.code, said.out) == (0, "5\n")
    assert said.err == (
        "Moved into the new story 5: article 5. A copy of its text stays: article 4.\n"
    )
    assert run("stories", "--story", "5", "--json").row["members"][0]["joined"] == "by-hand"
    said = run("stories", "split", "5")
    assert (said.code, said.out) == (1, "")
    assert said.err == "Nothing was moved: story 5 has no other articles.\n"
    said = run("stories", "merge", "4", "5", "5")
    assert (said.code, said.err) == (0, "1 story joined story 4.\n")
    assert run("stories", "--story", "4", "--json").row["articles"] == 2


def test_a_story_that_was_told_and_put_into_another_says_which(run: Run, project: Path) -> None:
    """Messages that were sent, and notes, have the number that it had then."""
    write(project, {"monitor.yaml": CONFIG.replace("group_by: none", "group_by: story")})
    run("run", "--once")
    rules = {one["story"]: one["rules"] for one in run("stories", "--json").rows}
    told = next(story for story, hit in rules.items() if "blackout" in hit)
    into, other = sorted(set(rules) - {told})
    run("stories", "merge", str(into), str(told))
    run("stories", "merge", str(other), str(into))
    said = run("stories", "--story", str(told))
    assert (said.code, said.out) == (2, "")
    assert f"there is no story {told} any more: it joined story {other}\n" in said.err
    assert (
        "there is no story 77: `monitor stories` lists them" in run("stories", "--story", "77").err
    )


@pytest.mark.usefixtures("worked")
def test_what_is_not_there_cannot_be_parted_or_joined(run: Run) -> None:
    said = run("stories", "split", "77")
    assert (said.code, said.out) == (1, "")
    assert said.err == "There is no article 77: `monitor stories` lists them.\n"
    said = run("stories", "split", "1", "https://e.example/x", "77")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("There are no articles https://e.example/x and 77:")
    said = run("stories", "merge", "1", "2", "77", "88")
    assert said.code == 1
    assert said.err == "There are no stories 77 and 88: `monitor stories` lists them.\n"
    assert run("stories", "merge", "77", "2").err.startswith("There is no story 77:")
    assert len(run("stories", "--json").rows) == 3
    said = run("stories", "merge", "1", "2", "1")
    assert said.code == 2
    assert "story 1 cannot join itself" in said.err


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize(
    "args", [("merge", "--", "-1", "2"), ("merge", "1", "0"), ("ack", "0"), ("--story", "0")]
)
def test_what_is_no_number_of_a_story_is_refused(run: Run, args: tuple[str, ...]) -> None:
    said = run("stories", *args)
    assert (said.code, said.out) == (2, "")
    assert "is not in the range x>=1" in said.err


def copied(project: Path, run: Run, numbers: range, title: str = "Offline in Almaty") -> None:
    """Store further copies of the one text."""
    for n in numbers:
        article = (
            f'{{"title": "{title}", "text": "{TEXT}", '
            f'"url": "https://n.example/{n}", "published": "2026-01-08T12:{n:02}:00Z"}}'
        )
        write(project / "articles", {f"n{n:02}.json": article})
    run("run", "--once")


def test_copies_go_along_and_are_named(run: Run, told: Path) -> None:
    copied(told, run, range(2))
    said = run("stories", "split", "6")
    assert said.err == (
        "Moved into the new story 5: article 6, with the copies of its text: articles 5 and 7. "
        "A copy of its text stays: article 4.\n"
    )
    copied(told, run, range(2, 20))
    said = run("stories", "split", "--json", "--alone", "6", "7")
    assert said.row == {"story": 6, "articles": [6, 7], "copies": []}
    assert said.err == (
        "Moved into the new story 6: articles 6 and 7. Copies of their texts stay: "
        "articles 5, 8, 9, 10, 11, 12, 13, 14, 15, 16 and 9 more.\n"
    )


def test_what_would_part_nothing_is_refused_with_the_way_to_do_it(run: Run, told: Path) -> None:
    run("stories", "split", "5")
    copied(told, run, range(1), "Almaty goes offline")
    said = run("stories", "split", "6")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Nothing was moved: copies go along, and no article would stay in story 4. "
        "With --alone only article 6 would move.\n"
    )
    assert run("stories", "split", "1", "2").err == (
        "Nothing was moved: stories 1 and 2 have no other articles. "
        "`monitor stories merge` makes one story of several.\n"
    )
    assert run("stories", "split", "--alone", "6").code == 0


@pytest.mark.usefixtures("told")
def test_an_article_is_parted_by_its_address_or_file_too(run: Run) -> None:
    said = run("stories", "split", "http://www.two.example/b?utm_source=x", "articles/one.txt")
    assert said.err.startswith("Moved into the new story 5: articles 1 and 5. ")
    said = run("stories", "split", "words")
    assert said.code == 2
    assert "'words' is neither an article's number, nor an address" in said.err


def test_an_address_of_several_articles_is_told(run: Run, told: Path) -> None:
    config = (told / "monitor.yaml").read_text(encoding="utf-8")
    other = "sources:\n  - {id: other, type: corpus, path: articles/, max_age: none}"
    (told / "monitor.yaml").write_text(config.replace("sources:", other, 1), encoding="utf-8")
    run("run", "--once")
    said = run("stories", "split", "https://two.example/b")
    assert (said.code, said.out) == (2, "")
    assert (
        "https://two.example/b names 2 articles, 5 (source desk) and 7 (source other)"
        ": name one by its number"
    ) in said.err


def test_articles_that_are_in_no_story_any_more_are_told(run: Run, told: Path) -> None:
    with sqlite3.connect(told / "monitor.db") as connection:
        connection.execute("DELETE FROM story_members WHERE article IN (1, 2)")
    connection.close()
    said = run("stories", "split", "1", "2", "5")
    assert (said.code, said.out) == (1, "5\n")
    assert said.err.startswith("In no story are articles 1 and 2: old ones are forgotten.\nMoved")
    said = run("stories", "split", "1")
    assert (said.code, said.err) == (1, "In no story is article 1: old ones are forgotten.\n")


@pytest.mark.usefixtures("told")
def test_a_story_is_acknowledged_with_all_its_hits(run: Run) -> None:
    said = run("stories", "ack", "4")
    assert (said.code, said.err) == (0, "Acknowledged 1 story.\n")
    assert run("stories", "--story", "4", "--json").row["acknowledged"] is True
    assert ", acknowledged; rules" in run("stories", "--story", "4").lines[1]
    reviews = {row["hit"]: row["review"] for row in run("hits", "--json").rows}
    assert [hit for hit, review in reviews.items() if review == "acknowledged"] == [4, 3]
    unhit = next(row["story"] for row in run("stories", "--json").rows if not row["rules"])
    said = run("stories", "ack", "77", str(unhit))
    assert (said.code, said.err) == (1, f"There are no stories 77 and {unhit} with hits.\n")


@pytest.mark.usefixtures("worked")
def test_options_of_the_list_are_refused_before_its_commands(run: Run) -> None:
    said = run("stories", "--limit", "3", "split", "1")
    assert said.code == 2
    assert "--limit stands before `split`" in said.err
