"""docs/rules.md keeps its word: each example that it shows is run."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import Location
from monitor.model.rule import Only, Rule, Sample
from monitor.query import parse
from monitor.rules import load_rules, run_samples
from monitor.rules.entry import COMMON_KEYS, ONLY_KEYS, RULE_KEYS
from monitor.rules.tree import KEYS as TREE_KEYS
from monitor.yaml12 import Reader, load

DOCS = (Path(__file__).parents[2] / "docs/rules.md").read_text(encoding="utf-8")
NOW = datetime(2022, 1, 6, tzinfo=UTC)
BLOCKS = [
    (f"line {DOCS[: found.start()].count(chr(10)) + 1}", found[1], found[2])
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
]
QUERIES = [pytest.param(text, id=place) for place, kind, text in BLOCKS if kind == "query"]
FILES = [pytest.param(text, id=place) for place, kind, text in BLOCKS if kind == "yaml"]


def sample(line: str) -> Sample:
    """Read `+ {title: x} text`; a text in double quotes has escapes."""
    text, properties = line[2:], ""
    if found := re.match(r"(\{.*?\}) (.*)", text):
        properties, text = found[1], found[2]
    if text.startswith('"') and text.endswith('"'):
        text = json.loads(text)
    reader = Reader()
    known = ("title", "lang", "source", "url", "author", "tags")
    fields = reader.mapping(load(properties or "{}", "docs"), "a sample", known)
    assert fields is not None
    assert reader.problems == []
    return Sample(
        body=text,
        title=fields.text("title"),
        lang=fields.text("lang") or None,
        source=fields.text("source") or None,
        url=fields.text("url") or None,
        author=fields.text("author"),
        tags=fields.texts("tags"),
    )


def place(offset: int) -> Location:
    return Location("docs/rules.md", 1, offset + 1)


@pytest.mark.parametrize("block", QUERIES)
def test_each_query_hits_and_misses_as_shown(block: str) -> None:
    query, *lines = block.splitlines()
    parsed = parse(query, at=place, lists={})
    hits = tuple(sample(line) for line in lines if line.startswith("+ "))
    misses = tuple(sample(line) for line in lines if line.startswith("- "))
    assert hits
    assert misses
    assert len(hits) + len(misses) == len(lines)
    rule = Rule(
        id="shown", version="1", title="", only=Only(), match=parsed.condition,
        hit_samples=hits, miss_samples=misses,
    )  # fmt: skip
    for result in run_samples([rule], None, NOW):
        assert result.passed, (result.sample.body, result.reason)


@pytest.mark.parametrize("block", FILES)
def test_each_rule_file_is_read_and_passes_its_tests(block: str, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(block, encoding="utf-8")
    rulebook = load_rules(tmp_path)
    assert rulebook.rules
    for result in run_samples(rulebook.rules, None, NOW):
        assert result.passed, (result.rule, result.sample.body, result.reason)


def vendor_rows() -> list[tuple[str, str]]:
    begin = DOCS.index("\n## Coming from another product")
    section = DOCS[begin : DOCS.index("\n## ", begin + 4)]
    rows = [re.fullmatch(r"\| (`.*`) \| `(.*)` \|", line) for line in section.splitlines()]
    return [(row[1], row[2].replace("\\|", "|")) for row in rows if row]


@pytest.mark.parametrize(("there", "here"), vendor_rows())
def test_each_equivalent_of_another_product_is_a_query_without_warnings(
    there: str, here: str
) -> None:
    assert parse(here, at=place, lists={}).warnings == (), there


def test_the_vendor_tables_are_found() -> None:
    assert len(vendor_rows()) > 35
    for vendor in ("Meltwater", "Brandwatch", "Factiva", "Lexis", "Google Alerts"):
        assert f"\n### Coming from {vendor}\n" in DOCS


def keys_in(heading: str) -> set[str]:
    begin = DOCS.index(f"\n{heading}\n")
    table = DOCS[begin : DOCS.index("\n#", begin + len(heading))]
    return {
        key
        for line in table.splitlines()
        if line.startswith("| `")
        for key in re.findall(r"`(\w+)[:`]", line.split("|")[1])
    }


def test_every_key_is_documented() -> None:
    assert keys_in("### Keys of a rule") == set(RULE_KEYS)
    assert keys_in("## The tree") == set(TREE_KEYS) - {"ordered"}
    assert all(f"`{key}`" in DOCS for key in (*COMMON_KEYS, *ONLY_KEYS))


def test_every_form_of_the_language_is_shown() -> None:
    """Every row of the table in the contract has an example of its own."""
    queries = [text.splitlines()[0] for _, kind, text in BLOCKS if kind == "query"]
    forms = [
        r"curfew$", r"internet blackout$", r'"search AND rescue"$', r"Prime Minister \* Pash",
        r"protest\*$", r"\*stan$", r"organi\?ation$", r"Nur-Sultan$", r"U\.S\.$", r"president$",
        r"case:WHO$", r'case:"US troops"$', r"stem:protest$", r"stem:\(", r"Tokayev~$",
        r"Tokayev~\d$", r"#>=", r"#<", r"#=", r"#\d+\.\.\d", r"/.*/$", r"/.*/i$", r".*NEAR/\d",
        r".*BEFORE/\d", r".*NEAR/S", r".*NEAR/P", r".*BEFORE/S", r".*BEFORE/P", r"ATLEAST/",
        r"ANY/2 \(", r".*AND", r".*OR", r".* NOT \(", r".*AND NOT", r"title:curfew", r"body:",
        r"lead:", r"title:\(", r".*site:", r".*source:", r".*author:", r".*lang:", r".*tag:",
        r".*url:",
    ]  # fmt: skip
    assert [form for form in forms if not any(re.match(form, query) for query in queries)] == []
