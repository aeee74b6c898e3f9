"""A Postgres made ready for a play: empty, on virtual time, and nothing happens in it but what is asked for."""

from random import Random
from typing import Any

import psycopg
from psycopg import Connection, sql

REAL_NOW = b"""
CREATE OR REPLACE FUNCTION real_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
SELECT coalesce(
    to_timestamp(nullif(current_setting('proving.real_now', TRUE), '')::float8), clock_timestamp()
)
$$
"""
IS_OURS = b"SELECT prosrc LIKE '%proving.real_now%' FROM pg_proc WHERE proname = 'real_now'"
IS_USED = b"SELECT EXISTS (SELECT FROM ts_matches)"
CLOCKS = b"""
SELECT table_name::text, column_name::text FROM information_schema.columns
WHERE table_schema = 'public' AND column_default LIKE '%clock_timestamp()%' AND table_name <> 'schema_migration'
"""
TABLES = b"""
SELECT c.relname FROM pg_class AS c
WHERE
    c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'schema_migration'
    AND c.relname NOT LIKE 'procrastinate%'
ORDER BY c.relname
"""
SEQUENCES = b"""
SELECT sequencename::text FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename NOT LIKE 'procrastinate%'
"""
HAS_ROWS = sql.SQL("SELECT EXISTS (SELECT FROM {})")
WATCHES = b"INSERT INTO watch (name) VALUES ('sla'), ('window')"
LOG = b"INSERT INTO change_log (epoch) VALUES (%(epoch)s)"


class NotOurs(Exception):
    """Somebody keeps matches in a database that no play has used before: it is not to be emptied."""


def make_ready(owner_conninfo: str, rng: Random) -> None:
    """Empty the migrated database at `owner_conninfo` (its owner's) and put it on virtual time.

    Raises NotOurs where that would destroy what somebody keeps.
    """
    with psycopg.connect(owner_conninfo, autocommit=True) as owner, owner.transaction():
        tables = [table for (table,) in owner.execute(TABLES).fetchall()]
        if not _answer(owner, IS_OURS):
            if _answer(owner, IS_USED):
                raise NotOurs("the database has matches and is none of the proving's own")
            _change_its_ways(owner, tables)
        _empty(owner, tables, f"{rng.getrandbits(32):08x}")


def _change_its_ways(owner: Connection[Any], tables: list[str]) -> None:
    owner.execute(REAL_NOW)
    for table, column in owner.execute(CLOCKS).fetchall():
        alter = sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT real_now()")
        owner.execute(alter.format(sql.Identifier(table), sql.Identifier(column)))
    for table in tables:
        owner.execute(sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(sql.Identifier(table)))


def _empty(owner: Connection[Any], tables: list[str], epoch: str) -> None:
    """As the migrations leave it."""
    used = [sql.Identifier(table) for table in tables if _answer(owner, HAS_ROWS.format(sql.Identifier(table)))]
    if used:
        owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(used)))
    for (sequence,) in owner.execute(SEQUENCES).fetchall():
        owner.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(sequence)))
    owner.execute(LOG, {"epoch": epoch})
    owner.execute(WATCHES)


def _answer(owner: Connection[Any], question: bytes | sql.Composed) -> Any:
    [(answer,)] = owner.execute(question).fetchall()
    return answer
