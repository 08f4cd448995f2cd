"""The one plugin that a URL needs is found without loading the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from apprise.manager_plugins import NotificationManager

from monitor.notify.plugins import plugin_class, schemes


def test_every_scheme_leads_to_the_plugin_that_apprise_would_take() -> None:
    manager = NotificationManager()  # type: ignore[no-untyped-call]  # apprise has no types here
    known = set(manager.schemas())  # type: ignore[no-untyped-call]  # the same
    assert len(known) > 200
    assert schemes() == known
    assert {schema for schema in known if plugin_class(schema) is not manager[schema]} == set()


def test_an_unknown_scheme_leads_nowhere() -> None:
    assert plugin_class("nosuchservice") is None


def test_only_one_plugin_is_imported() -> None:
    code = (
        "import sys\n"
        "from monitor.notify.services import load\n"
        "load('slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Q')\n"
        "load('https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Q')\n"
        "load('json://localhost/')\n"
        "found = [name for name in sys.modules if name.startswith('apprise.plugins.')]\n"
        "sys.stdout.write(' '.join(sorted(found)))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True
    )
    loaded = set(done.stdout.split()) - {"apprise.plugins.base"}
    assert {"apprise.plugins.slack", "apprise.plugins.custom_json"} <= loaded
    assert len(loaded) < 15
