"""Push and poll: what they say, when they are asked, and who overrules whom."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from tests.ingest.claims import A, B, T, record, report, score, stats
from tests.ingest.house import House

from touchline.football.model import Group, Source, Status
from touchline.football.order import fingerprint
from touchline.ingest.channel import Channel
from touchline.ingest.pace import LIVE_FLOOR_S, pace
from touchline.ingest.poll import ALERT_S, DetailLivePoll
from touchline.ingest.ports import PushFrame
from touchline.ingest.push import PushFeed
from touchline.provider.port import Health, ProviderState, Reading, Report, Unreadable


@dataclass(frozen=True)
class Frame:
    payload: bytes
    connection_id: str
    received_at_ms: int


class FakeStream:
    """A push channel whose messages the test writes."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(100)
        self.state = ProviderState(health=Health.OK, since_ts=0)

    def send(self, payload: bytes, connection_id: str = "one", at_ms: int = T * 1000) -> None:
        self._frames.put_nowait(Frame(payload, connection_id, at_ms))

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()

    async def batch(self, most: int) -> Sequence[PushFrame]:
        frames = [await self._frames.get()]
        while len(frames) < most and not self._frames.empty():
            frames.append(self._frames.get_nowait())
        return frames


def read(payload: bytes) -> Reading:
    """A wire of our own: a list of reports, or nothing we can read."""
    try:
        return Reading(reports=msgspec.json.decode(payload, type=list[Report]))
    except msgspec.DecodeError:
        return Reading(unreadable=[Unreadable(kind="mqtt.not_json", reason="no JSON", payload=payload)])


def a_feed(house: House, stream: FakeStream) -> PushFeed:
    return PushFeed(stream, read, house.inbox, house.unreadables, house.signs)


async def a_row(house: House) -> None:
    house.provider.records = [report(A, record(T), T - 100), report(B, record(T), T - 100)]
    await house.round(house.recent)


async def test_a_push_message_becomes_claims_in_its_order(house: House) -> None:
    stream = FakeStream()
    feed = a_feed(house, stream)
    stream.send(msgspec.json.encode([report(A, score(1)), report(B, stats()), report(A, score(2))]))

    await feed.turn()

    claims = house.inbox.take()
    assert [(seen.match_id, seen.seq) for seen in claims] == [(A, 1), (B, 2), (A, 3)]
    assert {(seen.source, seen.channel, seen.observed_at_ms) for seen in claims} == {
        (Source.MQTT, "one", T * 1000)
    }
    assert house.signs.speaks(30)


async def test_each_connection_counts_for_itself(house: House) -> None:
    stream = FakeStream()
    feed = a_feed(house, stream)
    for connection_id in ("one", "two", "one"):
        stream.send(msgspec.json.encode([report(A)]), connection_id)

    await feed.turn()

    assert [(seen.channel, seen.seq) for seen in house.inbox.take()] == [("one", 1), ("two", 1), ("one", 2)]


async def test_a_goal_taken_back_right_after_a_reconnect_is_taken_back(house: House) -> None:
    await a_row(house)
    stream = FakeStream()
    feed = a_feed(house, stream)
    for connection_id, goals, after_s in (("one", 0, 10), ("one", 1, 20), ("two", 0, 60)):
        stream.send(msgspec.json.encode([report(A, score(goals))]), connection_id, (T + after_s) * 1000)
        await feed.turn()
        await house.clock.advance(T + after_s - house.clock.now())
        await house.written()
    await feed.turn()  # a moment in which nothing shows that the feed only repeats itself
    await house.written()

    assert (await house.matches(A))[A].home_scores[0] == 0


async def test_a_new_connection_knows_what_the_last_one_said_for_a_minute(house: House) -> None:
    stream = FakeStream()
    feed = a_feed(house, stream)
    for connection_id, match_id, after_s in (
        ("one", A, 0), ("one", B, 30), ("two", A, 61), ("three", B, 90), ("three", A, 90),
    ):  # fmt: skip
        stream.send(msgspec.json.encode([report(match_id)]), connection_id, (T + after_s) * 1000)

    await feed.turn()

    follows = {(seen.channel, seen.match_id): bool(seen.follows) for seen in house.inbox.take()}
    assert follows == {
        ("one", A): False,
        ("one", B): False,
        ("two", A): False,
        ("three", B): True,
        ("three", A): True,
    }


async def test_what_can_not_be_read_is_kept_whole_and_the_rest_goes_on(house: House) -> None:
    stream = FakeStream()
    feed = a_feed(house, stream)
    stream.send(b"\x00not json")
    stream.send(msgspec.json.encode([report(A)]))

    await feed.turn()
    await house.unreadables.turn()

    assert len(house.inbox.take()) == 1
    async with house.db.transaction(T * 1000) as tx:
        kept = await tx.rows("SELECT kind, payload FROM raw_payload")
    assert kept == [("mqtt.not_json", b"\x00not json")]


