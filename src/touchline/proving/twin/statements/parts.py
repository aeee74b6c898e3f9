"""matches.sql: what hangs on a match, read and saved."""

from collections.abc import Awaitable, Callable, Mapping
from operator import itemgetter
from typing import Any

import msgspec

from touchline.proving.sessions import Answer
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row, jsonb, recordset

HANGING = ("match_id", "kind", "thing", "place")
WHOLES = (
    ("commentary", "match_tlive", "lines"),
    ("lineup", "match_lineup", "lineup"),
    ("trend", "match_trend", "trend"),
)
REVISION = (
    "match_id", "period", "seq", "kickoff_ts", "delta_s", "source", "observed_at_ms", "followed", "reason",
)  # fmt: skip
_place = itemgetter(3)


def hanging(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found: list[tuple[Any, ...]] = []
    for id_ in params["ids"]:
        found += [(id_, "revision", _revision(row), row["seq"]) for row in tx.of("kickoff_revision", id_)]
        found += [(id_, "pause", _pause(row), row["started_ts"]) for row in tx.of("match_pause", id_)]
    for id_ in params["with_incidents"]:
        found += [(id_, "incident", _incident(row), row["ordinal"]) for row in tx.of("match_incident", id_)]
    for kind, table, column in WHOLES:
        for id_ in params[f"with_{kind}"]:
            row = tx.find(table, id_)
            if row is not None:
                found.append((id_, kind, row[column], 0))
    found.sort(key=_place)
    return Answer(HANGING, found, len(found))


async def save_incidents(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    return await _upsert(tx, "match_incident", params["rows"], _incident_row, _incident_update)


async def save_pauses(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    return await _upsert(tx, "match_pause", params["rows"], lambda given: given, _pause_update)


async def append_revisions(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    rows = recordset(params["rows"])
    for given in rows:
        row = {column: given[column] for column in REVISION}
        await tx.claim_new("kickoff_revision", row)
        tx.insert("kickoff_revision", row)
    return Answer((), [], len(rows))


def _save_whole(table: str, column: str) -> Callable[[Transaction, Mapping[str, Any]], Awaitable[Answer]]:
    def row(given: Row) -> Row:
        return {"match_id": given["match_id"], column: jsonb(given[column])}

    async def save_whole(tx: Transaction, params: Mapping[str, Any]) -> Answer:
        return await _upsert(tx, table, params["rows"], row, lambda _stored, new: {column: new[column]})

    return save_whole


async def _upsert(
    tx: Transaction,
    table: str,
    rows: str,
    made: Callable[[Row], Row],
    changed: Callable[[Row, Row], Row | None],
) -> Answer:
    """INSERT … ON CONFLICT DO UPDATE; `changed` says None where its WHERE does not hold."""
    touched = 0
    for given in recordset(rows):
        new = made(given)
        stored = await tx.claim_or_lock(table, new)
        if stored is None:
            tx.insert(table, new)
        elif (values := changed(stored, new)) is not None:
            tx.update(table, stored, values)
        else:
            continue
        touched += 1
    return Answer((), [], touched)


def _incident_row(given: Row) -> Row:
    return {**given, "what": jsonb(given["what"])}


def _incident_update(_stored: Row, new: Row) -> Row:
    return {column: new[column] for column in ("position", "revision", "withdrawn_ts", "what")}


def _pause_update(stored: Row, new: Row) -> Row | None:
    return {"ended_ts": new["ended_ts"]} if stored["ended_ts"] is None else None


def _revision(row: Row) -> str:
    return msgspec.json.encode({column: row[column] for column in REVISION[1:]}).decode()


def _pause(row: Row) -> str:
    return msgspec.json.encode({"started_ts": row["started_ts"], "ended_ts": row["ended_ts"]}).decode()


def _incident(row: Row) -> str:
    withdrawn = "null" if row["withdrawn_ts"] is None else row["withdrawn_ts"]
    return (
        f'{{"ordinal":{row["ordinal"]},"position":{row["position"]},"revision":{row["revision"]},'
        f'"withdrawn_ts":{withdrawn},"first_seen_ts":{row["first_seen_ts"]},"what":{row["what"]}}}'
    )


ANSWERS = {
    "hanging": hanging,
    "save_incidents": save_incidents,
    "save_pauses": save_pauses,
    "append_revisions": append_revisions,
    **{f"save_{kind}": _save_whole(table, column) for kind, table, column in WHOLES},
}
