"""One tick of the minute engine over many live matches, beside one UPDATE statement a match."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import psycopg

from bench.report import Row
from touchline import log
from touchline.clock import SystemClock
from touchline.embedded.postgres import Postgres
from touchline.jobs.minute import MinuteEngine
from touchline.metrics import Metrics
from touchline.settings import MatchMinute
from touchline.store.db import Database
from touchline.store.migrate import migrate

T = 1_770_000_000
SIZES = (200, 2_000, 10_000)
LIMIT_S = 0.5
ROUNDS = 5

MATCHES = """
INSERT INTO ts_matches
    (external_id, match_time, status_id, phase_entered_ts, second_half_kickoff_ts, updated_at, created_at)
SELECT 'bench' || lpad(n::text, 10, '0'), %(now)s - 7200, 4, %(now)s - 600, %(now)s - 600 - n %% 50, now(), now()
FROM generate_series(1, %(matches)s) AS n
"""


class HandClock(SystemClock):
    """Football time is put forward by hand; real time is real."""

    ahead = 0.0

    def now(self) -> float:
        return T + HandClock.ahead
