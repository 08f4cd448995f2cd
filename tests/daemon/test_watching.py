"""Watching: a change is heard of soon, whether a file is written into or replaced."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.daemon.watching import Watcher


@pytest.fixture
def watch() -> Iterator[Callable[[Path], threading.Event]]:
    watchers: list[Watcher] = []

    def begin(place: Path) -> threading.Event:
        heard = threading.Event()
        watchers.append(Watcher(place, heard.set))
        watchers[-1].start()
        return heard

    yield begin
    for one in watchers:
        one.stop()
    for one in watchers:
        one.join()
        assert not one._thread.is_alive()


def change_until(heard: threading.Event, change: Callable[[int], object]) -> None:
    """Change until it is heard of: a watcher takes a moment to begin."""
    for number in range(120):
        change(number)
        if heard.wait(0.5):
            return
    raise AssertionError("it was never heard of")


def test_a_rule_file_below_the_folder_is_heard_of(watch, tmp_path):
    (tmp_path / "sub").mkdir()
    heard = watch(tmp_path)
    change_until(heard, lambda number: (tmp_path / "sub" / "a.yml").write_text(str(number)))


@pytest.mark.parametrize("name", ["A.YAML", "a.yaml.txt"])
def test_so_is_one_of_another_case_and_one_that_is_named_nearly_so(watch, tmp_path, name):
    heard = watch(tmp_path)
    change_until(heard, lambda number: (tmp_path / name).write_text(str(number)))


def test_of_a_file_its_replacement_is_heard_of(watch, tmp_path):
    config = tmp_path / "monitor.yaml"
    config.write_text("a")
    heard = watch(config)

    def replace(number: int) -> None:
        (tmp_path / "new").write_text(str(number))
        (tmp_path / "new").rename(config)

    change_until(heard, replace)


def test_a_link_that_leads_elsewhere_is_heard_of_and_followed(watch, tmp_path):
    """Deployments swap a link, and what is edited from then on lies in the new folder."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    rules = tmp_path / "rules"
    rules.symlink_to("first")
    heard = watch(rules)
    change_until(heard, lambda number: (tmp_path / "first" / "a.yaml").write_text(str(number)))
    heard.clear()
    (tmp_path / "new").symlink_to("second")
    (tmp_path / "new").rename(rules)
    assert heard.wait(300)
    change_until(heard, lambda number: (tmp_path / "second" / "a.yaml").write_text(str(number)))
    heard.clear()
    change_until(heard, lambda number: (tmp_path / "second" / "a.yaml").write_text(str(number)))


def test_a_folder_that_is_made_anew_is_watched_again(watch, tmp_path):
    rules = tmp_path / "rules"
    rules.mkdir()
    heard = watch(rules)
    change_until(heard, lambda number: (rules / "a.yaml").write_text(str(number)))
    heard.clear()
    shutil.rmtree(rules)
    assert heard.wait(300)
    rules.mkdir()
    for _ in range(2):
        heard.clear()
        change_until(heard, lambda number: (rules / "a.yaml").write_text(str(number)))


def test_what_a_link_leads_to_is_watched_for_a_file_too(watch, tmp_path):
    """As with a mounted ConfigMap: monitor.yaml is a link through a folder that is swapped."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "monitor.yaml").write_text(name)
    (tmp_path / "data").symlink_to("one")
    (tmp_path / "monitor.yaml").symlink_to("data/monitor.yaml")
    heard = watch(tmp_path / "monitor.yaml")
    change_until(heard, lambda number: (tmp_path / "one" / "monitor.yaml").write_text(str(number)))
    heard.clear()
    (tmp_path / "new").symlink_to("two")
    (tmp_path / "new").rename(tmp_path / "data")
    assert heard.wait(300)


def test_other_files_are_none_of_its_business(watch, tmp_path):
    rules = watch(tmp_path)
    config = watch(tmp_path / "monitor.yaml")
    change_until(rules, lambda number: (tmp_path / "a.yaml").write_text(str(number)))
    rules.clear()
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".hidden.yaml").write_text("x")
    assert not rules.wait(1.0)
    assert not config.is_set()


def test_a_folder_that_is_not_there_yet_is_nobody_s_trouble(watch, tmp_path):
    heard = watch(tmp_path / "later" / "monitor.yaml")
    assert not heard.is_set()
