"""Matches the provider has taken back: they leave every view, their rows stay."""

from touchline.clock import Clock, now_ms
from touchline.football.model import Says, Source
from touchline.ids import MatchId
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.provider.port import Report
from touchline.store import matches
from touchline.store.db import Database
from touchline.task import Done, Run


class DeletedSync:
    """The job `deleted_sync`: one call; the same ids come for a day, and change nothing the second time."""

    def __init__(self, asking: Asking, inbox: Inbox, db: Database, clock: Clock, node: str) -> None:
        self._asking = asking
        self._inbox = inbox
        self._db = db
        self._clock = clock
        self._channel = Channel(Source.DELETED, f"deleted-{node}")

    async def run(self, run: Run) -> Done:
        """Ask, and hand over what concerns matches we have. Raises ProviderError without an answer."""
        asked_at_ms = now_ms(self._clock)
        gone = await self._asking.demand("deleted", self._asking.pull.deleted())
        known = await self._known(set(gone.matches))
        reports = [Report(match_id=match_id, says=Says(deleted=True)) for match_id in sorted(known)]
        await self._inbox.deliver(self._channel.hear(reports, asked_at_ms))
        return Done(items=len(reports))

    async def _known(self, match_ids: set[MatchId]) -> set[MatchId]:
        if not match_ids:
            return set()
        async with self._db.transaction(now_ms(self._clock)) as tx:
            return await matches.known(tx, match_ids)
