"""What the tables of a Postgres looked like after the last commit, to tell what the next one changes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.abc import Buffer
from psycopg.rows import TupleRow, dict_row
from psycopg.types.datetime import TimestamptzLoader

from touchline.proving.store import Columns, RowChange

KEYS = b"""
SELECT c.relname::text, array_agg(a.attname::text ORDER BY k.place)
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indrelid = c.oid
CROSS JOIN LATERAL unnest(i.indkey::smallint []) WITH ORDINALITY AS k (number, place)
INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number
WHERE
    i.indisprimary AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
    AND c.relname NOT LIKE 'procrastinate%' AND c.relname <> 'schema_migration'
GROUP BY c.relname
"""
PARTS = b"SELECT inhrelid::regclass::text, inhparent::regclass::text FROM pg_inherits"
HORIZON = b"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
READ = sql.SQL("SELECT * FROM {} WHERE xmin::text::bigint >= %(horizon)s")
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
NAMED_BY = {"ts_matches": ("external_id",)}
"""Tables whose rows are named by something else than their primary key."""
APART = {"job_slot": ("job_name", "scheduled_for", "planned_at")}
"""Tables whose rows are held apart by more than names them: of what two have decided both rows are seen."""


class Instants(TimestamptzLoader):
    """Instants as Postgres knows them: its first one comes before all others."""

    def load(self, data: Buffer) -> datetime:
        return BEFORE_ALL if bytes(data) == b"-infinity" else super().load(data)


class Ledger:
    """Reads on a connection of its own, which it closes."""

    def __init__(self, line: Connection[TupleRow]) -> None:
        self._line = line
        line.adapters.register_loader("timestamptz", Instants)
        self._parts: Mapping[str, str] = dict(line.execute(PARTS).fetchall())
        keys = {table: tuple(columns) for table, columns in line.execute(KEYS).fetchall()}
        self._keys: Mapping[str, tuple[str, ...]] = keys | NAMED_BY | APART
        self._horizons = dict.fromkeys(self._keys, 0)
        """By table: transactions below it had ended when the table was last read."""
        self._seen: dict[str, dict[Any, Columns]] = {table: self._read_new(table) for table in self._keys}

    def rows(self, table: str) -> Sequence[Columns]:
        """What is committed, in the order of its key."""
        rows = self._read(table, 0)
        return [rows[key] for key in sorted(rows)]

    def compare(self, touched: Sequence[tuple[str, bool]]) -> Sequence[RowChange]:
        """What is different in those tables; of each, whether rows may have been taken away."""
        taken: dict[str, bool] = {}
        for part, deleted in touched:
            table = self._parts.get(part, part)
            taken[table] = taken.get(table, False) or deleted
        return [
            change
            for table in sorted(taken.keys() & self._keys)
            for change in self._compare(table, taken[table])
        ]

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _compare(self, table: str, deleted: bool) -> list[RowChange]:
        seen = self._seen[table]
        new = self._read_new(table)
        width = len(self._keys[table]) - (table in APART)
        changes = [
            RowChange(table, key[:width], seen.get(key), new[key])
            for key in sorted(new)
            if seen.get(key) != new[key]
        ]
        seen.update(new)
        if deleted:
            gone = sorted(seen.keys() - self._read(table, 0).keys())
            changes += [RowChange(table, key[:width], seen.pop(key), None) for key in gone]
        return changes

    def _read_new(self, table: str) -> dict[Any, Columns]:
        """The rows that transactions have written which were not over when the table was last read."""
        [(horizon,)] = self._line.execute(HORIZON).fetchall()
        rows = self._read(table, self._horizons[table])
        self._horizons[table] = horizon
        return rows

    def _read(self, table: str, horizon: int) -> dict[Any, Columns]:
        key = self._keys[table]
        with self._line.cursor(row_factory=dict_row) as cursor:
            cursor.execute(READ.format(sql.Identifier(table)), {"horizon": horizon})
            return {tuple([row[column] for column in key]): row for row in cursor}
