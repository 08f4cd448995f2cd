"""`monitor schema`: what editors validate with agrees with what is read."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from tests.cli.conftest import Run
from tests.cli.projects import CONFIG, RULES


@pytest.mark.parametrize(("what", "text"), [("config", CONFIG), ("rules", RULES)])
def test_the_schema_is_sound_and_takes_what_the_program_takes(
    run: Run, what: str, text: str
) -> None:
    said = run("schema", what)
    assert (said.code, said.err) == (0, "")
    schema = json.loads(said.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))


def test_there_are_two(run: Run) -> None:
    said = run("schema", "alerts")
    assert said.code == 2
    assert "'alerts' is not one of 'rules', 'config'" in said.err
