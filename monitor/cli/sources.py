"""`monitor sources`: how the sources do; lists of feeds in and out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import (
    ago,
    common,
    emit,
    near,
    plural,
    printable,
    printing,
    progress,
    refuse_list_options,
    say,
    short,
    stamp,
    table,
)
from monitor.config.reading import load_settings
from monitor.config.secrets import redact
from monitor.config.settings import Settings
from monitor.errors import InvalidConfig, UsageError
from monitor.model.article import Article
from monitor.model.listing import SourceFigures
from monitor.model.source import PollItem, PollOutcome, Refusal, Source, SourceKind, SourceState

_UNDATED = "no date         "


@click.group(
    "sources",
    invoke_without_command=True,
    epilog="Examples: `monitor sources`; `monitor sources poll bbc-world`;"
    " `monitor sources import feeds.opml`",
)
@click.option("--bad", is_flag=True, help="Only those that fail, are gone or were never read.")
@printing
@click.pass_context
def command(context: click.Context, config: str | None, *, bad: bool, as_json: bool) -> None:
    """Show each source's last success, last error, next poll and articles a day."""
    if context.invoked_subcommand is not None:
        refuse_list_options(context)
        return
    settings = open_settings(config)
    moment = now()
    with open_database(settings) as store:
        known = {figures.state.source: figures for figures in store.source_figures(moment)}
    shown = [
        (source, known.get(source.id))
        for source in settings.sources
        if not bad or _is_bad(known.get(source.id))
    ]
    if as_json:
        for source, figures in shown:
            row = _as_object(source, figures)
            hidden = ("url", "moved_to")
            plain = {name: redact(str(row[name]), settings.secrets) for name in hidden if row[name]}
            emit({**row, **plain})
        return
    table(
        ("source", "type", "state", "read", "next", "a day", "articles", "refused", "trouble"),
        (_row(source, figures, moment) for source, figures in shown),
        empty="No sources." if not bad else "Every source is well.",
    )


def _is_bad(figures: SourceFigures | None) -> bool:
    return figures is None or _state(figures) != "good"


def _state(figures: SourceFigures | None) -> str:
    if figures is None or figures.state.last_poll is None:
        return "unread"
    if figures.state.gone:
        return "gone"
    return "bad" if figures.state.failures else "good"


def _row(source: Source, figures: SourceFigures | None, moment: datetime) -> tuple[str, ...]:
    state = figures.state if figures else SourceState(source=source.id)
    trouble = ""
    if state.failures:
        trouble = f"{plural(state.failures, 'failure')} in a row: {state.last_error}"
    elif state.last_refused:
        trouble = f"refused last: {state.last_refused}"
    return (
        source.id,
        source.kind.value,
        _state(figures),
        ago(state.last_success, moment),
        ago(state.due, moment) if state.due and state.due > moment else "at once",
        f"{figures.articles_a_day:.1f}" if figures else "–",
        f"{state.articles:,}",
        f"{state.refused:,}",
        trouble,
    )


def _as_object(source: Source, figures: SourceFigures | None) -> dict[str, object]:
    state = figures.state if figures else SourceState(source=source.id)
    return {
        "source": source.id,
        "type": source.kind.value,
        "url": source.url or None,
        "path": str(source.path) if source.path else None,
        "tags": list(source.tags),
        "state": _state(figures),
        "last_poll": stamp(state.last_poll),
        "last_success": stamp(state.last_success),
        "last_error": state.last_error,
        "last_error_at": stamp(state.last_error_at),
        "next_poll": stamp(state.due),
        "failures": state.failures,
        "articles": state.articles,
        "articles_a_day": round(figures.articles_a_day, 2) if figures else 0.0,
        "last_article": stamp(figures.last_article) if figures else None,
        "refused": state.refused,
        "last_refused": state.last_refused,
        "moved_to": state.moved_to or state.url,
    }


@command.command("poll", epilog="Example: `monitor sources poll bbc-world`")
@click.argument("id")
@printing
def poll(config: str | None, *, id: str, as_json: bool) -> int:
    """Ask a source now and show what it gives; nothing is stored and nobody is alerted.

    The exit code is 1 when the source could not be read.
    """
    from monitor.daemon.wiring import make_reader  # noqa: PLC0415 - loads the HTTP client

    settings = open_settings(config)
    source = _known(settings, id)
    with make_reader(settings, _NothingRead()) as reader:
        with progress(f"Asking {source.id}", alone=True):
            answer = reader.poll(source, SourceState(source=source.id), now())
        articles, refused = _show_items(answer.items, as_json=as_json)
    if answer.outcome in {PollOutcome.FAILED, PollOutcome.GONE}:
        say(f"{source.id}: {answer.state.last_error or answer.outcome.value}")
        return 1
    more = f", {refused:,} refused" if refused else ""
    say(f"{plural(articles, 'article')}{more} in {answer.duration:.1f} s ({answer.outcome.value}).")
    return 0


