"""Questions about single matches: one part asks, ingest answers, whoever asked says what came of it.

One row a question, so it survives whoever asked and whoever was about to answer. Cool-downs are football
time, how long a question may be in one hand is real time.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from touchline.ids import MatchId
from touchline.store.db import Tx, as_json
from touchline.store.sql import load

SQL = load("requests")


class Cause(StrEnum):
    """Why a match is asked about; each has its own cool-down and its own question."""

    STALE = "stale"
    """It fell silent and nobody names it."""
    SWEEP = "sweep"
    """Nothing wrong is known of it, but little is known at all."""
    STUCK = "stuck"
    """It should have ended long ago, or has been silent for very long."""


class Outcome(StrEnum):
    """What came of a question."""

    APPLIED = "applied"
    """The provider knew more than we did; it is stored."""
    CONFIRMED_UNCHANGED = "confirmed_unchanged"
    """The provider names the match and says nothing new: it is quiet, not stale."""
    ABSENT = "absent"
    """The provider answers and does not name the match."""
    FAILED = "failed"
    """The provider gave no answer; `reason` is the error code."""
    EXCEPTION = "exception"
    """We could not deal with the answer."""


class Taken(Struct, frozen=True):
    """A question in hand."""

    id: int
    match_id: MatchId
    cause: Cause
    match_time: int


class Answer(Struct, frozen=True, kw_only=True):
    """What came of a question in hand."""

    id: int
    outcome: Outcome
    groups: Sequence[str] = ()
    """What was set."""
    reason: str = ""
    duration_ms: int = 0


class Asked(Struct, frozen=True, kw_only=True):
    """The latest question about a match; `outcome` is None while it is open."""

    id: int
    asked_ts: int
    outcome: Outcome | None = None
    groups: Sequence[str] = ()
    reason: str = ""
    duration_ms: int = 0


async def ask(tx: Tx, cause: Cause, ids: Sequence[MatchId], cooldown_s: int) -> list[MatchId]:
    """Ask about `ids`; those that are asked about now: not in their cool-down, nor asked about already."""
    wanted = {"cause": cause, "ids": list(ids), "cooldown_s": cooldown_s, "now": tx.now}
    return [MatchId(row[0]) for row in await tx.rows(SQL["ask"], wanted)]


async def take(tx: Tx, taker: str, most: int, taken_s: float) -> list[Taken]:
    """The oldest open questions, in `taker`'s hand for `taken_s` real seconds."""
    rows = await tx.rows(SQL["take"], {"taker": taker, "most": most, "taken_s": taken_s})
    taken = [Taken(id_, MatchId(match), Cause(cause), match_time) for id_, match, cause, match_time in rows]
    return sorted(taken, key=lambda each: each.id)


async def put_back(tx: Tx, taker: str, ids: Collection[int]) -> None:
    """Leave these for the next turn, whoever's it is."""
    await tx.execute(SQL["put_back"], {"taker": taker, "ids": list(ids)})


async def answer(tx: Tx, taker: str, answers: Sequence[Answer]) -> None:
    """Say what came of questions that are still in `taker`'s hand."""
    await tx.execute(SQL["answer"], {"taker": taker, "rows": as_json(answers)})


async def give_up(tx: Tx, after_s: float) -> None:
    """Questions that nobody has answered for `after_s` real seconds count as failed."""
    await tx.execute(SQL["give_up"], {"after_s": after_s})


async def applied(
    tx: Tx, ids: Collection[MatchId], channels: Collection[str], since_ms: int
) -> dict[MatchId, list[str]]:
    """What `channels` have set of these matches by what they asked since `since_ms`: groups by match."""
    found: dict[MatchId, list[str]] = {}
    wanted = {"ids": list(ids), "channels": list(channels), "since_ms": since_ms}
    for match_id, group in await tx.rows(SQL["applied"], wanted):
        found.setdefault(MatchId(match_id), []).append(group)
    return found


async def news(tx: Tx, cause: Cause) -> list[tuple[MatchId, Asked]]:
    """What came of questions of `cause` and nobody has said yet, oldest first. From now on we have."""
    rows = await tx.rows(SQL["news"], {"cause": cause})
    return sorted(((MatchId(row[0]), asked(row[1:])) for row in rows), key=lambda each: each[1].id)


async def unanswered(tx: Tx, cause: Cause, ids: Collection[MatchId]) -> set[MatchId]:
    """Those of `ids` whose question of `cause` is still open."""
    return {MatchId(row[0]) for row in await tx.rows(SQL["open"], {"cause": cause, "ids": list(ids)})}


async def sweep(tx: Tx, older_s: float, most: int) -> int:
    """Forget questions that are older than `older_s` real seconds, at most `most` at a time; how many."""
    return await tx.execute(SQL["sweep"], {"older_s": older_s, "most": most})


def asked(row: Sequence[Any]) -> Asked:
    """A question from its columns: id, asked_ts, outcome, groups, reason, duration_ms."""
    id_, asked_ts, outcome, groups, reason, duration_ms = row
    return Asked(
        id=id_,
        asked_ts=asked_ts,
        outcome=None if outcome is None else Outcome(outcome),
        groups=groups,
        reason=reason,
        duration_ms=duration_ms or 0,
    )
