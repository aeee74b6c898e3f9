"""Matches that may be behind the game: what the watch sees of them, and the episodes it has opened."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from msgspec import Struct

from touchline.football.model import Status
from touchline.football.staleness import OVERDUE_S, SILENT_S, StaleReason, Vitals
from touchline.football.status import PROVISIONAL_MS
from touchline.ids import MatchId
from touchline.store.db import Row, Tx, as_json
from touchline.store.requests import Asked, asked
from touchline.store.sql import load

SQL = load("episodes")


class Episode(Struct, frozen=True, kw_only=True):
    """A match that may be behind the game, as it was last told."""

    match_id: MatchId
    reason: StaleReason
    shown: StaleReason | None
    """What readers were told with the last change row; what they see of it may be less than `reason`."""
    began_ts: int = 0
    marked: str = ""
    """Why the operator was told; empty while he was not."""


class Watched(Struct, frozen=True, kw_only=True):
    """A match with everything the watch decides by."""

    match_id: MatchId
    minute: int | None
    provider_update_time: int | None
    deleted: bool
    shown: Vitals
    """What readers see its state by: anything accepted, any source that named it."""
    followed: Vitals
    """What it is watched by: what tells of the game itself, and who follows it."""
    episode: Episode | None
    asked: Asked | None
    """The latest question because of its silence."""


class Unanswered(NamedTuple):
    """A match about which nobody knows anything."""

    match_id: MatchId
    status_id: int
    last_event_ts: int | None
    provider_update_time: int | None


async def watched(tx: Tx, skip: int, most: int) -> list[Watched]:
    """A page of the silent, the overdue and those with an open episode, the oldest event first."""
    page = {"now": tx.now, "silent_s": SILENT_S, "overdue_s": OVERDUE_S, "skip": skip, "most": most}
    return [_watched(row) for row in await tx.rows(SQL["watched"], page)]


async def put(tx: Tx, episodes: Sequence[Episode]) -> None:
    """Open episodes at the transaction's time, or say of open ones what has changed."""
    await tx.execute(SQL["put"], {"rows": as_json(episodes), "now": tx.now})


async def close(tx: Tx, ids: Collection[MatchId]) -> None:
    """The episodes of these matches are over."""
    await tx.execute(SQL["close"], {"ids": list(ids)})


async def overlooked(tx: Tx, thin_s: int, most: int) -> list[MatchId]:
    """What the watch does not ask about: overdue, thin for `thin_s` seconds, or ended and not final yet."""
    spans = {"overdue_s": OVERDUE_S, "thin_s": thin_s, "provisional_s": PROVISIONAL_MS // 1000}
    rows = await tx.rows(SQL["overlooked"], spans | {"now": tx.now, "most": most})
    return [MatchId(row[0]) for row in rows]


async def stuck(tx: Tx, longest_s: int, silent_s: int, most: int) -> list[MatchId]:
    """Matches in play for `longest_s`, or silent for `silent_s`: those asked about longest ago first."""
    spans = {"now": tx.now, "longest_s": longest_s, "silent_s": silent_s, "most": most}
    return [MatchId(row[0]) for row in await tx.rows(SQL["stuck"], spans)]


async def newly_unanswered(tx: Tx, ids: Collection[int], unasked: Collection[str]) -> list[Unanswered]:
    """Of these failed questions, those before which none had failed since anything was heard of the match.

    What failed because of `unasked` (error codes) does not count: it says nothing about the match.
    """
    rows = await tx.rows(SQL["newly_unanswered"], {"ids": list(ids), "unasked": list(unasked)})
    return [Unanswered(*row) for row in rows]


def _watched(row: Row) -> Watched:
    (
        match_id, status_id, minute, match_time, phase_entered_ts, last_event_ts, last_seen_ts,
        provider_update_time, deleted, last_word_ts, last_followed_ts,
        reason, shown, began_ts, marked, *question,
    ) = row  # fmt: skip
    clocks = {"status": Status(status_id), "match_time": match_time, "phase_entered_ts": phase_entered_ts}
    episode = None
    if reason is not None:
        episode = Episode(
            match_id=MatchId(match_id),
            reason=StaleReason(reason),
            shown=None if shown is None else StaleReason(shown),
            began_ts=began_ts,
            marked=marked,
        )
    return Watched(
        match_id=MatchId(match_id),
        minute=minute,
        provider_update_time=provider_update_time,
        deleted=deleted,
        shown=Vitals(**clocks, last_event_ts=last_event_ts, last_seen_ts=last_seen_ts),
        followed=Vitals(**clocks, last_event_ts=last_word_ts, last_seen_ts=last_followed_ts),
        episode=episode,
        asked=None if question[0] is None else asked(question),
    )
