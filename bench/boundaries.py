"""The minute a reader sees, against the minute it is: 500 real matches played again, every part running.

The truth is worked out here, from the kick-off stamps the simulated provider says it has told: at which
instant which match enters which minute. What was shown is what one open stream of `/api/stream` was given.
The peer knows the same stamps and sweeps over all running matches every 30 s, with one UPDATE, in the same
database.
"""

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from bench.report import Row
from bench.stage import free_port, get, running

MATCHES = 500
TIMELINES = Path(__file__).resolve().parents[2] / "shared" / "data" / "timelines.jsonl"
BEGAN_AGO_S = 300 + 38 * 60
"""How long ago the programme began: the matches are in the last minutes of their first half, or added time."""
SECONDS, QUICK_S = 300.0, 70.0
KNOWN_MAX_S = 180.0
"""How long the platform may take to read the whole matchday, days before and after included."""
SETTLE_S = 15.0
"""From there until every minute is right."""
TOLD_AGO_S = 10.0
"""A minute whose kick-off the provider told less long before is not judged: nobody could have known it."""
LATE_S = 5.0
"""How long after the last instant a minute may still come."""
WITHIN_S = 1.0
MUST = 0.999
NAME = "minutes shown within a second"
SWEEP_S = 30.0
BASES = {2: (0,), 4: (45,), 5: (90, 105)}
"""Minutes played before the first stamp of a status, and before its second one."""

PEER = "CREATE TABLE sweep_peer (id text PRIMARY KEY, kickoff bigint NOT NULL, base int NOT NULL, minute int)"
SWEEP = """
UPDATE sweep_peer SET minute = base + (extract(epoch FROM clock_timestamp())::bigint - kickoff) / 60 + 1
WHERE minute IS DISTINCT FROM base + (extract(epoch FROM clock_timestamp())::bigint - kickoff) / 60 + 1
RETURNING id, minute
"""

Key = tuple[str, int]
"""(match, minute)"""


class Boundary(NamedTuple):
    """The instant at which a match enters a minute, Unix seconds."""

    key: Key
    at: float


class Stamp(NamedTuple):
    """A kick-off stamp as the provider told it."""

    told_at: float
    status: int
    kickoff: int
    base: int


def run(quick: bool) -> list[Row]:
    """One row: the share of minutes that were shown within a second of their instant."""
    if not TIMELINES.exists():
        return [_not_measured("../shared/data/timelines.jsonl not present")]
    seconds = QUICK_S if quick else SECONDS
    sim_port = free_port()
    environ = {
        "TOUCHLINE_SIMULATOR__HTTP_PORT": str(sim_port),
        "TOUCHLINE_SIMULATOR__TIMELINES": str(TIMELINES),
        "TOUCHLINE_SIMULATOR__TIMELINE_COUNT": str(MATCHES),
        "TOUCHLINE_SIMULATOR__START": str(int(time.time()) - BEGAN_AGO_S),
        "TOUCHLINE_THESPORTS__REQUESTS_PER_MINUTE": "600",
        "TOUCHLINE_CRESTS__ENABLED": "false",
    }
    with running("all", environ) as platform:
        _until_known(platform.address, sim_port)
        shown, swept = dict[Key, float](), dict[Key, float]()
        began, ends = time.time(), time.time() + seconds
        tasks = (
            threading.Thread(target=_read, args=(platform.port, ends + LATE_S, shown)),
            threading.Thread(
                target=_sweep, args=(platform.owner_conninfo, _plan(sim_port), ends + LATE_S, swept)
            ),
        )
        for task in tasks:
            task.start()
        for task in tasks:
            task.join()
        due = [each for match in _plan(sim_port) for each in _boundaries(match, began, ends)]
    return [_row(due, shown, swept, seconds)]


def _until_known(address: str, sim_port: int) -> None:
    """Return once the platform shows as many matches in play as the provider plays."""
    until = time.time() + KNOWN_MAX_S
    while time.time() < until:
        time.sleep(1)
        with contextlib.suppress(OSError):  # the provider may start last
            now = time.time()
            playing = sum(_running(match, now) is not None for match in _plan(sim_port))
            if json.loads(get(f"{address}/api/matches/live"))["counts"]["in_play"] >= playing:
                time.sleep(SETTLE_S)
                return
    raise RuntimeError(f"the platform does not show every match in play within {KNOWN_MAX_S:g} s")


# ---------------------------------------------------------------- what is true


def _plan(port: int) -> Sequence[Mapping[str, Any]]:
    matches: Sequence[Mapping[str, Any]] = json.loads(get(f"http://127.0.0.1:{port}/_sim/plan"))["matches"]
    return matches


