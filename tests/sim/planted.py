"""Bugs to be planted: chosen before any seed was run, none of them after.

Each is a small wrong turn somebody could have taken. `edits` replace exact text in a copy of the
package; text that is not found is an error of the list, not a bug that was missed. Bugs in SQL are
looked for on a real Postgres, since the in-memory twin does not read SQL.
"""

from dataclasses import dataclass
from typing import Literal

Store = Literal["twin", "postgres"]


@dataclass(frozen=True, slots=True)
class Edit:
    """In `file` of the package, `old` becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Hunt:
    """What is played to find a bug: what could make it visible, chosen from what it is."""

    hours: str = "0.3"
    matches: str = "2"
    faults: str = "all"
    speed: str | None = None
    seeds: int = 200
    """How many at most, from 1 on."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A bug, and on which store its seeds are played."""

    name: str
    store: Store
    edits: tuple[Edit, ...]
    hunt: Hunt = Hunt()
    guard: str = ""
    """The tests that see it where a second guard of the product heals it before a commit shows it."""


def sql(name: str, *edits: Edit, hunt: Hunt = Hunt(seeds=60), guard: str = "") -> Planted:
    """A bug in SQL."""
    return Planted(name, "postgres", edits, hunt, guard)


def python(name: str, *edits: Edit, hunt: Hunt = Hunt(), guard: str = "") -> Planted:
    """A bug in Python."""
    return Planted(name, "twin", edits, hunt, guard)


