"""watch.sql: what time alone changes, and up to when it has been told."""

from collections.abc import Mapping
from datetime import timedelta
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import anyway, change, so_many
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row

Params = Mapping[str, Any]
_by_time = itemgetter("match_time", "external_id")


async def hold(tx: Transaction, params: Params) -> Answer:
    tx.idle_timeout_s = params["paused_s"]
    seen = tx.find("watch", params["name"])
    row = None if seen is None else await tx.lock("watch", (params["name"],))
    return rows_of([] if row is None else [row], ("told_ts", "alarm", "alarm_ts"))


async def told(tx: Transaction, params: Params) -> Answer:
    awake_until = tx.real_now() + timedelta(seconds=params["awake_s"])
    return await _change(
        tx,
        params["name"],
        lambda _row: {"told_ts": params["told_ts"], "awake_until": awake_until},
    )


async def alarm(tx: Transaction, params: Params) -> Answer:
    return await _change(tx, params["name"], lambda _row: {"alarm": params["alarm"], "alarm_ts": params["now"]})


def barrier(tx: Transaction, params: Params) -> Answer:
    state, now = tx.find("provider_state", params["channel"]), tx.real_now()
    if state is None or state["updated_at"] <= now - timedelta(seconds=params["fresh_s"]):
        return Answer(("case",), [], 0)
    if state["since_at"] > now - timedelta(seconds=params["steady_s"]):
        return Answer(("case",), [], 0)
    why = "circuit_open" if state["state"] == "down" else None
    if state["state"] == "refused" and _met_a_refusal(tx, params):
        why = "refused"
    return Answer(("case",), [(why,)], 1)


def awake(tx: Transaction, _params: Params) -> Answer:
    now = tx.real_now()
    return Answer(("awake",), [(sum(row["awake_until"] > now for row in tx.scan("watch")) == 2,)], 1)


def crossed(tx: Transaction, params: Params) -> Answer:
    told_ts, now, window_s = params["told_ts"], params["now"], params["window_s"]
    found = [
        row
        for row in _to_come(tx)
        if told_ts < row["match_time"] <= now or told_ts - window_s <= row["match_time"] < now - window_s
    ]
    return rows_of(sorted(found, key=_by_time)[: params["most"]], ("external_id",))


def next_crossing(tx: Transaction, params: Params) -> Answer:
    now, window_s = params["now"], params["window_s"]
    times = [row["match_time"] for row in _to_come(tx)]
    ahead = [at for at in times if at > now] + [at + window_s + 1 for at in times if at >= now - window_s]
    return Answer(("least",), [(min(ahead, default=None),)], 1)


async def _change(tx: Transaction, name: str, values: Any) -> Answer:
    return so_many(len(await change(tx, "watch", [tx.find("watch", name)], anyway, values)))


def _met_a_refusal(tx: Transaction, params: Params) -> bool:
    answered = [row for row in tx.scan("reconcile_request") if row["outcome"] is not None]
    latest: Row | None = max(answered, key=itemgetter("id"), default=None)
    if latest is None:
        return False
    return bool(latest["reason"] == "REFUSED" and latest["asked_ts"] > params["now"] - params["cooldown_s"])


def _to_come(tx: Transaction) -> list[Row]:
    return [row for row in tx.scan("ts_matches") if row["status_id"] == 1 and row["deleted_at"] is None]


ANSWERS = {
    "hold": hold,
    "told": told,
    "alarm": alarm,
    "barrier": barrier,
    "awake": awake,
    "crossed": crossed,
    "next_crossing": next_crossing,
}
