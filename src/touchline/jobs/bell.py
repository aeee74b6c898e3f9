"""Who hears that there are tickets, or that something was switched: one LISTEN connection, a wake-up each."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

import psycopg
from psycopg import AsyncConnection, sql

HEAR_S = 5.0
RETRY_S = 1.0
CONNECT_TIMEOUT_S = 2


class Bell:
    """The loop `job_bell`. It only saves time: those it wakes look by themselves as well."""

    name = "job_bell"
    interval = "push"
    batch_size = 1

    def __init__(self, conninfo: str, rings: Mapping[str, Callable[[], None]]) -> None:
        """`rings`: whom to wake, by the channel they are told on."""
        self.wake = asyncio.Event()
        self._conninfo = conninfo
        self._rings = rings
        self._line: AsyncConnection | None = None

    async def turn(self) -> timedelta:
        """Listen for a while and wake whoever is rung for; where there is no line, try again in a moment."""
        async with asyncio.TaskGroup() as group:
            told = group.create_task(self._hear())
            woken = group.create_task(self.wake.wait())
            await asyncio.wait((told, woken), return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
            if not told.done():
                told.cancel()
                return timedelta()
        return timedelta(seconds=0 if told.result() else RETRY_S)

    async def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            line, self._line = self._line, None
            await line.close()

    async def _hear(self) -> bool:
        """Whether there is a line."""
        try:
            line = self._line or await self._open()
            async for notice in line.notifies(timeout=HEAR_S, stop_after=1):
                self._rings[notice.channel]()
        except psycopg.OperationalError:
            await self.close()
            return False
        return True

    async def _open(self) -> AsyncConnection:
        self._line = await AsyncConnection.connect(
            self._conninfo,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="touchline-bell",
        )
        for channel, ring in self._rings.items():
            await self._line.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            ring()  # for what was told while nobody listened
        return self._line
