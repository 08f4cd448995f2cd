"""Dashboard and alert rules: every metric that they name exists, and Prometheus agrees."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from monitor.daemon.metrics import STAGES, Metrics

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy" / "prometheus-alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
NAME = re.compile(r"\b(?:monitor|process)_[a-z_]+\b")
DURATION = re.compile(r"\[[^]]*\]")


def existing() -> set[str]:
    """Every name under which Prometheus knows one of the daemon's metrics."""
    names = set()
    for family in Metrics().registry.collect():
        kinds = {
            "counter": ("_total", "_created"),
            "histogram": ("_bucket", "_count", "_sum"),
            "info": ("_info",),
        }
        names |= {family.name + end for end in kinds.get(family.type, ("",))}
    return names


def named(query: str) -> set[str]:
    return set(NAME.findall(DURATION.sub("", query)))


def dashboard_queries() -> Iterator[str]:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (one["query"] for one in board["templating"]["list"] if one["type"] == "query")


def alert_queries() -> Iterator[str]:
    for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs promtool (Debian: prometheus)")
        pytest.skip("this machine has no promtool")
    return found


def test_every_metric_of_the_dashboard_exists():
    wanted = set().union(*map(named, dashboard_queries()))
    assert wanted - existing() == set()
    assert len(wanted) > 15


def test_every_metric_is_on_the_dashboard():
    """What is measured for nobody is not worth measuring."""
    shown = set().union(*map(named, dashboard_queries()))
    ours = {name for name in existing() if name.startswith("monitor_")}
    beside = {name for name in ours if name.endswith(("_created", "_count", "_sum"))}
    assert ours - beside - shown == set()


def test_every_metric_of_the_alert_rules_exists():
    wanted = set().union(*map(named, alert_queries()))
    assert wanted - existing() == set()
    stages = set(re.findall(r'stage="([^"]+)"', " ".join(alert_queries())))
    assert stages <= set(STAGES)


def test_panels_do_not_overlap():
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_prometheus_understands_the_alert_rules():
    done = subprocess.run(
        [promtool(), "check", "rules", ALERTS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_fires_when_it_should_and_only_then(tmp_path):
    cases = Path(__file__).with_name("prometheus-alerts.test.yml").read_text(encoding="utf-8")
    file = tmp_path / "cases.yml"
    file.write_text(cases.replace("RULES", str(ALERTS)))
    done = subprocess.run(
        [promtool(), "test", "rules", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tried = {
        (test["alertname"], bool(test["exp_alerts"]))
        for part in yaml.safe_load(cases)["tests"]
        for test in part["alert_rule_test"]
    }
    for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            assert {(rule["alert"], True), (rule["alert"], False)} <= tried


def test_a_dashboard_query_is_a_query(tmp_path):
    """promtool checks the syntax of what Grafana will ask."""
    rules = [
        {
            "record": f"query{number}",
            "expr": query.replace("$__rate_interval", "5m").replace("$instance", "a"),
        }
        for number, query in enumerate(dashboard_queries())
        if not query.startswith("label_values")
    ]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(
        [promtool(), "check", "rules", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
