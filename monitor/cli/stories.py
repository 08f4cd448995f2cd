"""`monitor stories`: articles that tell the same thing, and putting wrong joins right."""

from __future__ import annotations

from collections.abc import Sequence

import click

from monitor.cli.belonging import most_like_object, reason
from monitor.cli.choices import since_of
from monitor.cli.naming import listed, numbered, one_article
from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import (
    common,
    emit,
    plural,
    printing,
    refuse_list_options,
    say,
    short,
    show,
    stamp,
)
from monitor.errors import UsageError
from monitor.model.hit import Review
from monitor.model.listing import HitFilter, StoryArticle, StoryEntry
from monitor.model.rule import CANARY
from monitor.model.story import Parting

_SHOWN = 5
_NUMBER = click.IntRange(1)


@click.group(
    "stories",
    invoke_without_command=True,
    epilog="Examples: `monitor stories --since 2d`; `monitor stories split 812 815`;"
    " `monitor stories merge 12 17`; `monitor stories ack 12`",
)
@click.option("--rule", metavar="ID", help="Stories that this rule hit.")
@click.option("--since", metavar="WHEN", help="With news since then: 2d, or a date.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@click.option(
    "--story", "only", type=_NUMBER, metavar="ID", help="One story, with all its articles."
)
@printing
@click.pass_context
def command(
    context: click.Context,
    config: str | None,
    *,
    rule: str | None,
    since: str | None,
    limit: int,
    only: int | None,
    as_json: bool,
) -> None:
    """List stories with their articles and the rules that they hit, the latest news first.

    Times are UTC; in brackets stands why each article is in the story.
    """
    if context.invoked_subcommand is not None:
        refuse_list_options(context)
        return
    with open_database(open_settings(config)) as store:
        if only is not None:
            found = store.story(only)
            if found is None:
                raise UsageError(_gone(only, store.successors(only)))
            entries = [found]
        else:
            entries = list(
                store.stories(
                    limit,
                    since=since_of(since, now()),
                    rule=rule,
                    without=None if rule else CANARY,
                    shown=_SHOWN,
                )
            )
    if as_json:
        for entry in entries:
            emit(_as_object(entry))
        return
    if not entries:
        say("No stories.")
    for entry in entries:
        _show(entry)


def _gone(story: int, now_in: Sequence[int]) -> str:
    """Say that there is no such story, and where the articles are that were told as it."""
    if not now_in:
        return f"there is no story {story}: `monitor stories` lists them"
    return f"there is no story {story} any more: it joined {numbered(now_in, 'story', 'stories')}"


def _show(entry: StoryEntry) -> None:
    story = entry.story
    rules = ", ".join(f"{rule} ({count})" for rule, count in sorted(entry.rules.items()))
    parts = [plural(story.articles, "article"), plural(story.publishers, "publisher")]
    parts += ["acknowledged"] if story.acknowledged else []
    show(story.title, f"{story.id}  ", "bold")
    hit = f"; rules: {rules}" if rules else ""
    show(f"{short(story.opened)} – {short(story.last)}, {', '.join(parts)}{hit}", "    ")
    for article in entry.articles:
        show(
            f"{article.source}: {article.title}  [{reason(article)}]",
            f"    {article.article:>6}  {short(article.at)}  ",
        )
    hidden = story.articles - len(entry.articles)
    if hidden > 0:
        show(f"… and {hidden} more: monitor stories --story {story.id}", "    ")


def _as_object(entry: StoryEntry) -> dict[str, object]:
    story = entry.story
    return {
        "story": story.id,
        "title": story.title,
        "opened": stamp(story.opened),
        "last": stamp(story.last),
        "articles": story.articles,
        "publishers": story.publishers,
        "acknowledged": story.acknowledged,
        "rules": dict(entry.rules),
        "members": [_member(article) for article in entry.articles],
    }


def _member(article: StoryArticle) -> dict[str, object]:
    return {
        "article": article.article,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "at": stamp(article.at),
        "joined": article.joined.value,
        "score": article.score,
        "detail": article.detail,
        "most_like": most_like_object(article.most_like),
    }


