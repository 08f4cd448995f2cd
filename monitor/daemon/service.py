"""The daemon: stages that run beside each other over one store, from start to a clean end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from monitor.config.settings import Settings
from monitor.daemon import logs
from monitor.daemon.canary import Canary
from monitor.daemon.catching_up import CatchUp
from monitor.daemon.claiming import claim, worker
from monitor.daemon.clock import ClockWatch
from monitor.daemon.core import Core
from monitor.daemon.deciding import Deciding
from monitor.daemon.definitions import changed_sources
from monitor.daemon.diary import Diary
from monitor.daemon.edits import Edits
from monitor.daemon.footprint import Footprint
from monitor.daemon.generation import Generation
from monitor.daemon.health import Health
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.housekeeping import Housekeeping
from monitor.daemon.http import StatusServer
from monitor.daemon.metrics import Metrics
from monitor.daemon.operator import Operator
from monitor.daemon.outgoing import Outgoing
from monitor.daemon.polling import PATIENCE, Patience, Polling
from monitor.daemon.pulse import Pulse
from monitor.daemon.readers import ClosingReader, Readers
from monitor.daemon.reloading import REST, Reloading
from monitor.daemon.renewing import Renewing
from monitor.daemon.stages import TURN_LIMIT, Stage, Turn
from monitor.daemon.systemd import Notify
from monitor.daemon.timers import Timers
from monitor.daemon.watching import Watcher
from monitor.errors import AlreadyRunning, StoreError, UsageError
from monitor.ports import Clock, Notifier
from monitor.store.database import SqlStore

log = structlog.get_logger(part="daemon")

# Seconds.
_TICK = 1.0
_BEAT = 10.0
_WATCHDOG = 10.0
_STEP = 0.2
_POLLS_END = 20.0
_ALL_END = 70.0  # a send that hangs is given up after a minute; until then it may have arrived
_DECIDE_LIMIT = 1800.0  # a backlog of a hundred thousand hits is decided in one turn
_DAILY_LIMIT = 6 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the daemon works with, and how patient it is; a test gives its own."""

    store: SqlStore
    reader: Callable[[Settings], ClosingReader]
    notifier: Notifier
    clock: Clock
    monotonic: Callable[[], float]
    environ: Mapping[str, str]
    notify: Notify
    patience: Patience = PATIENCE
    rest: float = REST


