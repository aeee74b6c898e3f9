"""What is committed, and what it was when somebody began to look."""

from bisect import bisect_right, insort
from collections.abc import Mapping
from typing import Any

from touchline.proving.twin.tables import Table
from touchline.proving.twin.values import Key, Row

NO_ROWS: Mapping[Key, Row] = {}
Writes = dict[str, dict[Key, Row | None]]
"""Rows by table and key; None where there is none."""


class Shelf:
    """The committed rows of one table."""

    __slots__ = ("groups", "order", "rows", "table", "uniques")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: dict[Key, Row] = {}
        self.groups: dict[Any, dict[Key, Row]] = {}
        """By the column the table is looked up by."""
        self.order: list[Key] = []
        """The keys of an ordered table, rising."""
        self.uniques: dict[str, dict[Key, Key]] = {name: {} for name in table.uniques}
        """The key of the row that has a value, by index."""

    def put(self, key: Key, row: Row | None) -> None:
        """`row` takes the place of what was there; None takes it away."""
        before = self.rows.get(key)
        if self.uniques:
            self._index(key, before, row)
        if row is None:
            if before is not None:
                self._take_away(key, before)
            return
        if before is None and self.table.ordered:
            self._in_order(key)
        self.rows[key] = row
        if self.table.group is not None:
            self.groups.setdefault(row[self.table.group], {})[key] = row

    def after(self, key: Key) -> int:
        """The place in `order` of the first key beyond `key`."""
        return bisect_right(self.order, key)

    def _in_order(self, key: Key) -> None:
        if not self.order or self.order[-1] < key:
            self.order.append(key)
        else:
            insort(self.order, key)

    def _index(self, key: Key, before: Row | None, row: Row | None) -> None:
        for name, value_of in self.table.uniques.items():
            was = None if before is None else value_of(before)
            value = None if row is None else value_of(row)
            if was is not None and was != value and self.uniques[name].get(was) == key:
                del self.uniques[name][was]
            if value is not None:
                self.uniques[name][value] = key

    def _take_away(self, key: Key, before: Row) -> None:
        del self.rows[key]
        if self.table.group is not None:
            del self.groups[before[self.table.group]][key]
        if self.table.ordered:
            self.order.remove(key)


class Snapshot:
    """What was committed at one moment: only what has changed since is kept here."""

    __slots__ = ("past",)

    def __init__(self) -> None:
        self.past: Writes = {}

    def keep(self, table: str, key: Key, before: Row | None) -> None:
        """A commit changes a row that was as `before`: at this moment too, if it is the first since."""
        self.past.setdefault(table, {}).setdefault(key, before)
