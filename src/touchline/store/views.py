"""What readers see: the live window, a day, one match with its parts, and how the provider is doing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self, TypeVar

import msgspec
from msgspec import Struct

from touchline.football.model import (
    HalfStat,
    KickoffRevision,
    Lineup,
    Pair,
    Stat,
    Status,
    StoredIncident,
    TextLine,
    Trend,
)
from touchline.ids import MatchId
from touchline.store import sql
from touchline.store.db import Params, Tx

SQL = sql.load("views")
STEADY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
"""Said first: every statement of the transaction then sees one snapshot."""
DAY_MAX = 5_000
"""Fixtures a day's answer holds at most; the busiest days have about 2,000."""

Shape = TypeVar("Shape")


class Item(Struct, frozen=True, kw_only=True):
    """One match with its names, as lists show it."""

    id: MatchId
    match_time: int
    status_id: Status
    minute: int | None
    minute_of_phase: bool
    """Whether the stored minute belongs to the present phase."""
    second_period: bool
    """Whether the stored minute was counted in a second period of extra time with a stamp of its own."""
    competition_id: str
    competition_name: str
    competition_logo: str | None
    country_name: str | None
    home_team_id: str
    home_name: str
    home_logo: str | None
    away_team_id: str
    away_name: str
    away_logo: str | None
    display: Pair
    regular: Pair
    half_time: Pair | None
    extra_time: Pair | None
    shoot_out: Pair | None
    red_cards: Pair
    yellow_cards: Pair
    corners: tuple[int | None, int | None]
    phase_entered_ts: int
    last_event_ts: int | None
    last_seen_ts: int | None
    updated_at: datetime
    seq: int
    """Number of the match's last change row; 0 before the first."""
    at_ms: int
    """Football time of that change."""


class Head(Struct, frozen=True, kw_only=True):
    """Where the change stream stands."""

    epoch: str
    seq: int
    at_ms: int
    status_seq: int
    status_at_ms: int


class Sheet(Struct, frozen=True, kw_only=True):
    """A list of matches, and the epoch that their numbers of changes belong to."""

    epoch: str
    items: list[Item]


class Parts(Struct, frozen=True, kw_only=True):
    """What a match's own page shows beside its board; by default nothing is known."""

    first_half_kickoff_ts: int | None = None
    second_half_kickoff_ts: int | None = None
    overtime_kickoff_ts: int | None = None
    neutral: bool = False
    round_num: int = 0
    aggregate: Pair | None = None
    data_completeness: dict[str, Any] = {}
    statistics: list[Stat] = []
    first_half_stats: list[HalfStat] | None = None
    statistics_second_half: list[HalfStat] | None = None
    commentary: list[TextLine] = []
    lineup: Lineup | None = None
    trend: Trend | None = None
    venue: str | None = None
    referee: str | None = None
    season: str | None = None
    stage: str | None = None


class Whole(Struct, frozen=True, kw_only=True):
    """One match with all its parts, read in one snapshot."""

    item: Item
    parts: Parts
    incidents: list[StoredIncident]
    revisions: list[KickoffRevision]


class WholeText(NamedTuple):
    """A `Whole` as the database wrote it: thousands are held, few are read."""

    id: MatchId
    seq: int
    json: bytes

    @classmethod
    def of(cls, item: Item) -> Self:
        """A match of which nothing but its board is known."""
        whole = Whole(item=item, parts=Parts(), incidents=[], revisions=[])
        return cls(item.id, item.seq, msgspec.json.encode(whole))

    def read(self) -> Whole:
        """What it says."""
        return _whole.decode(self.json)


_whole = msgspec.json.Decoder(Whole)


class ProviderLine(Struct, frozen=True, kw_only=True):
    """What ingest last said of one channel of the provider. `age_s` is how long ago, real time."""

    channel: str
    state: str
    reason: str
    since_ts: int
    age_s: float


async def between(tx: Tx, from_ts: int, until_ts: int) -> Sheet:
    """The fixtures with `from_ts <= match_time < until_ts`, at most `DAY_MAX`."""
    await tx.execute(STEADY)
    span = {"from_ts": from_ts, "until_ts": until_ts, "limit": DAY_MAX}
    items = await _rows(tx, "between", span, Item)
    return Sheet(epoch=(await head(tx)).epoch, items=items)


async def board(tx: Tx, from_ts: int, until_ts: int, limit: int) -> list[Item]:
    """The live set, then by time the fixtures of `[from_ts, until_ts)`: at most `limit`."""
    return await _rows(tx, "board", {"from_ts": from_ts, "until_ts": until_ts, "limit": limit}, Item)


async def some(tx: Tx, ids: Sequence[MatchId]) -> list[Item]:
    """Those of `ids` that lists may show, in no order."""
    return await _rows(tx, "some", {"ids": list(ids)}, Item)


async def wholes(tx: Tx, ids: Sequence[MatchId]) -> list[WholeText]:
    """Those of `ids` that there are, with their parts, in no order: one statement, one snapshot."""
    rows = await tx.rows(SQL["wholes"], {"ids": list(ids)})
    return [WholeText(match_id, seq, text.encode()) for match_id, seq, text in rows]


async def providers(tx: Tx) -> list[ProviderLine]:
    """What ingest last said of the provider, a line a channel."""
    return await _rows(tx, "providers", None, ProviderLine)


async def say_provider(tx: Tx, channel: str, state: str, reason: str) -> None:
    """Note how a channel is doing (`ok`, `limited`, `refused`, `down`, `unknown`), for health pages."""
    await tx.execute(SQL["say_provider"], {"channel": channel, "state": state, "reason": reason})


async def head(tx: Tx) -> Head:
    """Where the change stream stands."""
    return (await _rows(tx, "head", None, Head))[0]


async def _rows(tx: Tx, name: str, params: Params, shape: type[Shape]) -> list[Shape]:
    return msgspec.convert(await tx.rows_as(dict, SQL[name], params), list[shape])  # type: ignore[valid-type]
