"""`monitor why`: the whole way of one article, or the place where it ended."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import CONFIG, write

BOTH = (
    "rules: [{id: both, level: high, correlate: "
    "{rules: [curfew, blackout], within: 3d, distinct: rules, at_least: 2}}]"
)


def stages(run: Run, *args: str | Path) -> list[str]:
    return [step["stage"] for step in run("why", *args, "--json").row["steps"]]


def test_every_step_of_an_article_that_was_told(run: Run, worked: Path) -> None:
    said = run("why", "1")
    assert (said.code, said.err) == (0, "")
    assert said.lines[0] == "1  City goes dark"
    told = [line[20:] for line in said.lines[1:-1]]
    assert told[0].startswith("fetched   from source desk: /")
    assert told[1] == "parsed    dated 2026-01-05 00:00, language en"
    assert told[2] == "new       stored as 1, known again by its file, head, text"
    assert told[3].startswith("story     1, opened: ")
    assert told[4] == "hit       rule blackout [high] by internet, blackout (hit 1)"
    assert told[5].strip() == "The internet blackout began at noon."
    assert told[6].startswith("decided   blackout for console by route 1: alert (routed): ")
    assert told[7].startswith("alert     alert ")
    assert told[7].endswith(" to console: hit, sent")
    assert told[8].startswith("delivery  console://: delivered: printed (")
    assert said.lines[-1] == ""
    assert worked.name == "project"


@pytest.mark.usefixtures("worked")
def test_json_has_the_steps_with_their_times(run: Run) -> None:
    row = run("why", "1", "--json").row
    assert (row["article"], row["title"], row["source"], row["url"]) == (
        1, "City goes dark", "desk", None,
    )  # fmt: skip
    assert [step["stage"] for step in row["steps"]] == [
        "fetched", "parsed", "new", "story", "hit", "decided", "alert", "delivery",
    ]  # fmt: skip
    hit = row["steps"][4]
    assert hit["at"].endswith("Z")
    assert [found["text"] for found in hit["evidence"]] == ["internet", "blackout"]
    assert all("evidence" not in step for step in row["steps"] if step is not hit)


@pytest.mark.usefixtures("worked")
def test_an_alert_that_did_not_get_through_says_what_was_answered(run: Run) -> None:
    article = run("hits", "--rule", "curfew", "--json").row["article"]
    steps = run("why", str(article), "--json").row["steps"]
    assert [step["stage"] for step in steps[-2:]] == ["alert", "delivery"]
    assert steps[-1]["text"].startswith("JSON (json://127.0.0.1:9): retry: connection refused (")
    assert steps[-2]["text"].endswith(" to hook: hit, pending")


@pytest.mark.usefixtures("worked")
def test_an_article_that_no_rule_hit_says_so(run: Run) -> None:
    number = next(
        str(id) for id in (1, 2, 3) if run("why", str(id), "--json").row["title"] == "Sports"
    )
    steps = run("why", number, "--json").row["steps"]
    assert steps[-1]["text"] == "no rule hit it; --rule ID shows why one did not"


@pytest.mark.usefixtures("worked")
def test_a_rule_explains_its_verdict(run: Run) -> None:
    rule = [
        step["text"]
        for step in run("why", "1", "--rule", "curfew", "--json").row["steps"]
        if step["stage"] == "rule"
    ]
    assert rule[0].endswith(" does not match (it has not hit)")
    assert rule[1:] == ["✗ curfew*"]
    rule = [
        step["text"]
        for step in run("why", "1", "--rule", "blackout", "--json").row["steps"]
        if step["stage"] == "rule"
    ]
    assert " matches (version " in rule[0]
    assert "✓ all of" in rule


def counting(run: Run, article: str) -> list[str]:
    steps = run("why", article, "--rule", "both", "--json").row["steps"]
    return [step["text"] for step in steps if step["stage"] in {"rule", "fired"}]


def test_a_correlation_says_what_it_counts_of_an_article(run: Run, worked: Path) -> None:
    more = (
        "rules: [{id: both, correlate: "
        "{rules: [curfew, blackout], within: 1h, distinct: rules, at_least: 2}}]"
    )
    write(worked, {"rules/more.yaml": more})
    wanted = "both fires at 2 rules within 1h; it counts the hits of blackout, curfew"
    counted = "of this article it counts blackout (hit 1)"
    assert counting(run, "1") == [wanted, counted, "it has not fired for them"]
    assert counting(run, "2") == [wanted, "this article has no hit of those"]
    run("hits", "dismiss", "1")
    dismissed = "of this article it counts blackout (hit 1, dismissed: not any more)"
    assert counting(run, "1")[1] == dismissed


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["1", "--rule", "curfw"], "there is no rule 'curfw' (did you mean 'curfew'?)"),
        (["77", "--rule", "curfw"], "there is no rule 'curfw'"),
        (["what"], "'what' is neither an article's number, nor an address (https://…), nor a file"),
        ([""], "'' is neither an article's number, nor an address"),
        (["²"], "'²' is neither an article's number"),
    ],
)
def test_what_names_no_article_is_refused(run: Run, args: list[str], told: str) -> None:
    said = run("why", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize("number", ["77", "9" * 30])
def test_a_number_that_nothing_has_exits_1(run: Run, number: str) -> None:
    said = run("why", number)
    assert (said.code, said.out) == (1, f"{number} is not stored.\n")
    row = run("why", number, "--json").row
    assert row == {"article": None, "url": number, "steps": []}


def test_an_article_is_found_by_its_address_in_whatever_form(run: Run, worked: Path) -> None:
    article = '{"text": "A curfew.", "url": "https://www.e.example/night?utm_source=x#top"}'
    write(worked / "articles", {"a.json": article})
    run("run", "--once")
    row = run("why", "http://e.example/night/", "--json").row
    assert row["url"] == "https://www.e.example/night?utm_source=x#top"


def test_an_address_without_its_scheme_is_one_unless_it_is_a_file(run: Run, worked: Path) -> None:
    article = '{"text": "A curfew.", "url": "https://e.example/night"}'
    write(worked / "articles", {"a.json": article})
    run("run", "--once")
    assert run("why", "e.example/night", "--json").row["url"] == "https://e.example/night"
    write(worked, {"e.example/night": "something else"})
    assert run("why", "e.example/night").code == 1
    assert run("why", "./e.example/night").code == 1
    said = run("why", "elsewhere.example/night")
    assert said.lines[1].strip() == "source    no configured source reads this site"


LONG = "The curfew holds on. " * 20


def test_an_article_known_by_its_text_says_where_else_it_came_from(run: Run, worked: Path) -> None:
    for name in "ab":
        text = (
            f'{{"title": "Night", "text": "{LONG}", "url": "https://{name}.example/night-{name}"}}'
        )
        write(worked / "articles", {f"{name}.json": text})
    run("run", "--once")
    for what in ("https://b.example/night-b", "b.example/night-b", "articles/b.json"):
        row = run("why", what, "--json").row
        assert row["url"] == "https://a.example/night-a"
        (known,) = [step for step in row["steps"] if step["stage"] == "known"]
        assert known["text"] == "came again as https://b.example/night-b: same text, nothing new"
        assert known["at"] is not None


def test_an_address_known_from_before_sightings_were_kept_is_told(run: Run, worked: Path) -> None:
    test_an_article_known_by_its_text_says_where_else_it_came_from(run, worked)
    with sqlite3.connect(worked / "monitor.db") as connection:
        connection.execute("DELETE FROM sightings")
    row = run("why", "b.example/night-b", "--json").row
    (known,) = [step["text"] for step in row["steps"] if step["stage"] == "known"]
    assert known == "https://b.example/night-b is known as this article"
    row = run("why", "https://a.example/night-a", "--json").row
    assert all(step["stage"] != "known" for step in row["steps"])


def test_a_file_of_one_article_is_that_article_and_of_many_their_numbers_are_told(
    run: Run, worked: Path
) -> None:
    one = '{"title": "Night", "text": "A curfew."}'
    write(
        worked / "articles",
        {"one.json": one, "two.jsonl": '{"text": "A law."}\n{"text": "B"}\n'},
    )
    write(
        worked / "articles", {"many.jsonl": "".join(f'{{"text": "No {n}."}}\n' for n in range(12))}
    )
    run("run", "--once")
    assert run("why", "articles/one.json", "--json").row["title"] == "Night"
    said = run("why", "articles/two.jsonl")
    assert (said.code, said.out) == (2, "")
    assert re.search(r"two.jsonl holds many articles: .* \(\d+, \d+\)$", said.err.strip())
    assert re.search(
        r"by its number \((\d+, ){10}…\)$", run("why", "articles/many.jsonl").err.strip()
    )
    assert run("why", "articles/none.jsonl").lines[0] == "articles/none.jsonl is not stored."


def test_an_article_is_found_by_its_file(run: Run, worked: Path) -> None:
    write(worked / "articles", {"four.txt": "title: Night\n\nA curfew.\n"})
    run("run", "--once")
    assert run("why", "articles/four.txt", "--json").row["title"] == "Night"
    assert run("why", worked / "articles" / "four.txt").code == 0


@pytest.mark.parametrize("folder", ["articles/", "rules/../articles/", "link/"])
@pytest.mark.parametrize("name", ["four.txt", "four.jsonl"])
def test_a_file_is_found_however_it_and_its_source_are_written(
    run: Run, worked: Path, folder: str, name: str
) -> None:
    """A source's `path` may have links and `..` in it, as may what somebody types."""
    (worked / "link").symlink_to(worked / "articles")
    write(worked, {"monitor.yaml": CONFIG.replace("path: articles/", f"path: {folder}")})
    for where, title in (("articles/sub", "Night"), ("outside", "Day")):
        record = f'{{"title": "{title}", "text": "{title}: a curfew."}}'
        text = record if "json" in name else f"title: {title}\n\n{title}: a curfew."
        write(worked / where, {name: text})
    (worked / "articles" / f"other-{name}").symlink_to(worked / "outside" / name)
    run("run", "--once")
    for what in (
        f"articles/sub/{name}",
        f"./articles/sub/../sub/{name}",
        f"link/sub/{name}",
        f"{worked}/rules/../articles/sub/{name}",
    ):
        assert run("why", what, "--json").row["title"] == "Night"
    for what in (f"articles/other-{name}", f"link/sub/../other-{name}"):
        assert run("why", what, "--json").row["title"] == "Day"


