"""A simulated process: begun, stopped in the middle, gone on, killed and begun anew under another name."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context

from touchline.proving.loop import PROCESS, VirtualLoop

Main = Callable[["Process"], Awaitable[None]]


class Process:
    """One role of the installation. `name` is another one after each start."""

    def __init__(
        self, role: str, loop: VirtualLoop, main: Main, on_end: Callable[[str, BaseException], None]
    ) -> None:
        self.name = ""
        self.up = False
        self.stopped = False
        self._role = role
        self._loop = loop
        self._main = main
        self._on_end = on_end
        self._starts = 0

    def start(self) -> None:
        """Begin, as a new process that remembers nothing."""
        self._starts += 1
        self.name = f"{self._role}.{self._starts}"
        self.up = True
        context = copy_context()
        context.run(PROCESS.set, self.name)
        task = self._loop.create_task(self._run(), context=context, name=self.name)
        task.add_done_callback(self._ended)

    def kill(self) -> None:
        """Nothing of it happens any more."""
        self.up = self.stopped = False
        self._loop.freeze(self.name)

    def stop(self) -> None:
        """It stands still, with whatever it holds."""
        self.stopped = True
        self._loop.freeze(self.name)

    def go_on(self) -> None:
        """It goes on where it stood."""
        self.stopped = False
        self._loop.thaw(self.name)

    async def _run(self) -> None:
        await self._main(self)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A process ends by being killed only: whatever else ended it is a fault of the product."""
        if self.up and not task.cancelled() and (error := task.exception()) is not None:
            self._on_end(self.name, error)
