"""Who hears that the change stream has grown: a wake-up only, never the news itself."""

from typing import Protocol

import psycopg
from psycopg import AsyncConnection, sql

from touchline.errors import StoreUnavailable
from touchline.store.changes import CHANNEL

CONNECT_TIMEOUT_S = 2
LISTEN = sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL))


class Ears(Protocol):
    """One listener. Ears that were lost hear nothing until they are opened again."""

    async def open(self) -> None:
        """Listen from now on; does nothing while they listen. Raises StoreUnavailable."""

    async def hear(self, within_s: float) -> None:
        """Wait for a notification since they were opened or last heard, at most so long, or for their loss."""

    async def close(self) -> None:
        """Stop listening."""


class PostgresEars:
    """LISTEN on a connection of its own."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._line: AsyncConnection | None = None

    async def open(self) -> None:
        if self._line is not None and not self._line.closed:
            return
        try:
            self._line = await AsyncConnection.connect(
                self._conninfo,
                autocommit=True,
                connect_timeout=CONNECT_TIMEOUT_S,
                application_name="touchline-follower",
            )
            await self._line.execute(LISTEN)
        except psycopg.OperationalError as error:
            raise StoreUnavailable("the database does not answer") from error

    async def hear(self, within_s: float) -> None:
        if self._line is None:
            return
        try:
            async for _ in self._line.notifies(timeout=within_s, stop_after=1):
                pass
        except psycopg.OperationalError:
            await self.close()

    async def close(self) -> None:
        if self._line is not None:
            await self._line.close()
            self._line = None
