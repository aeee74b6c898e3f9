"""Ingest, put together: the loops of the process that listens and polls, and the tasks of one that works."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import structlog

from touchline.clock import Clock
from touchline.ids import MatchId
from touchline.ingest.catalogue import CatalogueSync
from touchline.ingest.crests.source import Source
from touchline.ingest.crests.sync import CrestSync
from touchline.ingest.diary import Diary
from touchline.ingest.ended import EndedDetails
from touchline.ingest.heartbeat import Heartbeat
from touchline.ingest.lineups import LineupSync
from touchline.ingest.poll import DetailLivePoll
from touchline.ingest.ports import Pull, Push, ReadPush
from touchline.ingest.push import PushFeed, PushSigns
from touchline.ingest.recent import RecentList
from touchline.ingest.reconcile import Reconcile, Requests
from touchline.ingest.trends import TrendSync
from touchline.ingest.way import Way
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.settings.parts import Settings
from touchline.store.db import Database
from touchline.task import Task

HTTP, MQTT = "thesports-http", "thesports-mqtt"
"""The provider's two channels, as readers of its state know them."""


class Worker:
    """What a process that works has of ingest: tasks, and beside them the way their claims take."""

    def __init__(self, db: Database, clock: Clock, metrics: Metrics, settings: Settings, pull: Pull) -> None:
        self._way = Way(db, clock, metrics, settings, pull, LeftToOthers())

    def loops(self) -> list[Loop]:
        """What must be running while a task runs."""
        return [*self._way.loops]

    def tasks(self) -> Mapping[str, Task]:
        """Every task, by the key of its job."""
        return {}


class LeftToOthers:
    """Where tasks run nobody asks about single matches: the processes that listen hear of unknown ones
    themselves, and a row that wants its history says so and is found."""

    def unknown(self, match_id: MatchId) -> None:
        """Claims came about a match that has no row."""

    def history(self, match_id: MatchId) -> None:
        """A finished match needs its `live/history`."""

    def known(self, match_id: MatchId) -> None:
        """The match has a row now."""


class Ingest:
    """The parts of one ingest process. `connected` is for the push channel, `loops` for whoever runs them."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        metrics: Metrics,
        settings: Settings,
        pull: Pull,
        *,
        read_push: ReadPush,
        logos: Source | None = None,
    ) -> None:
        self._log = structlog.get_logger().bind(part="ingest")
        self._read_push = read_push
        self._pull = pull
        requests = Requests(clock)
        self._way = way = Way(db, clock, metrics, settings, pull, requests)
        asking, inbox, names, node = way.asking, way.inbox, way.names, way.node
        self._signs = PushSigns(clock)
        self._poll = DetailLivePoll(asking, inbox, self._signs, clock, node)
        self._beat = Heartbeat(db, clock)
        self._polls: list[Loop] = [
            *way.loops,
            self._poll,
            RecentList(asking, inbox, db, clock, node),
            Diary(asking, inbox, names, db, clock, ZoneInfo(settings.web.timezone), node),
            Reconcile(requests, asking, inbox, db, clock, node),
            TrendSync(asking, inbox, db, clock, node),
            LineupSync(asking, inbox, db, clock, node),
            EndedDetails(asking, inbox, db, clock, node),
            CatalogueSync(asking, names, db, clock),
        ]
        if logos is not None:
            self._polls.append(CrestSync(logos, db, clock, metrics, settings.crests.per_second))

    def connected(self, connection_id: str) -> None:
        """The push channel is connected (again): what it did not say meanwhile is asked for at once."""
        self._log.debug("ingest.snapshot.wanted", connection_id=connection_id)
        self._poll.wake.set()

    def loops(self, stream: Push) -> list[Loop]:
        """Every loop of this process. Beside them `stream.run` must be running."""
        self._beat.follow(HTTP, lambda: self._pull.state)
        self._beat.follow(MQTT, lambda: stream.state)
        feed = PushFeed(stream, self._read_push, self._way.inbox, self._way.unreadables, self._signs)
        return [feed, *self._polls, self._beat]
