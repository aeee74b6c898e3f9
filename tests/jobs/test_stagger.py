"""The arithmetic that keeps starts apart, held against plain enumeration."""

from bisect import bisect
from functools import cache
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from touchline.jobs.schedule import Schedule
from touchline.jobs.stagger import (
    Grid,
    Start,
    can_meet,
    conflicts,
    effective,
    error_s,
    reaches,
    starts_at,
)

BEGIN = 1_770_000_000 // 86_400 * 86_400
"""A Monday, midnight."""
SPAN_S = 9 * 3_600
CRONS = [
    "* * * * *",
    "*/2 * * * *",
    "*/5 * * * *",
    "1-59/2 * * * *",
    "30 2 * * *",
    "0 2,8 * * *",
    "30 2 * * mon",
    "45 * * * *",
]
crons = st.sampled_from(CRONS)


def a_start(name: str, cron: str, offset_s: int) -> Start:
    return Start(name, Schedule(cron).grid(), offset_s)


@cache
def minutes(cron: str) -> tuple[int, ...]:
    """Its slots in a morning."""
    return tuple(Schedule(cron).between(BEGIN - 1, BEGIN + SPAN_S, 1_000))


def seconds(cron: str, offset_s: int) -> set[int]:
    """Every second at which it starts."""
    return {slot + offset_s for slot in minutes(cron)}


@given(crons, crons)
def test_two_crons_meet_if_they_do(one: str, other: str) -> None:
    meet = not seconds(one, 0).isdisjoint(seconds(other, 0))

    assert can_meet(Schedule(one).grid(), Schedule(other).grid()) is meet


def test_two_jobs_conflict_if_they_can_start_in_the_same_second() -> None:
    for one, other, (mine, yours) in product(CRONS, CRONS, [(5, 5), (5, 6)]):
        found = conflicts([a_start("one", one, mine), a_start("other", other, yours)])
        assert bool(found) is not seconds(one, mine).isdisjoint(seconds(other, yours))


def test_days_that_exclude_each_other_do_not_meet() -> None:
    assert not can_meet(Schedule("0 0 1 1 *").grid(), Schedule("0 0 1 2 *").grid())
    assert not can_meet(Schedule("0 0 * * mon").grid(), Schedule("0 0 * * tue").grid())
    assert can_meet(Schedule("0 0 1 * mon").grid(), Schedule("0 0 2 * tue").grid())  # either of both days


def test_a_statistics_job_of_half_a_minute_runs_into_the_next_minute() -> None:
    others = [
        a_start("Tier 2", "* * * * *", 0),
        a_start("Tier 3", "* * * * *", 15),
        a_start("Trends", "* * * * *", 22),
    ]
    statistics = a_start("Statistics", "* * * * *", 45)

    found = reaches(statistics, 19.4, [*others, statistics])

    assert found is not None
    assert (found.into, found.after_s) == ("Tier 2", 15)


@given(st.integers(0, 59), st.integers(0, 59), st.floats(0.1, 170), crons, crons)
def test_a_job_reaches_into_another_if_that_starts_while_it_runs(
    mine: int, yours: int, p95_s: float, one: str, other: str
) -> None:
    found = reaches(a_start("one", one, mine), p95_s, [a_start("other", other, yours)])

    starts = sorted(seconds(other, yours))
    began = [start for start in sorted(seconds(one, mine)) if start < starts[-1]]
    nearest = [starts[bisect(starts, start)] - start for start in began]
    if any(gap < p95_s for gap in nearest):
        assert found is not None
        assert found.after_s <= min(nearest)
    if found is None:
        assert all(gap >= p95_s for gap in nearest)


@given(st.integers(0, 10**9), st.integers(0, 59), st.floats(-100, 100))
def test_the_error_of_a_start_is_its_distance_from_slot_and_offset(
    slot: int, offset_s: int, late_s: float
) -> None:
    started_at = starts_at(slot, offset_s, on=True) + late_s

    assert abs(error_s(started_at, slot, offset_s) - late_s) < 1e-5
    assert starts_at(slot, offset_s, on=False) == slot


def test_a_schedule_is_shown_with_its_offset() -> None:
    assert effective("*/5 * * * *", 20) == "*/5 * * * * +20s"
    assert effective("*/5 * * * *", 0) == "*/5 * * * *"


def test_a_grid_may_be_too_wide_and_never_too_narrow() -> None:
    assert can_meet(Grid(frozenset({5})), Grid(frozenset({5}), month_days=frozenset({31})))