def test_a_claim_names_what_its_connection_said_before() -> None:
    channel = Channel(Source.MQTT, "one")
    first, other, second = channel.hear(
        [report(A, score(1)), report(B, score(4)), report(A, score(2))], T * 1000
    )

    assert first.follows == other.follows == {}
    assert second.follows[Group.GOALS] == fingerprint(first.says.goals)


async def test_the_snapshot_fills_in_what_push_did_not_say(house: House) -> None:
    await a_row(house)
    house.provider.live = [report(A, score(1)), report(B, score(0, 2))]

    await house.poll.turn()
    await house.written()

    rows = await house.matches(A, B)
    assert (rows[A].home_scores[0], rows[B].away_scores[0]) == (1, 2)


async def test_an_answer_that_push_overtook_loses(house: House) -> None:
    await a_row(house)
    poll = Channel(Source.DETAIL_LIVE, "poll")
    asked_at_ms = T * 1000
    await house.clock.advance(2)
    house.hear(report(A, score(2)))
    house.inbox.put(poll.hear([report(A, score(1))], asked_at_ms))

    await house.written()

    assert (await house.matches(A))[A].home_scores[0] == 2


async def test_a_poll_that_repeats_what_is_known_changes_nothing(house: House) -> None:
    await a_row(house)
    house.provider.live = [report(A, score(1))]
    await house.poll.turn()
    await house.written()
    before, stream = (await house.matches(A))[A], await house.changes()
    await house.clock.advance(10)

    await house.poll.turn()
    await house.written()

    after = (await house.matches(A))[A]
    assert (after.version, after.last_event_ts) == (before.version, before.last_event_ts)
    assert await house.changes() == stream


async def test_the_poll_is_calm_while_push_speaks_and_alert_when_it_is_silent(house: House) -> None:
    house.signs.watch(FakeStream())
    house.signs.heard()
    assert (await house.poll.turn()).total_seconds() == 10

    await house.clock.advance(31)

    assert (await house.poll.turn()).total_seconds() == ALERT_S


async def test_how_calm_the_poll_is_can_be_set(house: House) -> None:
    house.signs.watch(FakeStream())
    house.signs.heard()
    poll = DetailLivePoll(house.asking, house.inbox, house.signs, house.clock, "other", 25)

    assert (await poll.turn()).total_seconds() == 25


async def test_the_poll_is_alert_while_push_is_down(house: House) -> None:
    stream = FakeStream()
    house.signs.watch(stream)
    house.signs.heard()
    stream.state = ProviderState(health=Health.DOWN, since_ts=T)

    assert (await house.poll.turn()).total_seconds() == ALERT_S


async def test_a_flapping_push_channel_does_not_make_us_hammer_the_provider(house: House) -> None:
    for _ in range(20):
        house.poll.wake.set()
        wait = await house.poll.turn()
        assert wait.total_seconds() > 0

    assert house.provider.asked == ["detail_live"]
    await house.clock.advance(LIVE_FLOOR_S)
    await house.poll.turn()
    assert len(house.provider.asked) == 2


async def test_what_can_be_asked_again_is_not_asked_while_the_inbox_is_full(house: House) -> None:
    cramped = House(house.db, queue_max=4)
    cramped.hear(report(A), report(B))

    await cramped.poll.turn()

    assert cramped.provider.asked == []


def test_a_faster_clock_never_makes_a_pace_shorter_than_its_floor() -> None:
    from touchline.clock import SystemClock

    assert pace(SystemClock(speed=60), 600).total_seconds() == 10
    assert pace(SystemClock(speed=60), 10, LIVE_FLOOR_S).total_seconds() == LIVE_FLOOR_S


async def test_recent_list_advances_its_cursor_to_the_largest_time_seen(house: House) -> None:
    house.provider.records = [report(A, record(T), T - 300), report(B, record(T), T - 100)]
    await house.round(house.recent)
    house.provider.asked.clear()
    late = report(A, record(T + 60, status=Status.DELAYED), T - 50)
    house.provider.records = [late, house.provider.records[1]]

    await house.round(house.recent)

    assert house.provider.asked[0] == f"recent?time={T - 100}&page=1"
    assert (await house.matches(A))[A].schedule.match_time == T + 60
    await house.round(house.recent)
    assert house.provider.asked[-1] == f"recent?time={T - 50}&page=1"


async def test_the_first_load_of_recent_list_goes_by_pages(house: House) -> None:
    house.provider.page_size = 2
    ids = [f"match{number:010}" for number in range(5)]
    house.provider.records = [report(id_, record(T), T - 100) for id_ in ids]  # type: ignore[arg-type]

    await house.round(house.recent)

    assert house.provider.asked == [f"recent?page={page}" for page in (1, 2, 3, 4)]
    assert len(await house.rows()) == 5
