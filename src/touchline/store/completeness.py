"""Matches that are over and not whole: which are to be asked about, and what came of looking again."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from touchline.football.completeness import ATTEMPTS_MAX, Lists
from touchline.football.model import Completeness, HalfStat, Incident, Match
from touchline.football.status import PROVISIONAL_MS
from touchline.ids import MatchId
from touchline.store.db import Tx, as_json
from touchline.store.sql import load

SQL = load("completeness")
BACK_S = 24 * 3_600
"""A match that ended longer ago is left as it is."""
FIRST_WAIT_S = 300
"""From the first question to the second; each wait after it is twice as long."""

_completeness = msgspec.json.Decoder(Completeness)


class Incomplete(NamedTuple):
    """A match that is over for good, and what of it is not verified."""

    id: MatchId
    known: Completeness


class Look(Struct, frozen=True, kw_only=True):
    """A match looked at again, its `version` the one it was read with."""

    match: Match
    lists: Lists
    visible: bool
    """Whether a reader can see a difference: `updated_at` moves."""


async def due(tx: Tx, most: int) -> list[Incomplete]:
    """Whom to ask about now: those never asked about first, then by the time of the last attempt."""
    asked = {
        "now": tx.now,
        "back_s": BACK_S,
        "provisional_s": PROVISIONAL_MS // 1000,
        "attempts_max": ATTEMPTS_MAX,
        "wait_s": FIRST_WAIT_S,
        "most": most,
    }
    rows = await tx.rows(SQL["due"], asked)
    return [Incomplete(MatchId(match_id), _completeness.decode(known)) for match_id, known in rows]


async def save(tx: Tx, looks: Sequence[Look]) -> set[MatchId]:
    """Keep what the halves have and what of it is verified, and nothing else; the ids that were written."""
    rows = await tx.rows(SQL["save"], {"rows": as_json([_row(each) for each in looks]), "now": tx.now})
    return {MatchId(row[0]) for row in rows}


class _Row(Struct, frozen=True, kw_only=True):
    id: MatchId
    version: int
    visible: bool
    second_half_stats: tuple[HalfStat, ...] | None
    incidents_first_half: tuple[Incident, ...] | None
    incidents_second_half: tuple[Incident, ...] | None
    incidents_extra: tuple[Incident, ...] | None
    data_completeness: Completeness


def _row(look: Look) -> _Row:
    return _Row(
        id=look.match.id,
        version=look.match.version,
        visible=look.visible,
        second_half_stats=look.match.second_half_stats,
        incidents_first_half=look.lists.first,
        incidents_second_half=look.lists.second,
        incidents_extra=look.lists.extra,
        data_completeness=look.match.completeness,
    )
