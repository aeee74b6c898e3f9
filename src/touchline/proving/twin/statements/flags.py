"""flags.sql: what is switched while everything runs."""

from collections.abc import Mapping
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import put
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import jsonb

FLAG = ("value", "version")


def flag(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    row = tx.find("runtime_flag", params["name"])
    return rows_of([] if row is None else [row], FLAG)


async def hold(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    seen = tx.find("runtime_flag", params["name"])
    row = None if seen is None else await tx.lock("runtime_flag", (params["name"],))
    return rows_of([] if row is None else [row], FLAG)


async def switch(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    new = {"name": params["name"], "value": params["value"], "version": 1, "set_at": tx.real_now()}
    switched = await put(tx, "runtime_flag", new, lambda row: new | {"version": row["version"] + 1})
    audited = {
        "at": tx.real_now(),
        "who": params["who"],
        "what": params["what"],
        "before": jsonb(params["before"]),
        "after": jsonb(params["value"]),
    }
    tx.insert("audit_log", audited)
    return rows_of([] if switched is None else [switched], FLAG)


ANSWERS = {"flag": flag, "hold": hold, "switch": switch}
