"""`monitor stories`: articles that tell the same thing, and putting wrong joins right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import write

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
    ]  # fmt: skip
    assert row["members"][0]["joined"] == "copy"
    assert len(run("stories", "--json").rows) == 4


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
    assert said.err == "Moved into the new story 5.\n"
    assert run("stories", "--story", "5", "--json").row["members"][0]["joined"] == "by-hand"
    assert run("stories", "split", "5", "--json").row == {"story": 6}
    said = run("stories", "merge", "4", "6", "6")
    assert (said.code, said.err) == (0, "1 story joined story 4.\n")
    assert run("stories", "--story", "4", "--json").row["articles"] == 2


@pytest.mark.usefixtures("worked")
def test_what_is_not_there_cannot_be_parted_or_joined(run: Run) -> None:
    said = run("stories", "split", "77")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("None of these articles is in a story")
    said = run("stories", "merge", "1", "2", "77", "88")
    assert said.code == 1
    assert said.err.startswith("There is no story 77, 88:")
    assert len(run("stories", "--json").rows) == 3
    said = run("stories", "merge", "1", "2", "1")
    assert said.code == 2
    assert "story 1 cannot join itself" in said.err


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
    assert (said.code, said.err) == (1, f"There is no story 77, {unhit} with hits.\n")


@pytest.mark.usefixtures("worked")
def test_options_of_the_list_are_refused_before_its_commands(run: Run) -> None:
    said = run("stories", "--limit", "3", "split", "1")
    assert said.code == 2
    assert "--limit stands before `split`" in said.err
