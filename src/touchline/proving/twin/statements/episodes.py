"""episodes.sql: matches that may be behind the game."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import anyway, put, so_many, take_away
from touchline.proving.twin.statements.fixtures import LIVE
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row, held, recordset

Params = Mapping[str, Any]
DAY_S = 86_400
SETTLING_S = 6 * 3_600
OF_TEAMS = "team_stats"
"""The source that tells of both teams, not of the game."""
OF_THE_GAME = ("status", "goals", "counts", "incidents", "stats", "tlive")
MATCH = (
    "external_id", "status_id", "minute", "match_time", "phase_entered_ts", "last_event_ts", "last_seen_ts",
    "provider_update_time",
)  # fmt: skip
EPISODE = ("reason", "shown", "began_ts", "marked")
ASKED = ("id", "asked_ts", "outcome", "groups", "reason", "duration_ms")
WATCHED = (*MATCH, "deleted", "last_word_ts", "last_followed_ts", *EPISODE, *ASKED)
UNANSWERED = ("external_id", "status_id", "last_event_ts", "provider_update_time")
NONE_EPISODE, NONE_ASKED = (None,) * len(EPISODE), (None,) * len(ASKED)
_match, _episode, _asked = itemgetter(*MATCH), itemgetter(*EPISODE), itemgetter(*ASKED)


def watched(tx: Transaction, params: Params) -> Answer:
    silent_since = params["now"] - params["silent_s"]
    found = []
    for row in tx.scan("ts_matches"):
        episode = tx.find("stale_episode", row["external_id"])
        if episode is None and not _may_be_behind(row, params):
            continue
        word = _last_word(row)
        spoke = row["phase_entered_ts"] if word is None else word
        if (
            episode is not None
            or row["status_id"] == 1
            or spoke < silent_since
            or (row["status_id"] == 3 and row["phase_entered_ts"] < silent_since)
        ):
            found.append((spoke, row["external_id"], _watched(tx, row, episode, word)))
    found.sort(key=itemgetter(0, 1))
    page = found[params["skip"] : params["skip"] + params["most"]]
    return Answer(WATCHED, [row for _, _, row in page], len(page))


async def put_episodes(tx: Transaction, params: Params) -> Answer:
    rows = recordset(params["rows"])
    for given in rows:
        said = {column: given[column] for column in ("reason", "shown", "marked")}
        new = said | {"match_id": given["match_id"], "began_ts": params["now"]}
        await put(tx, "stale_episode", new, lambda _row, said=said: said)  # type: ignore[misc]
    return so_many(len(rows))


async def close(tx: Transaction, params: Params) -> Answer:
    seen = [tx.find("stale_episode", id_) for id_ in sorted(set(params["ids"]))]
    return so_many(len(await take_away(tx, "stale_episode", seen, anyway)))


def overlooked(tx: Transaction, params: Params) -> Answer:
    now = params["now"]
    found = []
    for row in tx.scan("ts_matches"):
        if row["deleted_at"] is not None:
            continue
        if _is_overdue(row, params):
            found.append((row["match_time"], row["external_id"]))
        if row["status_id"] in LIVE and row["statistics"] == "[]" and _spoke(row) < now - params["thin_s"]:
            found.append((_spoke(row), row["external_id"]))
        if _is_provisional(row, params):
            found.append((row["phase_entered_ts"], row["external_id"]))
    rows = [(id_,) for _, id_ in sorted(found)[: params["most"]]]
    return Answer(("external_id",), list(rows), len(rows))


def stuck(tx: Transaction, params: Params) -> Answer:
    now = params["now"]
    found = [
        (_asked_about(tx, row, now), _spoke(row), row["external_id"])
        for row in tx.scan("ts_matches")
        if row["status_id"] in LIVE
        and row["deleted_at"] is None
        and (_began(row) < now - params["longest_s"] or _spoke(row) < now - params["silent_s"])
    ]
    rows = [(id_,) for *_, id_ in sorted(found)[: params["most"]]]
    return Answer(("external_id",), list(rows), len(rows))


def newly_unanswered(tx: Transaction, params: Params) -> Answer:
    unasked = set(params["unasked"])
    found = []
    for id_ in sorted(set(params["ids"])):
        asked = tx.find("reconcile_request", id_)
        match = None if asked is None else tx.find("ts_matches", asked["match_id"])
        if asked is not None and match is not None and not _failed_before(tx, asked, match, unasked):
            found.append(match)
    return rows_of(sorted(found, key=itemgetter("external_id")), UNANSWERED)


def _may_be_behind(row: Row, params: Params) -> bool:
    if row["deleted_at"] is not None:
        return False
    return row["status_id"] in LIVE or _is_overdue(row, params)


def _is_overdue(row: Row, params: Params) -> bool:
    now = params["now"]
    return bool(row["status_id"] == 1 and now - DAY_S <= row["match_time"] < now - params["overdue_s"])


def _is_provisional(row: Row, params: Params) -> bool:
    now = params["now"]
    return bool(
        row["status_id"] == 8
        and now - SETTLING_S <= row["match_time"] <= now
        and row["phase_entered_ts"] > now - params["provisional_s"]
    )


def _last_word(row: Row) -> int | None:
    """When the game itself was last told of, as far as anything was accepted."""
    provenance = held(row["provenance"])
    words = (provenance[group] for group in OF_THE_GAME if group in provenance)
    said = max((word["observed_at_ms"] for word in words if word["source"] != OF_TEAMS), default=None)
    known = [at for at in (None if said is None else said // 1000, row["last_event_ts"]) if at is not None]
    return min(known, default=None)


def _watched(tx: Transaction, row: Row, episode: Row | None, word: int | None) -> tuple[Any, ...]:
    questions = [each for each in tx.of("reconcile_request", row["external_id"]) if each["cause"] == "stale"]
    asked = max(questions, key=itemgetter("asked_ts", "id"), default=None)
    return (
        *_match(row),
        row["deleted_at"] is not None,
        word,
        row["last_seen_ts"] if row["status_id"] == 1 else row["last_live_seen_ts"],
        *(NONE_EPISODE if episode is None else _episode(episode)),
        *(NONE_ASKED if asked is None else _asked(asked)),
    )


def _spoke(row: Row) -> int:
    at: int = row["phase_entered_ts"] if row["last_event_ts"] is None else row["last_event_ts"]
    return at


def _began(row: Row) -> int:
    at: int = row["match_time"] if row["first_half_kickoff_ts"] is None else row["first_half_kickoff_ts"]
    return at


def _asked_about(tx: Transaction, match: Row, now: int) -> float:
    """When the match was last asked about as one that is stuck; before everything else if it never was."""
    questions = tx.of("reconcile_request", match["external_id"])
    times = [each["asked_ts"] for each in questions if each["cause"] == "stuck" and each["asked_ts"] <= now]
    return max(times, default=float("-inf"))


def _failed_before(tx: Transaction, asked: Row, match: Row, unasked: set[str]) -> bool:
    return any(
        each["cause"] == asked["cause"]
        and each["id"] < asked["id"]
        and each["outcome"] in {"absent", "failed", "exception"}
        and each["reason"] not in unasked
        and each["asked_ts"] >= _spoke(match)
        for each in tx.of("reconcile_request", asked["match_id"])
    )


ANSWERS = {
    "watched": watched,
    "put": put_episodes,
    "close": close,
    "overlooked": overlooked,
    "stuck": stuck,
    "newly_unanswered": newly_unanswered,
}
