"""Names of things, on their way into the catalogue."""

from collections.abc import Sequence

from touchline.clock import Clock, now_ms
from touchline.provider.port import CatalogueRecord
from touchline.store import catalogue
from touchline.store.db import Database


class Names:
    """Keeps what any answer says about competitions, teams and the like."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def keep(self, records: Sequence[CatalogueRecord]) -> None:
        """Insert what is new, update what is newer. Raises StoreUnavailable."""
        if records:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                await catalogue.upsert(tx, records)
