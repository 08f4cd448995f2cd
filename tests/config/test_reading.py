"""monitor.yaml becomes settings, or everything that is wrong with it, each at its place."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from monitor.config.reading import find_config, load_settings
from monitor.config.settings import Listen, Settings
from monitor.errors import InvalidConfig, UsageError
from monitor.model.channel import Confirm, Digest, GroupBy, Limit, QuietThen
from monitor.model.rule import Level
from monitor.model.source import FullText, SourceKind

WHOLE = """\
database: sqlite:///var/monitor.db
rules: watch/
timezone: Europe/Vienna
contact: desk@example.org
workers: 4
retention: 1y
http: 127.0.0.1:8787
canary: 1h
heartbeat: {url: "https://hc.example/ping/${PING}", every: 1m}
operator: desk
defaults:
  every: 30m
  max_age: 2d
  tags: [all]
sources:
  - {id: seeds, type: corpus, path: seeds/, max_age: none}
  - id: bbc-world
    type: feed
    url: https://feeds.example.org/world.xml
    every: 10m
    lang: EN
    tags: [world, wire]
    full_text: never
    title: World news
  - {id: ministry, type: page, url: "https://gov.example/news", links: "main a.headline"}
  - {id: daily, type: sitemap, url: "https://daily.example/sitemap.xml"}
channels:
  console: console://
  desk: mailto://user:${SMTP_PASSWORD}@mail.example.org?to=desk@example.org
  duty:
    url: slack://TokenA/TokenB/TokenC
    fallback: desk
    template: templates/duty
routes:
  - when: {level: ">=high", tags: [security], rule: "cs*", source: bbc-world, lang: [EN, ru]}
    to: [duty, desk]
    continue: true
    group_by: rule
    repeat: 6h
    limit: 10 per 1h
    quiet: {from: "22:00", to: "07:00", timezone: Asia/Almaty, except: critical, then: digest}
    confirm: 3 publishers within 6h
  - when: {}
    to: desk
    repeat: never
    digest: mon-fri at 07:30
  - to: [console]
    digest: every 30m
  - to: [console]
    digest: immediate
    quiet: {from: "22:00", to: "07:00"}
