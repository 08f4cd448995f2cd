"""What a backtest shows of a correlation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from monitor.cli.charts import show_chart
from monitor.cli.hit_objects import firing_object
from monitor.cli.output import plural, short, show, stamp
from monitor.cli.why import counted_lines
from monitor.model.firing import Fired, Firing
from monitor.pipeline.backtest import CHANGES, SAMPLES, Tally
from monitor.pipeline.backtest_firings import FiringTally

_LISTED = 20
"""Gained and lost firings that are listed for people; --json lists up to a thousand."""


def show_firings(tally: FiringTally) -> None:
    """Show how often a correlation would have fired, its first firings, what an edit changes."""
    counted = ", ".join(f"{id} {count:,}" for id, count in tally.counted.items())
    hits = plural(sum(tally.counted.values()), "hit")
    of = f" of {hits}: {counted}" if counted else ""
    show(f"{tally.rule.id}: {plural(len(tally.firings), 'firing')}{of}", style="bold")
    show_chart(tally.by_day, "firing")
    first = tally.first(SAMPLES)
    _show_samples("first", first)
    _show_samples("best", [one for one in tally.best(SAMPLES) if one not in first])
    former = tally.trial.former
    if former is not None:
        show(
            f"against what runs ({former.version}, and the rules that it counts):"
            f" gains {len(tally.gained):,}, loses {len(tally.lost):,}",
            "  ",
        )
        _show_changes("+", tally, tally.gained)
        _show_changes("-", tally, tally.lost)
    click.echo()


def unsourced(tally: FiringTally) -> str:
    """Say that a correlation looks at sources, and that articles of its hits name none."""
    hits = sum(tally.counted.values())
    of = f"{tally.unsourced:,} of the {plural(hits, 'hit')} that it counts"
    verb = "comes" if tally.unsourced == 1 else "come"
    return (
        f"{tally.rule.id} looks at sources, and {of} {verb} without one: such articles are taken"
        " as from one source. In .json and .jsonl files `source` names it."
    )


def _show_samples(name: str, samples: Sequence[Fired]) -> None:
    for fired in samples:
        show(f"{short(fired.firing.at)}  {fired.firing.detail}", f"  {name}: ")
        for line in counted_lines(fired):
            show(line, "      ")


def _show_changes(sign: str, tally: FiringTally, changes: Sequence[Firing]) -> None:
    style = "green" if sign == "+" else "red"
    for fired in tally.past.shown(changes[:_LISTED]):
        references = ", ".join(dict.fromkeys(str(one.article) for one in fired.counted))
        text = f"{short(fired.firing.at)}  {fired.firing.detail}  [{references}]"
        show(text, f"    {sign} ", style)
    if len(changes) > _LISTED:
        show(f"… and {len(changes) - _LISTED:,} more", f"    {sign} ", style)


def firing_tally(tally: FiringTally, whole: Tally, alerts: Mapping[str, int]) -> dict[str, object]:
    """Return what `--json` shows: the fields of any rule, with firings for hits."""
    former = tally.trial.former
    past = tally.past
    return {
        "rule": tally.rule.id,
        "version": tally.rule.version,
        "articles": whole.articles,
        "refused": whole.refused,
        "hits": len(tally.firings),
        "days": {str(day): count for day, count in sorted(tally.by_day.items())},
        "first": [_sample(fired) for fired in tally.first(SAMPLES)],
        "best": [_sample(fired) for fired in tally.best(SAMPLES)],
        "overlap": {},
        "alerts": dict(alerts),
        "running_version": former.version if former else None,
        "gains": len(tally.gained) if former else None,
        "losses": len(tally.lost) if former else None,
        "gained": [_reference(fired) for fired in past.shown(tally.gained[:CHANGES])],
        "lost": [_reference(fired) for fired in past.shown(tally.lost[:CHANGES])],
        "counted": dict(tally.counted),
    }


def _reference(fired: Fired) -> dict[str, object]:
    """Return a firing as its newest article, which would have its hit."""
    newest = fired.counted[-1]
    return {
        "article": newest.article,
        "title": newest.title,
        "at": stamp(fired.firing.at),
        "firing": firing_object(fired),
    }


def _sample(fired: Fired) -> dict[str, object]:
    return {**_reference(fired), "evidence": []}
