"""The referee: sees every commit and every word a follower is told, and whistles at the first foul."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from touchline.proving.clock import VirtualClock
from touchline.proving.rules.commit import Changed, Commit, Rule, differing
from touchline.proving.rules.followers import Followers
from touchline.proving.store import RowChange
from touchline.proving.trace import Trace

LOUD = frozenset({"ts_matches", "change", "match_incident", "kickoff_revision", "match_pause", "sync_cursor"})
"""Tables whose commits are told whole in the trace; of the others the keys."""


class Referee:
    """What was found. `whistle` is set with the first violation."""

    def __init__(self, clock: VirtualClock, trace: Trace, rules: Sequence[Rule], followers: Followers) -> None:
        self.whistle = asyncio.Event()
        self.violations: list[str] = []
        self.commits = 0
        self.followers = followers
        self._clock = clock
        self._trace = trace
        self._rules = (followers, *rules)

    def committed(self, rows: Sequence[RowChange]) -> None:
        """A transaction was committed."""
        self.commits += 1
        changed = [Changed(*row, differing(row.before, row.after)) for row in rows]
        for row in changed:
            self._tell(row)
        commit = Commit(self._clock.real(), self._clock.now(), changed)
        for rule in self._rules:
            self.note(rule.broken(commit))

    def note(self, violations: Iterable[str]) -> None:
        """Something was found, or nothing."""
        for violation in violations:
            self.violations.append(violation)
            self._trace.say("VIOLATION", says=violation)
            self.whistle.set()

    def began(self, follower: str, newest: int) -> None:
        """A follower has read everything anew."""
        self._trace.say("began", follower, newest=newest)
        self.note(self.followers.began(follower, newest))

    def told(self, follower: str, seqs: Sequence[int]) -> None:
        """A follower was told of changes."""
        self._trace.say("told", follower, first=seqs[0], last=seqs[-1])
        self.note(self.followers.told(follower, seqs))

    def _tell(self, row: Changed) -> None:
        if row.table in LOUD:
            self._trace.say("wrote", table=row.table, key=row.key, row=partial(_telling, row))
        else:
            self._trace.say("wrote", table=row.table, key=row.key)


def _telling(row: Changed) -> Mapping[str, Any]:
    """What is worth a place in a line: no documents, and nothing that is empty."""
    columns = {} if row.after is None else {name: row.after[name] for name in sorted(row.moved)}
    return {name: value for name, value in columns.items() if value and not isinstance(value, Mapping)}
