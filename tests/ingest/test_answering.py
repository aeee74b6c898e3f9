"""Questions of others about single matches: one call for all, and the one writer for what comes back."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.ingest.claims import A, B, T, record, report, score
from tests.ingest.house import House

from touchline.clock import now_ms
from touchline.errors import ProviderLimited, ProviderTransient
from touchline.football.model import Status
from touchline.ids import MatchId
from touchline.ingest.answering import BY_ID_MAX
from touchline.store import requests
from touchline.store.requests import Cause

MANY = [MatchId(f"manymatches{number:02}") for number in range(14)]


async def playing(house: House, *ids: MatchId) -> None:
    """Matches in play whose provider has fallen silent since."""
    house.provider.records = [report(match_id, record(T), T - 100) for match_id in ids]
    await house.round(house.recent)
    house.hear(*(report(match_id, score()) for match_id in ids))
    await house.written()
    house.provider.records = []
    house.provider.asked.clear()
    await house.clock.advance(200)


async def ask(house: House, cause: Cause, *ids: MatchId) -> None:
    async with house.db.transaction(now_ms(house.clock)) as tx:
        assert await requests.ask(tx, cause, ids, 300) == list(ids)


async def answers(house: House) -> Sequence[Any]:
    """Match, outcome, groups and reason of every question."""
    async with house.db.transaction(now_ms(house.clock)) as tx:
        return await tx.rows("SELECT match_id, outcome, groups, reason FROM reconcile_request ORDER BY id")


async def test_one_call_answers_all_of_them(house: House) -> None:
    await playing(house, A, B)
    house.provider.live = [report(A, score()), report(B, score(1))]
    await ask(house, Cause.STALE, A, B)

    await house.round(house.reconcile)

    assert house.provider.asked == ["detail_live"]
    assert await answers(house) == [(A, "confirmed_unchanged", [], ""), (B, "applied", ["goals"], "")]
    assert (await house.matches(B))[B].home_scores[0] == 1
    assert (await house.matches(A))[A].last_seen_ts == int(house.clock.now())


async def test_who_is_not_listed_is_asked_for_by_id_and_never_replaced(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await playing(house, A)
    house.provider.live = [report(B, score(9))]
    await ask(house, Cause.STALE, A)

    await house.round(house.reconcile)

    assert house.provider.asked == ["detail_live", f"recent?uuid={A}"]
    assert await answers(house) == [(A, "absent", [], "")]
    assert "match.absent" in capsys.readouterr().out


async def test_at_most_ten_are_asked_for_by_id_in_a_turn_and_the_others_in_the_next(house: House) -> None:
    await playing(house, *MANY)
    await ask(house, Cause.STALE, *MANY)

    await house.reconcile.turn()
    assert sum(question.startswith("recent?uuid") for question in house.provider.asked) == BY_ID_MAX
    assert [row[1] for row in await answers(house)] == ["absent"] * 10 + [None] * 4

    await house.reconcile.turn()
    assert [row[1] for row in await answers(house)] == ["absent"] * 14
    assert house.provider.asked.count("detail_live") == 2


async def test_an_answer_older_than_a_push_changes_nothing(house: House) -> None:
    """Invariant 7: what was asked before the push came back after it."""
    await playing(house, A)
    house.provider.live = [report(A, score(1))]
    await ask(house, Cause.STALE, A)
    late = house.provider.detail_live

    async def overtaken() -> Any:
        reading = await late()
        await house.clock.advance(5)
        house.hear(report(A, score(2)))
        await house.written()
        return reading

    house.provider.detail_live = overtaken  # type: ignore[method-assign]
    await house.round(house.reconcile)

    assert (await house.matches(A))[A].home_scores[0] == 2
    assert await answers(house) == [(A, "confirmed_unchanged", [], "")]


async def test_a_provider_without_an_answer_is_the_answer(house: House) -> None:
    await playing(house, A, B)
    house.provider.failure = ProviderTransient("thesports-http", "match/detail_live", "HTTP_503")
    await ask(house, Cause.STALE, A, B)

    await house.round(house.reconcile)

    assert await answers(house) == [(A, "failed", [], "HTTP_503"), (B, "failed", [], "HTTP_503")]
    assert house.provider.asked == ["detail_live"]


async def test_who_asked_too_often_asks_later(house: House) -> None:
    await playing(house, A)
    house.provider.failure = ProviderLimited("thesports-http", "match/detail_live", 1.0)
    await ask(house, Cause.STALE, A)
    await house.round(house.reconcile)
    assert await answers(house) == [(A, None, [], "")]

    house.provider.failure = None
    house.provider.live = [report(A, score())]
    await house.round(house.reconcile)

    assert await answers(house) == [(A, "confirmed_unchanged", [], "")]


async def test_a_match_that_should_be_over_is_looked_for_everywhere(house: House) -> None:
    await playing(house, A, B)
    house.provider.records = [report(B, record(T, status=Status.ENDED), T + 9_000)]
    house.provider.mute = {f"recent?uuid={A}"}
    await ask(house, Cause.STUCK, A, B)

    await house.round(house.reconcile)

    asked = [question for question in house.provider.asked if A in question or "diary" in question]
    assert asked == [f"recent?uuid={A}", f"history?uuid={A}"]
    assert [row[1] for row in await answers(house)] == ["failed", "applied"]
    assert (await house.matches(B))[B].status is Status.ENDED


async def test_a_day_s_diary_is_the_last_place_to_look(house: House) -> None:
    await playing(house, A)
    await ask(house, Cause.STUCK, A)

    await house.round(house.reconcile)

    assert house.provider.asked[-1].startswith("diary?date=")
    assert await answers(house) == [(A, "absent", [], "")]


async def test_two_processes_answer_each_question_once(house: House, another: Callable[[], House]) -> None:
    await playing(house, A, B)
    other = another()
    house.provider.live = other.provider.live = [report(A, score()), report(B, score())]
    await ask(house, Cause.STALE, A, B)

    await asyncio.gather(house.round(house.reconcile), other.round(other.reconcile))

    assert (house.provider.asked + other.provider.asked).count("detail_live") == 1
    assert {row[1] for row in await answers(house)} == {"confirmed_unchanged"}


async def test_a_process_that_died_with_a_question_is_followed_by_another(
    house: House, another: Callable[[], House]
) -> None:
    await playing(house, A)
    await ask(house, Cause.STALE, A)
    async with house.db.transaction(now_ms(house.clock)) as tx:
        assert await requests.take(tx, "somebody who died", 10, 90.0)
    other = another()
    await other.round(other.reconcile)
    assert other.provider.asked == []

    async with house.db.transaction(now_ms(house.clock)) as tx:
        await tx.execute("UPDATE reconcile_request SET taken_until = real_now()")
    await other.round(other.reconcile)

    assert await answers(house) == [(A, "absent", [], "")]


async def test_an_answer_that_can_not_be_dealt_with_is_said_and_not_asked_for_again(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await playing(house, A)
    await ask(house, Cause.STALE, A)

    async def broken() -> Any:
        raise ZeroDivisionError

    house.provider.detail_live = broken  # type: ignore[method-assign]
    await house.round(house.reconcile)

    assert await answers(house) == [(A, "exception", [], "")]
    assert "match.reconcile.failed" in capsys.readouterr().out
