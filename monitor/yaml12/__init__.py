"""YAML 1.2 with places: every value knows its file, line and column, and all problems are told.

`load` and `load_bytes` give a tree of `Scalar`, `Sequence` and `Mapping`; a `Reader` turns it
into plain values and collects what is wrong with them.
"""

from monitor.yaml12.loading import ALIAS_LIMIT, DEPTH_LIMIT, decode, examine_bytes, load, load_bytes
from monitor.yaml12.nodes import Document, Mapping, Node, Scalar, Sequence
from monitor.yaml12.reader import Fields, Reader
from monitor.yaml12.suggestions import did_you_mean, suggest
from monitor.yaml12.values import parse_date, parse_duration, parse_time, write_duration

__all__ = [
    "ALIAS_LIMIT",
    "DEPTH_LIMIT",
    "Document",
    "Fields",
    "Mapping",
    "Node",
    "Reader",
    "Scalar",
    "Sequence",
    "decode",
    "did_you_mean",
    "examine_bytes",
    "load",
    "load_bytes",
    "parse_date",
    "parse_duration",
    "parse_time",
    "suggest",
    "write_duration",
]
