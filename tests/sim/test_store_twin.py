"""The twin has an answer to every statement that is played, and the tables of the migrations."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.conftest import Conninfo
from tests.sim.house import House

from touchline.proving.twin.answers import NoTwin, named
from touchline.proving.twin.schema import TABLES
from touchline.proving.twin.statements import ANSWERS

WITHOUT = {
    "crests": "no crest is drawn in a simulation: the loop that asks for them is not started",
    "job_reports": "what an operator reads of jobs, and what is foreseen and repeated of them: none is played",
    "views.wholes": "the page of one match, which a web process builds; a board does not read it",
}
"""Statements that have no twin, or whole modules of them, and why."""
NO_TABLES = {
    "crest": "no crest is drawn",
    "crest_image": "no crest is drawn",
    "schema_migration": "nothing is migrated",
}
IDS = {"ts_matches": ("external_id",)}
"""Tables whose rows have another name than their primary key (proving/store.py: RowChange)."""

COLUMNS = """
SELECT
    c.relname::text, a.attname::text, format_type(a.atttypid, NULL), NOT a.attnotnull, a.attgenerated <> '',
    a.attidentity <> ''
FROM pg_class AS c
INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname, a.attnum
"""
CONSTRAINTS = """
SELECT
    conrelid::regclass::text, contype::text,
    ARRAY(
        SELECT attname::text FROM unnest(conkey) AS k (number)
        INNER JOIN pg_attribute ON attrelid = conrelid AND attnum = k.number
        ORDER BY attname
    )
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
"""
TRIGGERS = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
UNIQUE = """
SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index
WHERE indisunique AND NOT indisprimary AND indpred IS NOT NULL
"""


@pytest.fixture(scope="module")
def schema(proving_database: Conninfo) -> Iterator[psycopg.Connection[Any]]:
    """A migrated database."""
    with psycopg.connect(proving_database.owner, autocommit=True) as connection:
        yield connection


def test_every_statement_that_is_played_has_a_twin() -> None:
    without = {name for name in named() if name not in ANSWERS}

    assert {name for name in without if name not in WITHOUT and name.split(".")[0] not in WITHOUT} == set()


def test_nothing_is_left_of_statements_that_are_no_more() -> None:
    assert ANSWERS.keys() - named().keys() == set()
    assert {name for name in WITHOUT if not any(each.startswith(name) for each in named())} == set()


async def test_a_statement_without_a_twin_is_named(house: House) -> None:
    if type(house.store).__name__ != "TwinStore":
        pytest.skip("a real database knows all statements")
    async with house.undone() as tx:
        with pytest.raises(NoTwin, match=r"views\.wholes"):
            await tx.rows(named()["views.wholes"], {"ids": []})
        with pytest.raises(NoTwin, match="SELECT 1"):
            await tx.rows(b"SELECT 1")


def test_its_columns_are_those_of_the_migrations(schema: psycopg.Connection[Any]) -> None:
    real: dict[str, dict[str, object]] = {}
    for table, column, type_, nullable, generated, identity in schema.execute(COLUMNS):
        kind = type_.replace("timestamp with time zone", "timestamptz")
        real.setdefault(table, {})[column] = (kind, nullable, generated, identity)
    twins = {
        table.name: {
            column.name: (
                column.type,
                column.nullable,
                column.name in table.generated,
                column.name == table.identity,
            )
            for column in table.columns.values()
        }
        for table in TABLES.values()
    }

    assert {name for name in real if name not in twins and not name.startswith("procrastinate")} == set(
        NO_TABLES
    )
    for name, columns in twins.items():
        assert columns == real[name], name


def test_its_rules_are_about_the_same_columns(schema: psycopg.Connection[Any]) -> None:
    checked: dict[str, set[str]] = {name: set() for name in TABLES}
    keys, references = {}, {name: set() for name in TABLES}
    for table, kind, columns in schema.execute(CONSTRAINTS):
        if table in TABLES and kind == "c":
            checked[table] |= set(columns)
        elif table in TABLES and kind == "p":
            keys[table] = set(columns)
        elif table in TABLES and kind == "f":
            references[table] |= set(columns)

    for name, table in TABLES.items():
        ours = {column for check in table.checks for column in check.columns} - {"kind"}
        assert ours == checked[name] - {"kind", "only_row", "epoch"}, name
        assert set(table.key) == set(IDS.get(name, keys[name])), name
        assert {reference.column for reference in table.references} == references[name], name


def test_its_triggers_stand_on_the_same_tables(schema: psycopg.Connection[Any]) -> None:
    guarded = {name for name, table in TABLES.items() if table.triggers or table.rewrite or table.append_only}

    assert guarded == {table for (table,) in schema.execute(TRIGGERS) if table in TABLES}


def test_its_partial_unique_indexes_are_the_same(schema: psycopg.Connection[Any]) -> None:
    ours = {(name, index) for name, table in TABLES.items() for index in table.uniques}

    assert ours == {(table, index) for table, index in schema.execute(UNIQUE) if table in TABLES}


async def test_it_begins_with_what_the_migrations_put_there(house: House) -> None:
    rows = {name: house.store.rows(name) for name in TABLES}

    assert {name: len(rows[name]) for name in rows if rows[name]} == {"change_log": 1, "watch": 2}
    assert [row["name"] for row in rows["watch"]] == ["sla", "window"]
    assert [row["told_ts"] for row in rows["watch"]] == [0, 0]
