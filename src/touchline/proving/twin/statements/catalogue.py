"""catalogue.sql: names of things, written in turns."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row, held, jsonb, recordset

TURN = 4_700_000_002
TEXTS = ("name", "short_name", "logo", "country_id", "parent_id")


async def turn(tx: Transaction, _params: Mapping[str, Any]) -> Answer:
    await tx.turn(TURN)
    return Answer(("pg_advisory_xact_lock",), [("",)], 1)


async def upsert(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    touched = 0
    told = [_told(tx, given) for given in recordset(params["rows"])]
    for new in sorted(told, key=itemgetter("kind", "id")):
        stored = await tx.claim_or_lock("catalogue", new)
        if stored is None:
            tx.insert("catalogue", new)
        elif tx.update("catalogue", stored, new) is stored:
            continue
        touched += 1
    return Answer((), [], touched)


async def follow(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    kind, id_ = params["kind"], params["id"]
    late = tx.find("catalogue", kind, id_)
    if late is None or late["merged_into"] == "":
        return Answer((), [], 0)
    early = [row for row in tx.scan("catalogue") if row["kind"] == kind and row["merged_into"] == id_]
    for row in early:
        stored = await tx.lock("catalogue", (kind, row["id"]))
        if stored is not None and stored["merged_into"] == id_:
            tx.update("catalogue", stored, {"merged_into": late["merged_into"]})
    return Answer((), [], len(early))


def _told(tx: Transaction, given: Row) -> Row:
    """The record as it is to be: what is newer wins, what is older or empty only fills what is empty."""
    stored = tx.find("catalogue", given["kind"], given["id"])
    newer = stored is None or given["updated_at"] >= stored["updated_at"]
    known: Row = stored or {}
    row = {"kind": given["kind"], "id": given["id"]}
    for column in TEXTS:
        row[column] = _word(newer, given[column], known.get(column, ""))
    target = _target(tx, given)
    row["merged_into"] = "" if target == given["id"] else _word(newer, target, known.get("merged_into", ""))
    row["updated_at"] = max(given["updated_at"], known.get("updated_at", 0))
    old, extra = held(known.get("extra", "{}")), given["extra"]
    row["extra"] = jsonb(old | extra if newer else extra | old)
    return row


def _word(newer: bool, said: str, stored: str) -> str:
    return (said or stored) if newer else (stored or said)


def _target(tx: Transaction, given: Row) -> str:
    """Where it was merged into; if that was itself merged, where that went."""
    row = tx.find("catalogue", given["kind"], given["merged_into"])
    end: str = row["merged_into"] if row is not None else ""
    said: str = given["merged_into"]
    return end or said


ANSWERS = {"turn": turn, "upsert": upsert, "follow": follow}
