"""Who plays: asked for from an hour before a match until it is confirmed, and now and then while it is played.

Only where the provider says that it has a line-up (`coverage.lineup`). Ratings and marks of players move
while the ball does.
"""

import asyncio
from datetime import timedelta

from touchline.clock import Clock, now_ms
from touchline.football.model import Source
from touchline.ids import MatchId
from touchline.ingest.asked import Asked
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.pace import FLOOR_S, until_slot
from touchline.store import fixtures
from touchline.store.db import Database

EVERY_S, OFFSET_S = 60, 50
AHEAD_S = 3_600
"""How long before its time a match is asked about."""
AGAIN_S, AGAIN_FLOOR_S = 900.0, 60.0
"""Between two questions about one match, whether or not it had a line-up, or there was an answer at all."""


class LineupSync:
    """The loop `lineup_pre_sync`."""

    name = "lineup_pre_sync"
    interval = "60 s, at :50; 900 s a match"
    batch_size = 20

    def __init__(self, asking: Asking, inbox: Inbox, db: Database, clock: Clock, node: str) -> None:
        self.wake = asyncio.Event()
        self._asking = asking
        self._inbox = inbox
        self._db = db
        self._clock = clock
        self._asked = Asked(clock, AGAIN_S, floor_s=AGAIN_FLOOR_S)
        self._channel = Channel(Source.LINEUP_DETAIL, f"lineup-{node}")

    async def turn(self) -> timedelta:
        """Ask about some matches; about the next soon while there are more. An answer that fails ends it."""
        if not self._inbox.has_room:
            return timedelta(seconds=FLOOR_S)
        due = await self._due()
        for match_id in due[: self.batch_size]:
            if not await self._ask(match_id):
                break
        else:
            if len(due) > self.batch_size:
                return timedelta(seconds=FLOOR_S)
        return until_slot(self._clock, EVERY_S, OFFSET_S)

    async def _due(self) -> list[MatchId]:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            wanted = await fixtures.want_lineup(tx, AHEAD_S)
        return [match_id for match_id in wanted if self._asked.is_due(match_id)]

    async def _ask(self, match_id: MatchId) -> bool:
        asked_at_ms = now_ms(self._clock)
        reading = await self._asking.ask("match/lineup/detail", self._asking.pull.lineup(match_id))
        self._asked.note(match_id, answered=reading is not None)
        if reading is None:
            return False
        self._inbox.put(self._channel.hear(reading.reports, asked_at_ms))
        return True
