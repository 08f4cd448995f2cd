"""The query language: text to condition tree, and its errors. Pure."""

from monitor.query.checks import depth, inside, parts, proximity_fault, scope_fault
from monitor.query.lexer import MAX_COUNT, MAX_DEPTH, MAX_DISTANCE
from monitor.query.parser import Parsed, parse

__all__ = [
    "MAX_COUNT",
    "MAX_DEPTH",
    "MAX_DISTANCE",
    "Parsed",
    "depth",
    "inside",
    "parse",
    "parts",
    "proximity_fault",
    "scope_fault",
]
