"""Whether jobs started where they were to: at slot + offset, and no crowd of them in one second."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import structlog
from msgspec import Struct

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite, StoreUnavailable
from touchline.jobs.stagger import Reach, error_s, reaches
from touchline.jobs.timetable import Timetable
from touchline.store import job_reports
from touchline.store.db import Database
from touchline.store.job_reports import Started

P50_MAX_S = 0.6
P99_MAX_S = 1.0
"""What a start may be late. Source: requirement, KPI offset accuracy; none may be early."""
SAME_SECOND_MAX = 2
"""Starts in one second."""
LOOK_BACK_S = 24 * 3_600


class Punctuality(Struct, frozen=True, kw_only=True):
    """How a job kept its offset."""

    job_name: str
    starts: int
    offsets: Sequence[int]
    """Those it was to keep, each once: 0 where starts were not staggered."""
    p50_s: float
    p99_s: float
    max_s: float
    early: int

    @property
    def kept(self) -> bool:
        """Whether that is good enough."""
        return self.p50_s <= P50_MAX_S and self.p99_s <= P99_MAX_S and not self.early


def punctuality(starts: Sequence[Started]) -> list[Punctuality]:
    """How each job kept its offset, by name."""
    errors: dict[str, list[float]] = {}
    offsets: dict[str, set[int]] = {}
    for start in starts:
        error = error_s(start.started_at, start.scheduled_for, start.offset_s)
        errors.setdefault(start.job_name, []).append(error)
        offsets.setdefault(start.job_name, set()).add(start.offset_s)
    return [
        Punctuality(
            job_name=name,
            starts=len(late),
            offsets=sorted(offsets[name]),
            p50_s=_quantile(late, 0.50),
            p99_s=_quantile(late, 0.99),
            max_s=max(late),
            early=sum(error < 0 for error in late),
        )
        for name, late in sorted(errors.items())
    ]


def crowded_seconds(starts: Sequence[Started]) -> dict[int, list[str]]:
    """Seconds in which more jobs started than may, and which."""
    counted = Counter(int(start.started_at) for start in starts)
    crowded = {second for second, number in counted.items() if number > SAME_SECOND_MAX}
    found: dict[int, list[str]] = {second: [] for second in sorted(crowded)}
    for start in starts:
        if int(start.started_at) in found:
            found[int(start.started_at)].append(start.job_name)
    return found


def predicted(timetable: Timetable, p95_s: Mapping[str, float]) -> list[Reach]:
    """Jobs that, going by how long they take, still run when another one starts."""
    starts = [entry.start for entry in timetable]
    found = [reaches(start, p95_s[start.name], starts) for start in starts if start.name in p95_s]
    return [reach for reach in found if reach is not None]


async def foresee(db: Database, clock: Clock, timetable: Timetable) -> None:
    """Warn of overlaps that the last day lets expect; nothing where the database does not tell."""
    try:
        async with db.transaction(now_ms(clock)) as tx:
            p95_s = await job_reports.p95_s(tx, clock.now() - LOOK_BACK_S)
    except (StoreUnavailable, StaleWrite):
        return
    for reach in predicted(timetable, p95_s):
        structlog.get_logger().warning(
            "stagger.overlap.predicted",
            job=reach.name,
            p95_s=round(reach.p95_s, 3),
            into=reach.into,
            after_s=reach.after_s,
        )


def _quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so much of all are not above."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
