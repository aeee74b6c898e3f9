"""Rows come from the schedule alone; what is unknown is asked for by its id."""

from collections.abc import Callable

import msgspec
import pytest
from tests.ingest.claims import A, B, T, record, report, score, stats
from tests.ingest.house import House

from touchline.errors import CircuitOpenError
from touchline.football.model import Counts, Group, Says, Source, Status
from touchline.ingest.reconcile import COOLDOWN_S, TRIES_MAX


async def test_an_unknown_id_makes_no_row_and_is_asked_for_once(house: House) -> None:
    for home in range(3):
        house.hear(report(A, score(home)))
        await house.written()

    assert await house.rows() == []
    await house.round(house.reconcile)
    assert house.provider.asked == [f"recent?uuid={A}"]


async def test_claims_that_waited_run_in_order_when_the_row_is_there(house: House) -> None:
    house.hear(report(A, score(1)), report(A, stats()), report(A, score(2)), report(A, score(3)))
    await house.written()
    house.provider.records = [report(A, record(T), T - 100)]

    await house.round(house.reconcile)

    match = (await house.matches(A))[A]
    assert (match.status, match.home_scores[0]) == (Status.FIRST_HALF, 3)
    assert match.statistics == stats().stats
    assert A not in house.waiting
    goals = [happened for change in await house.changes() for happened in change.happened]
    assert [type(goal).__name__ for goal in goals] == [
        "StatusChanged",
        "GoalScored",
        "GoalScored",
        "GoalScored",
    ]


async def test_claims_run_when_another_process_made_the_row(house: House, another: Callable[[], House]) -> None:
    house.hear(report(A, score(1)))
    await house.written()
    other = another()
    other.provider.records = [report(A, record(T), T - 100)]
    await other.round(other.recent)

    await house.clock.advance(10)
    await house.written()

    assert (await house.matches(A))[A].home_scores[0] == 1


async def test_an_id_that_is_not_in_the_answer_is_absent(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.hear(report(A))
    await house.written()
    house.provider.records = [report(B, record(T), T - 100)]

    await house.round(house.reconcile)

    assert await house.rows() == []
    assert "match.absent" in capsys.readouterr().out


async def test_at_most_ten_are_asked_for_by_id_in_a_turn(house: House) -> None:
    house.hear(*(report(A[:-1] + letter) for letter in "bcdefghijklmnopq"))
    await house.written()

    await house.reconcile.turn()
    assert len(house.provider.asked) == 10
    await house.reconcile.turn()

    assert len(set(house.provider.asked)) == 16


async def test_history_is_asked_once(house: House) -> None:
    house.requests.history(A)
    house.requests.history(A)
    await house.round(house.reconcile)
    house.requests.history(A)
    await house.round(house.reconcile)

    assert house.provider.asked == [f"history?uuid={A}"]


async def a_mirrored_repeat(house: House) -> None:
    """A finished match whose row wants its history asked; the question itself is lost."""
    house.provider.records = [report(A, record(T), T - 100)]
    await house.round(house.recent)
    await house.clock.advance(60)
    house.hear(report(A, ended((0, 1, 5), (1, 2, 3))))
    house.hear(report(A, ended((1, 2, 3), (0, 1, 5))))
    await house.written()
    assert (await house.matches(A))[A].pending.history_asked


def ended(home: tuple[int, int, int], away: tuple[int, int, int]) -> Says:
    return msgspec.structs.replace(score(status=Status.ENDED, kickoff=None), counts=Counts(home, away))


async def test_a_question_that_died_with_its_process_is_asked_by_the_next(
    house: House, another: Callable[[], House]
) -> None:
    await a_mirrored_repeat(house)
    reborn = another()

    await reborn.round(reborn.reconcile)

    assert reborn.provider.asked == [f"history?uuid={A}"]


async def test_a_process_asks_once_for_a_history_that_settles_nothing(house: House) -> None:
    await a_mirrored_repeat(house)

    for _ in range(50):
        await house.reconcile.turn()
        await house.written()
        await house.clock.advance(60)

    assert house.provider.asked.count(f"history?uuid={A}") == 1


async def test_a_history_that_settled_the_counts_is_not_asked_again(
    house: House, another: Callable[[], House]
) -> None:
    await a_mirrored_repeat(house)
    await house.clock.advance(60)
    house.provider.histories[A] = report(A, ended((1, 2, 3), (0, 1, 5)))
    await house.round(house.reconcile)
    assert (await house.matches(A))[A].provenance[Group.COUNTS].source is Source.LIVE_HISTORY
    reborn = another()

    await reborn.round(reborn.reconcile)

    assert reborn.provider.asked == []


async def test_a_provider_that_gives_no_answer_is_asked_again(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.provider.failure = CircuitOpenError("thesports-http", "match/recent/list")
    house.hear(report(A))
    await house.written()
    wait = await house.reconcile.turn()
    assert wait.total_seconds() > 0
    await house.reconcile.turn()
    house.provider.failure = None
    house.provider.records = [report(A, record(T), T - 100)]

    await house.round(house.reconcile)

    assert A in await house.matches(A)
    said = capsys.readouterr().out
    assert said.count("ingest.source.lost") == said.count("ingest.source.back") == 1


async def test_a_match_the_provider_chokes_on_does_not_hold_up_the_others(house: House) -> None:
    house.provider.puzzling = {f"recent?uuid={A}", f"history?uuid={A}"}
    house.provider.records = [report(B, record(T), T - 100)]
    house.requests.history(A)
    house.requests.history(B)
    house.hear(report(A), report(B))
    await house.written()

    await house.round(house.reconcile)

    assert B in await house.matches(B)
    assert f"history?uuid={B}" in house.provider.asked


async def test_what_has_no_answer_is_asked_again_so_often_and_then_after_its_cool_down(house: House) -> None:
    house.provider.puzzling = {f"recent?uuid={A}"}
    for _ in range(20):
        house.requests.unknown(A)
        await house.reconcile.turn()
    assert house.provider.asked == [f"recent?uuid={A}"] * TRIES_MAX

    await house.clock.advance(COOLDOWN_S)
    house.requests.unknown(A)
    await house.reconcile.turn()
    assert len(house.provider.asked) == TRIES_MAX + 1
