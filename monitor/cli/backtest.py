"""`monitor backtest`: rules tried on the past before they go live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.charts import show_chart
from monitor.cli.choices import since_of
from monitor.cli.hit_objects import evidence_objects
from monitor.cli.match import chosen_rules, shown_passage, sound_rules
from monitor.cli.opening import now, open_database, open_settings
from monitor.cli.output import emit, plural, printing, progress, say, short, show, stamp
from monitor.config.settings import Settings
from monitor.errors import UsageError
from monitor.model.rule import Rule

if TYPE_CHECKING:
    from monitor.daemon.backtesting import Piece
    from monitor.pipeline.backtest import RuleTally, Shown, Tally, Trial, Tried

_LISTED = 20
"""Gained and lost articles that are listed for people; --json lists up to a thousand."""
_OVERLAPS = 10
"""Other rules that are named."""


@click.command(
    "backtest",
    epilog="Examples: `monitor backtest csto-deployment --since 30d`;"
    " `monitor backtest csto-deployment --corpus archive.jsonl`",
)
@click.argument("ids", metavar="RULE…", nargs=-1, required=True)
@click.option(
    "--since", metavar="WHEN", help="Stored articles first seen since: 30d (the default)."
)
@click.option("--corpus", type=click.Path(path_type=Path), help="Files instead of the database.")
@click.option("--no-alerts", is_flag=True, help="Do not work out which alerts would have gone.")
@printing
def command(
    config: str | None,
    *,
    ids: tuple[str, ...],
    since: str | None,
    corpus: Path | None,
    no_alerts: bool,
    as_json: bool,
) -> int:
    """Show what rules would have hit: a day, samples, overlap with other rules, alerts.

    Of a correlation: what it would have fired for, with the rules that it counts as they are now.
    Of a rule whose running version (the one in the database) is another: what the edit gains and
    loses, article by article, or firing by firing. The alerts are those that the routes would have
    made of all these rules together; of very many hits, of the earliest. The exit code is 1 when
    something of the corpus could not be read.
    """
    from monitor.cli.backtest_firings import firing_tally, show_firings, unsourced  # noqa: PLC0415
    from monitor.cli.trying import counts_sources, counts_stories, trial_of  # noqa: PLC0415
    from monitor.daemon.backtesting import try_pieces  # noqa: PLC0415 - loads the engine

    if corpus is not None and since is not None:
        raise UsageError("--since goes with the database; --corpus is read whole")
    settings = open_settings(config)
    every = sound_rules(settings, ids)
    chosen = chosen_rules(every, ids)
    trial = trial_of(settings, chosen, every)
    if corpus is not None and any(map(counts_stories, chosen)):
        say("Stories are known of the database alone: here each article is one of its own.")
    pieces = _pieces(settings, since, corpus)
    with progress("Trying", len(pieces), alone=True) as advance:
        tally = try_pieces(trial, pieces, now(), source_tags=settings.source_tags, advance=advance)
    alerts: Mapping[str, int] = {}
    if not no_alerts and tally.hit_articles:
        alerts = _alerts(settings, chosen, trial, tally.for_replay())
    firings = {one.rule.id: one for one in tally.firings()}
    for rule in chosen:
        if rule.id in firings:
            fired = firings[rule.id]
            emit(firing_tally(fired, tally, alerts)) if as_json else show_firings(fired)
        elif as_json:
            emit(_as_object(tally.rules[rule.id], tally, trial.former, alerts))
        else:
            _show(tally.rules[rule.id], trial.former)
    for fired in firings.values():
        if fired.unsourced and counts_sources(fired.rule):
            say(unsourced(fired))
    for refusal in sorted(tally.refusals, key=lambda it: it.where):
        say(f"{refusal.where}: {refusal.reason}")
    if not as_json:
        _conclude(tally, alerts)
    return 1 if tally.refused else 0


def _pieces(settings: Settings, since: str | None, corpus: Path | None) -> list[Piece]:
    from monitor.daemon.backtesting import file_pieces, stored_pieces  # noqa: PLC0415

    if corpus is not None:
        try:
            return list(file_pieces(corpus))
        except OSError as error:
            raise UsageError(f"{corpus} cannot be read: {error.strerror}") from None
    start = since_of(since, now()) if since else now() - timedelta(days=30)
    with open_database(settings) as store:
        span = store.article_span(start)
    if span is None:
        return []
    return list(stored_pieces(settings.database, span.first, span.last, start))


def _alerts(
    settings: Settings, chosen: Sequence[Rule], trial: Trial, found: Sequence[Tried]
) -> Mapping[str, int]:
    from monitor.daemon.replay import replay  # noqa: PLC0415 - loads the pipeline

    ids = {rule.id for rule in chosen}
    untold = [rule for id, rule in trial.counting.rules.items() if id not in ids]
    with progress("Deciding", len(found), alone=True) as advance:
        return replay(
            settings, [*chosen, *untold], found, advance=advance, untold=[it.id for it in untold]
        )


def _show(tally: RuleTally, former: Mapping[str, Rule]) -> None:
    rule = tally.rule
    show(f"{rule.id}: {plural(tally.hits, 'hit')}", style="bold")
    show_chart(tally.by_day, "hit")
    _show_samples("first", tally.first)
    _show_samples("best", [one for one in tally.best if one not in tally.first])
    if tally.beside:
        most = list(tally.overlap.items())[:_OVERLAPS]
        shared = ", ".join(f"{id} ({count:,})" for id, count in most)
        show(shared, "  also hit by: ")
    if rule.id in former:
        show(
            f"against the version that runs ({former[rule.id].version}):"
            f" gains {tally.gains:,}, loses {tally.losses:,}",
            "  ",
        )
        _show_changes("+", tally.gained, tally.gains)
        _show_changes("-", tally.lost, tally.losses)
    click.echo()


def _show_samples(name: str, samples: Sequence[Shown]) -> None:
    from monitor.notify.passages import passages  # noqa: PLC0415 - loads with what is shown

    for shown in samples:
        tried = shown.tried
        show(f"{short(tried.at)}  {tried.article.title}  [{tried.reference}]", f"  {name}: ")
        for passage in passages(tried.article.body, shown.match.evidence, most=1):
            show(shown_passage(passage), "      ")


def _show_changes(sign: str, changes: Sequence[Tried], count: int) -> None:
    style = "green" if sign == "+" else "red"
    for tried in changes[:_LISTED]:
        text = f"{short(tried.at)}  {tried.article.title}  [{tried.reference}]"
        show(text, f"    {sign} ", style)
    if count > _LISTED:
        show(f"… and {count - _LISTED:,} more", f"    {sign} ", style)


def _conclude(tally: Tally, alerts: Mapping[str, int]) -> None:
    refused = f", {tally.refused:,} could not be read" if tally.refused else ""
    tried = plural(tally.articles, "article")
    say(f"{tried} tried{refused}, {plural(tally.hit_articles, 'article')} hit.")
    if alerts:
        told = ", ".join(f"{plural(count, 'alert')} to {name}" for name, count in alerts.items())
        replayed = len(tally.replayed)
        of = "" if replayed == tally.hit_articles else f" for the earliest {replayed:,} of them"
        say(f"The routes as they are would have sent{of}: {told}.")


def _as_object(
    tally: RuleTally, whole: Tally, former: Mapping[str, Rule], alerts: Mapping[str, int]
) -> dict[str, object]:
    rule = tally.rule
    before = former.get(rule.id)
    return {
        "rule": rule.id,
        "version": rule.version,
        "articles": whole.articles,
        "refused": whole.refused,
        "hits": tally.hits,
        "days": {str(day): count for day, count in sorted(tally.by_day.items())},
        "first": [_sample(shown) for shown in tally.first],
        "best": [_sample(shown) for shown in tally.best],
        "overlap": tally.overlap,
        "alerts": dict(alerts),
        "running_version": before.version if before else None,
        "gains": tally.gains if before else None,
        "losses": tally.losses if before else None,
        "gained": [_reference(tried) for tried in tally.gained],
        "lost": [_reference(tried) for tried in tally.lost],
        "counted": {},
    }


def _reference(tried: Tried) -> dict[str, object]:
    return {
        "article": tried.reference,
        "title": tried.article.title,
        "at": stamp(tried.at),
        "firing": None,
    }


def _sample(shown: Shown) -> dict[str, object]:
    return {**_reference(shown.tried), "evidence": evidence_objects(shown.match.evidence)}