PLANTED: tuple[Planted, ...] = (
    # ------------------------------------------------------------ in SQL
    sql(
        "the minute is written whatever the version",
        Edit("store/minutes.sql", " AND given.version = m.version", ""),
        hunt=Hunt(hours="0.2", matches="6", faults="P01,P03", seeds=30),
    ),
    sql(
        "changes are numbered without taking turns",
        Edit(
            "store/changes.sql",
            "MATERIALIZED (SELECT pg_advisory_xact_lock(4700000001))",
            "MATERIALIZED (SELECT 1)",
        ),
        hunt=Hunt(matches="4", seeds=30),
    ),
    sql(
        "rows are neither locked nor saved under their version",
        Edit(
            "store/matches.sql", "ORDER BY m.external_id\nFOR NO KEY UPDATE OF m\n", "ORDER BY m.external_id\n"
        ),
        Edit("store/matches.sql", "FOR NO KEY UPDATE OF m SKIP LOCKED", ""),
        Edit("store/matches.sql", " AND stored.version = given.version", ""),
        hunt=Hunt(hours="0.15", matches="3", faults="F43,P03", seeds=30),
    ),
    sql(
        "a kick-off is overwritten and no trigger refuses it",
        Edit(
            "store/migrations/0001_match.sql",
            "old.first_half_kickoff_ts IS NOT NULL AND new.first_half_kickoff_ts IS DISTINCT FROM"
            " old.first_half_kickoff_ts",
            "FALSE",
        ),
        Edit(
            "store/migrations/0001_match.sql",
            "AND new.second_half_kickoff_ts IS DISTINCT FROM old.second_half_kickoff_ts",
            "AND FALSE",
        ),
        Edit(
            "football/kickoff.py",
            "    if begun is None:\n        return",
            "    if begun is None or abs(stamp - begun) <= WINDOW_S:\n        return",
        ),
        hunt=Hunt(matches="6", faults="none", seeds=30),
    ),
    sql(
        "the engine raises the version",
        Edit(
            "store/minutes.sql",
            "SET minute = due.minute, last",
            "SET minute = due.minute, version = m.version + 1, last",
        ),
    ),
    sql(
        "a withdrawn incident is not marked",
        Edit("store/matches.sql", "    withdrawn_ts = excluded.withdrawn_ts,\n", ""),
        hunt=Hunt(hours="0.4", matches="8", faults="none", seeds=30),
    ),
    sql(
        "a page of changes begins with the last one",
        Edit("store/changes.sql", "WHERE seq > %(seq)s", "WHERE seq >= %(seq)s"),
    ),
    sql(
        "a cursor may move back",
        Edit("store/cursors.sql", "\nWHERE sync_cursor.value < excluded.value", ""),
        hunt=Hunt(matches="1", faults="F43,P01", speed="30", seeds=60),
        guard="tests/sim/test_store_contract.py::test_a_cursor_never_moves_back_even_when_two_write_it",
    ),
    sql(
        "a slot may be decided by every planner",
        Edit("store/migrations/0008_job.sql", ",\n    PRIMARY KEY (job_name, scheduled_for)\n", "\n"),
        Edit(
            "store/jobs.sql",
            "ON CONFLICT (job_name, scheduled_for) DO NOTHING\nRETURNING job_name",
            "RETURNING job_name",
        ),
        hunt=Hunt(hours="0.1", matches="1", faults="none", seeds=30),
    ),
    sql(
        "a job may run twice at a time",
        Edit(
            "store/migrations/0008_job.sql",
            "CREATE UNIQUE INDEX job_execution_logs_lock",
            "CREATE INDEX job_execution_logs_lock",
        ),
        hunt=Hunt(matches="1", faults="P05", seeds=60),
    ),
    sql(
        "a lease is taken from who holds it",
        Edit("store/leases.sql", "\nWHERE held.holder = excluded.holder OR held.until <= real_now()", ""),
        hunt=Hunt(hours="0.1", matches="1", faults="F43", seeds=30),
    ),
    # ------------------------------------------------------------ in Python
    python(
        "the word of another channel is taken however old it is",
        Edit("football/order.py", "if seen.observed_at_ms < as_of_ms:", "if seen.observed_at_ms < 0:"),
    ),
    python(
        "a backward status is taken at its first word",
        Edit("football/phase.py", "if way is status.Move.CONFIRMED and not", "if False and not"),
        hunt=Hunt(hours="0.4", matches="6", faults="F21", speed="30", seeds=60),
        guard="tests/core/test_confirmation.py",
    ),
    python(
        "a claim about a locked match is forgotten",
        Edit("ingest/intake.py", "            self._retries.keep(seen)\n", "            pass\n"),
        guard="tests/ingest/test_intake.py",
    ),
    python(
        "no snapshot after a reconnect",
        Edit("ingest/build.py", "        self._poll.insist()\n", ""),
        hunt=Hunt(hours="1", matches="1", faults="P06,F43", speed="30", seeds=100),
    ),
    python(
        "a score that falls is refused",
        Edit(
            "football/judges.py",
            "    if now == was or (now < was) is after",
            "    if now < was:\n        return state, Reason.OLDER\n    if now == was or (now < was) is after",
        ),
        hunt=Hunt(hours="0.4", matches="8", faults="none", seeds=60),
    ),
    python(
        "the minute goes on through an interruption",
        Edit("football/minute.py", "if running.pauses else 0.0", "if False else 0.0"),
    ),
    python(
        "the minute flips half a minute early",
        Edit(
            "football/minute.py", "counted = clock.base + max(0, floor(", "counted = clock.base + max(0, round("
        ),
    ),
    python(
        "a follower moves on before it has read",
        Edit(
            "feed/stream.py",
            "page = await changes.after(tx, self._seq, PAGE) if goes_on and newest > self._seq else []\n",
            "since, self._seq = self._seq, newest\n"
            "            page = await changes.after(tx, since, PAGE) if goes_on and newest > since else []\n",
        ),
    ),
    python(
        "an incident is told by its place in the list",
        Edit(
            "football/incidents.py",
            ", _are_one_marker, _have_one_score, _have_one_player, _have_one_scorer, _have_one_place\n",
            ",\n",
        ),
    ),
    python(
        "the cursor of the recent list runs ahead",
        Edit("ingest/recent.py", "await self._inbox.deliver(", "self._inbox.put("),
        guard="tests/ingest/test_channels.py",
    ),
    python(
        "what happened is told, what changed is not",
        Edit(
            "ingest/writer.py",
            "if outcome.decision is not None and outcome.decision.applied\n",
            "if outcome.decision is not None and outcome.decision.happened\n",
        ),
    ),
    python(
        "push makes rows",
        Edit(
            "football/decide.py",
            "    if claimed is None or Group.SCHEDULE not in order.SPEAKS[seen.source] or not"
            " schedule.is_sound(claimed):\n        return None",
            "    if claimed is None:\n        claimed = Schedule(match_time=now_ms // 1000)",
        ),
    ),
)
