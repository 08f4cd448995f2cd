"""`monitor check`: everything that a run would load, and all that is wrong with it at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import click

from monitor.cli.opening import now
from monitor.cli.output import (
    console,
    emit,
    near,
    place,
    plural,
    printable,
    printing,
    progress,
    say,
    sentence,
)
from monitor.config.reading import DEFAULT_RULES, find_config, load_settings, sound_channels
from monitor.config.settings import Settings
from monitor.errors import (
    InvalidConfig,
    InvalidInput,
    InvalidRules,
    Location,
    Problem,
    Severity,
    StoreError,
)
from monitor.model.channel import Channel
from monitor.model.rule import Rule
from monitor.model.source import SourceKind
from monitor.yaml12 import Mapping, Scalar, load_bytes

# Stored articles whose words are tried on wildcards and fuzzy terms.
_SAMPLE = 1_000


@click.command("check", epilog="Example: `monitor check --config /etc/monitor/monitor.yaml`")
@printing
def command(config: str | None, *, as_json: bool) -> int:
    """Check configuration, rules, their tests, channels and database; nothing is changed or sent.

    The exit code is 0 when there are only warnings, 1 when something is wrong, 2 when the
    configuration itself cannot be used.
    """
    path = find_config(config, os.environ)
    problems: list[Problem] = []
    unusable = False
    summary = ""
    try:
        settings = load_settings(path, os.environ)
    except InvalidConfig as error:
        problems += error.problems
        problems += _check_urls(sound_channels(path, os.environ))
        problems += _check_rules_alone(path)
        unusable = True
    else:
        rules_found, rules, summary = _check_rules(settings)
        problems += rules_found
        problems += _check_sources(settings)
        problems += _check_channels(settings, rules)
        problems += _check_database(settings)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    for problem in problems:
        if as_json:
            emit(_as_object(problem))
        else:
            _show(problem)
    warnings = len(problems) - len(errors)
    verdict = "sound" if not errors else plural(len(errors), "error")
    found = f", {plural(warnings, 'warning')}" if warnings else ""
    say(f"{near(path)}: {verdict}{found}{summary}")
    if unusable:
        return 2
    return 1 if errors else 0


def _check_rules_alone(config: Path) -> Iterable[Problem]:
    """Return what is wrong with the rules as far as an unusable configuration says where they are.

    Names of sources and channels are not checked: what there is, is not known.
    """
    from monitor.rules import load_rules  # noqa: PLC0415 - loads the engine

    try:
        root = load_bytes(config.read_bytes(), str(config))
    except (OSError, InvalidInput):
        return ()
    named = root.entries.get("rules") if isinstance(root, Mapping) else None
    if named is not None and (not isinstance(named, Scalar) or "${" in named.raw):
        return ()
    folder = config.resolve().parent / (DEFAULT_RULES if named is None else named.raw)
    try:
        return load_rules(folder).warnings
    except InvalidRules as error:
        return error.problems


def _check_rules(settings: Settings) -> tuple[list[Problem], tuple[Rule, ...], str]:
    from monitor.matching import compile_rules  # noqa: PLC0415 - loads the engine
    from monitor.rules import SampleResult, lint, load_rules, run_samples  # noqa: PLC0415

    names = [channel.name for channel in settings.channels]
    try:
        rulebook = load_rules(settings.rules, sources=settings.source_tags, channels=names)
    except InvalidRules as error:
        return list(error.problems), (), ""
    compiled = compile_rules(rule for rule in rulebook.rules if rule.match is not None)
    with progress("Testing rules", len(rulebook.rules), alone=True) as advance:
        results: list[SampleResult] = []
        for rule in rulebook.rules:
            results += run_samples([rule], compiled, now())
            advance(1)
    doubts = lint(
        rulebook.rules,
        vocabulary=_known_words(settings),
        unindexed=compiled.unindexed,
        today=now().date(),
        sources=settings.source_tags,
    )
    failing = [result.problem for result in results if result.problem is not None]
    problems = [*rulebook.warnings, *failing, *doubts]
    rules, samples = plural(len(rulebook.rules), "rule"), plural(len(results), "sample")
    return problems, rulebook.rules, f" ({rules}, {samples} tried)"


def _known_words(settings: Settings) -> set[str]:
    """Return the words of the newest stored articles; without a database, none are known."""
    from monitor.text import tokenize  # noqa: PLC0415 - loads the tokenizer

    words: set[str] = set()
    try:
        for text in islice(_stored_texts(settings), _SAMPLE):
            words.update(tokenize(text).words)
    except StoreError:
        return set()
    return words


def _stored_texts(settings: Settings) -> Iterator[str]:
    from monitor.store import schema  # noqa: PLC0415 - loads SQLAlchemy
    from monitor.store.database import open_store  # noqa: PLC0415

    if schema.state(settings.database) is not schema.SchemaState.CURRENT:
        return
    store = open_store(settings.database)
    try:
        span = store.article_span()
        if span is not None:
            first = max(span.first, span.last - _SAMPLE + 1)
            for stored in store.articles_between(first, span.last):
                yield f"{stored.article.title}\n\n{stored.article.body}"
    finally:
        store.close()


def _check_sources(settings: Settings) -> Iterable[Problem]:
    for source in settings.sources:
        # Where this user may not look, the poll says so: the daemon's user may.
        if source.kind is SourceKind.CORPUS and source.path and _is_missing(source.path):
            message = f"the source {source.id!r} reads {source.path}, which does not exist"
            hint = "make the folder, or correct `path`"
            yield Problem("no-folder", message, source.location, hint)
    if not settings.sources:
        where = Location(str(settings.path))
        yield Problem(
            "no-sources", "there is no source: nothing is read", where, "", Severity.WARNING
        )


def _check_channels(settings: Settings, rules: Iterable[Rule]) -> Iterable[Problem]:
    yield from _check_urls(settings.channels)
    if not settings.routes:
        return
    used = {name for route in settings.routes for name in route.to}
    used |= {name for rule in rules for name in rule.notify}
    used |= {channel.fallback or "" for channel in settings.channels} | {settings.operator or ""}
    for channel in settings.channels:
        if channel.name not in used:
            message = f"nothing is sent to the channel {channel.name!r}"
            hint = "name it in a route's `to`, a rule's `notify`, a `fallback` or as `operator`"
            yield Problem("unused-channel", message, channel.location, hint, Severity.WARNING)


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _check_urls(channels: Iterable[Channel]) -> Iterable[Problem]:
    from monitor.notify.check import check_channel  # noqa: PLC0415 - loads apprise

    found = (check_channel(channel) for channel in channels)
    return [problem for problem in found if problem is not None]


def _check_database(settings: Settings) -> Iterable[Problem]:
    from monitor.store import schema  # noqa: PLC0415 - loads SQLAlchemy
    from monitor.store.database import open_store  # noqa: PLC0415

    where = Location(str(settings.path))
    try:
        if schema.state(settings.database) is not schema.SchemaState.EMPTY:
            open_store(settings.database).close()
        elif (folder := _unwritable(settings.database)) is not None:
            message = f"the database is not there yet, and this user cannot make it in {folder}"
            hint = "correct `database`, or let the monitor run as a user who can"
            yield Problem("database", message, where, hint, Severity.WARNING)
    except StoreError as error:
        yield Problem("database", str(error), where)


def _unwritable(database: str) -> Path | None:
    """Return the folder in which a new database would have to be made, and cannot be."""
    if not database.startswith("sqlite:"):
        return None
    path = Path(database.removeprefix("sqlite:///"))
    folder = next((folder for folder in path.parents if not _is_missing(folder)), path.parent)
    able = os.access(folder, os.W_OK | os.X_OK) and folder.is_dir()
    return None if able else folder


def _show(problem: Problem) -> None:
    from rich.text import Text  # noqa: PLC0415 - rich loads when something is shown

    color = "red" if problem.severity is Severity.ERROR else "yellow"
    hint = f" ({printable(sentence(problem.hint))})" if problem.hint else ""
    console().print(
        Text(f"{place(problem.location)}: ")
        + Text(problem.severity.value, f"bold {color}")
        + Text(f": {printable(sentence(problem.message))}{hint}"),
        soft_wrap=True,
    )


def _as_object(problem: Problem) -> dict[str, object]:
    return {
        "severity": problem.severity.value,
        "code": problem.code,
        "file": problem.location.file,
        "line": problem.location.line or None,
        "column": problem.location.column or None,
        "message": problem.message,
        "hint": problem.hint or None,
    }
