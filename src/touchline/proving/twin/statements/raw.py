"""raw.sql: what could not be read, the newest only."""

from collections.abc import Mapping
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import instant


def keep(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    kept_at = instant(params["now"])
    columns = (params["kinds"], params["reasons"], params["match_ids"], params["payloads"])
    for kind, reason, match_id, payload in zip(*columns, strict=True):
        row = {"kind": kind, "reason": reason, "match_id": match_id, "payload": payload, "kept_at": kept_at}
        tx.insert("raw_payload", row)
    return Answer((), [], len(params["kinds"]))


async def bound(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    bytes_so_far, beyond = 0, []
    for number, row in enumerate(sorted(tx.scan("raw_payload"), key=lambda row: -row["id"]), start=1):
        bytes_so_far += row["bytes"]
        if number > params["rows_max"] or bytes_so_far > params["bytes_max"]:
            beyond.append(row)
    touched = 0
    for row in reversed(beyond):
        if await tx.lock("raw_payload", (row["id"],)) is not None:
            tx.delete("raw_payload", row)
            touched += 1
    return Answer((), [], touched)


ANSWERS = {"keep": keep, "bound": bound}
