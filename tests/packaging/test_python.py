"""What the program asks of Python: nothing that an early release of an allowed one does wrongly."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import monitor
from monitor.text import words

# The parser of expressions has no public name.
_parser: Any = importlib.import_module("re._parser")
_constants: Any = importlib.import_module("re._constants")

_CACHED = type(functools.cache(print))
_SINGLE = ("LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY")


def parts(parsed: Any) -> Iterator[tuple[str, Any]]:
    """Every operation of a parsed expression, with its argument."""
    for operation, argument in parsed:
        yield str(operation), argument
        waiting = [argument]
        while waiting:
            one = waiting.pop()
            if isinstance(one, _parser.SubPattern):
                yield from parts(one)
            elif isinstance(one, tuple | list):
                waiting.extend(one)


def misread(pattern: re.Pattern[str]) -> bool:
    """Whether Python 3.11.0 to 3.11.4 misreads it: a group that is possessive, or atomic.

    https://github.com/python/cpython/issues/106052; Debian 12 has Python 3.11.2.
    """
    for name, argument in parts(_parser.parse(pattern.pattern, pattern.flags)):
        if name == "ATOMIC_GROUP":
            return True
        if name == "POSSESSIVE_REPEAT":
            body = argument[2]
            if len(body) != 1 or str(body[0][0]) not in _SINGLE:
                return True
    return False


def expressions(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from expressions(one)
    elif isinstance(value, dict):
        yield from expressions(list(value.values()))


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(monitor.__path__, "monitor."):
        if not found.name.startswith(("monitor.store.migrations", "monitor.__main__")):
            yield importlib.import_module(found.name)


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("(?:ab?c)++", True),
        ("(?>(?:ab?c)+)", True),
        ("x(?P<name>[ab])?+", True),
        ("(?:y|z[^a]++)+", False),
        (r"a++[bc]*+\s?+.{1,2}+", False),
    ],
)
def test_what_is_misread_is_known(expression, wrong):
    assert misread(re.compile(expression)) is wrong


def test_words_are_divided_without_what_an_early_python_misreads():
    assert (words._keep((3, 11, 4)), words._keep((3, 11, 5)), words._keep((3, 14, 0))) == (
        "",
        "+",
        "+",
    )
    for keep, wrong in (("", False), ("+", True)):
        made = words._expressions(r"[^\W_]", r"[^\W\d_]", rest="[\u0300-\u036f]", keep=keep)
        assert [misread(expression) for expression in made] == [wrong, wrong]


def test_no_expression_is_misread_by_an_early_python():
    found = {
        f"{module.__name__}: {pattern.pattern[:60]}"
        for module in modules()
        if module is not words  # whose expressions are made for the Python that runs
        for value in vars(module).values()
        for pattern in expressions(made(value))
        if isinstance(pattern.pattern, str) and misread(pattern)
    }
    assert found == set()


def made(value: Any) -> object:
    """What a function makes when a text asks for it first, else the value itself."""
    if not isinstance(value, _CACHED):
        return value
    function = value.__wrapped__
    makes = "Pattern" in str(function.__annotations__.get("return"))
    return value() if makes and not inspect.signature(function).parameters else None
