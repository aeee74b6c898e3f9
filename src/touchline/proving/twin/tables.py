"""What a table is: its columns, what its rows must be, and how a row may change.

A table is declared in the words of its migration, a line a column:

    minute smallint null
    version bigint = 0
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from touchline.proving.twin.values import Key, Row

INTEGERS = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
REAL_NOW = "real_now()"


class Column(Struct, frozen=True):
    """A column of a table."""

    name: str
    type: str
    nullable: bool
    default: str | None
    """As JSON, or REAL_NOW."""


class Check(Struct, frozen=True):
    """What a row must be. NULL passes, as in SQL."""

    name: str
    columns: Sequence[str]
    """Which of them it looks at; all others may change without asking it."""
    holds: Callable[[Row], bool | None]


class Trigger(Struct, frozen=True):
    """A change of a row that is refused: `broken(old, new)`."""

    columns: Sequence[str]
    broken: Callable[[Row, Row], bool]
    rule: str


class Reference(Struct, frozen=True):
    """A row that another table must have."""

    column: str
    table: str


class Generated(Struct, frozen=True):
    """A column that follows from others."""

    columns: Sequence[str]
    value: Callable[[Row], Any]


class Table(Struct, frozen=True, kw_only=True):
    """A table of the store."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    """What names a row."""
    group: str | None = None
    """The column by which its rows are looked up."""
    ordered: bool = False
    """Whether its rows are read in the order of their key."""
    identity: str | None = None
    generated: Mapping[str, Generated] = {}
    checks: Sequence[Check] = ()
    triggers: Sequence[Trigger] = ()
    rewrite: Callable[[Row, dict[str, Any], set[str]], None] | None = None
    """A trigger that changes the new row; given the old one, the new one and the columns that differ."""
    append_only: str = ""
    """The rule that refuses every UPDATE; empty where rows may change."""
    references: Sequence[Reference] = ()
    first_rows: Sequence[Row] = ()
    """What its migration puts there."""
    uniques: Mapping[str, Callable[[Row], Key | None]] = {}
    """What else is unique, by the name of the index: the value of a row; None where the index has it not."""


def columns(text: str) -> Mapping[str, Column]:
    """Columns from lines of `name type [null] [= default]`."""
    return {column.name: column for column in map(_column, filter(None, map(str.strip, text.splitlines())))}


def not_empty(column: str) -> Check:
    """A text that says something."""
    return Check(f"{column}_check", (column,), lambda row: bool(row[column] != ""))


def _column(line: str) -> Column:
    head, _, default = line.partition(" = ")
    name, _, of = head.partition(" ")
    nullable = of.endswith(" null")
    return Column(name, of.removesuffix(" null"), nullable, default or ("null" if nullable else None))


def blank(table: Table) -> dict[str, Any]:
    """A row of nothing but defaults."""
    return {column.name: _default(column) for column in table.columns.values()}


def _default(column: Column) -> Any:
    if column.default is None or column.default == REAL_NOW:
        return None
    return (
        column.default
        if column.type == "jsonb" and column.default != "null"
        else msgspec.json.decode(column.default)
    )
