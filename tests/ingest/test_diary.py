"""The diary, whatever its pages look like."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.claims import A, B, T, record, report, score
from tests.ingest.house import METRICS, House
from tests.ingest.provider import provider_day

from touchline.errors import ProviderTransient
from touchline.football.model import Status
from touchline.ids import MatchId
from touchline.ingest.diary import PAGES_MAX, days, newest_each
from touchline.jobs.runner import Runner
from touchline.jobs.table import JOBS
from touchline.jobs.timetable import timetable
from touchline.provider.port import CatalogueRecord, Kind
from touchline.settings.reading import load
from touchline.store.db import Row
from touchline.store.jobs import Ticket

DAY = 86_400


def a_day_of(matches: int) -> list[MatchId]:
    return [MatchId(f"match{number:010}") for number in range(matches)]


async def names(house: House) -> list[Row]:
    async with house.db.transaction(T * 1000) as tx:
        return await tx.rows("SELECT kind, id, name FROM catalogue ORDER BY kind, id")


async def test_three_days_are_read_to_their_end_whatever_total_says(house: House) -> None:
    house.provider.records = [report(id_, record(T), T - 100) for id_ in a_day_of(25)]
    house.provider.page_size = 10

    await house.run(house.diary, batch_size=3)

    assert len(await house.rows()) == 25


async def test_a_second_run_changes_nothing(house: House) -> None:
    house.provider.records = [report(id_, record(T), T - 100) for id_ in a_day_of(12)]
    house.provider.records += house.provider.records[:5]
    house.provider.named = [CatalogueRecord(kind=Kind.TEAM, id="home", name="Home FC", updated_at=5)]
    await house.run(house.diary, batch_size=3)
    rows, known, stream = await house.rows(), await names(house), await house.changes()
    assert len(rows) == 12

    await house.clock.advance(600)
    await house.run(house.diary, batch_size=3)

    def content(row: Row) -> dict[str, object]:
        return {name: value for name, value in row[0].items() if name != "last_seen_ts"}

    assert list(map(content, await house.rows())) == list(map(content, rows))
    assert (await names(house), await house.changes()) == (known, stream)


async def test_the_job_twice_leaves_count_and_times_of_the_rows_as_they_were(house: House) -> None:
    house.provider.records = [report(id_, record(T), T - 100) for id_ in a_day_of(12)]
    runner = Runner(
        house.db, house.clock, METRICS, timetable(JOBS, load({})), {"daily_diary_sync": house.diary}, "node"
    )

    async def a_run() -> list[Row]:
        ticket = Ticket(job_name="Daily Diary Sync", scheduled_for=int(house.clock.now()))
        assert await house.beside(runner.run(ticket)) == "success"
        async with house.db.transaction(T * 1000) as tx:
            return await tx.rows("SELECT external_id, updated_at, created_at FROM ts_matches ORDER BY 1")

    first = await a_run()
    await house.clock.advance(DAY)

    assert await a_run() == first
    assert len(first) == 12


async def test_endless_pages_are_stopped_and_said(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.provider.records = [report(A, record(T), T - 100)]
    house.provider.endless = True

    await house.run(house.diary, batch_size=3)

    assert len(house.provider.asked) == PAGES_MAX + 2  # the other two days are empty
    assert capsys.readouterr().out.count("diary.pages_exceeded") == 1
    assert len(await house.rows()) == PAGES_MAX


async def test_names_beside_the_matches_go_into_the_catalogue(house: House) -> None:
    house.provider.records = [report(A, record(T), T - 100)]
    house.provider.named = [CatalogueRecord(kind=Kind.COMPETITION, id="league", name="Super Lig", updated_at=5)]

    await house.run(house.diary, batch_size=3)

    assert await names(house) == [("competition", "league", "Super Lig")]


async def test_a_short_day_is_said_once_and_nothing_is_removed(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.provider.records = [report(id_, record(T), T - 100) for id_ in a_day_of(10)]
    await house.run(house.diary, batch_size=3)
    house.provider.records = house.provider.records[:4]

    await house.run(house.diary, batch_size=3)
    await house.run(house.diary, batch_size=3)

    assert len(await house.rows()) == 10
    assert capsys.readouterr().out.count("diary.short") == 1


async def test_a_page_that_fails_ends_the_sync_and_is_not_skipped(house: House) -> None:
    house.provider.records = [report(A, record(T), T - 100)]
    house.provider.failure = ProviderTransient("thesports-http", "match/diary", "TIMEOUT")
    with pytest.raises(ProviderTransient):
        await house.run(house.diary, batch_size=3)
    assert await house.rows() == []
    house.provider.failure = None

    await house.run(house.diary, batch_size=3)

    assert len(await house.rows()) == 1


async def test_a_rescheduled_match_moves_and_its_id_survives(house: House) -> None:
    house.provider.records = [report(A, record(T + 3_600), T - 100)]
    await house.run(house.diary, batch_size=3)
    house.provider.records = [report(A, record(T + DAY), T + 50)]
    await house.clock.advance(600)

    await house.run(house.diary, batch_size=3)

    assert (await house.matches(A))[A].schedule.match_time == T + DAY
    assert len(await house.rows()) == 1


async def test_the_diary_is_silent_about_a_match_the_live_channels_speak_of(house: House) -> None:
    house.provider.records = [report(A, record(T), T - 100)]
    await house.run(house.diary, batch_size=3)
    house.hear(report(A, score(2)))
    await house.written()
    house.provider.records = [report(A, record(T), T + 5)]
    await house.clock.advance(30)

    await house.run(house.diary, batch_size=3)

    match = (await house.matches(A))[A]
    assert (match.status, match.home_scores[0]) == (Status.FIRST_HALF, 2)


def test_of_one_id_the_newest_record_counts() -> None:
    older, newer = report(A, record(T), 10), report(A, record(T + 60), 20)

    assert newest_each([newer, older, report(B)]) == [newer, report(B)]
    assert newest_each([older, newer]) == [newer]


@given(
    st.integers(1_700_000_000, 1_900_000_000),
    st.sampled_from(
        ["Etc/GMT+12", "UTC", "Europe/Istanbul", "America/Sao_Paulo", "Asia/Tokyo", "Pacific/Kiritimati"]
    ),
    st.integers(0, DAY - 1),
)
def test_every_match_of_today_anywhere_lies_in_the_three_days(now: int, zone: str, second: int) -> None:
    from datetime import datetime

    here = ZoneInfo(zone)
    today = datetime.fromtimestamp(now, here).date()
    at = int(datetime(today.year, today.month, today.day, tzinfo=here).timestamp()) + second
    if datetime.fromtimestamp(at, here).date() != today:
        return  # a day of 23 hours

    assert provider_day(report(A, record(at))) in days(now, here, -1, 3)


def test_the_days_are_those_around_today() -> None:
    assert days(0, ZoneInfo("UTC"), -1, 3) == [date(1969, 12, 31), date(1970, 1, 1), date(1970, 1, 2)]
    assert days(0, ZoneInfo("UTC"), 1, 7) == [date(1970, 1, day) for day in range(2, 9)]
