"""Who is looked at again: everybody once a round, the doubted first."""

from touchline.clock import SteppedClock
from touchline.feed.refresh import DOUBTS_EVERY_S, ROUND_S, SLICE_MIN, Refresh
from touchline.ids import MatchId

HELD = [MatchId(f"match{number:06}") for number in range(3_000)]


async def test_everybody_is_looked_at_once_a_round_in_even_slices() -> None:
    clock, seen = SteppedClock(), []
    refresh = Refresh(clock)
    for _ in range(ROUND_S):
        slice_ = refresh.take(HELD)
        assert len(slice_) == len(HELD) / ROUND_S
        seen += slice_
        await clock.advance(1)

    assert sorted(seen) == HELD


async def test_between_two_seconds_nobody_is() -> None:
    clock = SteppedClock()
    refresh = Refresh(clock)
    assert len(refresh.take(HELD[: 2 * SLICE_MIN])) == SLICE_MIN
    await clock.advance(0.5)

    refresh.doubt(HELD[0])

    assert refresh.take(HELD) == frozenset()


async def test_the_doubted_need_not_wait_for_their_turn() -> None:
    clock = SteppedClock()
    refresh = Refresh(clock)
    refresh.take(HELD)
    refresh.doubt(HELD[0])
    await clock.advance(DOUBTS_EVERY_S)

    assert HELD[0] in refresh.take(HELD)
    await clock.advance(DOUBTS_EVERY_S)
    assert HELD[0] not in refresh.take(HELD)
