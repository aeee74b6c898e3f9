"""What changed besides the score, and who is asked about it.

The provider names what changed within two minutes, so each change is told several times; it counts once. A
line-up is asked for here, at once. A season whose standings moved is put down as wanted, for the job that
keeps them. Everything else is counted and left.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms
from touchline.football.model import Source
from touchline.ids import MatchId
from touchline.ingest.channel import Channel
from touchline.ingest.pace import FLOOR_S, real_s
from touchline.ingest.way import Way
from touchline.metrics import Metrics
from touchline.provider.port import Topic, Update
from touchline.store import fixtures, standings

PACE_S = 20.0
FOLLOW_UPS_MAX = 100
"""Line-ups that may wait to be asked for; what changed beyond that waits to be named again."""
REMEMBERED_MAX = 20_000
"""Changes remembered; the longest known are forgotten first."""


class DataUpdatePoll:
    """The loop `data_update_poll`. One line-up a turn, so that it never holds up the next look for long."""

    name = "data_update_poll"
    interval = "20 s"
    batch_size = FOLLOW_UPS_MAX

    def __init__(self, way: Way, metrics: Metrics) -> None:
        self.wake = asyncio.Event()
        self._way = way
        self._clock: Clock = way.clock
        self._metrics = metrics
        self._log = structlog.get_logger().bind(worker=self.name)
        self._channel = Channel(Source.LINEUP_DETAIL, f"update-{way.node}")
        self._known: OrderedDict[tuple[Topic, str], int] = OrderedDict()
        """What changed, and when it did the last time."""
        self._lineups: OrderedDict[MatchId, None] = OrderedDict()
        self._is_full = False
        self._due = float("-inf")

    async def turn(self) -> timedelta:
        """Ask what changed, if it is time, and for one of the line-ups that did."""
        now = self._clock.monotonic()
        if now >= self._due:
            self._due = now + real_s(self._clock, PACE_S)
            await self._look()
        if self._lineups and not self._way.inbox.has_room:
            return timedelta(seconds=FLOOR_S)
        if self._lineups:
            await self._ask()
        return timedelta(seconds=0.0 if self._lineups else max(0.0, self._due - self._clock.monotonic()))

    async def _look(self) -> None:
        asking = self._way.asking
        reading = await asking.ask("data/update", asking.pull.data_update())
        if reading is None:
            return
        news = [update for update in reading.updates if self._is_news(update)]
        seasons = {update.id for update in news if update.topic is Topic.STANDINGS}
        matches = [MatchId(update.id) for update in news if update.topic is Topic.LINEUP]
        async with self._way.db.transaction(now_ms(self._clock)) as tx:
            if seasons:
                await standings.want(tx, await standings.played(tx, seasons))
            followed = await fixtures.followed(tx, matches) if matches else set()
        put_off = self._put_down(match_id for match_id in matches if match_id in followed)
        for update in news:
            self._metrics.provider_updates.labels(topic=update.topic.value).inc()
            if update.id not in put_off:
                self._remember(update)

    def _is_news(self, update: Update) -> bool:
        return update.at > self._known.get((update.topic, update.id), -1)

    def _remember(self, update: Update) -> None:
        key = (update.topic, update.id)
        self._known[key] = max(update.at, self._known.pop(key, 0))
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)

    def _put_down(self, match_ids: Iterable[MatchId]) -> set[str]:
        """Ask for these line-ups soon; those there is no place for."""
        put_off: set[str] = set()
        for match_id in match_ids:
            if match_id in self._lineups or len(self._lineups) < FOLLOW_UPS_MAX:
                self._lineups[match_id] = None
            else:
                put_off.add(match_id)
        if put_off and not self._is_full:
            self._log.warning("lineups.put_off", matches=len(put_off), follow_ups_max=FOLLOW_UPS_MAX)
        self._is_full = bool(put_off)
        return put_off

    async def _ask(self) -> None:
        match_id, _ = self._lineups.popitem(last=False)
        asked_at_ms = now_ms(self._clock)
        asking = self._way.asking
        reading = await asking.ask("match/lineup/detail", asking.pull.lineup(match_id))
        if reading is not None:
            self._way.inbox.put(self._channel.hear(reading.reports, asked_at_ms))
