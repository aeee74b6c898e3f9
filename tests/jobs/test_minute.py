"""The minute engine: at the boundary, once, and nothing but the minute."""

import asyncio
import re
import time

import pytest
from tests.conftest import Conninfo
from tests.jobs.pitch import METRICS, Pitch, T

from touchline.clock import SystemClock
from touchline.feed.ears import PostgresEars
from touchline.football.model import Status
from touchline.jobs.minute import minute_loops
from touchline.loop import run_all
from touchline.settings.parts import MatchMinute
from touchline.store.db import Database
from touchline.store.minutes import SQL

KEEPS = [
    Status.HALF_TIME,
    Status.SHOOT_OUT,
    Status.ENDED,
    Status.DELAYED,
    Status.INTERRUPTED,
    Status.ABANDONED,
    Status.CANCELLED,
    Status.TO_BE_DETERMINED,
]


@pytest.fixture
def pitch(database: Database) -> Pitch:
    return Pitch(database)


async def test_the_minute_flips_at_the_boundary_and_not_before(pitch: Pitch) -> None:
    await pitch.kick_off()
    await pitch.engine.turn()
    await pitch.clock.advance(59.75)
    await pitch.engine.turn()
    assert await pitch.texts() == ["1'"]

    wait = await pitch.engine.turn()
    await pitch.clock.advance(wait.total_seconds())
    await pitch.engine.turn()

    assert wait.total_seconds() == 0.25
    assert await pitch.texts() == ["1'", "2'"]


async def test_each_match_has_a_boundary_of_its_own(pitch: Pitch) -> None:
    for second in range(30):
        await pitch.kick_off(f"match{second:010}", first_half_kickoff_ts=T - second)
    await pitch.engine.turn()
    flips = []
    while len(flips) < 30:
        await pitch.clock.advance((await pitch.engine.turn()).total_seconds())
        before = len(await pitch.stream())
        await pitch.engine.turn()
        flips += [(pitch.clock.now(), change.match_id) for change in (await pitch.stream())[before:]]

    assert flips == [(T + 60 - second, f"match{second:010}") for second in reversed(range(30))]


async def test_a_thousand_ticks_change_two_columns_and_no_other(pitch: Pitch) -> None:
    await pitch.kick_off()
    before = (await pitch.rows())[0]
    for _ in range(1_000):
        await pitch.clock.advance(7)
        await pitch.engine.turn()

    after = (await pitch.rows())[0]

    assert {name for name in before if before[name] != after[name]} == {"minute", "last_minute_update_ts"}
    assert after["minute"] == 117
    assert len(await pitch.stream()) == 117


def test_the_one_update_names_two_columns_and_no_other() -> None:
    assignments = re.findall(rb"\bSET\s+(.*?)\bFROM\b", SQL["tick"], re.DOTALL | re.IGNORECASE)

    assert len(assignments) == 1
    assert re.findall(rb"(\w+)\s*=", assignments[0]) == [b"minute", b"last_minute_update_ts"]
    others = [statement for name, statement in SQL.items() if name != "tick"]
    assert not any(re.search(rb"\b(UPDATE|INSERT|DELETE)\b", statement) for statement in others)


async def test_a_second_tick_in_the_same_minute_writes_nothing(pitch: Pitch) -> None:
    await pitch.kick_off()
    await pitch.engine.turn()
    rows, stream = await pitch.rows(), await pitch.stream()
    await pitch.clock.advance(31)

    await pitch.engine.turn()
    await pitch.an_engine().turn()

    assert (await pitch.rows(), await pitch.stream()) == (rows, stream)


async def test_a_match_whose_clock_stands_keeps_its_minute(pitch: Pitch) -> None:
    for status in KEEPS:
        await pitch.kick_off(f"status{status.value:09}", minute=47, last_minute_update_ts=T)
    await pitch.set("status_id = right(external_id, 9)::smallint, phase_entered_ts = %(now)s", now=T + 2_800)
    await pitch.clock.advance(4_000)

    await pitch.engine.turn()

    assert await pitch.minutes() == [47] * len(KEEPS)
    assert await pitch.stream() == []


async def test_the_second_half_begins_at_46_even_where_the_first_ended_there(pitch: Pitch) -> None:
    await pitch.kick_off(
        status_id=4, phase_entered_ts=T, second_half_kickoff_ts=T, minute=46, last_minute_update_ts=T - 900
    )

    await pitch.engine.turn()

    assert await pitch.texts() == ["46'"]


async def test_the_second_period_of_extra_time_begins_at_106_even_where_the_first_ended_there(
    pitch: Pitch,
) -> None:
    id_ = await pitch.kick_off(
        status_id=5, phase_entered_ts=T - 950, overtime_kickoff_ts=T - 950, minute=106, last_minute_update_ts=T
    )
    await pitch.announce_second_period(id_, T)

    await pitch.engine.turn()
    await pitch.engine.turn()

    assert await pitch.texts() == ["106'"]


async def test_stoppage_time_reads_as_stoppage_time(pitch: Pitch) -> None:
    await pitch.kick_off(first_half_kickoff_ts=T - 46 * 60)

    await pitch.engine.turn()

    assert (await pitch.minutes(), await pitch.texts()) == ([47], ["45+2'"])


