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


A_MATCH = """
INSERT INTO ts_matches (
    external_id, match_time, status_id, competition_id, home_team_id, away_team_id, phase_entered_ts,
    updated_at, created_at
) VALUES ('abcdef0001', 1770000000, 2, 'c', 'homehome', 'awayaway', 1770000000, now(), now())
"""


def test_a_database_with_matches_from_before_crests_and_line_ups_goes_on(conninfo: Conninfo) -> None:
    known = migrations.known()
    older = [each for each in known if each.name < "0005"]
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")
        owner.execute(migrations.RECORD)
        for each in older:
            owner.execute(each.text)
            owner.execute("INSERT INTO schema_migration VALUES (%s, %s)", [each.name, each.checksum])
        owner.execute(A_MATCH)

    assert migrate(conninfo.owner) == [each.name for each in known if each not in older]

    with psycopg.connect(conninfo.app) as app:
        app.execute("INSERT INTO crest (kind, id, url, due_at) VALUES ('team', 'homehome', 'x', now())")
        app.execute("UPDATE crest SET fingerprint = '0123456789ab'")
        app.execute("INSERT INTO match_lineup VALUES ('abcdef0001', '{}')")
        app.execute("INSERT INTO match_trend VALUES ('abcdef0001', '{}')")
        shown = app.execute("SELECT id, home_logo, away_logo FROM match_item").fetchall()
    assert shown == [("abcdef0001", "/media/crests/team/homehome-0123456789ab-160.webp", None)]


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