@command.command(
    "split",
    epilog="Examples: `monitor stories split 812 815`; `monitor stories split --alone 812`;"
    " `monitor stories split https://news.example/a-story`",
)
@click.argument("articles", metavar="ARTICLE…", nargs=-1, required=True)
@click.option("--alone", is_flag=True, help="Only those named: leave the copies of their texts.")
@printing
def split(config: str | None, *, articles: tuple[str, ...], alone: bool, as_json: bool) -> int:
    """Move articles into a story of their own; they, and what resembles them, stay apart.

    ARTICLE is a number (`monitor stories` shows it), an address, or the file that it was read
    from. Copies of its text in the same story go along.
    """
    settings = open_settings(config)
    with open_database(settings) as store:
        found = {what: one_article(store, settings, what) for what in dict.fromkeys(articles)}
        missing = [what for what, id in found.items() if id is None]
        if missing:
            there = "is no article" if len(missing) == 1 else "are no articles"
            say(f"There {there} {listed(missing)}: `monitor stories` lists them.")
            return 1
        named = [id for id in found.values() if id is not None]
        parting = store.split_story(named, now(), alone=alone)
    lost = sorted(set(named) - set(parting.articles))
    if lost:
        are = "is" if len(lost) == 1 else "are"
        say(f"In no story {are} {numbered(lost, 'article')}: old ones are forgotten.")
    if parting.story is None:
        if parting.articles:
            say(_unparted(parting))
        return 1
    if as_json:
        emit(
            {
                "story": parting.story,
                "articles": list(parting.articles),
                "copies": list(parting.copies),
            }
        )
    else:
        click.echo(parting.story)
    say(_parted(parting))
    return 1 if lost else 0


def _parted(parting: Parting) -> str:
    its = "its text" if len(parting.articles) == 1 else "their texts"
    said = f"Moved into the new story {parting.story}: {numbered(parting.articles, 'article')}"
    if parting.copies:
        said += f", with the copies of {its}: {numbered(parting.copies, 'article')}"
    if parting.staying:
        kept = "A copy" if len(parting.staying) == 1 else "Copies"
        stay = "stays" if len(parting.staying) == 1 else "stay"
        said += f". {kept} of {its} {stay}: {numbered(parting.staying, 'article')}"
    return f"{said}."


def _unparted(parting: Parting) -> str:
    """Say why nothing was moved."""
    left = numbered(parting.emptied, "story", "stories")
    if parting.copies:
        return (
            f"Nothing was moved: copies go along, and no article would stay in {left}. "
            f"With --alone only {numbered(parting.articles, 'article')} would move."
        )
    if len(parting.emptied) == 1:
        return f"Nothing was moved: {left} has no other articles."
    return (
        f"Nothing was moved: {left} have no other articles. "
        "`monitor stories merge` makes one story of several."
    )


@command.command("merge", epilog="Example: `monitor stories merge 12 17 19`")
@click.argument("into", metavar="STORY", type=_NUMBER)
@click.argument("others", metavar="OTHER…", nargs=-1, required=True, type=_NUMBER)
@common
def merge(config: str | None, *, into: int, others: tuple[int, ...]) -> int:
    """Make one story of several: the OTHERs join STORY, and later articles follow."""
    joining = list(dict.fromkeys(others))
    if into in joining:
        raise UsageError(f"story {into} cannot join itself: name the stories that join it")
    with open_database(open_settings(config)) as store:
        done = store.merge_stories(into, joining, now())
        missing = [id for id in (into, *joining) if store.story(id, shown=0) is None]
    if not done:
        say(f"{_no_story(missing)}: `monitor stories` lists them.")
        return 1
    say(f"{plural(len(joining), 'story', 'stories')} joined story {into}.")
    return 0


@command.command("ack", epilog="Example: `monitor stories ack 12`")
@click.argument("ids", metavar="STORY…", nargs=-1, required=True, type=_NUMBER)
@common
def ack(config: str | None, *, ids: tuple[int, ...]) -> int:
    """Acknowledge stories with all their hits: they are not repeated any more."""
    missing = []
    with open_database(open_settings(config)) as store:
        for id in ids:
            hits = [entry.hit.id for entry in store.all_hits(HitFilter(story=id))]
            if not hits or not store.review(hits, Review.ACKNOWLEDGED, now()):
                missing.append(id)
    done = len(ids) - len(missing)
    if done:
        say(f"Acknowledged {plural(done, 'story', 'stories')}.")
    if missing:
        say(f"{_no_story(missing)} with hits.")
    return 1 if missing else 0


def _no_story(missing: Sequence[int]) -> str:
    """Say that there are no stories with these numbers."""
    there = "is" if len(missing) == 1 else "are"
    return f"There {there} no {numbered(missing, 'story', 'stories')}"