def _boundaries(match: Mapping[str, Any], began: float, ends: float) -> Iterator[Boundary]:
    """Every instant in [began, ends) at which the match enters a minute by its newest stamp."""
    told = [(float(at), int(status)) for at, status, *_ in match["scores"]]
    stamps = list(_stamps(match))
    for number, stamp in enumerate(stamps):
        newer = stamps[number + 1].told_at if number + 1 < len(stamps) else ends
        left = min((at for at, status in told if at > stamp.told_at and status != stamp.status), default=ends)
        known_from = max(began, stamp.told_at + TOLD_AGO_S)
        minute = max(1, int(known_from - stamp.kickoff) // 60)
        while (at := stamp.kickoff + 60 * minute) < min(ends, newer, left):
            if at >= known_from:
                yield Boundary((match["id"], stamp.base + minute + 1), at)
            minute += 1


def _stamps(match: Mapping[str, Any]) -> Iterator[Stamp]:
    """Each stamp and the minutes before it; the second one of extra time begins its second period."""
    first_of: dict[int, int] = {}
    before: tuple[int, int] | None = None
    for at, status, _, _, kickoff in match["scores"]:
        if status not in BASES or not kickoff or (status, kickoff) == before:
            continue
        before = (status, kickoff)
        bases = BASES[status]
        second = len(bases) > 1 and kickoff - first_of.setdefault(status, kickoff) >= 900
        yield Stamp(float(at), status, kickoff, bases[1 if second else 0])


# ---------------------------------------------------------------- what is shown


def _read(port: int, until: float, shown: dict[Key, float]) -> None:
    """Read the stream of all matches: when each minute of each match first came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    connection.request("GET", "/api/stream", headers={"Accept": "text/event-stream"})
    answer = connection.getresponse()
    event = b""
    while time.time() < until and (line := answer.readline()):
        if line.startswith(b"event:"):
            event = line[6:].strip()
        elif event == b"match" and line.startswith(b"data:"):
            match = json.loads(line[5:])
            if match["minute"] is not None:
                shown.setdefault((match["id"], match["minute"]), time.time())
    connection.close()


def _sweep(conninfo: str, plan: Sequence[Mapping[str, Any]], until: float, swept: dict[Key, float]) -> None:
    """The peer: every match that runs now, one UPDATE over all of them every SWEEP_S."""
    now = time.time()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(PEER)
        rows = [(match["id"], stamp.kickoff, stamp.base) for match in plan if (stamp := _running(match, now))]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO sweep_peer (id, kickoff, base) VALUES (%s, %s, %s)", rows)
        while time.time() < until:
            for match_id, minute in connection.execute(SWEEP).fetchall():
                swept.setdefault((match_id, minute), time.time())
            time.sleep(SWEEP_S)


def _running(match: Mapping[str, Any], now: float) -> Stamp | None:
    """The stamp by which the match runs at `now`."""
    statuses = [int(status) for at, status, *_ in match["scores"] if at <= now]
    known = [stamp for stamp in _stamps(match) if stamp.told_at <= now]
    return known[-1] if known and statuses and statuses[-1] == known[-1].status else None


# ---------------------------------------------------------------- how it compares


def _not_measured(why: str) -> Row:
    return Row(NAME, None, None, None, f">= {100 * MUST:g} %", None, "%", why)


def _row(due: Sequence[Boundary], shown: dict[Key, float], swept: dict[Key, float], seconds: float) -> Row:
    late = sorted(shown[key] - at if key in shown else float("inf") for key, at in due)
    of_peer = [swept[key] - at for key, at in due if key in swept]
    ours = sum(abs(each) <= WITHIN_S for each in late) / len(due)
    peer = sum(abs(each) <= WITHIN_S for each in of_peer) / len(of_peer)
    worst = f"{late[-1]:.2f} s" if late[-1] < float("inf") else f"{late.count(float('inf'))} never shown"
    return Row(
        name=NAME,
        ours=100 * ours,
        peer=100 * peer,
        ratio=ours / peer if peer else None,
        must=f">= {100 * MUST:g} %",
        met=ours >= MUST,
        unit="%",
        config=(
            f"{len(due)} minutes of {len({key[0] for key, _ in due})} matches in {seconds:g} s; median "
            f"{late[len(late) // 2]:.3f} s, p99.9 {late[int(len(late) * 0.999)]:.3f} s, worst {worst}; "
            f"all parts running, one stream; peer: one UPDATE every {SWEEP_S:g} s, {len(of_peer)} minutes"
        ),
    )