async def test_without_a_stamp_there_is_no_minute_unless_we_saw_the_half_begin(pitch: Pitch) -> None:
    await pitch.kick_off(first_half_kickoff_ts=None)
    await pitch.engine.turn()
    assert await pitch.minutes() == [None]

    await pitch.set("phase_seen_live = true")
    await pitch.engine.turn()

    assert await pitch.minutes() == [1]


async def test_a_revised_stamp_is_followed(pitch: Pitch) -> None:
    id_ = await pitch.kick_off()
    await pitch.clock.advance(50)
    await pitch.engine.turn()
    async with pitch.db.transaction(T * 1000) as tx:
        await tx.execute(
            "INSERT INTO kickoff_revision "
            "VALUES (%(id)s, 'first_half', 1, %(at)s, -61, 'mqtt', 0, true, 'revision')",
            {"id": id_, "at": T - 61},
        )
    await pitch.set("last_event_ts = 1770000050")

    await pitch.engine.turn()

    assert await pitch.texts() == ["1'", "2'"]


async def test_a_version_that_moved_meanwhile_is_read_again(pitch: Pitch) -> None:
    await pitch.kick_off()
    await pitch.engine.turn()
    async with pitch.db.transaction(T * 1000) as tx:
        await tx.execute("UPDATE ts_matches SET version = 7, phase_seen_live = true")  # nobody tells the engine
    await pitch.clock.advance(20)
    await pitch.clock.advance(40)
    await pitch.engine.turn()
    await pitch.clock.advance(0.05)

    await pitch.engine.turn()

    assert await pitch.minutes() == [2]


async def test_a_sweep_goes_to_the_end_in_pages_and_small_transactions(pitch: Pitch) -> None:
    for number in range(25):
        await pitch.kick_off(f"match{number:010}")

    await pitch.an_engine(batch_size=10, max_updates_per_tick=3).turn()

    assert await pitch.minutes() == [1] * 25
    assert len(await pitch.stream()) == 25


async def test_two_engines_write_each_minute_once(pitch: Pitch) -> None:
    for number in range(40):
        await pitch.kick_off(f"match{number:010}")
    engines = [pitch.an_engine(max_updates_per_tick=7) for _ in range(2)]
    for _ in range(5):
        await asyncio.gather(*(engine.turn() for engine in engines))
        await pitch.clock.advance(0.05)
        await asyncio.gather(*(engine.turn() for engine in engines))
        await pitch.clock.advance(59.95)

    assert await pitch.minutes() == [5] * 40
    assert len(await pitch.stream()) == 200


async def test_a_row_somebody_holds_delays_no_other(pitch: Pitch) -> None:
    held = await pitch.kick_off("match0000000000")
    await pitch.kick_off("match0000000001")
    async with pitch.db.transaction(T * 1000) as tx:
        await tx.rows("SELECT 1 FROM ts_matches WHERE external_id = %(id)s FOR UPDATE", {"id": held})
        await pitch.engine.turn()
        assert await pitch.minutes() == [None, 1]
    await pitch.clock.advance(0.05)

    await pitch.engine.turn()

    assert await pitch.minutes() == [1, 1]


async def test_an_engine_that_starts_in_mid_match_goes_on(pitch: Pitch) -> None:
    await pitch.kick_off()
    await pitch.engine.turn()
    await pitch.clock.advance(600)

    await pitch.an_engine().turn()

    assert await pitch.texts() == ["1'", "11'"]


async def test_a_kick_off_in_the_future_is_said_once(pitch: Pitch, capsys: pytest.CaptureFixture[str]) -> None:
    await pitch.kick_off(first_half_kickoff_ts=T + 300)
    for _ in range(5):
        await pitch.engine.turn()
        await pitch.clock.advance(30)
    assert await pitch.minutes() == [None]
    await pitch.clock.advance(60)
    await pitch.engine.turn()

    assert await pitch.minutes() == [1]
    assert capsys.readouterr().out.count("minute.kickoff_in_future") == 1


async def test_an_overrun_holds_the_minute_and_is_said_once(
    pitch: Pitch, capsys: pytest.CaptureFixture[str]
) -> None:
    await pitch.kick_off(first_half_kickoff_ts=T - 7_190)
    for _ in range(5):
        await pitch.engine.turn()
        await pitch.clock.advance(30)

    assert await pitch.minutes() == [120]
    assert capsys.readouterr().out.count("minute.overrun") == 1


async def test_at_sixty_times_the_speed_a_minute_is_shown_in_a_moment(
    database: Database, conninfo: Conninfo
) -> None:
    clock = SystemClock(real_epoch=time.time(), virtual_epoch=T, speed=60)
    pitch = Pitch(database)
    for number in range(50):
        await pitch.kick_off(f"match{number:010}", first_half_kickoff_ts=T + 90 + number % 30)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(6, stop.set)

    async with minute_loops(database, PostgresEars(conninfo.app), clock, METRICS, MatchMinute()) as loops:
        await run_all(loops, clock, stop)

    late = [
        (change.at_ms / 1000 - (T + 90 + int(change.match_id[5:]) % 30 + 60 * (change.minute - 1))) / 60
        for change in await pitch.stream()
        if change.minute and change.minute > 1
    ]
    assert len(late) >= 150
    assert min(late) >= 0
    assert max(late) < 0.5
