"""One tick of the minute engine over many live matches, beside one UPDATE statement a match."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import psycopg
import uvloop
from bench.report import Row

from touchline.clock import SystemClock
from touchline.embedded.postgres import Postgres
from touchline.jobs.minute import MinuteEngine
from touchline.metrics import Metrics
from touchline.settings.parts import MatchMinute
from touchline.store.db import Database
from touchline.store.migrate import migrate

T = 1_770_000_000
SIZES = (200, 2_000, 10_000)
LIMIT_S = 0.5
PAGE = 500

CLEAR = "TRUNCATE ts_matches, change CASCADE"
MATCHES = """
INSERT INTO ts_matches
    (external_id, match_time, status_id, phase_entered_ts, second_half_kickoff_ts, updated_at, created_at)
SELECT 'bench' || lpad(n::text, 10, '0'), %(now)s, 4, %(now)s - 600, %(now)s - 600 - n %% 50, now(), now()
FROM generate_series(1, %(matches)s) AS n
"""
ONE = "UPDATE ts_matches SET minute = %s, last_minute_update_ts = %s WHERE external_id = %s AND minute <> %s"


class HandClock:
    """Real time is real; football time stands still until it is put forward."""

    speed = 1.0

    def __init__(self, start: float) -> None:
        self._real = SystemClock()
        self.football = start

    def now(self) -> float:
        return self.football

    def real(self) -> float:
        return self._real.real()

    def monotonic(self) -> float:
        return self._real.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        return await self._real.wait(event, seconds)


def run(quick: bool) -> list[Row]:
    """A row a size and page: seconds for a tick in which every match's minute flips."""
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder) / "postgres")
        server.start()
        try:
            migrate(server.owner_conninfo)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the product runs
                return runner.run(_rows(server, rounds=3 if quick else 9))
        finally:
            server.stop()


async def _rows(server: Postgres, rounds: int) -> list[Row]:
    rows: list[Row] = []
    default = MatchMinute()
    paged = MatchMinute(batch_size=PAGE, max_updates_per_tick=PAGE)
    async with Database.open(server.app_conninfo, name="bench", min_size=1, max_size=2, timeout_s=5) as db:
        for matches in SIZES:
            _kick_off(server, matches)
            one_each_s = _one_each(server, matches)
            by_page_s = await _tick_s(db, paged, T, rounds)
            by_default_s = await _tick_s(db, default, T + 60 * rounds, rounds)
            must = f"< {LIMIT_S} s at {SIZES[-1]:,}" if matches == SIZES[-1] else ""
            rows += [
                _row(f"minute tick, {matches:,} live, page {PAGE}", by_page_s, one_each_s, must, rounds),
                _row(f"minute tick, {matches:,} live, default page", by_default_s, one_each_s, "", rounds),
            ]
    per_match = [row.ours / size for row, size in zip(rows[::2], SIZES, strict=True)]
    growth = per_match[-1] / per_match[1]
    rows.append(
        Row(
            name=f"minute tick, cost a match at {SIZES[-1]:,} against {SIZES[1]:,}",
            ours=growth,
            peer=1.0,
            ratio=growth,
            must="<= 1.5 (linear)",
            met=growth <= 1.5,
            unit="times",
            config=f"page {PAGE}",
        )
    )
    return rows


def _row(name: str, ours_s: float, peer_s: float, must: str, rounds: int) -> Row:
    return Row(
        name=name,
        ours=ours_s,
        peer=peer_s,
        ratio=ours_s / peer_s,
        must=must,
        met=ours_s < LIMIT_S if must else None,
        unit="s",
        config=f"median of {rounds}; every minute flips, change rows included; peer: one UPDATE a match, none",
    )


def _kick_off(server: Postgres, matches: int) -> None:
    with psycopg.connect(server.owner_conninfo, autocommit=True) as connection:
        connection.execute(CLEAR)
        connection.execute(MATCHES, {"now": T, "matches": matches})
        connection.execute("UPDATE ts_matches SET minute = 1, last_minute_update_ts = %s", (T,))
        connection.execute("VACUUM ANALYZE ts_matches")


def _one_each(server: Postgres, matches: int) -> float:
    """The peer: a prepared UPDATE for each match, each its own transaction."""
    ids = [f"bench{number:010}" for number in range(1, matches + 1)]
    with psycopg.connect(server.app_conninfo, autocommit=True) as connection:
        began = time.perf_counter()
        for id_ in ids:
            connection.execute(ONE, (2, T, id_, 2), prepare=True)
        return time.perf_counter() - began


async def _tick_s(db: Database, settings: MatchMinute, start: float, rounds: int) -> float:
    clock = HandClock(start)
    engine = MinuteEngine(db, clock, Metrics(), settings)
    await engine.turn()
    took: list[float] = []
    for flip in range(1, rounds + 1):
        clock.football = start + 60 * flip
        began = time.perf_counter()
        await engine.turn()
        took.append(time.perf_counter() - began)
    return statistics.median(took)
