"""What the provider says of a match once it is over: statistics of the halves, the whole trend, final ratings.

Each part is asked for a minute after the end, and once or twice again where the answer brought nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from touchline.clock import Clock, now_ms
from touchline.football.model import Group, Source
from touchline.ids import MatchId
from touchline.ingest.asked import Asked
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.pace import FLOOR_S, pace
from touchline.ingest.ports import Pull
from touchline.provider.port import Reading
from touchline.store import fixtures
from touchline.store.db import Database

PACE_S, PACE_FLOOR_S = 60.0, 5.0
AFTER_S = 60
"""From the end of a match to the first question."""
BACK_S = 6 * 3_600
"""A match that ended longer ago is left alone."""
AGAIN_S, AGAIN_FLOOR_S = 600.0, 60.0
TIMES_MAX = 3


class Part(NamedTuple):
    """Something that is asked for by match."""

    source: Source
    endpoint: str
    ask: Callable[[Pull, MatchId], Awaitable[Reading]]


PARTS: Mapping[Group, Part] = {
    Group.HALVES: Part(
        Source.HALF_STATS, "match/half/team_stats/detail", lambda pull, match_id: pull.half_stats(match_id)
    ),
    Group.TREND: Part(
        Source.TREND_DETAIL, "match/trend/detail", lambda pull, match_id: pull.trend_detail(match_id)
    ),
    Group.LINEUP: Part(
        Source.LINEUP_DETAIL, "match/lineup/detail", lambda pull, match_id: pull.lineup(match_id)
    ),
}


class EndedDetails:
    """The loop `ended_details`."""

    name = "ended_details"
    interval = "60 s"
    batch_size = 20

    def __init__(self, asking: Asking, inbox: Inbox, db: Database, clock: Clock, node: str) -> None:
        self.wake = asyncio.Event()
        self._asking = asking
        self._inbox = inbox
        self._db = db
        self._clock = clock
        self._asked = Asked(clock, AGAIN_S, floor_s=AGAIN_FLOOR_S, times_max=TIMES_MAX)
        self._channels = {group: Channel(part.source, f"ended-{node}") for group, part in PARTS.items()}

    async def turn(self) -> timedelta:
        """Ask for some parts; for the next soon while there are more. An endpoint without an answer is left."""
        if not self._inbox.has_room:
            return timedelta(seconds=FLOOR_S)
        due = await self._due()
        silent: set[Group] = set()
        for group, match_id in due[: self.batch_size]:
            if group not in silent and not await self._ask(group, match_id):
                silent.add(group)
        if len(due) > self.batch_size and not silent:
            return timedelta(seconds=FLOOR_S)
        return pace(self._clock, PACE_S, PACE_FLOOR_S)

    async def _due(self) -> list[tuple[Group, MatchId]]:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            wanted = await fixtures.want_last_word(tx, AFTER_S, BACK_S)
        return [each for each in wanted if self._asked.is_due(each)]

    async def _ask(self, group: Group, match_id: MatchId) -> bool:
        part = PARTS[group]
        asked_at_ms = now_ms(self._clock)
        reading = await self._asking.ask(part.endpoint, part.ask(self._asking.pull, match_id))
        self._asked.note((group, match_id), answered=reading is not None)
        if reading is None:
            return False
        self._inbox.put(self._channels[group].hear(reading.reports, asked_at_ms))
        return True