def test_of_a_file_that_is_not_there_and_of_a_folder_just_that_is_said(
    run: Run, worked: Path
) -> None:
    (worked / "articles" / "sub").mkdir()
    said = run("why", "articles/sub/gone.txt")
    assert (said.code, said.lines[0]) == (1, "articles/sub/gone.txt is not stored.")
    assert said.lines[1].strip() == "file      there is no such file"
    assert said.lines[2].strip().startswith("source    desk would read it: read ")
    for what in ("articles", "./articles/sub/", worked):
        said = run("why", what)
        assert (said.code, said.out) == (2, "")
        told = f"{what} is a folder: name a file in it, or an article by its number"
        assert said.err == f"monitor: {told}\n"


def test_a_file_that_is_gone_since_it_was_read_is_found(run: Run, worked: Path) -> None:
    write(worked / "articles" / "sub", {"four.txt": "title: Night\n\nA curfew."})
    run("run", "--once")
    (worked / "articles" / "sub" / "four.txt").unlink()
    (worked / "articles" / "sub").rmdir()
    assert run("why", "rules/../articles/sub/four.txt", "--json").row["title"] == "Night"


def test_notes_encodings_changes_and_age_are_part_of_the_way(run: Run, worked: Path) -> None:
    write(worked, {"monitor.yaml": CONFIG.replace("max_age: none", "max_age: 2d")})
    file = worked / "articles" / "four.txt"
    text = "date 2020-01-01\ntitle: Ночь\n\nA curfew: комендантский час."
    file.write_bytes(text.encode("utf-16"))
    run("run", "--once")
    file.write_bytes(f"{text} Введён.".encode("utf-16"))
    run("run", "--once")
    texts = [step["text"] for step in run("why", file, "--json").row["steps"]]
    assert "read as utf-16" in texts
    assert "older than the source's max_age (2 d): matched, never alerted on" in texts
    assert "revision 2 was seen and matched again" in texts
    assert any(text.startswith("curfew: suppress (late): ") for text in texts)


