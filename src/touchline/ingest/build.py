"""Ingest, put together: the loops of one ingest process."""

import os
import secrets
from zoneinfo import ZoneInfo

import structlog

from touchline.clock import Clock
from touchline.ingest.asking import Asking
from touchline.ingest.catalogue import CatalogueSync
from touchline.ingest.crests.source import Source
from touchline.ingest.crests.sync import CrestSync
from touchline.ingest.diary import Diary
from touchline.ingest.ended import EndedDetails
from touchline.ingest.heartbeat import Heartbeat
from touchline.ingest.inbox import Inbox
from touchline.ingest.intake import Intake
from touchline.ingest.lineups import LineupSync
from touchline.ingest.names import Names
from touchline.ingest.poll import DetailLivePoll
from touchline.ingest.ports import Pull, Push, ReadPush
from touchline.ingest.push import PushFeed, PushSigns
from touchline.ingest.recent import RecentList
from touchline.ingest.reconcile import Reconcile, Requests
from touchline.ingest.trends import TrendSync
from touchline.ingest.unreadable import Unreadables
from touchline.ingest.waiting import WaitingRoom
from touchline.ingest.writer import Writer
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.settings.parts import Settings
from touchline.store.db import Database

HTTP, MQTT = "thesports-http", "thesports-mqtt"
"""The provider's two channels, as readers of its state know them."""


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
        # Not the process id: in a container every start has the same, and channels count from 1 anew.
        node = f"{os.uname().nodename}-{secrets.token_hex(4)}"
        self._log = structlog.get_logger().bind(part="ingest")
        self._read_push = read_push
        self._pull = pull
        self._unreadables = Unreadables(db, clock, metrics)
        self._inbox = Inbox(settings.thesports.queue_max, settings.orchestrator.batch_max, clock, metrics)
        self._requests = Requests(clock)
        self._signs = PushSigns(clock)
        asking = Asking(pull, clock, self._unreadables)
        names = Names(db, clock)
        self._poll = DetailLivePoll(asking, self._inbox, self._signs, clock, node)
        writer = Writer(db, clock, metrics, settings.orchestrator)
        waiting = WaitingRoom(clock, metrics)
        self._beat = Heartbeat(db, clock)
        self._polls: list[Loop] = [
            Intake(self._inbox, writer, waiting, self._requests, self._unreadables, db, clock),
            self._poll,
            RecentList(asking, self._inbox, db, clock, node),
            Diary(asking, self._inbox, names, db, clock, ZoneInfo(settings.web.timezone), node),
            Reconcile(self._requests, asking, self._inbox, db, clock, node),
            TrendSync(asking, self._inbox, db, clock, node),
            LineupSync(asking, self._inbox, db, clock, node),
            EndedDetails(asking, self._inbox, db, clock, node),
            CatalogueSync(asking, names, db, clock),
            self._unreadables,
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
        feed = PushFeed(stream, self._read_push, self._inbox, self._unreadables, self._signs)
        return [feed, *self._polls, self._beat]
