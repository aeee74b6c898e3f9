"""What finished matches lack is asked for again, and when that ends."""

from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs
from tests.build import a_goal, a_marker
from tests.ingest.claims import A, B, T, record, report, score
from tests.ingest.house import House

from touchline.clock import now_ms
from touchline.errors import ProviderTransient
from touchline.football.completeness import ATTEMPTS_MAX, verified
from touchline.football.model import Goals, HalfStat, Halves, Incident, Says, Stat, Status, StatusClaim
from touchline.ids import MatchId
from touchline.ingest.completeness import CompletenessValidator
from touchline.store.db import Database
from touchline.task import Done

GOAL = (a_goal(minute=12), a_marker(11, minute=47), a_marker(12, minute=94))
COUNTERS = (Stat(2, 5, 4),)
OF_A_HALF = (HalfStat(2, 3, 1),)


def ended(incidents: Sequence[Incident] | None = None, stats: Sequence[Stat] = COUNTERS) -> Says:
    """Over, 1-0 after 1-0."""
    return Says(
        status=StatusClaim(Status.ENDED),
        goals=Goals((1, 1, 0, 0), (0, 0, 0, 0)),
        incidents=None if incidents is None else tuple(incidents),
        stats=tuple(stats),
    )


@pytest.fixture
async def house(database: Database) -> House:
    """A house in which A and B ended 1-0 twenty minutes ago; no list was heard, of no half counters."""
    house = House(database)
    house.provider.records = [report(id_, record(T), provider_time=T - 600) for id_ in (A, B)]
    house.inbox.put(house.recent._channel.hear(house.provider.records, now_ms(house.clock)))
    house.hear(report(A, score(1)), report(B, score(1)))
    await house.written()
    house.hear(report(A, ended()), report(B, ended()))
    await house.written()
    await house.clock.advance(20 * 60)
    house.provider.asked.clear()
    return house


@pytest.fixture
def validator(house: House) -> CompletenessValidator:
    return CompletenessValidator(house.way)


def knows(house: House, match_id: MatchId) -> None:
    """The provider has all of a match."""
    house.provider.histories[match_id] = report(match_id, ended(GOAL))
    house.provider.parts["halves", match_id] = report(
        match_id, Says(halves=Halves(first=OF_A_HALF, second=OF_A_HALF))
    )


async def is_whole(house: House, match_id: MatchId) -> bool:
    return all(verified((await house.matches(match_id))[match_id]).values())


async def test_what_the_provider_has_makes_it_whole(house: House, validator: CompletenessValidator) -> None:
    knows(house, A)
    knows(house, B)

    assert await house.run(validator) == Done(items=2)

    assert await is_whole(house, A)
    assert await is_whole(house, B)
    assert house.provider.asked.count(f"halves?uuid={A}") == 1


async def test_a_second_run_changes_no_row_and_asks_nobody(
    house: House, validator: CompletenessValidator
) -> None:
    knows(house, A)
    await house.run(validator)
    rows, asked = await house.rows(), list(house.provider.asked)

    assert await house.run(validator) == Done()
    assert await house.run(CompletenessValidator(house.way)) == Done(), "nor does another process"

    assert await house.rows() == rows
    assert house.provider.asked == asked


async def test_no_more_than_the_batch_is_asked_about(house: House, validator: CompletenessValidator) -> None:
    assert await house.run(validator, batch_size=1) == Done(items=1)
    assert house.provider.asked == [f"history?uuid={A}", f"halves?uuid={A}"]

    assert await house.run(validator, batch_size=1) == Done(items=1), "who was not asked about comes first"
    assert house.provider.asked[2:] == [f"history?uuid={B}", f"halves?uuid={B}"]


async def test_without_an_answer_no_attempt_is_counted(house: House, validator: CompletenessValidator) -> None:
    rows = await house.rows()
    house.provider.failure = ProviderTransient("thesports-http", "match/live/history", "TIMEOUT")

    with pytest.raises(ProviderTransient):
        await house.run(validator)

    assert await house.rows() == rows
    assert len(house.provider.asked) == 1, "who gives no answer is left alone"


async def test_what_was_answered_before_the_provider_fell_silent_counts(
    house: House, validator: CompletenessValidator
) -> None:
    house.provider.mute = {f"history?uuid={B}"}

    assert await house.run(validator) == Done(items=1, failed=1)

    found = await house.matches(A, B)
    assert [found[id_].completeness.attempts for id_ in (A, B)] == [1, 0]


async def test_another_match_in_the_answer_is_not_taken_for_the_one_asked_about(
    house: House, validator: CompletenessValidator
) -> None:
    knows(house, B)
    house.provider.histories[A] = report(B, ended(GOAL))

    with capture_logs() as log:
        await house.run(validator, batch_size=1)

    found = await house.matches(A, B)
    assert (found[A].incidents, found[B].incidents) == ((), ())
    assert [line["match_id"] for line in log if line["event"] == "match.absent"] == [A]


async def test_after_eight_attempts_it_is_said_once_and_a_late_list_begins_anew(
    house: House, validator: CompletenessValidator
) -> None:
    knows(house, B)
    with capture_logs() as log:
        for _ in range(14):
            await house.run(validator)
            await house.clock.advance(100 * 60)

    said = [line for line in log if line["event"] == "data.incomplete"]
    assert [(line["match_id"], line["log_level"], line["attempts"]) for line in said] == [
        (A, "warning", ATTEMPTS_MAX)
    ]
    assert said[0]["reason"]["full_time"] == "incidents_missing"
    assert house.provider.asked.count(f"history?uuid={A}") == ATTEMPTS_MAX

    assert await is_whole(house, B)
    house.hear(report(B, Says(incidents=(*GOAL[1:], a_goal(minute=80)))))
    await house.written()
    house.provider.asked.clear()
    await house.run(validator)
    assert f"history?uuid={B}" in house.provider.asked
    await house.clock.advance(60)
    house.hear(report(B, Says(incidents=GOAL)))
    await house.written()
    assert await is_whole(house, B)


async def test_a_match_the_provider_chokes_on_does_not_hold_up_the_others(
    house: House, validator: CompletenessValidator
) -> None:
    house.provider.puzzling = {f"history?uuid={A}"}
    knows(house, B)

    assert await house.run(validator) == Done(items=1, failed=1)

    assert await is_whole(house, B)
    assert (await house.matches(A))[A].completeness.attempts == 1, "it has its turn again later"
    house.provider.asked.clear()
    assert await house.run(validator) == Done()
    assert house.provider.asked == []
