"""An alert becomes a message: complete, within the limit, harmless, in every form."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.alert import AlertContent, AlertItem, AlertKind
from monitor.model.article import Article
from monitor.model.firing import Counted, Fired, Firing
from monitor.model.rule import Level
from monitor.notify import dialects
from monitor.notify.dialects import Dialect
from monitor.notify.render import CHAT_ROOM, MAIL, TERMINAL, Form, Medium, Templates, render
from tests.notify import hostile
from tests.notify.making import (
    NOW,
    about,
    alert,
    hit,
    notice,
    seed_alert,
    seed_item,
    stored,
)


def chat(dialect: Dialect, limit: int = 3_000, title: int = 0) -> Form:
    return Form(Medium.CHAT, dialect, limit, title, CHAT_ROOM)


COVERAGE = "Coverage: 12 of 13 sources read; daily not since 07:00."
TELEGRAM = chat(dialects.TELEGRAM, 4_096)
DISCORD = chat(dialects.DISCORD, 2_000)
SLACK = chat(dialects.SLACK, 3_500, 150)
FORMS = [
    MAIL,
    TERMINAL,
    TELEGRAM,
    DISCORD,
    SLACK,
    chat(dialects.CHAT_HTML, 3_000),
    chat(dialects.MARKDOWN, 1_000),
    chat(dialects.CHAT_TEXT, 3_500, 200),
    chat(dialects.CHAT_TEXT, 160),
]
NAMES = [f"{form.dialect.name} {form.limit}" for form in FORMS]


def many(stories: int, kind: AlertKind = AlertKind.DIGEST, **changes: object) -> AlertContent:
    """Alerts about so many stories, of rising level."""
    items = []
    for number in range(1, stories + 1):
        article = stored(
            Article(
                title=f"Story number {number}",
                body=f"What happened in story {number} is told here.",
                source="wire",
                url=f"https://wire.example/{number}",
            ),
            id=number,
            story=number,
        )
        level = Level(number % 5)
        items.append(
            AlertItem(
                hit(article, "happened", id=100 + number, level=level), article, (), number, 1
            )
        )
    made = alert(kind, text=COVERAGE, **changes)
    return AlertContent(made, tuple(items))


def test_the_subject_is_level_rule_and_title() -> None:
    content = about("Troops land in Almaty", "CSTO troops landed.", "CSTO")
    assert render(content, MAIL, NOW).subject == "[HIGH] CSTO deployment: Troops land in Almaty"


def test_a_mail_tells_why_where_when_and_how_to_silence() -> None:
    rendered = render(seed_alert(), MAIL, NOW)
    html = lxml.html.fromstring(rendered.html)
    for said in (rendered.text, html.text_content()):
        words = " ".join(said.split())
        assert "A Russia-led military alliance said it will send" in words
        assert "seeds" in words
        assert "2022-01-06" in words
        assert "council approved sending an unspecified number" in words
        assert "monitor silence add --rule csto-deployment --for 2h" in words
        assert "hit 12" in words
        assert "7 articles, 4 publishers" in words
        assert "Tokayev asks CSTO for help as protests spread" in words
    assert "https://wire.example/2" in rendered.text
    assert "https://wire.example/2" in html.xpath("//a/@href")
    assert "*peacekeepers*" in rendered.text
    assert "CSTO" in html.xpath("//mark/text()")


def test_at_most_three_passages_are_shown() -> None:
    body = "\n\n".join(f"Match {number} stands here." for number in range(20))
    html = lxml.html.fromstring(render(about("Title", body, "Match"), MAIL, NOW).html)
    assert len(html.xpath("//blockquote")) == 3


def test_a_mail_links_the_article_and_shows_what_matched_in_its_title() -> None:
    content = about("CSTO sends troops", "Body.", "CSTO", url="https://example.org/a?b=1&c=2")
    html = lxml.html.fromstring(render(content, MAIL, NOW).html)
    assert html.xpath("//h1/a/@href") == ["https://example.org/a?b=1&c=2"]
    assert html.xpath("//h1//mark/text()") == ["CSTO"]


def test_a_mail_says_which_colours_it_can_stand() -> None:
    html = lxml.html.fromstring(render(seed_alert(), MAIL, NOW).html)
    assert html.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert not html.xpath("//img | //script | //link | //iframe | //form")


def test_several_rules_of_one_article_are_told_together() -> None:
    first = seed_item()
    article = first.article
    second = hit(article, "curfew", id=13, rule="curfew", title="Curfew", level=Level.CRITICAL)
    content = AlertContent(alert(level=Level.CRITICAL), (first, replace(first, hit=second)))
    rendered = render(content, MAIL, NOW)
    assert rendered.subject.startswith("[CRITICAL] Curfew +1: A Russia-led")
    assert rendered.text.count("seeds, 2022-01-06") == 1
    assert "hit 12" in rendered.text
    assert "hit 13" in rendered.text
    assert rendered.text.index("CRITICAL: Curfew") < rendered.text.index("HIGH: CSTO")


def test_a_correlation_says_what_it_fired_for() -> None:
    item = seed_item()
    detail = "3 rules within 24h: csto-deployment, internet-blackout, state-of-emergency"
    content = AlertContent(alert(), (replace(item, fired=fired(detail, 1)),))
    for form in FORMS[:-1]:
        said = render(content, form, NOW).text.replace("\\", "").replace("&#x27;", "'")
        assert detail in said


def fired(detail: str, number: int, counted: int | None = None) -> Fired:
    hits = tuple(range(number))
    firing = Firing(
        rule="unrest", group="", at=NOW, things=(), hits=hits, articles=hits, detail=detail
    )
    named = tuple(
        Counted(
            hit=hit,
            rule="blackout",
            article=hit,
            title=f"Dark <b>district</b> {hit}",
            source="tass",
            url=f"https://tass.example/{hit}" if hit else None,
            path=None if hit else "/seeds/0.txt",
            at=NOW,
        )
        for hit in hits[:counted]
    )
    return Fired(firing, named)


@pytest.mark.parametrize("kind", [AlertKind.HIT, AlertKind.DIGEST])
def test_a_correlation_names_the_articles_that_it_counted(kind: AlertKind) -> None:
    content = AlertContent(alert(kind), (replace(seed_item(), fired=fired("3 articles", 3)),))
    for form in (MAIL, TERMINAL, TELEGRAM, SLACK, chat(dialects.MARKDOWN)):
        said = render(content, form, NOW).text
        assert said.count("blackout") == 3, form
        assert said.count("district") == 3, form
        assert "https://tass.example/2" in said, form
        assert len(re.findall(r"\btass\b(?!\\?\.)", said)) == 3, form
        assert " more" not in said.replace("more of this", ""), form
    html = render(content, MAIL, NOW).html
    assert '<a href="https://tass.example/2">Dark &lt;b&gt;district&lt;/b&gt; 2</a>' in html
    assert "/seeds/0.txt" in html


@pytest.mark.parametrize("kind", [AlertKind.HIT, AlertKind.DIGEST])
def test_of_many_counted_articles_the_first_are_named_and_the_rest_numbered(
    kind: AlertKind,
) -> None:
    content = AlertContent(alert(kind), (replace(seed_item(), fired=fired("90 articles", 90, 50)),))
    for form, named in ((MAIL, 10), (TERMINAL, 10), (SLACK, 5)):
        rendered = render(content, form, NOW)
        assert rendered.text.count("district") == named
        assert f"and {90 - named} more" in rendered.text
    assert "and 80 more" in rendered.html or not rendered.html


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        (AlertKind.FOLLOW_UP, {}, "New about a story that you were told of before."),
        (AlertKind.REMINDER, {}, "The story goes on: 7 articles by 4 publishers so far."),
        (AlertKind.HIT, {"confirmed": 4}, "Confirmed: 4 publishers carry it."),
        (
            AlertKind.FOLLOW_UP,
            {"confirmed": 3},
            "Confirmed: 4 publishers carry it, 3 were asked for.",
        ),
        (AlertKind.HIT, {"stands_in_for": "1" * 32}, "Sent here in place of another channel"),
        (AlertKind.SUMMARY, {"held_back": 12}, "12 alerts were held back by the route's limit"),
        (AlertKind.SUMMARY, {"held_back": 1}, "1 alert was held back by the route's limit"),
    ],
)
def test_an_alert_says_why_it_comes(kind: AlertKind, changes: dict[str, object], said: str) -> None:
    content = seed_alert(kind=kind, **changes)
    for form in (MAIL, TERMINAL, TELEGRAM, SLACK):
        assert said in render(content, form, NOW).text.replace("&#x27;", "'")
    assert said in lxml.html.fromstring(render(content, MAIL, NOW).html).text_content()


def test_a_digest_of_confirmed_stories_speaks_of_each() -> None:
    content = many(2)
    confirmed = replace(content, alert=replace(content.alert, confirmed=3))
    assert "Confirmed: 3 publishers or more carry each story." in render(confirmed, MAIL, NOW).text


@pytest.mark.parametrize(
    ("content", "subject"),
    [
        (seed_alert(kind=AlertKind.FOLLOW_UP), "[HIGH] follow-up: CSTO deployment: A Russia-led"),
        (seed_alert(kind=AlertKind.REMINDER), "[HIGH] reminder: CSTO deployment: A Russia-led"),
        (seed_alert(kind=AlertKind.SUMMARY, held_back=7), "[HIGH] 7 more alerts, held back by the"),
        (many(3), "[HIGH] digest: 3 stories"),
        (many(1), "[HIGH] digest: 1 story"),
        (many(0), "[monitor] digest: nothing new"),
        (notice("Text.", "source daily is dead"), "[monitor] source daily is dead"),
        (notice("Only text.", ""), "[monitor] Only text."),
        (AlertContent(alert(AlertKind.TEST), ()), "[monitor] test"),
    ],
)
def test_each_kind_has_its_subject(content: AlertContent, subject: str) -> None:
    assert render(content, MAIL, NOW).subject.startswith(subject)


def test_a_digest_goes_by_story_most_important_first_and_ends_with_the_coverage() -> None:
    rendered = render(many(7), MAIL, NOW)
    order = re.findall(r"^[A-Z]+: Story number (\d)", rendered.text, re.MULTILINE)
    assert order == ["4", "3", "7", "2", "6", "1", "5"]  # of one level, the wider story first
    levels = re.findall(r"^(CRITICAL|HIGH|MEDIUM|LOW|INFORMATIONAL):", rendered.text, re.MULTILINE)
    ranks = [Level[level] for level in levels]
    assert ranks == sorted(ranks, reverse=True)
    assert rendered.text.rstrip().endswith(
        "Coverage: 12 of 13 sources read; daily not since 07:00."
    )


def test_a_digests_plain_part_has_all_of_a_story_below_its_heading() -> None:
    lines = render(many(2), MAIL, NOW).text.splitlines()
    below = [line for line in lines if line and not line.startswith(("MEDIUM", "LOW", "Coverage"))]
    assert all(line.startswith("  ") for line in below), below


def test_a_digest_without_news_still_says_what_was_read() -> None:
    for form in (MAIL, TERMINAL, SLACK):
        assert "Coverage: 12 of 13 sources read" in render(many(0), form, NOW).text


@pytest.mark.parametrize("form", FORMS, ids=NAMES)
@pytest.mark.parametrize(
    "content",
    [seed_alert(), many(60), notice("A sentence. " * 2_000)],
    ids=["alert", "digest", "notice"],
)
def test_a_message_stays_within_its_limit_and_says_that_it_was_cut(
    form: Form, content: AlertContent
) -> None:
    whole = render(content, replace(form, limit=None), NOW)
    rendered = render(content, form, NOW)
    if form.limit is not None:
        assert form.dialect.measure(rendered.text) <= form.limit
        if form.dialect.measure(whole.text) > form.limit > 200:
            assert "shortened" in rendered.text


def test_a_cut_notice_ends_at_a_sentence() -> None:
    rendered = render(
        notice("A sentence of the notice. " * 200), chat(dialects.SLACK, 500, 150), NOW
    )
    assert "notice. …\n(shortened)" in rendered.text


def test_only_so_many_other_sources_are_told() -> None:
    item = seed_item()
    others = tuple(
        stored(Article(title=f"Other {number}", body="", source=f"s{number}"), id=100 + number)
        for number in range(20)
    )
    content = AlertContent(alert(), (replace(item, others=(*others, *others)),))
    text = render(content, MAIL, NOW).text
    assert [f"  - s{number}: Other {number}" in text for number in range(20)] == (
        [True] * 5 + [False] * 15
    )


def test_no_more_is_left_out_than_there_is_no_room_for() -> None:
    whole = render(seed_alert(), SLACK, NOW).text
    cut = render(seed_alert(), replace(SLACK, limit=len(whole) - 1), NOW).text
    assert "wire" in cut  # one of the two other sources is still told
    assert "daily" not in cut
    assert cut.count("›") == whole.count("›")


def test_the_smallest_limit_still_names_the_rule() -> None:
    content = about("Troops land", "CSTO.", "CSTO", url="https://example.org/a")
    assert render(content, chat(dialects.CHAT_TEXT, 75), NOW).text == (
        "[HIGH] CSTO deployment: Troops land\nhttps://example.org/a"
    )
    assert render(content, chat(dialects.CHAT_TEXT, 24), NOW).text == "[HIGH] CSTO …"
    assert render(content, chat(dialects.CHAT_TEXT, 0), NOW).text == ""


@hostile.few
@pytest.mark.parametrize("form", FORMS, ids=NAMES)
@given(title=hostile.text, body=hostile.text, url=hostile.text, source=hostile.text)
def test_hostile_articles_do_no_harm(
    form: Form, title: str, body: str, url: str, source: str
) -> None:
    content = about(title, body, "a", url=f"https://example.org/{url}", author=source, path=url)
    rendered = render(content, form, NOW)
    assert "\n" not in rendered.subject
    assert len(rendered.subject) <= 200
    for part in (rendered.subject, rendered.text, rendered.html):
        part.encode("utf-8")
        assert not re.search(
            "[\x00-\x08\x0b-\x0d\x10-\x1e\x7f-\x9f\u202a-\u202e\u2066-\u2069]", part
        )
    if form.limit is not None:
        assert form.dialect.measure(rendered.text) <= form.limit
    if form.medium is not Medium.CONSOLE:
        assert not set(rendered.text) & set("\x0e\x0f\x1f")
    if form.medium is Medium.CHAT and form.dialect is not dialects.CHAT_TEXT:
        assert not re.search(r"@\w|<[!@#]", rendered.text)


@hostile.few
@given(title=hostile.text, body=hostile.text, url=hostile.text)
def test_hostile_articles_add_nothing_to_a_mail(title: str, body: str, url: str) -> None:
    plain = render(about("title", "body", url="https://example.org/"), MAIL, NOW).html
    made = render(about(title or "t", body, url=f"https://example.org/{url}"), MAIL, NOW).html
    wanted = {element.tag for element in lxml.html.fromstring(plain).iter()} | {"blockquote"}
    html = lxml.html.fromstring(made)
    assert {element.tag for element in html.iter()} <= wanted
    assert all(link.startswith("https://example.org/") for link in html.xpath("//a/@href"))
    assert not [name for element in html.iter() for name in element.attrib if name[:2] == "on"]


@hostile.few
@given(st.sampled_from(list(AlertKind)), hostile.text, hostile.text)
def test_hostile_notices_do_no_harm(kind: AlertKind, subject: str, text: str) -> None:
    content = AlertContent(alert(kind, hits=(), subject=subject, text=text), ())
    for form in FORMS:
        rendered = render(content, form, NOW)
        assert "\n" not in rendered.subject
        assert not re.search("[\x00-\x08\x0b-\x0d\x1b\x7f\u202e]", rendered.text + rendered.html)


def test_a_title_of_ten_thousand_characters_fits_every_form() -> None:
    content = about("word " * 2_000 + "x" * 10_000, "y" * 50_000, "word")
    for form in FORMS:
        rendered = render(content, form, NOW)
        assert len(rendered.subject) <= 200
        assert len(rendered.text) < 5_000


def test_a_channel_overrides_a_template_and_its_values_stay_literal(tmp_path: Path) -> None:
    (tmp_path / "alert.txt").write_text("{{ strong('Ours') }}: {{ alert.story.articles[0].title }}")
    (tmp_path / "subject.txt").write_text("ours: {{ alert.headline }}")
    content = about("<!channel> *bold*", "Body.", "Body")
    rendered = render(content, SLACK, NOW, Templates(tmp_path))
    assert rendered.text == "*Ours*: &lt;\u200b!channel&gt; ∗bold∗"
    assert rendered.subject == "ours: [HIGH] CSTO deployment"
    assert rendered.problem == ""


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{% if %}", "TemplateSyntaxError: Expected an expression"),
        ("{{ alert.nothing }}", "UndefinedError"),
        ("{{ alert.story.articles[7] }}", "UndefinedError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ alert | nosuchfilter }}", "TemplateAssertionError"),
    ],
)
def test_an_override_that_fails_loses_no_alert(tmp_path: Path, template: str, reason: str) -> None:
    (tmp_path / "alert.txt").write_text(template)
    rendered = render(seed_alert(), MAIL, NOW, Templates(tmp_path))
    assert reason in rendered.problem
    assert "this channel's own template failed" in rendered.text
    assert (
        "this channel's own template failed" in lxml.html.fromstring(rendered.html).text_content()
    )
    assert "A Russia-led military alliance" in rendered.text


def test_an_override_that_is_too_long_is_cut_to_the_subject(tmp_path: Path) -> None:
    (tmp_path / "alert.txt").write_text("long " * 2_000)
    rendered = render(seed_alert(), DISCORD, NOW, Templates(tmp_path))
    assert "CSTO deployment" in rendered.text
    assert len(rendered.text) <= 2_000
