"""Claims about matches that have no row yet, and claims whose row is locked."""

from tests.ingest.claims import A, B, T, claim, score, stats

from touchline.clock import SteppedClock
from touchline.football.model import Group, Observation, Source
from touchline.ids import MatchId
from touchline.ingest.retries import MOST_S, Retries
from touchline.ingest.waiting import IDS_MAX, KEEP_S, WaitingRoom
from touchline.metrics import Metrics

METRICS = Metrics()


def a_room(clock: SteppedClock | None = None) -> WaitingRoom:
    return WaitingRoom(clock or SteppedClock(), METRICS)


def test_claims_leave_in_the_order_they_came() -> None:
    room = a_room()
    claims = [claim(says=score(goal), seq=goal) for goal in range(5)]

    firsts = [room.add(seen) for seen in claims]

    assert firsts == [True, False, False, False, False]
    assert room.leave(A) == claims
    assert A not in room


def test_one_match_does_not_wait_for_another() -> None:
    room = a_room()
    room.add(claim(A))
    room.add(claim(B))

    assert [seen.match_id for seen in room.leave(B)] == [B]
    assert room.ids == [A]


def test_a_match_with_many_claims_keeps_the_newest_of_each_group() -> None:
    room = a_room()
    goal = claim(says=score(1), seq=1)
    room.add(goal)
    for seq in range(2, 300):
        room.add(claim(says=stats(seq % 100), seq=seq))

    left = room.leave(A)

    assert left[0] == goal
    assert left[-1].seq == 299
    assert len(left) <= 64


def test_a_thousand_matches_may_wait_then_the_oldest_goes() -> None:
    room = a_room()
    for number in range(IDS_MAX + 1):
        room.add(claim(MatchId(f"match{number:010}")))

    assert len(room) == IDS_MAX
    assert "match0000000000" not in room


async def test_nobody_waits_longer_than_ten_minutes() -> None:
    clock = SteppedClock()
    room = a_room(clock)
    room.add(claim(A))
    await clock.advance(KEEP_S - 1)
    room.add(claim(B))
    room.expire()
    assert A in room

    await clock.advance(2)
    room.expire()

    assert room.ids == [B]


async def kept(*claims: Observation) -> tuple[Retries, SteppedClock]:
    clock = SteppedClock()
    retries = Retries(clock)
    for seen in claims:
        retries.keep(seen)
    return retries, clock


async def test_a_locked_claim_comes_back_after_a_while() -> None:
    retries, clock = await kept(claim(seq=1))
    assert retries.due() == []

    await clock.advance(MOST_S)

    assert retries.due() == [claim(seq=1)]
    assert retries.wait_s() is None


async def test_of_locked_claims_the_newest_of_each_group_is_kept() -> None:
    retries, clock = await kept(claim(says=score(1), seq=1), claim(says=score(2), seq=2))
    await clock.advance(MOST_S)

    assert retries.due() == [claim(says=score(2), seq=2)]


async def test_a_locked_claim_is_dropped_when_a_newer_one_went_through() -> None:
    retries, _clock = await kept(claim(says=stats(), seq=1))
    newer = claim(says=stats(60), source=Source.DETAIL_LIVE, observed_at_ms=T * 1000 + 1)

    retries.answered(newer, (Group.STATS,))

    assert len(retries) == 0


async def test_a_locked_claim_stays_when_only_another_group_went_through() -> None:
    retries, _clock = await kept(claim(says=stats(), seq=1))

    retries.answered(claim(says=score(1), seq=2), (Group.GOALS,))

    assert len(retries) == 1


async def test_a_locked_claim_outlives_an_older_one_that_went_through() -> None:
    retries, _clock = await kept(claim(says=stats(), seq=2))

    retries.answered(claim(says=stats(1), seq=1), (Group.STATS,))

    assert len(retries) == 1
