"""How many messages come: one line every 100 messages or 30 s, never one a message."""

import asyncio

import structlog

from touchline.clock import Clock

MESSAGES = 100
WINDOW_S = 30.0
TOPICS_MAX = 20


class MessageRate:
    """Counts the messages of one connection and says `websocket.msg.rate`.

    `run` is its timer; it lives in the task group of the connection and ends with it.
    """

    def __init__(self, connection_id: str, clock: Clock) -> None:
        self._connection_id = connection_id
        self._clock = clock
        self._log = structlog.get_logger()
        self._restarted = asyncio.Event()
        self._messages = 0
        self._topics: set[str] = set()
        self._since = clock.monotonic()

    def count(self, topic: str) -> None:
        """One message came."""
        self._messages += 1
        if len(self._topics) < TOPICS_MAX:
            self._topics.add(topic)
        if self._messages >= MESSAGES:
            self._say()
            self._restarted.set()

    async def run(self) -> None:
        """Say the rate whenever 30 s have passed since it was last said."""
        while True:
            self._restarted.clear()
            if not await self._clock.wait(self._restarted, WINDOW_S):
                self._say()

    def _say(self) -> None:
        now = self._clock.monotonic()
        self._log.info(
            "websocket.msg.rate",
            messages_since_last=self._messages,
            window_sec=round(now - self._since, 1),
            topics=sorted(self._topics),
            connection_id=self._connection_id,
        )
        self._messages = 0
        self._topics = set()
        self._since = now