def test_a_source_that_is_gone_from_the_configuration_is_told(run: Run, worked: Path) -> None:
    config = CONFIG.replace("id: desk", "id: archive")
    write(worked, {"monitor.yaml": config})
    text = run("why", "1", "--json").row["steps"][0]["text"]
    assert text.startswith("from source desk (not configured any more): ")


def test_what_a_person_said_is_part_of_the_way(run: Run, worked: Path) -> None:
    run("hits", "ack", "1")
    run("hits", "note", "1", "by phone")
    assert run("why", "1", "--json").row["steps"][-1]["text"] == "acknowledged: by phone"
    run("hits", "note", "1", "")
    assert run("why", "1", "--json").row["steps"][-1]["text"] == "acknowledged"
    assert worked.exists()


@pytest.mark.usefixtures("worked")
def test_of_an_absent_address_the_sources_that_could_have_carried_it_are_told(run: Run) -> None:
    said = run("why", "http://127.0.0.1:9/some-story")
    assert said.code == 1
    assert said.lines[0] == "http://127.0.0.1:9/some-story is not stored."
    assert "world could carry it: read never, 1 failure in a row: " in said.lines[1]
    assert "Connection refused, next in " in said.lines[1]
    said = run("why", "https://elsewhere.example/a")
    assert said.lines[1].strip() == "source    no configured source reads this site"


def test_a_source_that_carried_the_site_before_could_have_carried_an_absent_address(
    run: Run, worked: Path
) -> None:
    """A feed's own address often is at another site than what it links to."""
    line = (
        '{"title": "Ferry late", "text": "The ferry is late.", "url": "https://www.far.example/1"}'
    )
    (worked / "articles" / "more.jsonl").write_text(line)
    run("run", "--once")
    said = run("why", "https://far.example/never-came")
    assert said.code == 1
    assert "desk could carry it: read " in said.lines[1]


