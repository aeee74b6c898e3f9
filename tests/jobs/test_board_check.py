"""Row and newest change of each match on the board are held side by side; nothing is mended."""

import psycopg
import pytest
from structlog.testing import capture_logs
from tests.build import T, a_claim, a_goal
from tests.conftest import Conninfo
from tests.db.stage import Stage

from touchline.clock import SteppedClock
from touchline.football.model import Goals, Status
from touchline.ids import MatchId
from touchline.jobs.board_check import AROUND_S, BoardCheck
from touchline.store.db import Database
from touchline.task import Done, Run

A, B = MatchId("aaaaaaaaaaaaaaa"), MatchId("bbbbbbbbbbbbbbb")


@pytest.fixture
async def stage(database: Database) -> Stage:
    """A is in play, B is to come."""
    opened = Stage(database)
    await opened.schedule(A, B)
    await opened.write(
        a_claim(match_id=A, status=Status.FIRST_HALF, kickoff_ts=T // 1000 - 60),
        a_claim(match_id=A, goals=Goals((1, 1, 0, 0), (0, 0, 0, 0)), incidents=[a_goal()], at_ms=T + 1),
    )
    return opened


async def check(stage: Stage, *, batch_size: int = 100) -> tuple[Done, list[dict[str, object]]]:
    """What a run did, and which differences it told."""
    clock = SteppedClock(T / 1000)
    with capture_logs() as log:
        done = await BoardCheck(stage.db, clock).run(Run(run_id="run", slot=T // 1000, batch_size=batch_size))
    return done, [dict(line) for line in log if line["event"] == "board.check.mismatch"]


async def test_what_the_writer_left_is_what_it_told(stage: Stage) -> None:
    assert await check(stage) == (Done(items=2), [])


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (
            b"UPDATE ts_matches SET status_id = 4 WHERE status_id = 2",
            {"status": (4, 2), "minute_text": ("2H", "1H")},
        ),
        (
            b"UPDATE ts_matches SET home_scores = '{2,2,0,0,0,0,0}' WHERE status_id = 2",
            {"score": ((2, 0), (1, 0))},
        ),
        (
            b"UPDATE ts_matches SET minute = 7, last_minute_update_ts = phase_entered_ts WHERE status_id = 2",
            {"minute_text": ("7'", "1H")},
        ),
    ],
)
async def test_a_row_that_was_written_past_the_stream_is_told_and_left(
    stage: Stage, conninfo: Conninfo, wrong: bytes, fields: dict[str, object]
) -> None:
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute(wrong)
    rows = await stage.rows()

    done, told = await check(stage)

    assert done == Done(items=2, failed=1)
    [line] = told
    assert (line["match_id"], line["log_level"], line["fields"]) == (A, "error", fields)
    assert await stage.rows() == rows


async def test_matches_in_play_come_first_and_what_is_far_off_is_not_on_the_board(stage: Stage) -> None:
    done, _ = await check(stage, batch_size=1)
    assert done == Done(items=1)

    far = SteppedClock(T / 1000 + 2 * AROUND_S)
    run = Run(run_id="run", slot=0, batch_size=100)
    assert await BoardCheck(stage.db, far).run(run) == Done(items=1), "A is in play wherever the day has got to"
