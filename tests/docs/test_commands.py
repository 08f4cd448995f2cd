"""Every command and option is explained, and every command that the documents name exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from monitor.cli.main import COMMANDS, app
from tests.docs.reading import DOCUMENTS, ROOT, commands

REFERENCE = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")


def tree() -> Iterator[tuple[str, click.Command]]:
    """Yield every command and subcommand by its whole name."""
    for name in COMMANDS:
        command = app.get_command(click.Context(app), name)
        assert command is not None
        yield f"monitor {name}", command
        if isinstance(command, click.Group):
            for sub, below in command.commands.items():
                yield f"monitor {name} {sub}", below


EVERYTHING = list(tree())


@pytest.mark.parametrize(("name", "command"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_every_command_is_explained_and_in_the_reference(name: str, command: click.Command) -> None:
    assert command.help
    assert command.epilog
    assert "Example" in command.epilog
    assert f"`{name}" in REFERENCE


@pytest.mark.parametrize(("name", "command"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_every_option_is_explained(name: str, command: click.Command) -> None:
    for option in command.params:
        if isinstance(option, click.Option):
            told = option.help or option.opts[0] in REFERENCE
            assert told, f"{name} {option.opts[0]}"


@pytest.mark.parametrize(("name", "command"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_every_command_takes_a_configuration_unless_it_needs_none(
    name: str, command: click.Command
) -> None:
    given = {option for parameter in command.params for option in parameter.opts}
    without = {"monitor init", "monitor schema", "monitor db", "monitor routes"}
    assert ("--config" in given) != (name in without)


def named() -> list[tuple[str, list[str]]]:
    found = [
        (document.name, args)
        for document in DOCUMENTS
        for args in commands(document.read_text(encoding="utf-8"))
    ]
    examples = [
        (name, args) for name, command in EVERYTHING for args in commands(command.epilog or "")
    ]
    return [*found, *examples]


@pytest.mark.parametrize(("where", "args"), named())
def test_every_command_that_is_named_can_be_given_so(where: str, args: list[str]) -> None:
    try:
        parse(args)
    except click.ClickException as error:
        pytest.fail(f"{where}: monitor {' '.join(args)}: {error.format_message()}")


def parse(args: list[str]) -> None:
    """Read a command line as the program would, with something in every placeholder's stead."""
    if args[:1] in ([], ["…"], ["COMMAND"], ["--help"], ["--version"]):
        return
    words = [filled(word) for word in args if word not in {"…", "..."}]
    command: click.Command = app
    context = click.Context(app, info_name="monitor")
    rest = words
    while isinstance(command, click.Group):
        # Its own options stand before the subcommand's name.
        context = command.make_context(command.name, rest, parent=context, resilient_parsing=True)
        left = [*context._protected_args, *context.args]
        if not left:
            return
        _, found, rest = command.resolve_command(context, left)
        assert found is not None
        command = found
    wanted = [it for it in command.params if isinstance(it, click.Argument) and it.required]
    # `monitor hits ack` in running text names the command, without its arguments.
    bare = bool(wanted) and not [word for word in rest if not word.startswith("-")]
    needs = any(isinstance(it, click.Option) and it.required for it in command.params)
    resilient = bare or (needs and not rest) or "--help" in rest
    command.make_context(command.name, rest, parent=context, resilient_parsing=resilient)


def filled(word: str) -> str:
    word = word.strip("[]").rstrip("…").split("|")[0]
    if word.startswith("--") or not re.fullmatch(r"[A-Z]+", word):
        return word
    return {"TIME": "2h", "LEVEL": "high", "WHEN": "2d"}.get(word, "1")


def test_the_documents_are_read_at_all() -> None:
    assert len(named()) > 60
    assert {Path(document).name for document in DOCUMENTS} >= {"README.md", "config.md"}
