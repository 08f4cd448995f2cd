"""The collector: it leaves alone what was made to stay, and takes what is given up all the same."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from monitor.daemon.heap import lasting
from monitor.daemon.loading import load
from monitor.daemon.reload import reload
from tests.daemon.parts import NOW


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


class Knot:
    """Garbage that only the collector finds: it holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_made_to_stay_is_not_looked_at():
    with lasting():
        assert not gc.isenabled()
        knot = Knot()
    assert gc.isenabled()
    assert not any(one is knot for one in gc.get_objects())


def test_rules_are_made_to_stay_at_the_start_and_when_most_of_them_change(tmp_path):
    rules = tmp_path / "rules"
    rules.mkdir()
    config = tmp_path / "monitor.yaml"
    config.write_text("sources:\n  - {id: inbox, type: corpus, path: rules/}\n")
    (rules / "a.yaml").write_text("rules: [{id: a, match: army}]\n")
    made = load(config, {}, NOW)
    assert not any(one is made.matcher for one in gc.get_objects())
    (rules / "a.yaml").write_text("rules: [{id: a, match: navy}]\n")
    again = reload(config, {}, made, NOW).generation
    assert again is not None
    assert not any(one is again.matcher for one in gc.get_objects())


def test_what_was_given_up_goes_when_the_next_is_made():
    with lasting():
        gone = weakref.ref(Knot())
    gc.collect()
    assert gone() is not None
    with lasting():
        assert gone() is None


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with lasting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
