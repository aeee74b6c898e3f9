"""What could not be read: bounded in number and in bytes while it waits for the database."""

from tests.ingest.house import House

from touchline.ingest.unreadable import BYTES_MAX, KEPT_MAX, TURN_BYTES
from touchline.provider.port import Unreadable

T = 1_770_000_000
MIB = 1024 * 1024


def garbage(number: int, size: int = 4) -> Unreadable:
    return Unreadable(kind="mqtt.not_json", reason=str(number), payload=b"x" * size)


async def written(house: House) -> list[tuple[int, int]]:
    async with house.db.transaction(T * 1000) as tx:
        rows = await tx.rows("SELECT reason, length(payload) FROM raw_payload ORDER BY id")
    return [(int(reason), size) for reason, size in rows]


async def test_only_the_newest_are_kept(house: House) -> None:
    house.unreadables.keep(garbage(number) for number in range(KEPT_MAX + 10))

    await house.unreadables.turn()

    assert (await written(house))[0] == (10, 4)


async def test_only_the_newest_bytes_are_kept(house: House) -> None:
    house.unreadables.keep(garbage(number, MIB) for number in range(40))

    for _ in range(40):
        await house.unreadables.turn()

    assert await written(house) == [(number, MIB) for number in range(40 - BYTES_MAX // MIB, 40)]


async def test_one_turn_writes_so_many_bytes(house: House) -> None:
    house.unreadables.keep(garbage(number, MIB) for number in range(10))

    await house.unreadables.turn()

    assert len(await written(house)) == TURN_BYTES // MIB


async def test_one_that_is_larger_than_a_turn_is_written_alone(house: House) -> None:
    house.unreadables.keep([garbage(1, TURN_BYTES + 1), garbage(2)])

    await house.unreadables.turn()

    assert await written(house) == [(1, TURN_BYTES + 1)]


async def test_one_that_is_larger_than_the_limit_is_only_counted(house: House) -> None:
    house.unreadables.keep([garbage(1), garbage(2, BYTES_MAX + 1), garbage(3)])

    await house.unreadables.turn()

    assert await written(house) == [(1, 4), (3, 4)]