class Service:
    """A running daemon: `start` returns when everything runs, `stop` when everything has ended.

    `path` is the file of the configuration, and `read` what the files looked like when
    `generation` was made of them. `catch_up` is for rules that say nothing of their own.
    """

    def __init__(
        self,
        generation: Generation,
        outside: Outside,
        *,
        path: Path,
        read: Footprint,
        catch_up: timedelta | None = None,
    ) -> None:
        self.generation = generation
        self.lost: AlreadyRunning | None = None
        """Why this daemon must end: another one works on the database."""
        self.core = core = Core(
            store=outside.store,
            clock=outside.clock,
            monotonic=outside.monotonic,
            generation=lambda: self.generation,
            metrics=Metrics(),
            pulse=Pulse(outside.monotonic),
        )
        self._outside = outside
        self._path = path
        self._readers = Readers(outside.reader, generation.settings, core.monotonic)
        self._clock_watch = ClockWatch(core.clock, core.monotonic)
        self._diary = Diary(core)
        self._impatient = False
        self._ready = False
        self._store_away = False
        self._stuck: tuple[str, ...] = ()
        self._watchers: list[Watcher] = []
        self._server: StatusServer | None = None
        self._timers = Timers(core)
        self._make_way()
        self._stages = (
            self._deciding,
            self._make_renewing(),
            self._make_catching_up(catch_up),
            self._make_reload(read),
            *self._make_upkeep(),
        )

    def _make_way(self) -> None:
        """Make the way of an article: polls, decisions, deliveries; and who is told of trouble."""
        core, outside = self.core, self._outside
        self.outgoing = Outgoing(core, notifier=outside.notifier, worker=worker())
        self.operator = Operator(core, woken=lambda channel: self.outgoing.wake([channel]))
        deciding = Deciding(core, woken=self.outgoing.wake)
        self._deciding = self._stage("decide", deciding.turn, _DECIDE_LIMIT)
        self.polling = Polling(
            core,
            reader=self._readers.current,
            on_hits=self._deciding.wake,
            notify=self.operator.tell,
            patience=outside.patience,
        )
        self.health = Health(core, states=self.polling.states)

    def _make_renewing(self) -> Stage:
        self.renewing = Renewing(
            self.core, health=self.health, on_done=lambda: self._timers.soon("poll")
        )
        stage = self._stage("renew", self.renewing.turn)
        self.renewing.progress = stage.progress
        self.renewing.stopping = lambda: stage.stopping
        return stage

    def _make_catching_up(self, default: timedelta | None) -> Stage:
        self.catch_up = CatchUp(
            self.core,
            default=default,
            oldest_poll=self.polling.oldest,
            on_hits=self._deciding.wake,
        )
        stage = self._stage("catch-up", self.catch_up.turn)
        self.catch_up.progress = stage.progress
        self.catch_up.stopping = lambda: stage.stopping
        return stage

    def _make_reload(self, read: Footprint) -> Stage:
        core, outside = self.core, self._outside
        self.edits = Edits(
            self.health,
            self.operator,
            core.metrics,
            outside.notify,
            show=lambda: self._timers.soon("beat"),
        )
        self.reloading = Reloading(
            core,
            self._path,
            read,
            environ=outside.environ,
            put_in_force=self._put_in_force,
            edits=self.edits,
            rest=outside.rest,
        )
        self._reload = stage = self._stage("reload", self.reloading.turn)
        self.reloading.progress = stage.progress
        self.reloading.stopping = lambda: stage.stopping
        return stage

    def _make_upkeep(self) -> tuple[Stage, ...]:
        core, health, operator = self.core, self.health, self.operator
        self.housekeeping = Housekeeping(core, health=health, operator=operator)
        self._heartbeat = Heartbeat(core, health=health)
        canary = Canary(core, health=health, operator=operator, on_hits=self._deciding.wake)
        return (
            self._stage("housekeeping", self.housekeeping.turn, _DAILY_LIMIT),
            self._stage("heartbeat", self._heartbeat.turn),
            self._stage("canary", canary.turn),
        )

    def _stage(self, name: str, turn: Turn, limit: float = TURN_LIMIT) -> Stage:
        return Stage(name, turn, pulse=self.core.pulse, metrics=self.core.metrics, limit=limit)

    def start(self) -> None:
        """Claim the database and start every stage.

        Raises AlreadyRunning when another daemon works on the database, StoreError, UsageError
        when `http` cannot be listened on; then nothing runs.
        """
        try:
            self.housekeeping.crashed = claim(self._store, self.core.now)
            self._serve(self.generation.settings)
            self.renewing.begin()
            self.catch_up.take_over(self.generation.rules)
            self.polling.follow(changed_sources(self._diary, self.generation.settings.sources))
            self.edits.started(self.generation.broken)
            self.outgoing.follow()
        except BaseException:
            self.stop()
            raise
        for stage in self._stages:
            stage.start()
        self._timers.every("poll", _TICK, self._poll)
        self._timers.every("beat", _BEAT, self._beat)
        self._timers.every("watchdog", self._watchdog_interval(), self._keep_alive)
        self._timers.start()
        self._watch()
        self._ready = True
        log.info(
            "started", rules=len(self.generation.matcher.rules), broken=len(self.generation.broken)
        )
        with suppress(StoreError):
            self.health.measure(self.core.now())
        self._outside.notify.ready(self.health.line())

    def stop(self) -> tuple[str, ...]:
        """End: no new polls, the running ones within a bound, everything committed.

        Returns what had to be left behind because it did not end in time.
        """
        ran, self._ready = self._ready, False
        if ran:
            self._outside.notify.stopping()
        self._timers.stop()
        for watcher in self._watchers:
            watcher.stop()
        for stage in self._stages:
            stage.stop()
        self.outgoing.stop()
        polls = self._ended(_POLLS_END, self.polling.stop)
        behind = [f"poll of {source}" for source in polls]
        behind += self._ended(_ALL_END, self._join_stages)
        if behind:
            log.warning("left-behind", unfinished=behind)
        for watcher in self._watchers:
            watcher.join()
        if self._server is not None:
            self._server.stop()
        self._heartbeat.close()
        self._readers.close()
        with suppress(StoreError):
            self._store.leave()
        if ran:
            log.info("stopped")
        return tuple(behind)

    def _join_stages(self, within: float) -> tuple[str, ...]:
        stages = (*self._stages, *self.outgoing.stages())
        return tuple(stage.name for stage in stages if not stage.join(within))

    def _ended(self, within: float, wait: Callable[[float], tuple[str, ...]]) -> tuple[str, ...]:
        """Wait, in steps, and return what has not ended in time or when somebody got impatient."""
        deadline = self.core.monotonic() + within
        left = wait(_STEP)
        while left and not self._impatient and self.core.monotonic() < deadline:
            left = wait(_STEP)
        return left

    def hurry(self) -> None:
        """Let `stop` wait no longer: somebody is impatient. May be called in a signal handler."""
        self._impatient = True

    def reload(self) -> None:
        """Read everything anew, beside all else."""
        self.reloading.ask()
        self._reload.wake()

    def look_at_clock(self) -> None:
        """See whether the wall clock was set, and make good for it; to be called every second."""
        jump = self._clock_watch.jump()
        if jump is None:
            return
        log.warning("clock-was-set", seconds=round(jump.total_seconds()))
        self._timers.realign()
        self._wake_all()

    def _wake_all(self) -> None:
        for stage in self._stages:
            stage.wake()
        self.outgoing.wake()

    @property
    def _store(self) -> SqlStore:
        return self.core.store

    def _serve(self, settings: Settings) -> None:
        """Serve metrics and health where the configuration says. Raises UsageError."""
        if self._server is not None:
            if self._server.listen == settings.http:
                return
            self._server.stop()
            self._server = None
        if settings.http is not None:
            self._server = StatusServer(
                settings.http,
                registry=self.core.metrics.registry,
                unhealthy=self.health.reasons,
                unready=lambda: () if self._ready else ("starting or stopping",),
            )
            self._server.start()

    def _put_in_force(self, new: Generation) -> None:
        """Let everything work by a new generation. Raises StoreError; then it is called again."""
        settings = new.settings
        logs.keep_secret(settings.secrets)
        self._readers.follow(settings)
        self.generation = new
        try:
            self._serve(settings)
        except UsageError as error:
            self.operator.trouble("http", str(error), str(error))
        else:
            self.operator.well("http", "Metrics and health are served again.")
        self.catch_up.take_over(new.rules)
        self.polling.follow(changed_sources(self._diary, settings.sources))
        self.outgoing.follow()
        self._watch()
        self._wake_all()
        log.info("in-force", rules=len(new.matcher.rules))

    def _watch(self) -> None:
        settings = self.generation.settings
        places = (self._path, settings.rules)
        if tuple(watcher.place for watcher in self._watchers) == places:
            return
        for watcher in self._watchers:
            watcher.stop()
        self._watchers = [Watcher(place, self._reload.wake) for place in places]
        for watcher in self._watchers:
            watcher.start()

    def _watchdog_interval(self) -> float:
        allowed = self._outside.notify.watchdog_seconds
        return _WATCHDOG if allowed is None else min(_WATCHDOG, allowed / 3)

    def _keep_alive(self) -> None:
        """Tell systemd that there is progress; it restarts what cannot be helped from inside."""
        stuck = self.core.pulse.stuck()
        names = tuple(one.stage for one in stuck)
        if names != self._stuck:
            self._stuck = names
            tell = log.error if names else log.info
            tell("stuck" if names else "no-longer-stuck", stages=[str(one) for one in stuck])
        if not stuck:
            self._outside.notify.alive()

    def _poll(self) -> None:
        """Start the polls that are due, if what they bring can be compared with what is known."""
        if self.renewing.done:
            self.polling.tick()

    def _beat(self) -> None:
        """Renew the claim, measure, and show the state to everybody who looks."""
        now = self.core.now()
        try:
            self.health.measure(now)
            self._store.beat(now, self.health.report())
        except AlreadyRunning as error:
            self.lost = error
            raise
        except StoreError as error:
            self._store_away = True
            self.health.fault("store", str(error))
            self._outside.notify.status(str(error))
            raise
        self.health.fault("store", "")
        if self._store_away:
            self._store_away = False
            log.info("store-is-back")
            self._wake_all()
        self.outgoing.follow()
        self._readers.close_former(self.polling.oldest())
        self._outside.notify.status(self.health.line())
