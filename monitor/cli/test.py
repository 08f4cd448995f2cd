"""`monitor test`: the rules' own tests."""

from __future__ import annotations

import click

from monitor.cli.match import rules_named
from monitor.cli.opening import now, open_rules, open_settings
from monitor.cli.output import emit, near, place, plural, printable, printing, say, sentence

_NAMED = 10
"""Rules without tests that are named."""


@click.command("test", epilog="Examples: `monitor test`; `monitor test csto-deployment`")
@click.argument("ids", metavar="[RULE…]", nargs=-1)
@printing
def command(config: str | None, *, ids: tuple[str, ...], as_json: bool) -> int:
    """Run the samples that rules must hit and must miss; the exit code is 1 when one fails.

    Disabled and expired rules are tested, too.
    """
    from monitor.rules import run_samples  # noqa: PLC0415 - loads the engine

    settings = open_settings(config)
    rules = rules_named(settings, ids) if ids else list(open_rules(settings).rules)
    results = run_samples(rules, None, now())
    failed = [result for result in results if not result.passed]
    if as_json:
        for result in results:
            emit(
                {
                    "rule": result.rule,
                    "sample": "hit" if result.hit else "miss",
                    "passed": result.passed,
                    "reason": result.reason or None,
                    "file": result.sample.location.file,
                    "line": result.sample.location.line,
                    "column": result.sample.location.column,
                }
            )
    else:
        for result in failed:
            sample = result.sample
            text = near(sample.file) if sample.file else sample.title or sample.body
            shown = " ".join(text.split())[:80]
            where = place(sample.location)
            reason = sentence(result.reason)
            click.echo(printable(f"{where}: {result.rule}: {reason}: {shown}"))
    untested = [rule.id for rule in rules if not rule.hit_samples and not rule.miss_samples]
    if untested and not as_json:
        more = f" and {len(untested) - _NAMED:,} more" if len(untested) > _NAMED else ""
        say(f"Without tests: {', '.join(untested[:_NAMED])}{more}")
    verdict = f"{len(results) - len(failed):,} passed, {len(failed):,} failed"
    say(f"{plural(len(rules), 'rule')}, {plural(len(results), 'sample')}: {verdict}.")
    return 1 if failed else 0
