"""The JSON Schema for editors agrees with what the program reads."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from monitor.config.schema import config_schema, keys
from monitor.config.sources import KEYS
from monitor.yaml12 import Mapping, Node, Scalar, load

ROOT = Path(__file__).parents[2]


def plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    return [plain(item) for item in node.items]


@pytest.mark.parametrize("path", ["monitor.yaml", "monitor/cli/starter/monitor.yaml"])
def test_the_shipped_configurations_are_valid(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(config_schema())
    jsonschema.validate(plain(load(text, path)), config_schema())


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{sources: [], databse: x}",
        "{sources: [{id: a, type: fead}]}",
        "{sources: [], routes: [{when: {}}]}",
        "{sources: [], routes: [{to: [a], quiet: {from: '7', to: '08:00'}}]}",
        "{sources: [], defaults: {every: fast}}",
    ],
)
def test_what_the_program_refuses_the_schema_refuses(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain(load(text, "x")), config_schema())


def test_the_schema_knows_every_key_of_every_section() -> None:
    top = config_schema()["properties"]
    route = top["routes"]["items"]["properties"]
    assert set(top) == set(keys()[""])
    assert set(route) == set(keys()["routes"])
    assert set(route["when"]["properties"]) == set(keys()["when"])
    assert set(route["quiet"]["properties"]) == set(keys()["quiet"])
    assert set(keys()["sources"]) == {key for allowed in KEYS.values() for key in allowed}
    assert set(top["channels"]["additionalProperties"]["anyOf"][1]["properties"]) == set(
        keys()["channels"]
    )
