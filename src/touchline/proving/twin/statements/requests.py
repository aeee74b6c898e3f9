"""requests.sql: questions about single matches, asked here and answered there."""

from collections.abc import Mapping
from datetime import timedelta
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import anyway, change, so_many, take_away
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row, held, recordset

Params = Mapping[str, Any]
TABLE = "reconcile_request"
NEWS = ("match_id", "id", "asked_ts", "outcome", "groups", "reason", "duration_ms")
ANSWERED = ("outcome", "groups", "reason", "duration_ms")


async def ask(tx: Transaction, params: Params) -> Answer:
    cause, now = str(params["cause"]), params["now"]
    wanted = [id_ for id_ in params["ids"] if not _cools_down(tx, id_, params)]
    asked = []
    for id_ in wanted:
        row = {"match_id": id_, "cause": cause, "asked_ts": now, "asked_at": tx.real_now()}
        number = tx.number(TABLE)
        if await tx.claim(TABLE, row) is None:
            asked.append(tx.insert(TABLE, row | {"id": number}))
    return rows_of(asked, ("match_id",))


async def take(tx: Transaction, params: Params) -> Answer:
    now = tx.real_now()
    due: list[Row] = []
    for row in sorted(tx.scan(TABLE), key=itemgetter("id")):
        if len(due) < params["most"] and _is_nobodys(row, now) and tx.free(TABLE, (row["id"],)):
            due.append(row)
    values = {"taken_by": params["taker"], "taken_until": now + timedelta(seconds=params["taken_s"])}
    known = [row for row in due if tx.find("ts_matches", row["match_id"]) is not None]
    taken = await change(tx, TABLE, known, anyway, lambda _row: values)
    rows = [(row["id"], row["match_id"], row["cause"], _match_time(tx, row)) for row in taken]
    return Answer(("id", "match_id", "cause", "match_time"), list(rows), len(rows))


async def put_back(tx: Transaction, params: Params) -> Answer:
    changed = await change(
        tx,
        TABLE,
        [tx.find(TABLE, id_) for id_ in params["ids"]],
        lambda row: _is_in_hand(row, params["taker"]),
        lambda _row: {"taken_by": "", "taken_until": None},
    )
    return so_many(len(changed))


async def answer(tx: Transaction, params: Params) -> Answer:
    touched = 0
    for given in recordset(params["rows"]):
        values = {column: given[column] for column in ANSWERED} | {"taken_until": None}
        touched += len(
            await change(
                tx,
                TABLE,
                [tx.find(TABLE, given["id"])],
                lambda row: _is_in_hand(row, params["taker"]),
                lambda _row, values=values: values,  # type: ignore[misc]
            )
        )
    return so_many(touched)


async def give_up(tx: Transaction, params: Params) -> Answer:
    now = tx.real_now()

    def forgotten(row: Row) -> bool:
        return bool(_is_nobodys(row, now) and row["asked_at"] < now - timedelta(seconds=params["after_s"]))

    def values(row: Row) -> Row:
        waited_ms = round((tx.real_now() - row["asked_at"]).total_seconds() * 1000)
        return {"outcome": "failed", "reason": "UNANSWERED", "duration_ms": waited_ms}

    return so_many(len(await change(tx, TABLE, tx.scan(TABLE), forgotten, values)))


def applied(tx: Transaction, params: Params) -> Answer:
    channels, since = set(params["channels"]), params["since_ms"]
    rows = [
        (id_, group)
        for id_ in sorted(set(params["ids"]))
        if (row := tx.find("ts_matches", id_)) is not None
        for group, word in sorted(held(row["provenance"]).items())
        if word.get("channel") in channels and int(word["observed_at_ms"]) >= since
    ]
    return Answer(("external_id", "key"), list(rows), len(rows))


async def news(tx: Transaction, params: Params) -> Answer:
    def untold(row: Row) -> bool:
        return bool(row["cause"] == params["cause"] and row["outcome"] is not None and not row["told"])

    return rows_of(await change(tx, TABLE, tx.scan(TABLE), untold, lambda _row: {"told": True}), NEWS)


def open_(tx: Transaction, params: Params) -> Answer:
    rows = [
        row
        for id_ in sorted(set(params["ids"]))
        for row in tx.of(TABLE, id_)
        if row["cause"] == params["cause"] and row["outcome"] is None
    ]
    return rows_of(rows, ("match_id",))


async def sweep(tx: Transaction, params: Params) -> Answer:
    before = tx.real_now() - timedelta(seconds=params["older_s"])
    old = sorted((row for row in tx.scan(TABLE) if row["asked_at"] < before), key=itemgetter("asked_at", "id"))
    return so_many(len(await take_away(tx, TABLE, old[: params["most"]], anyway)))


def _cools_down(tx: Transaction, id_: str, params: Params) -> bool:
    now, after = params["now"], params["now"] - params["cooldown_s"]
    return any(row["cause"] == params["cause"] and after < row["asked_ts"] <= now for row in tx.of(TABLE, id_))


def _is_nobodys(row: Row, now: Any) -> bool:
    return row["outcome"] is None and (row["taken_until"] is None or row["taken_until"] <= now)


def _is_in_hand(row: Row, taker: str) -> bool:
    return bool(row["taken_by"] == taker and row["outcome"] is None)


def _match_time(tx: Transaction, row: Row) -> int | None:
    match = tx.find("ts_matches", row["match_id"])
    return None if match is None else match["match_time"]


ANSWERS = {
    "ask": ask,
    "take": take,
    "put_back": put_back,
    "answer": answer,
    "give_up": give_up,
    "applied": applied,
    "news": news,
    "open": open_,
    "sweep": sweep,
}
