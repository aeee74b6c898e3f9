"""Running matches for the tests of the minute engine, written straight into the table."""

from typing import Any

from touchline.clock import SteppedClock
from touchline.jobs.minute import MinuteEngine
from touchline.metrics import Metrics
from touchline.settings.parts import MatchMinute
from touchline.store import changes
from touchline.store.db import Database, Row

T = 1_770_000_000
METRICS = Metrics()

KICK_OFF = """
INSERT INTO ts_matches (
    external_id, match_time, status_id, phase_entered_ts, first_half_kickoff_ts, second_half_kickoff_ts,
    overtime_kickoff_ts, minute, last_minute_update_ts, updated_at, created_at
) VALUES (
    %(id)s, %(match_time)s, %(status_id)s, %(phase_entered_ts)s, %(first_half_kickoff_ts)s,
    %(second_half_kickoff_ts)s, %(overtime_kickoff_ts)s, %(minute)s, %(last_minute_update_ts)s, now(), now()
)
"""
ANNOUNCE = """
INSERT INTO kickoff_revision (
    match_id, period, seq, kickoff_ts, delta_s, source, observed_at_ms, followed, reason
) VALUES (%(id)s, 'overtime', 1, %(stamp)s, 950, 'mqtt', %(stamp)s * 1000::bigint, TRUE, 'et_second_period')
"""


class Pitch:
    """A database with running matches, and an engine that looks after them."""

    def __init__(self, db: Database, start: float = T) -> None:
        self.db = db
        self.clock = SteppedClock(start)
        self.engine = self.an_engine()

    def an_engine(self, batch_size: int = 100, max_updates_per_tick: int = 50) -> MinuteEngine:
        """One more engine on the same clock."""
        settings = MatchMinute(batch_size=batch_size, max_updates_per_tick=max_updates_per_tick)
        return MinuteEngine(self.db, self.clock, METRICS, settings)

    async def kick_off(self, id_: str = "aaaaaaaaaaaaaaa", **columns: Any) -> str:
        """A match in its first half since T."""
        row: dict[str, Any] = {
            "id": id_,
            "match_time": T,
            "status_id": 2,
            "phase_entered_ts": T,
            "first_half_kickoff_ts": T,
            "second_half_kickoff_ts": None,
            "overtime_kickoff_ts": None,
            "minute": None,
            "last_minute_update_ts": None,
        }
        async with self.db.transaction(T * 1000) as tx:
            await tx.execute(KICK_OFF, row | columns)
        return id_

    async def announce_second_period(self, id_: str, stamp: int) -> None:
        """A stamp of its own for the second period of extra time."""
        async with self.db.transaction(T * 1000) as tx:
            await tx.execute(ANNOUNCE, {"id": id_, "stamp": stamp})

    async def set(self, assignments: str, **values: Any) -> None:
        """Change every match as the writer would: with a new version."""
        async with self.db.transaction(T * 1000) as tx:
            await tx.execute(b"UPDATE ts_matches SET version = version + 1, " + assignments.encode(), values)
        self.engine.start_over()

    async def rows(self) -> list[dict[str, Any]]:
        """Every row, whole."""
        async with self.db.transaction(T * 1000) as tx:
            found: list[Row] = await tx.rows("SELECT to_jsonb(m) FROM ts_matches AS m ORDER BY external_id")
        return [row[0] for row in found]

    async def minutes(self) -> list[int | None]:
        """The stored minute of every match, by id."""
        return [row["minute"] for row in await self.rows()]

    async def stream(self) -> list[changes.Change]:
        """The change stream from its beginning."""
        async with self.db.transaction(T * 1000) as tx:
            return list(await changes.after(tx, changes.ChangeSeq(0), 100_000))

    async def texts(self) -> list[str]:
        """What the change stream shows, in its order."""
        return [change.minute_text for change in await self.stream()]
