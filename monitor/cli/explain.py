"""`monitor explain`: why a rule matches a text or not, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from monitor.cli.hit_objects import evidence_objects
from monitor.cli.match import article_object, rules_named
from monitor.cli.opening import now, open_settings
from monitor.cli.output import emit, printing, say, show
from monitor.cli.texts import read_texts
from monitor.errors import UsageError
from monitor.matching import ExplainedPart, Explanation, explain
from monitor.model.article import Article
from monitor.model.hit import Evidence
from monitor.model.rule import Rule
from monitor.model.source import Refusal

YES, NO = "✓", "✗"
_PLACES = 4
"""Passages that are named beside one part; --json has all."""
_ALIKE = 12
"""More plain parts than these that do not match, side by side, share a line."""


@click.command(
    "explain",
    epilog="Examples: `monitor explain csto-deployment article.txt`;"
    " `monitor why 812 --rule csto-deployment` for an article that is stored",
)
@click.argument("id", metavar="RULE")
@click.argument("file", metavar="FILE")
@printing
def command(config: str | None, *, id: str, file: str, as_json: bool) -> int:
    """Show each part of a rule, matched (✓) or not (✗), with where in the text.

    FILE is read as `monitor match` reads it; `-` is standard input. Every article of the file is
    explained. The exit code is 1 when something in it could not be read.
    """
    settings = open_settings(config)
    (rule,) = rules_named(settings, [id])
    if rule.match is None:
        raise UsageError(f"{id} counts the hits of other rules; it reads no text")
    moment = now()
    refused = 0
    for item in read_texts([file], settings.source_tags):
        if isinstance(item, Refusal):
            say(f"{item.where}: {item.reason}")
            refused += 1
            continue
        found = explain(rule, item, moment)
        if as_json:
            emit(_as_object(rule, item, found))
        else:
            _show(rule, item, found)
    if not rule.runs_on(moment.date()) and not as_json:
        why = "is disabled" if not rule.enabled else f"expired after {rule.expires}"
        say(f"{id} {why}: it does not run.")
    return 1 if refused else 0


def lines_of(explanation: Explanation) -> list[str]:
    """Return an explanation as lines for people: a mark, the part, and where it matches."""
    lines = [
        f"{_mark(part.matched)} only {part.label}: {part.wanted} (the article: {part.found})"
        for part in explanation.scope
    ]
    if explanation.tree is not None:
        lines += _part_lines(explanation.tree, "")
    return lines


def _part_lines(part: ExplainedPart, indent: str) -> Iterator[str]:
    places = "" if part.children else _places(part.evidence)
    yield f"{indent}{_mark(part.matched)} {part.label}{places}"
    below = f"{indent}  "
    plain = [child for child in part.children if not child.matched and not child.children]
    alike = {id(child) for child in plain} if len(plain) > _ALIKE else set()
    for child in part.children:
        if id(child) not in alike:
            yield from _part_lines(child, below)
    if alike:
        yield f"{below}{NO} {len(alike)} others: {', '.join(child.label for child in plain)}"


def _mark(matched: bool) -> str:  # noqa: FBT001 - the one thing that it marks
    return YES if matched else NO


def _places(evidence: Iterable[Evidence]) -> str:
    found = list(evidence)
    if not found:
        return ""
    named = [f"{one.field} {one.start}–{one.end} “{one.text}”" for one in found[:_PLACES]]
    more = f", … {len(found) - _PLACES} more" if len(found) > _PLACES else ""
    return f"   {', '.join(named)}{more}"


def _show(rule: Rule, article: Article, found: Explanation) -> None:
    verdict = "matches" if found.matched else "does not match"
    show(f"{rule.id} {verdict}: {article.title}", style="bold")
    for line in lines_of(found):
        part = line.lstrip()
        indent = " " * (len(line) - len(part) + 2)
        # The mark says it, too, where there is no colour.
        show(part[2:], f"{indent}{part[:2]}", "green" if part.startswith(YES) else "red")
    click.echo()


def _as_object(rule: Rule, article: Article, found: Explanation) -> dict[str, object]:
    return {
        "rule": rule.id,
        "version": rule.version,
        "article": article_object(article, ())["article"],
        "matched": found.matched,
        "scope": [
            {
                "key": part.label,
                "wanted": part.wanted,
                "found": part.found,
                "matched": part.matched,
            }
            for part in found.scope
        ],
        "tree": None if found.tree is None else _part_object(found.tree),
    }


def _part_object(part: ExplainedPart) -> dict[str, object]:
    return {
        "part": part.label,
        "matched": part.matched,
        "evidence": evidence_objects(part.evidence),
        "children": [_part_object(child) for child in part.children],
    }
