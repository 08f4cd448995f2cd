"""`monitor match`: texts against rules, without a database."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from monitor.cli.opening import now, open_rules, open_settings, open_usable_rules
from monitor.cli.output import emit, place, plural, printable, printing, progress, say, show, stamp
from monitor.cli.texts import STDIN, read_texts
from monitor.config.settings import Settings
from monitor.errors import InvalidQuery, InvalidRules, Location, Problem, UsageError
from monitor.model.article import Article
from monitor.model.condition import NOWHERE, Condition, Everything
from monitor.model.hit import Match
from monitor.model.rule import Only, Rule
from monitor.model.source import Refusal

if TYPE_CHECKING:
    from rich.text import Text

    from monitor.notify.passages import Passage
    from monitor.rules import Rulebook

_QUERY_RULE = "query"
_PLACES = 3
"""Errors elsewhere whose places are named."""
_LIST = re.compile(r"\$[^\W\d]")


@click.command(
    "match",
    epilog="Examples: `monitor match article.txt`; `monitor match --json seeds/`;"
    " `monitor match --query 'internet NEAR/3 (blackout OR shutdown)' -`",
)
@click.argument("files", metavar="[FILE…|-]", nargs=-1)
@click.option("--rule", "ids", multiple=True, metavar="ID", help="Only this rule.")
@click.option("--query", metavar="QUERY", help="This query instead of the rules.")
@printing
def command(
    config: str | None,
    *,
    files: tuple[str, ...],
    ids: tuple[str, ...],
    query: str | None,
    as_json: bool,
) -> int:
    """Match text, .md, .json, .jsonl or .html (also .gz) files, or standard input.

    Shows each article that a rule matches, with the passages; with --json, one object for every
    article. Disabled and expired rules are left out unless --rule names them. The exit code is 1
    when a file could not be read.
    """
    from monitor.matching import compile_rules  # noqa: PLC0415 - loads the engine

    if query is not None and ids:
        raise UsageError("--query takes the place of the rules: give it, or --rule")
    tags: Mapping[str, tuple[str, ...]] = {}
    moment = now()
    if query is not None:
        rules = [query_rule(query, _lists(query, config))]
    else:
        settings = open_settings(config)
        tags = settings.source_tags
        rules = list(rules_named(settings, ids) if ids else open_rules(settings).rules)
    running = [
        rule for rule in rules if rule.match is not None and (ids or rule.runs_on(moment.date()))
    ]
    if ids and not running:
        raise UsageError("a correlation reads no text: match the rules that it counts")
    matcher = compile_rules(running)
    by_id = {rule.id: rule for rule in running}
    matched = read = refused = 0
    with progress("Matching") as advance:
        for item in read_texts(files or (STDIN,), tags):
            advance(1)
            if isinstance(item, Refusal):
                say(f"{item.where}: {item.reason}")
                refused += 1
                continue
            read += 1
            found = matcher.match(item, moment)
            matched += bool(found)
            if as_json:
                emit(article_object(item, found))
            elif found:
                _show(item, found, by_id)
    if not as_json:
        by = "matched by the query" if query is not None else "hit"
        tried = "" if query is not None else f"; {plural(len(running), 'rule')} tried"
        say(f"{plural(read, 'article')} read, {matched:,} {by}{tried}.")
    return 1 if refused else 0


def _lists(query: str, config: str | None) -> Mapping[str, Condition]:
    """Return the word lists of the rules if the query names one; none without a configuration."""
    if not _LIST.search(query):
        return {}
    try:
        settings = open_settings(config)
    except UsageError:
        return {}
    rulebook = open_usable_rules(settings)
    _tell_of_errors(rulebook)
    return rulebook.lists


def query_rule(query: str, lists: Mapping[str, Condition]) -> Rule:
    """Return a rule that is just this query; raises InvalidQuery, and tells warnings.

    As in a rule, something has to be there that a text can hold: `*`, exclusions and properties
    alone fit any text.
    """
    from monitor.query import parse  # noqa: PLC0415 - loads the grammar
    from monitor.rules.version import version_of  # noqa: PLC0415
    from monitor.rules.walk import location_of, negative_part  # noqa: PLC0415

    start = Location("--query", 1, 1)
    parsed = parse(query, at=lambda offset: Location("--query", 1, offset + 1), lists=lists)
    whole = isinstance(parsed.condition, Everything)
    part = parsed.condition if whole else negative_part(parsed.condition)
    if part is not None:
        place = location_of(part)
        message = "a text that has none of its words could match this query"
        hint = "a query needs a word or phrase, not only exclusions and properties"
        where = start if place == NOWHERE else place
        raise InvalidQuery([Problem("nothing-positive", message, where, hint)])
    for warning in parsed.warnings:
        say(str(warning))
    version = version_of(Only(), parsed.condition, None)
    return Rule(id=_QUERY_RULE, version=version, title=query, match=parsed.condition)


def chosen_rules(rules: Iterable[Rule], ids: Iterable[str]) -> list[Rule]:
    """Return the rules with these ids, all without any; UsageError for one that does not exist."""
    by_id = {rule.id: rule for rule in rules}
    wanted = list(dict.fromkeys(ids))
    for id in wanted:
        if id not in by_id:
            raise UsageError(_no_rule(id, by_id))
    return [by_id[id] for id in wanted] if wanted else list(by_id.values())


def _no_rule(id: str, known: Collection[str], where: str = "") -> str:
    from monitor.yaml12 import did_you_mean  # noqa: PLC0415 - only a mistake needs it

    return f"there is no rule {id!r}{where} ({did_you_mean(id, known)})"


def rules_named(settings: Settings, ids: Iterable[str]) -> list[Rule]:
    """Return the rules with these ids, which have to be sound; that others are not is only told.

    Raises InvalidRules when one of them is not sound, or could be in a file that is not, and
    UsageError when there is none.
    """
    wanted = list(ids)
    return chosen_rules(sound_rules(settings, wanted), wanted)


def sound_rules(settings: Settings, ids: Sequence[str]) -> tuple[Rule, ...]:
    """Return all rules that are sound; those with these ids have to be, see `rules_named`."""
    rulebook = open_usable_rules(settings)
    faults = rulebook.faults
    known = dict.fromkeys([*(rule.id for rule in rulebook.rules), *faults.left_out])
    unknown = [id for id in dict.fromkeys(ids) if id not in known]
    causes = {error for id in ids for error in faults.causes(id)}
    unread = faults.unread() if unknown else ()
    if causes.union(unread):
        causes.update(unread)
        for id in unknown:
            say(_no_rule(id, known, " in what can be read" if unread else ""))
        raise InvalidRules(error for error in rulebook.errors if error in causes)
    _tell_of_errors(rulebook)
    if unknown:
        raise UsageError(_no_rule(unknown[0], known))
    return rulebook.rules


def _tell_of_errors(rulebook: Rulebook) -> None:
    if errors := rulebook.errors:
        it = "it" if len(errors) == 1 else "them"
        places = ", ".join(place(problem.location) for problem in errors[:_PLACES])
        more = ", …" if len(errors) > _PLACES else ""
        say(
            f"The rules have {plural(len(errors), 'error')} elsewhere ({places}{more}):"
            f" `monitor check` shows {it}."
        )


def article_object(article: Article, found: Iterable[Match]) -> dict[str, object]:
    """Return an article with its hits as the contract writes it (docs/config.md)."""
    from monitor.cli.hit_objects import evidence_objects  # noqa: PLC0415 - one form for evidence

    id = article.external_id
    return {
        "article": {
            "id": int(id) if article.numbered and id else id,
            "path": article.path,
            "title": article.title,
            "source": article.source,
            "lang": article.lang,
            "published": stamp(article.published),
        },
        "hits": [
            {
                "rule": match.rule,
                "version": match.version,
                "level": match.level.label,
                "tags": list(match.tags),
                "evidence": evidence_objects(match.evidence),
            }
            for match in found
        ],
    }


def _show(article: Article, found: Iterable[Match], rules: Mapping[str, Rule]) -> None:
    from rich.text import Text  # noqa: PLC0415 - rich loads when something is shown

    from monitor.notify.passages import highlighted, passages  # noqa: PLC0415

    matches = list(found)
    evidence = [one for match in matches for one in match.evidence]
    title = Text()
    for piece in highlighted(article.title, evidence, "title").pieces:
        title.append(piece.text, "bold reverse" if piece.marked else "bold")
    where = article.path or article.url or ""
    read = f"  (read as {article.encoding})" if article.encoding else ""
    show(Text.assemble(title, (f"  {printable(where)}{read}", "dim")))
    for match in matches:
        show(_headline(match, rules[match.rule]), "  ")
        for passage in passages(article.body, match.evidence):
            show(shown_passage(passage), "      ")
    click.echo()


def shown_passage(passage: Passage) -> Text:
    """Return a passage as a terminal shows it, with what matched marked."""
    from rich.text import Text  # noqa: PLC0415 - rich loads when something is shown

    line = Text("… " if passage.before else "")
    for piece in passage.pieces:
        line.append(piece.text, "bold black on bright_yellow" if piece.marked else "")
    line.append(" …" if passage.after else "")
    return line


def _headline(match: Match, rule: Rule) -> Text:
    from rich.text import Text  # noqa: PLC0415 - rich loads when something is shown

    head = Text(f"[{match.level.label.upper()}] {printable(rule.title)}")
    if rule.id != _QUERY_RULE:
        head.append(f"  {rule.id}", "dim")
    return head
