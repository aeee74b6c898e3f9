"""The bounded queue in front of the writer."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.claims import claim, score, stats
from tests.ingest.test_conflation import last_words, streams

from touchline.clock import SteppedClock
from touchline.errors import StoreUnavailable
from touchline.football.model import Observation
from touchline.ids import MatchId
from touchline.ingest.conflation import conflate
from touchline.ingest.inbox import DELIVERY_MAX_S, FREED_SHARE, Inbox
from touchline.metrics import Metrics

METRICS = Metrics()


def an_inbox(most: int = 100, batch_size: int = 1_000) -> Inbox:
    return Inbox(most, batch_size, SteppedClock(), METRICS)


def test_claims_come_out_in_the_order_they_came() -> None:
    inbox = an_inbox(batch_size=2)
    claims = [claim(says=score(goal), seq=goal) for goal in range(3)]

    inbox.put(claims)

    assert [inbox.take(), inbox.take(), inbox.take()] == [claims[:2], claims[2:], []]


def test_a_full_inbox_forgets_statistics_before_anything_else() -> None:
    inbox = an_inbox(most=4)
    goals = [claim(says=score(goal), seq=goal) for goal in range(3)]
    chatter = [claim(says=stats(share), seq=10 + share) for share in range(20)]

    inbox.put([*goals, *chatter])

    assert inbox.take() == [*goals, chatter[-1]]


@given(streams(), st.integers(10, 30))
def test_the_newest_word_on_every_group_survives_any_overflow(claims: list[Observation], most: int) -> None:
    inbox = an_inbox(most=most)

    for seen in claims:
        inbox.put([seen])

    # Two matches, three connections: their newest words and changes of status may be more than find room.
    kept = inbox.take()
    assert len(kept) <= most
    thinned = (conflate(claims[:count]) for count in range(len(claims) + 1))
    if all(len(those) - those.count(None) <= most - most // FREED_SHARE for those in thinned):
        assert last_words(kept) == last_words(claims)


def test_more_matches_than_places_let_the_oldest_go_and_say_so_once(capsys: pytest.CaptureFixture[str]) -> None:
    inbox = an_inbox(most=10)

    inbox.put(claim(MatchId(f"match{number:010}"), seq=number) for number in range(15))
    inbox.put(claim(MatchId(f"match{number:010}"), seq=number) for number in range(15, 20))

    assert [seen.seq for seen in inbox.take()] == list(range(11, 20))
    assert capsys.readouterr().out.count("inbox.overflow") == 1


def test_a_full_inbox_makes_room_for_many_at_once() -> None:
    inbox = an_inbox(most=1_000)
    inbox.put(claim(MatchId(f"match{number:010}"), seq=number) for number in range(1_000))

    inbox.put([claim(MatchId("match0000001000"), seq=1_000)])

    assert [seen.seq for seen in inbox.take()] == list(range(101, 1_001))


async def test_a_delivery_ends_when_everything_of_it_is_written() -> None:
    inbox = an_inbox()
    delivery = asyncio.ensure_future(inbox.deliver([claim(seq=1), claim(seq=2)]))
    await asyncio.sleep(0)

    assert len(inbox.take()) == 2
    await asyncio.sleep(0)
    assert not delivery.done()

    inbox.settled()
    await delivery


async def test_a_delivery_larger_than_the_inbox_goes_in_as_room_comes() -> None:
    inbox = an_inbox(most=400)
    claims = [claim(MatchId(f"match{number:010}"), seq=number) for number in range(1_500)]
    delivery = asyncio.ensure_future(inbox.deliver(claims))
    written: list[Observation] = []
    while not delivery.done():
        await asyncio.sleep(0)
        assert len(inbox) <= 400
        written += inbox.take()
        inbox.settled()

    await delivery
    assert written == claims


async def test_a_delivery_waits_for_a_claim_that_is_only_held() -> None:
    inbox = an_inbox()
    delivery = asyncio.ensure_future(inbox.deliver([claim(seq=1), claim(seq=2)]))
    await asyncio.sleep(0)
    _, second = inbox.take()

    inbox.settled([second])
    await asyncio.sleep(0)
    assert not delivery.done()

    inbox.settled()
    await delivery


async def test_a_delivery_does_not_wait_for_what_others_said() -> None:
    inbox = an_inbox()
    pushed = claim(channel="push")
    inbox.put([pushed])
    delivery = asyncio.ensure_future(inbox.deliver([claim(seq=1)]))
    await asyncio.sleep(0)
    inbox.take()

    inbox.settled([pushed])

    await delivery


async def test_a_delivery_of_which_something_was_let_go_fails() -> None:
    inbox = an_inbox(most=10)
    delivery = asyncio.ensure_future(inbox.deliver([claim(seq=1)]))
    await asyncio.sleep(0)
    inbox.put(claim(MatchId(f"match{number:010}"), channel="push", seq=number) for number in range(15))
    inbox.take()

    inbox.settled()

    with pytest.raises(StoreUnavailable):
        await delivery


async def test_a_delivery_nobody_writes_fails_in_time() -> None:
    clock = SteppedClock()
    inbox = Inbox(100, 10, clock, METRICS)
    delivery = asyncio.ensure_future(inbox.deliver([claim()]))
    await asyncio.sleep(0)

    await clock.advance(DELIVERY_MAX_S + 1)

    with pytest.raises(StoreUnavailable):
        await delivery
