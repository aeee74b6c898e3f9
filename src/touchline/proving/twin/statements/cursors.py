"""cursors.sql: how far each sync has come."""

from collections.abc import Mapping
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.transactions import Transaction


def read(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    row = tx.find("sync_cursor", params["name"])
    return Answer(("value",), [] if row is None else [(row["value"],)], row is not None)


async def write(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    new = {"name": params["name"], "value": params["value"]}
    stored = await tx.claim_or_lock("sync_cursor", new)
    if stored is None:
        tx.insert("sync_cursor", new)
    elif stored["value"] < new["value"]:
        tx.update("sync_cursor", stored, {"value": new["value"]})
    else:
        return Answer((), [], 0)
    return Answer((), [], 1)


ANSWERS = {"read": read, "write": write}
