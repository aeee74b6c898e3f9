"""How the pressure goes: one call a minute for every match in play."""

from touchline.clock import now_ms
from touchline.football.model import Source
from touchline.ingest.channel import Channel
from touchline.ingest.way import Way
from touchline.store import fixtures
from touchline.task import Done, Run


class TrendSync:
    """The job `trend_sync`."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._channel = Channel(Source.TREND_LIVE, f"trend-{way.node}")

    async def run(self, run: Run) -> Done:
        """Ask once, if there is a match in play. Raises ProviderError, StoreUnavailable."""
        if not await self._anything_in_play():
            return Done()
        asked_at_ms = now_ms(self._way.clock)
        asking = self._way.asking
        reading = await asking.demand("match/trend/live", asking.pull.trend_live())
        return await self._way.write(self._channel, reading, asked_at_ms)

    async def _anything_in_play(self) -> bool:
        async with self._way.db.transaction(now_ms(self._way.clock)) as tx:
            return await fixtures.anything_in_play(tx)
