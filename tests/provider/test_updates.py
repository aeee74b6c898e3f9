"""What changed besides the score, as documented; payloads are invented."""

import pytest
from tests.provider.asking import a_client
from tests.provider.clocks import JumpingClock
from tests.provider.server import Provider, says
from tests.provider.test_garbage import an_answer

from touchline.provider.port import Topic, Update
from touchline.provider.thesports import wire

MATCH, SEASON, AT = "k82rekhg0w8nrep", "v2y8m4zh5xm9vjx", 1_770_480_000
LINEUP = Update(topic=Topic.LINEUP, id=MATCH, at=AT)


def a_lineup(**row: object) -> dict[str, object]:
    return {"match_id": MATCH, "update_time": AT} | row


@pytest.mark.parametrize(
    "results", [{"1": [a_lineup()]}, {"1": {"0": a_lineup()}}, {"1": a_lineup(update_time=str(AT))}]
)
def test_a_line_up_that_changed_is_named_whatever_the_list_looks_like(results):
    reading = wire.read_what_changed(an_answer(results))

    assert list(reading.updates) == [LINEUP]
    assert not reading.unreadable


def test_standings_go_by_season_and_what_we_have_no_use_for_is_told_apart():
    results = {
        "3": [{"season_id": SEASON, "update_time": AT}],
        "7": [{"pub_time": AT}],
        "12": [{"team_id": "a", "update_time": AT}, {"team_id": "b", "update_time": AT}],
        "99": 7,
    }

    reading = wire.read_what_changed(an_answer(results))

    assert list(reading.updates) == [
        Update(topic=Topic.STANDINGS, id=SEASON, at=AT),
        Update(topic=Topic.OTHER, id="7.", at=AT),
        Update(topic=Topic.OTHER, id="12.a", at=AT),
        Update(topic=Topic.OTHER, id="12.b", at=AT),
    ]
    assert len(reading.unreadable) == 1


def test_what_is_only_counted_is_remembered_by_a_short_name():
    reading = wire.read_what_changed(an_answer({"9" * 500: [{"team_id": "b" * 500, "update_time": 10**40}]}))

    assert [len(update.id) for update in reading.updates] == [81]
    assert reading.updates[0].at < 10**10


@pytest.mark.parametrize(
    "row",
    [7, a_lineup(match_id=""), a_lineup(update_time=0), a_lineup(update_time="soon"), {"update_time": AT}],
)
def test_a_row_that_cannot_be_read_is_set_aside_and_the_next_proceeds(row):
    reading = wire.read_what_changed(an_answer({"1": [row, a_lineup()]}))

    assert list(reading.updates) == [LINEUP]
    assert len(reading.unreadable) == 1


@pytest.mark.parametrize("results", [None, {}, [], 7, "x"])
def test_nothing_is_nothing(results):
    assert list(wire.read_what_changed(an_answer(results)).updates) == []


async def test_it_is_asked_for_without_parameters(provider: Provider):
    clock = JumpingClock()
    provider.always = says({"code": 0, "results": {"1": [a_lineup(update_time=int(clock.now()))]}})
    async with a_client(provider, clock) as client:
        reading = await client.data_update()

    assert [update.id for update in reading.updates] == [MATCH]
    assert provider.asked[0].startswith("/v1/football/data/update?")
    assert provider.query() == {}
