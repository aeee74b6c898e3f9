"""Whether a row may be so, and may become so. Asked in Postgres's order: types, triggers, generated, checks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from psycopg import errors

from touchline.proving.twin.tables import INTEGERS, REAL_NOW, Table, blank
from touchline.proving.twin.values import Key, Row

Rule = TypeVar("Rule")
KEY = "key"
"""The index on what names a row."""


class Guard:
    """What one table asks of its rows, laid out by the columns it is asked about."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._blank = blank(table)
        self._stamped = [column.name for column in table.columns.values() if column.default == REAL_NOW]
        self._required = frozenset(column.name for column in table.columns.values() if not column.nullable)
        self._ranges = {
            column.name: INTEGERS[column.type.removesuffix("[]")]
            for column in table.columns.values()
            if column.type.removesuffix("[]") in INTEGERS
        }
        self._checks = _by_column((check.columns, check) for check in table.checks)
        self._triggers = _by_column((trigger.columns, trigger) for trigger in table.triggers)
        self._generated = _by_column((rule.columns, (name, rule)) for name, rule in table.generated.items())

    def key(self, row: Row) -> Key:
        """What names `row`."""
        return tuple([row[column] for column in self.table.key])

    def uniques(self, row: Row) -> list[tuple[str, Key]]:
        """What `row` has that no other row may have: index and value, its key first."""
        found = [] if self.table.identity in self.table.key else [(KEY, self.key(row))]
        for name, value_of in self.table.uniques.items():
            value = value_of({**self._blank, **row})
            if value is not None:
                found.append((name, value))
        return found

    def made(self, values: Row, real_now: Callable[[], datetime]) -> Row:
        """The row of `values`, whatever they leave out by default. Raises psycopg's errors."""
        self._fits(values)
        row = {**self._blank, **values}
        for column in self._stamped:
            if values.get(column) is None:
                row[column] = real_now()
        for name, rule in self.table.generated.items():
            row[name] = rule.value(row)
        self._is_whole(row, row)
        for check in self.table.checks:
            self._is_held(check.holds(row), check.name)
        return row

    def changed(self, old: Row, values: Row) -> Row:
        """`old` with `values` in it; `old` itself where nothing differs. Raises psycopg's errors."""
        if self.table.append_only:
            raise self._refusal(self.table.append_only)
        changed = {column for column, value in values.items() if old[column] != value}
        if not changed:
            return old
        self._fits({column: value for column, value in values.items() if column in changed})
        new = {**old, **values}
        for trigger in _of(self._triggers, changed):
            if trigger.broken(old, new):
                raise self._refusal(trigger.rule)
        if self.table.rewrite is not None:
            self.table.rewrite(old, new, changed)
        for name, rule in _of(self._generated, changed):
            new[name] = rule.value(new)
            changed.add(name)
        self._is_whole(changed, new)
        for check in _of(self._checks, changed):
            self._is_held(check.holds(new), check.name)
        return new

    def _fits(self, values: Row) -> None:
        for column, value in values.items():
            bounds = self._ranges.get(column)
            if bounds is not None and value is not None:
                members = value if isinstance(value, list) else (value,)
                if not all(member is None or bounds[0] <= member <= bounds[1] for member in members):
                    raise errors.NumericValueOutOfRange(f"{self.table.columns[column].type} out of range")

    def _is_whole(self, columns: Iterable[str], row: Row) -> None:
        for column in columns:
            if row[column] is None and column in self._required:
                raise errors.NotNullViolation(
                    f'null value in column "{column}" of "{self.table.name}" violates not-null constraint'
                )

    def _is_held(self, holds: bool | None, name: str) -> None:
        if holds is False:
            raise errors.CheckViolation(
                f'new row for relation "{self.table.name}" violates check constraint "{name}"'
            )

    def _refusal(self, rule: str) -> errors.IntegrityConstraintViolation:
        return errors.IntegrityConstraintViolation(f"{self.table.name}: {rule}")


def _by_column(rules: Iterable[tuple[Sequence[str], Rule]]) -> Mapping[str, tuple[Rule, ...]]:
    laid_out: dict[str, tuple[Rule, ...]] = {}
    for columns, rule in rules:
        for column in columns:
            laid_out[column] = (*laid_out.get(column, ()), rule)
    return laid_out


def _of(rules: Mapping[str, tuple[Any, ...]], changed: set[str]) -> list[Any]:
    """The rules that `changed` columns touch. One that looks at several of them is asked more than once."""
    return [rule for column in rules if column in changed for rule in rules[column]]
