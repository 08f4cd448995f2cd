"""Print the manual page monitor(1), made from the commands themselves."""
# ruff: noqa: INP001 - a script, part of no package

from __future__ import annotations

from collections.abc import Iterator

import click

from monitor import __version__
from monitor.cli.main import COMMANDS, app

# Explained once.
_EVERYWHERE = frozenset({"--help", "--config", "--json"})
_EVERYWHERE_HELP = (
    r"Every command takes \fB\-\-help\fP, and \fB\-\-config\fP \fIFILE\fP where it needs a "
    r"configuration. With \fB\-\-json\fP, those that print data print one JSON object a line "
    "and nothing else on standard output."
)
_AFTER = r"""
.SH FILES
.TP
.I ./monitor.yaml
The configuration; else the file that
.B MONITOR_CONFIG
names, else
.IR /etc/monitor/monitor.yaml .
.TP
.I rules/
Watch rules; another folder by
.B rules
in the configuration.
.TP
.I var/monitor.db
The database, beside the configuration unless that names another.
.SH ENVIRONMENT
.TP
.B MONITOR_CONFIG
The configuration, where none is in the present folder.
.TP
.B CREDENTIALS_DIRECTORY
Where
.B ${credential:NAME}
in the configuration looks for the file NAME; set by systemd.
.TP
.BR NOTIFY_SOCKET ", " WATCHDOG_USEC
Set by systemd, see
.BR sd_notify (3).
.SH SIGNALS
.TP
.BR SIGTERM ", " SIGINT
.B monitor run
ends in order; a second one, at once.
.TP
.B SIGHUP
.B monitor run
reads configuration and rules anew.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
It found what it was asked to find fault with: invalid rules, failing rule tests, sources that
could not be read, undelivered alerts.
.TP
.B 2
Wrong usage, or a configuration or database that cannot be used.
.TP
.B 130
Interrupted by ctrl-C.
.SH SEE ALSO
.BR systemctl (1),
.BR systemd.exec (5)
"""


def page() -> str:
    """Return the page in the man(7) macros of troff."""
    lines = [
        f'.TH MONITOR 1 "" "monitor {__version__}"',
        ".SH NAME",
        r"monitor \- watch the news for what rules describe, and alert once",
        ".SH SYNOPSIS",
        ".B monitor",
        r".I COMMAND",
        "[OPTIONS] [ARGUMENTS]",
        ".SH DESCRIPTION",
        _text(app.help or ""),
        ".PP",
        _EVERYWHERE_HELP,
        ".SH COMMANDS",
    ]
    with click.Context(app, info_name="monitor") as context:
        for name in COMMANDS:
            command = app.get_command(context, name)
            if command is not None:
                lines += _command(command, name, context)
    return "\n".join(lines) + _AFTER


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    with click.Context(command, info_name=name, parent=parent) as context:
        yield f".SS {_escaped(context.command_path)}"
        usage = " ".join(command.collect_usage_pieces(context))
        yield rf"\fB{_escaped(context.command_path)}\fP {_escaped(usage)}"
        for paragraph in (command.help or "").split("\n\n"):
            yield ".PP"
            yield _text(paragraph)
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record is not None and record[1] and not _EVERYWHERE & set(parameter.opts):
                yield ".TP"
                yield rf"\fB{_escaped(record[0])}\fP"
                yield _text(record[1])
        if command.epilog:
            yield ".PP"
            yield _text(command.epilog)
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                if found is not None:
                    yield from _command(found, inner, context)


def _text(text: str) -> str:
    """Return running text; what stands in backquotes is bold."""
    parts = " ".join(text.split()).split("`")
    bold = [
        rf"\fB{_escaped(part)}\fP" if number % 2 else _escaped(part)
        for number, part in enumerate(parts)
    ]
    line = "".join(bold)
    return rf"\&{line}" if line.startswith((".", "'")) else line


def _escaped(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return "".join(letter if ord(letter) < 128 else rf"\[u{ord(letter):04X}]" for letter in escaped)


if __name__ == "__main__":
    click.echo(page())
