"""Every statement of every SQL file fits the migrated schema."""

import re
from importlib.resources import files

import psycopg
import pytest
from tests.conftest import Conninfo

from touchline.store import sql

NOUNS = sorted(
    entry.name.removesuffix(".sql")
    for entry in files("touchline.store").iterdir()
    if entry.name.endswith(".sql") and entry.name != "grants.sql"
)
PARAMETER = re.compile(r"%\((\w+)\)s")


def numbered(statement: str) -> str:
    """`statement` with `$1` for its first named parameter, and so on."""
    names = list(dict.fromkeys(PARAMETER.findall(statement)))
    return PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement).replace("%%", "%")


@pytest.mark.parametrize("noun", NOUNS)
def test_every_statement_is_prepared(conninfo: Conninfo, noun: str) -> None:
    statements = sql.load(noun)

    with psycopg.connect(conninfo.app, autocommit=True) as connection:
        for name, statement in statements.items():
            connection.execute(f"PREPARE {noun}_{name} AS {numbered(statement.decode())}".encode())

    assert statements


def test_a_statement_that_does_not_fit_is_noticed(conninfo: Conninfo) -> None:
    with psycopg.connect(conninfo.app) as connection, pytest.raises(psycopg.errors.UndefinedColumn):
        connection.execute("PREPARE wrong AS SELECT no_such_column FROM ts_matches")


def test_statements_are_found_by_name_with_their_comments() -> None:
    found = sql.parse("heading\n\n-- one --\n-- why\nSELECT 1\n\n-- two --\nSELECT %(x)s\n")

    assert found == {"one": b"-- why\nSELECT 1", "two": b"SELECT %(x)s"}


@pytest.mark.parametrize(
    "text", ["-- one --\nSELECT 1\n-- one --\nSELECT 2", "-- one --\n\n-- two --\nSELECT 1"]
)
def test_a_doubled_name_or_an_empty_statement_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one"):
        sql.parse(text)
