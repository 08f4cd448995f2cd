"""What the documents say is there: every setting, every command, every option, every link."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from monitor.cli.main import COMMANDS, app
from monitor.config.schema import keys

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
CONFIG = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")


def commands(group: click.Group = app, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def find(path: tuple[str, ...]) -> click.Command:
    found: click.Command = app
    for name in path:
        assert isinstance(found, click.Group)
        child = found.get_command(click.Context(found), name)
        assert child is not None, path
        found = child
    return found


@pytest.mark.parametrize("section", sorted(keys()))
def test_every_setting_is_documented(section: str) -> None:
    missing = [key for key in keys()[section] if f"`{key}`" not in CONFIG and key not in QUIET]
    assert missing == []


# The keys of `quiet` and `heartbeat` are written inside one table cell.
QUIET = {key for key in keys()["quiet"] if key in CONFIG} | set(keys()["heartbeat"])


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    assert f"`monitor {name}" in CONFIG


@pytest.mark.parametrize("path", sorted(commands()), ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    command = find(path)
    assert command.help
    assert command.epilog is not None
    assert command.epilog.startswith("Example")


@pytest.mark.parametrize("path", sorted(commands()), ids=" ".join)
def test_every_option_is_explained_or_says_it_by_its_choices(path: tuple[str, ...]) -> None:
    for option in find(path).params:
        if isinstance(option, click.Option):
            plain = isinstance(option.type, click.Choice) or option.metavar or option.show_default
            assert option.help or plain, option.name


def written() -> list[tuple[str, str]]:
    found = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        lines = re.findall(r"`(monitor [a-z][^`\n]*)`", text)
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            lines += re.findall(
                r"^(?:.*\| )?(?:sudo )?(monitor [a-z][^\n#|]*)", block, re.MULTILINE
            )
        found += [(document.name, line.strip()) for line in lines]
    return found


@pytest.mark.parametrize(("document", "line"), written())
def test_every_command_line_in_the_documents_exists(document: str, line: str) -> None:
    """Names and options are known; words in capitals and brackets stand for values."""
    words = shlex.split(line.replace("…", "").replace("\\|", " "))[1:]
    path: list[str] = []
    command: click.Command = app
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        child = command.get_command(click.Context(command), words[0])
        if child is None:
            assert path, f"{document}: {line}"
            break
        path.append(words.pop(0))
        command = child
    known = {name for path in _along(path) for name in path}
    for word in words:
        if word.startswith("--") or re.fullmatch(r"-[a-z]", word):
            assert word.partition("=")[0] in known, f"{document}: {line}"


def _along(path: list[str]) -> Iterator[set[str]]:
    yield {"--help", "-h", "--version"}
    for length in range(1, len(path) + 1):
        for option in find(tuple(path[:length])).params:
            yield set(option.opts)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_readme_names_only_targets_that_make_has() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    for document in DOCUMENTS:
        named = re.findall(r"`?\bmake ([a-z]+)`", document.read_text(encoding="utf-8"))
        assert set(named) <= targets, document.name


def test_the_first_rule_of_the_readme_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the README says it: init, the rule, check, test, match, run."""
    from monitor.cli.main import outcome  # noqa: PLC0415 - beside what it runs

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rule = re.search(r"Put this into `rules/airport.yaml`:\n\n```yaml\n(.*?)```", readme, re.DOTALL)
    assert rule is not None
    monkeypatch.chdir(tmp_path)
    assert outcome(["init", "news"]) == 0
    monkeypatch.chdir(tmp_path / "news")
    Path("rules/airport.yaml").write_text(rule[1], encoding="utf-8")
    assert outcome(["check"]) == 0
    assert outcome(["test", "airport-seizure"]) == 0
    Path("articles/new.txt").write_text("Gunmen stormed the airport.\n", encoding="utf-8")
    capsys.readouterr()
    assert outcome(["match", "--rule", "airport-seizure", "articles/new.txt"]) == 0
    assert "[HIGH] Airport seized" in capsys.readouterr().out
    assert outcome(["run", "--once"]) == 0
    assert "2 hits, 2 alerts" in capsys.readouterr().out
