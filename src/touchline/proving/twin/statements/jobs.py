"""jobs.sql: slots, hand-overs and runs. The queue itself is not kept: whoever runs jobs here sees the slots."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import anyway, change, put, so_many, take_away
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row, instant, recordset

Params = Mapping[str, Any]
RUN = ("run_id", "job_name")
TICKET = ("job_name", "scheduled_for", "offset_s", "made_up")
DAY = timedelta(days=1)
_slot = itemgetter("scheduled_for")


def newest(tx: Transaction, params: Params) -> Answer:
    rows = [
        (name, max((slot["scheduled_for"] for slot in tx.of("job_slot", name)), default=None))
        for name in params["names"]
    ]
    return Answer(("name", "scheduled_for"), list(rows), len(rows))


async def plan(tx: Transaction, params: Params) -> Answer:
    decided = []
    for given in recordset(params["slots"]):
        row = {
            "job_name": given["job_name"],
            "scheduled_for": given["scheduled_for"],
            "fate": given["fate"],
            "planned_at": tx.real_now(),
            "stagger_offset_s": given["offset_s"],
            "made_up": given["made_up"],
        }
        if await tx.claim("job_slot", row) is None:
            decided.append(tx.insert("job_slot", row))
    return rows_of(decided, ("job_name", "scheduled_for"))


async def undecide(tx: Transaction, params: Params) -> Answer:
    early = [row for row in tx.scan("job_slot") if row["scheduled_for"] > params["after"]]
    early.sort(key=itemgetter("scheduled_for", "job_name"))
    return so_many(len(await take_away(tx, "job_slot", early[: params["limit"]], anyway)))


def hand_over(_tx: Transaction, _params: Params) -> Answer:
    return Answer(("procrastinate_defer_jobs_v1",), [(None,)], 1)


def take_back(_tx: Transaction, _params: Params) -> Answer:
    return Answer(("args",), [], 0)


def pending(tx: Transaction, params: Params) -> Answer:
    begun = {
        (run["job_name"], run["scheduled_for"])
        for run in tx.scan("job_execution_logs")
        if run["effective_schedule"] != "manual"
    }
    waiting = [
        slot
        for slot in tx.scan("job_slot")
        if slot["fate"] == "handed_over"
        and slot["scheduled_for"] >= params["since"]
        and tx.key("job_slot", slot) not in begun
    ]
    waiting.sort(key=itemgetter("planned_at", "job_name", "scheduled_for"))
    rows = [
        (slot["job_name"], slot["scheduled_for"], slot["stagger_offset_s"], slot["made_up"]) for slot in waiting
    ]
    return Answer(TICKET, list(rows), len(rows))


async def supersede(tx: Transaction, params: Params) -> Answer:
    name, slot = params["job_name"], params["scheduled_for"]
    later = params["overdue"] or any(
        slot < other["scheduled_for"] <= params["now"] and other["fate"] == "handed_over"
        for other in tx.of("job_slot", name)
    )
    seen = [tx.find("job_slot", name, slot)] if later else []
    changed = await change(
        tx,
        "job_slot",
        seen,
        lambda row: bool(row["fate"] == "handed_over"),
        lambda _row: {"fate": "superseded"},
    )
    return so_many(len(changed))


async def lose(tx: Transaction, params: Params) -> Answer:
    silent = _silent(tx, params)
    lost = await change(
        tx,
        "job_execution_logs",
        tx.scan("job_execution_logs"),
        lambda row: bool(row["lock"] == params["lock"]) and silent(row),
        lambda row: _lost(row, params["now_ms"]),
    )
    return rows_of(lost, RUN)


async def lose_any(tx: Transaction, params: Params) -> Answer:
    silent = sorted(
        filter(_silent(tx, params), tx.scan("job_execution_logs")), key=itemgetter("heartbeat_at", "run_id")
    )
    free = [row for row in silent if tx.free("job_execution_logs", (row["run_id"],))]
    lost = await change(
        tx,
        "job_execution_logs",
        free[: params["limit"]],
        anyway,
        lambda row: _lost(row, params["now_ms"]),
    )
    return rows_of(lost, RUN)


async def begin(tx: Transaction, params: Params) -> Answer:
    row = _begun(params) | {"heartbeat_at": tx.real_now(), "status": "running"}
    if await tx.claim("job_execution_logs", row) is not None:
        return rows_of([], RUN[:1])
    return rows_of([tx.insert("job_execution_logs", row)], RUN[:1])


def in_the_way(tx: Transaction, params: Params) -> Answer:
    run_id, lock = params["run_id"], params["lock"]
    found = [
        row
        for row in tx.scan("job_execution_logs")
        if row["run_id"] == run_id or (row["lock"] == lock and row["status"] == "running")
    ]
    return rows_of(sorted(found, key=lambda row: bool(row["run_id"] != run_id)), RUN)


async def skip(tx: Transaction, params: Params) -> Answer:
    now = instant(params["now_ms"] / 1000)
    row = _begun(params) | {
        "finished_at": now,
        "heartbeat_at": tx.real_now(),
        "status": params["status"],
        "duration_ms": 0,
    }
    if await tx.claim("job_execution_logs", row) is not None:
        return so_many(0)
    tx.insert("job_execution_logs", row)
    return so_many(1)


async def beat(tx: Transaction, params: Params) -> Answer:
    return await _change_running(tx, params, {"heartbeat_at": tx.real_now()})


async def end(tx: Transaction, params: Params) -> Answer:
    values = {
        "status": params["status"],
        "finished_at": instant(params["now_ms"] / 1000),
        "heartbeat_at": tx.real_now(),
        "duration_ms": params["duration_ms"],
        "items_processed": params["items"],
        "items_failed": params["failed"],
        "error": params["error"],
    }
    return await _change_running(tx, params, values)


async def forget_runs(tx: Transaction, params: Params) -> Answer:
    old = [
        row
        for row in tx.scan("job_execution_logs")
        if row["scheduled_for"] < params["before"] and row["status"] != "running"
    ]
    old.sort(key=_slot)
    return so_many(len(await take_away(tx, "job_execution_logs", old[: params["limit"]], anyway)))


async def forget_slots(tx: Transaction, params: Params) -> Answer:
    old = [
        row
        for row in tx.scan("job_slot")
        if row["scheduled_for"] < params["before"]
        and any(row["scheduled_for"] < other["scheduled_for"] for other in tx.of("job_slot", row["job_name"]))
    ]
    old.sort(key=_slot)
    return so_many(len(await take_away(tx, "job_slot", old[: params["limit"]], anyway)))


async def obey(tx: Transaction, params: Params) -> Answer:
    new = {
        "node": params["node"],
        "stagger": params["stagger"],
        "stagger_version": params["version"],
        "beat_at": tx.real_now(),
    }
    await put(tx, "job_planner", new, lambda _row: new)
    return so_many(1)


async def leave(tx: Transaction, params: Params) -> Answer:
    return so_many(len(await take_away(tx, "job_planner", [tx.find("job_planner", params["node"])], anyway)))


def planners(tx: Transaction, params: Params) -> Answer:
    since = tx.real_now() - timedelta(seconds=params["lease_s"])
    living = sorted(
        filter(lambda row: bool(row["beat_at"] > since), tx.scan("job_planner")), key=itemgetter("node")
    )
    return rows_of(living, ("node", "stagger", "stagger_version"))


async def forget_processes(tx: Transaction, _params: Params) -> Answer:
    before = tx.real_now() - DAY
    gone = await take_away(tx, "job_planner", tx.scan("job_planner"), lambda row: bool(row["beat_at"] < before))
    return Answer(("forgotten",), [(len(gone),)], 1)


async def _change_running(tx: Transaction, params: Params, values: Row) -> Answer:
    seen = [tx.find("job_execution_logs", params["run_id"])]
    changed = await change(
        tx, "job_execution_logs", seen, lambda row: bool(row["status"] == "running"), lambda _row: values
    )
    return so_many(len(changed))


def _silent(tx: Transaction, params: Params) -> Callable[[Row], bool]:
    def silent(row: Row) -> bool:
        since: datetime = tx.real_now() - timedelta(seconds=params["lease_s"])
        return bool(row["status"] == "running" and row["heartbeat_at"] < since)

    return silent


def _lost(row: Row, now_ms: int) -> Row:
    return {
        "status": "lost",
        "finished_at": instant(now_ms / 1000),
        "duration_ms": max(0, round(now_ms - row["started_at"].timestamp() * 1000)),
        "error": "no heartbeat",
    }


def _begun(params: Params) -> dict[str, Any]:
    return {
        "run_id": params["run_id"],
        "job_name": params["job_name"],
        "scheduled_for": params["scheduled_for"],
        "started_at": instant(params["now_ms"] / 1000),
        "node": params["node"],
        "schedule": params["schedule"],
        "effective_schedule": params["effective_schedule"],
        "stagger_offset_s": params["offset_s"],
        "lock": params["lock"],
    }


ANSWERS = {
    "newest": newest,
    "plan": plan,
    "undecide": undecide,
    "hand_over": hand_over,
    "take_back": take_back,
    "pending": pending,
    "supersede": supersede,
    "lose": lose,
    "lose_any": lose_any,
    "begin": begin,
    "in_the_way": in_the_way,
    "skip": skip,
    "beat": beat,
    "end": end,
    "forget_runs": forget_runs,
    "forget_slots": forget_slots,
    "obey": obey,
    "leave": leave,
    "planners": planners,
    "forget_processes": forget_processes,
}
