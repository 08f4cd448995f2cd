"""`monitor why`: the whole way of one article, or the place where it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from monitor.cli.belonging import most_like_object
from monitor.cli.hit_objects import evidence_objects, firing_object
from monitor.cli.opening import open_database, open_settings
from monitor.cli.output import emit, printing, short, show, stamp
from monitor.cli.steps import Step, steps_of, verdict
from monitor.cli.whereabouts import absent, address_of, find, refused
from monitor.model.article import StoredArticle
from monitor.model.firing import Counted, Fired


@click.command(
    "why",
    epilog="Examples: `monitor why https://news.example/a-story`; `monitor why 812 --rule curfew`;"
    " `monitor why archive/0042.txt`",
)
@click.argument("what", metavar="URL|ARTICLE")
@click.option("--rule", metavar="ID", help="What this rule says to it, part by part.")
@printing
def command(config: str | None, *, what: str, rule: str | None, as_json: bool) -> int:
    """Show where an article came from, what hit, what was decided and delivered, and why.

    ARTICLE is its number, or the file that it was read from. Of one that is not stored: which
    sources could have carried it, and how they do. Of a correlation, --rule shows what it counts
    of the article, and what it fired for. The exit code is 1 when the article is not stored.
    """
    settings = open_settings(config)
    rules = {}
    if rule is not None:
        from monitor.cli.match import chosen_rules, sound_rules  # noqa: PLC0415 - loads the engine

        rules = {one.id: one for one in sound_rules(settings, [rule])}
        chosen_rules(rules.values(), [rule])
    with open_database(settings) as store:
        found = find(store, settings, what)
        for article in found:
            way = store.way(article.id)
            if way is not None:
                steps = list(steps_of(way, settings, address_of(what)))
                if not what.isdigit():
                    steps += refused(store, settings, what)
                if rule is not None:
                    steps += verdict(rules[rule], rules, way, store)
                _show(article, steps, as_json=as_json)
        if not found:
            _show_absent(what, list(absent(store, settings, what)), as_json=as_json)
    return 0 if found else 1


def _show(article: StoredArticle, steps: list[Step], *, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "article": article.id,
                "title": article.article.title,
                "url": article.article.url,
                "source": article.article.source,
                "steps": [_step_object(step) for step in steps],
            }
        )
        return
    show(article.article.title, f"{article.id}  ", style="bold")
    _print_steps(steps, article.article.body)
    click.echo()


def _show_absent(what: str, steps: list[Step], *, as_json: bool) -> None:
    if as_json:
        emit({"article": None, "url": what, "steps": [_step_object(step) for step in steps]})
        return
    show(f"{what} is not stored.")
    _print_steps(steps)


def _print_steps(steps: Iterable[Step], body: str = "") -> None:
    from monitor.cli.match import shown_passage  # noqa: PLC0415 - loads with what is shown
    from monitor.notify.passages import passages  # noqa: PLC0415

    for step in steps:
        head = f"  {short(step.at, missing=''):<16}  {step.stage:<9} "
        show(step.text, head)
        for passage in passages(body, step.evidence) if step.evidence else ():
            show(shown_passage(passage), " " * len(head))
        for line in counted_lines(step.fired) if step.fired else ():
            show(line, " " * len(head))


def counted_lines(fired: Fired) -> Iterator[str]:
    """Return what a firing counted, a line each: when, by which rule, which article, from where."""
    for one in fired.counted:
        yield _counted_line(one)
    if fired.more:
        yield f"and {fired.more:,} more"


def _counted_line(one: Counted) -> str:
    where = one.url or one.path
    came = f", {where}" if where else ""
    return f"{short(one.at)}  {one.rule}: {one.title}  [{one.article}, {one.source}{came}]"


def _step_object(step: Step) -> dict[str, object]:
    told: dict[str, object] = {"at": stamp(step.at), "stage": step.stage, "text": step.text}
    if step.evidence:
        told["evidence"] = evidence_objects(step.evidence)
    if step.fired is not None:
        told["firing"] = firing_object(step.fired)
    if step.most_like is not None:
        told["most_like"] = most_like_object(step.most_like)
    return told
