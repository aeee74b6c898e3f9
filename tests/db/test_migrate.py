"""Migrations run once, in order, and history is not rewritten."""

import psycopg
import pytest
from tests.conftest import Conninfo

from touchline.store import migrate as migrations
from touchline.store.db import Database
from touchline.store.migrate import MigrationRefused, migrate


def test_a_second_run_does_nothing(conninfo: Conninfo) -> None:
    assert migrate(conninfo.owner) == []


def test_every_file_is_recorded(conninfo: Conninfo) -> None:
    with psycopg.connect(conninfo.owner) as connection:
        recorded = connection.execute("SELECT name, checksum FROM schema_migration ORDER BY name").fetchall()

    assert recorded == [(each.name, each.checksum) for each in migrations.known()]


def test_a_changed_file_is_refused(conninfo: Conninfo) -> None:
    with psycopg.connect(conninfo.owner) as connection:
        connection.execute("UPDATE schema_migration SET checksum = 'other' WHERE name LIKE '0001%'")

    with pytest.raises(MigrationRefused, match=r"0001_match\.sql was changed"):
        migrate(conninfo.owner)


def test_the_history_of_a_newer_version_is_refused(conninfo: Conninfo) -> None:
    with psycopg.connect(conninfo.owner) as connection:
        connection.execute("INSERT INTO schema_migration (name, checksum) VALUES ('9999_later.sql', '')")

    with pytest.raises(MigrationRefused, match=r"9999_later\.sql"):
        migrate(conninfo.owner)


async def test_the_application_is_neither_owner_nor_superuser(database: Database) -> None:
    async with database.transaction(0) as tx:
        [(superuser, bypass, owned)] = await tx.rows(
            b"SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)"
            b" FROM pg_roles WHERE rolname = current_user"
        )

    assert (superuser, bypass, owned) == (False, False, 0)
