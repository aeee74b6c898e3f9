"""Matches the provider has taken back: they leave every view, their rows stay."""

from touchline.clock import now_ms
from touchline.football.model import Says, Source
from touchline.ids import MatchId
from touchline.ingest.channel import Channel
from touchline.ingest.way import Way
from touchline.provider.port import Report
from touchline.store import matches
from touchline.task import Done, Run


class DeletedSync:
    """The job `deleted_sync`: one call; the same ids come for a day, and change nothing the second time."""

    def __init__(self, way: Way) -> None:
        self._asking = way.asking
        self._inbox = way.inbox
        self._db = way.db
        self._clock = way.clock
        self._channel = Channel(Source.DELETED, f"deleted-{way.node}")

    async def run(self, run: Run) -> Done:
        """Ask, and hand over what concerns matches we have. Raises ProviderError without an answer."""
        asked_at_ms = now_ms(self._clock)
        gone = await self._asking.demand("deleted", self._asking.pull.deleted())
        known = await self._known(set(gone.matches))
        reports = [Report(match_id=match_id, says=Says(deleted=True)) for match_id in sorted(known)]
        await self._inbox.deliver(self._channel.hear(reports, asked_at_ms))
        return Done(items=len(reports), failed=len(gone.unreadable))

    async def _known(self, match_ids: set[MatchId]) -> set[MatchId]:
        if not match_ids:
            return set()
        async with self._db.transaction(now_ms(self._clock)) as tx:
            return await matches.known(tx, match_ids)
