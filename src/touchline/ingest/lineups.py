"""Who plays: asked for from an hour before a match until it is confirmed, and now and then while it is played.

Only where the provider says that it has a line-up (`coverage.lineup`). Ratings and marks of players move
while the ball does.
"""

from touchline.clock import now_ms
from touchline.errors import ProviderAnswer, ProviderError
from touchline.football.model import Source
from touchline.ids import MatchId
from touchline.ingest.asked import Asked
from touchline.ingest.channel import Channel
from touchline.ingest.way import Way
from touchline.store import fixtures
from touchline.task import Done, Run

AHEAD_S = 3_600
"""How long before its time a match is asked about."""
AGAIN_S, AGAIN_FLOOR_S = 840.0, 60.0
"""Between two questions about one match, whether or not it had a line-up, or there was an answer at all. A
little less than from one run to the next, lest a run that starts late make the next one pass a match by."""


class LineupSync:
    """The job `lineup_pre_sync`."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._asked = Asked(way.clock, AGAIN_S, floor_s=AGAIN_FLOOR_S)
        self._channel = Channel(Source.LINEUP_DETAIL, f"lineup-{way.node}")

    async def run(self, run: Run) -> Done:
        """Ask about some matches, those first that were asked about longest ago.

        An answer that is none is passed over. The first question without any ends it: raises ProviderError,
        StoreUnavailable.
        """
        items = failed = 0
        for match_id in (await self._due())[: run.batch_size]:
            try:
                done = await self._ask(match_id)
            except ProviderAnswer:
                failed += 1
                continue
            items, failed = items + 1, failed + done.failed
        return Done(items=items, failed=failed)

    async def _due(self) -> list[MatchId]:
        async with self._way.db.transaction(now_ms(self._way.clock)) as tx:
            wanted = await fixtures.want_lineup(tx, AHEAD_S)
        return sorted(filter(self._asked.is_due, wanted), key=self._asked.when)

    async def _ask(self, match_id: MatchId) -> Done:
        asked_at_ms = now_ms(self._way.clock)
        asking = self._way.asking
        try:
            reading = await asking.demand("match/lineup/detail", asking.pull.lineup(match_id))
        except ProviderError:
            self._asked.note(match_id, answered=False)
            raise
        done = await self._way.write(self._channel, reading, asked_at_ms)
        self._asked.note(match_id, answered=True)
        return done
