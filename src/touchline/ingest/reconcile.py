"""Asking the provider about single matches, and the queue of those questions.

`unknown` ids are asked for by id: whether the schedule has them. `history` is asked once a match; a
question lost on the way (a crash, a full queue) is found again in the rows that wait for its answer.
What other parts ask is answered between them (`answering.py`).
An id that is not in an answer is absent: said as `match.absent`, never replaced by another.
Whatever comes back goes through the inbox like everything else.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import ProviderAnswer, ProviderError
from touchline.football.model import Observation, Source
from touchline.ids import MatchId
from touchline.ingest.answering import Answering
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.pace import FLOOR_S, real_s
from touchline.provider.port import Reading, Report
from touchline.store import fixtures
from touchline.store.db import Database

QUEUE_MAX = 1_000
BY_ID_MAX = 10
"""Calls for single matches in one turn."""
COOLDOWN_S = 300.0
"""Football seconds before a match is asked about again for the same cause."""
COOLDOWN_FLOOR_S = 30.0
IDLE_S = 1.0
"""Real seconds between two looks for what other processes ask."""
RETRY_S = 10.0
LOOK_S = 300.0
"""Real seconds between two looks for rows that still want their history."""
ASKED_MAX = 10_000
"""Matches remembered as asked for their history."""
TRIES_MAX = 3
"""A match about which the provider's answer is none is asked about so often before it has its cool-down."""


class Cause(StrEnum):
    """Why a match is asked about."""

    UNKNOWN = "unknown"
    HISTORY = "history"