def test_what_detection_did_is_told_with_its_time(run: Run, worked: Path) -> None:
    assert worked.exists()
    steps = run("why", "1", "--json").row["steps"]
    before = steps[: [step["stage"] for step in steps].index("hit")]
    assert [step["stage"] for step in before] == ["fetched", "parsed", "new", "story"]
    assert {step["at"] for step in before} == {before[0]["at"]}
    assert before[0]["at"] is not None


def test_an_absent_file_says_which_folder_is_read_and_what_was_refused(
    run: Run, worked: Path
) -> None:
    (worked / "articles" / "noise.txt").write_bytes(bytes(range(256)) * 20)
    run("run", "--once")
    rows = run("why", "articles/noise.txt", "--json").row["steps"]
    assert rows[0]["stage"] == "refused"
    assert rows[0]["text"].startswith("desk: is not text")
    assert rows[1]["text"].startswith("desk could carry it: read ")
    said = run("why", "/elsewhere/a.txt")
    assert said.lines[2].strip() == "source    no configured source reads this folder"


def test_of_a_file_that_may_hold_many_the_refusals_are_told(run: Run, worked: Path) -> None:
    write(worked / "articles", {"bad.jsonl": '{"title": "no text"}\n{"text": "curfew"}\n'})
    run("run", "--once")
    said = run("why", "articles/bad.jsonl", "--json")
    assert (said.code, said.row["title"]) == (0, "curfew")
    assert said.row["steps"][-1]["stage"] == "refused"
    assert said.row["steps"][-1]["text"].startswith("desk: has no `text`")
    write(worked / "articles", {"bad.jsonl": '{"title": "none"}\n{"text": "a"}\n{"text": "b"}\n'})
    run("run", "--once")
    said = run("why", "articles/bad.jsonl")
    assert said.err.strip().endswith("; part of it could not be used")


def test_a_source_whose_next_poll_is_overdue_is_due_now(run: Run, worked: Path) -> None:
    with sqlite3.connect(worked / "monitor.db") as connection:
        connection.execute("UPDATE sources SET due = '2026-01-01 00:00:00.000000'")
    said = run("why", "http://127.0.0.1:9/some-story")
    assert said.lines[1].endswith(", due now")


def test_a_source_never_read_says_so(run: Run, worked: Path) -> None:
    more = CONFIG.replace(
        "channels:", '  - {id: new, type: feed, url: "https://new.example/feed"}\nchannels:'
    )
    write(worked, {"monitor.yaml": more})
    said = run("why", "https://www.new.example/a")
    assert said.lines[1].strip() == "source    new could carry it, and was never read"


def test_a_correlation_says_what_it_fired_for(run: Run, project: Path) -> None:
    write(project, {"rules/more.yaml": BOTH})
    run("run", "--once")
    hit = run("hits", "--rule", "both", "--json").row
    steps = run("why", str(hit["article"]), "--json").row["steps"]
    told = next(step["text"] for step in steps if "rule both" in step["text"])
    assert told == (f"rule both [high] (hit {hit['hit']}): 2 rules within 3d: curfew, blackout")
    for step in steps:
        assert ("firing" in step) == ("rule both" in step["text"])
    assert [step["firing"] for step in steps if "firing" in step] == [hit["firing"]]
    assert [(one["rule"], one["title"]) for one in hit["firing"]["counted"]] == [
        ("blackout", "City goes dark"),
        ("curfew", "Curfew in the city"),
    ]
    said = run("why", str(hit["article"]))
    assert any(line.strip().startswith("2026-01-06 00:00  curfew: ") for line in said.lines)


def test_a_counted_article_says_which_firing_counted_it(run: Run, project: Path) -> None:
    write(project, {"rules/more.yaml": BOTH})
    run("run", "--once")
    other = run("hits", "--rule", "blackout", "--json").row["article"]
    hit = run("hits", "--rule", "both", "--json").row
    assert hit["article"] != other
    assert counting(run, str(other))[-1] == (
        f"2 rules within 3d: curfew, blackout: hit {hit['hit']} on article {hit['article']}"
    )


def test_a_hit_that_waits_says_once_until_when(run: Run, project: Path) -> None:
    given = CONFIG.partition("routes:")[0]
    for way, told in [
        ("confirm: 2 publishers within 6h", "wait-confirm"),
        ("digest: every 24h", "digest"),
    ]:
        (project / "monitor.db").unlink(missing_ok=True)
        write(project, {"monitor.yaml": f"{given}routes: [{{when: {{}}, to: [console], {way}}}]\n"})
        run("run", "--once")
        steps = run("why", "1", "--json").row["steps"]
        (decided,) = [step["text"] for step in steps if step["stage"] == "decided"]
        assert told in decided
        assert len(re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", decided)) == 1, decided
