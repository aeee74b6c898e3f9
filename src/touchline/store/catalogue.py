"""Names of things: competitions, teams and the like, as any answer of the provider tells them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from touchline.store.db import Tx, as_json
from touchline.store.sql import load

SQL = load("catalogue")


class Record(Protocol):
    """One named thing. Empty text means unknown; `updated_at` is the provider's own time, 0 unknown."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def short_name(self) -> str: ...
    @property
    def logo(self) -> str: ...
    @property
    def country_id(self) -> str: ...
    @property
    def parent_id(self) -> str: ...
    @property
    def merged_into(self) -> str: ...
    @property
    def updated_at(self) -> int: ...
    @property
    def extra(self) -> Mapping[str, str | int]: ...


async def upsert(tx: Tx, records: Sequence[Record]) -> int:
    """Insert what is new, update what is newer; how many rows changed, so 0 for the same again.

    Of several records of one thing the newest counts. Merged ids (`merged_into`) always point to the
    last of a chain.
    """
    newest: dict[tuple[str, str], Record] = {}
    for record in records:
        known = newest.get((record.kind, record.id))
        if known is None or record.updated_at >= known.updated_at:
            newest[record.kind, record.id] = record
    await tx.send(SQL["turn"])
    changed = await _write(tx, [record for record in newest.values() if not record.merged_into])
    for merged in (record for record in newest.values() if record.merged_into):
        # One at a time: each finds the merges before it, so no two ever point at each other.
        changed += await _write(tx, [merged])
        await tx.execute(SQL["follow"], {"kind": merged.kind, "id": merged.id})
    return changed


async def _write(tx: Tx, records: Sequence[Record]) -> int:
    return await tx.execute(SQL["upsert"], {"rows": as_json(records)}) if records else 0
