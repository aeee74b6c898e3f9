"""Slots and runs of jobs: each slot is decided once and run once, and of one lock one run at a time."""

from collections.abc import Iterator

from touchline.proving.rules.commit import Columns, Commit


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


def _once(known: set[tuple[str, int]], row: Columns, name: str, what: str) -> Iterator[str]:
    slot = row["job_name"], row["scheduled_for"]
    if slot in known:
        yield f"{name}: {slot} was {what} twice"
    known.add(slot)
