"""The slots of a cron: each once, in order, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from touchline.jobs.schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
]
CRONS = [
    "* * * * *",
    "*/7 * * * *",
    "30 2 * * *",
    "0 0 * * *",
    "15 1-3 * * *",
    "5 4 1 * *",
    "0 12 * * sun",
    "59 23 31 12 *",
]
SOME_DAY = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
instants = st.integers(SOME_DAY, SOME_DAY + 700 * 86_400)


def shown(cron: str, zone: ZoneInfo, first: str, days: int) -> list[str]:
    """Slots of some days, as the clock on the wall shows them."""
    begin = datetime.fromisoformat(first).replace(tzinfo=zone).timestamp()
    slots = Schedule(cron, zone).between(begin - 1, begin + days * 86_400, 100)
    return [datetime.fromtimestamp(slot, zone).strftime("%d %H:%M %z") for slot in slots]


def test_the_night_in_which_an_hour_is_missing() -> None:
    assert shown("30 2 * * *", BERLIN, "2026-03-28", 3) == [
        "28 02:30 +0100",
        "29 03:00 +0200",
        "30 02:30 +0200",
    ]


def test_the_night_in_which_an_hour_comes_twice() -> None:
    assert shown("30 2 * * *", BERLIN, "2026-10-24", 3) == [
        "24 02:30 +0200",
        "25 02:30 +0200",
        "26 02:30 +0100",
    ]


def test_midnight_is_once_a_day_in_both() -> None:
    assert len(shown("0 0 * * *", BERLIN, "2026-03-01", 31)) == 32  # a day of that month has 23 h
    assert len(shown("0 0 * * *", BERLIN, "2026-10-01", 31)) == 31


@given(st.sampled_from(CRONS), st.sampled_from(ZONES), instants)
def test_a_slot_is_a_minute_after_the_instant_and_the_next_begins_there(
    cron: str, zone: str, instant: int
) -> None:
    schedule = Schedule(cron, ZoneInfo(zone))

    slot = schedule.after(instant)

    assert slot > instant
    assert slot % 60 == 0
    assert schedule.after(slot - 1) == slot
    assert schedule.after(slot) > slot


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
@given(
    st.sampled_from(["30 2 * * *", "0,15,30,45 1-3 * * *", "0 0 * * *"]), instants, st.integers(1, 3 * 86_400)
)
def test_it_does_not_matter_from_where_one_looks(zone: str, cron: str, begin: int, later: int) -> None:
    schedule = Schedule(cron, ZoneInfo(zone))
    far = begin + later

    together = schedule.between(begin, far + 86_400, 1_000)

    assert schedule.between(begin, far, 1_000) + schedule.between(far, far + 86_400, 1_000) == together


@given(st.sampled_from(["0 0 * * *", "30 2 * * *", "45 1 * * *"]), st.sampled_from(ZONES), st.integers(0, 700))
def test_a_daily_job_is_due_once_each_day_of_its_zone(cron: str, zone: str, day: int) -> None:
    where = ZoneInfo(zone)
    begin = datetime(2026, 1, 1, tzinfo=where) + timedelta(days=day)
    end = begin + timedelta(days=1)  # of the wall: 23 or 25 hours in two nights

    slots = Schedule(cron, where).between(begin.timestamp() - 1, end.timestamp() - 1, 10)

    assert len(slots) == 1


@given(st.sampled_from(CRONS), instants)
def test_the_latest_slot_is_the_one_before_the_next(cron: str, instant: int) -> None:
    schedule = Schedule(cron)

    latest = schedule.latest(instant, instant - 400 * 86_400)

    assert latest is not None
    assert latest <= instant < schedule.after(latest)


def test_there_is_no_latest_slot_where_none_was() -> None:
    assert Schedule("0 0 1 1 *").latest(SOME_DAY + 100 * 86_400, SOME_DAY + 10 * 86_400) is None


@given(st.sampled_from(ZONES), st.sampled_from(CRONS), instants)
@example("Africa/Casablanca", "30 2 * * *", 1_804_905_000)
def test_every_slot_is_on_the_grid_but_at_the_end_of_a_missing_hour(zone: str, cron: str, instant: int) -> None:
    schedule = Schedule(cron, ZoneInfo(zone))
    slot = datetime.fromtimestamp(schedule.after(instant), UTC)

    offset, before = (at.astimezone(ZoneInfo(zone)).utcoffset() for at in (slot, slot - timedelta(seconds=1)))
    assert offset is not None
    assert before is not None
    assert offset > before or slot.hour * 60 + slot.minute in schedule.grid().minutes
