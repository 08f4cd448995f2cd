"""What the documents show works: links, settings, examples, the first five minutes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from monitor.articles.documents import read_document
from monitor.cli.main import outcome
from monitor.config.reading import load_settings
from monitor.config.schema import config_schema, keys
from monitor.errors import InvalidConfig, Severity
from monitor.model.article import Article
from monitor.model.decision import Reason
from monitor.notify.check import check_channel
from monitor.policy.retry import STANDARD
from monitor.yaml12 import Mapping, load
from tests.docs.reading import DOCUMENTS, ROOT, anchors, blocks, links

NAMES = [str(document.relative_to(ROOT)) for document in DOCUMENTS]
ENVIRON = {
    "SMTP_PASSWORD": "x",
    "SLACK_TOKENS": f"T{'0' * 8}/B{'0' * 8}/{'x' * 24}",
    "BOT_TOKEN": f"123456789:{'a' * 35}",
    "MATRIX_PASSWORD": "x",
}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    for link in links(text_of(name)):
        if "://" in link or link.startswith("mailto:"):
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_reached_from_the_readme(name: str) -> None:
    if name != "README.md":
        assert name in links(text_of("README.md"))


def test_every_setting_is_in_the_reference() -> None:
    reference = text_of("docs/config.md")
    for section, names in keys().items():
        for name in names:
            assert f"`{name}`" in reference, f"{section}: {name}"


def test_every_reason_for_not_alerting_is_explained() -> None:
    alerts = text_of("docs/alerts.md")
    ends = {
        Reason.LATE, Reason.EDIT_IGNORED, Reason.NO_ROUTE, Reason.REROUTED, Reason.SAME_CHANNEL,
        Reason.SILENCED, Reason.JOINED, Reason.UNCONFIRMED,
    }  # fmt: skip
    for reason in ends:
        assert f"`{reason.value}`" in alerts


def test_the_retries_are_those_of_the_program() -> None:
    told = f"{STANDARD.attempts} times over at least a day"
    assert told in text_of("docs/alerts.md")
    assert STANDARD.span.total_seconds() >= 86_400


def configurations() -> list[tuple[str, str]]:
    """Return every YAML block that is a configuration or a part of one."""
    found = []
    for name in NAMES:
        for block in blocks(text_of(name)):
            if block.language != "yaml":
                continue
            root = load(block.text, name)
            if isinstance(root, Mapping) and root.entries.keys() <= set(keys()[""]):
                if "rules" in root.entries and not hasattr(root.entries["rules"], "raw"):
                    continue
                found.append((name, block.text))
    return found


CONFIGURATIONS = configurations()


@pytest.mark.parametrize(("name", "text"), CONFIGURATIONS)
def test_every_configuration_shown_can_be_used(name: str, text: str, tmp_path: Path) -> None:
    whole = text if "sources:" in text else f"{text}\nsources: []\n"
    if "routes:" in whole and "channels:" not in whole:
        named = ("duty", "desk", "archive")
        whole += "channels:\n" + "".join(f"  {channel}: console://\n" for channel in named)
    whole = whole.replace("slack://…", "slack://${SLACK_TOKENS}").replace("ping/…", "ping/1")
    whole = re.sub(r"\$\{credential:[^}]+\}", "x", whole)
    (tmp_path / "monitor.yaml").write_text(whole, encoding="utf-8")
    try:
        load_settings(tmp_path / "monitor.yaml", ENVIRON)
    except InvalidConfig as error:
        pytest.fail(f"{name}: {error}")


def channel_urls() -> list[tuple[str, str]]:
    found = []
    for name in ("README.md", "docs/alerts.md"):
        for block in blocks(text_of(name)):
            if block.language != "yaml":
                continue
            root = load(block.text, name)
            assert isinstance(root, Mapping)
            channels = root.entries.get("channels", root)
            for value in channels.entries.values() if isinstance(channels, Mapping) else ():
                inner = value.entries.get("url") if isinstance(value, Mapping) else value
                if "://" in getattr(inner, "raw", ""):
                    found.append((name, inner.raw))
    return found


@pytest.mark.parametrize(("name", "url"), channel_urls())
def test_every_channel_address_shown_is_one_that_the_program_takes(
    name: str, url: str, tmp_path: Path
) -> None:
    config = json.dumps({"sources": [], "channels": {"one": url}})
    (tmp_path / "monitor.yaml").write_text(config, encoding="utf-8")
    settings = load_settings(tmp_path / "monitor.yaml", ENVIRON)
    problem = check_channel(settings.channels[0])
    assert problem is None or problem.severity is Severity.WARNING, f"{name}: {url}: {problem}"


def test_every_file_of_a_corpus_shown_is_the_same_article() -> None:
    text = (ROOT / "docs/config.md").read_text()
    shown = re.findall(r"^```(txt|md|jsonl)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert [kind for kind, _ in shown] == ["txt", "md", "jsonl"]
    for kind, block in shown:
        (article,) = read_document(block.encode(), f"today.{kind}")
        assert isinstance(article, Article), article
        assert (article.title, article.body) == ("Chaos in Almaty", "Gunmen stormed the airport.")
        assert article.published == datetime(2026, 1, 5, tzinfo=UTC)


def test_the_shipped_configuration_and_its_schema_agree() -> None:
    shipped = yaml.safe_load(text_of("monitor.yaml"))
    jsonschema.Draft202012Validator(config_schema()).validate(shipped)


def test_the_first_five_minutes_go_as_the_readme_says(tmp_path: Path) -> None:
    section = text_of("README.md").split("## A first rule")[1].split("\n## ")[0]
    start, rule, article, first = blocks(section)
    assert [block.language for block in (start, rule, article, first)] == ["sh", "yaml", "", "sh"]
    script = "\n".join(
        [
            "set -e",
            start.text,
            f"cat > rules/airport.yaml <<'END'\n{rule.text}END",
            f"cat > articles/today.txt <<'END'\n{article.text}END",
            first.text,
        ]
    )
    binary = Path(sys.executable).parent
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env={
            "PATH": f"{binary}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "monitor.yaml: sound" in done.stderr
    assert "1 rule, 4 samples: 4 passed, 0 failed." in done.stderr
    assert "[HIGH] Airport seized  airport-seizure" in done.stdout
    assert "airport-seizure matches: Chaos in Almaty" in done.stdout
    assert "1 source, 2 new articles, 0 known, 2 hits, 2 alerts" in done.stdout
    assert "rule airport-seizure [high] by " in done.stdout
    assert "Traceback" not in done.stderr


def test_the_picture_and_the_licence_are_there() -> None:
    assert (ROOT / "docs" / "alert.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "Apache License" in text_of("LICENSE")


def test_help_of_the_program_itself_runs() -> None:
    assert outcome(["--version"]) == 0
