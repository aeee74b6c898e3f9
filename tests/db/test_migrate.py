"""Migrations run once, in order, and history is not rewritten."""

import os
import socket
import subprocess
import sys
import time

import psycopg
import pytest
from tests.conftest import Conninfo

from touchline.errors import StoreUnavailable
from touchline.store import migrate as migrations
from touchline.store.db import Database
from touchline.store.migrate import MigrationRefused, migrate, missing


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


def make_empty(conninfo: Conninfo) -> None:
    """Leave nothing in the database."""
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")


def make_older(conninfo: Conninfo, before: str) -> list[str]:
    """Make the database anew as a version knew it that had the migrations before that name; their names."""
    older = [each for each in migrations.known() if each.name < before]
    make_empty(conninfo)
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute(migrations.RECORD)
        for each in older:
            owner.execute(each.text)
            owner.execute("INSERT INTO schema_migration VALUES (%s, %s)", [each.name, each.checksum])
    return [each.name for each in older]


A_MATCH = """
INSERT INTO ts_matches (
    external_id, match_time, status_id, competition_id, home_team_id, away_team_id, phase_entered_ts,
    updated_at, created_at
) VALUES ('abcdef0001', 1770000000, 2, 'c', 'homehome', 'awayaway', 1770000000, now(), now())
"""


def test_a_database_with_matches_from_before_crests_and_line_ups_goes_on(conninfo: Conninfo) -> None:
    older = make_older(conninfo, "0005")
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute(A_MATCH)

    assert migrate(conninfo.owner) == [each.name for each in migrations.known() if each.name not in older]

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


@pytest.mark.parametrize("trouble", ["lock_not_available", "query_canceled"])
def test_a_busy_database_is_not_said_to_be_gone(conninfo: Conninfo, trouble: str) -> None:
    raised = f"DO $$ BEGIN CREATE TABLE half (); RAISE EXCEPTION USING ERRCODE = '{trouble}'; END $$"
    busy = migrations.Migration("0042_busy.sql", raised.encode())

    said = pytest.raises(StoreUnavailable, match=r"too busy for 0042_busy\.sql")
    with psycopg.connect(conninfo.owner, autocommit=True) as owner, said:
        migrations._run(owner, busy)

    assert "half" not in tables(conninfo)


async def test_the_application_is_neither_owner_nor_superuser(database: Database) -> None:
    async with database.transaction(0) as tx:
        [(superuser, bypass, owned)] = await tx.rows(
            b"SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)"
            b" FROM pg_roles WHERE rolname = current_user"
        )

    assert (superuser, bypass, owned) == (False, False, 0)


# ---------------------------------------------------------------- looking without changing


def tables(conninfo: Conninfo) -> list[str]:
    with psycopg.connect(conninfo.owner) as owner:
        found = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [name for (name,) in found.fetchall()]


def test_nothing_is_missing_from_a_migrated_database(conninfo: Conninfo) -> None:
    assert missing(conninfo.owner) == []


def test_of_an_older_database_it_is_said_what_is_missing_and_nothing_is_run(conninfo: Conninfo) -> None:
    older = make_older(conninfo, "0005")
    before = tables(conninfo)

    found = missing(conninfo.owner)

    assert found == [each.name for each in migrations.known() if each.name not in older]
    assert tables(conninfo) == before
    assert migrate(conninfo.owner) == found


def test_of_an_empty_database_all_is_missing_and_it_stays_empty(conninfo: Conninfo) -> None:
    make_empty(conninfo)

    assert missing(conninfo.owner) == [each.name for each in migrations.known()]
    assert tables(conninfo) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("INSERT INTO schema_migration (name, checksum) VALUES ('9999_later.sql', '')", r"9999_later\.sql"),
        (
            "UPDATE schema_migration SET checksum = 'other' WHERE name LIKE '0001%'",
            r"0001_match\.sql was changed",
        ),
    ],
)
def test_a_foreign_history_is_named(conninfo: Conninfo, change: str, said: str) -> None:
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute(change.encode())

    with pytest.raises(MigrationRefused, match=said):
        missing(conninfo.owner)


def test_a_database_that_does_not_answer_is_no_up_to_date_one() -> None:
    with pytest.raises(StoreUnavailable, match="nothing was checked"):
        missing("host=/nowhere dbname=touchline")


def test_a_server_that_takes_the_call_and_stays_silent_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match=r"nothing was checked\. See that it runs"):
            missing(f"host=127.0.0.1 port={silent.getsockname()[1]} dbname=touchline", within_s=2)

    assert time.monotonic() - began < 4


def test_a_server_that_stands_still_once_we_are_in_is_not_waited_for(conninfo: Conninfo) -> None:
    with psycopg.connect(conninfo.owner) as holder:
        holder.execute("LOCK schema_migration")
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="nothing was checked"):
            missing(conninfo.owner, within_s=1)

    assert time.monotonic() - began < 3


def check(conninfo: Conninfo) -> tuple[int, str]:
    """What `touchline db migrate --check` exits with and says."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
    done = subprocess.run(
        [sys.executable, "-m", "touchline", "db", "migrate", "--check"],
        env=clean | {"TOUCHLINE_DATABASE_URL": conninfo.owner},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_command_says_it_and_exits_accordingly(conninfo: Conninfo) -> None:
    assert check(conninfo) == (0, "The schema is up to date.\n")

    make_older(conninfo, "0006")
    code, said = check(conninfo)
    assert (code, said.splitlines()[0]) == (1, "missing 0006_lineup_trend.sql")
    assert said.endswith("`touchline db migrate` runs what is missing.\n")
