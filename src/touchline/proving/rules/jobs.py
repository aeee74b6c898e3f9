"""Slots and runs of jobs: each slot is decided once and run once, and of one lock one run at a time."""

from collections.abc import Iterable, Iterator

from touchline.proving.rules.commit import Columns, Commit, seconds

OVERDUE_S = 20.0
"""Real seconds within which what was handed over has a run, or a row that says why not."""


class JobRows:
    """What was decided, and who runs."""

    def __init__(self) -> None:
        self._slots: set[tuple[str, int]] = set()
        self._runs: set[tuple[str, int]] = set()
        self._running: dict[str, set[str]] = {}

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("job_slot"):
            if row.before is None and row.after is not None:
                yield from _once(self._slots, row.after, "slots", "decided")
        for row in commit.of("job_execution_logs"):
            if row.after is None:
                continue
            if row.before is None and row.after["effective_schedule"] != "manual":
                yield from _once(self._runs, row.after, "runs", "begun")
            if row.before is not None and row.before["status"] != "running":
                yield f"runs: {row.key} had ended as {row.before['status']} and changed"
            running = self._running.setdefault(row.after["lock"], set())
            running.discard(row.after["run_id"])
            if row.after["status"] == "running":
                running.add(row.after["run_id"])
        for lock, running in self._running.items():
            if len(running) > 1:
                yield f"runs: {sorted(running)} run at a time under the lock {lock}"


def forgotten(slots: Iterable[Columns], runs: Iterable[Columns], at: float, since: float) -> Iterator[str]:
    """Slots from `since` on, handed over long before `at` (real time), of which nothing more is written."""
    begun = {(run["job_name"], run["scheduled_for"]) for run in runs if run["effective_schedule"] != "manual"}
    for slot in slots:
        name = slot["job_name"], slot["scheduled_for"]
        if slot["fate"] != "handed_over" or slot["scheduled_for"] < since or name in begun:
            continue
        if at - seconds(slot["planned_at"]) > OVERDUE_S:
            yield f"slots: {name} was handed over and neither ran nor has a row that says why not"


def _once(known: set[tuple[str, int]], row: Columns, name: str, what: str) -> Iterator[str]:
    slot = row["job_name"], row["scheduled_for"]
    if slot in known:
        yield f"{name}: {slot} was {what} twice"
    known.add(slot)
