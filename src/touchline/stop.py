"""When a process is to end, and how long what it is doing may take."""

import asyncio
import signal

DRAIN_S = 8.0
"""Real seconds for what is under way when a process is told to end: it is gone within ten (requirement)."""
SOON_S = 3.0
"""The same when somebody sits before it and pressed Ctrl-C: at most four (requirement), five with servers."""


class Stop(asyncio.Event):
    """Set when the process is to end."""

    drain_s = DRAIN_S

    @property
    def soon(self) -> bool:
        """Whether somebody waits for it."""
        return self.drain_s < DRAIN_S

    def set_soon(self) -> None:
        """End soon."""
        if not self.is_set():
            self.drain_s = SOON_S
            self.set()

    def on_signals(self) -> None:
        """Ctrl-C ends soon, SIGTERM and a terminal that goes away end."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self.set_soon)
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.set)
