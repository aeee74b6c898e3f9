"""leases.sql: who does what only one process may do."""

from collections.abc import Mapping
from datetime import timedelta
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.transactions import Transaction


async def take(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    tx.idle_timeout_s = params["ttl_s"]
    now = tx.real_now()
    new = {
        "name": params["name"],
        "holder": params["holder"],
        "taken_at": now,
        "until": now + timedelta(seconds=params["ttl_s"]),
    }
    stored = await tx.claim_or_lock("lease", new)
    if stored is None:
        tx.insert("lease", new)
    elif stored["holder"] == new["holder"] or stored["until"] <= tx.real_now():
        same = stored["holder"] == new["holder"]
        tx.update("lease", stored, new | ({"taken_at": stored["taken_at"]} if same else {}))
    else:
        return Answer(("name",), [], 0)
    return Answer(("name",), [(new["name"],)], 1)


async def release(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    held = [row for row in tx.scan("lease") if _is_held(tx, row, params["holder"])]
    touched = 0
    for row in sorted(held, key=itemgetter("name")):
        stored = await tx.lock("lease", (row["name"],))
        if stored is not None and _is_held(tx, stored, params["holder"]):
            tx.update("lease", stored, {"until": tx.real_now()})
            touched += 1
    return Answer((), [], touched)


def _is_held(tx: Transaction, row: Mapping[str, Any], holder: str) -> bool:
    return bool(row["holder"] == holder and row["until"] > tx.real_now())


ANSWERS = {"take": take, "release": release}