"""

ENVIRON = {"SMTP_PASSWORD": "p4ss-word", "PING": "f00ba4"}


def settings_of(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    path = tmp_path / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, ENVIRON if environ is None else environ)


def problems_of(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        settings_of(tmp_path, text, environ)
    return [
        f"{problem.location.line}:{problem.location.column} {problem.message} ({problem.hint})"
        for problem in caught.value.problems
    ]


def test_every_key_of_the_contract_arrives(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, WHOLE)
    assert settings.database == f"sqlite:///{tmp_path}/var/monitor.db"
    assert settings.rules == tmp_path / "watch"
    assert settings.workers == 4
    assert settings.contact == "desk@example.org"
    assert settings.retention.keep == timedelta(days=365)
    assert settings.http == Listen("127.0.0.1", 8787)
    assert settings.canary == timedelta(hours=1)
    assert settings.heartbeat is not None
    assert settings.heartbeat.url == "https://hc.example/ping/f00ba4"
    assert settings.heartbeat.every == timedelta(minutes=1)
    assert settings.operator == "desk"
    seeds, bbc, ministry, daily = settings.sources
    assert (seeds.kind, seeds.path, seeds.max_age) == (
        SourceKind.CORPUS,
        tmp_path / "seeds",
        None,
    )
    assert (seeds.every, seeds.tags) == (timedelta(minutes=30), ("all",))
    assert (bbc.every, bbc.lang, bbc.tags) == (timedelta(minutes=10), "en", ("world", "wire"))
    assert (bbc.full_text, bbc.title) == (FullText.NEVER, "World news")
    assert bbc.max_age == timedelta(days=2)
    assert (ministry.kind, ministry.links) == (SourceKind.PAGE, "main a.headline")
    assert daily.kind is SourceKind.SITEMAP
    assert settings.source_tags["bbc-world"] == ("world", "wire")
    assert settings.source("daily") == daily
    assert settings.source("nobody") is None


def test_channels_and_routes_arrive(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, WHOLE)
    desk, duty = settings.channel("desk"), settings.channel("duty")
    assert desk is not None
    assert duty is not None
    assert desk.url == "mailto://user:p4ss-word@mail.example.org?to=desk@example.org"
    assert (duty.fallback, duty.template) == ("desk", str(tmp_path / "templates/duty"))
    assert settings.channel("nobody") is None
    first, second, third, fourth = settings.routes
    assert (first.name, first.to, first.proceed) == ("1", ("duty", "desk"), True)
    assert (first.when.min_level, first.when.max_level) == (Level.HIGH, None)
    assert (first.when.tags, first.when.rule) == (("security",), ("cs*",))
    assert (first.when.source, first.when.lang) == (("bbc-world",), ("en", "ru"))
    assert (first.group_by, first.repeat) == (GroupBy.RULE, timedelta(hours=6))
    assert first.limit == Limit(10, timedelta(hours=1))
    assert first.confirm == Confirm(3, timedelta(hours=6))
    assert first.quiet is not None
    assert (first.quiet.start, first.quiet.end) == (time(22), time(7))
    assert (first.quiet.timezone, first.quiet.exempt) == ("Asia/Almaty", Level.CRITICAL)
    assert first.quiet.then is QuietThen.DIGEST
    assert (second.to, second.repeat) == (("desk",), None)
    assert second.digest == Digest(
        at=time(7, 30), weekdays=frozenset(range(5)), timezone="Europe/Vienna"
    )
    assert third.digest == Digest(every=timedelta(minutes=30), timezone="Europe/Vienna")
    assert fourth.digest is None
    assert fourth.quiet is not None
    assert (fourth.quiet.timezone, fourth.quiet.then) == ("Europe/Vienna", QuietThen.HOLD)


def test_only_sources_are_needed(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "sources: []\n", {})
    assert settings.database == f"sqlite:///{tmp_path}/var/monitor.db"
    assert settings.rules == tmp_path / "rules"
    assert [channel.url for channel in settings.channels] == ["console://"]
    assert settings.routes == ()
    assert (settings.heartbeat, settings.http, settings.canary, settings.operator) == (None,) * 4


def test_secrets_are_known_and_not_shown(tmp_path: Path) -> None:
    """What came out of ${…}, passwords and whole channel URLs never stand in a repr."""
    settings = settings_of(tmp_path, WHOLE)
    assert {"p4ss-word", "f00ba4", "slack://TokenA/TokenB/TokenC"} <= settings.secrets
    for secret in ("p4ss-word", "f00ba4", "TokenB"):
        assert secret not in repr(settings)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = (Path(__file__).parent / "bad.yaml").read_text(encoding="utf-8")
    expected = (Path(__file__).parent / "bad.expected").read_text(encoding="utf-8").splitlines()
    assert problems_of(tmp_path, text, {}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", ["1:1 the configuration must be a mapping of `key: value`, not a list ()"]),
        ("{}", ["1:1 the configuration needs the key 'sources' ()"]),
        (
            "sources: []\noperator: 1\nchannels: {a: {fallback: b}}\n",
            [
                "2:11 there is no channel '1' (allowed: a)",
                "3:15 the channel 'a' needs the key 'url' ()",
            ],
        ),
        (
            "sources: []\nchannels: {'a b': console://, c: [1]}\n",
            [
                "2:19 'a b' is no name for a channel (letters, digits, `.`, `_` and `-`)",
                "2:34 the channel 'c' must be a mapping of `key: value`, not a list ()",
            ],
        ),
        (
            "sources: [3, {id: 1}]\n",
            [
                "1:11 the source must be a mapping of `key: value`, not '3' ()",
                "1:14 the source needs the key 'type' ()",
            ],
        ),
        (
            "sources: []\nroutes: [{to: [console], quiet: {from: '07:00', to: '07:00'}}, 4]\n",
            [
                "2:33 quiet hours that begin and end at the same time are no hours at all"
                " (for a whole day off, use `digest`)",
                "2:64 the route must be a mapping of `key: value`, not '4' ()",
            ],
        ),
        (
            "sources: []\nroutes: [{to: console, limit: [3], confirm: 3 publishers within 5x}]\n",
            [
                "2:31 `limit` must be text, not a list ()",
                "2:45 `confirm` cannot be '3 publishers within 5x'"
                " ('5x' is no duration: write 90s, 15m, 1h, 3d)",
            ],
        ),
        (
            "sources: [{id: a, type: feed, url: 'http://[::1', lang: english!, every: 0s}]\n",
            [
                "1:36 the `url` of 'a' is no address of a web server"
                " (write it whole: https://example.org/feed.xml)",
                "1:51 'english!' is no language (a language code: en, ru, kk, pt-br)",
                "1:74 `every` must be a duration, not '0s'"
                " (write a number and its unit: 90s, 15m, 1h, 3d, 2w, 1y)",
            ],
        ),
        (
            "sources: [{id: a, type: page, url: 'https://x.example/'}]\nhttp: localhost:99999\n",
            [
                "1:11 the source 'a' needs `links`"
                ' (links: "main a.headline", a CSS selector of the article links)',
                "2:1 `http` cannot be 'localhost:99999' (a host and a port: 127.0.0.1:8787)",
            ],
        ),
        (
            "sources: [{id: a, type: corpus, path: x}, {id: a, type: corpus, path: y}]\n",
            ["1:43 the source id 'a' is taken: line 1 (give each source its own id)"],
        ),
        (
            "sources: [{id: a, type: corpus, path: ''}, {id: b, type: feed, url: ''}]\n",
            [
                "1:39 `path` is empty (give a value, or leave it out)",
                "1:69 `url` is empty (give a value, or leave it out)",
            ],
        ),
        (
            "sources: []\nchannels: {a: {url: 'json://h', fallback: b}, b: console}\n",
            [
                "2:50 the url of the channel 'b' names no service (console://, mailto://…,"
                " slack://…: https://appriseit.com/services/ lists them)",
            ],
        ),
        (
            "sources: []\nchannels: {a: {url: 'json://h', fallback: b}}\n",
            ["2:15 there is no channel 'b' (allowed: a)"],
        ),
        (
            "sources: [{type: page, url: x, every: 1}, {id: a}, {id: b, type: corpus, path: ''}]\n",
            ["1:11", "1:11", "1:29", "1:39", "1:43", "1:80"],
        ),
        (
            "sources: [{id: a, type: feed}]\n",
            ["1:11 the source 'a' needs `url` (url: https://…)"],
        ),
        (
            "sources: []\nchannels: {a: {url: 'json://h', fallback: b},"
            " b: {url: 'json://i', fallback: a}}\n",
            [
                "2:15 the fallbacks go round in a circle: a → b → a (let one have none)",
                "2:50 the fallbacks go round in a circle: b → a → b (let one have none)",
            ],
        ),
        ("sources: {a: b", ["1:15"]),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = problems_of(tmp_path, text, {})
    if len(expected[0]) < 6:
        assert [line.split()[0] for line in found] == expected
    else:
        assert found == expected


def test_heartbeat_may_be_just_an_address(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "sources: []\nheartbeat: https://hc.example/x\n")
    assert settings.heartbeat is not None
    assert settings.heartbeat.every == timedelta(minutes=5)


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"nowhere.yaml: error: .*No such file.*monitor init"):
        load_settings(tmp_path / "nowhere.yaml", {})


def test_credentials_are_read_from_the_directory_of_systemd(tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text("from-file\n", encoding="utf-8")
    text = 'sources: []\nchannels: {desk: "mailto://u:${credential:smtp}@h"}\n'
    settings = settings_of(tmp_path, text, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert settings.channels[0].url == "mailto://u:from-file@h"
    assert "from-file" in settings.secrets


@pytest.mark.parametrize(
    ("reference", "environ", "message"),
    [
        ("${NOPE}", {}, "the environment variable 'NOPE' is not set"),
        ("${credential:x}", {}, r"\$CREDENTIALS_DIRECTORY is not set"),
        ("${credential:x}", {"CREDENTIALS_DIRECTORY": "/nowhere"}, "no readable credential 'x'"),
        ("${credential:../x}", {"CREDENTIALS_DIRECTORY": "/etc"}, "no readable credential"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_at_its_character(
    tmp_path: Path, reference: str, environ: dict[str, str], message: str
) -> None:
    text = f'sources: []\nchannels:\n  desk: "mailto://u:{reference}@h"\n'
    with pytest.raises(InvalidConfig, match=message) as caught:
        settings_of(tmp_path, text, environ)
    (problem,) = caught.value.problems
    assert (problem.location.line, problem.location.column) == (3, 21)


def test_databases_are_sqlite_files_and_postgresql(tmp_path: Path) -> None:
    url = "postgresql+psycopg://monitor:s3cret-pw@db.example/monitor"
    settings = settings_of(tmp_path, f"sources: []\ndatabase: {url}\n")
    assert settings.database == url
    assert "s3cret-pw" in settings.secrets
    absolute = settings_of(tmp_path, "sources: []\ndatabase: sqlite:////var/lib/m.db\n")
    assert absolute.database == "sqlite:////var/lib/m.db"
    found = problems_of(tmp_path, "sources: []\ndatabase: 'sqlite:///:memory:'\n")
    assert found[0].startswith("2:1 `database` names no database")


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "monitor.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(InvalidConfig, match="larger than 50 MB"):
        load_settings(path, {})


def test_the_configuration_is_looked_for_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.yaml"
    assert find_config("given.yaml", {}) == Path("given.yaml")
    with pytest.raises(UsageError, match="monitor init"):
        find_config(None, {"MONITOR_CONFIG": str(other)})
    other.touch()
    assert find_config(None, {"MONITOR_CONFIG": str(other)}) == other
    (tmp_path / "monitor.yaml").touch()
    assert find_config(None, {"MONITOR_CONFIG": str(other)}) == Path("monitor.yaml")
