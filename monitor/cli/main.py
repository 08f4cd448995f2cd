"""The command `monitor`: its commands, loaded when they are used, and what an error looks like."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from monitor import __version__
from monitor.cli.output import common, line_of, say, sentence, survive_any_output
from monitor.errors import (
    InvalidConfig,
    InvalidInput,
    InvalidQuery,
    MonitorError,
    StoreError,
    UsageError,
)

FOUND_FAULT = 1
UNUSABLE = 2
INTERRUPTED = 130

# Command -> (module, one line for the list). The line stands here so that `--help` imports nothing.
COMMANDS = {
    "init": ("init", "Write a commented monitor.yaml, an example rule and an example corpus."),
    "check": ("check", "Check everything that a run would load; all problems at once."),
    "run": ("run", "Run the daemon; with --once, read every source once and end."),
    "match": ("match", "Match text or files against the rules, without a database."),
    "explain": ("explain", "Show why a rule matches a text or not, part by part."),
    "test": ("test", "Run the rules' own tests."),
    "backtest": ("backtest", "Show what a rule would have hit in the past."),
    "why": ("why", "Show the whole way of one article, or where it ended."),
    "hits": ("hits", "List, acknowledge, dismiss, annotate and export hits."),
    "stories": ("stories", "List stories; part or join them by hand."),
    "sources": ("sources", "Show the sources' health; poll, import, export."),
    "deliveries": ("deliveries", "Show the outbox; retry or drop alerts."),
    "channels": ("channels", "List channels; send a test alert."),
    "routes": ("routes", "Say which route and channels a hit would take."),
    "silence": ("silence", "Suppress alerts for a while."),
    "status": ("status", "Show on one screen how the daemon does."),
    "stats": ("stats", "Show hits a day by rule, as a table and a plot."),
    "db": ("db", "Upgrade, inspect, prune and back up the database."),
    "schema": ("schema", "Print the JSON Schema of rules or configuration."),
}


class Commands(click.Group):
    """The commands, each imported when it is called: `monitor --help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a first day with the program."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None for a name that does not exist."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"monitor.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for an unknown one, name those that are spelled alike."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from difflib import get_close_matches  # noqa: PLC0415 - only a typing error needs it

            close = get_close_matches(name, COMMANDS, n=2, cutoff=0.65)
            meant = f" Did you mean {' or '.join(close)}?" if close else ""
            message = f"there is no command {name!r}.{meant} `monitor --help` lists them."
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Examples: `monitor init news && cd news && monitor run --once`; "
    "`monitor match --query 'internet NEAR/3 (blackout OR shutdown)' article.txt`",
)
@click.version_option(__version__, prog_name="monitor", message="%(prog)s %(version)s")
@common
def app(config: str | None) -> None:
    """Watch feeds, pages, sitemaps and folders for what your rules describe, and alert once."""
    del config  # every command inherits it


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; a user never sees a traceback."""
    survive_any_output()
    sys.exit(outcome(args))


def outcome(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (docs/config.md, "Exit codes")."""
    try:
        code = app.main(args, prog_name="monitor", standalone_mode=False)
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        say("interrupted")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader of our output (`| head`) has had enough; click notices while a command runs,
        # and ends the program. Say nothing, as others do, nor when what is left is flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except (click.ClickException, MonitorError) as error:
        return _failed(error)
    except Exception as error:
        if os.environ.get("MONITOR_TRACEBACK"):
            raise
        return _broke(error)
    return code if isinstance(code, int) else 0


def _failed(error: click.ClickException | MonitorError) -> int:
    if isinstance(error, click.ClickException):
        error.show()
        return UNUSABLE
    if isinstance(error, InvalidInput):
        return _report(error)
    say(f"monitor: {sentence(str(error))}")
    return UNUSABLE if isinstance(error, UsageError | StoreError) else FOUND_FAULT


def _report(error: InvalidInput) -> int:
    for problem in error.problems:
        say(line_of(problem))
    count = len(error.problems)
    say(f"monitor: {count} problem{'s' if count != 1 else ''}")
    return UNUSABLE if isinstance(error, InvalidConfig | InvalidQuery) else FOUND_FAULT


def _broke(error: Exception) -> int:
    if isinstance(error, OSError):
        # A full disk, a file without permission: the system's own words say it.
        say(f"monitor: {error}")
        return UNUSABLE
    say(
        f"monitor: a defect of the program: {type(error).__name__}: {error}\n"
        "Nothing that was stored is lost. Please report it with what"
        " MONITOR_TRACEBACK=1 shows when you run the command again."
    )
    return FOUND_FAULT


if __name__ == "__main__":
    main()
