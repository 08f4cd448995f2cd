"""The reader of sources is made anew when its configuration asks for it, and closed when unused."""

from __future__ import annotations

from monitor.daemon.readers import Readers
from tests.daemon.parts import Reader, seconds, settings, source


def test_a_reader_is_kept_until_what_it_is_made_with_changes(clock):
    made: list[Reader] = []

    def make(_settings) -> Reader:
        made.append(Reader())
        return made[-1]

    readers = Readers(make, settings(), clock.monotonic)
    readers.follow(settings(workers=3))
    assert (len(made), readers.current()) == (1, made[0])
    clock.go_on(seconds(10))
    readers.follow(settings(contact="me@example.org"))
    assert readers.current() is made[1]
    # A poll that began before still uses the former one.
    readers.close_former(clock.monotonic() - 5)
    assert not made[0].closed
    clock.go_on(seconds(10))
    readers.close_former(clock.monotonic())
    assert (made[0].closed, made[1].closed) == (True, False)
    readers.follow(settings(contact="me@example.org", sources=(source("other"),)))
    assert len(made) == 3
    readers.close_former(None)
    assert made[1].closed
    readers.close()
    assert made[2].closed