class Requests:
    """Questions about single matches: each once, oldest first, with a cool-down. Full, it takes no more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._log = structlog.get_logger().bind(part="reconcile")
        self._queue: OrderedDict[tuple[Cause, MatchId], None] = OrderedDict()
        self._asked: OrderedDict[tuple[Cause, MatchId], float] = OrderedDict()
        self._histories: OrderedDict[MatchId, None] = OrderedDict()
        self._tries: OrderedDict[tuple[Cause, MatchId], int] = OrderedDict()
        """How often the answer was none."""
        self._full = False
        self.wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    def unknown(self, match_id: MatchId) -> None:
        """Claims came about a match that has no row."""
        self._add(Cause.UNKNOWN, match_id)

    def history(self, match_id: MatchId) -> None:
        """A finished match needs its `live/history`."""
        self._add(Cause.HISTORY, match_id)

    def recall(self, match_ids: Iterable[MatchId]) -> None:
        """These want their history: ask for those that this process has not asked for yet."""
        for match_id in match_ids:
            if match_id not in self._histories:
                self.history(match_id)

    def known(self, match_id: MatchId) -> None:
        """The match has a row now: no need to ask whether the schedule has it."""
        self._queue.pop((Cause.UNKNOWN, match_id), None)

    def take(self, cause: Cause, most: int) -> list[MatchId]:
        """The oldest questions of one cause; they are in their cool-down from now on."""
        taken = [match_id for why, match_id in self._queue if why is cause][:most]
        for match_id in taken:
            del self._queue[cause, match_id]
            self._asked[cause, match_id] = self._clock.monotonic()
            if cause is Cause.HISTORY:
                self._histories[match_id] = None
        while len(self._histories) > ASKED_MAX:
            self._histories.popitem(last=False)
        return taken

    def again(self, cause: Cause, match_ids: Iterable[MatchId]) -> None:
        """The provider gave no answer: these are still to be asked."""
        for match_id in match_ids:
            self._asked.pop((cause, match_id), None)
            if cause is Cause.HISTORY:
                self._histories.pop(match_id, None)
            self._queue[cause, match_id] = None
            self._queue.move_to_end((cause, match_id), last=False)

    def later(self, cause: Cause, match_id: MatchId) -> None:
        """What the provider answered about this one was no answer: it is asked again behind all others."""
        key = cause, match_id
        tries = self._tries.pop(key, 0) + 1
        if cause is Cause.HISTORY:
            self._histories.pop(match_id, None)  # its row still says so, and is found
        if tries >= TRIES_MAX:
            return
        self._tries[key] = tries
        while len(self._tries) > QUEUE_MAX:
            self._tries.popitem(last=False)
        self._asked.pop(key, None)
        self._queue[key] = None

    def _add(self, cause: Cause, match_id: MatchId) -> None:
        self._forget_old()
        if (cause, match_id) in self._queue or (cause, match_id) in self._asked:
            return
        if len(self._queue) >= QUEUE_MAX:
            if not self._full:
                self._log.warning("match.reconcile.full", queue_max=QUEUE_MAX)
            self._full = True
            return
        self._full = False
        self._queue[cause, match_id] = None
        self.wake.set()

    def _forget_old(self) -> None:
        cooldown_s = real_s(self._clock, COOLDOWN_S, COOLDOWN_FLOOR_S)
        latest = self._clock.monotonic() - cooldown_s
        while self._asked:
            oldest, asked = next(iter(self._asked.items()))
            if asked > latest and len(self._asked) <= QUEUE_MAX:
                break
            del self._asked[oldest]


class Reconcile:
    """The loop `reconcile_worker`."""

    name = "reconcile_worker"
    interval = "queue"
    batch_size = BY_ID_MAX

    def __init__(
        self, requests: Requests, asking: Asking, inbox: Inbox, db: Database, clock: Clock, node: str
    ) -> None:
        self.wake = requests.wake
        self._requests = requests
        self._asking = asking
        self._inbox = inbox
        self._db = db
        self._clock = clock
        self._log = structlog.get_logger().bind(worker=self.name)
        self._look_due = float("-inf")
        self._answering = Answering(asking, inbox, db, clock, node)
        self._records = Channel(Source.RECENT_LIST, f"reconcile-{node}")
        self._histories = Channel(Source.LIVE_HISTORY, f"reconcile-{node}")

    async def turn(self) -> timedelta:
        """Ask what is queued, at most BY_ID_MAX calls by id for each cause, then what others ask."""
        if not self._inbox.has_room:
            return timedelta(seconds=FLOOR_S)
        if self._clock.monotonic() >= self._look_due:
            await self._recall()
        answered = await self._ask_each(Cause.UNKNOWN)
        answered &= await self._ask_each(Cause.HISTORY)
        more = await self._answering.turn()
        if not answered:
            return timedelta(seconds=RETRY_S)
        return timedelta(seconds=FLOOR_S if more or len(self._requests) else IDLE_S)

    async def _recall(self) -> None:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            self._requests.recall(await fixtures.unsettled(tx, QUEUE_MAX))
        self._look_due = self._clock.monotonic() + LOOK_S

    async def _ask_each(self, cause: Cause) -> bool:
        """Ask by id; whether the provider answered every time."""
        wanted = self._requests.take(cause, BY_ID_MAX)
        answered = True
        for place, match_id in enumerate(wanted):
            asked_at_ms = now_ms(self._clock)
            try:
                reading = await self._by_id(cause, match_id)
            except ProviderAnswer:  # about this one alone: the others are not held up by it
                self._requests.later(cause, match_id)
                answered = False
                continue
            except ProviderError:
                self._requests.again(cause, reversed(wanted[place:]))
                return False
            self._inbox.put(self._about(cause, match_id, reading, asked_at_ms))
        return answered

    async def _by_id(self, cause: Cause, match_id: MatchId) -> Reading:
        if cause is Cause.HISTORY:
            history = self._asking.pull.live_history(match_id)
            return await self._asking.demand("match/live/history", history)
        return await self._asking.demand("match/recent/list", self._asking.pull.recent_by_id(match_id))

    def _about(self, cause: Cause, match_id: MatchId, reading: Reading, asked_at_ms: int) -> list[Observation]:
        found: list[Report] = [report for report in reading.reports if report.match_id == match_id]
        if not found:
            self._log.warning("match.absent", match_id=match_id, asked=cause.value)
        channel = self._histories if cause is Cause.HISTORY else self._records
        return channel.hear(found, asked_at_ms)
