"""pruning.sql, and the function prune_change it calls (0013_pruning.sql)."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import anyway, so_many, take_away
from touchline.proving.twin.statements.views import is_of_status
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row, instant


async def changes(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    log = await tx.lock("change_log", (True,))
    if log is None:
        return Answer(("looked_at", "removed"), [(0, 0)], 1)
    oldest = tx.beyond("change", (log["pruned_through"],), params["most"])
    aged = list(takewhile(lambda row: bool(row["at_ms"] < params["before_ms"]), oldest))
    if not aged:
        return Answer(("looked_at", "removed"), [(0, 0)], 1)
    floor = aged[-1]["seq"]
    tx.update("change_log", log, {"pruned_through": floor})
    gone = await take_away(tx, "change", _beneath(tx, aged, floor), anyway)
    return Answer(("looked_at", "removed"), [(len(aged), len(gone))], 1)


async def payloads(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    before = instant(params["before_ts"])
    old = sorted(
        (row for row in tx.scan("raw_payload") if row["kept_at"] < before), key=lambda row: int(row["id"])
    )
    return so_many(len(await take_away(tx, "raw_payload", old[: params["most"]], anyway)))


def _beneath(tx: Transaction, aged: list[Row], floor: int) -> list[Row]:
    """What lies at or below the floor and is neither its match's newest nor the newest of a status."""
    of_status = max((row["seq"] for row in tx.scan("change") if is_of_status(row)), default=None)
    beneath = []
    for match_id in dict.fromkeys(row["match_id"] for row in aged):
        rows = tx.of("change", match_id)
        newest = max(row["seq"] for row in rows)
        beneath += [row for row in rows if row["seq"] < newest and floor >= row["seq"] != of_status]
    return beneath


ANSWERS = {"changes": changes, "payloads": payloads}
