"""Thousands of readers come back at once with their `Last-Event-ID`: what the database feels of it, and how
long until every one of them is whole."""

import time

import msgspec
import psycopg
from bench.crowd import Readers, reading
from bench.fanout import MATCHES, NEWER, STREAM
from bench.flow import Matchday
from bench.report import Row
from bench.stage import Platform, get, running

MISSED = 50
LIMIT_S = 10.0
PATIENCE_S = 40.0
SETTLE_S = 3.0
SPARE = 5
"""Transactions by which two windows of one length may differ: polling does not beat in step with them."""
TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"

Connection = psycopg.Connection[tuple[int]]


def run(quick: bool) -> list[Row]:
    """Two rows: seconds until all are whole, and what the database was asked meanwhile."""
    readers = 500 if quick else 8_000
    with running() as platform:
        matchday = Matchday(platform.app_conninfo, MATCHES)
        matchday.kick_off()
        with (
            reading(platform.port, STREAM, readers) as crowd,
            psycopg.connect(platform.app_conninfo, autocommit=True) as connection,
        ):
            time.sleep(SETTLE_S)
            position = _cursor(platform)
            missed = _change(matchday, connection)
            storm, window_s, began = _come_back(crowd, connection, position, missed, readers)
            quiet = _asked_in(connection, window_s)
            _, came = crowd.stop()
    whole = {key: len(came.get(key, ())) for key in missed}
    took_s = max(max(came[key]) for key in missed) - began if min(whole.values()) == readers else float("inf")
    config = f"{readers:,} readers, {len(missed)} changes missed by each, all replayed"
    return [
        Row(
            name="reconnect storm: all readers whole",
            ours=took_s,
            peer=None,
            ratio=None,
            must=f"< {LIMIT_S:.0f} s",
            met=took_s < LIMIT_S,
            unit="s",
            config=config,
        ),
        Row(
            name="reconnect storm: transactions of the database",
            ours=storm,
            peer=quiet,
            ratio=None,
            must="as many as in quiet",
            met=storm <= quiet + SPARE,
            unit="",
            config=f"{config}; peer: {window_s:.1f} quiet seconds, as long as the storm",
        ),
    ]


def _change(matchday: Matchday, connection: Connection) -> list[str]:
    """Change some matches; the versions they have now."""
    [newest] = connection.execute("SELECT max(seq) FROM change").fetchone() or (0,)
    with matchday.flowing(MISSED, 1.0):
        pass
    time.sleep(SETTLE_S)
    return [str(seq) for (seq,) in connection.execute(NEWER, {"before": newest})]


def _come_back(
    crowd: Readers, connection: Connection, position: str, missed: list[str], readers: int
) -> tuple[int, float, float]:
    """Send all away and let them come: transactions meanwhile, seconds, the instant it began."""
    before, start = _transactions(connection), time.monotonic()
    began = float(crowd.tell("again", position)["began"])
    while time.monotonic() - start < PATIENCE_S:
        counted = crowd.tell("count")["events"]
        if all(counted.get(key) == readers for key in missed):
            break
        time.sleep(0.2)
    time.sleep(SETTLE_S)  # the database tells its counters with a delay
    return _transactions(connection) - before, time.monotonic() - start, began


def _asked_in(connection: Connection, seconds: float) -> int:
    before = _transactions(connection)
    time.sleep(seconds)
    return _transactions(connection) - before


def _transactions(connection: Connection) -> int:
    connection.execute("SELECT pg_stat_clear_snapshot()")
    [count] = connection.execute(TRANSACTIONS).fetchone() or (0,)
    return count


def _cursor(platform: Platform) -> str:
    live = msgspec.json.decode(get(f"{platform.address}/api/matches/live"))
    return str(live["cursor"])
