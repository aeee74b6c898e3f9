"""What could not be read is kept within limits; a cursor never moves back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from touchline.provider.port import Unreadable
from touchline.store import cursors, raw
from touchline.store.db import Database

T = 1_770_483_600_000


def a_payload(payload: bytes, kind: str = "mqtt.not_json") -> Unreadable:
    return Unreadable(kind=kind, reason="not JSON", payload=payload)


async def kept(database: Database) -> list[bytes]:
    async with database.transaction(T) as tx:
        return [row[0] for row in await tx.rows("SELECT payload FROM raw_payload ORDER BY id")]


async def keep(database: Database, *payloads: bytes, rows_max: int = 100, bytes_max: int = 1_000) -> None:
    async with database.transaction(T) as tx:
        await raw.keep(tx, [a_payload(each) for each in payloads], rows_max=rows_max, bytes_max=bytes_max)


async def test_payloads_are_kept_whole(database: Database) -> None:
    await keep(database, b"\x00\xff{", b"")

    assert await kept(database) == [b"\x00\xff{", b""]


async def test_the_oldest_make_room_for_more_rows(database: Database) -> None:
    await keep(database, b"1", b"2", b"3", rows_max=3)
    await keep(database, b"4", b"5", rows_max=3)

    assert await kept(database) == [b"3", b"4", b"5"]


async def test_the_oldest_make_room_for_more_bytes(database: Database) -> None:
    await keep(database, b"a" * 400, b"b" * 400)
    await keep(database, b"c" * 600)

    assert await kept(database) == [b"b" * 400, b"c" * 600]


async def test_one_that_is_too_large_by_itself_is_not_kept(database: Database) -> None:
    await keep(database, b"a", b"b" * 1_001)

    assert await kept(database) == []


async def test_text_the_database_cannot_hold_does_not_lose_the_payload(database: Database) -> None:
    async with database.transaction(T) as tx:
        await raw.keep(
            tx, [Unreadable(kind="mqtt.not_json", reason="a\0b \ud800", payload=b"x", match_id="\0")]
        )
        [(reason, match_id)] = await tx.rows("SELECT reason, match_id FROM raw_payload")

    assert (reason, match_id) == ("a\N{REPLACEMENT CHARACTER}b ?", "\N{REPLACEMENT CHARACTER}")


@settings(max_examples=40)
@given(batches=st.lists(st.lists(st.binary(max_size=40), max_size=5), max_size=5))
async def test_what_is_kept_is_the_newest_within_both_limits(
    database: Database, batches: list[list[bytes]]
) -> None:
    async with database.transaction(T) as tx:
        await tx.execute("DELETE FROM raw_payload")
    for batch in batches:
        await keep(database, *batch, rows_max=6, bytes_max=80)

    stays = await kept(database)
    everything = [payload for batch in batches for payload in batch]
    assert stays == everything[len(everything) - len(stays) :]
    assert len(stays) <= 6
    assert sum(map(len, stays)) <= 80


async def test_a_cursor_never_moves_back(database: Database) -> None:
    async with database.transaction(T) as tx:
        assert await cursors.read(tx, "recent") is None
        for value in (5, 9, 7):
            await cursors.write(tx, "recent", value)
        assert await cursors.read(tx, "recent") == 9
        assert await cursors.read(tx, "other") is None
