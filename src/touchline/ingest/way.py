"""The way from an answer of the provider to the database: what every process that asks is made of.

Its loops must be running wherever anything is asked. What a task hands over with `write` is decided and
committed by the same writer as everything else, and the task goes on when it is.
"""

import os
import secrets
from collections.abc import Sequence

from touchline.clock import Clock
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.intake import Asks, Intake
from touchline.ingest.names import Names
from touchline.ingest.ports import Pull
from touchline.ingest.unreadable import Unreadables
from touchline.ingest.waiting import WaitingRoom
from touchline.ingest.writer import Writer
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.provider.port import Reading
from touchline.settings.parts import Settings
from touchline.store.db import Database
from touchline.task import Done


class Way:
    """One process's inbox with the writer behind it, and what it asks through. `asks` hears what is missing.

    `node` is a name that no other start of a process has; one is made up where none is given.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        metrics: Metrics,
        settings: Settings,
        pull: Pull,
        asks: Asks,
        node: str | None = None,
    ) -> None:
        # Not the process id: in a container every start has the same, and channels count from 1 anew.
        self.node = node or f"{os.uname().nodename}-{secrets.token_hex(4)}"
        self.db = db
        self.clock = clock
        self.unreadables = Unreadables(db, clock, metrics)
        self.inbox = Inbox(settings.thesports.queue_max, settings.orchestrator.batch_max, clock, metrics)
        self.asking = Asking(pull, clock, self.unreadables)
        self.names = Names(db, clock)
        self.waiting = WaitingRoom(clock, metrics)
        self.writer = Writer(db, clock, metrics, settings.orchestrator)
        self.intake = Intake(self.inbox, self.writer, self.waiting, asks, self.unreadables, db, clock)

    @property
    def loops(self) -> Sequence[Loop]:
        """The writing of claims, and the keeping of what could not be read."""
        return self.intake, self.unreadables

    async def write(self, channel: Channel, reading: Reading, asked_at_ms: int) -> Done:
        """Hand over what `reading` claims through `channel`; return when it is written.

        What could not be read of it counts as failed. Raises StoreUnavailable.
        """
        await self.inbox.deliver(channel.hear(reading.reports, asked_at_ms))
        return Done(items=len(reading.reports), failed=len(reading.unreadable))
