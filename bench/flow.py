"""A matchday in the database, and changes that flow into it through the product's one writer."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import psycopg
import uvloop

from touchline.clock import SystemClock, now_ms
from touchline.football.model import (
    Answer,
    Counts,
    Goals,
    Observation,
    Says,
    Schedule,
    Source,
    Status,
    StatusClaim,
)
from touchline.ids import MatchId
from touchline.ingest.writer import Writer
from touchline.metrics import Metrics
from touchline.settings.parts import Orchestrator
from touchline.store.db import Database

BEGAN_AGO_S = 600
BATCH = 200
NAMES = """
INSERT INTO catalogue (kind, id, name, country_id, updated_at)
SELECT
    'team', 'team' || lpad(n::text, 11, '0'),
    (ARRAY['Northern', 'Harbour', 'Upper', 'Royal', 'Saint'])[n % 5 + 1] || ' '
    || (ARRAY['Rovers', 'Athletic', 'Wanderers', 'United', 'Rangers', 'City'])[n % 6 + 1] || ' ' || n, '', 1
FROM generate_series(1, 400) AS n
UNION ALL
SELECT 'competition', 'comp' || lpad(n::text, 11, '0'), 'League of the ' || n || '. division', 'country1', 1
FROM generate_series(1, 20) AS n
UNION ALL SELECT 'country', 'country1', 'Freedonia', '', 1
ON CONFLICT DO NOTHING
"""


@dataclass
class Flow:
    """What has been sent: one instant (monotonic) a change, in the order of their rows."""

    began: list[float] = field(default_factory=list)
    rate: float = 0.0
    """Changes a second that were achieved."""


class Matchday:
    """Matches in play, and a writer that changes them one after another: a corner each, or a goal."""

    def __init__(self, conninfo: str, matches: int, *, goals: bool = False) -> None:
        self._conninfo = conninfo
        self._goals = goals
        self._ids = [MatchId(f"bench{number:010}") for number in range(1, matches + 1)]
        self._writes = 0

    def kick_off(self) -> None:
        """Make the names and the matches, and let every match run."""
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(NAMES)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._kick_off())

    @contextlib.contextmanager
    def flowing(self, per_s: float, seconds: float | None = None) -> Iterator[Flow]:
        """Change a match so many times a second while the block runs (at most `seconds`).

        Changes that are due together are one batch, as ingest would have them.
        """
        flow, stop = Flow(), threading.Event()

        def work() -> None:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._change(flow, stop, per_s, seconds))

        thread = threading.Thread(target=work, name="flow")
        thread.start()
        try:
            yield flow
            if seconds is not None:
                thread.join()
        finally:
            stop.set()
            thread.join()

    async def _kick_off(self) -> None:
        async with self._writer() as writer:
            clock = SystemClock()
            for start in range(0, len(self._ids), BATCH):
                now = now_ms(clock)
                ids = self._ids[start : start + BATCH]
                await writer.write([self._scheduled(id_, now) for id_ in ids])
                await writer.write([self._scored(id_, now) for id_ in ids])

    async def _change(self, flow: Flow, stop: threading.Event, per_s: float, seconds: float | None) -> None:
        clock = SystemClock()
        async with self._writer() as writer:
            start = time.monotonic()
            while not stop.is_set() and (seconds is None or time.monotonic() - start < seconds):
                due = int((time.monotonic() - start) * per_s) + 1 - len(flow.began)
                if due > 0:
                    began, now = time.monotonic(), now_ms(clock)
                    claims = [self._scored(id_, now) for id_ in self._next(due)]
                    for outcome in await writer.write(claims):
                        assert outcome.answer is Answer.SUCCESS, outcome
                    flow.began += [began] * len(claims)
                await asyncio.sleep(min(0.05, 0.5 / per_s))
            flow.rate = len(flow.began) / (time.monotonic() - start)

    @contextlib.asynccontextmanager
    async def _writer(self):  # type: ignore[no-untyped-def]
        async with Database.open(self._conninfo, name="flow", min_size=1, max_size=2, timeout_s=5) as db:
            yield Writer(db, SystemClock(), Metrics(), Orchestrator())

    def _next(self, count: int) -> Sequence[MatchId]:
        most = min(count, len(self._ids))
        return [self._ids[(self._writes + step) % len(self._ids)] for step in range(most)]

    def _scheduled(self, match_id: MatchId, now: int) -> Observation:
        number = int(match_id[5:])
        says = Says(
            schedule=Schedule(
                match_time=now // 1000 - BEGAN_AGO_S,
                competition_id=f"comp{number % 20 + 1:011}",
                home_team_id=f"team{number * 2 - 1:011}",
                away_team_id=f"team{number * 2:011}",
            )
        )
        return Observation(
            match_id=match_id,
            source=Source.DIARY,
            channel="bench",
            observed_at_ms=now,
            seq=self._step(),
            says=says,
        )

    def _scored(self, match_id: MatchId, now: int) -> Observation:
        seq = self._step()
        scored = 1 + seq // len(self._ids) if self._goals else 1
        says = Says(
            status=StatusClaim(
                Status.FIRST_HALF, now // 1000 - BEGAN_AGO_S if seq <= 3 * len(self._ids) else None
            ),
            goals=Goals((scored, 0, 0, 0), (1, 0, 0, 0)),
            counts=Counts((0, 1, seq % 30_000), (0, 2, 4)),
        )
        return _claim(match_id, Source.MQTT, now, seq, says)

    def _step(self) -> int:
        self._writes += 1
        return self._writes


def _claim(match_id: MatchId, source: Source, now: int, seq: int, says: Says) -> Observation:
    return Observation(
        match_id=match_id, source=source, channel="bench", observed_at_ms=now, seq=seq, says=says
    )
