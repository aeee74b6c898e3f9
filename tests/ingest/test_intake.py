"""What becomes of the writer's answers."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.ingest.claims import A, B, T, record, report, score, stats
from tests.ingest.house import METRICS, House

from touchline.football.model import Observation
from touchline.ingest.intake import Intake
from touchline.ingest.retries import MOST_S
from touchline.ingest.writer import Outcome, Writer
from touchline.settings.parts import Orchestrator


async def with_rows(house: House) -> None:
    house.provider.records = [report(A, record(T), T - 100), report(B, record(T), T - 100)]
    await house.round(house.recent)


async def test_a_claim_whose_row_is_locked_is_written_when_the_lock_is_gone(house: House) -> None:
    await with_rows(house)
    hasty = Writer(house.db, house.clock, METRICS, Orchestrator(lock_timeout_ms=100, max_retries=1))
    intake = Intake(house.inbox, hasty, house.waiting, house.requests, house.unreadables, house.db, house.clock)
    async with house.db.transaction(T * 1000) as tx:
        await tx.rows("SELECT 1 FROM ts_matches WHERE external_id = %(id)s FOR UPDATE", {"id": A})
        house.hear(report(A, score(1)), report(B, score(3)), report(A, stats(70)))
        await intake.turn()
        assert (await house.rows())[1][0]["home_scores"][0] == 3
        assert (await house.rows())[0][0]["home_scores"][0] == 0

    await house.clock.advance(MOST_S)
    await intake.turn()

    match = (await house.matches(A))[A]
    assert (match.home_scores[0], match.statistics) == (1, stats(70).stats)


async def test_a_locked_goal_that_was_taken_back_meanwhile_is_never_written(house: House) -> None:
    await with_rows(house)
    house.hear(report(A, score(0)))
    await house.written()
    hasty = Writer(house.db, house.clock, METRICS, Orchestrator(lock_timeout_ms=100, max_retries=1))
    intake = Intake(house.inbox, hasty, house.waiting, house.requests, house.unreadables, house.db, house.clock)
    async with house.db.transaction(T * 1000) as tx:
        await tx.rows("SELECT 1 FROM ts_matches WHERE external_id = %(id)s FOR UPDATE", {"id": A})
        house.hear(report(A, score(1)))
        await intake.turn()
    house.hear(report(A, score(0)))
    await intake.turn()

    await house.clock.advance(MOST_S)
    await intake.turn()

    assert (await house.matches(A))[A].home_scores[0] == 0
    happened = [each for change in await house.changes() for each in change.happened]
    assert [type(each).__name__ for each in happened] == ["StatusChanged"]


async def test_a_polled_claim_that_is_only_held_moves_no_cursor(house: House) -> None:
    await with_rows(house)
    hasty = Writer(house.db, house.clock, METRICS, Orchestrator(lock_timeout_ms=100, max_retries=1))
    intake = Intake(house.inbox, hasty, house.waiting, house.requests, house.unreadables, house.db, house.clock)
    house.provider.records = [report(A, record(T + 60), T - 50)]
    async with house.db.transaction(T * 1000) as tx:
        await tx.rows("SELECT 1 FROM ts_matches WHERE external_id = %(id)s FOR UPDATE", {"id": A})
        page = asyncio.ensure_future(house.recent.turn())
        await house.inbox.filled.wait()
        await intake.turn()
        for _ in range(100):
            await asyncio.sleep(0)
        assert not page.done()

    await house.clock.advance(MOST_S)
    await intake.turn()
    await page

    assert (await house.matches(A))[A].schedule.match_time == T + 60


class ChokingWriter:
    """The real writer, that chokes on every claim about one match."""

    def __init__(self, real: Writer) -> None:
        self._real = real

    async def write(self, batch: Sequence[Observation]) -> list[Outcome]:
        if any(seen.match_id == A for seen in batch):
            raise RuntimeError("a defect")
        return await self._real.write(batch)


async def test_a_claim_the_writer_chokes_on_does_not_hold_up_the_others(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await with_rows(house)
    choking = ChokingWriter(house.writer)
    intake = Intake(
        house.inbox, choking, house.waiting, house.requests, house.unreadables, house.db, house.clock
    )
    house.hear(report(A, score(1)), report(B, score(2)))

    await intake.turn()
    await house.unreadables.turn()

    rows = await house.matches(A, B)
    assert (rows[A].home_scores[0], rows[B].home_scores[0]) == (0, 2)
    async with house.db.transaction(T * 1000) as tx:
        assert await tx.rows("SELECT kind, match_id FROM raw_payload") == [("claim.failed", A)]
    assert capsys.readouterr().out.count("claims.batch.failed") == 1


async def test_a_match_that_got_its_row_meanwhile_is_not_asked_for(house: House) -> None:
    house.hear(report(A, score(1)))
    await house.written()
    house.provider.records = [report(A, record(T), T - 100)]
    await house.round(house.recent)
    house.provider.asked.clear()

    await house.round(house.reconcile)

    assert house.provider.asked == []


async def test_a_new_claim_about_a_waiting_match_waits_its_turn(house: House) -> None:
    house.hear(report(A, score(1)))
    await house.written()
    house.hear(report(A, score(2)))
    await house.written()

    assert [seen.says for seen in house.waiting.leave(A)] == [score(1), score(2)]
