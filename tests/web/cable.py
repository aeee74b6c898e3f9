"""The cable between a browser and the server, which a test may pull out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

PIECE_BYTES = 64 * 1024


class Cable:
    """Carries bytes both ways while it is plugged in; pulled out, it ends all calls and takes none."""

    def __init__(self, address: str) -> None:
        there = urlsplit(address)
        self._there = (there.hostname or "", there.port or 80)
        self.was_cut = False
        self._plugged = True
        self._sound = asyncio.Event()
        self._sound.set()
        self._calls: set[asyncio.StreamWriter] = set()

    def pull(self) -> None:
        """Cut every connection, and every one that is tried from now on."""
        self._plugged = False
        self.was_cut = True
        for call in self._calls:
            call.transport.abort()

    def plug(self) -> None:
        """Carry again."""
        self._plugged = True

    def mute(self) -> None:
        """Carry nothing more, and let nobody know."""
        self._sound.clear()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end is done with it."""
        if not self._plugged:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(*self._there)
        ends = {writer, far_writer}
        self._calls |= ends
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer))
                group.create_task(self._pump(far_reader, writer))
        finally:
            self._calls -= ends

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(PIECE_BYTES):
                await self._sound.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def cable(address: str) -> AsyncIterator[tuple[Cable, str]]:
    """A cable to `address`, and the address of its near end."""
    laid = Cable(address)
    server = await asyncio.start_server(laid.carry, "127.0.0.1", 0)
    async with server:
        yield laid, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        laid.pull()
