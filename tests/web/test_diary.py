"""`/api/matches/diary`: the local day, wherever it begins, and however long it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from tests.web.matchday import Fixture, store

from touchline.clock import SteppedClock
from touchline.errors import BadInput
from touchline.football.model import Status
from touchline.store.db import Database
from touchline.web.shelf import FRESH_S
from touchline.web.zones import Zones, day_of, span


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def fixture(id_: str, at: str) -> Fixture:
    return Fixture(id=id_, status=Status.NOT_STARTED, match_time=utc(at), minute=None)


async def ids(client: AsyncClient, day: str, zone: str) -> list[str]:
    answer = await client.get("/api/matches/diary", params={"date": day, "tz": zone})
    assert answer.status_code == 200
    body = answer.json()
    assert body["count"] == len(body["matches"])
    return [match["id"] for match in body["matches"]]


async def test_a_day_east_of_greenwich_begins_the_evening_before(
    client: AsyncClient, database: Database
) -> None:
    await store(
        database,
        fixture("before", "2026-02-06T20:59:59"),
        fixture("first1", "2026-02-06T21:00:00"),
        fixture("late23", "2026-02-07T20:30:00"),
        fixture("last11", "2026-02-07T20:59:59"),
        fixture("next11", "2026-02-07T21:00:00"),
    )

    assert await ids(client, "2026-02-07", "Europe/Istanbul") == ["first1", "late23", "last11"]
    assert await ids(client, "2026-02-07", "UTC") == ["late23", "last11", "next11"]


LENGTHS = (
    ("Europe/Berlin", "2026-03-29", 23),
    ("Europe/Berlin", "2026-10-25", 25),
    ("Europe/Berlin", "2026-10-26", 24),
    ("America/Santiago", "2026-09-06", 23),  # midnight itself is skipped
    ("America/Havana", "2026-11-01", 25),  # midnight comes twice
    ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ("Pacific/Kiritimati", "2026-02-07", 24),
)
"""Zone, day, and how many hours it has."""


async def test_a_day_is_as_long_as_the_clocks_make_it(
    client: AsyncClient, database: Database, clock: SteppedClock
) -> None:
    for place, (zone, day, hours) in enumerate(LENGTHS):
        answer = (await client.get("/api/matches/diary", params={"date": day, "tz": zone})).json()
        from_ts, until_ts = answer["from_ts"], answer["until_ts"]
        assert (until_ts - from_ts) / 3600 == hours, zone

        own = [f"{name}{place:02}" for name in ("first", "lastly", "nextday")]
        for id_, instant in zip(own, (from_ts, until_ts - 1, until_ts), strict=True):
            await store(database, Fixture(id=id_, status=Status.NOT_STARTED, match_time=instant))
        await clock.advance(FRESH_S)

        assert [id_ for id_ in await ids(client, day, zone) if id_ in own] == own[:2]


@given(
    day=st.dates(date(1971, 1, 1), date(2098, 12, 30)),
    zone=st.sampled_from(
        sorted(["UTC", "Europe/Istanbul", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia"])
    ),
    second=st.integers(0, 2**32),
)
def test_every_instant_lies_in_the_day_its_local_clock_shows(day: date, zone: str, second: int) -> None:
    from_ts, until_ts = span(day, ZoneInfo(zone))
    instant = second % (until_ts - from_ts) + from_ts if until_ts > from_ts else None

    assert instant is None or datetime.fromtimestamp(instant, ZoneInfo(zone)).date() == day
    assert until_ts == span(date.fromordinal(day.toordinal() + 1), ZoneInfo(zone))[0]


async def test_what_is_not_played_now_is_listed_too(client: AsyncClient, database: Database) -> None:
    statuses = [status for status in Status if status is not Status.ABNORMAL]
    await store(
        database,
        *(
            Fixture(id=f"status{status:02}", status=status, match_time=utc("2026-02-07T12:00:00"))
            for status in Status
        ),
        Fixture(id="deleted1", deleted=True, match_time=utc("2026-02-07T12:00:00")),
    )

    assert await ids(client, "2026-02-07", "UTC") == [f"status{status:02}" for status in statuses]


async def test_today_is_the_day_of_the_zone(client: AsyncClient) -> None:
    answer = (await client.get("/api/matches/diary", params={"tz": "Pacific/Kiritimati"})).json()

    assert (answer["date"], answer["tz"]) == ("2026-02-08", "Pacific/Kiritimati")


async def test_a_reschedule_moves_the_match_to_its_new_day(client: AsyncClient, database: Database) -> None:
    await store(database, fixture("moved1", "2026-02-07T12:00:00"))
    async with database.transaction(0) as tx:
        await tx.execute("UPDATE ts_matches SET match_time = match_time + 86400")

    assert await ids(client, "2026-02-07", "UTC") == []
    assert await ids(client, "2026-02-08", "UTC") == ["moved1"]


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-2-7", "20260207", "today", "0001-01-01", "9999-12-31", ""]
)
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="date"):
        day_of(text)


@pytest.mark.parametrize("name", ["Mars/Base", "../../etc/passwd", "America", "", "europe/istanbul"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="tz"):
        Zones().named(name)
