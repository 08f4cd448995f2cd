"""`monitor schema`: what editors complete and validate with."""

from __future__ import annotations

import json

import click


@click.command(
    "schema",
    epilog="Example: `monitor schema rules > rules.schema.json`, and begin each rule file with"
    " `# yaml-language-server: $schema=../rules.schema.json`",
)
@click.argument("what", type=click.Choice(["rules", "config"]))
def command(what: str) -> None:
    """Print the JSON Schema of rule files or of monitor.yaml."""
    if what == "rules":
        from monitor.rules import rules_schema  # noqa: PLC0415 - one of the two is needed

        schema = rules_schema()
    else:
        from monitor.config.schema import config_schema  # noqa: PLC0415

        schema = config_schema()
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
