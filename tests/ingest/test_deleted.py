"""Matches the provider has taken back: those we have, once."""

import pytest
from structlog.testing import capture_logs
from tests.ingest.claims import A, B, T, record, report
from tests.ingest.house import House

from touchline.clock import now_ms
from touchline.errors import ProviderTransient
from touchline.ids import MatchId
from touchline.ingest.deleted import DeletedSync
from touchline.store.db import Database
from touchline.task import Done


@pytest.fixture
async def house(database: Database) -> House:
    house = House(database)
    house.provider.records = [report(id_, record(T), provider_time=T - 600) for id_ in (A, B)]
    house.inbox.put(house.recent._channel.hear(house.provider.records, now_ms(house.clock)))
    await house.written()
    return house


async def test_a_deleted_match_is_marked_once_and_said_once(house: House):
    house.provider.deleted_matches = [A, MatchId("nobodyknowsthis")]
    sync = DeletedSync(house.way)

    with capture_logs() as events:
        assert await house.run(sync) == Done(items=1)
        await house.clock.advance(300)
        assert await house.run(sync) == Done(items=1)

    deleted = {row[0]["external_id"] for row in await house.rows() if row[0]["deleted_at"]}
    assert deleted == {A}
    assert [event["match_id"] for event in events if event["event"] == "match.deleted"] == [A]


async def test_without_an_answer_the_run_fails(house: House):
    house.provider.failure = ProviderTransient("thesports-http", "/deleted", "TIMEOUT")

    with pytest.raises(ProviderTransient):
        await house.run(DeletedSync(house.way))