def _show_items(items: Iterable[PollItem], *, as_json: bool) -> tuple[int, int]:
    """Show what a poll gave, and return how many articles and refusals that is."""
    articles = refused = 0
    for item in items:
        if isinstance(item, Article):
            articles += 1
            if as_json:
                emit(_polled(item))
            else:
                where = item.url or item.path or ""
                click.echo(printable(f"{short(item.published, _UNDATED)}  {item.title}  {where}"))
        elif isinstance(item, Refusal):
            refused += 1
            say(f"refused: {item.where}: {item.reason}")
    return articles, refused


def _polled(article: Article) -> dict[str, object]:
    return {
        "title": article.title,
        "url": article.url,
        "path": article.path,
        "published": stamp(article.published),
        "lang": article.lang,
        "author": article.author or None,
        "tags": list(article.tags),
        "characters": len(article.body),
        "notes": list(article.notes),
    }


class _NothingRead:
    """A memory of files in which none has been read."""

    def signature(self, source: str, path: str) -> str | None:
        """Return None: every file is new."""
        del source, path
        return None


def _known(settings: Settings, id: str) -> Source:
    from monitor.yaml12 import did_you_mean  # noqa: PLC0415 - only a mistake needs it

    source = settings.source(id)
    if source is None:
        hint = did_you_mean(id, [source.id for source in settings.sources])
        raise UsageError(f"there is no source {id!r} ({hint})")
    return source


@command.command("import", epilog="Example: `monitor sources import feeds.opml`")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--print", "only_print", is_flag=True, help="Print the entries; change nothing.")
@common
def import_(config: str | None, *, file: Path, only_print: bool) -> int:
    """Add the feeds of an OPML file to monitor.yaml; the outlines around them become tags.

    Everything else in the file stays as it is. Feeds that it names already are left out.
    """
    from monitor.config.editing import source_lines  # noqa: PLC0415
    from monitor.sources.opml import import_opml  # noqa: PLC0415 - loads lxml

    settings = open_settings(config)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    found = import_opml(data, str(file), [source.id for source in settings.sources])
    present = {source.url for source in settings.sources}
    new = [source for source in found.sources if source.url not in present]
    for refusal in found.refusals:
        say(f"left out: {refusal.where}: {refusal.reason}")
    if only_print:
        for source in new:
            first, *more = source_lines(source)
            click.echo("\n".join([f"  - {first}", *(f"    {line}" for line in more)]))
        return 0
    if new:
        _add(settings.path, new)
    if known := len(found.sources) - len(new):
        say(f"left out: {plural(known, 'feed')} that {near(settings.path)} has already")
    say(f"Added {plural(len(new), 'source')} to {near(settings.path)}.")
    return 1 if found.refusals else 0


def _add(path: Path, sources: Sequence[Source]) -> None:
    """Write sources into the configuration, in its own encoding, with its own line breaks."""
    from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE  # noqa: PLC0415 - as below

    from monitor.config.editing import with_sources  # noqa: PLC0415
    from monitor.yaml12 import decode  # noqa: PLC0415

    data = path.read_bytes()
    after = with_sources(decode(data, str(path)).removeprefix("\ufeff"), str(path), sources)
    encodings = {BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be", BOM_UTF8: "utf-8"}
    mark = next((mark for mark in encodings if data.startswith(mark)), b"")
    _replace(path, mark + after.encode(encodings.get(mark, "utf-8")))


def _replace(path: Path, data: bytes) -> None:
    """Put the new text in the file's place, if it is a sound configuration, in one step."""
    import os  # noqa: PLC0415 - only an import that writes needs them
    import tempfile  # noqa: PLC0415

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".new")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        before = path.stat()
        with suppress(OSError):  # only root may give files to others
            os.chown(draft, before.st_uid, before.st_gid)
        draft.chmod(before.st_mode & 0o777)
        load_settings(draft, os.environ)
        draft.replace(path)
    except InvalidConfig as error:
        why = str(error).replace(str(draft), str(path))
        raise UsageError(f"nothing was written, the result would be broken: {why}") from None
    finally:
        draft.unlink(missing_ok=True)


@command.command("export", epilog="Example: `monitor sources export > feeds.opml`")
@common
def export(config: str | None) -> None:
    """Print the configured feeds as OPML, without secrets; tags become categories."""
    from monitor.sources.opml import export_opml  # noqa: PLC0415 - loads lxml

    settings = open_settings(config)
    shared = [_without_secrets(source, settings) for source in settings.sources]
    for source, plain in zip(settings.sources, shared, strict=True):
        if source != plain and source.kind is SourceKind.FEED:
            say(f"{source.id}: the secret part of its address is left out: write it in again")
    click.echo(export_opml(shared), nl=False)


def _without_secrets(source: Source, settings: Settings) -> Source:
    """Return a source whose address can be shown: lists are pasted into mails and tickets."""
    return replace(source, url=redact(source.url, settings.secrets))
