"""UPDATE and DELETE: rows are found as the statement sees them, locked, and looked at again if they differ."""

from collections.abc import Callable, Iterable

from touchline.proving.sessions import Answer
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row


async def change(
    tx: Transaction,
    table: str,
    seen: Iterable[Row | None],
    wanted: Callable[[Row], bool],
    values: Callable[[Row], Row],
) -> list[Row]:
    """UPDATE those `seen` that are `wanted`; the rows as they are now."""
    changed = []
    for row in [row for row in seen if row is not None and wanted(row)]:
        stored = await tx.lock(table, tx.key(table, row))
        if stored is not None and (stored is row or wanted(stored)):
            changed.append(tx.update(table, stored, values(stored)))
    return changed


async def take_away(
    tx: Transaction, table: str, seen: Iterable[Row | None], wanted: Callable[[Row], bool]
) -> list[Row]:
    """DELETE those `seen` that are `wanted`; the rows as they were."""
    gone = []
    for row in [row for row in seen if row is not None and wanted(row)]:
        stored = await tx.lock(table, tx.key(table, row))
        if stored is not None and (stored is row or wanted(stored)):
            tx.delete(table, stored)
            gone.append(stored)
    return gone


async def put(tx: Transaction, table: str, new: Row, changed: Callable[[Row], Row | None]) -> Row | None:
    """INSERT … ON CONFLICT (key) DO UPDATE; the row, or None where `changed` says None of the one there."""
    stored = await tx.claim_or_lock(table, new)
    if stored is None:
        return tx.insert(table, new)
    values = changed(stored)
    return None if values is None else tx.update(table, stored, values)


def anyway(_row: Row) -> bool:
    """Without a WHERE."""
    return True


def so_many(count: int) -> Answer:
    """A statement that gives no rows."""
    return Answer((), [], count)
