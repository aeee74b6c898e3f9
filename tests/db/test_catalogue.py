"""Names: newer wins, empty says nothing, the same again changes nothing, merges point to the end."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from touchline.provider.port import CatalogueRecord, Kind
from touchline.store import catalogue
from touchline.store.db import Database

T = 1_770_483_600_000


def a_team(id_: str = "one", **fields: Any) -> CatalogueRecord:
    return CatalogueRecord(kind=Kind.TEAM, id=id_, **fields)


async def upsert(database: Database, *records: CatalogueRecord) -> int:
    async with database.transaction(T) as tx:
        return await catalogue.upsert(tx, records)


async def teams(database: Database, *columns: str) -> dict[str, Any]:
    """The asked columns of every team, by id."""
    async with database.transaction(T) as tx:
        rows = await tx.rows("SELECT id, to_jsonb(team) FROM team")
    return {id_: tuple(row[column] for column in columns) for id_, row in rows}


async def test_the_same_again_changes_no_row(database: Database) -> None:
    records = [
        a_team("one", name="Home FC", logo="h.png", updated_at=5, extra={"gender": 1}),
        a_team("two", merged_into="one", updated_at=6),
        CatalogueRecord(kind=Kind.COUNTRY, id="one", name="Turkey"),
    ]

    assert await upsert(database, *records) == 3
    assert await upsert(database, *records) == 0


async def test_newer_wins_and_older_only_fills_gaps(database: Database) -> None:
    await upsert(database, a_team(name="Old FC", updated_at=5))
    await upsert(database, a_team(name="New FC", updated_at=9))
    await upsert(database, a_team(name="Old FC", short_name="OFC", updated_at=7))
    await upsert(database, a_team(name="", logo="n.png", updated_at=0))

    assert await teams(database, "name", "short_name", "logo", "updated_at") == {
        "one": ("New FC", "OFC", "n.png", 9)
    }


async def test_empty_text_erases_nothing(database: Database) -> None:
    await upsert(database, a_team(name="Home FC", country_id="tr", extra={"gender": 1}, updated_at=5))

    await upsert(database, a_team(updated_at=6, extra={"founded": 1907}))

    found = await teams(database, "name", "country_id", "extra", "updated_at")
    assert found == {"one": ("Home FC", "tr", {"gender": 1, "founded": 1907}, 6)}


async def test_of_two_records_in_one_answer_the_newer_counts(database: Database) -> None:
    await upsert(database, a_team(name="New FC", updated_at=9), a_team(name="Old FC", updated_at=5))

    assert await teams(database, "name") == {"one": ("New FC",)}


async def test_a_chain_of_merges_points_to_its_end(database: Database) -> None:
    await upsert(database, a_team("one", merged_into="two"))
    await upsert(database, a_team("two", merged_into="three"))
    await upsert(database, a_team("zero", merged_into="one"))

    merged = {"zero": ("three",), "one": ("three",), "two": ("three",)}
    assert await teams(database, "merged_into") == merged
    assert await upsert(database, a_team("one", merged_into="two")) == 0
    assert await teams(database, "merged_into") == merged


async def test_things_merged_into_each_other_or_themselves_stand_alone(database: Database) -> None:
    await upsert(database, a_team("self", merged_into="self"))
    await upsert(database, a_team("one", merged_into="two"))
    await upsert(database, a_team("two", merged_into="one"))

    assert await teams(database, "merged_into") == {"self": ("",), "one": ("two",), "two": ("",)}


async def test_things_merged_in_a_circle_within_one_answer_end_somewhere(database: Database) -> None:
    circle = [
        a_team("one", merged_into="two"),
        a_team("two", merged_into="three"),
        a_team("three", merged_into="one"),
    ]

    await upsert(database, *circle)

    assert await teams(database, "merged_into") == {"one": ("three",), "two": ("three",), "three": ("",)}
    assert await upsert(database, *circle) == 0


RECORDS = st.lists(
    st.builds(
        a_team,
        st.sampled_from(["one", "two", "three"]),
        name=st.sampled_from(["", "A", "B"]),
        merged_into=st.sampled_from(["", "", "one", "two", "three"]),
        updated_at=st.integers(0, 3),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(pages=st.lists(RECORDS, max_size=4))
async def test_a_merge_always_points_to_an_end(database: Database, pages: list[list[CatalogueRecord]]) -> None:
    for page in pages:
        await upsert(database, *page)

    merged = {id_: row[0] for id_, row in (await teams(database, "merged_into")).items()}
    assert all(merged.get(target, "") == "" for target in merged.values())
