"""views.sql: what a web process holds in memory, and how the provider is doing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.items import ITEM, item, place
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row, held

LIVE = frozenset({2, 3, 4, 5, 7})
PROVIDER = ("channel", "state", "reason", "since_ts", "age_s")
HEAD = ("epoch", "seq", "at_ms", "status_seq", "status_at_ms")


def head(tx: Transaction, _params: Mapping[str, Any]) -> Answer:
    log = tx.find("change_log", True)
    seq, at_ms = place(tx.last("change"))
    left = [row for row in tx.scan("change") if is_of_status(row) or row["kind"] == "window"]
    status = max(left, key=lambda row: row["seq"], default=None)
    return Answer(HEAD, [(log["epoch"], seq, at_ms, *place(status))] if log else [], log is not None)


def between(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    first, end = params["from_ts"], params["until_ts"]
    items = _items(tx, lambda row: first <= row["match_time"] < end and row["status_id"] != 0)
    items.sort(key=lambda item: (item["match_time"], item["competition_name"], item["id"]))
    return _answer(items[: params["limit"]])


def board(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    first, end = params["from_ts"], params["until_ts"]

    def shown(row: Row) -> bool:
        return row["status_id"] in LIVE or (first <= row["match_time"] < end and row["status_id"] != 0)

    items = _items(tx, shown)
    items.sort(key=lambda item: (item["status_id"] not in LIVE, item["match_time"], item["id"]))
    return _answer(items[: params["limit"]])


def some(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found = (tx.find("ts_matches", id_) for id_ in dict.fromkeys(params["ids"]))
    return _answer([item(tx, row) for row in found if row is not None and _is_shown(row)])


def providers(tx: Transaction, _params: Mapping[str, Any]) -> Answer:
    now = tx.real_now()
    rows = [
        (
            row["channel"],
            row["state"],
            row["reason"],
            round(row["since_at"].timestamp()),
            (now - row["updated_at"]).total_seconds(),
        )
        for row in tx.scan("provider_state")
    ]
    rows.sort()
    return Answer(PROVIDER, list(rows), len(rows))


async def say_provider(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    new = {"channel": params["channel"], "state": str(params["state"]), "reason": params["reason"]}
    stored = await tx.claim_or_lock("provider_state", new)
    if stored is None:
        tx.insert("provider_state", new)
    else:
        now = tx.real_now()
        since = stored["since_at"] if stored["state"] == new["state"] else now
        tx.update("provider_state", stored, new | {"since_at": since, "updated_at": now})
    return Answer((), [], 1)


def is_of_status(change: Row) -> bool:
    """Whether it tells of a change of a status."""
    return any(each.get("event") == "match.status" for each in held(change["happened"]))


def _is_shown(row: Row) -> bool:
    return row["deleted_at"] is None and row["status_id"] != 0


def _items(tx: Transaction, wanted: Callable[[Row], bool]) -> list[Row]:
    return [item(tx, row) for row in tx.scan("ts_matches") if row["deleted_at"] is None and wanted(row)]


def _answer(items: Iterable[Row]) -> Answer:
    rows = [tuple([item[column] for column in ITEM]) for item in items]
    return Answer(ITEM, rows, len(rows))


ANSWERS = {
    "head": head,
    "between": between,
    "board": board,
    "some": some,
    "providers": providers,
    "say_provider": say_provider,
}
