"""Crests of what is played around now, one logo after the other, never in a hurry."""

import asyncio
from datetime import timedelta
from enum import StrEnum

import structlog

from touchline.clock import Clock, now_ms
from touchline.ingest.crests.drawing import Drawing, draw
from touchline.ingest.crests.hosts import Hosts
from touchline.ingest.crests.refusal import OF_THE_HOST, Reason, Refused
from touchline.ingest.crests.source import Sent, Source
from touchline.metrics import Metrics
from touchline.store import crests
from touchline.store.crests import Errand
from touchline.store.db import Database

LOOK_S = 15.0
"""Real seconds between two looks for logos nobody has asked for yet."""
DRAW_MAX_S = 5.0
DAY_S = 86_400.0
AGAIN_S = 30 * DAY_S
"""A crest that was had is asked for again after this."""
FIRST_S, MOST_S = 600.0, DAY_S
"""Waits after a failure that speaks of the host: the first, doubled each time, and the longest."""
FIRST_OF_LOGO_S, MOST_OF_LOGO_S = DAY_S, AGAIN_S
"""The same after one that speaks of the logo, which will hardly be another tomorrow."""


class Result(StrEnum):
    """What came of an attempt that was not refused; with every `Reason` the labels of the metric."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    OVERTAKEN = "overtaken"
    """The catalogue named another address meanwhile; that one is due."""


class CrestSync:
    """The loop `crest_sync`: one logo a turn, at most `per_second` turns."""

    name = "crest_sync"
    interval = "15 s"
    batch_size = 1

    def __init__(self, source: Source, db: Database, clock: Clock, metrics: Metrics, per_second: int) -> None:
        self.wake = asyncio.Event()
        self._source = source
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._pace_s = 1.0 / per_second
        self._hosts = Hosts(clock, metrics)
        self._look_due = float("-inf")
        self._log = structlog.get_logger().bind(worker=self.name)

    async def turn(self) -> timedelta:
        """Ask for the next logo that is due, if there is one."""
        begun = self._clock.monotonic()
        errand = await self._next(begun)
        if errand is None:
            wait_s = self._look_due - begun
        else:
            await self._run(errand)
            wait_s = self._pace_s - (self._clock.monotonic() - begun)
        return timedelta(seconds=max(0.0, wait_s))

    async def _next(self, now: float) -> Errand | None:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            if now >= self._look_due:
                await crests.enlist(tx)
                self._look_due = now + LOOK_S
            return await crests.claim(tx, self._hosts.resting())

    async def _run(self, errand: Errand) -> None:
        try:
            sent = await self._source.fetch(errand.url, errand.etag, errand.last_modified)
            drawing = await _drawn(sent.body) if sent else None
        except Refused as refused:
            await self._refuse(errand, refused)
            return
        self._hosts.answered(errand.host)
        if sent and drawing:
            await self._keep(errand, sent, drawing)
        else:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                await crests.unchanged(tx, errand, AGAIN_S)
            self._count(Result.UNCHANGED)

    async def _keep(self, errand: Errand, sent: Sent, drawing: Drawing) -> None:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            kept = await crests.keep(
                tx,
                errand,
                drawing.pictures,
                drawing.fingerprint,
                etag=sent.etag,
                last_modified=sent.last_modified,
                wait_s=AGAIN_S,
            )
        self._count(Result.STORED if kept else Result.OVERTAKEN)
        drawn = sum(map(len, drawing.pictures.values()))
        self._log.debug("crest.stored", kind=errand.kind, id=errand.id, sent=len(sent.body), drawn=drawn)

    async def _refuse(self, errand: Errand, refused: Refused) -> None:
        reason = refused.reason
        if reason in OF_THE_HOST:
            self._hosts.failed(errand.host, reason, refused.retry_after_s)
        else:
            self._hosts.answered(errand.host)
        async with self._db.transaction(now_ms(self._clock)) as tx:
            await crests.refuse(tx, errand, reason, wait_s(reason, errand.failures))
        self._count(reason)
        say = self._log.debug if errand.failures else self._log.info
        say("crest.refused", kind=errand.kind, id=errand.id, host=errand.host, reason=reason.value)

    def _count(self, result: Result | Reason) -> None:
        self._metrics.crest_checks.labels(result.value).inc()


def wait_s(reason: Reason, failures: int) -> float:
    """How long a logo that was refused, after so many refusals before, is not asked for."""
    first_s, most_s = (FIRST_S, MOST_S) if reason in OF_THE_HOST else (FIRST_OF_LOGO_S, MOST_OF_LOGO_S)
    return min(most_s, first_s * 2.0 ** min(failures, 20))


async def _drawn(sent: bytes) -> Drawing:
    """`draw` in a thread: decoding takes milliseconds that the other loops need."""
    try:
        async with asyncio.timeout(DRAW_MAX_S):
            return await asyncio.to_thread(draw, sent)
    except TimeoutError:
        raise Refused(Reason.SLOW_TO_DRAW) from None
