"""`monitor sources`: how the sources do; lists of feeds in and out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from monitor.config.reading import load_settings
from tests.cli.conftest import Run
from tests.cli.projects import CONFIG, write
from tests.sources.server import Reply, Server

OPML = """\
<opml version="2.0"><body>
  <outline text="World">
    <outline type="rss" text="A paper" xmlUrl="https://a.example/feed.xml" language="de"/>
    <outline type="rss" text="The known one" xmlUrl="http://127.0.0.1:9/world.xml"/>
  </outline>
</body></opml>
"""

FEED = b"""<rss version="2.0"><channel><title>T</title><link>http://x.example/</link>
<item><title>Curfew \x1b[31min the city</title><link>/a</link>
<pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate><description>It began.</description></item>
<item><title>Undated</title><link>/b</link><description>Text.</description></item>
</channel></rss>""".replace(b"\x1b", b"&#8238;")


@pytest.mark.usefixtures("worked")
def test_people_see_each_source_with_its_state_and_trouble(run: Run) -> None:
    said = run("sources")
    assert (said.code, said.err) == (0, "")
    head, desk, world = said.lines
    assert head.split()[:6] == ["source", "type", "state", "read", "next", "a"]
    assert desk.split()[:3] == ["desk", "corpus", "good"]
    assert world.split()[:4] == ["world", "feed", "bad", "never"]
    assert "1 failure in a row: http://127.0.0.1:9/world.xml cannot be reached" in world


def test_what_is_overdue_is_read_at_once_not_some_time_ago(
    run: Run, worked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = worked / "monitor.yaml"
    config.write_text(config.read_text().replace("max_age: none,", "max_age: none, every: 1m,"))
    run("run", "--once")
    later = datetime.now(UTC) + timedelta(minutes=10)
    monkeypatch.setattr("monitor.cli.sources.now", lambda: later)
    _, desk, _ = run("sources").lines
    assert "10 min ago  at once" in desk


@pytest.mark.usefixtures("worked")
def test_json_has_a_source_a_line(run: Run) -> None:
    desk, world = run("sources", "--json").rows
    assert list(desk) == [
        "source", "type", "url", "path", "tags", "state", "last_poll", "last_success",
        "last_error", "last_error_at", "next_poll", "failures", "articles", "articles_a_day",
        "last_article", "refused", "last_refused", "moved_to",
    ]  # fmt: skip
    assert (desk["state"], desk["articles"], desk["failures"]) == ("good", 3, 0)
    assert (world["state"], world["articles"], world["failures"]) == ("bad", 0, 1)
    assert world["last_success"] is None
    assert "Connection refused" in world["last_error"]


def test_only_the_bad_ones_can_be_asked_for(run: Run, worked: Path) -> None:
    assert [row["source"] for row in run("sources", "--bad", "--json").rows] == ["world"]
    write(worked, {"monitor.yaml": CONFIG.replace("  - {id: world", "  # - {id: world")})
    said = run("sources", "--bad")
    assert (said.code, said.err) == (0, "Every source is well.\n")
    more = CONFIG.replace("{id: world,", "{id: new,")
    write(worked, {"monitor.yaml": more})
    assert run("sources", "--bad", "--json").row["state"] == "unread"
    assert "at once" in run("sources", "--bad").out


def test_what_was_refused_last_is_trouble_too(run: Run, worked: Path) -> None:
    (worked / "articles" / "noise.txt").write_bytes(bytes(range(256)) * 20)
    run("run", "--once")
    assert "refused last: " in run("sources").lines[1]
    assert "noise.txt" in run("sources", "--json").rows[0]["last_refused"]


def test_without_sources_it_says_so(run: Run, worked: Path) -> None:
    write(worked, {"monitor.yaml": "database: sqlite:///monitor.db\nsources: []\n"})
    assert run("sources").err == "No sources.\n"


@pytest.fixture
def feed(project: Path) -> Iterator[Path]:
    """The project with its feed on a server that answers."""
    with Server() as server:
        url = server.on("/world.xml", Reply(FEED))
        write(project, {"monitor.yaml": CONFIG.replace("http://127.0.0.1:9/world.xml", url)})
        yield project


@pytest.mark.usefixtures("feed")
def test_a_poll_shows_what_a_source_gives_and_stores_nothing(run: Run, project: Path) -> None:
    said = run("sources", "poll", "world")
    assert said.code == 0
    second, first = sorted(said.lines, reverse=True)
    assert first.startswith("2026-01-05 10:00  Curfew ")
    assert "\u202e" not in said.out
    assert first.endswith("/a")
    assert second.startswith("no date           Undated")
    assert said.err.startswith("2 articles in ")
    assert not (project / "monitor.db").exists()
    rows = {row["title"]: row for row in run("sources", "poll", "world", "--json").rows}
    row = rows.pop(next(title for title in rows if title.startswith("Curfew")))
    assert list(row) == [
        "title", "url", "path", "published", "lang", "author", "tags", "characters", "notes",
    ]  # fmt: skip
    assert row["published"] == "2026-01-05T10:00:00Z"


@pytest.mark.usefixtures("project")
def test_a_source_that_cannot_be_read_exits_1(run: Run) -> None:
    said = run("sources", "poll", "world")
    assert (said.code, said.out) == (1, "")
    assert "world: http://127.0.0.1:9/world.xml cannot be reached: Connection refused" in said.err


def test_what_is_refused_in_a_poll_is_named(run: Run, project: Path) -> None:
    (project / "articles" / "noise.txt").write_bytes(bytes(range(256)) * 20)
    said = run("sources", "poll", "desk")
    assert said.code == 0
    assert len(said.lines) == 3
    refused, summary = said.err.splitlines()
    assert refused.startswith("refused: ")
    assert summary.startswith("3 articles, 1 refused in ")


@pytest.mark.usefixtures("project")
def test_an_unknown_source_gets_a_suggestion(run: Run) -> None:
    said = run("sources", "poll", "wrld")
    assert said.code == 2
    assert said.err == "monitor: there is no source 'wrld' (did you mean 'world'?)\n"
    assert "--bad stands before `poll`" in run("sources", "--bad", "poll", "desk").err


def test_feeds_are_imported_below_the_last_source_and_nothing_else_is_touched(
    run: Run, project: Path
) -> None:
    write(project, {"feeds.opml": OPML})
    before = (project / "monitor.yaml").read_text()
    (project / "monitor.yaml").chmod(0o640)
    said = run("sources", "import", "feeds.opml")
    assert said.code == 0, said.err
    assert said.err.splitlines()[-1] == "Added 1 source to monitor.yaml."
    after = (project / "monitor.yaml").read_text()
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert after.replace("".join(f"{line}\n" for line in added), "") == before
    assert (project / "monitor.yaml").stat().st_mode & 0o777 == 0o640
    settings = load_settings(project / "monitor.yaml", {})
    source = settings.sources[-1]
    assert (source.id, source.url, source.lang) == ("a-paper", "https://a.example/feed.xml", "de")
    assert "world" in source.tags
    assert run("sources", "import", "feeds.opml").err.endswith(
        "left out: 2 feeds that monitor.yaml has already\nAdded 0 sources to monitor.yaml.\n"
    )
    assert [path.name for path in project.glob(".monitor.yaml*")] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_import_keeps_the_encoding_and_line_breaks_of_other_systems(
    run: Run, project: Path, encoding: str
) -> None:
    path = project / "monitor.yaml"
    before = f"# Редакция\n{CONFIG}".replace("\n", "\r\n")
    path.write_bytes(before.encode(encoding))
    write(project, {"feeds.opml": OPML})
    assert run("sources", "import", "feeds.opml").code == 0
    after = path.read_bytes().decode(encoding)
    assert path.read_bytes()[:2] == before.encode(encoding)[:2]
    assert "\n" not in after.replace("\r\n", "")
    start = after.index("  - id: a-paper")
    end = after.index("channels:")
    assert after[:start] + after[end:] == before
    assert load_settings(path, {}).sources[-1].id == "a-paper"


@pytest.mark.usefixtures("project")
def test_entries_can_be_printed_instead(run: Run, project: Path) -> None:
    write(project, {"feeds.opml": OPML})
    before = (project / "monitor.yaml").read_text()
    said = run("sources", "import", "feeds.opml", "--print")
    assert said.code == 0
    assert said.lines[0] == "  - id: a-paper"
    assert (project / "monitor.yaml").read_text() == before


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("nowhere.opml", None, "nowhere.opml cannot be read: No such file or directory"),
        ("feeds.opml", "no xml", "feeds.opml"),
    ],
)
def test_what_cannot_be_imported_is_told(
    run: Run, project: Path, name: str, text: str | None, told: str
) -> None:
    if text is not None:
        write(project, {name: text})
    said = run("sources", "import", name)
    assert said.code != 0
    assert told in said.err


def test_an_outline_that_is_no_feed_is_left_out_and_named(run: Run, project: Path) -> None:
    bad = OPML.replace("https://a.example/feed.xml", "javascript:alert(1)")
    write(project, {"feeds.opml": bad})
    said = run("sources", "import", "feeds.opml")
    assert said.code == 1
    assert said.err.startswith("left out: feeds.opml")


def test_a_list_of_sources_in_one_line_is_not_changed(run: Run, project: Path) -> None:
    write(project, {"feeds.opml": OPML, "monitor.yaml": "sources: []\n"})
    said = run("sources", "import", "feeds.opml")
    assert said.code == 2
    assert "print the entries with --print and put them in by hand" in said.err
    assert (project / "monitor.yaml").read_text() == "sources: []\n"


def test_no_list_of_sources_shows_a_secret_of_an_address(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_KEY", "k3y-of-ours")
    address = "http://us:p4ssword@127.0.0.1:9/world.xml?key=${FEED_KEY}"
    write(project, {
        "monitor.yaml": CONFIG.replace("http://127.0.0.1:9/world.xml", address)
    })  # fmt: skip
    run("run", "--once")
    for args in (["sources", "--json"], ["sources"], ["sources", "export"]):
        said = run(*args)
        assert "127.0.0.1:9/world.xml" in said.out
        for secret in ("p4ssword", "k3y-of-ours"):
            assert secret not in said.out + said.err
    assert "world: the secret part of its address is left out" in run("sources", "export").err


def test_the_configured_feeds_are_exported(run: Run, project: Path) -> None:
    said = run("sources", "export")
    assert (said.code, said.err) == (0, "")
    outlines = ET.fromstring(said.out).findall(".//outline[@xmlUrl]")
    assert [outline.get("xmlUrl") for outline in outlines] == ["http://127.0.0.1:9/world.xml"]
    write(project, {"mine.opml": said.out})
    assert run("sources", "import", "mine.opml").err.endswith(
        "left out: 1 feed that monitor.yaml has already\nAdded 0 sources to monitor.yaml.\n"
    )
