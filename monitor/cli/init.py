"""`monitor init`: a folder to start from."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from shlex import quote

import click

from monitor.cli.output import say
from monitor.errors import UsageError


@click.command(
    "init",
    epilog="Example: `monitor init news && cd news && monitor run --once`",
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write a commented monitor.yaml, an example rule and an example corpus into DIR.

    Nothing that exists is overwritten: if any of the files is there, none is written.
    """
    wanted = dict(_starter(files("monitor.cli") / "starter", Path()))
    existing = [str(folder / path) for path in wanted if (folder / path).exists()]
    if existing:
        raise UsageError(
            f"{', '.join(sorted(existing))} exists already: nothing was written. "
            "Name another folder, or move what is there out of the way"
        )
    try:
        for path, text in wanted.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            # "x" refuses a file that appeared a moment ago.
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror}") from None
    for path in wanted:
        click.echo(str(folder / path))
    there = "" if folder.resolve() == Path.cwd() else f"`cd {quote(str(folder))}`, "
    say(f"Next: {there}edit monitor.yaml and rules/, then `monitor check`, `monitor run --once`.")


def _starter(place: Traversable, path: Path) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found.extend(_starter(entry, path / entry.name))
        else:
            found.append((path / entry.name, entry.read_text(encoding="utf-8")))
    return found
