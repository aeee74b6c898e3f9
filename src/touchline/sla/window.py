"""The live window by the clock: a fixture comes into it at its time, and falls out when expected for too long.

Nothing about the match moves with that, so a change row of its own tells it. One row of the watch holds up
to when all is told; whoever holds it tells what has come since.
"""

import asyncio
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms, real_until
from touchline.store import changes, watch
from touchline.store.db import Database

LOOK_S, FLOOR_S = 30.0, 0.25
"""Football seconds until the next look where no border is in sight, and the floor in real seconds."""
LOOK_FLOOR_S = 2.0
AWAKE_TURNS = 2
AWAKE_MARGIN_S = 5.0
LEAD_MAX_S = 180
"""Football seconds by which another process's clock may be ahead of ours; what is further was a wrong clock."""
GAP_MAX_S = 3_600
"""Borders that were crossed longer ago are not told: readers went by their own clocks since."""
BATCH = 5_000
"""More than the fixtures of a busy day."""


class WindowTimer:
    """The loop `live_window`. Any number may run."""

    name = "live_window"
    interval = "each match's border; 30 s"
    batch_size = BATCH

    def __init__(self, db: Database, clock: Clock, window_s: int) -> None:
        self.wake = asyncio.Event()
        self._db = db
        self._clock = clock
        self._window_s = window_s
        self._log = structlog.get_logger().bind(worker=self.name)

    async def turn(self) -> timedelta:
        """Tell who crossed a border; the wait is until the next one."""
        look_s = max(LOOK_FLOOR_S, LOOK_S / self._clock.speed)
        async with self._db.transaction(now_ms(self._clock)) as tx:
            held = await watch.hold(tx, "window")
            since = _since(held.told_ts, tx.now)
            moved = await watch.crossed(tx, since, self._window_s, BATCH) if since < tx.now else []
            upcoming = await watch.next_crossing(tx, self._window_s)
            await watch.told(tx, "window", max(since, tx.now), AWAKE_TURNS * look_s + AWAKE_MARGIN_S)
            if moved:
                await changes.append_by_time(tx, "window", moved)
        if moved:
            self._log.debug("window.told", matches=len(moved))
        until_s = look_s if upcoming is None else real_until(self._clock, upcoming)
        return timedelta(seconds=max(FLOOR_S, min(look_s, until_s)))


def _since(told_ts: int, now: int) -> int:
    """From when on borders are to be told: nothing before the first look, nor what is too old to be news."""
    if told_ts == 0 or told_ts > now + LEAD_MAX_S:
        return now
    return max(told_ts, now - GAP_MAX_S)
