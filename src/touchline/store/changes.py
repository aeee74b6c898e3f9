"""The change stream: appended by whoever changes a match, followed by everybody who reacts to one."""

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from touchline.football.model import Happening, Pair, Status
from touchline.football.text import minute_text
from touchline.ids import ChangeSeq, MatchId
from touchline.store.db import Row, Tx, as_json
from touchline.store.sql import load

SQL = load("changes")
CHANNEL = "touchline_change"
"""The NOTIFY channel; its payload is the newest `seq` of the transaction. A wake-up, never the news itself."""

Kind = Literal["match", "minute", "sla", "window"]
"""What moved: content, the minute, or by time alone an episode of silence or the place in the live window."""

_happened = msgspec.json.Decoder(tuple[Happening, ...])


class NewChange(Struct, frozen=True, kw_only=True):
    """What a reader of a match can see now that he could not before."""

    match_id: MatchId
    kind: Kind
    status: Status
    minute: int | None
    minute_text: str
    score: Pair
    """On the board."""
    happened: tuple[Happening, ...] = ()
    lock_version: int
    at_ms: int
    """Football time."""


class Change(NewChange, frozen=True, kw_only=True):
    """A change with its place in the stream."""

    seq: ChangeSeq


async def append(tx: Tx, news: Sequence[NewChange]) -> None:
    """Append `news` in their order and wake the followers at commit.

    The last thing a transaction does: from here on it is the only one that appends, until it ends.
    """
    rows = [
        {
            "match_id": each.match_id,
            "kind": each.kind,
            "status_id": each.status,
            "minute": each.minute,
            "minute_text": each.minute_text,
            "home_score": each.score[0],
            "away_score": each.score[1],
            "happened": each.happened,
            "lock_version": each.lock_version,
            "at_ms": each.at_ms,
        }
        for each in news
    ]
    await tx.send(SQL["append"], {"rows": as_json(rows)})


async def append_by_time(tx: Tx, kind: Kind, ids: Collection[MatchId]) -> None:
    """Append a change of each of `ids`, of which no column moved: time passed. The transaction's last act, too.

    What the rows say is theirs at this place in the stream: nobody else appends between the look and this.
    """
    await tx.row(SQL["turn"])
    rows = await tx.rows(SQL["standing"], {"ids": list(ids)})
    await append(tx, [_standing(row, kind, tx.now_ms) for row in rows])


async def after(tx: Tx, seq: ChangeSeq, limit: int) -> list[Change]:
    """Up to `limit` changes after `seq`, in order."""
    return [_change(row) for row in await tx.rows(SQL["after"], {"seq": seq, "limit": limit})]


async def some(tx: Tx, seqs: Collection[int]) -> list[Change]:
    """The changes with these numbers, in order."""
    return [_change(row) for row in await tx.rows(SQL["some"], {"seqs": list(seqs)})]


async def floor(tx: Tx) -> ChangeSeq:
    """Up to where changes may be missing: who stands before it can't go on from there."""
    [(seq,)] = await tx.rows(SQL["floor"])
    return ChangeSeq(seq)


async def head(tx: Tx) -> tuple[str, ChangeSeq]:
    """The epoch of the stream and the place of its newest change; 0 before the first."""
    [(epoch, seq)] = await tx.rows(SQL["head"])
    return epoch, ChangeSeq(seq)


def _standing(row: Row, kind: Kind, at_ms: int) -> NewChange:
    match_id, version, status_id, minute, of_phase, second_period, home, away = row
    status = Status(status_id)
    return NewChange(
        match_id=MatchId(match_id),
        kind=kind,
        status=status,
        minute=minute,
        minute_text=minute_text(status, minute, of_phase=of_phase, second_period=second_period),
        score=(home, away),
        lock_version=version,
        at_ms=at_ms,
    )


def _change(row: Row) -> Change:
    (
        seq, match_id, kind, status_id, minute, minute_text, home_score, away_score, happened,
        lock_version, at_ms,
    ) = row  # fmt: skip
    return Change(
        seq=ChangeSeq(seq),
        match_id=MatchId(match_id),
        kind=kind,
        status=Status(status_id),
        minute=minute,
        minute_text=minute_text,
        score=(home_score, away_score),
        happened=_happened.decode(happened),
        lock_version=lock_version,
        at_ms=at_ms,
    )
