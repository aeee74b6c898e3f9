"""Ingest, put together: the loops of the process that listens and polls, and the tasks of one that works."""

import calendar
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import structlog

from touchline.clock import Clock
from touchline.ids import MatchId
from touchline.ingest.catalogue import CatalogueSync
from touchline.ingest.completeness import CompletenessValidator
from touchline.ingest.crests.source import Source
from touchline.ingest.crests.sync import CrestSync
from touchline.ingest.deleted import DeletedSync
from touchline.ingest.diary import DiarySync
from touchline.ingest.ended import EndedDetails
from touchline.ingest.form import FormSync
from touchline.ingest.heartbeat import Heartbeat
from touchline.ingest.leased import Leased, give_back
from touchline.ingest.lineups import LineupSync
from touchline.ingest.live_stats import LiveStatsSync
from touchline.ingest.poll import DetailLivePoll
from touchline.ingest.ports import Pull, Push, ReadPush
from touchline.ingest.push import PushFeed, PushSigns
from touchline.ingest.recent import RecentList
from touchline.ingest.reconcile import Reconcile, Requests
from touchline.ingest.standings import StandingsSync
from touchline.ingest.trends import TrendSync
from touchline.ingest.unnamed import UnnamedLookup
from touchline.ingest.updates import DataUpdatePoll
from touchline.ingest.way import Way
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.provider.port import Kind
from touchline.settings.parts import Settings
from touchline.store.db import Database
from touchline.task import Task

HTTP, MQTT = "thesports-http", "thesports-mqtt"
"""The provider's two channels, as readers of its state know them."""
DIARIES: Mapping[str, int] = {"diary_refresh": -1, "diary_refresh_ahead": 1, "daily_diary_sync": -1}
"""Jobs that read the diary, and the first day of each, counted from today."""
FULL_ON: Mapping[Kind, int] = {Kind.PLAYER: calendar.SUNDAY}
"""Lists that are read from their beginning once a week, and on which day."""


class Worker:
    """What a process that works has of ingest: tasks, and beside them the way their claims take."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        metrics: Metrics,
        settings: Settings,
        pull: Pull,
        *,
        node: str | None = None,
    ) -> None:
        self._way = Way(db, clock, metrics, settings, pull, LeftToOthers(), node)
        self._zone = ZoneInfo(settings.web.timezone)

    def loops(self) -> list[Loop]:
        """What must be running while a task runs."""
        return [*self._way.loops]

    def tasks(self) -> Mapping[str, Task]:
        """Every task, by the key of its job."""
        way = self._way
        return {
            **{name: DiarySync(way, name, self._zone, first) for name, first in DIARIES.items()},
            "trend_sync": TrendSync(way),
            "lineup_pre_sync": LineupSync(way),
            "ended_details": EndedDetails(way),
            "data_completeness_validator": CompletenessValidator(way),
            "live_stats_sync": LiveStatsSync(way),
            "live_standings_sync": StandingsSync(way),
            "deleted_sync": DeletedSync(way),
            "h2h_pre_sync": FormSync(way),
            **{f"{kind.value}_sync": CatalogueSync(way, kind, FULL_ON.get(kind)) for kind in Kind},
        }


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

    def __init__(  # noqa: PLR0913 - what one process is made of
        self,
        db: Database,
        clock: Clock,
        metrics: Metrics,
        settings: Settings,
        pull: Pull,
        *,
        read_push: ReadPush,
        logos: Source | None = None,
        node: str | None = None,
    ) -> None:
        self._log = structlog.get_logger().bind(part="ingest")
        self._read_push = read_push
        self._pull = pull
        requests = Requests(clock)
        self._way = way = Way(db, clock, metrics, settings, pull, requests, node)
        asking, inbox = way.asking, way.inbox
        self._signs = PushSigns(clock)
        poll = DetailLivePoll(asking, inbox, self._signs, clock, way.node, settings.thesports.poll_s)
        self._poll = Leased(poll, db, clock, way.node)
        self._beat = Heartbeat(db, clock)
        alone: list[Loop] = [
            RecentList(asking, inbox, db, clock, way.node),
            DataUpdatePoll(way, metrics),
            UnnamedLookup(asking, way.names, db, clock),
        ]
        self._polls: list[Loop] = [
            *way.loops,
            self._poll,
            *(Leased(loop, db, clock, way.node) for loop in alone),
            Reconcile(requests, asking, inbox, db, clock, way.node),
        ]
        if logos is not None:
            self._polls.append(CrestSync(logos, db, clock, metrics, settings.crests.per_second))

    def connected(self, connection_id: str) -> None:
        """The push channel is connected (again): what it did not say meanwhile is asked for at once.

        By this process itself, whoever polls for the cluster: the others may have missed nothing.
        """
        self._log.debug("ingest.snapshot.wanted", connection_id=connection_id)
        self._poll.insist()

    def loops(self, stream: Push) -> list[Loop]:
        """Every loop of this process. Beside them `stream.run` must be running."""
        self._beat.follow(HTTP, lambda: self._pull.state)
        self._beat.follow(MQTT, lambda: stream.state)
        feed = PushFeed(stream, self._read_push, self._way.inbox, self._way.unreadables, self._signs)
        return [feed, *self._polls, self._beat]

    async def give_back(self) -> None:
        """Let others poll at once."""
        await give_back(self._way.db, self._way.clock, self._way.node)
